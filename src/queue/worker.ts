// Runs jobs on this machine. It wakes when something changes, fills its free slots by a weighted draw between queues
// that have work which fits, keeps the leases of what runs alive, and writes progress and logs in batches.

import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import { Complaint, type Logger } from "../runtime/log.ts";
import type { ProcessesOf } from "../runtime/run-processes.ts";
import type { Service } from "../runtime/service.ts";
import { type Blocked, Budget, type Limits } from "./budget.ts";
import { Endings } from "./endings.ts";
import { type Ended, Execution, runKey } from "./execution.ts";
import { Freezing } from "./freezing.ts";
import type { Hold, Holds } from "./hold.ts";
import { type Job, pauseEndsAt } from "./job.ts";
import type {
  Claimed,
  JobStore,
  Lane,
  LaneKey,
  LaneTally,
  Lease,
  Measured,
  QueueState,
} from "./job-store.ts";
import type { Catalogue, QueueSpec } from "./kind.ts";
import { pauseOf } from "./pause.ts";
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
  /** Reasons outside the queue that keep jobs from running. */
  holds?: Holds;
  /** Without it runs can only be frozen at their pause points. */
  processesOf?: ProcessesOf;
  /** On a restart, after every run was told to end: whatever they share is to start anew as well. */
  onRestart?: () => Promise<void>;
  /** Told of every run that ended. Must not throw. */
  measure?: (run: Measured) => void;
}

export interface RunningJob {
  id: number;
  lane: Lane;
  startedAt: Date;
  progress: number | null;
  isFrozen: boolean;
  /** Without the time it stood frozen. */
  runMs: number;
}

/** A lease outlives five missed heartbeats. */
const leaseMs = 60_000;
const heartbeatMs = 10_000;
/** So long without a heartbeat, and the machine slept or its clock was set: runs were not silent for that time. */
const missedBeatsMs = 3 * heartbeatMs;
const reportMs = 250;
const pollMs = 1_000;
/** Within the 10 s that a service manager grants. */
const stopWithinMs = 8_000;
/** A run that was stopped and does not end gives its slot up after this long: one dead mount must not take them all. */
const abandonAfterMs = 10_000;

export class Worker<Tools = any> implements Service {
  readonly name = "worker";
  /** By job and attempt: a job that was cancelled and retried may run anew while its old tools are still dying. */
  private readonly executions = new Map<string, Execution<Tools>>();
  private readonly endings: Endings;
  /** Runs whose last words are under way to the disk. */
  private readonly settling = new Set<Promise<void>>();
  private readonly budget: Budget;
  private readonly freezing: Freezing;
  private readonly random: () => number;
  private readonly claimTrouble: Complaint;
  private states = new Map<string, QueueState>();
  private stopping = false;
  private restarting: Promise<number> | undefined;
  private filling = false;
  private filled: Promise<void> = Promise.resolve();
  private again = false;
  /** In a row. */
  private missedClaims = 0;
  /** Claims under way per queue: their slots are taken, but the job is about to start, not held back. */
  private readonly claiming = new Map<string, number>();
  private timers = new Map<string, () => void>();
  private unsubscribe = () => {};
  private seenForeign = 0;
  private beatAt = 0;

  constructor(private readonly parts: WorkerParts<Tools>) {
    this.budget = new Budget(parts.limits);
    this.random = parts.random ?? Math.random;
    this.claimTrouble = new Complaint(parts.log, "claiming jobs failed");
    // A retry may be the next thing that falls due.
    this.endings = new Endings(parts, () => !this.stopping && this.wake());
    this.freezing = new Freezing({
      ...parts,
      budget: this.budget,
      limitOf: (lane) => this.limitOfLane(lane),
      reasonToFreeze: (lane) => this.reasonToFreeze(lane),
      onLeaseLost: (execution) => this.end(execution, "lease-lost"),
      onChange: (id, queue) => {
        parts.events.publish({ topic: "job", id, queue, what: "progress" });
        this.wake();
      },
    });
  }

