// Files that are there more than once, in groups: the same to the byte, or alike. The groups are found in short steps and kept
// for some seconds, so that turning pages costs nothing; what stands in a group is read when it is shown.

import { and, asc, eq, gt, gte, inArray, isNotNull, isNull, lt, ne, notInArray, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file } from "../db/tables/library.ts";
import { nearDuplicate } from "../db/tables/media.ts";
import { bestOf, type Copy } from "./best-copy.ts";
import { standing, standingPairs, wholly } from "./near-pairs.ts";

export type DuplicateType = "exact" | "near";

export interface DuplicateGroup {
  type: DuplicateType;
  fileIds: number[];
  bestId: number;
  /** Why that one. */
  reason: string;
  /** What goes when only the best stays. */
  reclaimableBytes: number;
  /** Of the two nearest, in bits of 64. */
  distance: number;
}

export interface Duplicates {
  /** The biggest savings first. */
  groups: DuplicateGroup[];
  /** In all of them. */
  files: number;
  reclaimableBytes: number;
}

/** `hidden`: libraries to leave out. */
export async function duplicatesOf(db: Db, type: DuplicateType, hidden: number[]): Promise<Duplicates> {
  const key = `${type} ${hidden.join()}`;
  let kept = found.get(db);
  if (!kept) {
    kept = new Map();
    found.set(db, kept);
  }
  const before = kept.get(key);
  if (before && performance.now() - before.at < keptMs) return await before.duplicates;
  const duplicates = (type === "exact" ? exactGroups(db, hidden) : nearGroups(db, hidden)).then(summed);
  kept.set(key, { at: performance.now(), duplicates });
  duplicates.catch(() => kept.delete(key));
  return await duplicates;
}

/** Something was done to them: the next look is a fresh one. */
export function forgetDuplicates(db: Db): void {
  found.delete(db);
}

/** In the order of a group: the best first. */
export async function filesOfGroup(db: Db, { fileIds, bestId }: DuplicateGroup): Promise<FileRow[]> {
  const rows = await db
    .select()
    .from(file)
    .where(inArray(file.id, fileIds.slice(0, mostShown)));
  return rows.sort((a, b) => Number(b.id === bestId) - Number(a.id === bestId) || b.sizeBytes - a.sizeBytes);
}

/** A folder full of one picture is shown in part. */
const mostShown = 60;
const keptMs = 10_000;
const found = new WeakMap<Db, Map<string, { at: number; duplicates: Promise<Duplicates> }>>();

function summed(groups: DuplicateGroup[]): Duplicates {
  groups.sort((a, b) => b.reclaimableBytes - a.reclaimableBytes || a.bestId - b.bestId);
  return {
    groups,
    files: groups.reduce((sum, group) => sum + group.fileIds.length, 0),
    reclaimableBytes: groups.reduce((sum, group) => sum + group.reclaimableBytes, 0),
  };
}

async function exactGroups(db: Db, hidden: number[]): Promise<DuplicateGroup[]> {
  const dismissed = await dismissedPairs(db);
  const groups: DuplicateGroup[] = [];
  for (const [from, to] of prefixes) {
    const within = and(isNotNull(file.sha256), gte(file.sha256, from), lt(file.sha256, to));
    const twice = db
      .select({ sha256: file.sha256 })
      .from(file)
      .where(within)
      .groupBy(file.sha256)
      .having(sql`count(*) > 1`);
    const rows = await db
      .select({ ...copyColumns, sha256: file.sha256 })
      .from(file)
      .where(and(inArray(file.sha256, twice), shown(hidden)));
    for (const copies of Map.groupBy(rows, (row) => row.sha256).values())
      if (copies.length > 1 && !isDismissed(copies, dismissed)) groups.push(groupOf("exact", copies, 0));
    await turn();
  }
  return groups;
}

