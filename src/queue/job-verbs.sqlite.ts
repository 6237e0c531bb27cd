// What people (and healing) do with single jobs on SQLite: retry, cancel, pause, resume, remove, acknowledge, evict, and
// the order in which jobs wait. All of it is called inside a write.

import type { Database } from "bun:sqlite";
import type { Failure, JobStatus, Move, PauseEnd } from "./job.ts";
import { mayMove } from "./job.ts";
import type { JobHeads } from "./job-heads.sqlite.ts";
import { factsOf, type JobPlaces, type JobRow, pauseColumns, rankOf } from "./job-places.sqlite.ts";
import type { Lease, Moved } from "./job-store.ts";
import type { Tallies } from "./tallies.sqlite.ts";

export class JobVerbs {
  constructor(
    private readonly sqlite: Database,
    private readonly tally: Tallies,
    private readonly places: JobPlaces,
    private readonly heads: JobHeads,
    private readonly statusOf: (id: number) => JobStatus,
  ) {}

  move(id: number, verb: Move, by: string | null, now: number, ends: PauseEnd): Moved | undefined {
    const job = this.places.row(id);
    if (!job) return undefined;
    const from = this.statusOf(id);
    const isTakenOver = verb === "pause" && from === "paused" && this.yields(id);
    if (!mayMove(verb, from) && !isTakenOver) return { from, moved: false };
    // Its processes stand still, its work is half done: that is to be cancelled first, as what runs is.
    if (verb === "remove" && this.places.leaseOf(id)) return { from, moved: false };
    switch (verb) {
      case "retry":
        return this.retry(job, from, now);
      case "cancel":
        this.cancel(job, from, by, now);
        return { from, moved: true };
      case "pause":
        this.pause(job, by, ends, now);
        return { from, moved: true };
      case "resume":
        this.resume(job, now);
        return { from, moved: true };
      case "remove":
        this.remove(job, from);
        return { from, moved: true };
      case "acknowledge":
        return { from, moved: this.places.acknowledge(id, job.lane, now) };
      case "unacknowledge":
        return { from, moved: this.places.acknowledge(id, job.lane, null) };
    }
  }

  private retry(job: JobRow, from: JobStatus, now: number): Moved {
    const openAs = job.dedup_key === null ? undefined : this.places.openJob(job.dedup_key);
    if (openAs !== undefined) return { from, moved: false, openAs };
    this.places.leaveFinished(job.id);
    if (job.dedup_key !== null) this.places.openKey(job.dedup_key, job.id);
    this.places.waitAgain(job.id, job.lane, null, 1, now);
    return { from, moved: true };
  }

  private cancel(job: JobRow, from: JobStatus, by: string | null, now: number): void {
    const failure = { code: "job.cancelled", message: `Cancelled${by ? ` by ${by}` : ""}.` };
    const lease = this.places.leaseOf(job.id);
    if (!lease) {
      if (from === "paused") this.places.leavePaused(job.id);
      else this.places.leaveQueue(job);
      const never = { lane: job.lane, startedAt: null, progress: null, frozenMs: 0 };
      this.places.finish(job.id, never, "cancelled", now, null, failure);
    } else this.end(lease, "cancelled", failure, now);
  }

  /** Ends a run from outside: its worker finds the lease gone, and kills the tools. */
  private end(lease: Lease, outcome: "cancelled" | "failed", failure: Failure, now: number): void {
    const run = this.places.endRun(lease)!;
    this.places.finish(lease.jobId, factsOf(run, lease, now), outcome, now, null, failure);
  }

  evict(id: number, failure: Failure, again: boolean, now: number): boolean {
    const lease = this.places.leaseOf(id);
    const job = this.places.row(id);
    if (!lease || !job) return false;
    if (!again || job.retry_count >= job.max_retries) this.end(lease, "failed", failure, now);
    else {
      const run = this.places.endRun(lease)!;
      this.places.saveAttempt(lease, run.started_at, now, "failed", failure.code, failure.message);
      this.places.waitAgain(id, run.lane, null, 1, now);
    }
    return true;
  }

  private pause(job: JobRow, by: string | null, ends: PauseEnd, now: number): void {
    if (this.freeze(job.id, by, ends, false, now)) return;
    this.places.leaveQueue(job);
    this.places.enterPaused(job.id, job.lane, by, ends, now);
  }

  /** False when it does not run. A run that yields already is taken over by whoever pauses it. */
  private freeze(id: number, by: string | null, ends: PauseEnd, yields: boolean, now: number): boolean {
    const run = this.sqlite.query("SELECT lane, frozen_at FROM running WHERE id = ?").get(id) as {
      lane: number;
      frozen_at: number | null;
    } | null;
    if (!run) return false;
    this.sqlite
      .query(
        `UPDATE running SET frozen_at = coalesce(frozen_at, ?), frozen_by = ?, frozen_until = ?,
           frozen_until_playback_ends = ?, yields = ? WHERE id = ?`,
      )
      .run(now, by, ...pauseColumns(ends), yields ? 1 : 0, id);
    this.heads.dueChanged();
    if (run.frozen_at === null) {
      this.tally.change(run.lane, "running", -1);
      this.tally.change(run.lane, "paused", 1);
    }
    return true;
  }

