// Cuts a stretch out of a film or sound, exact to the frame, into a file of its own. Nobody's media is touched: it lies in
// the data folder, and is downloaded from there.

import { z } from "zod";
import { keepExport } from "../library/exports.ts";
import { getFile } from "../library/files.ts";
import { getMoment, isSameStretch, rangeIn, timesOf } from "../library/moments.ts";
import { fitted, rateOf, type Stretch } from "../media/cut.ts";
import { cutAudio, cutFilm } from "../media/cut-film.ts";
import type { VideoStream } from "../media/ffprobe.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp, JobFailure } from "../runtime/errors.ts";
import { idOf } from "./ids.ts";
import { aboutFile, fileId, type InputFile, inputFile, megabytes } from "./input-file.ts";
import { isSameExport, removeFormer } from "./reel.ts";
import { refusing } from "./refused-params.ts";
import type { Tools } from "./tools.ts";

const ms = z.int().min(0).max(1_000_000_000);
const params = z
  .strictObject({
    momentId: idOf("moment")
      .optional()
      .meta({ title: "Moment", description: "Or a file with start and end" }),
    fileId: fileId.optional().meta({ title: "Video or sound", fileTypes: ["video", "audio"] }),
    startMs: ms.optional().meta({ title: "Start", description: "Milliseconds from the beginning" }),
    endMs: ms.optional().meta({ title: "End", description: "Milliseconds from the beginning" }),
    title: z.string().trim().min(1).max(200).optional().meta({ title: "Title" }),
  })
  .superRefine((asked, faults) => {
    if (asked.momentId !== undefined) return;
    for (const name of ["fileId", "startMs", "endMs"] as const)
      if (asked[name] === undefined)
        faults.addIssue({
          code: "custom",
          path: [name],
          message: `Which moment, or ${missing[name]}, is needed.`,
        });
  });
type Params = z.infer<typeof params>;

const missing = { fileId: "which file", startMs: "where it starts", endMs: "where it ends" };

interface Wanted {
  fileId: number;
  startMs: number;
  endMs: number;
  title: string;
  momentId?: number;
}

export const momentExport: JobKind<Params, Tools> = {
  name: "moment-export",
  label: "Moment export",
  description: "A stretch of a film or sound as a file of its own, exact to the frame, up to 1080p",
  queue: "moment-export",
  category: "cpu",
  params,
  stuckAfterS: 600,
  makes: ["export"],
  async about(params, tools) {
    const wanted = await refusing("momentId", () => wantedBy(params, tools));
    const file = await refusing("fileId", () => getFile(tools.db, wanted.fileId));
    await refusing("startMs", () => rangeIn(file, wanted));
    return await aboutFile(wanted, tools);
  },
  dedupKey: (p) => (p.momentId ? `moment:${p.momentId}` : `${p.fileId}:${p.startMs}-${p.endMs}`),
  async run(job) {
    const { tools } = job;
    const wanted = await wantedBy(job.params, tools);
    const input = await inputFile(tools, wanted.fileId);
    const probe = await tools.media.probe(input.path, job.signal);
    const range = rangeIn({ ...input.row, durationS: probe.durationS ?? input.row.durationS }, wanted);
    const stretch = { path: input.path, probe, startS: range.startMs / 1000, endS: range.endMs / 1000 };
    if (probe.video) return await exportFilm(job, input, wanted, stretch, probe.video);
    if (probe.audio.length === 0)
      throw new GiveUp("input.unsupported", "There is neither picture nor sound in the file.");
    await exportAudio(job, input, wanted, stretch);
  },
};

async function wantedBy({ momentId, fileId, startMs, endMs, title }: Params, { db }: Tools): Promise<Wanted> {
  if (momentId !== undefined) {
    const row = await getMoment(db, momentId);
    const { name } = await getFile(db, row.fileId);
    return { ...row, momentId, title: title ?? `${row.title} – ${stem(name)}` };
  }
  const range = { startMs: startMs!, endMs: endMs! };
  const { name } = await getFile(db, fileId!);
  return { fileId: fileId!, ...range, title: title ?? `${stem(name)}, ${timesOf(range)}` };
}

async function exportFilm(
  job: Run<Params, Tools>,
  input: InputFile,
  wanted: Wanted,
  stretch: Stretch,
  video: VideoStream,
): Promise<void> {
  const { tools, signal } = job;
  if (video.width === 0 || video.height === 0)
    throw new GiveUp("input.unsupported", `ffmpeg cannot tell how large its ${video.codec} picture is.`);
  const isUpright = video.height > video.width;
  const size = fitted(video, isUpright ? { width: 1080, height: 1920 } : { width: 1920, height: 1080 });
  const form = { size, rate: rateOf(video.fps), quality: { preset: "fast", crf: 20 }, as: "mp4" } as const;
  const onProgress = (percent: number) => job.progress(percent * 0.98);
  await keep(job, input, wanted, { extension: "mp4", mimeType: "video/mp4" }, async (to) => {
    const encoder = await tools.media.encoders.onCpu();
    const durationS = await cutFilm(tools.media, stretch, to, form, encoder, { signal, onProgress });
    return { durationMs: durationS * 1000, ...size };
  });
}

/** An MP3 stays one where this ffmpeg can make it. */
async function exportAudio(
  job: Run<Params, Tools>,
  input: InputFile,
  wanted: Wanted,
  stretch: Stretch,
): Promise<void> {
  const { media } = job.tools;
  const { encoders } = await media.capabilities();
  const isMp3 = stretch.probe.audio[0]!.codec === "mp3" && encoders.has("libmp3lame");
  const form = isMp3
    ? { extension: "mp3", mimeType: "audio/mpeg" }
    : { extension: "m4a", mimeType: "audio/mp4" };
  const options = { signal: job.signal, onProgress: (percent: number) => job.progress(percent * 0.98) };
  await keep(job, input, wanted, form, async (to) => {
    const durationS = await cutAudio(media, stretch, to, isMp3 ? "libmp3lame" : "aac", options);
    return { durationMs: durationS * 1000 };
  });
}

async function keep(
  job: Run<Params, Tools>,
  input: InputFile,
  wanted: Wanted,
  form: { extension: string; mimeType: string },
  make: (to: string) => Promise<{ durationMs: number; width?: number; height?: number }>,
): Promise<void> {
  const { id, kind, tools, signal, log } = job;
  const { title, momentId } = wanted;
  const of = { jobId: id, kind, title, momentId, sourceFileIds: [input.row.id], ...form };
  const made = await keepExport(tools, of, async (to) => {
    const facts = await make(to);
    await input.assertUnchanged();
    await assertSameMoment(wanted, tools);
    signal.throwIfAborted();
    return facts;
  });
  await removeFormer(job, input.row.id, (row) => isSameExport(row, made));
  log(
    `${timesOf(wanted)} of ${input.row.path}: ${(made.durationMs! / 1000).toFixed(3)} s, ${megabytes(made.sizeBytes)}.`,
  );
}

/** Somebody may have moved its ends meanwhile. */
async function assertSameMoment(wanted: Wanted, { db }: Tools): Promise<void> {
  if (wanted.momentId === undefined || isSameStretch(await getMoment(db, wanted.momentId), wanted)) return;
  throw new JobFailure("input.changed", "The moment was changed while it was exported.");
}

function stem(name: string): string {
  return name.replace(/\.[^.]+$/, "");
}
