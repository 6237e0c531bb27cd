// The files that a rule matches, in stretches of ids, so that neither many rows are in memory nor anybody waits; and a look
// at the first of them before anybody keeps the rule.

import { and, isNull, notInArray, type SQL, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { file } from "../db/tables/library.ts";

export interface Stretch {
  /** Ids greater than `after`, up to `last`. */
  after: number;
  last: number;
  /** The greatest id there is. */
  end: number;
  matches: { id: number; capturedAt: number | null }[];
}

const idsAtOnce = 2000;

/** The trash is left out. */
export async function* matchesOf(db: Db, condition: SQL, hidden: number[] = []): AsyncIterable<Stretch> {
  const [{ end } = { end: 0 }] = await db
    .select({ end: sql<number>`coalesce(max(${file.id}), 0)` })
    .from(file);
  for (let after = 0; after < end; after += idsAtOnce) {
    const last = Math.min(end, after + idsAtOnce);
    const matches = await db
      .select({ id: file.id, capturedAt: sql<number | null>`${file.capturedAt}` })
      .from(file)
      .where(
        and(
          sql`${file.id} > ${after} AND ${file.id} <= ${last}`,
          isNull(file.trashedAt),
          hidden.length > 0 ? notInArray(file.libraryId, hidden) : undefined,
          condition,
        ),
      );
    yield { after, last, end, matches };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export interface Look {
  total: number;
  /** There are more: it stopped counting. */
  isLeast: boolean;
  /** The newest captures. */
  first: number[];
}

export async function lookAtMatches(
  db: Db,
  condition: SQL,
  hidden: number[],
  most = 12,
  ms = 3000,
): Promise<Look> {
  const since = performance.now();
  let total = 0;
  let newest: Stretch["matches"] = [];
  for await (const { matches } of matchesOf(db, condition, hidden)) {
    total += matches.length;
    newest = [...newest, ...matches]
      .sort((a, b) => (b.capturedAt ?? 0) - (a.capturedAt ?? 0) || b.id - a.id)
      .slice(0, most);
    if (performance.now() - since > ms) return { total, isLeast: true, first: newest.map((one) => one.id) };
  }
  return { total, isLeast: false, first: newest.map((one) => one.id) };
}
