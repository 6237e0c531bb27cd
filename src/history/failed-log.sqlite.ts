// Every job that failed, cleared or not, newest first, with what it said. Reads the queue's tables by an index of its own,
// so that an export goes through all of them without counting any twice.

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
    const { where, args } = conditions(sqlite, filter);
    const rows = sqlite
      .query(
        `SELECT f.id, f.finished_at, f.started_at, l.queue, l.kind, j.subject_type, j.subject_id, j.subject_label,
           f.code, f.message, f.acknowledged_at, (f.attempt IS NOT NULL) + (SELECT count(*) FROM attempt a WHERE a.job = f.id) AS attempts
         FROM finished f JOIN job j ON j.id = f.id JOIN lane l ON l.id = f.lane
         WHERE ${where} ORDER BY f.finished_at DESC, f.id DESC LIMIT ? OFFSET ?`,
      )
      .all(...args, limit, offset) as Row[];
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
  // Written as the index has it: that is how it is found.
  const where = ["f.state IN (2, 3)"];
  const args: (string | number)[] = [];
  const only = (condition: string, ...values: (string | number)[]) => {
    where.push(condition);
    args.push(...values);
  };
  if (f.queue !== undefined || f.kind !== undefined || f.hideGroups?.length)
    only(`f.lane IN (${lanes(sqlite, f)})`);
  if (f.code !== undefined) only("f.code = ?", f.code);
  if (f.from) only("f.finished_at >= ?", f.from.getTime());
  if (f.to) only("f.finished_at < ?", f.to.getTime());
  if (f.after) only("(f.finished_at, f.id) < (?, ?)", f.after.finishedAt.getTime(), f.after.id);
  return { where: where.join(" AND "), args };
}

function lanes(sqlite: Database, { queue, kind, hideGroups = [] }: FailedFilter): string {
  const all = sqlite.query("SELECT id, queue, kind, subject_group AS grp FROM lane").all() as {
    id: number;
    queue: string;
    kind: string;
    grp: number;
  }[];
  const ids = all.filter(
    (l) => l.queue === (queue ?? l.queue) && l.kind === (kind ?? l.kind) && !hideGroups.includes(l.grp),
  );
  return ids.map((l) => l.id).join(",") || "-1";
}
