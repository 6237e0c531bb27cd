// Joins pieces of films, sounds and pictures into one film that browsers play. Each piece is encoded by itself into the same
// form, then all are put one behind the other as they are: any number of them, one input at a time.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GiveUp } from "../runtime/errors.ts";
import { isHdr, type Stretch } from "./cut.ts";
import { cutFilm } from "./cut-film.ts";
import type { Probe } from "./ffprobe.ts";
import type { Media } from "./media.ts";
import { type Quality, type VideoEncoder, withVideoEncoder } from "./video-encoders.ts";

export interface Piece {
  path: string;
  /** Saves a look at the file. */
  probe?: Probe;
  /** Default: the whole. */
  startS?: number;
  endS?: number;
  /** A picture, shown for so long. */
  stillS?: number;
  /** Its sound comes and goes over so long. */
  fadeS?: number;
  /** Begins a chapter of this name. */
  title?: string;
}

export interface JoinForm {
  /** Even. Pictures of another shape get black edges. */
  width: number;
  height: number;
  /** 24, 25, 30, 48, 50 or 60: those divide the sound evenly. */
  fps: number;
  quality?: Quality;
  /** The film's own title. */
  title?: string;
}

export interface JoinOptions {
  /** For the pieces, about as large as the film; emptied by whoever made it. */
  scratchFolder: string;
  signal: AbortSignal;
  log(line: string): void;
  onProgress?(percent: number): void;
  /** Without it, a damaged piece fails the whole. */
  leaveOutDamaged?: boolean;
}

export interface Joined {
  durationS: number;
  chapters: { startS: number; endS: number; title: string }[];
  leftOut: { piece: Piece; why: string }[];
}

type JoinTools = Pick<Media, "ffmpeg" | "probe" | "capabilities" | "encoders">;

export async function joinPieces(
  media: JoinTools,
  pieces: Piece[],
  to: string,
  form: JoinForm,
  options: JoinOptions,
): Promise<Joined> {
  const leftOut: Joined["leftOut"] = [];
  const stretches = await lookAt(media, pieces, options, leftOut);
  const job = { ...options, picture: form };
  const made = await withVideoEncoder(media, job, (encoder) =>
    encodeAll(media, stretches, form, encoder, options, leftOut),
  );
  if (made.length === 0)
    throw new GiveUp("input.corrupt", `None of the ${pieces.length} pieces can be decoded.`);
  const chapters = chaptersOf(made);
  await putTogether(media, made, chapters, to, form, options);
  return { durationS: lengthOf(made), chapters, leftOut };
}

interface Look {
  piece: Piece;
  stretch: Stretch;
}

interface Made {
  title?: string;
  name: string;
  durationS: number;
}

/** Putting the pieces together reads and writes all of it once more and makes the sound. */
const shareOfJoining = 6;

async function lookAt(
  media: JoinTools,
  pieces: Piece[],
  options: JoinOptions,
  leftOut: Joined["leftOut"],
): Promise<Look[]> {
  const looks: Look[] = [];
  for (const piece of pieces) {
    await unlessDamaged(piece, options, leftOut, async () => {
      looks.push({ piece, stretch: await stretchOf(media, piece, options.signal) });
    });
  }
  return looks;
}

async function stretchOf(media: JoinTools, piece: Piece, signal: AbortSignal): Promise<Stretch> {
  const probe = piece.probe ?? (await media.probe(piece.path, signal));
  if (!probe.video && probe.audio.length === 0)
    throw new GiveUp("input.unsupported", "There is neither picture nor sound in it.");
  if (piece.stillS !== undefined)
    return { path: piece.path, probe, startS: 0, endS: piece.stillS, isStill: true };
  const endS = piece.endS ?? probe.video?.durationS ?? probe.durationS;
  if (!endS) throw new GiveUp("input.unsupported", "It does not say how long it is.");
  return { path: piece.path, probe, startS: piece.startS ?? 0, endS, fadeS: piece.fadeS };
}

