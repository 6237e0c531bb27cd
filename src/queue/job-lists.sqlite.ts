// Lists of jobs by lane and place. They come from the narrow tables' indexes, merged over the lanes that match, so that a
// page costs the same at a thousand jobs and at a million.

import type { Database } from "bun:sqlite";
import {
  everyPlace,
  isEnded,
  openPlaces,
  type Place,
  type Segment,
  segmentsOf,
  sumOf,
} from "./job-segments.sqlite.ts";
import type { JobOrder, LaneTally } from "./job-store.ts";
import type { Tallies } from "./tallies.sqlite.ts";

export interface Keyed {
  k: number;
  id: number;
}

export interface IdPage {
  ids: number[];
  total: number;
  totalIsCapped?: boolean;
  complete?: boolean;
}

export interface Listed {
  lanes: LaneTally[];
  places?: Place[];
  /** Waiting jobs to leave out. */
  exceptIds?: { id: number; lane: number }[];
}

export type Direction = "ASC" | "DESC";

/** SQLite takes 500 terms in a compound. */
const mergedAtOnce = 200;

export class JobLists {
  constructor(
    private readonly sqlite: Database,
    private readonly tally: Tallies,
  ) {}

  /** `places` undefined: wherever they stand, by id. */
  page({ lanes, places, exceptIds = [] }: Listed, order: JobOrder, offset: number, limit: number): IdPage {
    if (!places) return this.everything(lanes, order, offset, limit);
    return this.inPlaces(places, lanes, exceptIds, order, offset, limit);
  }

  /** All states: by id, which is the order of enqueueing. */
  private everything(lanes: LaneTally[], order: JobOrder, offset: number, limit: number): IdPage {
    const total = lanes.reduce((sum, t) => sum + sumOf(t), 0);
    const direction = order === "oldest" ? "ASC" : "DESC";
    if (lanes.length === this.tally.all().length) {
      const rows = this.sqlite
        .query(`SELECT id FROM job ORDER BY id ${direction} LIMIT ? OFFSET ?`)
        .all(limit, offset) as { id: number }[];
      return { ids: rows.map((r) => r.id), total };
    }
    const segments = lanes
      .filter((t) => sumOf(t) > 0)
      .map((t) => ({ key: "id", from: "job WHERE lane = ?", lane: t.lane.id }));
    return { ids: this.merge(segments, direction, limit, offset), total };
  }

  private inPlaces(
    places: Place[],
    lanes: LaneTally[],
    exceptIds: { id: number; lane: number }[],
    order: JobOrder,
    offset: number,
    limit: number,
  ): IdPage {
    let skip = offset;
    let total = 0;
    const ids: number[] = [];
    for (const { places: some, direction } of partsOf(places, order)) {
      const segments: Segment[] = [];
      let count = 0;
      for (const t of lanes)
        for (const place of some) {
          if (t[place] === 0) continue;
          const except = place === "waiting" ? exceptIn(exceptIds, t.lane.id) : [];
          segments.push(...segmentsOf(place, t.lane.id, except));
          count += t[place] - except.length;
        }
      if (ids.length < limit && skip < count)
        ids.push(...this.merge(segments, direction, limit - ids.length, skip));
      skip = Math.max(0, skip - count);
      total += count;
    }
    return { ids, total };
  }

  /** SQLite merges ordered sub-selects of a compound lazily: only what the page shows is read. */
  private merge(segments: Segment[], direction: Direction, limit: number, offset: number): number[] {
    if (limit <= 0) return [];
    const parts: Keyed[][] = [];
    for (let at = 0; at < segments.length; at += mergedAtOnce)
      parts.push(this.mergeSome(segments.slice(at, at + mergedAtOnce), direction, offset + limit));
    const all = parts.length === 1 ? parts[0]! : parts.flat().sort(byKey(direction));
    return all.slice(offset, offset + limit).map((r) => r.id);
  }

  private mergeSome(segments: Segment[], direction: Direction, limit: number): Keyed[] {
    const union = segments.map((s) => `SELECT ${s.key} AS k, id FROM ${s.from}`).join(" UNION ALL ");
    return this.sqlite
      .query(`${union} ORDER BY k ${direction}, id ${direction} LIMIT ?`)
      .all(...segments.map((s) => s.lane), limit) as Keyed[];
  }

  /** What is moved meanwhile is not met again, unless into a place that comes later. */
  *idBatches({ lanes, places = everyPlace, exceptIds = [] }: Listed, size: number): Iterable<number[]> {
    for (const place of places)
      for (const t of lanes)
        if (t[place] > 0)
          for (const segment of segmentsOf(place, t.lane.id, exceptIn(exceptIds, t.lane.id)))
            yield* this.windows([segment], "ASC", size);
  }

  /** Segments as one list, `size` ids at a time and then more, each by its own order from where the last window ended. */
  *windows(segments: Segment[], direction: Direction, size: number, upTo = size): Iterable<number[]> {
    const beyond = direction === "ASC" ? ">" : "<";
    const far = direction === "ASC" ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
    let last: Keyed = { k: far, id: far };
    for (;;) {
      const rows: Keyed[] = [];
      for (let at = 0; at < segments.length; at += mergedAtOnce) {
        const some = segments.slice(at, at + mergedAtOnce);
        const union = some.map(
          ({ key, from }) => `SELECT ${key} AS k, id FROM ${from} AND (${key}, id) ${beyond} (?, ?)`,
        );
        rows.push(
          ...(this.sqlite
            .query(`${union.join(" UNION ALL ")} ORDER BY k ${direction}, id ${direction} LIMIT ?`)
            .all(...some.flatMap((s) => [s.lane, last.k, last.id]), size) as Keyed[]),
        );
      }
      if (segments.length > mergedAtOnce) rows.sort(byKey(direction));
      const window = rows.slice(0, size);
      if (window.length > 0) yield window.map((r) => r.id);
      if (window.length < size) return;
      last = window.at(-1)!;
      size = Math.min(size * 2, upTo);
    }
  }
}

function exceptIn(exceptIds: { id: number; lane: number }[], lane: number): number[] {
  return exceptIds.filter((e) => e.lane === lane).map((e) => e.id);
}

/** Open places each in their own order, one after the other; states that are over are one list by the time they ended. */
export function partsOf(places: Place[], order: JobOrder): { places: Place[]; direction: Direction }[] {
  const parts: { places: Place[]; direction: Direction }[] = openPlaces
    .filter((p) => places.includes(p))
    .map((p) => ({ places: [p], direction: p === "running" ? "DESC" : "ASC" }));
  const ended = places.filter(isEnded);
  if (ended.length > 0) parts.push({ places: ended, direction: order === "oldest" ? "ASC" : "DESC" });
  return parts;
}

export function byKey(direction: Direction) {
  const sign = direction === "ASC" ? 1 : -1;
  return (a: Keyed, b: Keyed) => sign * (a.k - b.k || a.id - b.id);
}
