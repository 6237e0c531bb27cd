// What must hold of the queue's tables at rest, whatever has happened.

import type { Database } from "bun:sqlite";
import type { LaneTally } from "../../../src/queue/job-store.ts";

/** Every job is in one place, and every open key belongs to the open job that has it. */
export function faultsOfRows(sqlite: Database, known: ReadonlySet<number>): string[] {
  const faults: string[] = [];
  const places = sqlite
    .query(
      `SELECT j.id, j.dedup_key AS key, (SELECT count(*) FROM (
         SELECT 1 FROM waiting WHERE id = j.id UNION ALL SELECT 1 FROM delayed WHERE id = j.id
         UNION ALL SELECT 1 FROM paused WHERE id = j.id UNION ALL SELECT 1 FROM running WHERE id = j.id)) AS open,
         (SELECT count(*) FROM finished WHERE id = j.id) AS finished,
         (SELECT count(*) FROM attempt WHERE job = j.id AND outcome IN ('completed', 'not_needed'))
           + (SELECT count(*) FROM finished WHERE id = j.id AND state = 1 AND attempt IS NOT NULL) AS completions
       FROM job j`,
    )
    .all() as { id: number; key: string | null; open: number; finished: number; completions: number }[];
  for (const { id, open, finished, completions } of places) {
    if (open + finished !== 1) faults.push(`job ${id} is in ${open} open and ${finished} finished places`);
    if (completions > 1) faults.push(`job ${id} has completed ${completions} times`);
    if (!known.has(id)) faults.push(`job ${id} is there although it was removed or never acknowledged`);
  }
  if (places.length < known.size) faults.push(`${known.size - places.length} jobs are lost`);
  const should = places.flatMap((p) => (p.open > 0 && p.key !== null ? `${p.key}=${p.id}` : []));
  const keys = sqlite.query("SELECT key, id FROM open_key").all() as { key: string; id: number }[];
  const are = keys.map((k) => `${k.key}=${k.id}`);
  if (should.sort().join() !== are.sort().join()) faults.push(`open keys are ${are}, not ${should}`);
  const strays = sqlite
    .query(
      "SELECT count(*) AS n FROM (SELECT id FROM waiting UNION ALL SELECT id FROM delayed UNION ALL SELECT id FROM paused UNION ALL SELECT id FROM running UNION ALL SELECT id FROM finished) WHERE id NOT IN (SELECT id FROM job)",
    )
    .get() as { n: number };
  if (strays.n > 0) faults.push(`${strays.n} places hold jobs that are gone`);
  return faults;
}

/** The counts that are kept are those of the rows. */
export function faultsOfTallies(sqlite: Database, tallies: LaneTally[]): string[] {
  const faults: string[] = [];
  const counted = new Map<string, number>();
  const count = (state: string, sql: string) => {
    for (const { lane, n } of sqlite.query(`SELECT lane, count(*) AS n FROM ${sql} GROUP BY lane`).all() as {
      lane: number;
      n: number;
    }[])
      counted.set(`${lane}/${state}`, (counted.get(`${lane}/${state}`) ?? 0) + n);
  };
  count("waiting", "waiting");
  count("delayed", "delayed");
  count("paused", "paused");
  count("paused", "running WHERE frozen_at IS NOT NULL");
  count("running", "running WHERE frozen_at IS NULL");
  for (const [i, state] of ["completed", "failed", "cleared", "cancelled"].entries())
    count(state, `finished WHERE state = ${i + 1}`);
  for (const { lane, ...states } of tallies)
    for (const [state, n] of Object.entries(states))
      if (n !== (counted.get(`${lane.id}/${state}`) ?? 0))
        faults.push(`lane ${lane.id} counts ${n} ${state}, not ${counted.get(`${lane.id}/${state}`) ?? 0}`);
  return faults;
}
