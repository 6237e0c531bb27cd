// Many videos in one film, each behind a card with its name and date, and in a chapter of its own.

import { join } from "node:path";
import { z } from "zod";
import type { Size } from "../media/cut.ts";
import { joinPieces, type Piece } from "../media/join-films.ts";
import { joinFormOf } from "../media/join-form.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import {
  aboutFiles,
  aboutLibrary,
  checkOutput,
  drawParams,
  drawSources,
  keepFilm,
  outputParams,
  type Source,
  sourceOf,
} from "./compilation.ts";
import { shown } from "./compile-random.ts";
import { encoderMemory } from "./encoder-memory.ts";
import { fileId } from "./input-file.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import type { Tools } from "./tools.ts";

const most = 500;
const params = z
  .strictObject({
    fileIds: z
      .array(fileId)
      .min(2)
      .max(most)
      .optional()
      .meta({
        title: "Videos",
        description: "In this order; without any, as many as below are drawn at random",
        fileTypes: ["video"],
      }),
    count: z.int().min(2).max(most).optional().meta({ title: "Videos at random" }),
    title: z.string().trim().min(1).max(200).optional().meta({ title: "Title" }),
    titleCards: z.boolean().default(true).meta({
      title: "Title cards",
      description: "Name and date, three seconds before each video",
    }),
    ...drawParams,
    ...outputParams,
  })
  .refine(({ fileIds, count }) => fileIds !== undefined || count !== undefined, {
    path: ["fileIds"],
    message: "Say which videos, or how many at random.",
  });
type Params = z.output<typeof params>;

export const compileMega: JobKind<Params, Tools> = {
  name: "compile-mega",
  alias: "compile_mega",
  label: "Large compilation",
  description: "Many videos in one film, with title cards and chapters",
  queue: "compile",
  category: "gpu_encode",
  vramHere: encoderMemory(6000),
  params,
  stuckAfterS: 3600,
  makes: ["export"],
  dedupKey: (p) =>
    p.fileIds ? `${p.fileIds.join(",")}:${p.title ?? ""}:${p.titleCards}:${p.outputPath ?? ""}` : null,
  async about(params, tools) {
    await checkOutput(tools, params);
    if (params.fileIds) return await aboutFiles(tools, params.fileIds);
    return await aboutLibrary(tools, params, `${params.count} videos at random`);
  },
  async run(job) {
    const { tools, params, signal, log } = job;
    const sources = await sourcesOf(job);
    const form = joinFormOf(
      sources.map(({ probe }) => probe.video),
      params.orientation,
    );
    await withScratchFolder(tools, async (scratchFolder) => {
      const title = params.title ?? `Compilation ${job.id}`;
      await keepFilm(job, { output: params, title, sources }, async (to, title) => {
        const pieces = await piecesOf(job, sources, form, scratchFolder);
        const options = {
          scratchFolder,
          signal,
          log,
          onProgress: shown(job.progress),
          leaveOutDamaged: true,
        };
        const { durationS, chapters } = await joinPieces(
          tools.media,
          pieces,
          to,
          { ...form, title },
          options,
        );
        log(`${chapters.length} chapters.`);
        return { durationMs: durationS * 1000, width: form.width, height: form.height };
      });
    });
  },
};

/** Files that were named must be there; one that is damaged is left out later, and said so. */
async function sourcesOf(job: Run<Params, Tools>): Promise<Source[]> {
  const { fileIds, count } = job.params;
  if (!fileIds) return await drawSources(job, { ...job.params, count: count! });
  const sources: Source[] = [];
  for (const id of fileIds) sources.push(await sourceOf(job, id));
  return sources;
}

const cardS = 3;

/** The chapter begins with the card. */
async function piecesOf(
  job: Run<Params, Tools>,
  sources: Source[],
  size: Size,
  folder: string,
): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const [n, { input, probe }] of sources.entries()) {
    const title = input.row.name.replace(/\.[^.]+$/, "");
    const card = job.params.titleCards
      ? await cardFor(job, { title, input }, size, join(folder, `card-${n}.png`))
      : undefined;
    if (card) pieces.push({ path: card, stillS: cardS, title });
    pieces.push({ path: input.path, probe, ...(card ? {} : { title }) });
  }
  return pieces;
}

async function cardFor(
  { tools, signal, log }: Run<Params, Tools>,
  { title, input }: { title: string; input: Source["input"] },
  { width, height }: Size,
  path: string,
): Promise<string | undefined> {
  const lines = dateLine(input.row);
  const card = { path, width, height, title, lines };
  const { hasText } = await tools.media.native.call("card.render", card, { signal });
  if (hasText) return path;
  log("This machine has no fonts to write a title card with: there is none.");
  return undefined;
}

/** The day on the clock of the camera. Where only the file's time is known, it may be that of a copy. */
function dateLine({ capturedAt, capturedOffsetMin, capturedFrom }: Source["input"]["row"]): string[] {
  if (!capturedAt || capturedFrom === "file") return [];
  const there = new Date(capturedAt.getTime() + (capturedOffsetMin ?? 0) * 60_000);
  return [new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(there)];
}