  private thaw(id: number, now: number): boolean {
    const run = this.sqlite
      .query("SELECT lane, frozen_at FROM running WHERE id = ? AND frozen_at IS NOT NULL")
      .get(id) as { lane: number; frozen_at: number } | null;
    if (!run) return false;
    this.sqlite
      .query(
        `UPDATE running SET frozen_ms = frozen_ms + max(0, ?1 - frozen_at), frozen_at = NULL, frozen_by = NULL,
           frozen_until = NULL, frozen_until_playback_ends = 0, yields = 0, progress_at = ?1 WHERE id = ?2`,
      )
      .run(now, id);
    this.heads.dueChanged();
    this.tally.change(run.lane, "paused", -1);
    this.tally.change(run.lane, "running", 1);
    return true;
  }

  freezeRun(lease: Lease, by: string, now: number): boolean {
    const holds = this.sqlite
      .query("SELECT 1 FROM running WHERE id = ? AND attempt = ? AND worker = ? AND frozen_at IS NULL")
      .get(lease.jobId, lease.attempt, lease.worker);
    return holds !== null && this.freeze(lease.jobId, by, null, true, now);
  }

  /** Only what yields: a person's pause is a person's to end. */
  thawRun(lease: Lease, now: number): boolean {
    const yields = this.sqlite
      .query("SELECT 1 FROM running WHERE id = ? AND attempt = ? AND worker = ? AND yields = 1")
      .get(lease.jobId, lease.attempt, lease.worker);
    return yields !== null && this.thaw(lease.jobId, now);
  }

  private resume(job: JobRow, now: number): void {
    if (this.thaw(job.id, now)) return;
    this.places.leavePaused(job.id);
    this.places.enterWaiting(job.id, job.lane, job.rank, job.run_at, now);
  }

  private remove(job: JobRow, from: JobStatus): void {
    if (from === "completed" || from === "failed" || from === "cancelled")
      this.places.leaveFinished(job.id, false);
    else if (from === "paused") this.places.leavePaused(job.id);
    else this.places.leaveQueue(job);
    if (job.dedup_key !== null)
      this.sqlite.query("DELETE FROM open_key WHERE key = ? AND id = ?").run(job.dedup_key, job.id);
    this.places.forget(job.id);
  }

  setPriority(id: number, priority: number): boolean {
    const job = this.places.row(id);
    if (!job) return false;
    this.sqlite.query("UPDATE job SET priority = ? WHERE id = ?").run(priority, id);
    this.setRank(job, rankOf(priority, job.backfill));
    return true;
  }

  /** Ranks have no bounds: one less than the first, or one more than the last, is always free. */
  setPosition(id: number, where: "first" | "last"): boolean {
    const job = this.places.row(id);
    if (!job || !["pending", "paused"].includes(this.statusOf(id)) || this.places.leaseOf(id)) return false;
    const { queue } = this.tally.lane(job.lane);
    const order = where === "first" ? "ASC" : "DESC";
    const end = this.sqlite.query(
      `SELECT rank FROM waiting WHERE lane = ? AND id <> ? ORDER BY rank ${order} LIMIT 1`,
    );
    const ranks = this.tally
      .all()
      .filter((t) => t.lane.queue === queue && t.waiting > 0)
      .flatMap((t) => (end.get(t.lane.id, id) as { rank: number } | null)?.rank ?? []);
    if (ranks.length > 0)
      this.setRank(job, where === "first" ? Math.min(...ranks) - 1 : Math.max(...ranks) + 1);
    return true;
  }

  private setRank(job: JobRow, rank: number): void {
    this.sqlite.query("UPDATE job SET rank = ? WHERE id = ?").run(rank, job.id);
    if (!this.places.leaveWaiting(job.lane, job.rank, job.id)) return;
    this.places.enterWaiting(job.id, job.lane, rank, null, 0);
  }

  /** A stretch at a time: a pause that ends must not hold a commit up for a million jobs. */
  wakeDue(now: number): number[] {
    const woken: number[] = [];
    const delayed = this.sqlite
      .query("SELECT run_at, id, lane FROM delayed WHERE run_at <= ? ORDER BY run_at, id LIMIT 500")
      .all(now) as { run_at: number; id: number; lane: number }[];
    for (const { run_at, id, lane } of delayed) {
      this.places.leaveDelayed(run_at, id, lane);
      this.places.enterWaiting(id, lane, this.places.row(id)!.rank, null, now);
      woken.push(id);
    }
    return [...woken, ...this.resumeAll("until <= ?", "frozen_until <= ?", now, [now])];
  }

  endPlaybackPauses(now: number): number[] {
    return this.resumeAll("until_playback_ends = 1", "frozen_until_playback_ends = 1", now, []);
  }

  private resumeAll(paused: string, frozen: string, now: number, args: number[]): number[] {
    const ids = this.sqlite
      .query(
        `SELECT id FROM paused WHERE ${paused} UNION ALL SELECT id FROM running WHERE frozen_at IS NOT NULL AND ${frozen} LIMIT 500`,
      )
      .all(...args, ...args) as { id: number }[];
    for (const { id } of ids) this.resume(this.places.row(id)!, now);
    return ids.map((r) => r.id);
  }

  private yields(id: number): boolean {
    return this.sqlite.query("SELECT 1 FROM running WHERE id = ? AND yields = 1").get(id) !== null;
  }
}
