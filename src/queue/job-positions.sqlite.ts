// Where jobs stand in their queues, for a page of them at once: counted from the front and from the end, from one job to the
// next, and no further than a bounded number of rows. In between, where nobody counts places, the answer is a lower bound.

import type { Database } from "bun:sqlite";
import type { Position } from "./job-store.ts";
import type { Tallies } from "./tallies.sqlite.ts";

interface Place {
  id: number;
  lane: number;
  rank: number;
}

/** Of those that wait. At most `cap` rows are counted in each direction and queue. */
export function positions(
  sqlite: Database,
  tally: Tallies,
  ids: number[],
  cap: number,
): Map<number, Position> {
  const found = new Map<number, Position>();
  const places = sqlite
    .query(
      `SELECT w.id, w.lane, w.rank FROM json_each(?) e CROSS JOIN job j ON j.id = e.value
         CROSS JOIN waiting w ON w.lane = j.lane AND w.rank = j.rank AND w.id = j.id`,
    )
    .all(JSON.stringify(ids)) as Place[];
  const byQueue = Map.groupBy(places, (place) => tally.lane(place.lane).queue);
  for (const [queue, standing] of byQueue) {
    standing.sort((a, b) => a.rank - b.rank || a.id - b.id);
    const lanes = tally.all().filter((t) => t.lane.queue === queue && t.waiting > 0);
    const count = counter(
      sqlite,
      lanes.map((t) => t.lane.id),
    );
    const total = lanes.reduce((n, t) => n + t.waiting, 0);
    inQueue(standing, total, cap, count, found);
  }
  return found;
}

type Count = (from: Place | undefined, to: Place | undefined, limit: number) => number;

function inQueue(
  standing: Place[],
  total: number,
  cap: number,
  count: Count,
  found: Map<number, Position>,
): void {
  let ahead = 0;
  let next = 0;
  for (; next < standing.length; next++) {
    const n = count(standing[next - 1], standing[next], cap + 1 - ahead);
    ahead += n;
    if (ahead > cap) break;
    found.set(standing[next]!.id, { position: ahead + 1, isLeast: false });
  }
  let behind = 0;
  let last = standing.length - 1;
  for (; last >= next; last--) {
    // From the job itself on: it counts among what is not ahead of it.
    behind += count(standing[last], standing[last + 1], cap + 1 - behind);
    if (behind > cap) break;
    found.set(standing[last]!.id, { position: Math.max(1, total - behind + 1), isLeast: false });
  }
  for (const { id } of standing.slice(next, last + 1)) found.set(id, { position: cap + 1, isLeast: true });
}

/** How many stand from one place (inclusive) to another (exclusive) in these lanes, `limit` at most. */
function counter(sqlite: Database, lanes: number[]): Count {
  // One range of the index each: given both ends as (rank, id), SQLite would walk from the first to the end of the lane.
  const within = sqlite.query(
    "SELECT count(*) AS n FROM (SELECT 1 FROM waiting WHERE lane = ? AND rank = ? AND id >= ? AND id < ? LIMIT ?)",
  );
  const between = sqlite.query(
    "SELECT count(*) AS n FROM (SELECT 1 FROM waiting WHERE lane = ? AND rank > ? AND rank < ? LIMIT ?)",
  );
  const rows = (found: unknown) => (found as { n: number }).n;
  const most = Number.MAX_SAFE_INTEGER;
  return (from, to, limit) => {
    const [first, last] = [from?.rank ?? -most, to?.rank ?? most];
    let n = 0;
    for (const lane of lanes) {
      if (from && from.rank === to?.rank) {
        n += rows(within.get(lane, from.rank, from.id, to.id, limit - n));
      } else {
        if (from) n += rows(within.get(lane, from.rank, from.id, most, limit - n));
        if (n < limit) n += rows(between.get(lane, first, last, limit - n));
        if (to && n < limit) n += rows(within.get(lane, to.rank, 0, to.id, limit - n));
      }
      if (n >= limit) break;
    }
    return n;
  };
}
