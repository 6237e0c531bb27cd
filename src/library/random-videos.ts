// Videos drawn at random, the same ones for the same seed: by the smallest of a number that seed and id give, so that neither
// the draw nor a library of any size has to be in memory.

import { and, asc, eq, exists, gt, gte, isNull, lte, not, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { file, library } from "../db/tables/library.ts";
import { exported } from "../db/tables/media.ts";
import type { Orientation } from "../media/join-form.ts";

export interface Draw {
  count: number;
  seed: number;
  libraryId?: number | undefined;
  orientation?: Orientation | undefined;
  /** Seconds. */
  minDuration?: number | undefined;
  maxDuration?: number | undefined;
}

export interface Drawn {
  /** In the order of the draw. */
  ids: number[];
  /** How many fit. */
  candidates: number;
}

/**
 * Neither from the trash nor what is damaged or missing, nor what was compiled before. NSFW libraries only when one is asked for by name.
 */
export async function drawVideos(db: Db, draw: Draw): Promise<Drawn> {
  const where = fits(db, draw);
  let best: { id: number; rank: number }[] = [];
  let candidates = 0;
  for (let after = 0; ; ) {
    const rows = await db
      .select({ id: file.id })
      .from(file)
      .innerJoin(library, eq(library.id, file.libraryId))
      .where(and(where, gt(file.id, after)))
      .orderBy(asc(file.id))
      .limit(atOnce);
    candidates += rows.length;
    const ranked = rows.map(({ id }) => ({ id, rank: rankOf(draw.seed, id) }));
    best = [...best, ...ranked].sort((a, b) => a.rank - b.rank || a.id - b.id).slice(0, draw.count);
    if (rows.length < atOnce) return { ids: best.map(({ id }) => id), candidates };
    after = rows.at(-1)!.id;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const atOnce = 2000;

function fits(db: Db, { libraryId, orientation, minDuration, maxDuration }: Draw) {
  const wasMade = db.select({ one: sql`1` }).from(exported).where(eq(exported.fileId, file.id));
  return and(
    eq(file.type, "video"),
    eq(file.state, "ok"),
    isNull(file.trashedAt),
    gt(file.width, 0),
    gt(file.durationS, 0),
    libraryId === undefined ? eq(library.nsfw, false) : eq(file.libraryId, libraryId),
    minDuration === undefined ? undefined : gte(file.durationS, minDuration),
    maxDuration === undefined ? undefined : lte(file.durationS, maxDuration),
    orientation && shapes[orientation],
    not(exists(wasMade)),
  );
}

const shapes: Record<Orientation, ReturnType<typeof sql>> = {
  landscape: sql`${file.width} > ${file.height} * 1.05`,
  portrait: sql`${file.height} > ${file.width} * 1.05`,
  square: sql`${file.width} <= ${file.height} * 1.05 AND ${file.height} <= ${file.width} * 1.05`,
};

function rankOf(seed: number, id: number): number {
  return Bun.hash.murmur32v3(`${seed}:${id}`);
}
