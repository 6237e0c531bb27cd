// Whether a video or sound file is whole: its container's own size, then decoding. Short files are decoded fully, long ones
// at the beginning, the middle and the end, so that a check costs seconds whatever the length.

import { claimedSizeBytes } from "./container-end.ts";
import { type Decoded, type DecodeOptions, decodeWindow, type Window } from "./decode-window.ts";
import type { FfmpegResult } from "./ffmpeg.ts";
import type { Probe } from "./ffprobe.ts";

export interface Verdict {
  code: "input.truncated" | "input.corrupt" | "input.unsupported";
  reason: string;
}

interface CheckOptions {
  ffmpegPath: string;
  sizeBytes: number;
  signal?: AbortSignal;
  onProgress?: (percent: number) => void;
}

/** Undefined when nothing is wrong with the file. */
export async function checkAv(
  path: string,
  probe: Probe,
  options: CheckOptions,
): Promise<Verdict | undefined> {
  if (!probe.video && probe.audio.length === 0)
    return { code: "input.unsupported", reason: "There is neither picture nor sound in the file." };
  const claimed = await claimedSizeBytes(path);
  // Some writers count a trailing tag or a padding byte in; a few bytes are no cut.
  if (claimed !== null && claimed > options.sizeBytes + 1024)
    return {
      code: "input.truncated",
      reason: `The file should be ${claimed} bytes long and ends after ${options.sizeBytes}: its copy was cut off.`,
    };
  const windows = decodeWindows(probe.durationS, probe.video ? wholeFilmUpToS : wholeSoundUpToS);
  for (const [n, window] of windows.entries()) {
    const lengthS = window.lengthS ?? probe.durationS;
    const onOutTime = (outS: number) => {
      const part = lengthS ? Math.min(1, outS / lengthS) : 0;
      options.onProgress?.((100 * (n + part)) / windows.length);
    };
    const verdict = await decode(path, probe, window, { ...options, onOutTime });
    if (verdict) return verdict;
    options.onProgress?.((100 * (n + 1)) / windows.length);
  }
  return undefined;
}

/** Exported for its test. */
export function decodeWindows(durationS: number | null, wholeUpToS: number): Window[] {
  if (durationS === null) return [{ startS: 0, lengthS: wholeUpToS }];
  if (durationS <= wholeUpToS) return [{ startS: 0, lengthS: null }];
  return [0, durationS / 2, durationS - windowS].map((startS) => ({ startS, lengthS: windowS }));
}

/** Cut out of a broadcast or joined from pieces as a matter of course: their ends and seams decode with complaints. */
const streaming = new Set("mpegts mpeg mp3 aac ac3 eac3 dts flv asf".split(" "));
const declaresDuration = new Set(
  "mov matroska avi flac wav w64 asf flv caf aiff ape wv tta nut mxf".split(" "),
);
const wholeFilmUpToS = 30;
// Sound decodes a hundred times faster than it plays, on anything.
const wholeSoundUpToS = 1200;
const windowS = 4;

async function decode(
  path: string,
  probe: Probe,
  window: Window,
  options: CheckOptions & Pick<DecodeOptions, "onOutTime">,
): Promise<Verdict | undefined> {
  const decoded = await decodeWindow(path, streams(probe), window, options);
  const verdict = judge(decoded, probe, window);
  if (verdict?.code !== "input.corrupt" || window.startS === 0) return verdict;
  const ofSeek = await faultsOfSeek(path, probe, window, options);
  return judge({ ...decoded, faultCount: decoded.faultCount - ofSeek }, probe, window);
}

/**
 * A seek may land in the middle of a frame: what a decoder says until its first whole one is about the landing, not about
 * the file. Whatever comes to nothing at all is excused nothing.
 */
async function faultsOfSeek(
  path: string,
  probe: Probe,
  window: Window,
  options: CheckOptions,
): Promise<number> {
  let excused = 0;
  for (const index of streamIndexes(probe)) {
    const first = ["-map", `0:${index}`, "-frames", "1"];
    const { result, faultCount } = await decodeWindow(path, first, window, {
      ffmpegPath: options.ffmpegPath,
      signal: options.signal,
    });
    if (result.frames > 0 || (result.outTimeS ?? 0) > 0) excused += faultCount;
  }
  return excused;
}

function judge({ result, faults, faultCount }: Decoded, probe: Probe, window: Window): Verdict | undefined {
  const said = faults.slice(0, 3).join("\n") || result.stderrTail.trim().split("\n").at(-1) || "";
  if (faults.some((f) => /partial file/.test(f)))
    return { code: "input.truncated", reason: `The file ends in the middle of its data.\n${said}` };
  if (/Decoder .*not found|Unknown decoder|Decoding requested, but no decoder/.test(result.stderrTail))
    return { code: "input.unsupported", reason: `This ffmpeg has no decoder for the file.\n${said}` };
  const early = endsEarly(result, probe, window);
  if (early) return early;
  if (faultCount > (streaming.has(probe.container) ? 10 : 2))
    return { code: "input.corrupt", reason: `Decoding finds damage.\n${said}` };
  if (result.exitCode !== 0) return { code: "input.corrupt", reason: `The file cannot be decoded.\n${said}` };
  return undefined;
}

/** Less than the container declares. Where its length is only guessed from the bitrate, nothing follows from it. */
function endsEarly(result: FfmpegResult, probe: Probe, window: Window): Verdict | undefined {
  const { durationS, container } = probe;
  if (durationS === null || !declaresDuration.has(container)) return undefined;
  const whole = window.startS === 0 && window.lengthS === null;
  const outS = result.outTimeS ?? 0;
  // A second of slack: tracks of one film end at different times.
  if (whole ? outS >= durationS * 0.9 - 1 : outS >= windowS / 4) return undefined;
  const endS = window.startS + outS;
  return {
    code: "input.truncated",
    reason: `The file claims ${durationS.toFixed(1)} s, and there is nothing after ${endS.toFixed(1)} s.`,
  };
}

function streams(probe: Probe): string[] {
  return streamIndexes(probe).flatMap((index) => ["-map", `0:${index}`]);
}

/** The first picture and every sound: a damaged subtitle or cover does not make a film invalid. */
function streamIndexes({ video, audio }: Probe): number[] {
  return [...(video ? [video] : []), ...audio].map(({ index }) => index);
}
