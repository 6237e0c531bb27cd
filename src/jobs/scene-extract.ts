// The scenes of a film: where each begins and ends, and a picture of each.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeDerivativeFolder } from "../library/derivatives.ts";
import { replaceScenes, sceneKind, scenePicture, sceneVariant } from "../library/scenes.ts";
import type { Probe, VideoStream } from "../media/ffprobe.ts";
import { analyseFilm, type FilmAnalysis } from "../media/film-analysis.ts";
import { takeFrame } from "../media/film-frame.ts";
import { pictureAtS, type Scene, scenesOf } from "../media/scenes.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { aboutFile, fileId, type InputFile, inputFile } from "./input-file.ts";
import { lacksDerivative, pendingFiles } from "./pending-files.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }),
  threshold: z.number().min(0.1).max(0.9).optional().meta({
    title: "Threshold",
    description: "How sharp a cut has to be, 0.1 to 0.9; usually 0.3. Lower finds more scenes",
  }),
});
type Params = z.infer<typeof params>;

export const sceneExtract: JobKind<Params, Tools> = {
  name: "scene-extract",
  alias: "scene_extract",
  label: "Scenes",
  description: "Where a film's scenes begin, and a picture of each",
  queue: "scene",
  // No model is asked.
  category: "cpu",
  params,
  stuckAfterS: 600,
  makes: [sceneKind],
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "scene-extract",
      types: ["video"],
      where: lacksDerivative(tools, sceneKind, sceneVariant),
      suits: (row) => row.codecs?.video !== undefined,
    }),
  async run(job) {
    const { tools, signal, progress, log } = job;
    const input = await inputFile(tools, job.params.fileId);
    const probe = await tools.media.probe(input.path, signal);
    const { video } = probe;
    if (!video) return { notNeeded: "There is no picture in the file." };
    const film = { ...probe, video };
    const onProgress = (percent: number) => progress(percent * shareOfLooking(film));
    const analysis = await analyseFilm(tools.media, input.path, film, { signal, onProgress, sound: false });
    if (analysis.seconds.length === 0)
      throw new GiveUp("input.corrupt", "No frame of the film can be decoded.");
    const scenes = scenesOf(analysis, { threshold: job.params.threshold ?? 0.3 });
    log(scenes.length === 1 ? "One scene, without a cut" : `${scenes.length} scenes, ${lengths(scenes)}`);
    await keep(job, input, film, analysis, scenes);
  },
};

type Film = Probe & { video: VideoStream };
const pictureWidth = 480;

/** The rest are the pictures: half a second each, as a jump into a film takes, at about a scene in six seconds. */
function shareOfLooking({ video }: Film): number {
  const megapixels = (video.codedWidth * video.codedHeight) / 1e6;
  return 0.7 + 0.2 * Math.min(1, megapixels / 2);
}

function lengths(scenes: Scene[]): string {
  const seconds = scenes.map(({ startMs, endMs }) => (endMs - startMs) / 1000).sort((a, b) => a - b);
  return `${seconds[0]!.toFixed(1)} to ${seconds.at(-1)!.toFixed(1)} s long`;
}

async function keep(
  job: Run<Params, Tools>,
  input: InputFile,
  film: Film,
  { blacks }: FilmAnalysis,
  scenes: Scene[],
): Promise<void> {
  const { tools, signal } = job;
  const form = { entry: "scenes.json", mimeType: "application/json" };
  await writeDerivativeFolder(tools, input.row.id, sceneKind, sceneVariant, form, async (folder) => {
    const lacking = await takePictures(job, input.path, film, blacks, scenes, folder);
    await writeFile(join(folder, "scenes.json"), JSON.stringify(scenes));
    await input.assertUnchanged();
    signal.throwIfAborted();
    return { facts: { scenes: scenes.length, lacking } };
  });
  replaceScenes(tools.db, input.row.id, scenes);
  tools.events.publish({ topic: "file", id: input.row.id });
}

/** Answers the numbers of scenes of which there is none. */
async function takePictures(
  { tools, signal, progress }: Run<Params, Tools>,
  path: string,
  film: Film,
  blacks: FilmAnalysis["blacks"],
  scenes: Scene[],
  folder: string,
): Promise<number[]> {
  const lacking: number[] = [];
  const from = 100 * shareOfLooking(film);
  await withScratchFolder(tools, async (scratch) => {
    for (const [n, scene] of scenes.entries()) {
      const frame = join(scratch, `${scene.number}.png`);
      const options = { maxWidth: pictureWidth, signal };
      const taken = await takeFrame(tools.media, path, film.video, pictureAtS(scene, blacks), frame, options);
      const output = { path: join(folder, scenePicture(scene.number)), format: "webp" as const };
      if (taken) await tools.media.renderImage(frame, [output], signal);
      else lacking.push(scene.number);
      progress(from + ((100 - from) * (n + 1)) / scenes.length);
    }
  });
  return lacking;
}
