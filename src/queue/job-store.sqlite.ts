// The queue on SQLite. A job's row is written once; where it stands (waiting, delayed, paused, running, finished) is a
// narrow table each, so that claiming deletes and inserts a few bytes and stays flat from a thousand jobs to a million.
// Reading is in job-reader.sqlite.ts.

import type { Database } from "bun:sqlite";
import { GroupCommit } from "./group-commit.sqlite.ts";
import type { Failure, JobStatus, Move } from "./job.ts";
import { mayMove } from "./job.ts";
import { JobReader } from "./job-reader.sqlite.ts";
import type {
  ClaimAsk,
  Claimed,
  Inserted,
  JobFilter,
  JobOrder,
  JobStore,
  Lease,
  NewJob,
  QueueState,
  Report,
  Settlement,
} from "./job-store.ts";
import { Tallies } from "./tallies.sqlite.ts";

/** `durable`: what was acknowledged survives a power cut. */
export function openSqliteJobStore(sqlite: Database, durable = true): JobStore {
  return new SqliteJobStore(sqlite, durable);
}

/** Priority first, then fresh work before backfills. */
const rankOf = (priority: number, backfill: boolean | number) => priority * 2 + (backfill ? 1 : 0);

interface JobRow {
  id: number;
  lane: number;
  priority: number;
  backfill: number;
  params: string;
  subject_type: "file" | "library" | "none";
  subject_id: number | null;
  subject_label: string;
  dedup_key: string | null;
  max_retries: number;
  retry_count: number;
  run_at: number | null;
}

const finishedState = { completed: 1, failed: 2, cleared: 3, cancelled: 4 } as const;

class SqliteJobStore implements JobStore {
  private readonly commits: GroupCommit;
  private readonly tally: Tallies;
  private readonly read: JobReader;

  constructor(
    private readonly sqlite: Database,
    durable: boolean,
  ) {
    this.tally = new Tallies(sqlite);
    this.read = new JobReader(sqlite, this.tally);
    this.commits = new GroupCommit(
      sqlite,
      durable,
      () => this.tally.save(),
      (ok) => this.tally.settle(ok),
    );
  }

  insert(jobs: NewJob[], now: number): Promise<Inserted[]> {
    return this.commits.write(() => jobs.map((job) => this.insertOne(job, now)));
  }

