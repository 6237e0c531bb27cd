// Everything one may ask of the queue on SQLite. Lists are in job-lists, search in job-search, figures in job-facts.

import type { Database } from "bun:sqlite";
import type { Attempt, AttemptOutcome, Job, JobStatus } from "./job.ts";
import { type Conditions, conditionsOf } from "./job-conditions.sqlite.ts";
import {
  averageRunMs,
  failureGroups,
  failureTimes,
  finishedSince,
  oldestWaiting,
  queueStates,
} from "./job-facts.sqlite.ts";
import { JobLists, type Listed } from "./job-lists.sqlite.ts";
import { type FinishedRow, lastAttempt } from "./job-places.sqlite.ts";
import { failureOf, type JoinedRow, joined, toJob } from "./job-row.sqlite.ts";
import { JobSearch, type SearchLimits } from "./job-search.sqlite.ts";
import type {
  FailureGroup,
  Finished,
  HeldRun,
  JobFilter,
  JobOrder,
  JobPage,
  Lane,
  LaneTally,
  Lease,
  QueueState,
} from "./job-store.ts";
import type { Tallies } from "./tallies.sqlite.ts";

export class JobReader {
  private readonly lists: JobLists;
  private readonly search: JobSearch;

  constructor(
    private readonly sqlite: Database,
    private readonly tally: Tallies,
    limits?: SearchLimits,
  ) {
    this.lists = new JobLists(sqlite, tally);
    this.search = new JobSearch(sqlite, tally, this.lists, limits);
  }

  lanes(): Lane[] {
    this.tally.refresh();
    return this.tally.all().map((t) => t.lane);
  }

  tallies(): LaneTally[] {
    this.tally.refresh();
    return this.tally.all();
  }

  foreignWrites(): number {
    this.tally.refresh();
    return this.tally.foreign;
  }

  leasesLostBefore(t: number): Lease[] {
    return this.sqlite
      .query("SELECT id AS jobId, attempt, worker FROM running WHERE lease_until < ? ORDER BY id")
      .all(t) as Lease[];
  }

  runsOf(worker: string): HeldRun[] {
    const rows = this.sqlite
      .query("SELECT id, attempt, frozen_at, frozen_by, yields FROM running WHERE worker = ? ORDER BY id")
      .all(worker) as {
      id: number;
      attempt: number;
      frozen_at: number | null;
      frozen_by: string | null;
      yields: number;
    }[];
    return rows.map((r) => ({
      jobId: r.id,
      attempt: r.attempt,
      worker,
      frozen: r.frozen_at === null ? null : { at: r.frozen_at, by: r.frozen_by, yields: r.yields === 1 },
    }));
  }

  get(id: number): Job | undefined {
    const row = this.sqlite.query(`${joined} WHERE j.id = ?`).get(id) as JoinedRow | null;
    return row ? this.job(row) : undefined;
  }

  statusOf(id: number): JobStatus {
    return this.get(id)!.status;
  }

  async list(filter: JobFilter, order: JobOrder, offset: number, limit: number): Promise<JobPage> {
    this.tally.refresh();
    if (isByIds(filter) && (order === "newest" || order === "oldest")) {
      const ids = [...new Set(filter.ids)].sort((a, b) => (order === "newest" ? b - a : a - b));
      const jobs = this.byIds(ids);
      return { jobs: jobs.slice(offset, offset + limit), total: jobs.length };
    }
    const c = conditionsOf(filter, this.tally.all());
    const { ids, ...counted } = isList(filter, c)
      ? this.lists.page(listed(filter, c), order, offset, limit)
      : await this.search.page(filter, c, order, offset, limit);
    return { jobs: this.byIds(ids), ...counted };
  }

  async *idBatches(filter: JobFilter, size: number): AsyncIterable<number[]> {
    this.tally.refresh();
    const c = conditionsOf(filter, this.tally.all());
    if (c.namesPlaces && isList(filter, c)) yield* this.lists.idBatches(listed(filter, c), size);
    else yield* this.search.idBatches(filter, c, size);
  }

  /** Takes the labels of the next jobs into the index of text. False when it has caught up. */
  indexText(limit: number): boolean {
    const taken = this.search.text.takeIn(limit);
    // Where jobs come, others go: an idle server writes nothing.
    if (taken > 0 && taken < limit) this.search.text.sweep(limit);
    return taken === limit;
  }

