// Time as a dependency, so that tests step it instead of sleeping.

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Runs `f` once after `ms`; the returned function takes it back. Timers never keep the process alive. */
  after(ms: number, f: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, f) {
    // setTimeout overflows past 2^31 ms and fires at once.
    const timer = setTimeout(f, Math.min(ms, 2_000_000_000));
    timer.unref?.();
    return () => clearTimeout(timer);
  },
};
