// Search over jobs. Whatever few rows an index can name (hits of text, a cause, a small place, long runs) are asked one by
// one and counted exactly. Otherwise lists are walked from their top, a window at a time with a turn of the event loop in
// between, until the page is full and a little more is counted; or until a budget ends, and the answer says so.

import type { Database } from "bun:sqlite";
import { JobCandidates, longMs, runMs } from "./job-candidates.sqlite.ts";
import type { Conditions } from "./job-conditions.sqlite.ts";
import { type IdPage, type JobLists, partsOf } from "./job-lists.sqlite.ts";
import { everyPlace, isEnded, openPlaces, placeTest, segmentsOf, sumOf } from "./job-segments.sqlite.ts";
import type { JobFilter, JobOrder, LaneTally } from "./job-store.ts";
import type { Range } from "./job-term.ts";
import type { JobText } from "./job-text.sqlite.ts";
import type { Tallies } from "./tallies.sqlite.ts";

export interface SearchLimits {
  /** How many rows an index may name to be asked one by one. */
  candidates: number;
  /** How many rows a walk looks at before it gives up. */
  rows: number;
  /** How many it looks at, at least, to count on when the page is full. */
  rowsToCount: number;
  window: number;
  /** Milliseconds after which it counts no further, and after which it gives up: some machines are slow. */
  countMs: number;
  ms: number;
}

const usual: SearchLimits = {
  candidates: 10_000,
  rows: 400_000,
  rowsToCount: 10_000,
  window: 2000,
  countMs: 10,
  ms: 2000,
};
/** Nobody pages deeper. */
const countedUpTo = 10_000;

export class JobSearch {
  private readonly few: JobCandidates;

  constructor(
    private readonly sqlite: Database,
    private readonly tally: Tallies,
    private readonly lists: JobLists,
    private readonly limits = usual,
  ) {
    this.few = new JobCandidates(sqlite, tally, limits.candidates);
  }

  get text(): JobText {
    return this.few.text;
  }

  async page(
    filter: JobFilter,
    c: Conditions,
    order: JobOrder,
    offset: number,
    limit: number,
  ): Promise<IdPage> {
    if (c.lanes.length === 0 || c.places.length === 0) return { ids: [], total: 0 };
    const few = this.few.of(filter, c);
    if (few) {
      const ids = this.matching(few, c, order);
      return { ids: ids.slice(offset, offset + limit), total: ids.length };
    }
    return await this.walk(c, order, offset, limit);
  }

  /** By id, so that what is moved meanwhile is not met again. */
  async *idBatches(filter: JobFilter, c: Conditions, size: number): AsyncIterable<number[]> {
    if (c.lanes.length === 0 || c.places.length === 0) return;
    const few = this.few.of(filter, c);
    const windows = few ? [this.matching(few, c, "oldest")] : this.idWindows(c, "ASC");
    for (const ids of windows) {
      for (let at = 0; at < ids.length; at += size) yield ids.slice(at, at + size);
      await turn();
    }
  }

  // Asking rows.

  private matching(ids: number[], c: Conditions, order: JobOrder): number[] {
    const { sql, args } = this.asked(c, true);
    return this.ids(
      `SELECT j.id ${sql} AND j.id IN (SELECT value FROM json_each(?)) ORDER BY ${orderBy(order, c.namesPlaces)}`,
      ...args,
      JSON.stringify(ids),
    );
  }

  /** Joined only with what the conditions ask about. `everything`: lanes and places too. */
  private asked(
    c: Conditions,
    everything: boolean,
    sorted = everything,
  ): { sql: string; args: (string | number)[] } {
    const tests = [c.where, ...within("j.created_at", c.created), ...within("f.finished_at", c.finished)];
    if (everything && c.lanes.length < this.tally.all().length)
      tests.push(`j.lane IN (${c.lanes.map((t) => t.lane.id).join(",")})`);
    if (everything && c.places.length < everyPlace.length)
      tests.push(`(${c.places.map((p) => placeTest[p]).join(" OR ")})`);
    const where = tests.join(" AND ");
    const joins = [
      ["r", "running"],
      ["p", "paused"],
      ["f", "finished"],
    ].filter(([alias]) => sorted || new RegExp(`\\b${alias}\\.`).test(where));
    const from = joins.map(([alias, table]) => `LEFT JOIN ${table} ${alias} ON ${alias}.id = j.id`).join(" ");
    return { sql: `FROM job j ${from} WHERE ${where}`, args: c.args };
  }

  // Walking.

  private async walk(c: Conditions, order: JobOrder, offset: number, limit: number): Promise<IdPage> {
    const { rows: mostRows, rowsToCount, countMs, ms } = this.limits;
    const since = performance.now();
    const wanted = offset + limit;
    const ids: number[] = order === "longest" ? this.longest(c) : [];
    const page = () => ({ ids: ids.slice(offset, wanted), total: ids.length });
    if (order === "longest" && ids.length >= wanted) return { ...page(), totalIsCapped: true };
    const met = new Set(ids);
    let rows = 0;
    let ended = true;
    for (const { found, looked } of this.windows(c, order)) {
      for (const id of found) if (!met.has(id)) ids.push(id);
      rows += looked;
      const spentMs = performance.now() - since;
      const isCounted = rows >= rowsToCount || ids.length >= countedUpTo || spentMs >= countMs;
      if ((ids.length >= wanted && isCounted) || rows >= mostRows || spentMs >= ms) {
        ended = false;
        break;
      }
      await turn();
    }
    if (order === "longest") ids.splice(0, ids.length, ...this.matching(ids, c, order));
    const isFull = ids.length >= wanted && order !== "longest";
    return { ...page(), ...(ended ? {} : { totalIsCapped: true, complete: isFull }) };
  }

