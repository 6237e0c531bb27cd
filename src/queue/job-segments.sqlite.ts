// The places where jobs stand, which of them a status means, and how each is listed in its own order.

import type { JobFilter, Lane, LaneTally, ListedStatus, Tally } from "./job-store.ts";

export type Place = keyof Tally;

/** In the order in which a mixed list shows its parts: what moves first, what is over last. */
export const openPlaces: Place[] = ["running", "waiting", "delayed", "paused"];
/** `finished.state`. */
export const endedPlaces = { completed: 1, failed: 2, cleared: 3, cancelled: 4 } as const;
export const everyPlace = [...openPlaces, ...(Object.keys(endedPlaces) as (keyof typeof endedPlaces)[])];

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

export function placesIn(statuses: ListedStatus[]): Place[] {
  return [...new Set(statuses.flatMap((s) => placesOf[s] ?? []))];
}

export function isEnded(place: Place): place is keyof typeof endedPlaces {
  return place in endedPlaces;
}

/** What tells a place, on a job's row joined with its places (`fromPlaces`). */
export const placeTest: Record<Place, string> = {
  running: "(r.id IS NOT NULL AND r.frozen_at IS NULL)",
  waiting: "EXISTS (SELECT 1 FROM waiting w WHERE w.lane = j.lane AND w.rank = j.rank AND w.id = j.id)",
  delayed:
    "(j.run_at IS NOT NULL AND EXISTS (SELECT 1 FROM delayed d WHERE d.run_at = j.run_at AND d.id = j.id))",
  paused: "(p.id IS NOT NULL OR r.frozen_at IS NOT NULL)",
  completed: "f.state = 1",
  failed: "f.state = 2",
  cleared: "f.state = 3",
  cancelled: "f.state = 4",
};

/** Jobs of one lane in one place, read from an index in the order of `key`. */
export interface Segment {
  key: string;
  /** Table and condition; `lane` is the only argument. */
  from: string;
  lane: number;
}

export function segmentsOf(place: Place, lane: number, exceptIds: number[] = []): Segment[] {
  if (place === "running")
    return [{ key: "started_at", from: "running WHERE lane = ? AND frozen_at IS NULL", lane }];
  if (place === "waiting") {
    const except = exceptIds.length > 0 ? ` AND id NOT IN (${exceptIds.map(Number).join(",")})` : "";
    return [{ key: "rank", from: `waiting WHERE lane = ?${except}`, lane }];
  }
  if (place === "delayed") return [{ key: "run_at", from: "delayed WHERE lane = ?", lane }];
  if (place === "paused")
    return [
      { key: "paused_at", from: "paused WHERE lane = ?", lane },
      { key: "frozen_at", from: "running WHERE lane = ? AND frozen_at IS NOT NULL", lane },
    ];
  return [{ key: "finished_at", from: `finished WHERE lane = ? AND state = ${endedPlaces[place]}`, lane }];
}

export function matchesLane(f: JobFilter, lane: Lane): boolean {
  return (
    (!f.queue?.length || f.queue.includes(lane.queue)) &&
    (!f.kind?.length || f.kind.includes(lane.kind)) &&
    (!f.category?.length || f.category.includes(lane.category)) &&
    (!f.group?.length || f.group.includes(lane.group)) &&
    !f.hideGroups?.includes(lane.group)
  );
}

export function sumOf(t: LaneTally): number {
  return everyPlace.reduce((sum, place) => sum + t[place], 0);
}
