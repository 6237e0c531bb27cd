// Search over jobs. Whatever few rows an index can name (hits of text, a cause, a small place, long runs) are asked one by
// one and counted exactly. Otherwise lists are walked from their top, a window at a time with a turn of the event loop in
// between, until the page is full and a little more is counted; or until a budget ends, and the answer says so.

import type { Database } from "bun:sqlite";
import { type Conditions, lanesOfKind } from "./job-conditions.sqlite.ts";
import { type IdPage, type JobLists, partsOf } from "./job-lists.sqlite.ts";
import {
  endedPlaces,
  everyPlace,
  isEnded,
  openPlaces,
  placeTest,
  segmentsOf,
  sumOf,
} from "./job-segments.sqlite.ts";
import type { JobFilter, JobOrder, LaneTally } from "./job-store.ts";
import type { JobTest, Range } from "./job-term.ts";
import { JobText } from "./job-text.sqlite.ts";
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
const runMs = "finished_at - started_at - frozen_ms";
/** The least that the index of long runs holds. */
const longMs = 60_000;

export class JobSearch {
  readonly text: JobText;

  constructor(
    private readonly sqlite: Database,
    private readonly tally: Tallies,
    private readonly lists: JobLists,
    private readonly limits = usual,
  ) {
    this.text = new JobText(sqlite);
  }

  async page(
    filter: JobFilter,
    c: Conditions,
    order: JobOrder,
    offset: number,
    limit: number,
  ): Promise<IdPage> {
    if (c.lanes.length === 0 || c.places.length === 0) return { ids: [], total: 0 };
    const few = this.candidates(filter, c);
    if (few) {
      const ids = this.matching(few, c, order);
      return { ids: ids.slice(offset, offset + limit), total: ids.length };
    }
    return await this.walk(c, order, offset, limit);
  }

  /** By id, so that what is moved meanwhile is not met again. */
  async *idBatches(filter: JobFilter, c: Conditions, size: number): AsyncIterable<number[]> {
    if (c.lanes.length === 0 || c.places.length === 0) return;
    const few = this.candidates(filter, c);
    const windows = few ? [this.matching(few, c, "oldest")] : this.idWindows(c, "ASC");
    for (const ids of windows) {
      for (let at = 0; at < ids.length; at += size) yield ids.slice(at, at + size);
      await turn();
    }
  }

  // What few rows an index names.

  /** Undefined when no index names few. Each source need only better the best so far. */
  private candidates(filter: JobFilter, c: Conditions): number[] | undefined {
    if (filter.subject) return this.about(filter.subject.type, filter.subject.id);
    let best: number[] | undefined;
    for (const source of this.sources(c)) {
      const cap = best ? best.length - 1 : this.limits.candidates;
      const ids = source(cap);
      if (ids && ids.length <= cap) best = ids;
      if (best && best.length <= 100) break;
    }
    return best;
  }

  private about(type: string, id: number): number[] {
    return this.ids("SELECT id FROM job WHERE subject_id = ? AND subject_type = ?", id, type);
  }

  private *sources(c: Conditions): Iterable<(cap: number) => number[] | undefined> {
    yield (cap) => this.inFewPlaces(c, cap);
    for (const term of c.rows) if (!term.not) yield (cap) => this.named(term.test, cap);
    const { finished, created } = c;
    if (finished.from !== undefined || finished.to !== undefined) yield (cap) => this.endedIn(c, cap);
    if (created.from !== undefined || created.to !== undefined)
      yield (cap) => {
        const { first, last } = this.idBounds(created);
        return last - first < cap
          ? this.ids("SELECT id FROM job WHERE id BETWEEN ? AND ?", first, last)
          : undefined;
      };
  }

  private inFewPlaces({ lanes, places }: Conditions, cap: number): number[] | undefined {
    const counted = lanes
      .map((t) => ({ t, n: places.reduce((n, p) => n + t[p], 0) }))
      .filter(({ n }) => n > 0);
    if (counted.reduce((sum, { n }) => sum + n, 0) > cap) return undefined;
    return counted.flatMap(({ t }) =>
      places
        .filter((p) => t[p] > 0)
        .flatMap((p) => segmentsOf(p, t.lane.id))
        .flatMap((s) => this.ids(`SELECT id FROM ${s.from}`, s.lane)),
    );
  }

  private endedIn({ lanes, places, finished }: Conditions, cap: number): number[] | undefined {
    const ids: number[] = [];
    for (const t of lanes)
      for (const place of places.filter(isEnded)) {
        if (t[place] === 0) continue;
        ids.push(
          ...this.ids(
            "SELECT id FROM finished WHERE lane = ? AND state = ? AND finished_at >= ? AND finished_at < ? LIMIT ?",
            t.lane.id,
            endedPlaces[place],
            finished.from ?? Number.MIN_SAFE_INTEGER,
            finished.to ?? Number.MAX_SAFE_INTEGER,
            cap + 1 - ids.length,
          ),
        );
        if (ids.length > cap) return undefined;
      }
    return ids;
  }