  /** The longest of all that match, as far as the index of long runs goes. */
  private longest(c: Conditions): number[] {
    const ids = this.ids(
      `SELECT id FROM finished WHERE ${runMs} >= ${longMs} ORDER BY ${runMs} DESC LIMIT 2000`,
    );
    return this.matching(ids, c, "longest");
  }

  private *windows(c: Conditions, order: JobOrder): Iterable<{ found: number[]; looked: number }> {
    const byId = !c.namesPlaces && (order === "newest" || order === "oldest");
    const direction = order === "oldest" ? "ASC" : "DESC";
    if (byId && 2 * this.sumIn(c.lanes) >= this.sumIn(this.tally.all())) {
      for (const found of this.idWindows(c, direction)) yield { found, looked: this.limits.window };
      return;
    }
    const { sql, args } = this.asked(c, false);
    // The segments themselves are all that was asked for.
    const isAll = c.where === "1" && c.created.from === undefined && c.created.to === undefined;
    const ask = `SELECT j.id ${sql} AND j.id IN (SELECT value FROM json_each(?))`;
    for (const { segments, direction: way } of byId ? [this.lanesById(c, direction)] : this.parts(c, order))
      for (const window of this.lists.windows(
        segments,
        way,
        Math.ceil(this.limits.window / 4),
        this.limits.window,
      )) {
        const hits = isAll ? undefined : new Set(this.ids(ask, ...args, JSON.stringify(window)));
        yield { found: hits ? window.filter((id) => hits.has(id)) : window, looked: window.length };
      }
  }

  private lanesById({ lanes }: Conditions, direction: "ASC" | "DESC") {
    const segments = lanes
      .filter((t) => sumOf(t) > 0)
      .map((t) => ({ key: "id", from: "job WHERE lane = ?", lane: t.lane.id }));
    return { segments, direction };
  }

  /** In the order of lists that name their places; else what the order is about comes first. */
  private parts(c: Conditions, order: JobOrder) {
    const range = within("finished_at", c.finished)
      .map((test) => ` AND ${test}`)
      .join("");
    const parts = partsOf(c.places, order);
    if (!c.namesPlaces && order !== "position") parts.reverse();
    return parts.map(({ places, direction }) => ({
      direction,
      segments: c.lanes.flatMap((t) =>
        places
          .filter((p) => t[p] > 0)
          .flatMap((p) =>
            segmentsOf(p, t.lane.id).map((s) => (isEnded(p) ? { ...s, from: s.from + range } : s)),
          ),
      ),
    }));
  }

  /** A range of ids at a time, whether many or none of them match. */
  private *idWindows(c: Conditions, direction: "ASC" | "DESC"): Iterable<number[]> {
    const { sql, args } = this.asked(c, true, false);
    const { first, last } = this.few.idBounds(c.created);
    const ask = `SELECT j.id ${sql} AND j.id >= ? AND j.id < ? ORDER BY j.id ${direction}`;
    const { window } = this.limits;
    if (direction === "ASC")
      for (let at = first; at <= last; at += window)
        yield this.ids(ask, ...args, at, Math.min(at + window, last + 1));
    else
      for (let at = last + 1; at > first; at -= window)
        yield this.ids(ask, ...args, Math.max(first, at - window), at);
  }

  private sumIn(lanes: LaneTally[]): number {
    return lanes.reduce((sum, t) => sum + sumOf(t), 0);
  }

  private ids(sql: string, ...args: (string | number)[]): number[] {
    return (this.sqlite.query(sql).all(...args) as { id: number }[]).map((r) => r.id);
  }
}

function within(column: string, { from, to }: Range): string[] {
  return [
    ...(from === undefined ? [] : [`${column} >= ${Number(from)}`]),
    ...(to === undefined ? [] : [`${column} < ${Number(to)}`]),
  ];
}

/** As lists have it: places that were named are shown one after the other, each in its own order. */
function orderBy(order: JobOrder, namesPlaces: boolean): string {
  if (namesPlaces && order !== "longest") {
    const at = openPlaces.map((p, i) => `WHEN ${placeTest[p]} THEN ${i}`).join(" ");
    const way = order === "oldest" ? "" : "-";
    return `CASE ${at} ELSE ${openPlaces.length} END,
      CASE WHEN f.id IS NOT NULL THEN ${way}f.finished_at WHEN p.id IS NOT NULL THEN p.paused_at
        WHEN r.frozen_at IS NOT NULL THEN r.frozen_at WHEN r.id IS NOT NULL THEN -r.started_at
        WHEN ${placeTest.delayed} THEN j.run_at ELSE j.rank END,
      CASE WHEN f.id IS NOT NULL THEN ${way}j.id WHEN r.id IS NOT NULL AND r.frozen_at IS NULL THEN -j.id ELSE j.id END`;
  }
  return {
    newest: "j.id DESC",
    oldest: "j.id ASC",
    position: `(${placeTest.waiting}) DESC, j.rank, j.id`,
    finished: "coalesce(f.finished_at, 0) DESC, j.id DESC",
    longest: "coalesce(f.finished_at - f.started_at - f.frozen_ms, 0) DESC, j.id DESC",
  }[order];
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
