// Files that lack a result, for Run, backfills and auto-scan: in the order of their ids, a stretch at a time, so that neither
// a million rows are in memory nor a million files looked through before anything else gets its turn.

import { and, asc, between, eq, gt, gte, inArray, isNull, notExists, type SQL, sql } from "drizzle-orm";
import {
  backfillStrike,
  derivative,
  type FileRow,
  type FileState,
  type FileType,
  file,
} from "../db/tables/library.ts";
import { type FingerprintType, fingerprint } from "../db/tables/media.ts";
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
  suits?: (row: Pick<FileRow, "id" | "codecs" | "mimeType" | "metadata">) => boolean;
  /** Without it `suits` gets none: it is by far the longest part of a row. */
  readsMetadata?: boolean;
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
        gte(backfillStrike.strikes, maxStrikes),
      ),
    );
  const none = sql<null>`null`;
  for (let after = 0; ; ) {
    const [next] = await db
      .select({ id: file.id })
      .from(file)
      .where(gt(file.id, after))
      .orderBy(asc(file.id))
      .limit(1);
    if (!next) return;
    const last = next.id + idsAtOnce - 1;
    const rows = await db
      .select({
        id: file.id,
        codecs: file.codecs,
        mimeType: file.mimeType,
        metadata: lacking.readsMetadata ? file.metadata : none,
      })
      .from(file)
      .where(
        and(
          between(file.id, next.id, last),
          inArray(file.type, lacking.types),
          inArray(file.state, lacking.states ?? ["ok"]),
          isNull(file.trashedAt),
          lacking.where,
          notExists(struckOut),
        ),
      )
      .orderBy(asc(file.id));
    for (const row of rows) if (lacking.suits?.(row) ?? true) yield { fileId: row.id };
    after = last;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Which of these files a backfill has failed on three times. */
export async function givenUp(
  { db }: Pick<Tools, "db">,
  kind: string,
  fileIds: number[],
): Promise<Set<number>> {
  if (fileIds.length === 0) return new Set();
  const rows = await db
    .select({ id: backfillStrike.fileId })
    .from(backfillStrike)
    .where(
      and(
        inArray(backfillStrike.fileId, fileIds),
        eq(backfillStrike.kind, kind),
        gte(backfillStrike.strikes, maxStrikes),
      ),
    );
  return new Set(rows.map((row) => row.id));
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

/** The condition of lacking a fingerprint. */
export function lacksFingerprint({ db }: Pick<Tools, "db">, type: FingerprintType): SQL {
  return notExists(
    db
      .select({ id: fingerprint.fileId })
      .from(fingerprint)
      .where(and(eq(fingerprint.fileId, file.id), eq(fingerprint.type, type))),
  );
}

const idsAtOnce = 2000;
export const maxStrikes = 3;
