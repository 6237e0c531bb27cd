// Files that lack a result, for Run, backfills and auto-scan: in the order of their ids, a page at a time, so that a million
// files need no million rows in memory.

import { and, asc, eq, gt, gte, inArray, isNull, notExists, type SQL } from "drizzle-orm";
import {
  backfillStrike,
  derivative,
  type FileRow,
  type FileState,
  type FileType,
  file,
} from "../db/tables/library.ts";
import type { Tools } from "./tools.ts";

export interface Lacking {
  /** The job kind, whose strikes count. */
  kind: string;
  types: FileType[];
  /** Default: only files that are ok. */
  states?: FileState[];
  /** True for files that lack the result. */
  where: SQL | undefined;
  /** What SQL cannot say in the same words on every engine. */
  suits?: (row: Pick<FileRow, "id" | "codecs">) => boolean;
}

/** Leaves out the trash, and files that a backfill has failed on three times. */
export async function* pendingFiles(
  { db }: Pick<Tools, "db">,
  lacking: Lacking,
): AsyncIterable<{ fileId: number }> {
  const struckOut = db
    .select({ fileId: backfillStrike.fileId })
    .from(backfillStrike)
    .where(
      and(
        eq(backfillStrike.fileId, file.id),
        eq(backfillStrike.kind, lacking.kind),
        gte(backfillStrike.strikes, 3),
      ),
    );
  for (let after = 0; ; ) {
    const rows = await db
      .select({ id: file.id, codecs: file.codecs })
      .from(file)
      .where(
        and(
          gt(file.id, after),
          inArray(file.type, lacking.types),
          inArray(file.state, lacking.states ?? ["ok"]),
          isNull(file.trashedAt),
          lacking.where,
          notExists(struckOut),
        ),
      )
      .orderBy(asc(file.id))
      .limit(pageRows);
    for (const row of rows) if (lacking.suits?.(row) ?? true) yield { fileId: row.id };
    if (rows.length < pageRows) return;
    after = rows.at(-1)!.id;
  }
}

/** The condition of lacking a derivative. */
export function lacksDerivative({ db }: Pick<Tools, "db">, kind: string, variant: string): SQL {
  return notExists(
    db
      .select({ id: derivative.id })
      .from(derivative)
      .where(and(eq(derivative.fileId, file.id), eq(derivative.kind, kind), eq(derivative.variant, variant))),
  );
}

const pageRows = 500;
