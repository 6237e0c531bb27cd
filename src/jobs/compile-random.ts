// Joins videos drawn at random into one film. The draw depends on the job's number alone: a retry makes the same film.

import { z } from "zod";
import { joinPieces } from "../media/join-films.ts";
import { joinFormOf } from "../media/join-form.ts";
import type { JobKind } from "../queue/kind.ts";
import { aboutLibrary, checkOutput, drawParams, drawSources, keepFilm, outputParams } from "./compilation.ts";
import { encoderMemory } from "./encoder-memory.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import type { Tools } from "./tools.ts";

const params = z
  .strictObject({
    count: z.int().min(2).max(200).default(10).meta({ title: "Videos" }),
    ...drawParams,
    ...outputParams,
  })
  .refine(({ minDuration = 0, maxDuration = Number.POSITIVE_INFINITY }) => minDuration <= maxDuration, {
    path: ["maxDuration"],
    message: "The longest is shorter than the shortest.",
  });
type Params = z.output<typeof params>;

export const compileRandom: JobKind<Params, Tools> = {
  name: "compile-random",
  alias: "compile_random",
  label: "Random compilation",
  description: "Videos drawn at random, one after the other in one film",
  queue: "compile",
  category: "gpu_encode",
  vramHere: encoderMemory(2000),
  params,
  stuckAfterS: 1800,
  makes: ["export"],
  // Two of them at once are two different films.
  dedupKey: () => null,
  async about(params, tools) {
    await checkOutput(tools, params);
    return await aboutLibrary(tools, params, `${params.count} videos at random`);
  },
  async run(job) {
    const { tools, params, signal, log } = job;
    const sources = await drawSources(job, params);
    const size = joinFormOf(
      sources.map(({ probe }) => probe.video),
      params.orientation,
    );
    await withScratchFolder(tools, async (scratchFolder) => {
      const title = `Random compilation ${job.id}`;
      await keepFilm(job, { output: params, title, sources }, async (to, title) => {
        const pieces = sources.map(({ input, probe }) => ({
          path: input.path,
          probe,
          title: input.row.name,
        }));
        const options = {
          scratchFolder,
          signal,
          log,
          onProgress: shown(job.progress),
          leaveOutDamaged: true,
        };
        const { durationS } = await joinPieces(tools.media, pieces, to, { ...size, title }, options);
        return { durationMs: durationS * 1000, width: size.width, height: size.height };
      });
    });
  },
};

/** The last of it belongs to keeping the film. */
export function shown(progress: (percent: number) => void): (percent: number) => void {
  return (percent) => progress(percent * 0.99);
}
