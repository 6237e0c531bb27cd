// What a browser can show of a file: the film made for browsers, the file itself where it can be played, else the best
// picture there is, and why.

import type { Stage } from "../../../views/pages/file.tsx";
import type { DerivativeRow, FileRow } from "../../db/tables/library.ts";
import { obstacleOf, playableFacts } from "../../media/playable.ts";

/** `isAwaited`: a job that makes a picture waits or runs. */
export function stageOf(file: FileRow, derivatives: DerivativeRow[], isAwaited: boolean): Stage {
  const film = file.type === "video" ? transcode(file, derivatives) : undefined;
  if (film) return film;
  if (file.state === "missing")
    return picture(file, derivatives) ?? { kind: "none", why: "The file is not there to be shown." };
  const original = `/api/files/${file.id}/original`;
  if (file.type === "audio") {
    if (playableAudio.has(file.mimeType)) return { kind: "audio", src: original, mimeType: file.mimeType };
    return { kind: "none", why: `Browsers don't play ${named(file)}. The original plays in other programs.` };
  }
  const shown = picture(file, derivatives);
  if (file.type === "video") {
    const why = whyNotPlayable(file);
    if (!why) return { kind: "video", src: original, mimeType: videoMime(file), poster: shown?.src ?? null };
    return shown ? { ...shown, kind: "still", why } : { kind: "none", why };
  }
  if (shown) return { ...shown, kind: "picture" };
  if (showable.has(file.mimeType) && file.state === "ok")
    return { kind: "picture", src: original, width: file.width, height: file.height };
  if (isAwaited) return { kind: "none", why: "The preview is being made." };
  if (file.state === "invalid")
    return { kind: "none", why: "There is nothing to show: the file is damaged." };
  return {
    kind: "none",
    why: `Browsers don't show ${named(file)}, and no preview of it has been made. History says why.`,
  };
}

/** The largest still picture that was made. */
function picture(
  file: FileRow,
  derivatives: DerivativeRow[],
): { kind: "still"; src: string; width: number | null; height: number | null; why: string } | undefined {
  const best = derivatives
    .filter((d) => ["preview", "poster", "thumbnail"].includes(d.kind) && d.variant !== "webp-240")
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
function whyNotPlayable(file: FileRow): string | undefined {
  const obstacle = obstacleOf(playableFacts(file));
  if (!obstacle) return undefined;
  const what = obstacle.what
    ? `Most browsers don't play ${obstacle.what}`
    : `Browsers don't play ${named(file)}`;
  return `${what}. The original plays in other programs.`;
}

/** What was made for browsers; it plays even while the file itself is missing. */
function transcode(file: FileRow, derivatives: DerivativeRow[]): Stage | undefined {
  const made = derivatives.find((d) => d.kind === "transcode");
  if (!made) return undefined;
  const poster = picture(file, derivatives)?.src ?? null;
  return { kind: "video", src: addressOf(file, made), mimeType: made.mimeType, poster };
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
