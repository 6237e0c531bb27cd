// The peaks of a stored waveform, thinned to what a page draws. A long recording has hundreds of thousands; the few that
// are drawn are kept for the next look.

import { readFile } from "node:fs/promises";
import type { Waveform } from "../../../views/parts/waveform.tsx";
import type { DerivativeRow } from "../../db/tables/library.ts";
import { derivativePath } from "../../library/derivatives.ts";
import type { DataPaths } from "../../runtime/data-folder.ts";

/** Null when there is none, or it can't be read. */
export async function waveformOf(
  paths: DataPaths,
  made: DerivativeRow | undefined,
): Promise<Waveform | null> {
  if (!made) return null;
  const key = `${made.path}:${made.createdAt.getTime()}`;
  const known = drawn.get(key);
  if (known) return known;
  try {
    const stored = JSON.parse(await readFile(derivativePath(paths, made), "utf8")) as Stored;
    const waveform = thin(stored, bars);
    if (drawn.size >= mostKept) drawn.delete(drawn.keys().next().value!);
    drawn.set(key, waveform);
    return waveform;
  } catch {
    return null;
  }
}

/** audiowaveform's version 2. */
interface Stored {
  sample_rate: number;
  samples_per_pixel: number;
  bits: number;
  length: number;
  data: number[];
}

const bars = 240;
const mostKept = 200;
const drawn = new Map<string, Waveform>();

function thin({ data, bits, length, sample_rate, samples_per_pixel }: Stored, wanted: number): Waveform {
  const full = 2 ** (bits - 1);
  const count = Math.max(1, Math.min(wanted, length));
  const peaks = new Array<number>(count).fill(0);
  for (let i = 0; i < length; i++) {
    const bar = Math.floor((i * count) / length);
    const peak = Math.max(-(data[2 * i] ?? 0), data[2 * i + 1] ?? 0) / full;
    if (peak > peaks[bar]!) peaks[bar] = Math.min(1, peak);
  }
  return { peaks, durationS: (length * samples_per_pixel) / sample_rate };
}
