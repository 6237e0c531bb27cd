// The queue on SQLite. A job's row is written once; where it stands (waiting, delayed, paused, running, finished) is a
// narrow table each, so that claiming deletes and inserts a few bytes and stays flat from a thousand jobs to a million.
// Going in and out of them is job-places.sqlite.ts, what people do with a job job-verbs.sqlite.ts, reading
// job-reader.sqlite.ts.

import type { Database } from "bun:sqlite";
import { GroupCommit } from "./group-commit.sqlite.ts";
import type { Failure, Move, PauseEnd } from "./job.ts";
import { type Head, JobHeads } from "./job-heads.sqlite.ts";
import { factsOf, finishedState, JobPlaces, pauseColumns, rankOf } from "./job-places.sqlite.ts";
import { positions } from "./job-positions.sqlite.ts";
import { JobReader } from "./job-reader.sqlite.ts";
import { restore } from "./job-restore.sqlite.ts";
import type {
  ClaimAsk,
  Claimed,
  Inserted,
  JobFilter,
  JobOrder,
  JobStore,
  Lease,
  NewJob,
  QueueChange,
  QueueState,
  Report,
  Settlement,
  Standing,
} from "./job-store.ts";
import { JobVerbs } from "./job-verbs.sqlite.ts";
import { Tallies } from "./tallies.sqlite.ts";

/** `durable`: what was acknowledged survives a power cut. */
export function openSqliteJobStore(sqlite: Database, durable = true): JobStore {
  return new SqliteJobStore(sqlite, durable);
}

class SqliteJobStore implements JobStore {
  private readonly commits: GroupCommit;
  private readonly heads: JobHeads;
  private readonly tally: Tallies;
  private readonly read: JobReader;
  private readonly places: JobPlaces;
  private readonly verbs: JobVerbs;

  constructor(
    private readonly sqlite: Database,
    durable: boolean,
  ) {
    this.heads = new JobHeads(sqlite);
    this.tally = new Tallies(sqlite, () => this.heads.forget());
    this.read = new JobReader(sqlite, this.tally);
    this.places = new JobPlaces(sqlite, this.tally, this.heads);
    this.verbs = new JobVerbs(sqlite, this.tally, this.places, this.heads, (id) => this.read.statusOf(id));
    this.places.nameOldFailures();
    this.commits = new GroupCommit(
      sqlite,
      durable,
      () => this.tally.save(),
      (ok) => {
        this.tally.settle(ok);
        if (!ok) this.heads.forget();
      },
    );
  }

  insert(jobs: NewJob[], now: number): Promise<Inserted[]> {
    return this.commits.write(() => jobs.map((job) => this.insertOne(job, now)));
  }

