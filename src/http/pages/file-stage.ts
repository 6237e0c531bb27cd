// What a browser can show of a file: the file itself where it can be played, else the best picture there is, and why.

import type { Stage } from "../../../views/pages/file.tsx";
import type { DerivativeRow, FileRow } from "../../db/tables/library.ts";

/** `isAwaited`: a job that makes a picture waits or runs. */
export function stageOf(file: FileRow, derivatives: DerivativeRow[], isAwaited: boolean): Stage {
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
  const src = `/api/files/${file.id}/derivatives/${best.id}?v=${best.createdAt.getTime()}`;
  return {
    kind: "still",
    src,
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
const playableContainers = new Set([
  "video/mp4",
  "video/webm",
  "video/ogg",
  "video/quicktime",
  "video/x-m4v",
]);
const playableVideo = /^(h264|avc1?|vp8|vp9|av1|theora)$/i;
const playableSound = /^(aac|mp3|opus|vorbis|flac|pcm_s16le)$/i;

/** Undefined when it plays, also where nobody has looked into the file yet: then the player tries. */
function whyNotPlayable(file: FileRow): string | undefined {
  if (!playableContainers.has(file.mimeType))
    return `Browsers don't play ${named(file)}. The original plays in other programs.`;
  const { video, audio } = file.codecs ?? {};
  if (video && !playableVideo.test(video))
    return `Most browsers don't play ${video.toUpperCase()} video. The original plays in other programs.`;
  if (audio && !playableSound.test(audio))
    return `Most browsers don't play ${audio.toUpperCase()} sound. The original plays in other programs.`;
  return undefined;
}

/** Chromium plays H.264 from a QuickTime container, but not when it is called so. */
function videoMime(file: FileRow): string {
  return file.mimeType === "video/quicktime" || file.mimeType === "video/x-m4v" ? "video/mp4" : file.mimeType;
}

function named(file: FileRow): string {
  const dot = file.name.lastIndexOf(".");
  return dot > 0 ? `${file.name.slice(dot + 1).toUpperCase()} files` : "this format";
}
