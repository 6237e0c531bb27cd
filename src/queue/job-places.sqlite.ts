// Where a job stands on SQLite: it is in exactly one of the five narrow tables (waiting, delayed, paused, running,
// finished). Everything that moves a job goes through here, so that the tallies change in the same transaction. All of it
// is called inside a write.

import type { Database } from "bun:sqlite";
import { fingerprintOf } from "./fingerprint.ts";
import { type AttemptOutcome, type Failure, type PauseEnd, pauseEndsAt, type Subject } from "./job.ts";
import type { JobHeads } from "./job-heads.sqlite.ts";
import type { Lease } from "./job-store.ts";
import type { Tallies } from "./tallies.sqlite.ts";

export interface JobRow {
  id: number;
  lane: number;
  priority: number;
  backfill: number;
  rank: number;
  params: string;
  subject_type: Subject["type"];
  subject_id: number | null;
  subject_label: string;
  dedup_key: string | null;
  max_retries: number;
  retry_count: number;
  /** Executions that are over and have a row of their own. */
  attempts: number;
  run_at: number | null;
  created_at: number;
}

/** A run that has just ended, as its row was. */
export interface EndedRun {
  lane: number;
  attempt: number;
  worker: string;
  started_at: number;
  progress: number | null;
  frozen_at: number | null;
  frozen_by: string | null;
  frozen_until: number | null;
  frozen_until_playback_ends: number;
  yields: number;
  frozen_ms: number;
}

/** The part of a run that outlives it. */
export interface RunFacts {
  lane: number;
  startedAt: number | null;
  progress: number | null;
  frozenMs: number;
  /** The execution that it ended with: it is kept with the end, and becomes a row of its own when the job runs again. */
  last?: Pick<Lease, "attempt" | "worker">;
}

export const finishedState = { completed: 1, failed: 2, cleared: 3, cancelled: 4 } as const;

const finishedNames = Object.fromEntries(
  Object.entries(finishedState).map(([name, code]) => [code, name]),
) as Record<number, keyof typeof finishedState>;

export interface FinishedRow {
  id: number;
  lane: number;
  state: number;
  finished_at: number;
  started_at: number | null;
  note: string | null;
  code: string | null;
  message: string | null;
  attempt: number | null;
  worker: string | null;
}

/** The execution that a job ended with; undefined when it never ran, or its row is older than this kind of keeping. */
export function lastAttempt(row: FinishedRow) {
  if (row.attempt === null || row.started_at === null) return undefined;
  const failure = row.code === null ? null : { code: row.code, message: row.message ?? "" };
  return {
    number: row.attempt,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: outcomeOf(row),
    failure,
    worker: row.worker ?? "",
  };
}

function outcomeOf({ state, note, code }: FinishedRow): AttemptOutcome {
  if (state === finishedState.cancelled) return "cancelled";
  if (state === finishedState.completed) return note?.startsWith("not_needed") ? "not_needed" : "completed";
  return code === "job.orphaned" ? "orphaned" : "failed";
}

/** Priority first, then fresh work before backfills. */
export const rankOf = (priority: number, backfill: boolean | number) => priority * 2 + (backfill ? 1 : 0);

export class JobPlaces {
  constructor(
    private readonly sqlite: Database,
    private readonly tally: Tallies,
    private readonly heads: JobHeads,
  ) {}

  row(id: number): JobRow | null {
    return this.sqlite.query("SELECT * FROM job WHERE id = ?").get(id) as JobRow | null;
  }

  enterWaiting(id: number, lane: number, rank: number, runAt: number | null, now: number): void {
    if (runAt !== null && runAt > now) {
      this.sqlite.query("INSERT INTO delayed (run_at, id, lane) VALUES (?, ?, ?)").run(runAt, id, lane);
      this.tally.change(lane, "delayed", 1);
      this.heads.dueChanged();
    } else {
      this.sqlite.query("INSERT INTO waiting (lane, rank, id) VALUES (?, ?, ?)").run(lane, rank, id);
      this.tally.change(lane, "waiting", 1);
      this.heads.entered({ lane, rank, id });
    }
  }

  leaveWaiting(lane: number, rank: number, id: number): boolean {
    const left =
      this.sqlite.query("DELETE FROM waiting WHERE lane = ? AND rank = ? AND id = ?").run(lane, rank, id)
        .changes > 0;
    if (left) this.tally.change(lane, "waiting", -1);
    this.heads.left(lane, id);
    return left;
  }

