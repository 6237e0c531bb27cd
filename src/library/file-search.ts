// Search over files. Whatever few files an index can name are asked one by one and counted exactly. Otherwise the order's
// index is walked a window at a time; a page that does not fill soon is sought in all rows, which lie together.

import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Db } from "../db/open.sqlite.ts";
import { file } from "../db/tables/library.ts";
import { fileFact, fileTag } from "../db/tables/media.ts";
import type { Range } from "../queue/job-term.ts";
import { fileCondition } from "./file-conditions.ts";
import type { FileTerm, FileTest } from "./file-term.ts";
import { filesAbout } from "./file-text.ts";

export interface FileOrder {
  column: SQLiteColumn;
  ascending: boolean;
}

export interface FoundFiles {
  ids: number[];
  total: number;
  /** There may be more than `total`. */
  totalIsCapped?: boolean;
  /** False: it gave up before the page was full. */
  complete?: boolean;
}

export interface FileSearchLimits {
  /** How many files an index may name to be asked one by one. */
  candidates: number;
  /** How many are looked at in order before all rows are, or to count on when the page is full. */
  rowsToCount: number;
  /** How many rows are looked at before it gives up. */
  rows: number;
  window: number;
  /** Milliseconds after which it counts no further, and after which it gives up: some machines are slow. */
  countMs: number;
  ms: number;
}

const usual: FileSearchLimits = {
  candidates: 3000,
  rowsToCount: 4000,
  rows: 400_000,
  window: 1000,
  countMs: 10,
  ms: 3000,
};
/** Nobody pages deeper. */
const countedUpTo = 10_000;

/** `base`: what the list's filters ask, written so that no index of its columns is chosen for it. */
export async function searchFiles(
  db: Db,
  base: SQL | undefined,
  terms: readonly FileTerm[],
  order: FileOrder,
  offset: number,
  limit: number,
  limits: FileSearchLimits = usual,
): Promise<FoundFiles> {
  const asked = and(base, ...terms.map(fileCondition));
  const wanted = offset + limit;
  const whole = (ids: number[]) => ({ ids: ids.slice(offset, wanted), total: ids.length });
  const few = await candidates(db, terms, limits.candidates);
  if (few) return whole(await sorted(db, few, asked, order));
  const ids: number[] = [];
  const since = performance.now();
  let rows = 0;
  let seek = true;
  for await (const window of windows(db, order, boundsOf(order, terms), limits.window)) {
    const hits = new Set(await matching(db, among(window), asked));
    ids.push(...window.filter((id) => hits.has(id)));
    rows += window.length;
    const isFull = ids.length >= wanted;
    const spentMs = performance.now() - since;
    if (isFull && (rows >= limits.rowsToCount || ids.length >= countedUpTo || spentMs >= limits.countMs))
      return { ...whole(ids), totalIsCapped: true };
    if (rows >= limits.rows || spentMs >= limits.ms)
      return { ...whole(ids), totalIsCapped: true, complete: isFull };
    if (seek && rows >= limits.rowsToCount) {
      const rare = await seekAll(db, asked, limits);
      if (rare) return whole(await sorted(db, rare, undefined, order));
      seek = false;
    }
    await turn();
  }
  return whole(ids);
}

/** All that match, if they are not too many to be sorted. */
async function seekAll(
  db: Db,
  asked: SQL | undefined,
  { rows, window, ms }: FileSearchLimits,
): Promise<number[] | undefined> {
  const [{ last } = { last: 0 }] = await db.select({ last: sql<number | null>`max(${file.id})` }).from(file);
  if (!last || last > rows) return undefined;
  const ids: number[] = [];
  const since = performance.now();
  for (let at = 0; at < last; at += window) {
    if (performance.now() - since >= ms) return undefined;
    const range = sql`${file.id} > ${at} AND ${file.id} <= ${at + window}`;
    ids.push(...(await matching(db, range, asked)));
    if (ids.length > countedUpTo) return undefined;
    await turn();
  }
  return ids;
}

async function matching(db: Db, which: SQL, asked: SQL | undefined): Promise<number[]> {
  const rows = await db.select({ id: file.id }).from(file).where(and(which, asked));
  return rows.map((row) => row.id);
}

async function sorted(db: Db, ids: number[], asked: SQL | undefined, order: FileOrder): Promise<number[]> {
  const rows = await db
    .select({ id: file.id })
    .from(file)
    .where(and(among(ids), asked))
    .orderBy(...orderBy(order));
  return rows.map((row) => row.id);
}