  private named(test: JobTest, cap: number): number[] | undefined {
    const upTo = cap + 1;
    switch (test.of) {
      case "any":
        return union(test.tests, cap, (one) => this.named(one, cap));
      case "id":
        return test.in;
      case "frozen":
        return this.ids("SELECT id FROM running WHERE frozen_at IS NOT NULL");
      case "fingerprint":
        return union(test.in, cap, (v) =>
          this.ids("SELECT id FROM finished WHERE fingerprint = ? LIMIT ?", v, upTo),
        );
      case "code":
        return union(test.in, cap, (v) => [
          ...this.ids("SELECT id FROM finished WHERE code = ? LIMIT ?", v, upTo),
          // `/` follows `.`.
          ...this.ids("SELECT id FROM finished WHERE code >= ? AND code < ? LIMIT ?", `${v}.`, `${v}/`, upTo),
        ]);
      case "label":
        return union(test.any, cap, (text) => this.text.labelled(text, cap));
      case "error":
        return union(test.any, cap, (text) => this.text.failedWith(text, cap));
      case "text":
        return union(test.any, cap, (text) => this.saying(text, cap));
      case "origin":
        if (test.in.some((v) => v.length < 16)) return undefined;
        return union(test.in, cap, (v) =>
          this.ids("SELECT id FROM job WHERE length(origin) >= 16 AND origin = ? LIMIT ?", v, upTo),
        );
      case "retries":
        if (test.ranges.some((r) => (r.from ?? 0) <= 0)) return undefined;
        return union(test.ranges, cap, (r) =>
          this.ids(
            "SELECT id FROM job WHERE retry_count > 0 AND retry_count >= ? AND retry_count < ? LIMIT ?",
            ...bounds(r),
            upTo,
          ),
        );
      case "runMs":
        if (test.ranges.some((r) => (r.from ?? 0) < longMs)) return undefined;
        return union(test.ranges, cap, (r) => [
          ...this.ids(
            `SELECT id FROM finished WHERE ${runMs} >= ${longMs} AND ${runMs} >= ? AND ${runMs} < ? LIMIT ?`,
            ...bounds(r),
            upTo,
          ),
          ...this.ids("SELECT id FROM running LIMIT ?", upTo),
        ]);
    }
    return undefined;
  }

  private saying(text: string, cap: number): number[] | undefined {
    const all = this.tally.all();
    const kinds = new Set(lanesOfKind(text, all));
    const lanes = all.filter((t) => kinds.has(t.lane.id));
    if (lanes.reduce((n, t) => n + sumOf(t), 0) > cap) return undefined;
    const ofKind = lanes.flatMap((t) => this.ids("SELECT id FROM job WHERE lane = ?", t.lane.id));
    const failed = this.text.failedWith(text, cap);
    const labelled = failed && this.text.labelled(text, cap);
    return failed && labelled && [...new Set([...ofKind, ...failed, ...labelled])];
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
    const isAll = c.rows.length === 0 && c.created.from === undefined && c.created.to === undefined;
    const ask = `SELECT j.id ${sql} AND j.id IN (SELECT value FROM json_each(?))`;
    for (const { segments, direction: way } of byId ? [this.lanesById(c, direction)] : this.parts(c, order))
      for (const window of this.lists.windows(segments, way, this.limits.window)) {
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
    const { first, last } = this.idBounds(c.created);
    const ask = `SELECT j.id ${sql} AND j.id >= ? AND j.id < ? ORDER BY j.id ${direction}`;
    const { window } = this.limits;
    if (direction === "ASC")
      for (let at = first; at <= last; at += window)
        yield this.ids(ask, ...args, at, Math.min(at + window, last + 1));
    else
      for (let at = last + 1; at > first; at -= window)
        yield this.ids(ask, ...args, Math.max(first, at - window), at);
  }

  /** Ids grow with time: the first and the last that were created in between. */
  private idBounds({ from, to }: Range): { first: number; last: number } {
    const { least, most } = this.sqlite
      .query(
        "SELECT (SELECT id FROM job ORDER BY id LIMIT 1) AS least, (SELECT id FROM job ORDER BY id DESC LIMIT 1) AS most",
      )
      .get() as { least: number | null; most: number | null };
    if (least === null || most === null) return { first: 1, last: 0 };
    return {
      first: from === undefined ? least : this.firstSince(from, least, most),
      last: to === undefined ? most : this.firstSince(to, least, most) - 1,
    };
  }

  private firstSince(t: number, least: number, most: number): number {
    const at = this.sqlite.query("SELECT id, created_at FROM job WHERE id >= ? ORDER BY id LIMIT 1");
    let low = least;
    let high = most + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = at.get(middle) as { id: number; created_at: number } | null;
      if (!row || row.created_at >= t) high = middle;
      else low = row.id + 1;
    }
    return low;
  }

  private sumIn(lanes: LaneTally[]): number {
    return lanes.reduce((sum, t) => sum + sumOf(t), 0);
  }

  private ids(sql: string, ...args: (string | number)[]): number[] {
    return (this.sqlite.query(sql).all(...args) as { id: number }[]).map((r) => r.id);
  }
}

/** Undefined as soon as one of them names too many. */
function union<T>(of: T[], cap: number, ids: (one: T) => number[] | undefined): number[] | undefined {
  const all = new Set<number>();
  for (const one of of) {
    const some = ids(one);
    if (!some) return undefined;
    for (const id of some) all.add(id);
    if (all.size > cap) return undefined;
  }
  return [...all];
}

function bounds({ from, to }: Range): [number, number] {
  return [from ?? Number.MIN_SAFE_INTEGER, to ?? Number.MAX_SAFE_INTEGER];
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
