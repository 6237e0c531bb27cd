// Every job that failed, cleared or not, newest first, with what it said. Reads the queue's tables itself, by indexes alone,
// so that an export goes through all of them without meeting any twice.

import type { Database } from "bun:sqlite";

export interface FailedJob {
  id: number;
  finishedAt: Date;
  startedAt: Date | null;
  queue: string;
  kind: string;
  fileId: number | null;
  label: string;
  code: string;
  message: string;
  attempts: number;
  acknowledgedAt: Date | null;
}

export interface FailedFilter {
  queue?: string;
  kind?: string;
  code?: string;
  from?: Date;
  to?: Date;
  /** Leave out jobs about things of these groups. */
  hideGroups?: number[];
  /** Only what comes after this one in the list, which is older. */
  after?: { id: number; finishedAt: Date };
}

export interface FailedLog {
  list(filter: FailedFilter, limit: number, offset?: number): FailedJob[];
  /** All that match, from where the last batch ended. */
  batches(filter: FailedFilter, size?: number): Generator<FailedJob[]>;
}

export function openSqliteFailedLog(sqlite: Database): FailedLog {
  const list: FailedLog["list"] = (filter, limit, offset = 0) => {
    const ids = newest(sqlite, filter, offset + limit)
      .slice(offset)
      .map((key) => key.id);
    const rows = sqlite
      .query(
        `SELECT f.id, f.finished_at, f.started_at, l.queue, l.kind, j.subject_type, j.subject_id, j.subject_label,
           f.code, f.message, f.acknowledged_at, coalesce(f.attempt, j.attempts) AS attempts
         FROM finished f JOIN job j ON j.id = f.id JOIN lane l ON l.id = f.lane
         WHERE f.id IN (SELECT value FROM json_each(?)) ORDER BY f.finished_at DESC, f.id DESC`,
      )
      .all(JSON.stringify(ids)) as Row[];
    return rows.map(failedJob);
  };
  return {
    list,
    *batches(filter, size = 500) {
      let { after } = filter;
      for (;;) {
        const batch = list({ ...filter, after }, size);
        if (batch.length > 0) yield batch;
        if (batch.length < size) return;
        after = batch.at(-1);
      }
    },
  };
}

interface Key {
  id: number;
  finished_at: number;
}

/** Of one queue or kind: lane by lane by the queue's own index, for its failures may be few among many. */
function newest(sqlite: Database, filter: FailedFilter, limit: number): Key[] {
  const { where, args } = conditions(sqlite, filter);
  const order = "ORDER BY finished_at DESC, id DESC LIMIT ?";
  if (filter.queue === undefined && filter.kind === undefined)
    return sqlite
      .query(
        `SELECT id, finished_at FROM finished INDEXED BY finished_failed WHERE state IN (2, 3)${where} ${order}`,
      )
      .all(...args, limit) as Key[];
  const ofLane = sqlite.query(
    `SELECT id, finished_at FROM finished INDEXED BY finished_list WHERE lane = ? AND state = ?${where} ${order}`,
  );
  return lanes(sqlite, filter)
    .flatMap((lane) => [2, 3].flatMap((state) => ofLane.all(lane, state, ...args, limit) as Key[]))
    .sort((a, b) => b.finished_at - a.finished_at || b.id - a.id)
    .slice(0, limit);
}

interface Row {
  id: number;
  finished_at: number;
  started_at: number | null;
  queue: string;
  kind: string;
  subject_type: string;
  subject_id: number | null;
  subject_label: string;
  code: string | null;
  message: string | null;
  acknowledged_at: number | null;
  attempts: number;
}

function failedJob(r: Row): FailedJob {
  return {
    id: r.id,
    finishedAt: new Date(r.finished_at),
    startedAt: r.started_at === null ? null : new Date(r.started_at),
    queue: r.queue,
    kind: r.kind,
    fileId: r.subject_type === "file" ? r.subject_id : null,
    label: r.subject_label,
    code: r.code ?? "internal",
    message: r.message ?? "",
    attempts: r.attempts,
    acknowledgedAt: r.acknowledged_at === null ? null : new Date(r.acknowledged_at),
  };
}

function conditions(sqlite: Database, f: FailedFilter): { where: string; args: (string | number)[] } {
  const where: string[] = [];
  const args: (string | number)[] = [];
  const only = (condition: string, ...values: (string | number)[]) => {
    where.push(` AND ${condition}`);
    args.push(...values);
  };
  if (f.hideGroups?.length) only(`lane IN (${lanes(sqlite, f).join(",") || "-1"})`);
  if (f.code !== undefined) only("code = ?", f.code);
  if (f.from) only("finished_at >= ?", f.from.getTime());
  if (f.to) only("finished_at < ?", f.to.getTime());
  if (f.after) only("(finished_at, id) < (?, ?)", f.after.finishedAt.getTime(), f.after.id);
  return { where: where.join(""), args };
}

function lanes(sqlite: Database, { queue, kind, hideGroups = [] }: FailedFilter): number[] {
  const all = sqlite.query("SELECT id, queue, kind, subject_group AS grp FROM lane").all() as {
    id: number;
    queue: string;
    kind: string;
    grp: number;
  }[];
  return all
    .filter(
      (l) => l.queue === (queue ?? l.queue) && l.kind === (kind ?? l.kind) && !hideGroups.includes(l.grp),
    )
    .map((l) => l.id);
}
