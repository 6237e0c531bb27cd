// A file of subtitles beside a film, in whatever encoding, as cues.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { input } from "./ffmpeg.ts";
import type { Media } from "./media.ts";
import { readSmall, unusable } from "./sidecar.ts";
import { decodeText } from "./text-encoding.ts";
import { type Cue, legacyEncoding, readCues } from "./webvtt.ts";

export interface SubtitleText {
  cues: Cue[];
  /** The whole of it in UTF-8. */
  text: string;
}

/** `folder` is for what comes in between; its owner removes it. */
export async function readSubtitleFile(
  media: Pick<Media, "ffmpeg">,
  path: string,
  { format, language }: { format: "srt" | "vtt" | "ass"; language: string | null },
  folder: string,
  signal?: AbortSignal,
): Promise<SubtitleText> {
  const text = decodeText(await readSmall(path), legacyEncoding(language)).replace(/\r\n?/g, "\n");
  const [from, to] = [join(folder, `subtitles.${format}`), join(folder, "subtitles.out.vtt")];
  await writeFile(from, format === "vtt" ? headed(text) : text);
  const demuxer = { srt: "srt", vtt: "webvtt", ass: "ass" }[format];
  const only = ["-format_whitelist", demuxer, "-f", demuxer];
  try {
    await media.ffmpeg([...input(from, only), "-c:s", "webvtt", "-f", "webvtt", "-y", `file:${to}`], {
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    const { code, message } = error as { code?: string; message: string };
    if (code === "tool.missing" || code === "disk.full") throw error;
    throw unusable(`it holds no subtitles that can be read (${message.split("\n").at(-1)})`);
  }
  const cues = await readCues(await Bun.file(to).bytes(), "utf-8");
  if (cues.length === 0) throw unusable("there are no subtitles in it");
  return { cues, text };
}

function headed(text: string): string {
  if (/^WEBVTT/.test(text)) return text;
  throw unusable("it is no WebVTT: its first line is not WEBVTT");
}
