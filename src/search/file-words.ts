// What a search of files may name, as it is now. What only suggestions need is asked for when somebody types there, of the
// newest files: they tell enough, and looking through all of them takes too long.

import { asc, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { library } from "../db/tables/library.ts";
import { failureCodes } from "../jobs/failures.ts";
import type { Catalogue } from "../queue/kind.ts";
import type { FileWords } from "./file-fields.ts";
import type { Choice } from "./query.ts";

const newest = 2000;

/** Without what only files of the `hidden` libraries say. */
export async function fileWords(
  db: Db,
  catalogue: Catalogue<any>,
  hidden: number[] = [],
): Promise<FileWords> {
  // A plus keeps the order's index.
  const shown = hidden.length > 0 ? sql`WHERE +library_id NOT IN ${hidden}` : sql``;
  const libraries = await db
    .select({ id: library.id, name: library.name })
    .from(library)
    .orderBy(asc(library.name));
  const values = async (value: ReturnType<typeof sql>) => {
    const rows = await db.all<{ value: string | null }>(
      sql`SELECT ${value} AS value FROM (SELECT name, camera, codecs FROM file ${shown} ORDER BY id DESC LIMIT ${newest})
        GROUP BY 1 ORDER BY count(*) DESC LIMIT 50`,
    );
    return rows.flatMap((row) => (row.value ? [{ value: row.value }] : []));
  };
  return {
    libraries: libraries.filter(({ id }) => !hidden.includes(id)),
    derivatives: [...new Set(catalogue.kinds.flatMap((kind) => kind.makes ?? []))],
    codes: async () => Object.keys(failureCodes).map((value) => ({ value })),
    tags: async () =>
      await db.all<Choice>(
        sql`SELECT tag AS value FROM (SELECT id FROM file ${shown} ORDER BY id DESC LIMIT ${newest}) AS recent
          JOIN file_tag ON file_tag.file_id = recent.id GROUP BY tag ORDER BY count(*) DESC LIMIT 50`,
      ),
    cameras: () => values(sql`camera ->> 'model'`),
    extensions: () => values(sql`lower(replace(name, rtrim(name, replace(name, '.', '')), ''))`),
    codecs: async () => {
      const all = [
        ...(await values(sql`codecs ->> 'video'`)),
        ...(await values(sql`codecs ->> 'audio'`)),
        ...(await values(sql`codecs ->> 'container'`)),
      ];
      return [...new Map(all.map((c) => [c.value, c])).values()];
    },
  };
}
