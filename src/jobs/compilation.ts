// What the kinds that make one film of several have in common: whom it is about, where the film goes, and keeping it.

import { inArray } from "drizzle-orm";
import { z } from "zod";
import { library } from "../db/tables/library.ts";
import type { ExportRow } from "../db/tables/media.ts";
import { type ExportFacts, keepExport } from "../library/exports.ts";
import { getFile } from "../library/files.ts";
import { getLibrary } from "../library/libraries.ts";
import { allowedPlace, type LibraryTarget } from "../library/place-in-library.ts";
import { drawVideos } from "../library/random-videos.ts";
import type { Probe, VideoStream } from "../media/ffprobe.ts";
import type { Subject } from "../queue/job.ts";
import type { Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { idOf } from "./ids.ts";
import { type InputFile, inputFile, megabytes } from "./input-file.ts";
import { refuseParam, refusing } from "./refused-params.ts";
import type { Tools } from "./tools.ts";

const seconds = z.number().positive().max(1_000_000);

/** Where the film goes. */
export const outputParams = {
  libraryId: idOf("library").optional().meta({
    title: "Library",
    description:
      "Whose videos, and where the film goes when a place in it is named; without it, all but NSFW ones",
  }),
  outputPath: z.string().trim().max(1000).optional().meta({
    title: "Place in the library",
    description: "A folder, or a folder and name.mp4; without it the film is for download only",
  }),
};

/** Which videos are drawn. */
export const drawParams = {
  orientation: z.enum(["landscape", "portrait", "square"]).optional().meta({ title: "Shape" }),
  minDuration: seconds.optional().meta({ title: "Length at least", description: "Seconds" }),
  maxDuration: seconds.optional().meta({ title: "Length at most", description: "Seconds" }),
};

export interface Output {
  libraryId?: number | undefined;
  outputPath?: string | undefined;
}

export interface DrawAsked extends Output {
  count: number;
  orientation?: "landscape" | "portrait" | "square" | undefined;
  minDuration?: number | undefined;
  maxDuration?: number | undefined;
}

export interface Source {
  input: InputFile;
  probe: Probe & { video: VideoStream };
}

/** Refuses at once what could not be kept. */
export async function checkOutput(tools: Tools, output: Output): Promise<void> {
  const { libraryId, outputPath } = output;
  if (libraryId !== undefined) await refusing("libraryId", () => getLibrary(tools.db, libraryId));
  if (outputPath === undefined) return;
  if (libraryId === undefined) throw refuseParam("libraryId", "A place needs the library that it is in.");
  const { target } = targetOf(output, "");
  await refusing("outputPath", () => allowedPlace(tools.db, target!, "mp4"));
}

/** A library of a kind that is hidden hides the job as well. */
export async function aboutLibrary({ db }: Tools, { libraryId }: Output, label: string): Promise<Subject> {
  if (libraryId === undefined) return { type: "none", id: null, label };
  const row = await getLibrary(db, libraryId);
  return { type: "library", id: row.id, label: row.name, group: row.id };
}

/** Of several files: in the group of one that is to be hidden, if any, else of the first. */
export async function aboutFiles({ db }: Tools, fileIds: number[]): Promise<Subject> {
  const known: { name: string; libraryId: number }[] = [];
  for (const [n, id] of fileIds.entries()) known.push(await refusing(`fileIds.${n}`, () => getFile(db, id)));
  const ids = [...new Set(known.map((one) => one.libraryId))];
  const libraries = await db
    .select({ id: library.id, nsfw: library.nsfw })
    .from(library)
    .where(inArray(library.id, ids));
  const others = fileIds.length - 1;
  return {
    type: "none",
    id: null,
    label: others > 0 ? `${known[0]!.name} and ${others} more` : known[0]!.name,
    group: libraries.find((row) => row.nsfw)?.id ?? (ids.length === 1 ? ids[0]! : null),
  };
}

/** The same for every try of a job. Files that are gone from the disk are passed over while there are others. */
export async function drawSources(job: Run<unknown, Tools>, asked: DrawAsked): Promise<Source[]> {
  const { count } = asked;
  const draw = { ...asked, seed: job.id, count: count + spare };
  const { ids, candidates } = await drawVideos(job.tools.db, draw);
  if (candidates < count) throw tooFew(candidates, count);
  const sources: Source[] = [];
  for (const id of ids) {
    if (sources.length === count) break;
    const source = await sourceOf(job, id).catch((error) => {
      job.signal.throwIfAborted();
      if (!(error instanceof GiveUp)) throw error;
      job.log(`Passed over a video: ${error.message.split("\n")[0]}`);
      return undefined;
    });
    if (source) sources.push(source);
  }
  if (sources.length < count) throw tooFew(sources.length, count);
  const named = sources.map(({ input }) => input.row.path).join(", ");
  job.log(`Drawn from ${candidates} videos by the number of this job, ${job.id}: ${named}.`);
  return sources;
}

export async function sourceOf({ tools, signal }: Run<unknown, Tools>, fileId: number): Promise<Source> {
  const input = await inputFile(tools, fileId);
  const probe = await tools.media.probe(input.path, signal);
  const { video } = probe;
  if (!video || video.width === 0 || video.height === 0)
    throw new GiveUp("input.unsupported", `There is no picture in ${input.row.path}.`);
  return { input, probe: { ...probe, video } };
}

/** Keeps what `make` makes, if none of its sources has changed meanwhile. */
export async function keepFilm(
  { id, kind, tools, signal, log }: Run<Output, Tools>,
  { output, title, sources }: { output: Output; title: string; sources: Source[] },
  make: (to: string, title: string) => Promise<ExportFacts>,
): Promise<ExportRow> {
  const place = targetOf(output, title);
  const of = {
    ...{ jobId: id, kind, title: place.title, extension: "mp4", mimeType: "video/mp4" },
    sourceFileIds: sources.map(({ input }) => input.row.id),
    ...(place.target && { target: place.target }),
  };
  const made = await keepExport(tools, of, async (to) => {
    const facts = await make(to, place.title);
    for (const { input } of sources) await input.assertUnchanged();
    signal.throwIfAborted();
    return facts;
  });
  const length = made.durationMs === null ? "" : `${(made.durationMs / 1000).toFixed(1)} s, `;
  log(`${made.width}×${made.height}, ${length}${megabytes(made.sizeBytes)}.`);
  if (made.fileId !== null) await lookInto(tools, log, made.fileId);
  return made;
}

/** A film in a library is looked into like any that a scan finds. */
async function lookInto(tools: Tools, log: (line: string) => void, fileId: number): Promise<void> {
  const { path } = await getFile(tools.db, fileId);
  log(`It is ${path} in its library.`);
  const kinds = ["file-metadata", "file-hash"].filter((kind) => tools.queue.knows(kind));
  await tools.queue.enqueueMany(kinds.map((kind) => ({ kind, params: { fileId }, origin: "scan" })));
}

/** `films/best.mp4` names the film as well, `films` only its folder. */
function targetOf(
  { libraryId, outputPath }: Output,
  title: string,
): { title: string; target?: LibraryTarget } {
  if (libraryId === undefined || outputPath === undefined) return { title };
  const [, above = "", name] = /^(?:(.*)\/)?([^/]*)\.mp4$/i.exec(outputPath) ?? [];
  if (name === undefined) return { title, target: { libraryId, folder: outputPath } };
  return { title: name || title, target: { libraryId, folder: above } };
}

/** Some of those drawn may not be readable. */
const spare = 20;

function tooFew(there: number, wanted: number): GiveUp {
  const fit = there === 1 ? "Only 1 video fits" : there === 0 ? "No video fits" : `Only ${there} videos fit`;
  return new GiveUp("input.few", `${fit} what was asked for, and ${wanted} are needed.`);
}
