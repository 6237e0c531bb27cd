// A filter and its terms as lanes, places, bounds and what is left to ask of each row, in SQL over `fromPlaces`.

import { anywhere } from "../db/text-pieces.ts";
import {
  endedPlaces,
  everyPlace,
  isEnded,
  matchesLane,
  type Place,
  placesIn,
  placeTest,
} from "./job-segments.sqlite.ts";
import type { JobFilter, LaneTally } from "./job-store.ts";
import { type JobTerm, type JobTest, type Range, textTerm } from "./job-term.ts";

export interface Conditions {
  lanes: LaneTally[];
  places: Place[];
  /** Whether places were named: then lists go by the places' own orders. */
  namesPlaces: boolean;
  /** When it was created and when it ended, in milliseconds. */
  created: Range;
  finished: Range;
  /** Terms that only a look at the row answers; none when a list answers it all. */
  rows: JobTerm[];
  where: string;
  args: (string | number)[];
}

export function conditionsOf(filter: JobFilter, all: LaneTally[]): Conditions {
  let lanes = all.filter(({ lane }) => matchesLane(filter, lane));
  let places = filter.status?.length ? placesIn(filter.status) : everyPlace;
  let namesPlaces = Boolean(filter.status?.length);
  let created: Range = {};
  let finished: Range = {};
  const rows: JobTerm[] = [];
  const where: string[] = [];
  const args: (string | number)[] = [];
  for (const term of termsOf(filter)) {
    const { not, test } = term;
    const ofLane = laneTest(test);
    if (ofLane) lanes = lanes.filter((t) => ofLane(t) !== not);
    else if (test.of === "status" || test.of === "cleared") {
      const named: Place[] = test.of === "cleared" ? ["cleared"] : placesIn(test.in);
      places = places.filter((p) => named.includes(p) !== not);
      namesPlaces = true;
    } else if (test.of === "created" && !not && test.ranges.length === 1)
      created = meet(created, test.ranges[0]!);
    else if (test.of === "finished" && !not && test.ranges.length === 1) {
      finished = meet(finished, test.ranges[0]!);
      places = places.filter(isEnded);
      namesPlaces = true;
    } else {
      const only = not ? undefined : placesOfTest[test.of];
      if (only) {
        places = places.filter((p) => only.includes(p));
        namesPlaces = true;
      }
      rows.push(term);
      const sql = rowTest(test, all, args);
      where.push(not ? `NOT coalesce(${sql}, 0)` : sql);
    }
  }
  if (filter.exceptIds?.length)
    where.push(`j.id NOT IN (${filter.exceptIds.map((e) => Number(e.id)).join(",")})`);
  return { lanes, places, namesPlaces, created, finished, rows, where: where.join(" AND ") || "1", args };
}

/** What no list answers: `subject` and `ids` are looked up, the rest asked of rows. */
function termsOf(filter: JobFilter): JobTerm[] {
  const terms = [...(filter.terms ?? [])];
  if (filter.text) terms.push(textTerm(filter.text));
  if (filter.fingerprint) terms.push({ not: false, test: { of: "fingerprint", in: [filter.fingerprint] } });
  if (filter.ids) terms.push({ not: false, test: { of: "id", in: filter.ids } });
  return terms;
}

/** What only failures have says where they stand. A cancelled job carries a code as well. */
const placesOfTest: Partial<Record<JobTest["of"], Place[]>> = {
  error: ["failed", "cleared"],
  fingerprint: ["failed", "cleared"],
  code: ["failed", "cleared", "cancelled"],
};

function laneTest(test: JobTest): ((t: LaneTally) => boolean) | undefined {
  switch (test.of) {
    case "queue":
      return ({ lane }) => test.in.includes(lane.queue);
    case "kind":
      return ({ lane }) => test.in.includes(lane.kind);
    case "category":
      return ({ lane }) => test.in.includes(lane.category);
    case "group":
      return ({ lane }) => test.in.includes(lane.group);
  }
  return undefined;
}

function meet(a: Range, b: Range): Range {
  const from = Math.max(a.from ?? Number.MIN_SAFE_INTEGER, b.from ?? Number.MIN_SAFE_INTEGER);
  const to = Math.min(a.to ?? Number.MAX_SAFE_INTEGER, b.to ?? Number.MAX_SAFE_INTEGER);
  return {
    ...(from > Number.MIN_SAFE_INTEGER ? { from } : {}),
    ...(to < Number.MAX_SAFE_INTEGER ? { to } : {}),
  };
}

