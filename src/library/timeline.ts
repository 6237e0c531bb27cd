// Pictures and videos by when they were taken, newest first, over all libraries: pages by keyset and counts by month, both
// from the one index that has them in this order. Days and months are those of the server's time zone.

import { inArray, type SQL, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file } from "../db/tables/library.ts";

export interface TimelineFilter {
  libraryId?: number | undefined;
  type?: "image" | "video" | undefined;
  /** Libraries to leave out. */
  hidden?: number[] | undefined;
  /** Milliseconds: from and including, up to and excluding. */
  from?: number | undefined;
  to?: number | undefined;
}

export interface TimelineKey {
  at: number;
  id: number;
}

export interface Month {
  /** `2024-07` */
  month: string;
  files: number;
}

export async function timelinePage(
  db: Db,
  filter: TimelineFilter,
  after: TimelineKey | null,
  limit: number,
  offset = 0,
): Promise<FileRow[]> {
  const beyond = after ? sql`AND (captured_at, id) < (${after.at}, ${after.id})` : sql``;
  const page = await db.all<{ id: number }>(
    sql`SELECT id FROM file INDEXED BY file_by_captured WHERE ${asked(filter)} ${beyond}
      ORDER BY captured_at DESC, id DESC LIMIT ${limit} OFFSET ${offset}`,
  );
  const ids = page.map((row) => row.id);
  const rows = ids.length === 0 ? [] : await db.select().from(file).where(inArray(file.id, ids));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Months that have any, newest first: each is one stretch of the index, and the next is found by a step in it. */
export async function timelineMonths(db: Db, filter: TimelineFilter): Promise<Month[]> {
  const months: Month[] = [];
  let before = filter.to ?? farFuture;
  for (let turnAt = countedPerTurn, sum = 0; ; ) {
    const [newest] = await db.all<{ at: number }>(
      sql`SELECT captured_at AS at FROM file INDEXED BY file_by_captured WHERE ${asked({ ...filter, to: before })}
        ORDER BY captured_at DESC LIMIT 1`,
    );
    if (!newest) return months;
    const start = monthOf(newest.at);
    const range = { ...filter, from: Math.max(start.getTime(), filter.from ?? -farFuture), to: before };
    const files = await countTimeline(db, range);
    months.push({ month: nameOf(start), files });
    sum += files;
    before = start.getTime();
    if (sum < turnAt) continue;
    turnAt = sum + countedPerTurn;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export async function countTimeline(db: Db, filter: TimelineFilter): Promise<number> {
  const [row] = await db.all<{ n: number }>(
    sql`SELECT count(*) AS n FROM file INDEXED BY file_by_captured WHERE ${asked(filter)}`,
  );
  return row?.n ?? 0;
}

const farFuture = 8.64e15;
const countedPerTurn = 5000;

/** What has nothing to show is left out. */
function asked({ libraryId, type, hidden = [], from, to }: TimelineFilter): SQL {
  const conditions = [
    sql`captured_at >= ${from ?? -farFuture} AND captured_at < ${to ?? farFuture}`,
    sql`trashed_at IS NULL AND state IN ('ok', 'quarantined')`,
    type ? sql`type = ${type}` : sql`type IN ('image', 'video')`,
    ...(libraryId === undefined ? [] : [sql`library_id = ${libraryId}`]),
    ...(hidden.length === 0 ? [] : [sql`library_id NOT IN ${hidden}`]),
  ];
  return sql.join(conditions, sql` AND `);
}

function monthOf(at: number): Date {
  const date = new Date(at);
  date.setHours(0, 0, 0, 0);
  date.setDate(1);
  return date;
}

function nameOf(month: Date): string {
  return `${String(month.getFullYear()).padStart(4, "0")}-${String(month.getMonth() + 1).padStart(2, "0")}`;
}
