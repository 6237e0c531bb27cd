// Runs jobs on this machine. It wakes when something changes, fills its free slots by a weighted draw between queues
// that have work which fits, keeps the leases of what runs alive, and writes progress and logs in batches.

import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Service } from "../runtime/service.ts";
import { type Blocked, Budget, type Limits } from "./budget.ts";
import { Execution } from "./execution.ts";
import type { Job } from "./job.ts";
import type { Claimed, JobStore, Lane, LaneTally, Lease, QueueState, Settlement } from "./job-store.ts";
import type { Catalogue, QueueSpec } from "./kind.ts";
import { pickWeighted } from "./sampling.ts";

export type { Limits } from "./budget.ts";

export interface WorkerParts<Tools> {
  store: JobStore;
  catalogue: Catalogue<Tools>;
  tools: Tools;
  events: EventBus;
  clock: Clock;
  log: Logger;
  limits: () => Limits;
  logsFolder: string;
  /** Unique per process: leases carry it. */
  name: string;
  random?: () => number;
}

export interface RunningJob {
  id: number;
  lane: Lane;
  startedAt: Date;
  progress: number | null;
}

/** A lease outlives five missed heartbeats. */
const leaseMs = 60_000;
const heartbeatMs = 10_000;
const reportMs = 250;
const pollMs = 1_000;
/** Within the 10 s that a service manager grants. */
const stopWithinMs = 8_000;

export class Worker<Tools = any> implements Service {
  readonly name = "worker";
  /** By job and attempt: a job that was cancelled and retried may run anew while its old tools are still dying. */
  private readonly executions = new Map<string, Execution<Tools>>();
  /** How runs ended that are not written down yet. */
  private readonly unsettled = new Map<string, { claimed: Claimed; how: Settlement }>();
  /** Runs whose last words are under way to the disk. */
  private readonly settling = new Set<Promise<void>>();
  private readonly budget: Budget;
  private readonly random: () => number;
  private states = new Map<string, QueueState>();
  private stopping = false;
  private filling = false;
  private filled: Promise<void> = Promise.resolve();
  private again = false;
  /** Claims under way per queue: their slots are taken, but the job is about to start, not held back. */
  private readonly claiming = new Map<string, number>();
  private timers = new Map<string, () => void>();
  private unsubscribe = () => {};
  private seenForeign = 0;

  constructor(private readonly parts: WorkerParts<Tools>) {
    this.budget = new Budget(parts.limits);
    this.random = parts.random ?? Math.random;
  }

  async start(): Promise<void> {
    await this.loadStates();
    this.seenForeign = this.parts.store.foreignWrites();
    this.unsubscribe = this.parts.events.subscribe((e) => {
      if (e.topic === "job" && e.what === "moved") this.checkLease(e.id);
      if (e.topic === "queue") void this.loadStates().then(() => this.wake());
      if (e.topic === "setting" || (e.topic === "job" && (e.what === "added" || e.what === "moved")))
        this.wake();
    });
    this.every("heartbeat", heartbeatMs, () => this.heartbeat());
    this.every("report", reportMs, () => this.report());
    this.every("poll", pollMs, () => this.poll());
    this.wake();
  }

  /** Stops claiming, aborts what runs and gives it back without a strike. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.unsubscribe();
    for (const forget of this.timers.values()) forget();
    for (const execution of this.executions.values()) execution.stop("shutdown");
    // A claim that is under way begins its run, which is stopped at once.
    await this.filled;
    const all = Promise.all(this.settling);
    const late = new Promise<void>((resolve) => setTimeout(resolve, stopWithinMs).unref());
    await Promise.race([all, late]);
    // Tools that would not die in time: the jobs go back all the same, their leases end here.
    await Promise.all(
      [...this.executions.values()].map((execution) =>
        this.parts.store.settle(execution.claimed, { outcome: "handed_back" }, this.parts.clock.now()),
      ),
    );
  }

  running(): RunningJob[] {
    return [...this.executions.values()].map((execution) => ({
      id: execution.claimed.jobId,
      lane: execution.claimed.lane,
      startedAt: new Date(execution.startedAt),
      progress: execution.progress,
    }));
  }

  /** The tail of a running job's log as of now; undefined when it does not run here. */
  liveLog(jobId: number): string | undefined {
    return this.runsOf(jobId).at(-1)?.liveLog;
  }

  get vramUsedMb(): number {
    return this.budget.vramUsedMb;
  }

  limits(): Limits {
    return this.parts.limits();
  }

  queueLimit(spec: QueueSpec): number {
    return this.budget.queueLimit({
      base: spec.base,
      override: this.states.get(spec.name)?.concurrency ?? null,
    });
  }

  /** What keeps a waiting job's lane from starting now. */
  blocked(job: Pick<Job, "queue" | "kind" | "category" | "vramMb">): Blocked | undefined {
    const spec = this.parts.catalogue.queueByName.get(job.queue);
    if (!spec || this.claiming.get(job.queue)) return undefined;
    return this.budget.blocked({ id: -1, group: 0, ...job }, this.limitOf(spec), this.parts.clock.now());
  }

