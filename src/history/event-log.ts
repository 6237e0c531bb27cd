// What happened to the queue and to the server, one row each, newest first. Events of single jobs that merely ended are
// not here: the jobs themselves tell that.

import { and, desc, eq, gte, lt, lte, notInArray, or, sql } from "drizzle-orm";
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
  /** Leave out events about these libraries and their files. */
  hideLibraries?: number[];
  /** Only events after this one in the list, which is older. */
  after?: { at: Date; id: number };
}

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
  return await db
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
    .orderBy(desc(event.at), desc(event.id))
    .limit(limit)
    .offset(offset);
}

function conditions({ event: [name] = [], queue, from, to, hideLibraries, after }: EventFilter) {
  return and(
    name === undefined ? undefined : eq(event.event, name),
    queue === undefined ? undefined : eq(event.queue, queue),
    from && gte(event.at, from),
    to && lt(event.at, to),
    hideLibraries?.length
      ? sql`coalesce(${file.libraryId}, ${event.libraryId}, 0) NOT IN ${hideLibraries}`
      : undefined,
    after && sql`(${event.at}, ${event.id}) < (${after.at.getTime()}, ${after.id})`,
  );
}
