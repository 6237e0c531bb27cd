// One run of one claimed job: gives the kind what it needs, gathers progress and log, and turns how it ended into a
// settlement. Knows nothing of slots or of other jobs.

import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../runtime/clock.ts";
import { GiveUp, JobFailure, NotFound, RetryLater } from "../runtime/errors.ts";
import type { ProcessesOf, RunProcesses } from "../runtime/run-processes.ts";
import { jobLogPath } from "./job-logs.ts";
import type { Claimed, Lease, Report, Settlement } from "./job-store.ts";
import type { JobKind, Run } from "./kind.ts";
import { backoffMs } from "./retry.ts";

/** What the database keeps of an attempt's log; the whole goes to a file once it is longer. */
export const logTailBytes = 10_240;
const longestLine = 2_000;
/** Of the whole log of one attempt, on disk. */
const longestLogBytes = 20_000_000;
/** A full disk is waited for, not counted as a failure. */
const diskFullWaitMs = 120_000;

/** CPU time alone is life for so many of the kind's thresholds; then something must also come of it. */
const cpuAloneTimes = 4;
/** Less than this share of one core is a process that turns in its sleep. */
const leastCpuShare = 0.01;
const signsEveryMs = 5_000;

export type Ended = "shutdown" | "restart" | "lease-lost";

/** Names one run: a job that was cancelled and retried may run anew while its old tools are still dying. */
export function runKey({ jobId, attempt }: Pick<Lease, "jobId" | "attempt">): string {
  return `${jobId}-${attempt}`;
}

export class Execution<Tools = any> {
  private readonly abort = new AbortController();
  private percent: number | null = null;
  private exactly: number | null = null;
  private tail = "";
  private unwritten = "";
  private spilled = false;
  private hasFolder = false;
  private writtenBytes = 0;
  private changed = { progress: false, log: false };
  private endedBy: Ended | undefined;
  private readonly abandoned = Promise.withResolvers<void>();
  isAbandoned = false;
  /** The kind has answered; what it held is about to be given back. */
  isOver = false;
  private readonly processes: RunProcesses | undefined;
  private gate: { opened: Promise<void>; open(): void } | undefined;
  private frozenAt: number | undefined;
  private frozenForMs = 0;
  /** When the work itself last moved, when that or the CPU last did, and when that was last reported. */
  private movedAt: number;
  private aliveAt: number;
  private saidAliveAt: number;
  private cpu: { ms: number; at: number } | undefined;
  readonly startedAt: number;

  constructor(
    readonly claimed: Claimed,
    private readonly kind: JobKind<any, Tools>,
    private readonly tools: Tools,
    private readonly clock: Clock,
    private readonly logsFolder: string,
    processesOf?: ProcessesOf,
  ) {
    this.startedAt = clock.now();
    this.movedAt = this.aliveAt = this.saidAliveAt = this.startedAt;
    this.processes = processesOf?.(this.abort.signal);
  }

  async run(): Promise<Settlement> {
    try {
      const result = await Promise.race([this.kind.run(this.runFor()), this.abandoned.promise]);
      if (this.abort.signal.aborted) return this.aborted();
      return result ? { outcome: "completed", note: result.notNeeded } : { outcome: "completed" };
    } catch (error) {
      if (this.abort.signal.aborted) return this.aborted();
      return this.failed(error);
    } finally {
      this.isOver = true;
    }
  }

  /** Aborts the kind's tools. What the run answers afterwards no longer counts. */
  stop(why: Ended): void {
    this.endedBy ??= why;
    this.abort.abort(new Error(why));
    // Whoever waits at a pause point must come by to see it.
    this.gate?.open();
  }

  /** Stops waiting for a run that was stopped and does not end. */
  abandon(): void {
    this.isAbandoned = this.endedBy !== undefined && !this.isOver;
    if (this.isAbandoned) this.abandoned.resolve();
  }

  get isStopped(): boolean {
    return this.endedBy !== undefined;
  }

  get isFrozen(): boolean {
    return this.frozenAt !== undefined;
  }

  /** It runs, and nobody has told it to end. */
  get mayStand(): boolean {
    return !this.isFrozen && !this.isStopped && !this.isOver;
  }

  /** Stops its processes where they are, and its own steps at the next pause point. */
  freeze(): void {
    if (!this.mayStand) return;
    this.frozenAt = this.clock.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gate = { opened: promise, open: resolve };
    this.processes?.freeze();
    this.addLog("Frozen.");
  }

  thaw(): void {
    if (this.frozenAt === undefined) return;
    const now = this.clock.now();
    this.frozenForMs += Math.max(0, now - this.frozenAt);
    this.frozenAt = undefined;
    this.movedAt = this.aliveAt = now;
    this.cpu = undefined;
    this.processes?.thaw();
    this.gate?.open();
    this.gate = undefined;
    this.addLog("Goes on.");
  }

  /** Run time so far, without what it stood frozen. */
  runMs(now: number): number {
    const frozen = this.frozenForMs + (this.frozenAt === undefined ? 0 : Math.max(0, now - this.frozenAt));
    return Math.max(0, now - this.startedAt - frozen);
  }

  /** Looks whether its tools use the CPU. */
  senseLife(now: number): void {
    if (this.frozenAt !== undefined) {
      // It stands still because it was told to, or waits for its slot to go on: that is no silence.
      this.movedAt = this.aliveAt = now;
      return;
    }
    const ms = this.processes?.cpuMs();
    if (ms === undefined) return;
    const before = this.cpu;
    this.cpu = { ms, at: now };
    if (!before || now <= before.at || (ms - before.ms) / (now - before.at) < leastCpuShare) return;
    if (now - this.movedAt <= cpuAloneTimes * this.kind.stuckAfterS * 1000) this.aliveAt = now;
  }