  /** Fills free slots soon. Cheap to call often. */
  wake(): void {
    if (this.filling) {
      this.again = true;
      return;
    }
    this.filling = true;
    this.filled = this.fillAll();
  }

  private async fillAll(): Promise<void> {
    try {
      do {
        this.again = false;
        while (await this.fill());
      } while (this.again);
      this.filling = false;
      await this.sleepUntilDue();
    } catch (error) {
      this.filling = false;
      this.parts.log.error("claiming jobs failed", { error });
      // Nothing else may happen that would wake it.
      if (!this.stopping) this.setAlarm(pollMs);
    }
  }

  /** One round: draws a queue for every free slot, then claims them together in one commit. False when none was left. */
  private async fill(): Promise<boolean> {
    if (this.stopping) return false;
    const tallies = await this.parts.store.tallies();
    const now = this.parts.clock.now();
    const left = new Map(tallies.map((t) => [t.lane.id, t.waiting]));
    const claims: Promise<boolean>[] = [];
    for (;;) {
      const choice = this.draw(tallies, left, now);
      if (!choice) break;
      claims.push(this.claim(choice, now));
      const first = choice[0]!;
      left.set(first.id, left.get(first.id)! - 1);
    }
    if (claims.length === 0 && (await this.hasDue(now))) {
      // Nothing waits, but something delayed has come due: a claim moves it over.
      await this.parts.store.claim({ lanes: [], worker: this.parts.name, now, leaseMs });
      return true;
    }
    return (await Promise.all(claims)).includes(true);
  }

  /** The lanes of one drawn queue that fit now, and the slot for it already taken on the first of them. */
  private draw(tallies: LaneTally[], left: Map<number, number>, now: number): Lane[] | undefined {
    const byQueue = new Map<string, { weight: number; lanes: Lane[] }>();
    for (const { lane } of tallies) {
      if (left.get(lane.id)! <= 0) {
        this.budget.forget(lane.id);
        continue;
      }
      const spec = this.parts.catalogue.queueByName.get(lane.queue);
      // A kind this build does not know stays put: an older or newer build will run it.
      if (!spec || !this.parts.catalogue.find(lane.kind) || this.isPaused(lane.queue, now)) continue;
      const why = this.budget.blocked(lane, this.limitOf(spec), now);
      if (why) {
        this.budget.passOver(lane, why, now);
        continue;
      }
      const weight = this.states.get(lane.queue)?.weight ?? spec.weight;
      const entry = byQueue.get(lane.queue) ?? { weight, lanes: [] };
      entry.lanes.push(lane);
      byQueue.set(lane.queue, entry);
    }
    const chosen = pickWeighted([...byQueue.values()], this.random());
    if (chosen) this.budget.take(chosen.lanes[0]!);
    return chosen?.lanes;
  }

  private async claim(lanes: Lane[], now: number): Promise<boolean> {
    const held = lanes[0]!;
    let claimed: Claimed | undefined;
    this.claiming.set(held.queue, (this.claiming.get(held.queue) ?? 0) + 1);
    try {
      claimed = await this.parts.store.claim({
        lanes: lanes.map((l) => l.id),
        worker: this.parts.name,
        now,
        leaseMs,
      });
    } finally {
      this.claiming.set(held.queue, this.claiming.get(held.queue)! - 1);
      if (!claimed) this.budget.give(held);
    }
    if (!claimed) return false;
    if (claimed.lane.id !== held.id) {
      this.budget.give(held);
      this.budget.take(claimed.lane);
    }
    this.begin(claimed);
    return true;
  }

  private begin(claimed: Claimed): void {
    const { catalogue, tools, clock, logsFolder, events } = this.parts;
    const execution = new Execution(claimed, catalogue.find(claimed.lane.kind)!, tools, clock, logsFolder);
    const done = this.finish(execution);
    this.settling.add(done);
    void done.then(() => this.settling.delete(done));
    this.executions.set(keyOf(claimed), execution);
    events.publish({ topic: "job", id: claimed.jobId, queue: claimed.lane.queue, what: "started" });
    // Stopped between the claim and here.
    if (this.stopping) execution.stop("shutdown");
  }

  private async finish(execution: Execution<Tools>): Promise<void> {
    const { claimed } = execution;
    const how = await execution.run();
    const last = execution.takeReport(this.parts.clock.now());
    const key = keyOf(claimed);
    this.executions.delete(key);
    this.unsettled.set(key, { claimed, how });
    // Asked for together with the next claim: one commit settles this job and starts another.
    const settled = this.settle(key);
    this.budget.give(claimed.lane);
    if (!this.stopping) this.wake();
    try {
      await Promise.all([last && this.parts.store.report([last]), execution.spill()]);
    } catch (error) {
      this.parts.log.warn("a job's last log lines were not written", { job_id: claimed.jobId, error });
    }
    await settled;
  }

