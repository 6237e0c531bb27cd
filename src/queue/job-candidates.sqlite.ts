// Which few jobs could match a search, where an index can name them: hits of text, a cause, a small place, long runs, a
// stretch of time. Whoever asks looks at each of them.

import type { Database } from "bun:sqlite";
import { type Conditions, lanesOfKind } from "./job-conditions.sqlite.ts";
import { endedPlaces, isEnded, segmentsOf, sumOf } from "./job-segments.sqlite.ts";
import type { JobFilter } from "./job-store.ts";
import type { JobTest, Range } from "./job-term.ts";
import { JobText } from "./job-text.sqlite.ts";
import type { Tallies } from "./tallies.sqlite.ts";

/** How long a run took, as the index of long runs has it. */
export const runMs = "finished_at - started_at - frozen_ms";
/** The least that index holds. */
export const longMs = 60_000;

export class JobCandidates {
  readonly text: JobText;

  /** `most`: more than so many are not few. */
  constructor(
    private readonly sqlite: Database,
    private readonly tally: Tallies,
    private readonly most: number,
  ) {
    this.text = new JobText(sqlite);
  }

  /** Undefined when no index names few. Each source need only better the best so far. */
  of(filter: JobFilter, c: Conditions): number[] | undefined {
    if (filter.subject) return this.about(filter.subject.type, filter.subject.id);
    if (filter.ids) return filter.ids;
    let best: number[] | undefined;
    for (const source of this.sources(c)) {
      const cap = best ? best.length - 1 : this.most;
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

  /** Ids grow with time: the first and the last that were created in between. */
  idBounds({ from, to }: Range): { first: number; last: number } {
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
