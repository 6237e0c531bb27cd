// Writing what is said about a file, and what follows from it: its tags to be searched by, and its date and place in the
// file's own row, where lists, the timeline and the map read them. In one transaction.

import { and, eq, inArray, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file } from "../db/tables/library.ts";
import { type FactSource, fileFact, fileTag } from "../db/tables/media.ts";
import {
  type DatedWord,
  dated,
  type FactField,
  factFields,
  factSources,
  facts,
  isVaguer,
  type Said,
  type Word,
} from "./file-facts.ts";

type Tx = Pick<Db, "select" | "insert" | "update" | "delete" | "all" | "run">;
/** Null: it says nothing of that field any more. */
export type Change = { [F in FactField]?: Said[F] | null };

/** A source's words about a file change; fields that are not named stay. */
export function changeFacts(db: Db, row: FileRow, source: FactSource, change: Change, now: number): void {
  db.transaction((tx) => {
    write(tx, row.id, source, change, now);
    settle(tx, row.id, now);
  });
}

/**
 * What the file itself says goes into `facts`, unless stronger words stand in front of it: those stay. Called before the
 * facts of a new look at the file are written.
 */
export function withOutsideFacts(
  db: Db,
  row: FileRow,
  facts: Partial<FileRow>,
  own: Pick<Said, "title" | "description" | "rating" | "tags">,
  now: number,
): Partial<FileRow> {
  const known = wordsIn(db, row.id);
  if (known.length === 0 && Object.values(own).every((value) => value === undefined)) return facts;
  return db.transaction((tx) => {
    const texts = { title: null, description: null, rating: null, tags: null };
    write(tx, row.id, "file", { ...texts, ...given(own) }, now);
    const outside = known.filter(({ source }) => source !== "file");
    const place = placeIn(facts);
    for (const [field, value] of [
      ["capturedAt", dateIn(facts) ?? false],
      ["gps", place ?? false],
    ] as const)
      if (outside.some((word) => word.field === field)) put(tx, row.id, field, value, "file", now);
      else drop(tx, row.id, [field], "file");
    const words = wordsIn(tx, row.id);
    writeTags(tx, row.id, words);
    return { ...facts, ...overrides(words) };
  });
}

/** What a date and a place come to where somebody else than the file says them. */
function overrides(words: Word[]): Partial<FileRow> {
  const counted = facts(words);
  const ownDate = ownOf<DatedWord>(words, "capturedAt");
  const date = counted.capturedAt;
  const isOutside = date && date.source !== "file" && !isVaguer(date.value, ownDate);
  return {
    ...(isOutside && dateColumns(dated(date.value, ownDate), date.source)),
    ...(counted.gps && counted.gps.source !== "file" && placeColumns(counted.gps.value)),
  };
}

/** Brings tags and the file's row in line with the words. What the file itself says is put aside first, or back. */
function settle(tx: Tx, fileId: number, now: number): void {
  const row = tx.select().from(file).where(eq(file.id, fileId)).get() as FileRow | undefined;
  if (!row) return;
  for (const field of ["capturedAt", "gps"] as const) {
    const words = wordsIn(tx, fileId).filter((word) => word.field === field);
    const isAside = words.some(({ source }) => source === "file");
    const isOverruled = words.some(({ source }) => source !== "file");
    // Nobody has looked into the file yet: what it says comes with that look.
    if (isOverruled && !isAside && row.metadataAt !== null)
      put(tx, fileId, field, (field === "gps" ? placeIn(row) : dateIn(row)) ?? false, "file", now);
    if (isOverruled || !isAside) continue;
    const own = words[0]!.value;
    const columns =
      field === "gps"
        ? placeColumns(own === false ? null : (own as Said["gps"])!)
        : dateColumns(own === false ? null : (own as DatedWord), "file");
    tx.update(file).set(columns).where(eq(file.id, fileId)).run();
    drop(tx, fileId, [field], "file");
  }
  const words = wordsIn(tx, fileId);
  writeTags(tx, fileId, words);
  const ownDate = ownOf<DatedWord>(words, "capturedAt");
  const backTo = ownDate ? dateColumns(ownDate, "file") : {};
  tx.update(file)
    .set({ ...backTo, ...overrides(words), updatedAt: new Date(now) })
    .where(eq(file.id, fileId))
    .run();
}

