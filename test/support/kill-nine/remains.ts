// What is left when the last server has ended: the database, the derivatives and the media, held against what was promised.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { openSqlite } from "../../../src/db/open.sqlite.ts";
import type { People } from "./people.ts";

export interface KillNineReport {
  kills: number;
  /** Of those: before it answered. */
  killedStarting: number;
  /** Jobs whose creation was answered with 201. */
  acknowledged: number;
  /** Requests that were answered. */
  answered: number;
  completed: number;
  failed: number;
  cancelled: number;
  orphaned: number;
  derivatives: number;
  /** The longest that a process outlived its server. */
  outlivedMs: number;
  /** Broken promises, in words. */
  faults: string[];
}

export function lookAtRemains(data: string, people: People, report: KillNineReport): void {
  const { faults } = report;
  const { sqlite, close } = openSqlite(join(data, "sprocket.db"));
  const all = <T>(sql: string) => sqlite.query(sql).all() as T[];
  const one = (sql: string) => (sqlite.query(sql).get() as { n: number }).n;
  const check = all<Record<string, string>>("PRAGMA quick_check").flatMap((row) => Object.values(row));
  if (check.join() !== "ok") faults.push(`The database is damaged: ${check}`);

  const states = new Map(
    all<{ id: number; state: number }>("SELECT id, state FROM finished").map((f) => [String(f.id), f.state]),
  );
  for (const table of ["waiting", "delayed", "paused", "running", "open_key"]) {
    const n = one(`SELECT count(*) AS n FROM ${table}`);
    if (n > 0) faults.push(`${n} rows are left in ${table}.`);
  }
  const jobs = new Map(
    all<{ id: number; priority: number }>("SELECT id, priority FROM job").map((j) => [
      String(j.id),
      j.priority,
    ]),
  );
  if (states.size !== jobs.size) faults.push(`${jobs.size} jobs, but ${states.size} have ended.`);
  // The last run of a job stands in its own row, those before it are attempts.
  const completions = `(SELECT count(*) FROM attempt a WHERE a.job = f.id AND outcome IN ('completed', 'not_needed'))
    + (f.state = 1 AND f.attempt IS NOT NULL)`;
  const twice = one(`SELECT count(*) AS n FROM finished f WHERE ${completions} > 1`);
  if (twice > 0) faults.push(`${twice} jobs have completed twice.`);
  const undone = one(`SELECT count(*) AS n FROM finished f WHERE state = 1 AND ${completions} <> 1`);
  if (undone > 0) faults.push(`${undone} jobs count as completed without a run that did it.`);
  for (const { lane, state, n } of all<{ lane: number; state: string; n: number }>(
    "SELECT lane, state, n FROM tally",
  )) {
    const code = ["completed", "failed", "cleared", "cancelled"].indexOf(state) + 1;
    const rows =
      code > 0 ? one(`SELECT count(*) AS n FROM finished WHERE lane = ${lane} AND state = ${code}`) : 0;
    if (rows !== n) faults.push(`Lane ${lane} counts ${n} ${state}, and has ${rows}.`);
  }

  for (const id of people.created) {
    const gone = people.removed.has(id);
    if (gone && jobs.has(id)) faults.push(`Job ${id} was removed and is there.`);
    if (!gone && !jobs.has(id) && !people.perhapsRemoved.has(id))
      faults.push(`Job ${id} was acknowledged and is lost.`);
  }
  for (const id of people.cancelled)
    if (jobs.has(id) && states.get(id) !== 4) faults.push(`Job ${id} was cancelled and is not.`);
  for (const [id, priority] of people.priorities)
    if (jobs.has(id) && jobs.get(id) !== priority)
      faults.push(`Job ${id} was given priority ${priority} and has ${jobs.get(id)}.`);

  const count = (...codes: number[]) => [...states.values()].filter((s) => codes.includes(s)).length;
  report.acknowledged = people.created.size;
  report.answered = people.answered;
  report.completed = count(1);
  report.failed = count(2, 3);
  report.cancelled = count(4);
  report.orphaned = one("SELECT count(*) AS n FROM attempt WHERE outcome = 'orphaned'");
  // The media are whole and the tools are there.
  const others = all<{ code: string; message: string; n: number; kind: string }>(
    `SELECT code, message, count(*) AS n, l.kind FROM finished f JOIN lane l ON l.id = f.lane
     WHERE state IN (2, 3) AND code <> 'job.orphaned' GROUP BY code, message, l.kind`,
  );
  for (const { code, message, n, kind } of others) faults.push(`${n} ${kind} failed: ${code} ${message}`);
  if (people.failedListed !== report.failed)
    faults.push(`${report.failed} jobs have failed, ${people.failedListed} are listed.`);

  const rows = all<{ path: string; sizeBytes: number }>(
    "SELECT path, size_bytes AS sizeBytes FROM derivative",
  );
  report.derivatives = rows.length;
  // One may be a folder of many files, of which its row names one.
  const placeOf = (path: string) => path.split("/").slice(0, 3).join("/");
  const places = new Map<string, number>();
  for (const path of filesBelow(join(data, "derivatives"))) {
    const { size } = statSync(join(data, "derivatives", path));
    places.set(placeOf(path), (places.get(placeOf(path)) ?? 0) + size);
  }
  for (const { path, sizeBytes } of rows)
    if (places.get(placeOf(path)) !== sizeBytes)
      faults.push(`${path} has ${places.get(placeOf(path))} bytes, its row says ${sizeBytes}.`);
  const known = new Set(rows.map(({ path }) => placeOf(path)));
  for (const place of places.keys()) if (!known.has(place)) faults.push(`${place} belongs to no row.`);
  for (const path of filesBelow(join(data, "tmp"))) faults.push(`tmp/${path} was left behind.`);
  for (const path of filesBelow(data))
    if (/\.(part|partial|tmp)$/.test(path)) faults.push(`${path} was left behind.`);
  close();
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

export function hashes(folder: string): Map<string, string> {
  return new Map(
    filesBelow(folder).map((name) => {
      const path = join(folder, name);
      const { mtimeMs } = statSync(path);
      return [name, `${createHash("sha256").update(readFileSync(path)).digest("hex")} ${mtimeMs}`];
    }),
  );
}

/** Answers how many: mostly pictures, some films that need minutes or seconds to encode, some songs. */