  leaveDelayed(runAt: number, id: number, lane: number): boolean {
    const left =
      this.sqlite.query("DELETE FROM delayed WHERE run_at = ? AND id = ?").run(runAt, id).changes > 0;
    if (left) this.tally.change(lane, "delayed", -1);
    this.heads.dueChanged();
    return left;
  }

  /** Out of waiting or delayed, whichever it is in. */
  leaveQueue(job: JobRow): void {
    if (!(job.run_at !== null && this.leaveDelayed(job.run_at, job.id, job.lane)))
      this.leaveWaiting(job.lane, job.rank, job.id);
  }

  enterPaused(id: number, lane: number, by: string | null, ends: PauseEnd, now: number): void {
    this.sqlite
      .query(
        "INSERT INTO paused (id, lane, paused_at, paused_by, until, until_playback_ends) VALUES (?, ?, ?, ?, ?, ?)",
      )
      .run(id, lane, now, by, ...pauseColumns(ends));
    this.tally.change(lane, "paused", 1);
    this.heads.dueChanged();
  }

  leavePaused(id: number): boolean {
    const row = this.sqlite.query("DELETE FROM paused WHERE id = ? RETURNING lane").get(id) as {
      lane: number;
    } | null;
    if (row) this.tally.change(row.lane, "paused", -1);
    this.heads.dueChanged();
    return row !== null;
  }