  async start(): Promise<void> {
    await this.loadStates();
    this.seenForeign = this.parts.store.foreignWrites();
    this.beatAt = this.parts.clock.now();
    this.unsubscribe = this.parts.events.subscribe((e) => {
      if (e.topic === "job" && (e.what === "moved" || e.what === "removed")) this.follow(e.id);
      if (e.topic === "queue") this.react(() => this.loadStates());
      if (e.topic === "hold") this.react();
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
    for (const execution of this.executions.values()) this.end(execution, "shutdown");
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

  /** Gives everything that runs back without a strike and starts anew. Answers how many runs that were. */
  restart(): Promise<number> {
    this.restarting ??= this.restartNow().finally(() => {
      this.restarting = undefined;
      this.wake();
    });
    return this.restarting;
  }

  private async restartNow(): Promise<number> {
    await this.filled;
    const runs = [...this.executions.values()];
    for (const execution of runs) this.end(execution, "restart");
    await this.parts.onRestart?.();
    await Promise.all(this.settling);
    return runs.length;
  }

  running(): RunningJob[] {
    const now = this.parts.clock.now();
    return [...this.executions.values()].map((execution) => ({
      id: execution.claimed.jobId,
      lane: execution.claimed.lane,
      startedAt: new Date(execution.startedAt),
      progress: execution.progress,
      isFrozen: execution.isFrozen,
      runMs: execution.runMs(now),
    }));
  }

  /** Whether it was told to go on, and stands still only until a slot is free. */
  waitsForSlot(jobId: number): boolean {
    return this.runsOf(jobId).some((execution) => this.freezing.waitsForSlot(execution));
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
    return this.budget.queueLimit(this.limitOf(spec));
  }

  /** What keeps a waiting job's lane from starting now, pauses aside. */
  blocked(job: Pick<Job, "queue" | "kind" | "category" | "vramMb">): Blocked | undefined {
    const spec = this.parts.catalogue.queueByName.get(job.queue);
    if (!spec) return undefined;
    const hold = this.holdOn(job);
    if (hold) return { by: "hold", hold };
    if (this.claiming.get(job.queue)) return undefined;
    const lane = this.withVramOfNow({ id: -1, group: 0, ...job });
    return this.budget.blocked(lane, this.limitOf(spec), this.parts.clock.now());
  }

  /** What it yields to now. */
  yieldsTo(): readonly Hold[] {
    return this.parts.holds?.() ?? [];
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
      this.claimTrouble.worked();
    } catch (error) {
      this.filling = false;
      this.claimTrouble.failed(error);
      // Nothing else may happen that would wake it.
      if (!this.stopping) this.setAlarm(pollMs);
    }
  }

  /** One round: draws a queue for every free slot, then claims them together in one commit. False when none was left. */
  private async fill(): Promise<boolean> {
    if (this.stopping || this.restarting) return false;
    this.freezing.goOnWhereFree();
    const tallies = await this.parts.store.tallies();
    const now = this.parts.clock.now();
    // Before the claims: were it to fail after them, nobody would listen to theirs.
    const isDue = await this.hasDue(now);
    const left = new Map(tallies.map((t) => [t.lane.id, t.waiting]));
    const claims: Promise<boolean>[] = [];
    for (;;) {
      const choice = this.draw(tallies, left, now);
      if (!choice) break;
      claims.push(this.claim(choice, now));
      const first = choice[0]!;
      left.set(first.id, left.get(first.id)! - 1);
    }
    if (isDue) {
      await Promise.all(claims);
      await this.wakeDue(now);
      return true;
    }
    return (await Promise.all(claims)).includes(true);
  }

  /** The lanes of one drawn queue that fit now; what the job will take, whichever lane it comes from, is kept free. */
  private draw(tallies: LaneTally[], left: Map<number, number>, now: number): Lane[] | undefined {
    const byQueue = new Map<string, { weight: number; lanes: Lane[] }>();
    for (const tally of tallies) {
      const lane = this.withVramOfNow(tally.lane);
      if (left.get(lane.id)! <= 0) {
        this.budget.forget(lane.id);
        continue;
      }
      const spec = this.parts.catalogue.queueByName.get(lane.queue);
      // A kind this build does not know stays put: an older or newer build will run it.
      if (!spec || !this.parts.catalogue.find(lane.kind)) continue;
      if (pauseOf(this.states, lane.queue, now) || this.holdOn(lane)) {
        this.budget.forget(lane.id);
        continue;
      }
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
    if (chosen) this.budget.keepFor(chosen.lanes);
    return chosen?.lanes;
  }

  private async claim(lanes: Lane[], now: number): Promise<boolean> {
    const { queue } = lanes[0]!;
    let claimed: Claimed | undefined;
    this.claiming.set(queue, (this.claiming.get(queue) ?? 0) + 1);
    try {
      claimed = await this.parts.store.claim({
        lanes: lanes.map((l) => l.id),
        worker: this.parts.name,
        now,
        leaseMs,
      });
    } finally {
      this.claiming.set(queue, this.claiming.get(queue)! - 1);
      this.budget.endKeeping(lanes);
    }
    if (!claimed) {
      // Gone meanwhile. What was kept free for it may have held up others; but counts that are wrong must not turn for ever.
      if (++this.missedClaims <= 3) this.again = true;
      return false;
    }
    this.missedClaims = 0;
    claimed.lane = this.withVramOfNow(claimed.lane);
    this.budget.take(claimed.lane);
    this.begin(claimed);
    return true;
  }

  private begin(claimed: Claimed): void {
    const { catalogue, tools, clock, logsFolder, events, processesOf } = this.parts;
    const kind = catalogue.find(claimed.lane.kind)!;
    const execution = new Execution(claimed, kind, tools, clock, logsFolder, processesOf);
    const done = this.finish(execution);
    this.settling.add(done);
    void done.then(() => this.settling.delete(done));
    this.executions.set(runKey(claimed), execution);
    events.publish({ topic: "job", id: claimed.jobId, queue: claimed.lane.queue, what: "started" });
    // Stopped between the claim and here.
    if (this.stopping) this.end(execution, "shutdown");
  }

  /** Stops a run. One that does not end all the same is left to itself, without its slot. */
  private end(execution: Execution<Tools>, why: Ended): void {
    if (execution.isStopped) return;
    execution.stop(why);
    this.parts.clock.after(abandonAfterMs, () => execution.abandon());
  }

  private async finish(execution: Execution<Tools>): Promise<void> {
    const { claimed } = execution;
    const how = await execution.run();
    if (execution.isAbandoned)
      this.parts.log.warn("a job that was stopped does not end; its slot goes to others", {
        job_id: claimed.jobId,
        kind: claimed.lane.kind,
      });
    const now = this.parts.clock.now();
    const { startedAt } = execution;
    const runMs = execution.runMs(now);
    const stoodMs = Math.max(0, now - startedAt - runMs);
    const last = execution.takeReport(now);
    const key = runKey(claimed);
    this.executions.delete(key);
    // Asked for together with the next claim: one commit settles this job and starts another.
    const settled = this.endings.write(key, { claimed, how, startedAt, runMs, stoodMs });
    this.freezing.giveBack(execution);
    if (!this.stopping) this.wake();
    try {
      await Promise.all([last && this.parts.store.report([last]), execution.spill()]);
    } catch (error) {
      this.parts.log.warn("a job's last log lines were not written", { job_id: claimed.jobId, error });
    }
    await settled;
  }

  private async heartbeat(): Promise<void> {
    const now = this.parts.clock.now();
    const isLate = this.hasMissedBeats();
    for (const execution of this.executions.values()) {
      if (isLate) execution.forgiveSilence(now);
      else execution.senseLife(now);
    }
    const lost = await this.parts.store.extend(this.leases(), now + leaseMs);
    for (const lease of lost) {
      const execution = this.executions.get(runKey(lease));
      if (execution) this.end(execution, "lease-lost");
    }
    if (isLate) await this.report();
    this.beatAt = now;
  }

  /** Then nobody can tell yet which runs are silent: the next heartbeat says of all that they live. */
  hasMissedBeats(): boolean {
    const agoMs = this.parts.clock.now() - this.beatAt;
    return agoMs < 0 || agoMs >= missedBeatsMs;
  }

  private leases(): Lease[] {
    const running = [...this.executions.values()].map((execution) => execution.claimed);
    return [...running, ...this.endings.leases()];
  }

  /** Whether this process runs it, or has still to write down how it ended. */
  holds({ jobId, attempt, worker }: Lease): boolean {
    return (
      worker === this.parts.name && this.leases().some((l) => l.jobId === jobId && l.attempt === attempt)
    );
  }

  /** Somebody has moved a job that may run here: cancelled, its tools must die now; paused, they must stand still. */
  private follow(id: number): void {
    if (this.runsOf(id).length === 0) return;
    this.followAll().catch((error) =>
      this.parts.log.error("following a job's move failed", { job_id: id, error }),
    );
  }

  private followAll(): Promise<void> {
    return this.freezing.follow(
      () => this.executions.values(),
      () => this.parts.store.runsOf(this.parts.name),
    );
  }

  /** Pauses and reasons to yield have changed. */
  private react(first: () => Promise<void> = async () => {}): void {
    first()
      .then(() => this.yieldOrGoOn())
      .catch((error) => this.parts.log.error("yielding failed", { error }))
      .finally(() => this.wake());
  }

  private yieldOrGoOn(): Promise<void> {
    return this.freezing.yieldOrGoOn(() => this.executions.values());
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
      const lane = this.executions.get(runKey(lease))?.claimed.lane;
      if (lane)
        this.parts.events.publish({ topic: "job", id: lease.jobId, queue: lane.queue, what: "progress" });
    }
  }

  /** Another process (the command line) may have added, moved or cancelled. */
  private async poll(): Promise<void> {
    await this.endings.tryAgain();
    const foreign = this.parts.store.foreignWrites();
    if (foreign !== this.seenForeign) {
      this.seenForeign = foreign;
      await this.loadStates();
      await this.followAll();
    }
    // A timed pause ends, and a hold begins, without anybody saying so.
    if (this.executions.size > 0) await this.yieldOrGoOn();
    this.wake();
  }

  private async loadStates(): Promise<void> {
    this.states = new Map((await this.parts.store.queueStates()).map((s) => [s.queue, s]));
  }

  private holdOn(lane: Pick<LaneKey, "queue" | "kind" | "category">): Hold | undefined {
    return this.yieldsTo().find((hold) => hold.holds(lane));
  }

  private reasonToFreeze(lane: Lane): string | undefined {
    const pause = pauseOf(this.states, lane.queue, this.parts.clock.now());
    if (pause?.mode === "freeze") return pause.by ?? "a pause";
    const hold = this.yieldsTo().find((h) => h.mode === "freeze" && h.holds(lane));
    return hold?.text;
  }

  /** A job that was enqueued for the GPU may run on the CPU by now, or the other way round. */
  private withVramOfNow(lane: Lane): Lane {
    const kind = this.parts.catalogue.find(lane.kind);
    if (!kind?.vramHere) return lane;
    const now = kind.vramHere(this.parts.tools);
    const vramMb = now === 0 ? 0 : lane.vramMb || now;
    return vramMb === lane.vramMb ? lane : { ...lane, vramMb };
  }

  private limitOf(spec: QueueSpec) {
    return { base: spec.base, override: this.states.get(spec.name)?.concurrency ?? null };
  }

  private limitOfLane({ queue }: Lane) {
    return this.limitOf(this.parts.catalogue.queueByName.get(queue)!);
  }

  private async hasDue(now: number): Promise<boolean> {
    const next = await this.parts.store.nextDue();
    return next !== undefined && next <= now;
  }

  private async wakeDue(now: number): Promise<void> {
    const woken = await this.parts.store.wakeDue(now);
    // Only those whose pause is over may run here, frozen.
    if (woken.some((id) => this.runsOf(id).length > 0)) await this.followAll();
  }

  /** Sets the alarm for the next delayed job, or for the end of a pause. */
  private async sleepUntilDue(): Promise<void> {
    if (this.stopping) return;
    const { store, clock } = this.parts;
    const now = clock.now();
    const ends = [...this.states.values()]
      .flatMap(({ pauseEnds }) => pauseEndsAt(pauseEnds) ?? [])
      .filter((t) => t > now);
    const next = Math.min(...[await store.nextDue(), ...ends].filter((t) => t !== undefined));
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
    const complaint = new Complaint(this.parts.log, `${name} failed`);
    const turn = async () => {
      try {
        await step();
        complaint.worked();
      } catch (error) {
        complaint.failed(error);
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
