// A picture on demand: from the cache, else by a job that the caller waits for, else, when the queue can't be reached, here
// and now (A15).

import type { FileRow } from "../../db/tables/library.ts";
import { failureCodes } from "../../jobs/failures.ts";
import {
  cachedTransform,
  type Transformed,
  transformImage,
  transformParams,
} from "../../jobs/image-transform.ts";
import { awaitJob } from "../../queue/await-job.ts";
import type { Failure } from "../../queue/job.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import type { App } from "../context.ts";
import { z } from "./describe.ts";
import { knownFault } from "./known-fault.ts";

const side = z.coerce.number().int().min(1).max(4096).optional();

export const transformQuery = z.object({
  w: side,
  h: side,
  fit: z.enum(["cover", "contain", "fill", "inside", "outside"]).optional(),
  format: z.enum(["webp", "jpeg", "png", "avif"]).optional(),
  q: z.coerce.number().int().min(1).max(100).optional(),
});

const patienceMs = 30_000;

export async function transformFile(
  app: App,
  row: FileRow,
  { q, ...query }: z.output<typeof transformQuery>,
  signal: AbortSignal,
): Promise<Transformed> {
  if (row.type !== "image")
    throw new Refused(422, "input.unsupported", `${row.name} is no picture.`, {
      hint:
        row.type === "video"
          ? `Its poster is at ${app.config.basePath}/api/files/${row.id}/thumbnail.`
          : "Audio files have none.",
    });
  const params = transformParams.parse({ fileId: row.id, ...query, quality: q });
  const cached = await cachedTransform(app.tools, params);
  if (cached) return cached;
  const fault = await knownFault(app, row);
  if (fault) throw refusal(fault);
  const jobId = await enqueue(app, params);
  if (jobId === undefined) return await transformImage(app.tools, params, signal);
  const job = await awaitJob(app, jobId, patienceMs);
  if (job?.failure) throw refusal(job.failure);
  const made = await cachedTransform(app.tools, params);
  if (made) return made;
  throw new Refused(503, "transform.slow", `The picture was not ready after ${patienceMs / 1000} s.`, {
    hint: "Its job goes on; ask again in a moment. A paused imageproxy queue makes none.",
    retryAfterS: 5,
  });
}

function refusal({ code, message }: Failure): Refused {
  const hint = failureCodes[code]?.nextStep;
  return new Refused(code.startsWith("input.") ? 422 : 503, code, message, { hint });
}

/** Undefined when the queue can't be reached. What the queue turns down is not that. */
async function enqueue(app: App, params: z.output<typeof transformParams>): Promise<number | undefined> {
  try {
    return (await app.queue.enqueue("image-transform", params, { priority: 1, origin: "transform" })).id;
  } catch (error) {
    if (error instanceof Refused || error instanceof NotFound) throw error;
    app.log.warn("The queue can't be reached; transforming inline", { error });
    return undefined;
  }
}
