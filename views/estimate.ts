// Estimates in words: ranges, and so coarse that a page does not change with every second.

export interface Seconds {
  lowS: number;
  highS: number;
}

/** `12–18 min`, `about 5 min`, `under 20 s`. */
export function rangeInWords({ lowS, highS }: Seconds): string {
  const [unit, size, step] = unitOf(highS);
  const high = Math.max(step, Math.ceil(highS / size / step) * step);
  const low = Math.floor(lowS / size / step) * step;
  if (low <= 0) return `under ${high} ${unit}`;
  if (low >= high) return `about ${high} ${unit}`;
  return `${low}–${high} ${unit}`;
}

function unitOf(seconds: number): [string, number, number] {
  if (seconds <= 60) return ["s", 1, 10];
  if (seconds < 1800) return ["min", 60, 1];
  if (seconds < 5400) return ["min", 60, 5];
  return seconds < 36 * 3600 ? ["h", 3600, 1] : ["days", 86_400, 1];
}
