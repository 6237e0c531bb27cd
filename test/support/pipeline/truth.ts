// How true progress and ETA were: what was said of a running job, held against how long it then took.

export interface Said {
  atMs: number;
  progress: number;
  etaS: number | null;
}

export interface Truth {
  /** The largest difference between the share of progress and the share of time, from half of the time on; 0 to 1. */
  progressOff: number;
  /** The same of the ETA, as a share of the whole time; null when none was ever said. */
  etaOff: number | null;
}

export function truthOf(said: Said[], startedMs: number, endedMs: number): Truth {
  const whole = endedMs - startedMs;
  const later = said.filter(({ atMs }) => atMs - startedMs >= whole / 2 && atMs <= endedMs);
  const off = (guess: (each: Said) => number | null, actual: (each: Said) => number) =>
    later.flatMap((each) => {
      const said = guess(each);
      return said === null ? [] : [Math.abs(said - actual(each))];
    });
  const progress = off(
    (each) => each.progress / 100,
    (each) => (each.atMs - startedMs) / whole,
  );
  const eta = off(
    (each) => (each.etaS === null ? null : (each.etaS * 1000) / whole),
    (each) => (endedMs - each.atMs) / whole,
  );
  return { progressOff: Math.max(0, ...progress), etaOff: eta.length > 0 ? Math.max(...eta) : null };
}
