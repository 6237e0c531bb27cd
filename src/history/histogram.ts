// Durations counted in bins that grow by √2, from 1 ms to 24 h: any percentile to within a fifth, in a few bytes.

/** Bin 0 holds up to 1 ms, bin `n` up to √2ⁿ ms, the last all that is longer than 24 h. */
export const bins = 54;

/** How many durations fell into each bin. */
export type Histogram = Uint32Array;

export function emptyHistogram(): Histogram {
  return new Uint32Array(bins);
}

export function binOf(ms: number): number {
  if (!(ms > 1)) return 0;
  // Whole bounds (2, 4, 8 …) would fall on either side by the last bit of the logarithm.
  return Math.min(bins - 1, Math.ceil(2 * Math.log2(ms) - 1e-9));
}

export function addTo(histogram: Histogram, ms: number): void {
  histogram[binOf(ms)]!++;
}

export function merge(into: Histogram, from: Histogram): void {
  for (let i = 0; i < bins; i++) into[i]! += from[i]!;
}

export function countOf(histogram: Histogram): number {
  let n = 0;
  for (let i = 0; i < bins; i++) n += histogram[i]!;
  return n;
}

/** In milliseconds; `q` from 0 to 1. Null when nothing was counted. */
export function percentile(histogram: Histogram, q: number): number | null {
  const n = countOf(histogram);
  if (n === 0) return null;
  const rank = q * n;
  let below = 0;
  for (let i = 0; i < bins; i++) {
    const here = histogram[i]!;
    if (here > 0 && below + here >= rank) {
      const [from, to] = boundsOf(i);
      return from + (to - from) * ((rank - below) / here);
    }
    below += here;
  }
  return boundsOf(bins - 1)[1];
}

/** Mean and standard deviation in milliseconds, from the middles of the bins. */
export function spreadOf(histogram: Histogram): { count: number; meanMs: number; deviationMs: number } {
  const count = countOf(histogram);
  if (count === 0) return { count, meanMs: 0, deviationMs: 0 };
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < bins; i++) {
    const [from, to] = boundsOf(i);
    const middle = (from + to) / 2;
    sum += histogram[i]! * middle;
    squares += histogram[i]! * middle * middle;
  }
  const meanMs = sum / count;
  return { count, meanMs, deviationMs: Math.sqrt(Math.max(0, squares / count - meanMs * meanMs)) };
}

/** As pairs of (bins skipped, count), each number in 7-bit groups: most are two bytes. */
export function pack(histogram: Histogram): Uint8Array {
  const bytes: number[] = [];
  let last = -1;
  for (let i = 0; i < bins; i++) {
    if (histogram[i] === 0) continue;
    bytes.push(i - last - 1);
    last = i;
    let n = histogram[i]!;
    for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
    bytes.push(n);
  }
  return Uint8Array.from(bytes);
}

/** Adds what `pack` wrote to `into`. */
export function unpack(bytes: Uint8Array, into: Histogram = emptyHistogram()): Histogram {
  let bin = -1;
  for (let at = 0; at < bytes.length; ) {
    bin += bytes[at++]! + 1;
    let n = 0;
    let unit = 1;
    for (; bytes[at]! > 127; unit *= 128) n += (bytes[at++]! & 127) * unit;
    into[bin]! += n + bytes[at++]! * unit;
  }
  return into;
}

function boundsOf(bin: number): [from: number, to: number] {
  return [2 ** ((bin - 1) / 2), 2 ** (bin / 2)];
}