/** Who is like one of a group belongs to it. */
async function nearGroups(db: Db, hidden: number[]): Promise<DuplicateGroup[]> {
  const leads = new Map<number, number>();
  const nearest = new Map<number, number>();
  const root = (id: number): number => {
    let at = id;
    for (let next = leads.get(at); next !== undefined && next !== at; next = leads.get(at)) at = next;
    leads.set(id, at);
    return at;
  };
  const left = new Set(hidden);
  for await (const pair of pairs(db)) {
    if (left.has(pair.libraryId) || left.has(pair.otherLibraryId)) continue;
    const [one, other] = [root(pair.fileId), root(pair.otherId)];
    leads.set(Math.max(one, other), Math.min(one, other));
    for (const id of [pair.fileId, pair.otherId])
      nearest.set(id, Math.min(nearest.get(id) ?? 64, pair.distance));
  }
  const members = Map.groupBy(leads.keys(), root);
  const copies = await copiesById(db, [...leads.keys()]);
  return [...members.values()].flatMap((ids) => {
    const some = ids.flatMap((id) => copies.get(id) ?? []);
    if (some.length < 2) return [];
    return [groupOf("near", some, Math.min(...ids.map((id) => nearest.get(id) ?? 64)))];
  });
}

async function* pairs(db: Db) {
  for (let after = 0; ; ) {
    const rows = await standingPairs(db)
      .where(and(standing, gt(nearDuplicate.fileId, after)))
      .orderBy(asc(nearDuplicate.fileId))
      .limit(pairsAtOnce);
    const last = rows.at(-1)?.fileId;
    if (last === undefined) return;
    // Of the last file some pairs may be on the next page.
    const isWhole = rows.length < pairsAtOnce || rows[0]!.fileId === last;
    yield* isWhole ? rows : rows.filter((row) => row.fileId < last);
    if (rows.length < pairsAtOnce) return;
    after = isWhole ? last : last - 1;
    await turn();
  }
}

async function copiesById(db: Db, ids: number[]): Promise<Map<number, Copy>> {
  const copies = new Map<number, Copy>();
  for (let at = 0; at < ids.length; at += 500) {
    const some = ids.slice(at, at + 500);
    for (const row of await db.select(copyColumns).from(file).where(inArray(file.id, some)))
      copies.set(row.id, row);
    await turn();
  }
  return copies;
}

function groupOf(type: DuplicateType, copies: Copy[], distance: number): DuplicateGroup {
  const { id, reason } = bestOf(copies, type === "exact");
  const all = copies.reduce((sum, copy) => sum + copy.sizeBytes, 0);
  const best = copies.find((copy) => copy.id === id)!;
  const fileIds = copies.map((copy) => copy.id);
  return { type, fileIds, bestId: id, reason, reclaimableBytes: all - best.sizeBytes, distance };
}

/** Files with the same bytes of which somebody wants every one. */
async function dismissedPairs(db: Db): Promise<Set<string>> {
  const rows = await db
    .select({ fileId: nearDuplicate.fileId, otherId: nearDuplicate.otherId })
    .from(nearDuplicate)
    .where(eq(nearDuplicate.type, wholly));
  return new Set(rows.map((row) => `${row.fileId} ${row.otherId}`));
}

function isDismissed(copies: Copy[], dismissed: Set<string>): boolean {
  if (dismissed.size === 0) return false;
  const ids = copies.map((copy) => copy.id).sort((a, b) => a - b);
  return ids.every((id, n) => ids.slice(n + 1).every((other) => dismissed.has(`${id} ${other}`)));
}

function shown(hidden: number[]) {
  const seen = hidden.length > 0 ? notInArray(file.libraryId, hidden) : undefined;
  return and(isNull(file.trashedAt), ne(file.state, "missing"), gt(file.sizeBytes, 0), seen);
}

const copyColumns = {
  id: file.id,
  type: file.type,
  path: file.path,
  sizeBytes: file.sizeBytes,
  width: file.width,
  height: file.height,
  mtimeMs: file.mtimeMs,
  audio: sql<string | null>`json_extract(${file.codecs}, '$.audio')`,
  capturedFrom: file.capturedFrom,
};

const pairsAtOnce = 3000;
/** Sixteen stretches of hashes. */
const prefixes = [..."0123456789abcdef"].map((from, n, all) => [from, all[n + 1] ?? "g"] as const);

/** Lets others have a turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
