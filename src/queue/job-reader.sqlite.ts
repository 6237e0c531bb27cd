// Everything one may ask of the queue on SQLite. Lists come from the narrow tables' indexes, merged over the lanes that
// match, so that a page costs the same at a thousand jobs and at a million.

import type { Database } from "bun:sqlite";
import type { Attempt, AttemptOutcome, Category, Failure, Job, JobStatus } from "./job.ts";
import type {
  Finished,
  JobFilter,
  JobOrder,
  JobPage,
  Lane,
  LaneTally,
  Lease,
  ListedStatus,
  QueueState,
} from "./job-store.ts";
import type { Tallies, TallyState } from "./tallies.sqlite.ts";

/** Where a job stands, as one joined row. */
interface JoinedRow {
  id: number;
  lane: number;
  priority: number;
  backfill: number;
  params: string;
  subject_type: "file" | "library" | "none";
  subject_id: number | null;
  subject_label: string;
  max_retries: number;
  retry_count: number;
  run_at: number | null;
  origin: string | null;
  created_at: number;
  running_since: number | null;
  running_progress: number | null;
  progress_at: number | null;
  worker: string | null;
  paused_at: number | null;
  state: number | null;
  started_at: number | null;
  finished_at: number | null;
  progress: number | null;
  note: string | null;
  code: string | null;
  message: string | null;
  acknowledged_at: number | null;
}

const joined = `SELECT j.id, j.lane, j.priority, j.backfill, j.params, j.subject_type, j.subject_id, j.subject_label,
  j.max_retries, j.retry_count, j.run_at, j.origin, j.created_at,
  r.started_at AS running_since, r.progress AS running_progress, r.progress_at, r.worker, p.paused_at,
  f.state, f.started_at, f.finished_at, f.progress, f.note, f.code, f.message, f.acknowledged_at
  FROM job j LEFT JOIN running r ON r.id = j.id LEFT JOIN paused p ON p.id = j.id LEFT JOIN finished f ON f.id = j.id`;

/** One place jobs stand in, for one lane: the ids in their order there, with the sort key to merge by. */
interface Segment {
  sql: string;
  args: number[];
  count: number;
}

interface Keyed {
  k: number;
  id: number;
}

type Direction = "ASC" | "DESC";

/** SQLite's limit is 500 terms of a compound. */
const mergedAtOnce = 200;
const scanWindow = 20_000;

type Place = "running" | "waiting" | "delayed" | "paused" | "failed" | "cleared" | "cancelled" | "completed";

/** The order in which a mixed list shows its parts: what moves first, what is over last. */
const placesOf: Record<ListedStatus, Place[]> = {
  running: ["running"],
  pending: ["waiting", "delayed"],
  waiting: ["waiting"],
  delayed: ["delayed"],
  paused: ["paused"],
  failed: ["failed", "cleared"],
  unacknowledged: ["failed"],
  cancelled: ["cancelled"],
  completed: ["completed"],
};
const openPlaces: Place[] = ["running", "waiting", "delayed", "paused"];
const endedPlaces = { completed: 1, failed: 2, cleared: 3, cancelled: 4 } as const;

export class JobReader {
  constructor(
    private readonly sqlite: Database,
    private readonly tally: Tallies,
  ) {}

  lanes(): Lane[] {
    this.tally.refresh();
    return this.tally.all().map((t) => t.lane);
  }

  tallies(): LaneTally[] {
    this.tally.refresh();
    return this.tally.all();
  }

