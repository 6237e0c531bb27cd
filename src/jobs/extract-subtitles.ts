// The subtitles inside a film as WebVTT, which players show and people can read.

import { writeFile } from "node:fs/promises";
import { and, eq, like, not, notExists } from "drizzle-orm";
import { z } from "zod";
import { derivative, file } from "../db/tables/library.ts";
import { listDerivatives, removeVariants, writeDerivative } from "../library/derivatives.ts";
import { languageTag, type SubtitleFacts, subtitlesKind, subtitleVariant } from "../library/subtitles.ts";
import type { SubtitleStream } from "../media/ffprobe.ts";
import { type ReadTrack, readSubtitles, whyNoText } from "../media/subtitles.ts";
import { writeCues } from "../media/webvtt.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { aboutFile, fileId, type InputFile, inputFile } from "./input-file.ts";
import { pendingFiles } from "./pending-files.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }) });
type Params = z.infer<typeof params>;

export const extractSubtitles: JobKind<Params, Tools> = {
  name: "extract-subtitles",
  label: "Subtitles",
  description: "Text subtitles inside a film become WebVTT; ASS is kept as well",
  queue: "subtitles",
  category: "cpu",
  params,
  stuckAfterS: 300,
  makes: [subtitlesKind],
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "extract-subtitles",
      types: ["video"],
      where: lacksSubtitles(tools),
      suits: (row) => row.codecs?.subtitles?.some((codec) => !whyNoText({ codec })) ?? false,
    }),
  async run(job) {
    const input = await inputFile(job.tools, job.params.fileId);
    const probe = await job.tools.media.probe(input.path, job.signal);
    if (probe.subtitles.length === 0) return { notNeeded: "There are no subtitles in the file." };
    const streams = probe.subtitles.filter((stream) => isText(job, stream));
    if (streams.length === 0)
      return { notNeeded: `no subtitles that can become text: ${reasons(probe.subtitles)}` };
    const { signal, progress } = job;
    const tracks = await withScratchFolder(job.tools, async (folder) => {
      const onFault = (stream: SubtitleStream, reason: string) =>
        job.log(`Left out ${inWords(stream)}: ${reason}`);
      const onProgress = (percent: number) => progress(Math.min(99, percent));
      const options = { folder, signal, onProgress, onFault };
      return await readSubtitles(job.tools.media, input.path, probe, streams, options);
    });
    if (tracks.length === 0) throw new GiveUp("input.corrupt", "None of its subtitles can be read.");
    await keep(job, input, tracks);
  },
};

function lacksSubtitles({ db }: Tools) {
  const embedded = and(eq(derivative.kind, subtitlesKind), not(like(derivative.variant, "side-%")));
  return notExists(
    db
      .select({ id: derivative.id })
      .from(derivative)
      .where(and(eq(derivative.fileId, file.id), embedded)),
  );
}

function isText(job: Run<Params, Tools>, stream: SubtitleStream): boolean {
  const reason = whyNoText(stream);
  if (reason) job.log(`Passed over ${inWords(stream)}: ${reason}.`);
  return reason === undefined;
}

function reasons(streams: SubtitleStream[]): string {
  return [...new Set(streams.map((stream) => whyNoText(stream)!))].join("; ");
}

/** `track 3 (subrip, eng, "Commentary")`. */
function inWords({ index, codec, language, title }: SubtitleStream): string {
  return `track ${index} (${[codec, language, title && `“${title}”`].filter(Boolean).join(", ")})`;
}

async function keep(job: Run<Params, Tools>, input: InputFile, tracks: ReadTrack[]): Promise<void> {
  const { tools, signal, log } = job;
  await input.assertUnchanged();
  signal.throwIfAborted();
  const kept: string[] = [];
  for (const { stream, cues, ass } of tracks) {
    const facts = factsOf(stream, cues.length);
    if (ass !== null) kept.push(await write(tools, input, { ...facts, format: "ass" }, ass));
    kept.push(await write(tools, input, facts, writeCues(cues)));
    log(`${inWords(stream)}: ${cues.length} subtitles${cues.length === 0 ? ", so it is not offered" : ""}`);
  }
  const former = await listDerivatives(tools.db, input.row.id);
  const stale = former.filter(
    ({ kind, variant }) => kind === subtitlesKind && !variant.startsWith("side-") && !kept.includes(variant),
  );
  await removeVariants(
    tools,
    input.row.id,
    subtitlesKind,
    stale.map(({ variant }) => variant),
  );
  tools.events.publish({ topic: "file", id: input.row.id });
}

function factsOf(stream: SubtitleStream, cues: number): SubtitleFacts {
  const { index, language, title, codec, isDefault, forced, isHearingImpaired } = stream;
  return {
    track: `${index}-${languageTag(language)}`,
    language,
    title,
    isDefault,
    isForced: forced,
    isHearingImpaired,
    codec,
    format: "vtt",
    source: "embedded",
    cues,
  };
}

async function write(tools: Tools, input: InputFile, facts: SubtitleFacts, text: string): Promise<string> {
  const variant = subtitleVariant(facts);
  const form = { extension: facts.format, mimeType: facts.format === "vtt" ? "text/vtt" : "text/x-ssa" };
  await writeDerivative(tools, input.row.id, subtitlesKind, variant, form, async (temporary) => {
    await writeFile(temporary, text);
    return { facts: { ...facts } };
  });
  return variant;
}