  private insertOne(job: NewJob, now: number): Inserted {
    const open = job.dedupKey === null ? undefined : this.places.openJob(job.dedupKey);
    if (open !== undefined) return { id: open, deduplicated: true };
    const lane = this.tally.laneFor(job);
    const runAt = job.runAt?.getTime() ?? null;
    const rank = rankOf(job.priority, job.backfill);
    const id = Number(
      this.sqlite
        .query(
          `INSERT INTO job (lane, priority, backfill, rank, params, subject_type, subject_id, subject_label, dedup_key,
             max_retries, run_at, origin, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          lane.id,
          job.priority,
          job.backfill ? 1 : 0,
          rank,
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
    if (job.dedupKey !== null) this.places.openKey(job.dedupKey, id);
    this.places.enterWaiting(id, lane.id, rank, runAt, now);
    return { id, deduplicated: false };
  }

  claim(ask: ClaimAsk): Promise<Claimed | undefined> {
    return this.commits.write(() => {
      const head = this.takeHead(ask.lanes);
      if (!head) return undefined;
      const job = this.places.row(head.id)!;
      const lease: Lease = { jobId: head.id, attempt: job.attempts + 1, worker: ask.worker };
      this.places.enterRunning(head.lane, lease, ask.now, ask.now + ask.leaseMs);
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
        readyAt: Math.max(job.created_at, job.run_at ?? 0),
      };
    });
  }

  private takeHead(lanes: number[]): Head | undefined {
    let head = this.heads.best(lanes);
    if (head && !this.places.leaveWaiting(head.lane, head.rank, head.id)) {
      // Another process took it: what is remembered is old.
      this.heads.forget();
      head = this.heads.best(lanes);
      if (head) this.places.leaveWaiting(head.lane, head.rank, head.id);
    }
    return head;
  }

  extend(leases: Lease[], until: number): Promise<Lease[]> {
    return this.commits.write(() => {
      const prolong = this.sqlite.query(
        "UPDATE running SET lease_until = ? WHERE id = ? AND attempt = ? AND worker = ?",
      );
      return leases.filter((l) => prolong.run(until, l.jobId, l.attempt, l.worker).changes === 0);
    });
  }

  settle(lease: Lease, how: Settlement, now: number, stoodMs = 0): Promise<boolean> {
    return this.commits.write(() => this.settleNow(lease, how, now, stoodMs));
  }

  private settleNow(lease: Lease, how: Settlement, now: number, stoodMs: number): boolean {
    if (how.outcome === "orphaned" && !this.isLost(lease, how.leaseEndedBefore)) return false;
    const run = this.places.endRun(lease);
    if (!run) return false;
    const failure = "failure" in how ? how.failure : null;
    const notNeeded = how.outcome === "completed" && how.note !== undefined;
    const outcome = how.outcome === "retry" ? "failed" : notNeeded ? "not_needed" : how.outcome;
    const message = failure?.message ?? (how.outcome === "completed" ? (how.note ?? null) : null);
    const id = lease.jobId;
    const known = factsOf(run, lease, now);
    const facts = { ...known, frozenMs: Math.max(known.frozenMs, stoodMs) };
    const again = againOf(how);
    // Whoever paused it while it ran does not want it to start by itself, whatever became of the run.
    const isPaused = run.frozen_at !== null && run.yields === 0;
    if (again || (isPaused && how.outcome === "orphaned"))
      this.places.saveAttempt(lease, run.started_at, now, outcome, failure?.code ?? null, message);
    if (isPaused && (again || how.outcome === "orphaned"))
      this.places.pauseAgain(id, run, again?.runAt ?? null, again?.strikes ?? 0, now);
    else if (again) this.places.waitAgain(id, run.lane, again.runAt, again.strikes, now);
    else if (how.outcome === "completed")
      this.places.finish(id, facts, "completed", now, how.note ? `not_needed: ${how.note}` : null, null);
    // How far an orphan had come means nothing any more.
    else if (how.outcome === "orphaned")
      this.places.finish(id, { ...facts, progress: null }, "failed", now, null, failure);
    else this.places.finish(id, facts, "failed", now, null, failure as Failure);
    return true;
  }

  private isLost({ jobId }: Lease, before: number): boolean {
    return (
      this.sqlite.query("SELECT 1 FROM running WHERE id = ? AND lease_until < ?").get(jobId, before) !== null
    );
  }

  report(reports: Report[]): Promise<void> {
    if (reports.length === 0) return Promise.resolve();
    return this.commits.write(() => {
      const progress = this.sqlite.query(
        "UPDATE running SET progress_at = ?5, progress = ?1 WHERE id = ?2 AND attempt = ?3 AND worker = ?4",
      );
      const alive = this.sqlite.query(
        "UPDATE running SET progress_at = ? WHERE id = ? AND attempt = ? AND worker = ?",
      );
      const log = this.sqlite.query(
        "INSERT INTO attempt_log (job, number, text) SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM job WHERE id = ?1) ON CONFLICT (job, number) DO UPDATE SET text = excluded.text",
      );
      for (const { lease, at, ...r } of reports) {
        const { jobId, attempt, worker } = lease;
        if (r.progress !== undefined) progress.run(r.progress, jobId, attempt, worker, at);
        else if (r.alive) alive.run(at, jobId, attempt, worker);
        if (r.logTail !== undefined) log.run(jobId, attempt, r.logTail);
      }
    });
  }

  freeze = (lease: Lease, by: string, now: number) =>
    this.commits.write(() => this.verbs.freezeRun(lease, by, now));
  thaw = (lease: Lease, now: number) => this.commits.write(() => this.verbs.thawRun(lease, now));
  evict = (id: number, failure: Failure, again: boolean, now: number) =>
    this.commits.write(() => this.verbs.evict(id, failure, again, now));
  move = (id: number, verb: Move, by: string | null, now: number, ends: PauseEnd = null) =>
    this.commits.write(() => this.verbs.move(id, verb, by, now, ends));
  restore = (id: number, was: Standing, now: number) =>
    this.commits.write(() => restore(this.places, id, () => this.read.statusOf(id), was, now));
  setPriority = (id: number, priority: number) =>
    this.commits.write(() => this.verbs.setPriority(id, priority));
  setPosition = (id: number, where: "first" | "last") =>
    this.commits.write(() => this.verbs.setPosition(id, where));
  wakeDue = (now: number) => this.commits.write(() => this.verbs.wakeDue(now));
  endPlaybackPauses = (now: number) => this.commits.write(() => this.verbs.endPlaybackPauses(now));

  setQueueState(change: QueueChange): Promise<void> {
    return this.commits.write(() => {
      const s = { ...this.stateOf(change.queue), ...change };
      this.sqlite
        .query(
          `INSERT INTO queue_state (queue, paused_at, paused_until, until_playback_ends, paused_by, pause_mode, concurrency, weight)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (queue) DO UPDATE SET paused_at = excluded.paused_at, paused_until = excluded.paused_until,
             until_playback_ends = excluded.until_playback_ends, paused_by = excluded.paused_by,
             pause_mode = excluded.pause_mode, concurrency = excluded.concurrency, weight = excluded.weight`,
        )
        .run(
          s.queue,
          s.pausedAt?.getTime() ?? null,
          ...pauseColumns(s.pauseEnds),
          s.pausedBy,
          s.pauseMode,
          s.concurrency,
          s.weight,
        );
    });
  }

  private stateOf(queue: string): QueueState {
    return this.read.queueStates().find((s) => s.queue === queue) ?? newQueueState(queue);
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
            this.places.leaveFinished(id, false);
            this.places.forget(id);
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
  nextDue = async () => this.heads.nextDue();
  runsOf = async (worker: string) => this.read.runsOf(worker);
  failureGroups = async (hideGroups?: number[]) => this.read.failureGroups(hideGroups);
  failureTimes: JobStore["failureTimes"] = async (...asked) => this.read.failureTimes(...asked);
  foreignWrites = () => this.read.foreignWrites();
  leasesLostBefore = async (t: number) => this.read.leasesLostBefore(t);
  get = async (id: number) => this.read.get(id);
  list = async (filter: JobFilter, order: JobOrder, offset: number, limit: number) =>
    this.read.list(filter, order, offset, limit);
  idBatches = (filter: JobFilter, size: number) => this.read.idBatches(filter, size);
  indexText = async (limit: number) => this.read.indexText(limit);
  head = async (lane: number) => this.heads.head(lane)?.id;
  position = async (id: number) => this.read.position(id);
  positions = async (ids: number[], cap: number) => positions(this.sqlite, this.tally, ids, cap);
  attempts = async (id: number) => this.read.attempts(id);
  log = async (id: number, attempt?: number) => this.read.log(id, attempt);
  oldestWaiting = async () => this.read.oldestWaiting();
  averageRunMs = async () => this.read.averageRunMs();
  finishedSince = async (t: number) => this.read.finishedSince(t);
  queueStates = async () => this.read.queueStates();
}

function newQueueState(queue: string): QueueState {
  const pause = { pausedAt: null, pauseEnds: null, pausedBy: null, pauseMode: "drain" as const };
  return { queue, ...pause, concurrency: null, weight: null };
}

/** How a run that is not over goes back to waiting; undefined for one that is. */
function againOf(how: Settlement): { runAt: number | null; strikes: number } | undefined {
  if (how.outcome === "retry") return { runAt: how.runAt, strikes: how.strike ? 1 : 0 };
  if (how.outcome === "handed_back") return { runAt: null, strikes: 0 };
  if (how.outcome === "orphaned" && how.again) return { runAt: null, strikes: 1 };
  return undefined;
}
