// Rows of derivatives whose files are gone, as after a restore into another data folder: they go, so that what they stood for
// counts as lacking and is made again.

import { access } from "node:fs/promises";
import { asc, gt, inArray } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { derivative } from "../db/tables/library.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { derivativePath } from "./derivatives.ts";

const atOnce = 500;

/** Answers how many went. */
export async function dropLostDerivatives(db: Db, paths: DataPaths): Promise<number> {
  let removed = 0;
  for (let after = 0; ; ) {
    const rows = await db
      .select({ id: derivative.id, path: derivative.path })
      .from(derivative)
      .where(gt(derivative.id, after))
      .orderBy(asc(derivative.id))
      .limit(atOnce);
    if (rows.length === 0) return removed;
    after = rows.at(-1)!.id;
    const isLost = await Promise.all(
      rows.map((row) =>
        access(derivativePath(paths, row)).then(
          () => false,
          (error) => error.code === "ENOENT" || error.code === "ENOTDIR",
        ),
      ),
    );
    const lost = rows.filter((_, n) => isLost[n]).map((row) => row.id);
    if (lost.length > 0) await db.delete(derivative).where(inArray(derivative.id, lost));
    removed += lost.length;
  }
}
