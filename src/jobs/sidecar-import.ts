// What the sidecars of a file say, and what would come of it: read once, to be shown or to be applied.

import { dirname, join } from "node:path";
import type { FileRow } from "../db/tables/library.ts";
import type { FactSource } from "../db/tables/media.ts";
import { changeFacts } from "../library/file-facts.sqlite.ts";
import {
  type FactField,
  type Facts,
  factFields,
  facts,
  type Said,
  saidBy,
  type Word,
  wordsOf,
} from "../library/file-facts.ts";
import { absolutePath, getFile } from "../library/files.ts";
import { type Beside, besideFile } from "../library/sidecar-changes.ts";
import { GiveUp } from "../runtime/errors.ts";
import type { Tools } from "./tools.ts";

type Parts = Pick<Tools, "db" | "media" | "clock" | "events">;

export interface SidecarReading {
  row: FileRow;
  beside: Beside;
  /** Real and absolute. */
  folder: string;
  /** What each source says, all of its sidecars together. */
  said: Map<FactSource, Said>;
  faults: { name: string; reason: string }[];
}

/** One field, as it is and as it would be. */
export interface FieldDiff {
  field: FactField;
  now: unknown;
  says: unknown;
  saidBy: FactSource;
  willBe: unknown;
}

/** Throws `input.missing` where the file's folder cannot be reached. */
export async function readSidecars(
  { db, media }: Pick<Parts, "db" | "media">,
  row: FileRow,
  signal?: AbortSignal,
): Promise<SidecarReading> {
  const folder = dirname(await absolutePath(db, row));
  const beside = await besideFile(folder, row.name);
  const said = new Map<FactSource, Said>();
  const faults: SidecarReading["faults"] = [];
  for (const { name, form } of beside.facts) {
    signal?.throwIfAborted();
    try {
      const asked = { path: join(folder, name), form };
      const says = await media.native.call("sidecar.read", asked, { signal, timeoutMs: 20_000 });
      // The more particular of two comes first.
      said.set(form, { ...says, ...said.get(form) });
    } catch (error) {
      faults.push({ name, reason: reasonOf(error) });
    }
  }
  return { row, beside, folder, said, faults };
}

/** The fields that sidecars say something of; those that would stay as they are stand there too. */
export async function sidecarDiff(
  { db }: Pick<Parts, "db">,
  { row, said }: SidecarReading,
): Promise<FieldDiff[]> {
  const words = (await wordsOf(db, [row.id])).get(row.id) ?? [];
  const [now, then] = [facts(words), facts(wordsAfter(words, said))];
  return [...said].flatMap(([source, says]) =>
    factFields.flatMap((field) =>
      says[field] === undefined
        ? []
        : [
            {
              field,
              now: now[field]?.value ?? ownNow(row, field),
              says: says[field],
              saidBy: source,
              willBe: then[field]?.value,
            },
          ],
    ),
  );
}

export interface AppliedWords {
  /** What the sources said before, for whoever takes it back. */
  before: [FactSource, Said][];
  changed: FieldDiff[];
}

/** Sources that had said something and whose sidecars are gone keep their word. */
export async function applySidecars(parts: Parts, reading: SidecarReading): Promise<AppliedWords> {
  const diff = await sidecarDiff(parts, reading);
  const before: AppliedWords["before"] = [];
  for (const [source, says] of reading.said) {
    before.push([source, await saidBy(parts.db, reading.row.id, source)]);
    changeFacts(parts.db, reading.row, source, { ...silence, ...says }, parts.clock.now());
  }
  const after = await getFile(parts.db, reading.row.id);
  if (reading.said.size > 0) parts.events.publish({ topic: "file", id: after.id });
  return { before, changed: diff.filter((one) => !isSameValue(one.now, one.willBe)) };
}

export function isSameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/** Each source says all it says, or nothing. */
export const silence = Object.fromEntries(factFields.map((field) => [field, null])) as Record<
  FactField,
  null
>;

function wordsAfter(words: Word[], said: SidecarReading["said"]): Word[] {
  const kept = words.filter(({ source }) => !said.has(source));
  const heard = [...said].flatMap(([source, says]) =>
    factFields.flatMap((field) =>
      says[field] === undefined ? [] : [{ field, value: says[field], source } as Word],
    ),
  );
  return [...kept, ...heard];
}

/** What the file itself says where no other word stands in front of it yet. */
function ownNow(row: FileRow, field: FactField): Facts[FactField] | unknown {
  if (field === "capturedAt" && row.capturedAt)
    return { atMs: row.capturedAt.getTime(), offsetMin: row.capturedOffsetMin };
  if (field === "gps" && row.gpsLat !== null && row.gpsLon !== null)
    return { lat: row.gpsLat, lon: row.gpsLon, alt: row.gpsAlt };
  return undefined;
}

/** A sidecar's own fault; anything else is thrown on. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (error instanceof GiveUp && code === "sidecar.invalid") return message;
  if (code === "input.missing") return "it is gone";
  if (code === "input.unreadable") return "the server may not read it";
  if (code === "tool.timeout") return "reading it took too long";
  throw error;
}