  /** Counting stops at `cap`: nobody needs to know whether 100,000 or 200,000 are in front. */
  position(id: number, cap = 100_000): number | undefined {
    const at = this.sqlite
      .query(
        "SELECT w.lane, w.rank FROM job j JOIN waiting w ON w.lane = j.lane AND w.rank = j.rank AND w.id = j.id WHERE j.id = ?",
      )
      .get(id) as { lane: number; rank: number } | null;
    if (!at) return undefined;
    const queue = this.tally.lane(at.lane).queue;
    const ahead = this.sqlite.query(
      "SELECT count(*) AS n FROM (SELECT 1 FROM waiting WHERE lane = ?1 AND (rank, id) < (?2, ?3) LIMIT ?4)",
    );
    let n = 0;
    for (const { lane, waiting } of this.tally.all())
      if (lane.queue === queue && waiting > 0 && n < cap)
        n += (ahead.get(lane.id, at.rank, id, cap - n) as { n: number }).n;
    return n + 1;
  }

  attempts(id: number): Attempt[] {
    const ended = this.sqlite.query("SELECT * FROM attempt WHERE job = ? ORDER BY number").all(id) as {
      number: number;
      started_at: number;
      finished_at: number;
      outcome: AttemptOutcome;
      code: string | null;
      message: string | null;
      worker: string;
    }[];
    const all: Attempt[] = ended.map((a) => ({
      number: a.number,
      startedAt: new Date(a.started_at),
      finishedAt: new Date(a.finished_at),
      outcome: a.outcome,
      failure: failureOf(a.code, a.message),
      worker: a.worker,
    }));
    const over = this.sqlite.query("SELECT * FROM finished WHERE id = ?").get(id) as FinishedRow | null;
    const last = over ? lastAttempt(over) : undefined;
    if (last)
      all.push({ ...last, startedAt: new Date(last.startedAt), finishedAt: new Date(last.finishedAt) });
    const now = this.sqlite.query("SELECT attempt, worker, started_at FROM running WHERE id = ?").get(id) as {
      attempt: number;
      worker: string;
      started_at: number;
    } | null;
    if (now)
      all.push({
        number: now.attempt,
        startedAt: new Date(now.started_at),
        finishedAt: null,
        outcome: "running",
        failure: null,
        worker: now.worker,
      });
    return all;
  }

  log(id: number, attempt?: number): string {
    const row = (
      attempt === undefined
        ? this.sqlite.query("SELECT text FROM attempt_log WHERE job = ? ORDER BY number DESC LIMIT 1").get(id)
        : this.sqlite.query("SELECT text FROM attempt_log WHERE job = ? AND number = ?").get(id, attempt)
    ) as { text: string } | null;
    return row?.text ?? "";
  }

  oldestWaiting(): Map<string, Date> {
    this.tally.refresh();
    return oldestWaiting(this.sqlite, this.tally);
  }

  averageRunMs(): Map<string, { count: number; averageMs: number }> {
    return averageRunMs(this.sqlite, this.tally);
  }

  finishedSince(t: number): Map<string, Finished> {
    return finishedSince(this.sqlite, this.tally, t);
  }

  failureGroups(hideGroups?: number[]): FailureGroup[] {
    this.tally.refresh();
    return failureGroups(this.sqlite, this.tally, hideGroups);
  }

  failureTimes(
    fingerprint: string,
    from: number,
    stepMs: number,
    hideGroups?: number[],
  ): Map<number, number> {
    return failureTimes(this.sqlite, this.tally, { fingerprint, from, stepMs, hideGroups });
  }

  queueStates(): QueueState[] {
    return queueStates(this.sqlite);
  }

  private byIds(ids: number[]): Job[] {
    if (ids.length === 0) return [];
    const rows = this.sqlite
      .query(`${joined} WHERE j.id IN (SELECT value FROM json_each(?))`)
      .all(JSON.stringify(ids)) as JoinedRow[];
    const byId = new Map(rows.map((r) => [r.id, r]));
    return ids.flatMap((id) => {
      const row = byId.get(id);
      return row ? [this.job(row)] : [];
    });
  }

  private job(row: JoinedRow): Job {
    return toJob(row, this.tally.lane(row.lane));
  }
}

/** Answered by lanes and places alone. */
function isList(filter: JobFilter, { rows, created, finished }: Conditions): boolean {
  const bounds = [created.from, created.to, finished.from, finished.to];
  return !filter.subject && rows.length === 0 && bounds.every((b) => b === undefined);
}

/** A few jobs by name, as streams ask for them several times a second. */
function isByIds(filter: JobFilter): filter is { ids: number[] } {
  const { ids, ...rest } = filter;
  return ids !== undefined && ids.length <= 500 && Object.values(rest).every((v) => v === undefined);
}

function listed({ exceptIds }: JobFilter, { lanes, places, namesPlaces }: Conditions): Listed {
  return { lanes, exceptIds, ...(namesPlaces ? { places } : {}) };
}
