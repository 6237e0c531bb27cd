// Takes the paths of new files into what search looks in, behind the newest: scans pay nothing. Until it has caught up,
// search looks at the rest itself. Moves and removals are followed by triggers.

import { eq, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { searchMark } from "../db/tables/search.ts";
import { piecesOf } from "../db/text-pieces.ts";
import type { Loop } from "../runtime/service.ts";

const batch = 500;

export function fileTextIndexer({ db }: { db: Db }): Loop {
  return {
    name: "file search index",
    everyMs: 2000,
    atStart: true,
    async step(signal) {
      while (!signal.aborted && (await takeIn(db))) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** False when it has caught up. Taking a path in again changes nothing, so that a break in between does no harm. */
async function takeIn(db: Db): Promise<boolean> {
  const from = await indexedTo(db);
  const [{ last, n } = { last: null, n: 0 }] = await db.all<{ last: number | null; n: number }>(
    sql`SELECT max(id) AS last, count(*) AS n FROM (SELECT id FROM file WHERE id > ${from} ORDER BY id LIMIT ${batch})`,
  );
  if (last === null) return false;
  await db.run(
    sql`INSERT OR REPLACE INTO file_text (rowid, path) SELECT id, path FROM file WHERE id > ${from} AND id <= ${last}`,
  );
  await db.update(searchMark).set({ at: last }).where(eq(searchMark.name, "file"));
  return n === batch;
}

/** Candidates whose path contains the text; undefined when there are more than `cap`, or it cannot be looked up. */
export async function filesAbout(db: Db, text: string, cap: number): Promise<number[] | undefined> {
  const pieces = piecesOf(text);
  if (!pieces) return undefined;
  const rows = await db.all<{ id: number }>(
    sql`SELECT * FROM (SELECT rowid AS id FROM file_text WHERE file_text MATCH ${pieces} LIMIT ${cap + 1})
      UNION ALL SELECT * FROM (SELECT id FROM file WHERE id > ${await indexedTo(db)} LIMIT ${cap + 1})`,
  );
  return rows.length > cap ? undefined : rows.map((row) => row.id);
}

async function indexedTo(db: Db): Promise<number> {
  const [row] = await db.select().from(searchMark).where(eq(searchMark.name, "file"));
  return row?.at ?? 0;
}
