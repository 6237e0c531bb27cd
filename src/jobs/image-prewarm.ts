// The sizes in which pictures are asked for over and over, made before anybody asks: for the newest pictures first, and only
// while half of the cache is free, so that nothing that people use has to make room.

import { and, desc, eq, isNull, lt } from "drizzle-orm";
import { z } from "zod";
import { file } from "../db/tables/library.ts";
import { roomToPrewarm, warmMark } from "../library/transform-cache.ts";
import type { JobKind } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { transformImage, transformParams } from "./image-transform.ts";
import { aboutFile, fileId } from "./input-file.ts";
import { givenUp } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "Picture", fileTypes: ["image"] }) });

/** As large screens and links in other programs ask for them; the grid's sizes are thumbnails of their own. */
export const standardVariants = [{ w: 320 }, { w: 1080 }, { w: 1920 }, { w: 1920, format: "jpeg" }] as const;

export const imagePrewarm: JobKind<z.output<typeof params>, Tools> = {
  name: "image-prewarm",
  label: "Image pre-warm",
  description: `Makes the usual sizes before anybody asks: ${standardVariants
    .map((v) => v.w)
    .filter((w, n, all) => all.indexOf(w) === n)
    .join(", ")} pixels`,
  queue: "maintenance",
  category: "cpu",
  params,
  stuckAfterS: 120,
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  backfillsItself: true,
  pending,
  async run({ tools, params, signal, progress, log, pausePoint }) {
    const asked = standardVariants.map((variant) =>
      transformParams.parse({ fileId: params.fileId, ...variant }),
    );
    if ((await roomToPrewarm(tools.paths)) <= 0)
      return { notNeeded: "Half of the cache is taken; the rest is for what people ask for." };
    for (const [n, one] of asked.entries()) {
      await pausePoint();
      signal.throwIfAborted();
      await transformImage(tools, one, signal);
      progress(((n + 1) / asked.length) * 100);
    }
    const [row] = await tools.db.select().from(file).where(eq(file.id, params.fileId));
    if (!row) throw new GiveUp("input.missing", "The file is gone.");
    await warmMark(tools.paths, row).set();
    log(`${asked.length} sizes are in the cache.`);
  },
};

/** As many of the newest as have room, by what such a picture takes. */
async function* pending(tools: Tools): AsyncIterable<{ fileId: number }> {
  if (!tools.prewarms) return;
  let room = await roomToPrewarm(tools.paths);
  for (let below = Number.MAX_SAFE_INTEGER; room > 0; ) {
    const rows = await tools.db
      .select({ id: file.id, sizeBytes: file.sizeBytes, mtimeMs: file.mtimeMs })
      .from(file)
      .where(and(lt(file.id, below), eq(file.type, "image"), eq(file.state, "ok"), isNull(file.trashedAt)))
      .orderBy(desc(file.id))
      .limit(200);
    const struckOut = await givenUp(
      tools,
      "image-prewarm",
      rows.map((row) => row.id),
    );
    for (const row of rows) {
      if (room <= 0 || struckOut.has(row.id) || (await warmMark(tools.paths, row).isSet())) continue;
      room -= usualBytes;
      yield { fileId: row.id };
    }
    if (rows.length < 200) return;
    below = rows.at(-1)!.id;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** All sizes of one photograph, on the average. */
const usualBytes = 900_000;
