// A film in a minute: its best stretches, spread over the whole of it. They are kept as moments as well.

import { z } from "zod";
import { replaceDigestMoments } from "../library/digest-moments.sqlite.ts";
import { type Chosen, chooseBest } from "../media/best-moments.ts";
import { analyseFilm } from "../media/film-analysis.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { encoderMemory } from "./encoder-memory.ts";
import { aboutFile, fileId } from "./input-file.ts";
import { keepReel, openFilm, type ReelFilm, removeFormer, shareOfLooking, stemOf } from "./reel.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }),
  targetLength: z.number().min(4).max(1800).default(60).meta({
    title: "Length",
    description: "Seconds; it is never longer than that",
  }),
});
type Params = z.infer<typeof params>;

export const digestGenerate: JobKind<Params, Tools> = {
  name: "digest-generate",
  alias: "digest_generate",
  label: "Digest",
  description: "The best stretches of a film, joined; by movement, sound and scenes",
  queue: "compile",
  category: "gpu_ai",
  // No model is asked; what an encoder on the GPU takes.
  vramHere: encoderMemory(2000),
  params,
  stuckAfterS: 1800,
  makes: ["export"],
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  async run(job) {
    const { targetLength } = job.params;
    const film = await openFilm(job, job.params.fileId);
    if (!film) return { notNeeded: "There is no picture in the file." };
    const durationS = film.probe.video.durationS ?? film.probe.durationS ?? Number.POSITIVE_INFINITY;
    if (durationS <= targetLength + 1) return tooShort(durationS, targetLength);
    const from = 100 * shareOfLooking([film], targetLength);
    const chosen = await choose(job, film, from);
    if (chosen.length === 0)
      return { notNeeded: "There is nothing to see in the film: it is black or blank." };
    const parts = chosen.map((stretch) => ({ ...stretch, film }));
    await keepReel(job, parts, { title: `Digest – ${stemOf(film.input.row)}`, from, chapters: false });
    await removeFormer(job, film.input.row.id);
    const { db, clock, events } = job.tools;
    replaceDigestMoments(db, film.input.row.id, chosen.map(inMs), new Date(clock.now()));
    events.publish({ topic: "file", id: film.input.row.id });
  },
};

function tooShort(durationS: number, targetLength: number) {
  const notNeeded = `The film is ${durationS.toFixed(0)} s long and its digest would be ${targetLength} s: there is nothing to leave out.`;
  return { notNeeded };
}

async function choose(job: Run<Params, Tools>, film: ReelFilm, upTo: number): Promise<Chosen[]> {
  const { tools, signal, log, params } = job;
  const onProgress = (percent: number) => job.progress((percent * upTo) / 100);
  const analysis = await analyseFilm(tools.media, film.input.path, film.probe, { signal, onProgress });
  if (analysis.seconds.length === 0)
    throw new GiveUp("input.corrupt", "No frame of the film can be decoded.");
  const { durationS, cuts, blacks } = analysis;
  log(`Looked at ${durationS.toFixed(0)} s: ${cuts.length} changes of picture, ${blacks.length} times black`);
  const chosen = chooseBest(analysis, params.targetLength);
  log(`Chose ${chosen.map(({ startS, endS }) => `${startS.toFixed(1)}–${endS.toFixed(1)}`).join(", ")} s`);
  return chosen;
}

function inMs({ startS, endS }: Chosen): { startMs: number; endMs: number } {
  return { startMs: Math.round(startS * 1000), endMs: Math.round(endS * 1000) };
}
