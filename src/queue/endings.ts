// How runs ended, until it is written down. A run whose end cannot be written keeps its lease and is tried again: a full disk
// must not turn work that is done into an orphan.

import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Claimed, JobStore, Lease, Measured, Settlement } from "./job-store.ts";

export interface Ending {
  claimed: Claimed;
  how: Settlement;
  startedAt: number;
  /** Without the time it stood still, which is `stoodMs`. */
  runMs: number;
  stoodMs: number;
}

export interface EndingsParts {
  store: Pick<JobStore, "settle">;
  events: EventBus;
  clock: Clock;
  log: Logger;
  /** Told of every run whose end was written. */
  measure?: (run: Measured) => void;
}

interface Unwritten extends Ending {
  isUnderWay: boolean;
  hasFailed: boolean;
}

export class Endings {
  private readonly unwritten = new Map<string, Unwritten>();

  /** `onRetry`: a job was put back, to run again at its time. */
  constructor(
    private readonly parts: EndingsParts,
    private readonly onRetry: () => void,
  ) {}

  /** `key` names the run. Resolves when its end is on disk, or could not be written for now. */
  write(key: string, ending: Ending): Promise<void> {
    this.unwritten.set(key, { ...ending, isUnderWay: false, hasFailed: false });
    return this.settle(key);
  }

  async tryAgain(): Promise<void> {
    for (const key of [...this.unwritten.keys()]) await this.settle(key);
  }

  /** Still held: nobody else may take these for lost. */
  leases(): Lease[] {
    return [...this.unwritten.values()].map(({ claimed }) => claimed);
  }

  private async settle(key: string): Promise<void> {
    const { store, clock, events, log } = this.parts;
    const ended = this.unwritten.get(key);
    // A poll comes by while the run's own attempt is still at it, or has just succeeded.
    if (!ended || ended.isUnderWay) return;
    const { claimed, how, stoodMs } = ended;
    ended.isUnderWay = true;
    try {
      if (await store.settle(claimed, how, clock.now(), stoodMs)) this.measure(ended);
    } catch (error) {
      if (!ended.hasFailed)
        log.error("how a job ended could not be written; trying again", { job_id: claimed.jobId, error });
      ended.hasFailed = true;
      return;
    } finally {
      ended.isUnderWay = false;
    }
    this.unwritten.delete(key);
    events.publish({ topic: "job", id: claimed.jobId, queue: claimed.lane.queue, what: "settled" });
    if (how.outcome === "retry") this.onRetry();
  }

  private measure({ claimed, how, startedAt, runMs }: Ending): void {
    if (how.outcome === "handed_back" || how.outcome === "orphaned") return;
    const { queue, kind, category } = claimed.lane;
    this.parts.measure?.({
      at: this.parts.clock.now(),
      jobId: claimed.jobId,
      queue,
      kind,
      category,
      outcome: how.outcome === "completed" && how.note !== undefined ? "not_needed" : how.outcome,
      waitMs: Math.max(0, startedAt - claimed.readyAt),
      runMs,
      code: "failure" in how ? how.failure.code : null,
    });
  }
}
