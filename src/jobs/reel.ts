// What digests and reels have in common: a look at each film, stretches of it joined into one film, and the former one gone.

import type { FileRow } from "../db/tables/library.ts";
import type { ExportRow } from "../db/tables/media.ts";
import { exportsOfFile, keepExport, removeExport } from "../library/exports.ts";
import { fitted } from "../media/cut.ts";
import type { Probe, VideoStream } from "../media/ffprobe.ts";
import type { Stretch } from "../media/film-analysis.ts";
import { type JoinForm, joinPieces, type Piece } from "../media/join-films.ts";
import type { Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { type InputFile, inputFile, megabytes } from "./input-file.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import type { Tools } from "./tools.ts";

export interface ReelFilm {
  input: InputFile;
  probe: Probe & { video: VideoStream };
}

export interface ReelPart extends Stretch {
  film: ReelFilm;
}

/** How much of the work is looking through the films: as long as decoding takes, while a second of the reel is also encoded. */
export function shareOfLooking(films: ReelFilm[], joinedS: number): number {
  const lookedS = films.reduce((sum, film) => sum + lengthOf(film), 0);
  const costs = films.map(({ probe: { video } }) => {
    const pixels = video.codedWidth * video.codedHeight;
    const decode = slowCodecs.has(video.codec) ? 2 : 1;
    return 1 + (6 * Math.min(1, (1920 * 1080) / pixels)) / decode;
  });
  const cost = costs.reduce((sum, one) => sum + one, 0) / costs.length;
  return lookedS / (lookedS + cost * joinedS);
}

export function lengthOf({ probe }: ReelFilm): number {
  return probe.video.durationS ?? probe.durationS ?? 60;
}

const slowCodecs = new Set(["hevc", "av1", "vp9"]);

/** Undefined where there is no picture in the file. */
export async function openFilm(
  { tools, signal }: Pick<Run<unknown, Tools>, "tools" | "signal">,
  fileId: number,
): Promise<ReelFilm | undefined> {
  const input = await inputFile(tools, fileId);
  const probe = await tools.media.probe(input.path, signal);
  const { video } = probe;
  if (!video) return undefined;
  if (video.width === 0 || video.height === 0)
    throw new GiveUp("input.unsupported", `ffmpeg cannot tell how large its ${video.codec} picture is.`);
  return { input, probe: { ...probe, video } };
}

/** Joins the parts in their order into an export; `from` is where its progress begins. */
export async function keepReel(
  job: Run<unknown, Tools>,
  parts: ReelPart[],
  { title, from, chapters }: { title: string; from: number; chapters: boolean },
): Promise<void> {
  const { id, kind, tools, signal, log } = job;
  const films = [...new Set(parts.map(({ film }) => film))];
  const form = { ...formOf(parts), title };
  const of = { jobId: id, kind, title, extension: "mp4", mimeType: "video/mp4" };
  const sourceFileIds = films.map(({ input }) => input.row.id);
  const made = await withScratchFolder(tools, (scratchFolder) =>
    keepExport(tools, { ...of, sourceFileIds }, async (to) => {
      const onProgress = (percent: number) => job.progress(from + ((99 - from) * percent) / 100);
      const options = { scratchFolder, signal, log, onProgress };
      const { durationS } = await joinPieces(tools.media, pieces(parts, chapters), to, form, options);
      for (const { input } of films) await input.assertUnchanged();
      signal.throwIfAborted();
      return { durationMs: durationS * 1000, width: form.width, height: form.height };
    }),
  );
  log(`${(made.durationMs! / 1000).toFixed(1)} s in ${parts.length} pieces, ${megabytes(made.sizeBytes)}`);
}

/** What earlier jobs of this kind made of the file, as far as this one takes its place. */
export async function removeFormer(
  { id, kind, tools }: Run<unknown, Tools>,
  fileId: number,
  isFormer: (row: ExportRow) => boolean | Promise<boolean> = () => true,
): Promise<void> {
  for (const row of await exportsOfFile(tools.db, fileId, 500))
    if (row.kind === kind && row.jobId !== id && row.path !== null && (await isFormer(row)))
      await removeExport(tools, row);
}

/** To the byte, as when the same is asked for once more: nobody needs it twice. */
export function isSameExport(one: ExportRow, other: ExportRow): boolean {
  const same = ["title", "durationMs", "width", "height", "mimeType", "momentId", "sizeBytes"] as const;
  return same.every((fact) => one[fact] === other[fact]);
}

/** Its name without the extension. */
export function stemOf({ name }: Pick<FileRow, "name">): string {
  return name.replace(/\.[^.]+$/, "");
}

/** As the films that most of it comes from lie or stand, and as large as the largest of those. */
function formOf(parts: ReelPart[]): JoinForm {
  const isUpright = ({ film }: ReelPart) => film.probe.video.height > film.probe.video.width;
  const lengthOf = (of: ReelPart[]) => of.reduce((sum, { startS, endS }) => sum + endS - startS, 0);
  const upright = parts.filter(isUpright);
  const most = lengthOf(upright) > lengthOf(parts) / 2 ? upright : parts.filter((part) => !isUpright(part));
  const videos = most.map(({ film }) => film.probe.video);
  const largest = videos.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));
  const bounds =
    largest.height > largest.width ? { width: 1080, height: 1920 } : { width: 1920, height: 1080 };
  const fastest = Math.max(...videos.map(({ fps }) => fps ?? 30));
  // Old cameras' 15 fit into 30, not into 24.
  const fps = fastest < 23 ? 30 : (rates.find((rate) => rate > fastest - 0.6) ?? 60);
  return { ...fitted(largest, bounds), fps };
}

/** Those that `joinPieces` takes. */
const rates = [24, 25, 30, 48, 50, 60];

/** With chapters: a piece that begins another film begins a chapter. */
function pieces(parts: ReelPart[], chapters: boolean): Piece[] {
  return parts.map(({ film, startS, endS }, n) => ({
    ...{ path: film.input.path, probe: film.probe, startS, endS, fadeS: 0.06 },
    title: chapters && film !== parts[n - 1]?.film ? stemOf(film.input.row) : undefined,
  }));
}