  /** The machine slept, or its clock was set: nobody listened, so nobody was silent. */
  forgiveSilence(now: number): void {
    this.movedAt = this.aliveAt = now;
    this.saidAliveAt = Number.NEGATIVE_INFINITY;
    this.cpu = undefined;
  }

  get progress(): number | null {
    return this.percent;
  }

  get liveLog(): string {
    return this.tail;
  }

  /** What has changed since it was last asked; undefined when nothing has. */
  takeReport(now: number): Report | undefined {
    const { progress, log } = this.changed;
    const alive = this.aliveAt > this.saidAliveAt && now - this.saidAliveAt >= signsEveryMs;
    if (!progress && !log && !alive) return undefined;
    if (progress || alive) this.saidAliveAt = now;
    this.changed = { progress: false, log: false };
    const { jobId, attempt, worker } = this.claimed;
    return {
      lease: { jobId, attempt, worker },
      at: now,
      ...(progress ? { progress: this.percent } : {}),
      ...(alive ? { alive } : {}),
      ...(log ? { logTail: this.tail } : {}),
    };
  }

  /** The whole log of a talkative attempt. */
  async spill(): Promise<void> {
    if (!this.spilled || this.unwritten === "") return;
    const text = this.unwritten;
    this.unwritten = "";
    if (this.writtenBytes > longestLogBytes) return;
    const path = jobLogPath(this.logsFolder, this.claimed.jobId, this.claimed.attempt);
    try {
      if (!this.hasFolder) await mkdir(dirname(path), { recursive: true });
      this.hasFolder = true;
      await appendFile(path, text);
    } catch (error) {
      // A full disk, most likely: the lines wait for the next turn, the newest of them at least.
      this.unwritten = (text + this.unwritten).slice(-logTailBytes);
      throw error;
    }
    this.writtenBytes += text.length;
    if (this.writtenBytes > longestLogBytes)
      await appendFile(
        path,
        `… The log goes on, but no more of it is kept than ${longestLogBytes / 1e6} MB.\n`,
      );
  }

  private runFor(): Run<any, Tools> {
    const { jobId, attempt, params, subject, backfill, readyAt } = this.claimed;
    return {
      id: jobId,
      kind: this.kind.name,
      params: this.kind.params.parse(params),
      subject,
      backfill,
      attempt,
      readyAt,
      tools: this.tools,
      signal: this.abort.signal,
      progress: (percent) => this.reportProgress(percent),
      log: (line) => {
        this.movedAt = this.aliveAt = this.clock.now();
        this.addLog(line);
      },
      pausePoint: async () => {
        while (this.gate && !this.abort.signal.aborted) await this.gate.opened;
        this.abort.signal.throwIfAborted();
      },
    };
  }

  private reportProgress(percent: number): void {
    if (!Number.isFinite(percent)) return;
    if (percent !== this.exactly) this.movedAt = this.aliveAt = this.clock.now();
    this.exactly = percent;
    const tenths = Math.round(Math.min(100, Math.max(0, percent)) * 10) / 10;
    if (tenths === this.percent) return;
    this.percent = tenths;
    this.changed.progress = true;
  }

  private addLog(line: string): void {
    const time = new Date(this.clock.now()).toISOString().slice(0, 19).replace("T", " ");
    const text = `[${time}] ${line.trimEnd().slice(0, longestLine)}\n`;
    this.unwritten += text;
    this.tail += text;
    this.changed.log = true;
    if (this.tail.length <= logTailBytes) return;
    this.spilled = true;
    this.tail = this.tail.slice(this.tail.indexOf("\n", this.tail.length - logTailBytes) + 1);
  }

  private aborted(): Settlement {
    return this.endedBy !== "lease-lost"
      ? { outcome: "handed_back" }
      : {
          outcome: "failed",
          failure: { code: "job.cancelled", message: "The job was taken away from this worker." },
        };
  }

  private failed(error: unknown): Settlement {
    const message = error instanceof Error ? error.message : String(error);
    const now = this.clock.now();
    if (error instanceof GiveUp) {
      this.addLog(`Failed (${error.code}): ${message}`);
      return { outcome: "failed", failure: { code: error.code, message } };
    }
    // What it was about has been removed in the meantime.
    if (error instanceof NotFound) return { outcome: "completed", note: message };
    if (error instanceof RetryLater) {
      this.addLog(`Waiting (${error.code}): ${message}`);
      return {
        outcome: "retry",
        runAt: now + error.afterMs,
        failure: { code: error.code, message },
        strike: false,
      };
    }
    const code = error instanceof JobFailure ? error.code : "internal";
    const failure = { code, message };
    if (code === "disk.full") {
      this.addLog("The disk is full; waiting for space.");
      return { outcome: "retry", runAt: now + diskFullWaitMs, failure, strike: false };
    }
    this.addLog(`Failed (${code}): ${message}`);
    if (code === "internal" && error instanceof Error && error.stack) this.addLog(error.stack);
    const { retryCount, maxRetries } = this.claimed;
    if (retryCount >= maxRetries) return { outcome: "failed", failure };
    const waitMs = backoffMs(retryCount);
    this.addLog(`Retry ${retryCount + 1} of ${maxRetries} in ${waitMs / 60_000} minutes.`);
    return { outcome: "retry", runAt: now + waitMs, failure, strike: true };
  }
}
