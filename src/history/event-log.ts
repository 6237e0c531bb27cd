// What happened to the queue and to the server, one row each, newest first. Events of single jobs that merely ended are
// not here: the jobs themselves tell that.

import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, lte, notInArray, or, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { event } from "../db/tables/history.ts";
import { file } from "../db/tables/library.ts";
import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";

export const historyEvents = [
  "stuck",
  "cleared",
  "auto-heal",
  "orphaned",
  "paused",
  "resumed",
  "quarantined",
  "released",
  "upgrade",
  "setting",
  "scan",
  "failed",
  "restarted",
  "bulk",
  "killed",
  "held",
  "import",
] as const;
export type HistoryEvent = (typeof historyEvents)[number];

export interface HistoryEntry {
  event: HistoryEvent;
  queue?: string | null;
  jobId?: number | null;
  fileId?: number | null;
  /** What it is about when that is no file: hidden libraries are left out of lists by it. */
  libraryId?: number | null;
  /** How long it had gone on: a stuck job's silence. */
  ageS?: number | null;
  /** Who did it, in words; null for the server itself. */
  actor?: string | null;
  detail?: string | null;
}

export interface RecordedEvent {
  id: number;
  at: Date;
  event: string;
  queue: string | null;
  jobId: number | null;
  fileId: number | null;
  /** The file's path in its library, while it is known. */
  filePath: string | null;
  ageS: number | null;
  actor: string | null;
  detail: string | null;
}

export interface EventFilter {
  event?: readonly string[];
  queue?: string;
  from?: Date;
  to?: Date;
  /** Whoever did it is called one of these; null among them stands for the server itself. */
  actors?: readonly (string | null)[];
  /** Somewhere in what is written: the detail, the queue, the file's path. */
  text?: string;
  /** Leave out events about these libraries and their files. */
  hideLibraries?: number[];
  /** Only events after this one in the list, which is older. */
  after?: { at: Date; id: number };
  /** Only events before this one in the list, which is newer: the nearest to it. */
  newerThan?: { at: Date; id: number };
}

/** No index knows words and names: they are looked for among so many of the newest. */
export const mostSearched = 50_000;

export async function recordEvent(
  { db, clock, events }: { db: Db; clock: Clock; events: EventBus },
  { event: name, ...rest }: HistoryEntry,
): Promise<void> {
  await db.insert(event).values({ at: new Date(clock.now()), event: name, ...rest });
  events.publish({ topic: "history" });
}

/** Newest first. */
export async function listEvents(
  db: Db,
  filter: EventFilter,
  limit: number,
  offset = 0,
): Promise<RecordedEvent[]> {
  const names = [...new Set(filter.event)];
  if (names.length < 2) return await listOfOne(db, filter, limit, offset);
  // Each name's newest come from the index at once; asked for together, all of them would be sorted.
  const each = names.map((name) => listOfOne(db, { ...filter, event: [name] }, offset + limit, 0));
  return (await Promise.all(each))
    .flat()
    .sort((a, b) => b.at.getTime() - a.at.getTime() || b.id - a.id)
    .slice(offset, offset + limit);
}

/** How many of the newest match that came after an event with this id; `most` at most. */
export async function countNewer(db: Db, filter: EventFilter, id: number, most: number): Promise<number> {
  const names = filter.event ?? [];
  const { length } = await db
    .select({ id: event.id })
    .from(event)
    .leftJoin(file, eq(file.id, event.fileId))
    .where(
      and(
        gt(event.id, id),
        names.length > 0 ? inArray(event.event, [...names]) : undefined,
        conditions({ ...filter, event: undefined }),
      ),
    )
    .limit(most);
  return length;
}

/** Of the oldest event that is kept, and about how many there are. */
export async function eventsKept(db: Db): Promise<{ since: Date | null; about: number }> {
  const [row] = await db
    .select({ first: sql<number | null>`min(${event.id})`, last: sql<number | null>`max(${event.id})` })
    .from(event);
  const [oldest] = await db.select({ at: event.at }).from(event).orderBy(asc(event.at)).limit(1);
  return { since: oldest?.at ?? null, about: row?.last ? row.last - row.first! + 1 : 0 };
}

