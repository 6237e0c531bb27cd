// Files that look or sound alike. All fingerprints of a type lie in memory, 20 bytes a file, so that a new one is compared
// with 200,000 others in a few milliseconds; what is close enough is looked up and written down as a pair.

import { and, asc, eq, gt, inArray } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { file } from "../db/tables/library.ts";
import { type FingerprintType, fingerprint, nearDuplicate } from "../db/tables/media.ts";
import { chromaprintDistance, soundWord } from "../media/chromaprint-distance.ts";
import { flatHash } from "./fingerprints.ts";

export type NearType = Exclude<FingerprintType, "oshash">;

/** Bits of 64. */
const nearUpTo = 8;
/** What comes of comparing the summaries of sounds is only a hint. */
const hintUpTo = 14;
const mostCandidates = 200;

/** Compares the file's fingerprint with all others of its type and keeps the pairs. Answers how many are near. */
export async function findNear(db: Db, fileId: number, type: NearType): Promise<number> {
  const [own] = await db
    .select({ value: fingerprint.value, file })
    .from(fingerprint)
    .innerJoin(file, eq(file.id, fingerprint.fileId))
    .where(and(eq(fingerprint.fileId, fileId), eq(fingerprint.type, type)));
  if (!own || own.value === flatHash) return 0;
  const index = await indexOf(db, type);
  const word = wordOf(type, own.value);
  if (word === undefined) return 0;
  index.add(fileId, word);
  const ids = index.near(word, type === "phash" ? nearUpTo : hintUpTo).filter((id) => id !== fileId);
  const others = await db
    .select({ value: fingerprint.value, file })
    .from(fingerprint)
    .innerJoin(file, eq(file.id, fingerprint.fileId))
    .where(and(inArray(fingerprint.fileId, ids), eq(fingerprint.type, type)));
  const pairs = others.flatMap((other) => {
    if (!couldBeSame(own.file, other.file)) return [];
    const distance = distanceBetween(type, own.value, other.value);
    return distance <= nearUpTo ? [{ ...ordered(fileId, other.file.id), type, distance }] : [];
  });
  // What somebody has dismissed stays so.
  for (const pair of pairs)
    await db
      .insert(nearDuplicate)
      .values(pair)
      .onConflictDoUpdate({
        target: [nearDuplicate.fileId, nearDuplicate.otherId, nearDuplicate.type],
        set: { distance: pair.distance },
      });
  return pairs.length;
}

export function ordered(one: number, other: number): { fileId: number; otherId: number } {
  return { fileId: Math.min(one, other), otherId: Math.max(one, other) };
}

/** Bits of 64 that differ. */
export function bitsApart(one: string, other: string): number {
  const half = (text: string, at: number) => Number.parseInt(text.slice(at, at + 8), 16);
  return ones(half(one, 0) ^ half(other, 0)) + ones(half(one, 8) ^ half(other, 8));
}

function distanceBetween(type: NearType, one: string, other: string): number {
  return type === "phash" ? bitsApart(one, other) : chromaprintDistance(one, other);
}

interface Shape {
  type: string;
  width: number | null;
  height: number | null;
  durationS: number | null;
}

/** Pictures of another shape, and films and sounds of another length, only happen to resemble each other. */
function couldBeSame(one: Shape, other: Shape): boolean {
  const isSound = (of: Shape) => of.type === "audio";
  if (one.type !== other.type) return false;
  if (one.type === "image") {
    if (!one.width || !one.height || !other.width || !other.height) return true;
    return Math.abs(Math.log((one.width * other.height) / (one.height * other.width))) < 0.1;
  }
  if (one.durationS === null || other.durationS === null) return isSound(one);
  const slackS = Math.max(2, 0.02 * Math.max(one.durationS, other.durationS));
  return Math.abs(one.durationS - other.durationS) <= slackS;
}

type Word = readonly [high: number, low: number];

function wordOf(type: NearType, value: string): Word | undefined {
  if (type === "chromaprint") return soundWord(value);
  return [Number.parseInt(value.slice(0, 8), 16), Number.parseInt(value.slice(8), 16)];
}

/** Only grows: what has changed or gone since is told by looking at the rows. Exported for its test. */
export class NearIndex {
  private ids = new Float64Array(1024);
  private high = new Int32Array(1024);
  private low = new Int32Array(1024);
  private length = 0;

  add(id: number, [high, low]: Word): void {
    if (this.length === this.ids.length) this.grow();
    this.ids[this.length] = id;
    this.high[this.length] = high;
    this.low[this.length++] = low;
  }

  /** The nearest first; no more than a page can show. */
  near([high, low]: Word, upTo: number): number[] {
    const found = new Map<number, number>();
    for (let n = 0; n < this.length; n++) {
      const apart = ones(this.high[n]! ^ high) + ones(this.low[n]! ^ low);
      if (apart <= upTo) found.set(this.ids[n]!, Math.min(apart, found.get(this.ids[n]!) ?? 64));
    }
    const sorted = [...found].sort((a, b) => a[1] - b[1]);
    return sorted.slice(0, mostCandidates).map(([id]) => id);
  }

  private grow(): void {
    const grown = <T extends Float64Array | Int32Array>(from: T, into: T): T => {
      into.set(from);
      return into;
    };
    this.ids = grown(this.ids, new Float64Array(2 * this.length));
    this.high = grown(this.high, new Int32Array(2 * this.length));
    this.low = grown(this.low, new Int32Array(2 * this.length));
  }
}

const indexes = new WeakMap<Db, Map<NearType, Promise<NearIndex>>>();

/** Read once, in pieces, so that nobody waits for it. */
function indexOf(db: Db, type: NearType): Promise<NearIndex> {
  let ofDb = indexes.get(db);
  if (!ofDb) {
    ofDb = new Map();
    indexes.set(db, ofDb);
  }
  let index = ofDb.get(type);
  if (!index) {
    index = readIndex(db, type);
    ofDb.set(type, index);
    index.catch(() => ofDb.delete(type));
  }
  return index;
}

async function readIndex(db: Db, type: NearType): Promise<NearIndex> {
  const index = new NearIndex();
  for (let after = 0; ; ) {
    const rows = await db
      .select({ id: fingerprint.fileId, value: fingerprint.value })
      .from(fingerprint)
      .where(and(gt(fingerprint.fileId, after), eq(fingerprint.type, type)))
      .orderBy(asc(fingerprint.fileId))
      .limit(type === "phash" ? 2000 : 200);
    for (const { id, value } of rows) {
      const word = value === flatHash ? undefined : wordOf(type, value);
      if (word) index.add(id, word);
    }
    if (rows.length === 0) return index;
    after = rows.at(-1)!.id;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
