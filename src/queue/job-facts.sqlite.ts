// Figures about many jobs at once: ages, averages, counts since, failures by cause. Each is read from an index per lane.

import type { Database } from "bun:sqlite";
import { rankOf } from "./job-places.sqlite.ts";
import { dateOf, pauseEndsOf } from "./job-row.sqlite.ts";
import { endedPlaces } from "./job-segments.sqlite.ts";
import type { FailureGroup, Finished, PauseMode, QueueState } from "./job-store.ts";
import type { Tallies } from "./tallies.sqlite.ts";

/** How many of a group's jobs are named. */
const namedPerGroup = 5;

/** Those that priorities give; what somebody moved to the front or the end may have a rank of its own beyond them. */
const [firstRank, lastRank] = [rankOf(1, false), rankOf(10, true)];

/** Ids grow with time, so the oldest of a lane is the least id over its few ranks: hop from rank to rank. */
export function oldestWaiting(sqlite: Database, tally: Tallies): Map<string, Date> {
  const hop = sqlite.query(
    "SELECT rank, id FROM waiting WHERE lane = ? AND rank > ? AND rank <= ? ORDER BY rank, id LIMIT 1",
  );
  const moved = sqlite.query(
    `SELECT min(id) AS id FROM (SELECT id FROM waiting WHERE lane = ?1 AND rank < ?2
       UNION ALL SELECT id FROM waiting WHERE lane = ?1 AND rank > ?3)`,
  );
  const oldest = new Map<string, number>();
  for (const { lane, waiting } of tally.all()) {
    if (waiting === 0) continue;
    const found = (id: number) =>
      oldest.set(lane.queue, Math.min(id, oldest.get(lane.queue) ?? Number.MAX_SAFE_INTEGER));
    const least = (moved.get(lane.id, firstRank, lastRank) as { id: number | null }).id;
    if (least !== null) found(least);
    let rank = firstRank - 1;
    for (;;) {
      const head = hop.get(lane.id, rank, lastRank) as { rank: number; id: number } | null;
      if (!head) break;
      rank = head.rank;
      found(head.id);
    }
  }
  const born = sqlite.query("SELECT created_at FROM job WHERE id = ?");
  return new Map(
    [...oldest].map(([queue, id]) => [queue, new Date((born.get(id) as { created_at: number }).created_at)]),
  );
}

export function averageRunMs(
  sqlite: Database,
  tally: Tallies,
): Map<string, { count: number; averageMs: number }> {
  const newest = sqlite.query(
    `SELECT count(*) AS n, total(finished_at - started_at - frozen_ms) AS ms FROM
       (SELECT finished_at, started_at, frozen_ms FROM finished WHERE lane = ? AND state = 1 ORDER BY finished_at DESC LIMIT 100)`,
  );
  const perKind = new Map<string, { count: number; ms: number }>();
  for (const { lane, completed } of tally.all()) {
    if (completed === 0) continue;
    const { n, ms } = newest.get(lane.id) as { n: number; ms: number };
    const sum = perKind.get(lane.kind) ?? { count: 0, ms: 0 };
    perKind.set(lane.kind, { count: sum.count + n, ms: sum.ms + ms });
  }
  return new Map(
    [...perKind].map(([kind, { count, ms }]) => [kind, { count, averageMs: count ? ms / count : 0 }]),
  );
}

export function finishedSince(sqlite: Database, tally: Tallies, t: number): Map<string, Finished> {
  const count = sqlite.query(
    "SELECT count(*) AS n, min(finished_at) AS first FROM finished WHERE lane = ? AND state = ? AND finished_at >= ?",
  );
  const since = new Map<string, Finished>();
  for (const { lane, completed, failed } of tally.all()) {
    const sum = since.get(lane.queue) ?? { completed: 0, failed: 0, first: null };
    const add = (state: "completed" | "failed") => {
      const { n, first } = count.get(lane.id, endedPlaces[state], t) as { n: number; first: number | null };
      sum[state] += n;
      if (first !== null && (sum.first === null || first < sum.first.getTime())) sum.first = new Date(first);
    };
    if (completed > 0) add("completed");
    if (failed > 0) add("failed");
    since.set(lane.queue, sum);
  }
  return since;
}