/** All that match, in batches, each from where the last one ended. */
export async function* eventBatches(
  db: Db,
  filter: EventFilter,
  size = 500,
): AsyncGenerator<RecordedEvent[]> {
  let { after } = filter;
  for (;;) {
    const batch = await listEvents(db, { ...filter, after }, size);
    if (batch.length > 0) yield batch;
    if (batch.length < size) return;
    after = batch.at(-1);
  }
}

/** Removes what is older than `before`, except for `kept` events, and the oldest beyond `rows`. Answers how many. */
export async function pruneEvents(
  db: Db,
  limits: { before: Date; rows: number; kept: readonly HistoryEvent[]; keptBefore: Date },
): Promise<number> {
  const old = await db
    .delete(event)
    .where(
      or(
        and(lt(event.at, limits.before), notInArray(event.event, [...limits.kept])),
        lt(event.at, limits.keptBefore),
      ),
    )
    .returning({ id: event.id });
  const excess = await db
    .delete(event)
    .where(
      lte(
        event.id,
        sql`coalesce((SELECT id FROM ${event} ORDER BY id DESC LIMIT 1 OFFSET ${limits.rows}), 0)`,
      ),
    )
    .returning({ id: event.id });
  return old.length + excess.length;
}

async function listOfOne(
  db: Db,
  filter: EventFilter,
  limit: number,
  offset: number,
): Promise<RecordedEvent[]> {
  const found = await db
    .select({
      id: event.id,
      at: event.at,
      event: event.event,
      queue: event.queue,
      jobId: event.jobId,
      fileId: event.fileId,
      filePath: file.path,
      ageS: event.ageS,
      actor: event.actor,
      detail: event.detail,
    })
    .from(event)
    .leftJoin(file, eq(file.id, event.fileId))
    .where(conditions(filter))
    .orderBy(...(filter.newerThan ? [asc(event.at), asc(event.id)] : [desc(event.at), desc(event.id)]))
    .limit(limit)
    .offset(offset);
  return filter.newerThan ? found.reverse() : found;
}

function conditions(filter: EventFilter) {
  const { event: [name] = [], queue, from, to, actors, text, hideLibraries, after, newerThan } = filter;
  return and(
    name === undefined ? undefined : eq(event.event, name),
    queue === undefined ? undefined : eq(event.queue, queue),
    from && gte(event.at, from),
    to && lt(event.at, to),
    hideLibraries?.length
      ? sql`coalesce(${file.libraryId}, ${event.libraryId}, 0) NOT IN ${hideLibraries}`
      : undefined,
    after && sql`(${event.at}, ${event.id}) < (${after.at.getTime()}, ${after.id})`,
    newerThan && sql`(${event.at}, ${event.id}) > (${newerThan.at.getTime()}, ${newerThan.id})`,
    actors || text ? searchedFrom(to) : undefined,
    actors && byOneOf(actors),
    text ? says(text) : undefined,
  );
}

/** Ids grow with time. */
function searchedFrom(to: Date | undefined) {
  const newest = sql`(SELECT id FROM event ${to ? sql`WHERE at < ${to.getTime()}` : sql``} ORDER BY at DESC LIMIT 1)`;
  return sql`${event.id} > coalesce(${newest}, 0) - ${mostSearched}`;
}

function byOneOf(actors: readonly (string | null)[]) {
  const names = actors.filter((name) => name !== null);
  return or(
    names.length > 0 ? inArray(event.actor, names) : undefined,
    actors.includes(null) ? isNull(event.actor) : undefined,
  );
}

function says(text: string) {
  const pattern = `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
  const within = (column: unknown) => sql`${column} LIKE ${pattern} ESCAPE '\\'`;
  return or(within(event.detail), within(event.queue), within(file.path));
}
