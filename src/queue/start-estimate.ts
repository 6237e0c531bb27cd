// When a job that waits should start: after what holds it has ended, and after the work before it is done. Pure; a range,
// or nothing at all where nothing is known.

export interface SecondsRange {
  lowS: number;
  highS: number;
}

/** Something that must pass first. `endsAt` in milliseconds since 1970, null when nobody knows. */
export interface Gate {
  endsAt: number | null;
  /** The work before the job stands still as well; otherwise it goes on meanwhile. */
  holdsAll: boolean;
}

export interface StartEstimate {
  startsIn: SecondsRange | null;
  /** Only where nothing but the clock keeps it. */
  startsAt: Date | null;
}

const unknown: StartEstimate = { startsIn: null, startsAt: null };

/** `work` is how long what runs and what waits before it will take; null when that is unknown. */
export function startEstimate(gates: Gate[], work: SecondsRange | null, now: number): StartEstimate {
  const ends = gates.map((gate) => gate.endsAt);
  if (ends.includes(null) || !work) return unknown;
  const own = latest(gates.filter((gate) => !gate.holdsAll));
  const shared = latest(gates.filter((gate) => gate.holdsAll));
  const after = (workS: number) =>
    Math.max(0, (own - now) / 1000, Math.max(0, (shared - now) / 1000) + workS);
  const startsIn = { lowS: Math.round(after(work.lowS)), highS: Math.round(after(work.highS)) };
  const isClockAlone = gates.length > 0 && work.highS === 0;
  return { startsIn, startsAt: isClockAlone ? new Date(Math.max(now, own, shared)) : null };
}

function latest(gates: Gate[]): number {
  return Math.max(0, ...gates.map((gate) => gate.endsAt!));
}
