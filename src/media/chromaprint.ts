// The Chromaprint of a sound's first two minutes, in its compressed form: by ffmpeg where it was built with it, else by fpcalc.

import { JobFailure } from "../runtime/errors.ts";
import { type FfmpegOptions, input, makeWithFfmpeg } from "./ffmpeg.ts";
import type { Media } from "./media.ts";
import { lastWords, runTool } from "./process.ts";

interface Options extends Pick<FfmpegOptions, "signal" | "onProgress"> {
  durationS?: number | null;
}

/** Null of a sound too short to tell. `stream` is its index in the file. */
export async function chromaprintOf(
  media: Media,
  path: string,
  stream: number,
  { durationS, signal, onProgress }: Options,
): Promise<string | null> {
  const lengthS = Math.min(longestS, durationS ?? longestS);
  if (!(await hasMuxer(media.ffmpegPath))) return await byFpcalc(path, signal);
  const text: Uint8Array[] = [];
  const sound = [
    "-map",
    `0:${stream}`,
    "-t",
    String(longestS),
    "-ac",
    "2",
    "-ar",
    "44100",
    "-c:a",
    "pcm_s16le",
  ];
  const made = ["-f", "chromaprint", "-fp_format", "base64", "pipe:1"];
  await makeWithFfmpeg(media.ffmpegPath, [...input(path), ...sound, ...made], {
    signal,
    durationS: lengthS,
    onProgress,
    onBytes: (bytes) => void text.push(bytes.slice()),
  });
  return known(Buffer.concat(text).toString("latin1").trim());
}

const longestS = 120;
const muxers = new Map<string, Promise<boolean>>();

function hasMuxer(ffmpegPath: string): Promise<boolean> {
  let asked = muxers.get(ffmpegPath);
  if (!asked) {
    asked = runTool(ffmpegPath, ["-hide_banner", "-muxers"], { timeoutMs: 15_000 }).then(({ stdout }) =>
      /^\s*E\s+chromaprint\s/m.test(new TextDecoder().decode(stdout)),
    );
    muxers.set(ffmpegPath, asked);
    asked.catch(() => muxers.delete(ffmpegPath));
  }
  return asked;
}

async function byFpcalc(path: string, signal: AbortSignal | undefined): Promise<string | null> {
  if (!Bun.which("fpcalc"))
    throw new JobFailure(
      "tool.missing",
      "This ffmpeg was built without Chromaprint. Install fpcalc (Debian: libchromaprint-tools), or another ffmpeg.",
    );
  // A path that begins with a dash would be an option: ours are absolute.
  const words = ["-plain", "-length", String(longestS), path];
  const { exitCode, stdout, stderrTail } = await runTool("fpcalc", words, { signal, timeoutMs: 300_000 });
  if (exitCode !== 0) throw new JobFailure("tool.crashed", `fpcalc failed.\n${lastWords(stderrTail)}`);
  return known(new TextDecoder().decode(stdout).trim());
}

/** A head without a word after it is what both print of less than three seconds. */
function known(value: string): string | null {
  return value.length > 8 ? value : null;
}
