// What stands beside a file comes into the library: facts from NFO, XMP and Google Takeout, subtitles from .srt, .vtt, .ass.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { listDerivatives, removeVariants, writeDerivative } from "../library/derivatives.ts";
import { listLibraries, scannedTypes } from "../library/libraries.ts";
import { filesWithChangedSidecars, isSame, readStamps, rememberStamps } from "../library/sidecar-changes.ts";
import type { SubtitleName } from "../library/sidecar-names.ts";
import { languageTag, type SubtitleFacts, subtitlesKind, subtitleVariant } from "../library/subtitles.ts";
import { readSubtitleFile } from "../media/subtitle-file.ts";
import { writeCues } from "../media/webvtt.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { aboutFile, fileId, inputFile } from "./input-file.ts";
import { givenUp } from "./pending-files.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import {
  applySidecars,
  type FieldDiff,
  readSidecars,
  type SidecarReading,
  sidecarDiff,
} from "./sidecar-import.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileId: fileId.meta({ title: "File" }),
  apply: z.boolean().default(true).meta({
    title: "Apply what is found",
    description: "Without it, the log only says what would change",
  }),
});
type Params = z.output<typeof params>;

export const metadataImport: JobKind<Params, Tools> = {
  name: "metadata-import",
  label: "Metadata import",
  description: "Title, date, place, tags and subtitles from files beside it: NFO, XMP, Google Takeout, .srt",
  queue: "metadata-import",
  category: "cpu",
  params,
  stuckAfterS: 300,
  about: aboutFile,
  dedupKey: (p) => `${p.fileId}${p.apply ? "" : ":look"}`,
  async *pending({ db }) {
    for (const library of await listLibraries(db))
      for await (const id of filesWithChangedSidecars(db, library, scannedTypes(library)))
        if (!(await givenUp({ db }, "metadata-import", [id])).has(id)) yield { fileId: id, apply: true };
  },
  async run(job) {
    const { tools, params, signal } = job;
    const { row } = await inputFile(tools, params.fileId);
    const reading = await readSidecars(tools, row, signal);
    const former = await readStamps(tools.db, row.id);
    const names = Object.keys(reading.beside.stamps);
    if (names.length === 0 && Object.keys(former).length === 0)
      return { notNeeded: "There is no sidecar beside it." };
    job.log(
      names.length > 0 ? `Beside it: ${names.join(", ")}.` : "Its sidecars are gone; what they said stays.",
    );
    job.progress(20);
    if (!params.apply) {
      tell(job, await sidecarDiff(tools, reading));
      return failOn(reading);
    }
    tell(job, (await applySidecars(tools, reading)).changed);
    await importSubtitles(job, reading);
    // Also of what cannot be read: it is tried again when it has changed.
    await rememberStamps(tools.db, row.id, reading.beside.stamps, tools.clock.now());
    failOn(reading);
    if (isSame(former, reading.beside.stamps)) job.log("They are as they were when they were last read.");
  },
};

function tell({ log }: Pick<Run, "log">, diff: FieldDiff[]): void {
  for (const { field, now, says, saidBy, willBe } of diff) {
    const isHeard = JSON.stringify(says) === JSON.stringify(willBe);
    log(
      `${field}: ${inWords(now)} → ${inWords(willBe)}${isHeard ? ` (${saidBy})` : `; ${saidBy} says ${inWords(says)}`}`,
    );
  }
  if (diff.length === 0) log("Nothing about the file changes.");
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.join(", ") || "nothing";
  if (typeof value === "object" && "atMs" in value) return new Date(Number(value.atMs)).toISOString();
  if (typeof value === "object" && "lat" in value) return Object.values(value).slice(0, 2).join(", ");
  const text = String(value);
  return text.length > 80 ? `“${text.slice(0, 79)}…”` : `“${text}”`;
}

function failOn({ faults }: SidecarReading): void {
  if (faults.length === 0) return;
  const list = faults.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
  throw new GiveUp("sidecar.invalid", `${list}.`);
}

/** Each becomes WebVTT, as players want it; those whose files are gone go. */
async function importSubtitles(job: Run<Params, Tools>, reading: SidecarReading): Promise<void> {
  const { tools, signal, log } = job;
  const { row, beside, folder } = reading;
  const kept = new Set<string>();
  for (const subtitle of beside.subtitles) {
    try {
      const { text, cues } = await withScratchFolder(tools, (scratch) =>
        readSubtitleFile(tools.media, join(folder, subtitle.name), subtitle, scratch, signal),
      );
      const facts = factsOf(subtitle, cues.length, kept);
      await keep(tools, row.id, facts, writeCues(cues), kept);
      if (subtitle.format === "ass") await keep(tools, row.id, { ...facts, format: "ass" }, text, kept);
      log(`${subtitle.name}: ${cues.length} subtitles, as ${facts.track}.`);
    } catch (error) {
      if (!(error instanceof GiveUp) || error.code !== "sidecar.invalid") throw error;
      reading.faults.push({ name: subtitle.name, reason: error.message });
    }
  }
  const stale = (await listDerivatives(tools.db, row.id)).filter(
    ({ kind, variant }) => kind === subtitlesKind && variant.startsWith("side-") && !kept.has(variant),
  );
  const variants = stale.map(({ variant }) => variant);
  await removeVariants(tools, row.id, subtitlesKind, variants);
  if (kept.size + stale.length > 0) tools.events.publish({ topic: "file", id: row.id });
}

function factsOf(subtitle: SubtitleName, cues: number, taken: Set<string>): SubtitleFacts {
  const { language, format, isForced, isDefault, isHearingImpaired } = subtitle;
  const notes = [isForced && "forced", isHearingImpaired && "sdh"].filter(Boolean);
  const plain = ["side", languageTag(language), ...notes].join("-");
  let track = plain;
  for (let n = 2; taken.has(track); n++) track = `${plain}-${n}`;
  return {
    track,
    language,
    title: null,
    isDefault,
    isForced,
    isHearingImpaired,
    codec: { srt: "subrip", vtt: "webvtt", ass: "ass" }[format],
    format: "vtt",
    source: "sidecar",
    cues,
  };
}

async function keep(
  tools: Tools,
  fileId: number,
  facts: SubtitleFacts,
  text: string,
  kept: Set<string>,
): Promise<void> {
  const variant = subtitleVariant(facts);
  const form = { extension: facts.format, mimeType: facts.format === "vtt" ? "text/vtt" : "text/x-ssa" };
  await writeDerivative(tools, fileId, subtitlesKind, variant, form, async (temporary) => {
    await writeFile(temporary, text);
    return { facts: { ...facts } };
  });
  kept.add(variant);
}