async function encodeAll(
  media: JoinTools,
  looks: Look[],
  form: JoinForm,
  encoder: VideoEncoder,
  options: JoinOptions,
  leftOut: Joined["leftOut"],
): Promise<Made[]> {
  const made: Made[] = [];
  const { quality = { preset: "veryfast", crf: 21 } } = form;
  const cutForm = {
    ...{ size: form, rate: { over: form.fps, under: 1 }, pad: true, as: "piece" as const },
    // A film of pieces is for jumping about in.
    quality: { keyframesEveryS: 2, ...quality },
  };
  const whole = sum(looks.map(({ stretch }) => workOf(stretch, form)));
  let done = 0;
  for (const [n, { piece, stretch }] of looks.entries()) {
    const work = workOf(stretch, form);
    const name = `piece-${n}.mov`;
    const onProgress = (percent: number) =>
      options.onProgress?.(((100 - shareOfJoining) * (done + (work * percent) / 100)) / whole);
    await unlessDamaged(piece, options, leftOut, async () => {
      const to = join(options.scratchFolder, name);
      const durationS = await cutFilm(media, stretch, to, cutForm, encoder, {
        signal: options.signal,
        onProgress,
      });
      made.push({ title: piece.title, name, durationS });
    });
    done += work;
  }
  return made;
}

/** How long a piece takes, as far as that can be told: its pixels decoded, brought into other colours, and encoded. */
function workOf({ probe: { video }, startS, endS, isStill }: Stretch, form: JoinForm): number {
  const made = form.width * form.height * form.fps;
  const read = video && !isStill ? video.codedWidth * video.codedHeight * Math.min(240, video.fps ?? 30) : 0;
  const mapped = video && isHdr(video) ? Math.min(video.width * video.height * form.fps, made) : 0;
  return (endS - startS) * (made * (isStill ? 0.4 : 1) + 0.3 * read + 4 * mapped);
}

async function unlessDamaged(
  piece: Piece,
  { leaveOutDamaged, log, signal }: JoinOptions,
  leftOut: Joined["leftOut"],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!leaveOutDamaged || !(error instanceof GiveUp) || !error.code.startsWith("input.")) throw error;
    const why = error.message.split("\n")[0]!;
    if (!leftOut.some((one) => one.piece === piece)) leftOut.push({ piece, why });
    log(`Left out ${piece.title ?? "a piece"}: ${why}`);
  }
}

/** The lists name nothing but our own pieces, by the names that we gave them. */
async function putTogether(
  media: JoinTools,
  made: Made[],
  chapters: Joined["chapters"],
  to: string,
  form: JoinForm,
  { scratchFolder, signal, onProgress }: JoinOptions,
): Promise<void> {
  const list = join(scratchFolder, "pieces.txt");
  const facts = join(scratchFolder, "chapters.txt");
  await writeFile(
    list,
    made.map(({ name, durationS }) => `file ${name}\nduration ${durationS.toFixed(6)}\n`).join(""),
  );
  await writeFile(facts, metadataText(form.title, chapters));
  const args = [
    // They are our own pieces: what cannot be read of them is a fault, not damage to be passed over.
    "-xerror",
    ...["-f", "concat", "-protocol_whitelist", "file", "-i", `file:${list}`],
    ...["-f", "ffmetadata", "-protocol_whitelist", "file", "-i", `file:${facts}`],
    ...["-map", "0:v", "-map", "0:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "160k"],
    ...["-map_metadata", "1", "-map_chapters", "1"],
    ...["-movflags", "+faststart", "-f", "mp4", `file:${to}`],
  ];
  await media.ffmpeg(args, {
    signal,
    durationS: lengthOf(made),
    onProgress: (percent) => onProgress?.(100 - shareOfJoining + (shareOfJoining * percent) / 100),
    silenceMs: 30 * 60_000,
  });
}

function chaptersOf(made: Made[]): Joined["chapters"] {
  const chapters: Joined["chapters"] = [];
  let atS = 0;
  for (const { title, durationS } of made) {
    if (title !== undefined) chapters.push({ startS: atS, endS: atS, title });
    atS += durationS;
    const last = chapters.at(-1);
    if (last) last.endS = atS;
  }
  return chapters;
}

function metadataText(title: string | undefined, chapters: Joined["chapters"]): string {
  const lines = [";FFMETADATA1", ...(title ? [`title=${escaped(title)}`] : [])];
  for (const { startS, endS, title } of chapters)
    lines.push(
      ...["[CHAPTER]", "TIMEBASE=1/1000", `START=${Math.round(startS * 1000)}`],
      ...[`END=${Math.round(endS * 1000)}`, `title=${escaped(title)}`],
    );
  return `${lines.join("\n")}\n`;
}

function escaped(text: string): string {
  return text.replace(/[\r\n\0]+/g, " ").replace(/[=;#\\]/g, "\\$&");
}

const lengthOf = (made: Made[]) => sum(made.map(({ durationS }) => durationS));
const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
