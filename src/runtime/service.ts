// The two shapes of everything that runs in the background. `cli/server.ts` starts services in order and stops them in reverse.

import type { Clock } from "./clock.ts";
import { Complaint, type Logger } from "./log.ts";

export interface Service {
  name: string;
  start(): void | Promise<void>;
  stop(): void | Promise<void>;
}

/** A periodic step. Tests call `step()`; `loopService` calls it on time. */
export interface Loop {
  name: string;
  everyMs: number;
  /** Also run once right after the start. */
  atStart?: boolean;
  step(signal: AbortSignal): Promise<void>;
}

/** Runs `loop.step` every `everyMs`, never twice at once; a step that throws is logged, once until it works again, and the loop goes on. */
export function loopService(loop: Loop, clock: Clock, log: Logger): Service {
  const abort = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let forget = () => {};
  const complaint = new Complaint(log, `${loop.name} failed`);

  async function turn() {
    try {
      await loop.step(abort.signal);
      complaint.worked();
    } catch (error) {
      if (!abort.signal.aborted) complaint.failed(error);
    }
    if (!abort.signal.aborted) schedule(loop.everyMs);
  }
  function schedule(ms: number) {
    forget = clock.after(ms, () => {
      running = turn();
    });
  }
  return {
    name: loop.name,
    start: () => schedule(loop.atStart ? 0 : loop.everyMs),
    async stop() {
      abort.abort();
      forget();
      await running;
    },
  };
}