const likeText = "LIKE ? ESCAPE '\\'";
const failed = `f.state IN (${endedPlaces.failed}, ${endedPlaces.cleared})`;

/** Puts its arguments in the order of its question marks. */
function rowTest(test: JobTest, all: LaneTally[], args: (string | number)[]): string {
  const anyOf = <T>(values: T[], sql: (value: T) => string) =>
    values.length === 0 ? "0" : `(${values.map(sql).join(" OR ")})`;
  const put = (sql: string, ...values: (string | number)[]) => {
    args.push(...values);
    return sql;
  };
  const ofLane = laneTest(test);
  if (ofLane)
    return `j.lane IN (${all
      .filter(ofLane)
      .map((t) => t.lane.id)
      .join(",")})`;
  switch (test.of) {
    case "label":
      return anyOf(test.any, (t) => put(`j.subject_label ${likeText}`, anywhere(t)));
    case "error":
      return anyOf(test.any, (t) => put(`(${failed} AND f.message ${likeText})`, anywhere(t)));
    case "text":
      return anyOf(test.any, (t) => {
        const like = anywhere(t);
        const lanes = lanesOfKind(t, all);
        return put(
          `(j.subject_label ${likeText} OR (${failed} AND f.message ${likeText}) OR j.lane IN (${lanes.join(",")}))`,
          like,
          like,
        );
      });
    case "worker":
      return anyOf(test.any, (t) => {
        const like = anywhere(t);
        return put(
          `(r.worker ${likeText} OR f.worker ${likeText} OR EXISTS (SELECT 1 FROM attempt a WHERE a.job = j.id AND a.worker ${likeText}))`,
          like,
          like,
          like,
        );
      });
    case "id":
      return put("j.id IN (SELECT value FROM json_each(?))", JSON.stringify(test.in));
    case "origin":
      return anyOf(test.in, (v) => put("j.origin = ?", v));
    case "fingerprint":
      return anyOf(test.in, (v) => put("f.fingerprint = ?", v));
    case "code":
      return anyOf(test.in, (v) =>
        put("(f.code = ? OR f.code LIKE ? ESCAPE '\\')", v, `${anywhere(v).slice(1, -1)}.%`),
      );
    case "priority":
      return rangesOf(test.ranges, "j.priority", args);
    case "retries":
      return rangesOf(test.ranges, "j.retry_count", args);
    case "created":
      return rangesOf(test.ranges, "j.created_at", args);
    case "finished":
      return rangesOf(test.ranges, "f.finished_at", args);
    case "runMs":
      return rangesOf(
        test.ranges,
        `coalesce(f.finished_at - f.started_at - f.frozen_ms, ${Number(test.now)} - r.started_at - r.frozen_ms)`,
        args,
      );
    case "any":
      return anyOf(test.tests, (one) => rowTest(one, all, args));
    case "status":
      return anyOf(placesIn(test.in), (place) => placeTest[place]);
    case "cleared":
      return placeTest.cleared;
    case "backfill":
      return "j.backfill = 1";
    case "frozen":
      return "r.frozen_at IS NOT NULL";
  }
  throw new Error(`${test.of} is asked of lanes`);
}

/** Lanes whose kind's name contains the word. */
export function lanesOfKind(text: string, all: LaneTally[]): number[] {
  const word = text.toLowerCase();
  return all.filter(({ lane }) => lane.kind.toLowerCase().includes(word)).map(({ lane }) => lane.id);
}

function rangesOf(ranges: Range[], sql: string, args: (string | number)[]): string {
  const each = ranges.map(({ from, to }) => {
    const bounds: string[] = [];
    if (from !== undefined) {
      bounds.push(`${sql} >= ?`);
      args.push(from);
    }
    if (to !== undefined) {
      bounds.push(`${sql} < ?`);
      args.push(to);
    }
    return bounds.join(" AND ") || "1";
  });
  return each.length === 0 ? "0" : `(${each.map((e) => `(${e})`).join(" OR ")})`;
}