interface CauseInLane {
  fingerprint: string;
  lane: number;
  n: number;
  first: number;
  last: number;
}

/** Counted in the index of causes; only the newest few of each group are read. */
export function failureGroups(sqlite: Database, tally: Tallies, hideGroups: number[] = []): FailureGroup[] {
  const inLanes = sqlite
    .query(
      `SELECT fingerprint, lane, count(*) AS n, min(finished_at) AS first, max(finished_at) AS last
       FROM finished INDEXED BY finished_by_cause WHERE fingerprint IS NOT NULL AND state = 2 GROUP BY fingerprint, lane`,
    )
    .all() as CauseInLane[];
  const causes = new Map<string, CauseInLane[]>();
  for (const row of inLanes) {
    if (hideGroups.includes(tally.lane(row.lane).group)) continue;
    const rows = causes.get(row.fingerprint);
    if (rows) rows.push(row);
    else causes.set(row.fingerprint, [row]);
  }
  return [...causes]
    .map(([fingerprint, rows]) => groupOf(sqlite, tally, fingerprint, rows))
    .sort((a, b) => b.count - a.count || b.lastAt.getTime() - a.lastAt.getTime());
}

/** Counted in the same index. */
export function failureTimes(
  sqlite: Database,
  tally: Tallies,
  asked: { fingerprint: string; from: number; stepMs: number; hideGroups?: number[] },
): Map<number, number> {
  const rows = sqlite
    .query(
      `SELECT lane, (finished_at - ?2) / ?3 AS step, count(*) AS n FROM finished INDEXED BY finished_by_cause
       WHERE fingerprint = ?1 AND state = 2 AND finished_at >= ?2 GROUP BY lane, step`,
    )
    .all(asked.fingerprint, asked.from, asked.stepMs) as { lane: number; step: number; n: number }[];
  const times = new Map<number, number>();
  for (const { lane, step, n } of rows)
    if (!asked.hideGroups?.includes(tally.lane(lane).group)) times.set(step, (times.get(step) ?? 0) + n);
  return times;
}

function groupOf(sqlite: Database, tally: Tallies, fingerprint: string, rows: CauseInLane[]): FailureGroup {
  const newestOf = sqlite.query(
    "SELECT id, finished_at FROM finished WHERE fingerprint = ? AND lane = ? AND state = 2 ORDER BY finished_at DESC, id DESC LIMIT ?",
  );
  const newest = rows
    .flatMap((r) => newestOf.all(fingerprint, r.lane, namedPerGroup) as { id: number; finished_at: number }[])
    .sort((a, b) => b.finished_at - a.finished_at || b.id - a.id)
    .slice(0, namedPerGroup);
  const { code, message } = sqlite
    .query("SELECT code, message FROM finished WHERE id = ?")
    .get(newest[0]!.id) as { code: string; message: string | null };
  return {
    fingerprint,
    code,
    message: message ?? "",
    kinds: [...new Set(rows.map((r) => tally.lane(r.lane).kind))].sort(),
    queues: [...new Set(rows.map((r) => tally.lane(r.lane).queue))].sort(),
    groups: [...new Set(rows.map((r) => tally.lane(r.lane).group))].sort((a, b) => a - b),
    count: rows.reduce((sum, r) => sum + r.n, 0),
    firstAt: new Date(Math.min(...rows.map((r) => r.first))),
    lastAt: new Date(Math.max(...rows.map((r) => r.last))),
    jobIds: newest.map((r) => r.id),
  };
}

export function queueStates(sqlite: Database): QueueState[] {
  const rows = sqlite.query("SELECT * FROM queue_state").all() as {
    queue: string;
    paused_at: number | null;
    paused_until: number | null;
    until_playback_ends: number;
    paused_by: string | null;
    pause_mode: PauseMode;
    concurrency: number | null;
    weight: number | null;
  }[];
  return rows.map((r) => ({
    queue: r.queue,
    pausedAt: dateOf(r.paused_at),
    pauseEnds: pauseEndsOf(r.paused_until, r.until_playback_ends),
    pausedBy: r.paused_by,
    pauseMode: r.pause_mode,
    concurrency: r.concurrency,
    weight: r.weight,
  }));
}
