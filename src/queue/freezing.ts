// Which runs of this machine stand frozen: those that somebody paused (the store says so), and those that yield to
// something (this says so to the store). A frozen run leaves its slot to others and keeps its GPU memory; told to go on,
// it waits until a slot is free again, before any new job gets it.

import type { Clock } from "../runtime/clock.ts";
import type { Budget, QueueLimit } from "./budget.ts";
import { type Execution, runKey } from "./execution.ts";
import type { HeldRun, JobStore, Lane } from "./job-store.ts";

export interface FreezingParts {
  store: JobStore;
  budget: Budget;
  clock: Clock;
  limitOf: (lane: Lane) => QueueLimit;
  /** Why what runs in this lane is to stand still now. */
  reasonToFreeze: (lane: Lane) => string | undefined;
  onLeaseLost: (execution: Execution) => void;
  /** Runs have begun or ceased to stand still. */
  onChange: (jobId: number, queue: string) => void;
}

export class Freezing {
  /** Told to go on, but no slot is free. */
  private readonly waiting = new Set<Execution>();
  private readonly yielding = new Set<Execution>();
  /** Somebody had them go on although there is a reason to yield. */
  private readonly exempt = new WeakSet<Execution>();
  /** One thing after another: what is half written must not be read as somebody's wish. */
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly parts: FreezingParts) {}

  waitsForSlot(execution: Execution): boolean {
    return this.waiting.has(execution);
  }

  /** Freezes what has a reason to yield, and lets go on what has none any more. */
  yieldOrGoOn(executions: () => Iterable<Execution>): Promise<void> {
    return this.inTurn(async () => {
      for (const execution of [...executions()]) {
        const { claimed } = execution;
        const reason = this.parts.reasonToFreeze(claimed.lane);
        if (!reason) {
          this.exempt.delete(execution);
          if (!this.yielding.has(execution)) continue;
          // A store that cannot write is asked again by the next turn: forgotten, it would stand still for ever.
          const goesOn = await this.parts.store.thaw(claimed, this.parts.clock.now());
          this.yielding.delete(execution);
          // A person may have paused it meanwhile: then it stays as it is.
          if (goesOn) this.goOn(execution);
        } else if (execution.mayStand && !this.exempt.has(execution)) {
          // Written down first: what the store does not know to stand still, nobody would have go on.
          if (!(await this.parts.store.freeze(claimed, reason, this.parts.clock.now()))) continue;
          this.stand(execution);
          if (execution.isFrozen) this.yielding.add(execution);
        }
      }
    });
  }

  /** Does what the store says of the runs of this worker: stops those whose lease is gone, freezes and thaws. */
  follow(executions: () => Iterable<Execution>, runsOf: () => Promise<HeldRun[]>): Promise<void> {
    return this.inTurn(async () => {
      const known = [...executions()];
      const runs = new Map((await runsOf()).map((r) => [runKey(r), r]));
      for (const execution of known) {
        const run = runs.get(runKey(execution.claimed));
        if (!run) this.parts.onLeaseLost(execution);
        else if (run.frozen) {
          this.stand(execution);
          if (run.frozen.yields && execution.isFrozen) this.yielding.add(execution);
          else this.yielding.delete(execution);
        } else if (execution.isFrozen && !this.waiting.has(execution)) {
          if (this.yielding.delete(execution)) this.exempt.add(execution);
          this.goOn(execution);
        }
      }
    });
  }

  /** Before new jobs are claimed. */
  goOnWhereFree(): void {
    for (const execution of this.waiting) {
      const { lane } = execution.claimed;
      if (!this.parts.budget.takeSlot(lane, this.parts.limitOf(lane))) continue;
      this.waiting.delete(execution);
      this.thaw(execution);
    }
  }

  /** What an ended run still holds goes back. */
  giveBack(execution: Execution): void {
    const { lane } = execution.claimed;
    this.waiting.delete(execution);
    this.yielding.delete(execution);
    if (execution.isFrozen) this.parts.budget.giveMemory(lane);
    else this.parts.budget.give(lane);
  }

  private stand(execution: Execution): void {
    // Still frozen, only without hope of a slot.
    if (this.waiting.delete(execution) || execution.isFrozen) return;
    execution.freeze();
    if (!execution.isFrozen) return;
    this.parts.budget.giveSlot(execution.claimed.lane);
    this.changed(execution);
  }

  private goOn(execution: Execution): void {
    if (execution.isOver) return;
    const { lane } = execution.claimed;
    if (this.parts.budget.takeSlot(lane, this.parts.limitOf(lane))) this.thaw(execution);
    else this.waiting.add(execution);
  }

  private thaw(execution: Execution): void {
    execution.thaw();
    this.changed(execution);
  }

  private changed({ claimed }: Execution): void {
    this.parts.onChange(claimed.jobId, claimed.lane.queue);
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.turn.then(step);
    this.turn = done.catch(() => {});
    return done;
  }
}
