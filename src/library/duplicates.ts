// Files that are there more than once, in groups: the same to the byte, or alike. The groups are found in short steps and kept
// for some seconds, so that turning pages costs nothing; what stands in a group is read when it is shown.

import { and, asc, eq, gt, gte, inArray, isNotNull, isNull, lt, max, ne, notInArray, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file } from "../db/tables/library.ts";
import { nearDuplicate } from "../db/tables/media.ts";
import { bestOf } from "./best-copy.ts";
import { standing, standingPairs, wholly } from "./near-pairs.ts";

export type DuplicateType = "exact" | "near";

/** As cheap as it is found. */
export interface FoundGroup {
  type: DuplicateType;
  fileIds: number[];
  /** What goes when only the best stays. */
  reclaimableBytes: number;
  /** Of the two nearest, in bits of 64. */
  distance: number;
}

/** As it is shown. */
export interface DuplicateGroup extends FoundGroup {
  bestId: number;
  /** Why that one. */
  reason: string;
  /** The best first. */
  files: FileRow[];
}

export interface Duplicates {
  /** The biggest savings first. */
  groups: FoundGroup[];
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
  const at = performance.now();
  const fresh = (type === "exact" ? exactGroups(db, hidden) : nearGroups(db, hidden)).then(summed);
  // What was found before is shown meanwhile: a look at all of a large library takes its time.
  kept.set(key, { at, duplicates: before?.duplicates ?? fresh });
  fresh.then(
    () => kept.set(key, { at, duplicates: fresh }),
    () => kept.delete(key),
  );
  return await (before?.duplicates ?? fresh);
}

/** Something was done to them: the next look is a fresh one. */
export function forgetDuplicates(db: Db): void {
  found.delete(db);
}

export async function wholeGroup(db: Db, group: FoundGroup): Promise<DuplicateGroup> {
  const files = await db
    .select()
    .from(file)
    .where(inArray(file.id, group.fileIds.slice(0, mostShown)));
  const { id: bestId, reason } = bestOf(
    files.map((row) => ({ ...row, audio: row.codecs?.audio ?? null })),
    group.type === "exact",
  );
  const rank = (row: FileRow) => (row.id === bestId ? Number.POSITIVE_INFINITY : row.sizeBytes);
  files.sort((one, other) => rank(other) - rank(one) || one.id - other.id);
  return { ...group, ...gain(group, files), bestId, reason, files };
}

/** The best is not always the largest, as was reckoned when the group was found. */
function gain({ fileIds }: FoundGroup, [, ...others]: FileRow[]): Partial<FoundGroup> {
  if (others.length + 1 < fileIds.length) return {};
  return { reclaimableBytes: others.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** A folder full of one picture is shown in part. */
const mostShown = 60;
const keptMs = 10_000;
const found = new WeakMap<Db, Map<string, { at: number; duplicates: Promise<Duplicates> }>>();

function summed(groups: FoundGroup[]): Duplicates {
  groups.sort((a, b) => b.reclaimableBytes - a.reclaimableBytes || a.fileIds[0]! - b.fileIds[0]!);
  return {
    groups,
    files: groups.reduce((sum, group) => sum + group.fileIds.length, 0),
    reclaimableBytes: groups.reduce((sum, group) => sum + group.reclaimableBytes, 0),
  };
}

async function exactGroups(db: Db, hidden: number[]): Promise<FoundGroup[]> {
  const dismissed = await dismissedPairs(db);
  const groups: FoundGroup[] = [];
  for (const [from, to] of prefixes) {
    const twice = db
      .select({ sha256: file.sha256 })
      .from(file)
      .where(and(isNotNull(file.sha256), gte(file.sha256, from), lt(file.sha256, to)))
      .groupBy(file.sha256)
      .having(sql`count(*) > 1`);
    const rows = await db
      .select({ sizeBytes: max(file.sizeBytes), ids: sql<string>`group_concat(${file.id})` })
      .from(file)
      .where(and(inArray(file.sha256, twice), shown(hidden)))
      .groupBy(file.sha256)
      .having(sql`count(*) > 1`);
    for (const { sizeBytes, ids } of rows) {
      const fileIds = ids
        .split(",")
        .map(Number)
        .sort((one, other) => one - other);
      const reclaimableBytes = sizeBytes! * (fileIds.length - 1);
      if (!isDismissed(fileIds, dismissed))
        groups.push({ type: "exact", fileIds, reclaimableBytes, distance: 0 });
    }
    await turn();
  }
  return groups;
}

/** Who is like one of a group belongs to it. */
async function nearGroups(db: Db, hidden: number[]): Promise<FoundGroup[]> {
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
  const sizes = await sizesOf(db, [...leads.keys()]);
  return [...Map.groupBy(leads.keys(), root).values()].flatMap((ids): FoundGroup[] => {
    const fileIds = ids.filter((id) => sizes.has(id));
    if (fileIds.length < 2) return [];
    const distance = Math.min(...fileIds.map((id) => nearest.get(id) ?? 64));
    return [
      { type: "near", fileIds, distance, reclaimableBytes: savedIn(fileIds.map((id) => sizes.get(id)!)) },
    ];
  });
}

/** What goes when the one with the most pixels, or else the largest, stays. */
function savedIn(sizes: Size[]): number {
  const [best] = sizes.toSorted((one, other) => other.pixels - one.pixels || other.bytes - one.bytes);
  return sizes.reduce((sum, { bytes }) => sum + bytes, 0) - best!.bytes;
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

interface Size {
  bytes: number;
  pixels: number;
}

async function sizesOf(db: Db, ids: number[]): Promise<Map<number, Size>> {
  const sizes = new Map<number, Size>();
  const pixels = sql<number>`ifnull(${file.width} * ${file.height}, 0)`;
  for (let at = 0; at < ids.length; at += 1000) {
    const some = sql`${file.id} IN (SELECT value FROM json_each(${JSON.stringify(ids.slice(at, at + 1000))}))`;
    const rows = await db.select({ id: file.id, bytes: file.sizeBytes, pixels }).from(file).where(some);
    for (const { id, ...size } of rows) sizes.set(id, size);
    await turn();
  }
  return sizes;
}

/** Files with the same bytes of which somebody wants every one. */
async function dismissedPairs(db: Db): Promise<Set<string>> {
  const rows = await db
    .select({ fileId: nearDuplicate.fileId, otherId: nearDuplicate.otherId })
    .from(nearDuplicate)
    .where(eq(nearDuplicate.type, wholly));
  return new Set(rows.map((row) => `${row.fileId} ${row.otherId}`));
}

function isDismissed(ids: number[], dismissed: Set<string>): boolean {
  if (dismissed.size === 0) return false;
  return ids.every((id, n) => ids.slice(n + 1).every((other) => dismissed.has(`${id} ${other}`)));
}

function shown(hidden: number[]) {
  const seen = hidden.length > 0 ? notInArray(file.libraryId, hidden) : undefined;
  return and(isNull(file.trashedAt), ne(file.state, "missing"), gt(file.sizeBytes, 0), seen);
}

const pairsAtOnce = 3000;
/** Sixteen stretches of hashes. */
const prefixes = [..."0123456789abcdef"].map((from, n, all) => [from, all[n + 1] ?? "g"] as const);

/** Lets others have a turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