  private insertOne(job: NewJob, now: number): Inserted {
    if (job.dedupKey !== null) {
      const open = this.sqlite.query("SELECT id FROM open_key WHERE key = ?").get(job.dedupKey) as {
        id: number;
      } | null;
      if (open) return { id: open.id, deduplicated: true };
    }
    const lane = this.tally.laneFor(job);
    const runAt = job.runAt?.getTime() ?? null;
    const id = Number(
      this.sqlite
        .query(
          `INSERT INTO job (lane, priority, backfill, params, subject_type, subject_id, subject_label, dedup_key,
             max_retries, run_at, origin, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          lane.id,
          job.priority,
          job.backfill ? 1 : 0,
          JSON.stringify(job.params),
          job.subject.type,
          job.subject.id,
          job.subject.label,
          job.dedupKey,
          job.maxRetries,
          runAt,
          job.origin,
          now,
        ).lastInsertRowid,
    );
    if (job.dedupKey !== null) this.openKey(job.dedupKey, id);
    this.enterWaiting(id, lane.id, rankOf(job.priority, job.backfill), runAt, now);
    return { id, deduplicated: false };
  }

  claim(ask: ClaimAsk): Promise<Claimed | undefined> {
    return this.commits.write(() => {
      this.wakeDelayed(ask.now);
      const head = this.bestHead(ask.lanes);
      if (!head) return undefined;
      this.leaveWaiting(head.lane, head.rank, head.id);
      const job = this.row(head.id)!;
      const { attempts } = this.sqlite
        .query("SELECT coalesce(max(number), 0) AS attempts FROM attempt WHERE job = ?")
        .get(head.id) as { attempts: number };
      const lease: Lease = { jobId: head.id, attempt: attempts + 1, worker: ask.worker };
      this.sqlite
        .query(
          "INSERT INTO running (id, lane, attempt, worker, started_at, lease_until, progress_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .run(head.id, head.lane, lease.attempt, ask.worker, ask.now, ask.now + ask.leaseMs, ask.now);
      this.tally.change(head.lane, "running", 1);
      const lane = this.tally.lane(head.lane);
      return {
        ...lease,
        lane,
        params: JSON.parse(job.params),
        subject: {
          type: job.subject_type,
          id: job.subject_id,
          label: job.subject_label,
          group: lane.group || null,
        },
        backfill: job.backfill === 1,
        retryCount: job.retry_count,
        maxRetries: job.max_retries,
      };
    });
  }

  private bestHead(lanes: number[]): { lane: number; rank: number; id: number } | undefined {
    const probe = this.sqlite.query(
      "SELECT lane, rank, id FROM waiting WHERE lane = ? ORDER BY rank, id LIMIT 1",
    );
    let best: { lane: number; rank: number; id: number } | undefined;
    for (const lane of lanes) {
      const head = probe.get(lane) as { lane: number; rank: number; id: number } | null;
      if (head && (!best || head.rank < best.rank || (head.rank === best.rank && head.id < best.id)))
        best = head;
    }
    return best;
  }

  private wakeDelayed(now: number): void {
    const due = this.sqlite
      .query("SELECT run_at, id, lane FROM delayed WHERE run_at <= ? ORDER BY run_at, id LIMIT 500")
      .all(now) as { run_at: number; id: number; lane: number }[];
    for (const { run_at, id, lane } of due) {
      this.leaveDelayed(run_at, id, lane);
      const job = this.row(id)!;
      this.enterWaiting(id, lane, rankOf(job.priority, job.backfill), null, now);
    }
  }

  extend(leases: Lease[], until: number): Promise<Lease[]> {
    return this.commits.write(() => {
      const prolong = this.sqlite.query(
        "UPDATE running SET lease_until = ? WHERE id = ? AND attempt = ? AND worker = ?",
      );
      return leases.filter((l) => prolong.run(until, l.jobId, l.attempt, l.worker).changes === 0);
    });
  }

  settle(lease: Lease, how: Settlement, now: number): Promise<boolean> {
    return this.commits.write(() => this.settleNow(lease, how, now));
  }

  private settleNow(lease: Lease, how: Settlement, now: number): boolean {
    if (how.outcome === "orphaned" && !this.isLost(lease, how.leaseEndedBefore)) return false;
    const run = this.endRun(lease);
    if (!run) return false;
    const failure = "failure" in how ? how.failure : null;
    const notNeeded = how.outcome === "completed" && how.note !== undefined;
    const outcome = how.outcome === "retry" ? "failed" : notNeeded ? "not_needed" : how.outcome;
    const message = failure?.message ?? (how.outcome === "completed" ? (how.note ?? null) : null);
    this.saveAttempt(lease, run.started_at, now, outcome, failure?.code ?? null, message);
    if (how.outcome === "retry") this.waitAgain(lease.jobId, run.lane, how.runAt, how.strike ? 1 : 0, now);
    else if (how.outcome === "handed_back") this.waitAgain(lease.jobId, run.lane, null, 0, now);
    else if (how.outcome === "orphaned" && how.again) this.waitAgain(lease.jobId, run.lane, null, 1, now);
    else if (how.outcome === "completed")
      this.finish(lease.jobId, run, "completed", now, how.note ? `not_needed: ${how.note}` : null, null);
    // How far an orphan had come means nothing any more.
    else if (how.outcome === "orphaned")
      this.finish(lease.jobId, { ...run, progress: null }, "failed", now, null, failure);
    else this.finish(lease.jobId, run, "failed", now, null, failure);
    return true;
  }

  private isLost({ jobId }: Lease, before: number): boolean {
    return (
      this.sqlite.query("SELECT 1 FROM running WHERE id = ? AND lease_until < ?").get(jobId, before) !== null
    );
  }

  private endRun(lease: Lease): { lane: number; started_at: number; progress: number | null } | null {
    const run = this.sqlite
      .query(
        "DELETE FROM running WHERE id = ? AND attempt = ? AND worker = ? RETURNING lane, started_at, progress",
      )
      .get(lease.jobId, lease.attempt, lease.worker) as {
      lane: number;
      started_at: number;
      progress: number | null;
    } | null;
    if (run) this.tally.change(run.lane, "running", -1);
    return run;
  }

  private saveAttempt(
    lease: Lease,
    startedAt: number,
    now: number,
    outcome: string,
    code: string | null,
    message: string | null,
  ) {
    this.sqlite
      .query(
        `INSERT INTO attempt (job, number, started_at, finished_at, outcome, code, message, worker) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(lease.jobId, lease.attempt, startedAt, now, outcome, code, message, lease.worker);
  }

  /** The dedup key stays taken: the work is still open. */
  private waitAgain(id: number, lane: number, runAt: number | null, strikes: number, now: number): void {
    this.sqlite
      .query("UPDATE job SET retry_count = retry_count + ?, run_at = ? WHERE id = ?")
      .run(strikes, runAt, id);
    const job = this.row(id)!;
    this.enterWaiting(id, lane, rankOf(job.priority, job.backfill), runAt, now);
  }

  private finish(
    id: number,
    run: { lane: number; started_at: number | null; progress: number | null },
    state: "completed" | "failed" | "cancelled",
    now: number,
    note: string | null,
    failure: Failure | null,
  ): void {
    const progress = state === "completed" ? 100 : run.progress;
    this.sqlite
      .query(
        `INSERT INTO finished (id, lane, state, finished_at, started_at, progress, note, code, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        run.lane,
        finishedState[state],
        now,
        run.started_at,
        progress,
        note,
        failure?.code ?? null,
        failure?.message ?? null,
      );
    this.tally.change(run.lane, state, 1);
    this.sqlite
      .query("DELETE FROM open_key WHERE key = (SELECT dedup_key FROM job WHERE id = ?1) AND id = ?1")
      .run(id);
  }

  report(reports: Report[]): Promise<void> {
    if (reports.length === 0) return Promise.resolve();
    return this.commits.write(() => {
      // An end that nobody else moved forward stays put: only a changed figure counts as progress.
      const progress = this.sqlite.query(
        `UPDATE running SET progress_at = CASE WHEN progress IS ?1 THEN progress_at ELSE ?5 END, progress = ?1
         WHERE id = ?2 AND attempt = ?3 AND worker = ?4`,
      );
      const log = this.sqlite.query(
        "INSERT INTO attempt_log (job, number, text) SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM job WHERE id = ?1) ON CONFLICT (job, number) DO UPDATE SET text = excluded.text",
      );
      for (const r of reports) {
        if (r.progress !== undefined)
          progress.run(r.progress, r.lease.jobId, r.lease.attempt, r.lease.worker, r.at);
        if (r.logTail !== undefined) log.run(r.lease.jobId, r.lease.attempt, r.logTail);
      }
    });
  }

  move(id: number, verb: Move, by: string | null, now: number) {
    return this.commits.write(() => this.moveNow(id, verb, by, now));
  }

  private moveNow(id: number, verb: Move, by: string | null, now: number) {
    const job = this.row(id);
    if (!job) return undefined;
    const from = this.read.statusOf(id);
    if (!mayMove(verb, from)) return { from, moved: false };
    if (verb === "retry") {
      const open =
        job.dedup_key &&
        (this.sqlite.query("SELECT id FROM open_key WHERE key = ?").get(job.dedup_key) as {
          id: number;
        } | null);
      if (open) return { from, moved: false, openAs: open.id };
      this.leaveFinished(id);
      if (job.dedup_key) this.openKey(job.dedup_key, id);
      this.waitAgain(id, job.lane, null, 1, now);
    } else if (verb === "cancel") this.cancel(job, from, by, now);
    else if (verb === "pause") {
      this.leaveOpen(job, from);
      this.sqlite
        .query("INSERT INTO paused (id, lane, paused_at, paused_by) VALUES (?, ?, ?, ?)")
        .run(id, job.lane, now, by);
      this.tally.change(job.lane, "paused", 1);
    } else if (verb === "resume") {
      this.leaveOpen(job, from);
      this.enterWaiting(id, job.lane, rankOf(job.priority, job.backfill), job.run_at, now);
    } else if (verb === "remove") this.remove(job, from);
    else if (!this.acknowledge(id, job.lane, now)) return { from, moved: false };
    return { from, moved: true };
  }

  private cancel(job: JobRow, from: JobStatus, by: string | null, now: number): void {
    const failure = { code: "job.cancelled", message: `Cancelled${by ? ` by ${by}` : ""}.` };
    if (from === "running") {
      const lease = this.sqlite
        .query("SELECT id AS jobId, attempt, worker FROM running WHERE id = ?")
        .get(job.id) as Lease;
      const run = this.endRun(lease)!;
      this.saveAttempt(lease, run.started_at, now, "cancelled", failure.code, failure.message);
      this.finish(job.id, run, "cancelled", now, null, failure);
    } else {
      this.leaveOpen(job, from);
      this.finish(
        job.id,
        { lane: job.lane, started_at: null, progress: null },
        "cancelled",
        now,
        null,
        failure,
      );
    }
  }

  private remove(job: JobRow, from: JobStatus): void {
    if (from === "completed" || from === "failed" || from === "cancelled") this.leaveFinished(job.id);
    else {
      this.leaveOpen(job, from);
      if (job.dedup_key)
        this.sqlite.query("DELETE FROM open_key WHERE key = ? AND id = ?").run(job.dedup_key, job.id);
    }
    this.forget(job.id);
  }

  private forget(id: number): void {
    this.sqlite.query("DELETE FROM attempt WHERE job = ?").run(id);
    this.sqlite.query("DELETE FROM attempt_log WHERE job = ?").run(id);
    this.sqlite.query("DELETE FROM job WHERE id = ?").run(id);
  }

  private acknowledge(id: number, lane: number, now: number): boolean {
    const changed = this.sqlite
      .query("UPDATE finished SET state = 3, acknowledged_at = ? WHERE id = ? AND state = 2")
      .run(now, id).changes;
    if (changed === 0) return false;
    this.tally.change(lane, "failed", -1);
    this.tally.change(lane, "cleared", 1);
    return true;
  }

  setPriority(id: number, priority: number): Promise<boolean> {
    return this.commits.write(() => {
      const job = this.row(id);
      if (!job) return false;
      this.sqlite.query("UPDATE job SET priority = ? WHERE id = ?").run(priority, id);
      const moved = this.sqlite
        .query("DELETE FROM waiting WHERE lane = ? AND rank = ? AND id = ?")
        .run(job.lane, rankOf(job.priority, job.backfill), id).changes;
      if (moved)
        this.sqlite
          .query("INSERT INTO waiting (lane, rank, id) VALUES (?, ?, ?)")
          .run(job.lane, rankOf(priority, job.backfill), id);
      return true;
    });
  }

  setQueueState(s: QueueState): Promise<void> {
    return this.commits.write(() => {
      this.sqlite
        .query(
          `INSERT INTO queue_state (queue, paused_at, paused_until, paused_by, concurrency, weight) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (queue) DO UPDATE SET paused_at = excluded.paused_at, paused_until = excluded.paused_until,
             paused_by = excluded.paused_by, concurrency = excluded.concurrency, weight = excluded.weight`,
        )
        .run(
          s.queue,
          s.pausedAt?.getTime() ?? null,
          s.pausedUntil?.getTime() ?? null,
          s.pausedBy,
          s.concurrency,
          s.weight,
        );
    });
  }

  prune(before: number, failedBefore: number, limit: number): Promise<number[]> {
    return this.commits.write(() => {
      const old = this.sqlite.query(
        "SELECT id FROM finished WHERE lane = ? AND state = ? AND finished_at < ? ORDER BY finished_at LIMIT ?",
      );
      const pruned: number[] = [];
      for (const { lane } of this.tally.all())
        for (const [state, code] of Object.entries(finishedState)) {
          const limitAt = state === "failed" || state === "cleared" ? failedBefore : before;
          for (const { id } of old.all(lane.id, code, limitAt, limit - pruned.length) as { id: number }[]) {
            this.leaveFinished(id);
            this.forget(id);
            pruned.push(id);
          }
        }
      return pruned;
    });
  }

  /** The log is one: syncing a row of its own carries everything before it. */
  persist(): Promise<void> {
    return this.commits.write(() => void this.sqlite.run("UPDATE fence SET n = n + 1"));
  }

  close(): void {
    this.commits.flush();
  }

  // Reading: nothing to wait for here, but another engine would.

  lanes = async () => this.read.lanes();
  tallies = async () => this.read.tallies();
  nextRunAt = async () => this.read.nextRunAt();
  foreignWrites = () => this.read.foreignWrites();
  leasesLostBefore = async (t: number) => this.read.leasesLostBefore(t);
  get = async (id: number) => this.read.get(id);
  list = async (filter: JobFilter, order: JobOrder, offset: number, limit: number) =>
    this.read.list(filter, order, offset, limit);
  idBatches = (filter: JobFilter, size: number) => this.read.idBatches(filter, size);
  head = async (lane: number) => this.read.head(lane);
  position = async (id: number) => this.read.position(id);
  attempts = async (id: number) => this.read.attempts(id);
  log = async (id: number, attempt?: number) => this.read.log(id, attempt);
  oldestWaiting = async () => this.read.oldestWaiting();
  averageRunMs = async () => this.read.averageRunMs();
  finishedSince = async (t: number) => this.read.finishedSince(t);
  queueStates = async () => this.read.queueStates();

  // Going in and out of the five tables; each keeps the tallies.

  private enterWaiting(id: number, lane: number, rank: number, runAt: number | null, now: number): void {
    if (runAt !== null && runAt > now) {
      this.sqlite.query("INSERT INTO delayed (run_at, id, lane) VALUES (?, ?, ?)").run(runAt, id, lane);
      this.tally.change(lane, "delayed", 1);
    } else {
      this.sqlite.query("INSERT INTO waiting (lane, rank, id) VALUES (?, ?, ?)").run(lane, rank, id);
      this.tally.change(lane, "waiting", 1);
    }
  }

  private leaveWaiting(lane: number, rank: number, id: number): boolean {
    const left =
      this.sqlite.query("DELETE FROM waiting WHERE lane = ? AND rank = ? AND id = ?").run(lane, rank, id)
        .changes > 0;
    if (left) this.tally.change(lane, "waiting", -1);
    return left;
  }

  private leaveDelayed(runAt: number, id: number, lane: number): boolean {
    const left =
      this.sqlite.query("DELETE FROM delayed WHERE run_at = ? AND id = ?").run(runAt, id).changes > 0;
    if (left) this.tally.change(lane, "delayed", -1);
    return left;
  }

  private leaveOpen(job: JobRow, from: JobStatus): void {
    if (from === "paused") {
      this.sqlite.query("DELETE FROM paused WHERE id = ?").run(job.id);
      this.tally.change(job.lane, "paused", -1);
    } else if (!(job.run_at !== null && this.leaveDelayed(job.run_at, job.id, job.lane)))
      this.leaveWaiting(job.lane, rankOf(job.priority, job.backfill), job.id);
  }

  private leaveFinished(id: number): void {
    const row = this.sqlite.query("DELETE FROM finished WHERE id = ? RETURNING lane, state").get(id) as {
      lane: number;
      state: number;
    };
    const state = (Object.keys(finishedState) as (keyof typeof finishedState)[]).find(
      (s) => finishedState[s] === row.state,
    )!;
    this.tally.change(row.lane, state, -1);
  }

  private openKey(key: string, id: number): void {
    this.sqlite.query("INSERT INTO open_key (key, id) VALUES (?, ?)").run(key, id);
  }

  private row(id: number): JobRow | null {
    return this.sqlite.query("SELECT * FROM job WHERE id = ?").get(id) as JobRow | null;
  }
}