function write(tx: Tx, fileId: number, source: FactSource, change: Change, now: number): void {
  for (const field of factFields) {
    const value = change[field];
    if (value === null) drop(tx, fileId, [field], source);
    else if (value !== undefined) put(tx, fileId, field, value, source, now);
  }
}

function put(tx: Tx, fileId: number, field: string, value: unknown, source: FactSource, now: number): void {
  tx.run(
    sql`INSERT OR REPLACE INTO ${fileFact} (file_id, field, value, source, set_at)
      VALUES (${fileId}, ${field}, ${JSON.stringify(value)}, ${source}, ${now})`,
  );
}

function drop(tx: Tx, fileId: number, fields: string[], source: FactSource): void {
  tx.delete(fileFact)
    .where(and(eq(fileFact.fileId, fileId), inArray(fileFact.field, fields), eq(fileFact.source, source)))
    .run();
}

function wordsIn(tx: Tx, fileId: number): Word[] {
  const rows = tx.select().from(fileFact).where(eq(fileFact.fileId, fileId)).all();
  return rows.filter(({ field }) => (factFields as readonly string[]).includes(field)) as Word[];
}

/** Tags by others than these sources are left alone. */
function writeTags(tx: Tx, fileId: number, words: Word[]): void {
  const mine = inArray(fileTag.source, [...factSources]);
  tx.delete(fileTag)
    .where(and(eq(fileTag.fileId, fileId), mine))
    .run();
  const tags = facts(words).tags?.value ?? [];
  const ranked = words.filter(({ field }) => field === "tags");
  const sourceOf = (tag: string) =>
    factSources.find((source) =>
      ranked.some((word) => word.source === source && Array.isArray(word.value) && word.value.includes(tag)),
    ) ?? "user";
  if (tags.length > 0)
    tx.insert(fileTag)
      .values(tags.map((tag) => ({ fileId, tag, source: sourceOf(tag) })))
      .onConflictDoNothing()
      .run();
}

function ownOf<V>(words: Word[], field: FactField): V | false | undefined {
  return words.find((word) => word.field === field && word.source === "file")?.value as V | false | undefined;
}

function dateIn({ capturedAt, capturedOffsetMin, capturedFrom }: Partial<FileRow>): DatedWord | undefined {
  if (!capturedAt) return undefined;
  const from = capturedFrom ?? "file";
  // A container's clock and a disk's are UTC; a camera's is the wall clock's.
  const isUtc = from === "container" || from === "file" ? { isUtc: true } : {};
  return { atMs: capturedAt.getTime(), offsetMin: capturedOffsetMin ?? null, from, ...isUtc };
}

function dateColumns(word: DatedWord | null, source: FactSource): Partial<FileRow> {
  if (!word) return { capturedAt: null, capturedOffsetMin: null, capturedFrom: null };
  const from = source === "file" ? (word.from ?? "file") : (heard[source] ?? "sidecar");
  return { capturedAt: new Date(word.atMs), capturedOffsetMin: word.offsetMin, capturedFrom: from };
}

/** How `capturedFrom` calls who is no sidecar. */
const heard: Partial<Record<FactSource, string>> = { user: "user", identify: "identify" };

function placeIn({ gpsLat, gpsLon, gpsAlt }: Partial<FileRow>): Said["gps"] {
  if (typeof gpsLat !== "number" || typeof gpsLon !== "number") return undefined;
  return { lat: gpsLat, lon: gpsLon, alt: gpsAlt ?? null };
}

function placeColumns(place: NonNullable<Said["gps"]> | null): Partial<FileRow> {
  return { gpsLat: place?.lat ?? null, gpsLon: place?.lon ?? null, gpsAlt: place?.alt ?? null };
}

function given(said: Said): Change {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Change;
}