  enterRunning(lane: number, lease: Lease, now: number, until: number): void {
    this.sqlite
      .query(
        "INSERT INTO running (id, lane, attempt, worker, started_at, lease_until, progress_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      )
      .run(lease.jobId, lane, lease.attempt, lease.worker, now, until, now);
    this.tally.change(lane, "running", 1);
  }

  /** Undefined when the lease is gone. */
  endRun({ jobId, attempt, worker }: Lease): EndedRun | undefined {
    const run = this.sqlite
      .query(
        `DELETE FROM running WHERE id = ? AND attempt = ? AND worker = ?
         RETURNING lane, attempt, worker, started_at, progress, frozen_at, frozen_by, frozen_until,
           frozen_until_playback_ends, yields, frozen_ms`,
      )
      .get(jobId, attempt, worker) as EndedRun | null;
    if (!run) return undefined;
    this.tally.change(run.lane, run.frozen_at === null ? "running" : "paused", -1);
    if (run.frozen_until !== null) this.heads.dueChanged();
    return run;
  }

  leaseOf(id: number): Lease | undefined {
    return (
      (this.sqlite
        .query("SELECT id AS jobId, attempt, worker FROM running WHERE id = ?")
        .get(id) as Lease | null) ?? undefined
    );
  }

  saveAttempt(
    lease: Lease,
    startedAt: number,
    now: number,
    outcome: AttemptOutcome,
    code: string | null,
    message: string | null,
  ): void {
    this.sqlite
      .query(
        `INSERT INTO attempt (job, number, started_at, finished_at, outcome, code, message, worker) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(lease.jobId, lease.attempt, startedAt, now, outcome, code, message, lease.worker);
    this.sqlite.query("UPDATE job SET attempts = ? WHERE id = ?").run(lease.attempt, lease.jobId);
  }

  /** The dedup key stays taken: the work is still open. */
  waitAgain(id: number, lane: number, runAt: number | null, strikes: number, now: number): void {
    this.countRetry(id, runAt, strikes);
    this.enterWaiting(id, lane, this.row(id)!.rank, runAt, now);
  }

  /** As `waitAgain`, for a job that somebody had paused while it ran: it stays paused. */
  pauseAgain(id: number, run: EndedRun, runAt: number | null, strikes: number, now: number): void {
    this.countRetry(id, runAt, strikes);
    this.enterPaused(id, run.lane, run.frozen_by, pauseEndOf(run), run.frozen_at ?? now);
  }

  countRetry(id: number, runAt: number | null, strikes: number): void {
    this.sqlite
      .query("UPDATE job SET retry_count = retry_count + ?, run_at = ? WHERE id = ?")
      .run(strikes, runAt, id);
  }

  finish(
    id: number,
    run: RunFacts,
    state: "completed" | "failed" | "cancelled",
    now: number,
    note: string | null,
    failure: Failure | null,
  ): void {
    this.sqlite
      .query(
        `INSERT INTO finished (id, lane, state, finished_at, started_at, progress, note, code, message, frozen_ms,
           fingerprint, attempt, worker) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        run.lane,
        finishedState[state],
        now,
        run.startedAt,
        state === "completed" ? 100 : run.progress,
        note,
        failure?.code ?? null,
        failure?.message ?? null,
        run.frozenMs,
        failure && state === "failed" ? fingerprintOf(failure, this.labelOf(id)) : null,
        run.last?.attempt ?? null,
        run.last?.worker ?? null,
      );
    this.tally.change(run.lane, state, 1);
    this.sqlite
      .query("DELETE FROM open_key WHERE key = (SELECT dedup_key FROM job WHERE id = ?1) AND id = ?1")
      .run(id);
  }

  private labelOf(id: number): string {
    const row = this.sqlite.query("SELECT subject_label AS label FROM job WHERE id = ?").get(id);
    return (row as { label: string } | null)?.label ?? "";
  }

  /** Failures from before causes had names. None are left after the first start. */
  nameOldFailures(): void {
    const unnamed = this.sqlite.query(
      "SELECT id, code, message FROM finished INDEXED BY finished_unnamed WHERE state IN (2, 3) AND fingerprint IS NULL LIMIT 500",
    );
    const name = this.sqlite.query("UPDATE finished SET fingerprint = ? WHERE id = ?");
    for (;;) {
      const rows = unnamed.all() as { id: number; code: string | null; message: string | null }[];
      if (rows.length === 0) return;
      for (const { id, code, message } of rows)
        name.run(fingerprintOf({ code: code ?? "internal", message: message ?? "" }, this.labelOf(id)), id);
    }
  }

  /** `toRunAgain`: the execution that it ended with becomes one of its attempts. */
  leaveFinished(id: number, toRunAgain = true): void {
    const row = this.sqlite.query("DELETE FROM finished WHERE id = ? RETURNING *").get(id) as FinishedRow;
    this.tally.change(row.lane, finishedNames[row.state]!, -1);
    const attempt = toRunAgain ? lastAttempt(row) : undefined;
    if (!attempt) return;
    const lease = { jobId: id, attempt: attempt.number, worker: attempt.worker };
    const { startedAt, finishedAt, outcome, failure } = attempt;
    const message = failure?.message ?? row.note?.replace(/^not_needed: /, "") ?? null;
    this.saveAttempt(lease, startedAt, finishedAt, outcome, failure?.code ?? null, message);
  }

  /** From failed to cleared, or back. */
  acknowledge(id: number, lane: number, now: number | null): boolean {
    const [from, to] = now === null ? [3, 2] : [2, 3];
    const changed = this.sqlite
      .query("UPDATE finished SET state = ?, acknowledged_at = ? WHERE id = ? AND state = ?")
      .run(to!, now, id, from!).changes;
    if (changed === 0) return false;
    this.tally.change(lane, "failed", now === null ? 1 : -1);
    this.tally.change(lane, "cleared", now === null ? -1 : 1);
    return true;
  }

  openKey(key: string, id: number): void {
    this.sqlite.query("INSERT INTO open_key (key, id) VALUES (?, ?)").run(key, id);
  }

  openJob(key: string): number | undefined {
    const row = this.sqlite.query("SELECT id FROM open_key WHERE key = ?").get(key) as { id: number } | null;
    return row?.id;
  }

  forget(id: number): void {
    this.sqlite.query("DELETE FROM attempt WHERE job = ?").run(id);
    this.sqlite.query("DELETE FROM attempt_log WHERE job = ?").run(id);
    this.sqlite.query("DELETE FROM job WHERE id = ?").run(id);
  }
}

/** Of a run that is over by now. */
export function factsOf(run: EndedRun, last: Lease, now: number): RunFacts {
  return {
    lane: run.lane,
    startedAt: run.started_at,
    progress: run.progress,
    frozenMs: frozenMsOf(run, now),
    last,
  };
}

function frozenMsOf(run: Pick<EndedRun, "frozen_ms" | "frozen_at">, now: number): number {
  return run.frozen_ms + (run.frozen_at === null ? 0 : Math.max(0, now - run.frozen_at));
}

export function pauseEndOf(run: EndedRun): PauseEnd {
  if (run.frozen_until_playback_ends) return "playback";
  return run.frozen_until === null ? null : { at: run.frozen_until };
}

/** `until` and `until_playback_ends`. */
export function pauseColumns(ends: PauseEnd): [number | null, number] {
  return [pauseEndsAt(ends), ends === "playback" ? 1 : 0];
}
