// Decodes a stretch of a film or sound to nowhere, for what the decoders say about it.

import { type FfmpegOptions, type FfmpegResult, input, runFfmpeg } from "./ffmpeg.ts";

export interface Window {
  startS: number;
  /** Null: to the end. */
  lengthS: number | null;
}

export interface Decoded {
  result: FfmpegResult;
  /** The first of them, for people. */
  faults: string[];
  faultCount: number;
}

export interface DecodeOptions extends Pick<FfmpegOptions, "signal" | "onOutTime"> {
  ffmpegPath: string;
}

/** `what` are ffmpeg's arguments for which streams, and how much of them. */
export async function decodeWindow(
  path: string,
  what: string[],
  { startS, lengthS }: Window,
  { ffmpegPath, signal, onOutTime }: DecodeOptions,
): Promise<Decoded> {
  const decoded: Omit<Decoded, "result"> = { faults: [], faultCount: 0 };
  const length = lengthS === null ? [] : ["-t", String(lengthS)];
  const result = await runFfmpeg(
    ffmpegPath,
    [...input(path, startS > 0 ? ["-ss", startS.toFixed(3)] : []), ...length, ...what, "-f", "null", "-"],
    {
      signal,
      onOutTime,
      onErrorLine(line) {
        if (!decodeFault.test(line)) return;
        decoded.faultCount++;
        if (decoded.faults.length < 20) decoded.faults.push(line.replace(/ @ 0x[0-9a-f]+/g, ""));
      },
    },
  );
  return { ...decoded, result };
}

/**
 * Lines that mean lost picture or sound; one or two of them are a blemish, not a broken file. Others, as of odd timestamps or a reference missing after a seek, are harmless.
 */
const decodeFault =
  /error while decoding|Error while decoding|Invalid data found when processing|partial file|Invalid NAL unit size|corrupt|decode_slice_header error|Error decoding|invalid (residual|sync code|frame header)|bad block|overread/i;
