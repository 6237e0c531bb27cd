// How many things happened in the last five minutes, in slots of ten seconds: a rate that costs a few bytes and no query.

import type { Rate } from "./eta.ts";

const slotMs = 10_000;
export const rateWindowMs = 5 * 60_000;
const slots = rateWindowMs / slotMs + 1;

export class RecentCount {
  private readonly counts = new Uint32Array(slots);
  /** Which slot since 1970 each one counts for. */
  private readonly numbers = new Float64Array(slots);
  /** When the first thing of each slot happened. */
  private readonly firsts = new Float64Array(slots);

  add(at: number): void {
    const number = Math.floor(at / slotMs);
    const i = number % slots;
    if (this.numbers[i] !== number) {
      this.numbers[i] = number;
      this.firsts[i] = at;
      this.counts[i] = 0;
    }
    this.counts[i]!++;
  }

  /**
   * Of several counts together; null when nothing happened. What began a moment ago is measured over that moment, not over
   * five minutes of nothing; one thing alone says nothing yet of a pace.
   */
  static rate(all: RecentCount[], now: number): Rate | null {
    let sample = 0;
    let first = now;
    for (const { counts, numbers, firsts } of all)
      for (let i = 0; i < slots; i++) {
        if (counts[i] === 0 || firsts[i]! > now || numbers[i]! * slotMs < now - rateWindowMs) continue;
        sample += counts[i]!;
        first = Math.min(first, firsts[i]!);
      }
    if (sample === 0) return null;
    if (sample === 1) return { perMinute: 60_000 / rateWindowMs, sample };
    return { perMinute: (sample - 1) / (Math.max(1000, now - first) / 60_000), sample };
  }
}