  nextRunAt(): number | undefined {
    const row = this.sqlite.query("SELECT run_at FROM delayed ORDER BY run_at LIMIT 1").get() as {
      run_at: number;
    } | null;
    return row?.run_at;
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

  get(id: number): Job | undefined {
    const row = this.sqlite.query(`${joined} WHERE j.id = ?`).get(id) as JoinedRow | null;
    return row ? this.job(row) : undefined;
  }

  statusOf(id: number): JobStatus {
    return this.get(id)!.status;
  }

  list(filter: JobFilter, order: JobOrder, offset: number, limit: number): JobPage {
    this.tally.refresh();
    if (needsScan(filter)) return this.scan(filter, order, offset, limit);
    const lanes = this.tally.all().filter(({ lane }) => matchesLane(filter, lane));
    if (!filter.status?.length) return this.listAll(lanes, order, offset, limit);
    return this.listPlaces(filter, placesIn(filter.status), lanes, order, offset, limit);
  }

  /** All states: by id, which is the order of enqueueing. */
  private listAll(lanes: LaneTally[], order: JobOrder, offset: number, limit: number): JobPage {
    const total = lanes.reduce((sum, t) => sum + sumOf(t), 0);
    const direction = order === "oldest" ? "ASC" : "DESC";
    if (lanes.length === this.tally.all().length) {
      const rows = this.sqlite
        .query(
          `${joined} WHERE j.id IN (SELECT id FROM job ORDER BY id ${direction} LIMIT ? OFFSET ?) ORDER BY j.id ${direction}`,
        )
        .all(limit, offset) as JoinedRow[];
      return { jobs: rows.map((r) => this.job(r)), total };
    }
    const segments = lanes
      .filter((t) => sumOf(t) > 0)
      .map((t) => ({
        sql: "SELECT id AS k, id FROM job WHERE lane = ?",
        args: [t.lane.id],
        count: sumOf(t),
      }));
    return { jobs: this.byIds(this.merge(segments, direction, limit, offset)), total };
  }

  private listPlaces(
    { exceptIds = [] }: JobFilter,
    places: Place[],
    lanes: LaneTally[],
    order: JobOrder,
    offset: number,
    limit: number,
  ): JobPage {
    const ended = places.filter((p) => !openPlaces.includes(p));
    const parts: { segments: Segment[]; direction: Direction }[] = openPlaces
      .filter((p) => places.includes(p))
      .map((place) => ({
        segments: lanes.map((t) => segmentOf(place, t, exceptIds)),
        direction: place === "running" ? "DESC" : "ASC",
      }));
    // States that are over are one list by the time they ended.
    if (ended.length > 0) {
      parts.push({
        segments: lanes.flatMap((t) => ended.map((p) => segmentOf(p, t, []))),
        direction: order === "oldest" ? "ASC" : "DESC",
      });
    }
    let skip = offset;
    let total = 0;
    const ids: number[] = [];
    for (const { segments, direction } of parts) {
      const full = segments.filter((s) => s.count > 0);
      const count = full.reduce((sum, s) => sum + s.count, 0);
      if (ids.length < limit && skip < count)
        ids.push(...this.merge(full, direction, limit - ids.length, skip));
      skip = Math.max(0, skip - count);
      total += count;
    }
    return { jobs: this.byIds(ids), total };
  }

  /**
   * SQLite merges ordered sub-selects of a compound lazily: only what the page shows is read. It takes 500 of them at
   * most, so many lanes are merged in parts.
   */
  private merge(segments: Segment[], direction: Direction, limit: number, offset: number): number[] {
    if (limit <= 0) return [];
    const parts: Keyed[][] = [];
    for (let at = 0; at < segments.length; at += mergedAtOnce)
      parts.push(this.mergeSome(segments.slice(at, at + mergedAtOnce), direction, offset + limit));
    const all = parts.length === 1 ? parts[0]! : parts.flat().sort(byKey(direction));
    return all.slice(offset, offset + limit).map((r) => r.id);
  }

  private mergeSome(segments: Segment[], direction: Direction, limit: number): Keyed[] {
    const union = segments.map((s) => s.sql).join(" UNION ALL ");
    return this.sqlite
      .query(`${union} ORDER BY k ${direction}, id ${direction} LIMIT ?`)
      .all(...segments.flatMap((s) => s.args), limit) as Keyed[];
  }

  /** Filters that no index serves alone: about one subject, by text, by ids. */
  private scan(filter: JobFilter, order: JobOrder, offset: number, limit: number): JobPage {
    const { where, args } = this.conditions(filter);
    const { total } = this.sqlite
      .query(`SELECT count(*) AS total FROM (${joined} WHERE ${where})`)
      .get(...args) as { total: number };
    const rows = this.sqlite
      .query(`${joined} WHERE ${where} ORDER BY ${scanOrder[order]} LIMIT ? OFFSET ?`)
      .all(...args, limit, offset) as JoinedRow[];
    return { jobs: rows.map((r) => this.job(r)), total };
  }

  async *idBatches(filter: JobFilter, size: number): AsyncIterable<number[]> {
    this.tally.refresh();
    if (!filter.status?.length || needsScan(filter)) yield* this.scannedBatches(filter, size);
    else
      for (const place of placesIn(filter.status))
        for (const t of this.tally.all())
          if (matchesLane(filter, t.lane) && t[place as TallyState] > 0)
            yield* this.batchesOf(place, t, size);
  }

  /** By the place's own order from where the last batch ended: what was moved meanwhile is not met again. */
  private *batchesOf(place: Place, t: LaneTally, size: number): Iterable<number[]> {
    const { sql, args } = segmentOf(place, t, []);
    const key = /SELECT (\w+) AS k/.exec(sql)![1]!;
    const next = this.sqlite.query(`${sql} AND (${key}, id) > (?, ?) ORDER BY ${key}, id LIMIT ?`);
    let last: Keyed = { k: -1, id: -1 };
    for (;;) {
      const batch = next.all(...args, last.k, last.id, size) as Keyed[];
      if (batch.length > 0) yield batch.map((r) => r.id);
      if (batch.length < size) return;
      last = batch.at(-1)!;
    }
  }

  /** A window of ids at a time, with a turn of the event loop in between. */
  private async *scannedBatches(filter: JobFilter, size: number): AsyncIterable<number[]> {
    const { where, args } = this.conditions(filter);
    const { newest } = this.sqlite.query("SELECT coalesce(max(id), 0) AS newest FROM job").get() as {
      newest: number;
    };
    const window = this.sqlite.query(
      `SELECT id FROM (${joined} WHERE j.id > ? AND j.id <= ? AND ${where} ORDER BY j.id)`,
    );
    for (let from = 0; from < newest; from += scanWindow) {
      const ids = (window.all(from, Math.min(newest, from + scanWindow), ...args) as { id: number }[]).map(
        (r) => r.id,
      );
      for (let at = 0; at < ids.length; at += size) yield ids.slice(at, at + size);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private conditions(filter: JobFilter): { where: string; args: (string | number)[] } {
    const where = ["1 = 1"];
    const args: (string | number)[] = [];
    if (filter.status?.length) {
      const tests = placesIn(filter.status).map((p) => placeTest[p]);
      where.push(`(${tests.join(" OR ")})`);
    }
    if (
      filter.queue?.length ||
      filter.kind?.length ||
      filter.category?.length ||
      filter.group?.length ||
      filter.hideGroups?.length
    ) {
      const lanes = this.tally.all().filter(({ lane }) => matchesLane(filter, lane));
      where.push(`j.lane IN (${lanes.map((t) => t.lane.id).join(",") || "-1"})`);
    }
    if (filter.subject) {
      where.push("j.subject_id = ? AND j.subject_type = ?");
      args.push(filter.subject.id, filter.subject.type);
    }
    if (filter.exceptIds?.length)
      where.push(`j.id NOT IN (${filter.exceptIds.map((e) => Number(e.id)).join(",")})`);
    if (filter.ids) where.push(`j.id IN (${filter.ids.map(Number).join(",") || "-1"})`);
    if (filter.text) {
      where.push(
        "(j.subject_label LIKE ? ESCAPE '\\' OR f.message LIKE ? ESCAPE '\\' OR j.params LIKE ? ESCAPE '\\')",
      );
      const like = `%${filter.text.replace(/[\\%_]/g, "\\$&")}%`;
      args.push(like, like, like);
    }
    return { where: where.join(" AND "), args };
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

  head(lane: number): number | undefined {
    const row = this.sqlite
      .query("SELECT id FROM waiting WHERE lane = ? ORDER BY rank, id LIMIT 1")
      .get(lane) as { id: number } | null;
    return row?.id;
  }

  /** Counting stops at `cap`: nobody needs to know whether 100,000 or 200,000 are in front. */
  position(id: number, cap = 100_000): number | undefined {
    const at = this.sqlite
      .query(
        "SELECT w.lane, w.rank FROM job j JOIN waiting w ON w.lane = j.lane AND w.id = j.id AND w.rank = j.priority * 2 + j.backfill WHERE j.id = ?",
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

  /** Ids grow with time, so the oldest of a lane is the least id over its few ranks: hop from rank to rank. */
  oldestWaiting(): Map<string, Date> {
    this.tally.refresh();
    const hop = this.sqlite.query(
      "SELECT rank, id FROM waiting WHERE lane = ? AND rank > ? ORDER BY rank, id LIMIT 1",
    );
    const oldest = new Map<string, number>();
    for (const { lane, waiting } of this.tally.all()) {
      if (waiting === 0) continue;
      let rank = -1;
      for (;;) {
        const head = hop.get(lane.id, rank) as { rank: number; id: number } | null;
        if (!head) break;
        rank = head.rank;
        oldest.set(lane.queue, Math.min(head.id, oldest.get(lane.queue) ?? head.id));
      }
    }
    const born = this.sqlite.query("SELECT created_at FROM job WHERE id = ?");
    return new Map(
      [...oldest].map(([queue, id]) => [
        queue,
        new Date((born.get(id) as { created_at: number }).created_at),
      ]),
    );
  }

  averageRunMs(): Map<string, { count: number; averageMs: number }> {
    const newest = this.sqlite.query(
      `SELECT count(*) AS n, total(finished_at - started_at) AS ms FROM
         (SELECT finished_at, started_at FROM finished WHERE lane = ? AND state = 1 ORDER BY finished_at DESC LIMIT 100)`,
    );
    const perKind = new Map<string, { count: number; ms: number }>();
    for (const { lane, completed } of this.tally.all()) {
      if (completed === 0) continue;
      const { n, ms } = newest.get(lane.id) as { n: number; ms: number };
      const sum = perKind.get(lane.kind) ?? { count: 0, ms: 0 };
      perKind.set(lane.kind, { count: sum.count + n, ms: sum.ms + ms });
    }
    return new Map(
      [...perKind].map(([kind, { count, ms }]) => [kind, { count, averageMs: count ? ms / count : 0 }]),
    );
  }

  finishedSince(t: number): Map<string, Finished> {
    const count = this.sqlite.query(
      "SELECT count(*) AS n, min(finished_at) AS first FROM finished WHERE lane = ? AND state = ? AND finished_at >= ?",
    );
    const since = new Map<string, Finished>();
    for (const { lane, completed, failed } of this.tally.all()) {
      const sum = since.get(lane.queue) ?? { completed: 0, failed: 0, first: null };
      const add = (state: "completed" | "failed") => {
        const { n, first } = count.get(lane.id, endedPlaces[state], t) as { n: number; first: number | null };
        sum[state] += n;
        if (first !== null && (sum.first === null || first < sum.first.getTime()))
          sum.first = new Date(first);
      };
      if (completed > 0) add("completed");
      if (failed > 0) add("failed");
      since.set(lane.queue, sum);
    }
    return since;
  }

  queueStates(): QueueState[] {
    const rows = this.sqlite.query("SELECT * FROM queue_state").all() as {
      queue: string;
      paused_at: number | null;
      paused_until: number | null;
      paused_by: string | null;
      concurrency: number | null;
      weight: number | null;
    }[];
    return rows.map((r) => ({
      queue: r.queue,
      pausedAt: dateOf(r.paused_at),
      pausedUntil: dateOf(r.paused_until),
      pausedBy: r.paused_by,
      concurrency: r.concurrency,
      weight: r.weight,
    }));
  }

  private job(r: JoinedRow): Job {
    const lane = this.tally.lane(r.lane);
    const status = statusOf(r);
    const running = status === "running";
    return {
      id: r.id,
      kind: lane.kind,
      queue: lane.queue,
      category: lane.category as Category,
      vramMb: lane.vramMb,
      status,
      params: JSON.parse(r.params),
      subject: { type: r.subject_type, id: r.subject_id, label: r.subject_label, group: lane.group || null },
      priority: r.priority,
      backfill: r.backfill === 1,
      progress: running ? r.running_progress : r.progress,
      progressAt: dateOf(r.progress_at),
      outcomeNote: r.note,
      retryCount: r.retry_count,
      maxRetries: r.max_retries,
      runAt: dateOf(r.run_at),
      createdAt: new Date(r.created_at),
      startedAt: dateOf(running ? r.running_since : r.started_at),
      finishedAt: dateOf(r.finished_at),
      worker: r.worker,
      failure: failureOf(r.code, r.message),
      acknowledgedAt: dateOf(r.acknowledged_at),
      origin: r.origin,
    };
  }
}

function byKey(direction: Direction) {
  const sign = direction === "ASC" ? 1 : -1;
  return (a: Keyed, b: Keyed) => sign * (a.k - b.k || a.id - b.id);
}

const scanOrder: Record<JobOrder, string> = {
  newest: "j.id DESC",
  oldest: "j.id ASC",
  position: "j.priority * 2 + j.backfill, j.id",
  finished: "coalesce(f.finished_at, 0) DESC, j.id DESC",
  longest: "coalesce(f.finished_at - f.started_at, 0) DESC, j.id DESC",
};

const placeTest: Record<Place, string> = {
  running: "r.id IS NOT NULL",
  waiting:
    "(r.id IS NULL AND p.id IS NULL AND f.id IS NULL AND (j.run_at IS NULL OR NOT EXISTS (SELECT 1 FROM delayed d WHERE d.run_at = j.run_at AND d.id = j.id)))",
  delayed:
    "(j.run_at IS NOT NULL AND EXISTS (SELECT 1 FROM delayed d WHERE d.run_at = j.run_at AND d.id = j.id))",
  paused: "p.id IS NOT NULL",
  completed: "f.state = 1",
  failed: "f.state = 2",
  cleared: "f.state = 3",
  cancelled: "f.state = 4",
};

function needsScan(f: JobFilter): boolean {
  return Boolean(f.subject || f.text || f.ids);
}

function matchesLane(f: JobFilter, lane: Lane): boolean {
  return (
    (!f.queue?.length || f.queue.includes(lane.queue)) &&
    (!f.kind?.length || f.kind.includes(lane.kind)) &&
    (!f.category?.length || f.category.includes(lane.category)) &&
    (!f.group?.length || f.group.includes(lane.group)) &&
    !f.hideGroups?.includes(lane.group)
  );
}

function placesIn(statuses: ListedStatus[]): Place[] {
  return [...new Set(statuses.flatMap((s) => placesOf[s] ?? []))];
}

function segmentOf(place: Place, t: LaneTally, exceptIds: { id: number; lane: number }[]): Segment {
  const args = [t.lane.id];
  const count = t[place as TallyState];
  if (place === "running")
    return { sql: "SELECT started_at AS k, id FROM running WHERE lane = ?", args, count };
  if (place === "waiting") {
    const except = exceptIds.filter((e) => e.lane === t.lane.id).map((e) => e.id);
    const sql = `SELECT rank AS k, id FROM waiting WHERE lane = ? AND id NOT IN (${except.join(",")})`;
    return { sql, args, count: count - except.length };
  }
  if (place === "delayed") return { sql: "SELECT run_at AS k, id FROM delayed WHERE lane = ?", args, count };
  if (place === "paused") return { sql: "SELECT paused_at AS k, id FROM paused WHERE lane = ?", args, count };
  const sql = "SELECT finished_at AS k, id FROM finished WHERE lane = ? AND state = ?";
  return { sql, args: [t.lane.id, endedPlaces[place]], count };
}

function sumOf(t: LaneTally): number {
  return t.waiting + t.delayed + t.paused + t.running + t.completed + t.failed + t.cleared + t.cancelled;
}

function statusOf(r: JoinedRow): JobStatus {
  if (r.running_since !== null) return "running";
  if (r.state !== null) return r.state === 1 ? "completed" : r.state === 4 ? "cancelled" : "failed";
  return r.paused_at !== null ? "paused" : "pending";
}

function failureOf(code: string | null, message: string | null): Failure | null {
  return code === null ? null : { code, message: message ?? "" };
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
