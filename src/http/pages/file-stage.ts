// What a browser can show of a file: the film made for browsers, the file itself where it can be played, else the best
// picture there is, and why.

import type { Stage } from "../../../views/parts/file-stage.tsx";
import type { DerivativeRow, FileRow } from "../../db/tables/library.ts";
import { failureCodes } from "../../jobs/failures.ts";
import { obstacleOf, playableFacts } from "../../media/playable.ts";

export type FilmAwaited = "waiting" | "running" | "paused";

/** `isAwaited`: a job that makes a picture waits or runs; `film`: where the one that makes the film for browsers stands. */
export function stageOf(
  file: FileRow,
  derivatives: DerivativeRow[],
  isAwaited: boolean,
  film: FilmAwaited | null = null,
): Stage {
  const made = file.type === "video" ? madeForBrowsers(file, derivatives) : undefined;
  if (made) return made;
  const shown = picture(file, derivatives);
  const none = (why: string): Stage => ({ kind: "none", title: titles[file.type], why });
  if (file.state === "missing")
    return shown ?? none("The file is missing, and nothing was made of it to show.");
  const broken = whyBroken(file);
  if (broken) return shown ? { ...shown, why: broken } : none(broken);
  const original = `/api/files/${file.id}/original`;
  if (file.type === "audio") {
    if (playableAudio.has(file.mimeType)) return { kind: "audio", src: original, mimeType: file.mimeType };
    return none(`Browsers don't play ${named(file)}. The original plays in other programs.`);
  }
  if (file.type === "video") {
    const why = whyNotPlayable(file, film);
    if (!why && isSoundOnly(file))
      return { kind: "audio", src: original, mimeType: file.mimeType.replace("video/", "audio/") };
    if (!why) return { kind: "video", src: original, mimeType: videoMime(file), poster: shown?.src ?? null };
    return shown ? { ...shown, why } : none(why);
  }
  if (shown) return { ...shown, kind: "picture" };
  if (showable.has(file.mimeType) && file.state === "ok")
    return { kind: "picture", src: original, width: file.width, height: file.height };
  if (isAwaited) return none("The preview is being made; it appears here by itself.");
  return none(`Browsers don't show ${named(file)}, and no preview of it has been made. History says why.`);
}

const titles: Record<FileRow["type"], string> = {
  video: "This video cannot be played here. ",
  audio: "This recording cannot be played here. ",
  image: "This picture cannot be shown here. ",
};

/** A look at it found nothing that could be shown: a player would only say that it failed. */
function whyBroken(file: FileRow): string | undefined {
  if (file.sizeBytes === 0) return "The file is empty: it has 0 bytes.";
  const isUnsound = file.state === "invalid" || file.state === "quarantined";
  if (!isUnsound || !file.reasonCode?.startsWith("input.") || (file.type !== "image" && file.codecs))
    return undefined;
  return failureCodes[file.reasonCode]?.meaning ?? "The file is damaged.";
}

/** A film's container without a film. */
function isSoundOnly({ codecs }: FileRow): boolean {
  return codecs?.audio !== undefined && codecs.video === undefined;
}

/** The largest still picture that was made. */
function picture(
  file: FileRow,
  derivatives: DerivativeRow[],
): { kind: "still"; src: string; width: number | null; height: number | null; why: string } | undefined {
  const best = derivatives
    .filter((d) => ["preview", "poster", "thumbnail"].includes(d.kind) && d.mimeType.startsWith("image/"))
    .filter((d) => d.variant !== "webp-240")
    .sort((a, b) => (b.width ?? 0) - (a.width ?? 0))[0];
  if (!best) return undefined;
  return {
    kind: "still",
    src: addressOf(file, best),
    width: best.width,
    height: best.height,
    why: "The file is missing; this is what was made from it.",
  };
}

const showable = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]);
const playableAudio = new Set([
  "audio/mpeg",
  "audio/mp4",
  "audio/aac",
  "audio/ogg",
  "audio/opus",
  "audio/flac",
  "audio/x-flac",
  "audio/wav",
  "audio/x-wav",
  "audio/webm",
]);

function whyNotPlayable(file: FileRow, film: FilmAwaited | null): string | undefined {
  const obstacle = obstacleOf(playableFacts(file));
  if (!obstacle) return undefined;
  const what = obstacle.what
    ? `Most browsers don't play ${obstacle.what}`
    : `Browsers don't play ${named(file)}`;
  return `${what}. ${film ? filmWords[film] : "The original plays in other programs."}`;
}

const filmWords: Record<FilmAwaited, string> = {
  running: "A version that they play is being made; it appears here by itself.",
  waiting: "A version that they play is waiting to be made; below it says what for.",
  paused: "A version that they play is to be made, but that job is paused.",
};

/** It plays even while the file itself is missing. The stream alone does where nothing else would play. */
function madeForBrowsers(file: FileRow, derivatives: DerivativeRow[]): Stage | undefined {
  const poster = picture(file, derivatives)?.src ?? null;
  const film = derivatives.find((d) => d.kind === "transcode");
  if (film) return { kind: "video", src: addressOf(file, film), mimeType: film.mimeType, poster };
  const stream = derivatives.find((d) => d.kind === "hls");
  const isPlayable = file.state !== "missing" && !whyNotPlayable(file, null);
  if (!stream || isPlayable) return undefined;
  const src = `/api/files/${file.id}/hls/index.m3u8?v=${stream.createdAt.getTime()}`;
  return { kind: "video", src, mimeType: stream.mimeType, poster };
}

/** Chromium plays H.264 from a QuickTime container, but not when it is called so. */
function videoMime(file: FileRow): string {
  return file.mimeType === "video/quicktime" || file.mimeType === "video/x-m4v" ? "video/mp4" : file.mimeType;
}

function addressOf(file: FileRow, made: DerivativeRow): string {
  return `/api/files/${file.id}/derivatives/${made.id}?v=${made.createdAt.getTime()}`;
}

function named(file: FileRow): string {
  const dot = file.name.lastIndexOf(".");
  return dot > 0 ? `${file.name.slice(dot + 1).toUpperCase()} files` : "this format";
}
