// What is said about a file, by whom, and whose word counts. A person's word comes first, then the result of an identification
// that somebody chose, then sidecars from the most to the least deliberate, last the file itself.

import { eq, inArray } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FactSource, fileFact } from "../db/tables/media.ts";
import type { DatedWord, Said } from "../media/sidecar.ts";

export type { DatedWord, Said } from "../media/sidecar.ts";
export type FactField = keyof Said;

/** From the strongest to the weakest. */
export const factSources: readonly FactSource[] = ["user", "identify", "xmp", "nfo", "takeout", "file"];

export const factFields = [
  "title",
  "description",
  "rating",
  "tags",
  "people",
  "favourite",
  "capturedAt",
  "gps",
] as const satisfies readonly FactField[];

export interface Word<F extends FactField = FactField> {
  field: F;
  /** False: the file itself says none. Kept only of what another word stands in front of. */
  value: Said[F] | false;
  source: FactSource;
}

/** What counts of a field. */
export interface Counted<V> {
  value: V;
  source: FactSource;
}
export type Facts = { [F in FactField]?: Counted<NonNullable<Said[F]>> };

/** Every word about these files. */
export async function wordsOf(db: Db, fileIds: number[]): Promise<Map<number, Word[]>> {
  const words = new Map<number, Word[]>();
  if (fileIds.length === 0) return words;
  const rows = await db.select().from(fileFact).where(inArray(fileFact.fileId, fileIds));
  for (const { fileId, ...row } of rows)
    if (isField(row.field)) words.set(fileId, [...(words.get(fileId) ?? []), row as Word]);
  return words;
}

export async function factsOf(db: Db, fileId: number): Promise<Facts> {
  return facts((await wordsOf(db, [fileId])).get(fileId) ?? []);
}

/** What one source says of a file. */
export async function saidBy(db: Db, fileId: number, source: FactSource): Promise<Said> {
  const rows = await db.select().from(fileFact).where(eq(fileFact.fileId, fileId));
  const mine = rows.filter((row) => row.source === source && isField(row.field) && row.value !== false);
  return Object.fromEntries(mine.map(({ field, value }) => [field, value])) as Said;
}

/** What counts. Tags are those of all sources together, until somebody has chosen them. */
export function facts(words: Word[]): Facts {
  const counted: Record<string, Counted<unknown>> = {};
  const ranked = [...words].sort((a, b) => rankOf(a.source) - rankOf(b.source));
  for (const { field, value, source } of ranked) {
    const first = counted[field];
    if (value === false || value === undefined) continue;
    if (!first) counted[field] = { value, source };
    else if (field === "tags" && first.source !== "user")
      first.value = merged(first.value as string[], value as string[]);
  }
  return counted as Facts;
}

/** When it was taken, as what counts says, with what another source knows of the zone. */
export function dated(word: DatedWord, own: DatedWord | false | undefined): DatedWord {
  if (word.offsetMin !== null || !own) return word;
  if (own.offsetMin !== null) {
    const atMs = word.isUtc ? word.atMs : word.atMs - own.offsetMin * 60_000;
    return { atMs, offsetMin: own.offsetMin };
  }
  if (!word.isUtc || own.isUtc) return word;
  // The camera's clock against the true time: their distance is the zone, if it is one.
  const quarters = Math.round((own.atMs - word.atMs) / quarterMs);
  const isZone = Math.abs(own.atMs - word.atMs - quarters * quarterMs) <= 60_000 && Math.abs(quarters) <= 56;
  return isZone ? { atMs: word.atMs, offsetMin: quarters * 15 } : word;
}

/** Only a day, of which the file knows the hour: then it knows better. */
export function isVaguer(word: DatedWord, own: DatedWord | false | undefined): boolean {
  if (!word.isDay || !own) return false;
  const dayOf = (ms: number) => Math.floor(ms / 86_400_000);
  return dayOf(own.atMs + (own.offsetMin ?? 0) * 60_000) === dayOf(word.atMs);
}

const quarterMs = 900_000;

export function rankOf(source: FactSource): number {
  const rank = factSources.indexOf(source);
  return rank < 0 ? factSources.length : rank;
}

function isField(field: string): field is FactField {
  return (factFields as readonly string[]).includes(field);
}

/** Without those that differ in case alone. */
function merged(first: string[], more: string[]): string[] {
  const known = new Set(first.map((tag) => tag.toLowerCase()));
  return [...first, ...more.filter((tag) => !known.has(tag.toLowerCase()))];
}
