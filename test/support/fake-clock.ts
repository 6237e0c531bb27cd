// A clock that only moves when a test says so.

import type { Clock } from "../../src/runtime/clock.ts";

export class FakeClock implements Clock {
  private timers: { at: number; run: () => void }[] = [];

  constructor(private time = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((t) => t !== timer);
    };
  }

  /** Moves time on, running each timer at its moment and letting what it started settle. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms;
    for (;;) {
      const next = this.timers.filter((t) => t.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((t) => t !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
      await settled();
    }
    this.time = until;
    await settled();
  }

  /** Another time, as when the system's clock is set: timers keep to how long they have waited. */
  set(time: number): void {
    for (const timer of this.timers) timer.at += time - this.time;
    this.time = time;
  }

  /** Moves time on at once, as after the machine has slept: each timer that has fallen due meanwhile runs once. */
  async leap(ms: number): Promise<void> {
    this.time += ms;
    const due = this.timers.filter((t) => t.at <= this.time).sort((a, b) => a.at - b.at);
    this.timers = this.timers.filter((t) => !due.includes(t));
    for (const timer of due) timer.run();
    await settled();
  }
}

/** Lets promises and group commits that are under way finish: a few turns of the event loop, no time. */
export async function settled(turns = 12): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
