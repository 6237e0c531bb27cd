// Each stretch that a digest chose as a clip of its own, exact to the frame.

import { z } from "zod";
import type { MomentRow } from "../db/tables/media.ts";
import { keepExport } from "../library/exports.ts";
import { listMoments, timesOf } from "../library/moments.ts";
import { fitted, rateOf } from "../media/cut.ts";
import { cutFilm } from "../media/cut-film.ts";
import { withVideoEncoder } from "../media/video-encoders.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { aboutFile, fileId } from "./input-file.ts";
import { openFilm, type ReelFilm, removeFormer, stemOf } from "./reel.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }) });
type Params = z.infer<typeof params>;

export const clipGenerate: JobKind<Params, Tools> = {
  name: "clip-generate",
  alias: "clip_generate",
  label: "Clips",
  description: "Each stretch of a film's digest as a clip of its own; the digest comes first",
  queue: "moment-export",
  category: "cpu",
  params,
  stuckAfterS: 600,
  makes: ["export"],
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  async run(job) {
    const moments = await listMoments(job.tools.db, job.params.fileId);
    const chosen = moments.filter(({ source }) => source === "digest");
    if (chosen.length === 0)
      return { notNeeded: "No digest has chosen anything in this film yet. Make a digest first." };
    const film = await openFilm(job, job.params.fileId);
    if (!film) return { notNeeded: "There is no picture in the file." };
    const wholeMs = chosen.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
    let doneMs = 0;
    for (const moment of chosen) {
      const lengthMs = moment.endMs - moment.startMs;
      const onProgress = (percent: number) =>
        job.progress((99 * (doneMs + (lengthMs * percent) / 100)) / wholeMs);
      await cut(job, film, moment, onProgress);
      doneMs += lengthMs;
    }
    // Of a digest that has chosen anew since.
    await removeFormer(job, film.input.row.id, ({ momentId }) => momentId === null);
    job.log(`${chosen.length} clips, ${(wholeMs / 1000).toFixed(1)} s in all`);
  },
};

async function cut(
  { id, kind, tools, signal, log }: Run<Params, Tools>,
  { input, probe }: ReelFilm,
  moment: MomentRow,
  onProgress: (percent: number) => void,
): Promise<void> {
  const { video } = probe;
  if (moment.startMs >= 1000 * (probe.durationS ?? Number.POSITIVE_INFINITY))
    throw new GiveUp("input.truncated", "The film is shorter than when its digest was made.");
  const isUpright = video.height > video.width;
  const size = fitted(video, isUpright ? { width: 1080, height: 1920 } : { width: 1920, height: 1080 });
  const form = { size, rate: rateOf(video.fps), quality: { preset: "fast", crf: 20 }, as: "mp4" } as const;
  const stretch = { path: input.path, probe, startS: moment.startMs / 1000, endS: moment.endMs / 1000 };
  const title = `${moment.title} – ${stemOf(input.row)}`;
  const of = { jobId: id, kind, title, extension: "mp4", mimeType: "video/mp4", momentId: moment.id };
  await keepExport(tools, { ...of, sourceFileIds: [input.row.id] }, async (to) => {
    const durationS = await withVideoEncoder(tools.media, { log, signal, picture: size }, (encoder) =>
      cutFilm(tools.media, stretch, to, form, encoder, { signal, onProgress }),
    );
    await input.assertUnchanged();
    signal.throwIfAborted();
    return { durationMs: durationS * 1000, ...size };
  });
  log(`${moment.title}: ${timesOf(moment)}`);
}