  /** Tried again by every poll until it is written: a full disk must not turn a run that ended into an orphan. */
  private async settle(key: string): Promise<void> {
    const { store, clock, events, log } = this.parts;
    const { claimed, how } = this.unsettled.get(key)!;
    try {
      await store.settle(claimed, how, clock.now());
    } catch (error) {
      log.error("how a job ended could not be written; trying again", { job_id: claimed.jobId, error });
      return;
    }
    this.unsettled.delete(key);
    events.publish({ topic: "job", id: claimed.jobId, queue: claimed.lane.queue, what: "settled" });
    // A retry may be the next thing that falls due.
    if (how.outcome === "retry" && !this.stopping) this.wake();
  }

  private async heartbeat(): Promise<void> {
    await this.extend(this.leases());
  }

  private leases(): Lease[] {
    const running = [...this.executions.values()].map((execution) => execution.claimed);
    return [...running, ...[...this.unsettled.values()].map((u) => u.claimed)];
  }

  /** Whether this process runs it, or has still to write down how it ended. */
  holds({ jobId, attempt, worker }: Lease): boolean {
    return (
      worker === this.parts.name && this.leases().some((l) => l.jobId === jobId && l.attempt === attempt)
    );
  }

  private async extend(leases: Lease[]): Promise<void> {
    if (leases.length === 0) return;
    const lost = await this.parts.store.extend(leases, this.parts.clock.now() + leaseMs);
    for (const lease of lost) this.executions.get(keyOf(lease))?.stop("lease-lost");
  }

  /** Somebody has moved a job that may run here: if its lease is gone, its tools must die now. */
  private checkLease(id: number): void {
    this.extend(this.runsOf(id).map((execution) => execution.claimed)).catch((error) =>
      this.parts.log.error("checking a lease failed", { job_id: id, error }),
    );
  }

  private runsOf(jobId: number): Execution<Tools>[] {
    return [...this.executions.values()].filter((execution) => execution.claimed.jobId === jobId);
  }

  private async report(): Promise<void> {
    const now = this.parts.clock.now();
    const all = [...this.executions.values()];
    const reports = all.flatMap((execution) => execution.takeReport(now) ?? []);
    if (reports.length === 0) return;
    await Promise.all([this.parts.store.report(reports), ...all.map((execution) => execution.spill())]);
    for (const { lease } of reports) {
      const lane = this.executions.get(keyOf(lease))?.claimed.lane;
      if (lane)
        this.parts.events.publish({ topic: "job", id: lease.jobId, queue: lane.queue, what: "progress" });
    }
  }

  /** Another process (the command line) may have added, moved or cancelled. */
  private async poll(): Promise<void> {
    for (const key of [...this.unsettled.keys()]) await this.settle(key);
    const foreign = this.parts.store.foreignWrites();
    if (foreign !== this.seenForeign) {
      this.seenForeign = foreign;
      await this.loadStates();
      await this.heartbeat();
    }
    this.wake();
  }

  private async loadStates(): Promise<void> {
    this.states = new Map((await this.parts.store.queueStates()).map((s) => [s.queue, s]));
  }

  private isPaused(queue: string, now: number): boolean {
    const state = this.states.get(queue);
    if (!state?.pausedAt) return false;
    return state.pausedUntil === null || state.pausedUntil.getTime() > now;
  }

  private limitOf(spec: QueueSpec) {
    return { base: spec.base, override: this.states.get(spec.name)?.concurrency ?? null };
  }

  private async hasDue(now: number): Promise<boolean> {
    const next = await this.parts.store.nextRunAt();
    return next !== undefined && next <= now;
  }

  /** Sets the alarm for the next delayed job, or for the end of a pause. */
  private async sleepUntilDue(): Promise<void> {
    if (this.stopping) return;
    const { store, clock } = this.parts;
    const now = clock.now();
    const ends = [...this.states.values()]
      .flatMap((s) => s.pausedUntil?.getTime() ?? [])
      .filter((t) => t > now);
    const next = Math.min(...[await store.nextRunAt(), ...ends].filter((t) => t !== undefined));
    if (Number.isFinite(next)) this.setAlarm(Math.max(1, next - now));
    else this.timers.get("due")?.();
  }

  private setAlarm(ms: number): void {
    this.timers.get("due")?.();
    this.timers.set(
      "due",
      this.parts.clock.after(ms, () => this.wake()),
    );
  }

  private every(name: string, ms: number, step: () => Promise<void>): void {
    // Said once, not every 250 ms for as long as a disk is full.
    let failing = false;
    const turn = async () => {
      try {
        await step();
        failing = false;
      } catch (error) {
        if (!failing) this.parts.log.error(`${name} failed`, { error });
        failing = true;
      }
      if (!this.stopping)
        this.timers.set(
          name,
          this.parts.clock.after(ms, () => void turn()),
        );
    };
    this.timers.set(
      name,
      this.parts.clock.after(ms, () => void turn()),
    );
  }
}

function keyOf({ jobId, attempt }: Lease): string {
  return `${jobId}-${attempt}`;
}