function among(ids: number[]): SQL {
  return sql`${file.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}

/** What the terms say of the order's own column bounds the walk. */
function boundsOf({ column }: FileOrder, terms: readonly FileTerm[]): SQL | undefined {
  const isOf = column === file.capturedAt ? "captured" : column === file.sizeBytes ? "sizeBytes" : undefined;
  const bounds = terms.flatMap(({ not, test }) =>
    !not && test.of === isOf && "ranges" in test && test.ranges.length === 1
      ? [within(column, test.ranges[0]!)]
      : [],
  );
  return and(...bounds);
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The least set that an index names, if it is small. */
async function candidates(db: Db, terms: readonly FileTerm[], cap: number): Promise<number[] | undefined> {
  let best: number[] | undefined;
  for (const { not, test } of terms) {
    if (not) continue;
    const ids = await named(db, test, best ? best.length - 1 : cap);
    if (ids) best = ids;
    if (best && best.length <= 100) break;
  }
  return best;
}

async function named(db: Db, test: FileTest, cap: number): Promise<number[] | undefined> {
  const where = (condition: SQL) => firstIds(db, condition, cap);
  switch (test.of) {
    case "path":
    case "name":
      return await union(test.any, cap, (text) => filesAbout(db, text, cap));
    case "hash":
      return await union(test.any, cap, (start) =>
        where(sql`${file.sha256} >= ${start} AND ${file.sha256} < ${`${start}g`}`),
      );
    case "tag":
      return await union(test.in, cap, (tag) => tagged(db, tag, cap));
    case "rating":
      return await rated(db, test.ranges, cap);
    case "state":
      return test.in.includes("ok")
        ? undefined
        : await where(sql`${file.state} <> 'ok' AND +${file.state} IN ${test.in}`);
    case "code":
      return await where(sql`${file.state} <> 'ok'`);
    case "trashed":
      return await where(sql`${file.trashedAt} IS NOT NULL`);
    case "captured":
      return await union(test.ranges, cap, (range) => where(within(file.capturedAt, range)));
    case "sizeBytes":
      return await union(test.ranges, cap, (range) => where(within(file.sizeBytes, range)));
  }
  return undefined;
}

async function tagged(db: Db, tag: string, cap: number): Promise<number[] | undefined> {
  const rows = await db
    .select({ id: fileTag.fileId })
    .from(fileTag)
    .where(eq(fileTag.tag, tag))
    .limit(cap + 1);
  return rows.length > cap ? undefined : rows.map((row) => row.id);
}

/** All that have a rating, where they are few: which word counts is asked of each. */
async function rated(db: Db, ranges: Range[], cap: number): Promise<number[] | undefined> {
  if (ranges.length === 0) return [];
  const rows = await db
    .selectDistinct({ id: fileFact.fileId })
    .from(fileFact)
    .where(sql`${fileFact.field} = 'rating'`)
    .limit(cap + 1);
  return rows.length > cap ? undefined : rows.map((row) => row.id);
}

async function firstIds(db: Db, condition: SQL, cap: number): Promise<number[] | undefined> {
  const rows = await db
    .select({ id: file.id })
    .from(file)
    .where(condition)
    .limit(cap + 1);
  return rows.length > cap ? undefined : rows.map((row) => row.id);
}

async function union<T>(
  of: T[],
  cap: number,
  ids: (one: T) => Promise<number[] | undefined>,
): Promise<number[] | undefined> {
  const all = new Set<number>();
  for (const one of of) {
    const some = await ids(one);
    if (!some) return undefined;
    for (const id of some) all.add(id);
    if (all.size > cap) return undefined;
  }
  return [...all];
}

function within(column: SQLiteColumn, { from, to }: Range): SQL {
  return sql`${column} >= ${from ?? Number.MIN_SAFE_INTEGER} AND ${column} < ${to ?? Number.MAX_SAFE_INTEGER}`;
}

/** All ids in the order, from its index; those without a value last in descending order, first in ascending, as SQLite has it. */
async function* windows(
  db: Db,
  order: FileOrder,
  bounds: SQL | undefined,
  size: number,
): AsyncIterable<number[]> {
  const { column, ascending } = order;
  if (column === file.id || bounds) {
    yield* stretch(db, order, size, bounds);
    return;
  }
  const parts = [sql`${column} IS NOT NULL`, sql`${column} IS NULL`];
  const nullable = column === file.capturedAt;
  for (const part of nullable ? (ascending ? parts.reverse() : parts) : [undefined])
    yield* stretch(db, order, size, part);
}

async function* stretch(
  db: Db,
  order: FileOrder,
  size: number,
  part: SQL | undefined,
): AsyncIterable<number[]> {
  const { column, ascending } = order;
  const beyond = sql.raw(ascending ? ">" : "<");
  let after: SQL | undefined;
  for (;;) {
    const rows = await db
      .select({ id: file.id, k: sql<string | number | null>`${column}` })
      .from(file)
      .where(and(part, after))
      .orderBy(...orderBy(order))
      .limit(size);
    if (rows.length > 0) yield rows.map((row) => row.id);
    const last = rows.at(-1);
    if (!last || rows.length < size) return;
    after =
      column === file.id || last.k === null
        ? sql`${file.id} ${beyond} ${last.id}`
        : sql`(${column}, ${file.id}) ${beyond} (${last.k}, ${last.id})`;
  }
}

function orderBy({ column, ascending }: FileOrder): SQL[] {
  const way = ascending ? asc : desc;
  return column === file.id ? [way(file.id)] : [way(column), way(file.id)];
}
