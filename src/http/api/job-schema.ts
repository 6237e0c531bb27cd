// The Job of the API, as its document describes it. `job-view.ts` makes it.

import { z } from "@hono/zod-openapi";
import { categories, jobStatuses } from "../../queue/job.ts";

const failure = z.object({ code: z.string(), message: z.string() });
const count = z.number().int();

export const jobSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    kind: z.string(),
    label: z.string(),
    queue: z.string(),
    status: z.enum(jobStatuses),
    progress: z.number().nullable(),
    etaS: z.number().nullable(),
    priority: z.number().int(),
    queuePosition: z.number().nullable(),
    waitingReason: z.string().nullable(),
    resourceCategory: z.enum(categories),
    vramRequired: z.number(),
    params: z.record(z.string(), z.unknown()),
    target: z.object({
      type: z.string(),
      id: z.string().nullable(),
      label: z.string(),
      path: z.string().nullable(),
    }),
    retryCount: z.number().int(),
    maxRetries: z.number().int(),
    retryAfter: z.string().nullable(),
    runAt: z.string().nullable(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    completedAt: z.string().nullable(),
    durationS: z.number().nullable(),
    worker: z.string().nullable(),
    stuck: z.boolean(),
    outcomeNote: z.string().nullable(),
    acknowledgedAt: z.string().nullable(),
    failure: failure.extend({ hint: z.string().nullable() }).nullable(),
  })
  .openapi("Job");

const attemptSchema = z
  .object({
    number: z.number().int(),
    startedAt: z.string(),
    finishedAt: z.string().nullable(),
    outcome: z.enum(["running", "completed", "not_needed", "failed", "cancelled", "orphaned", "handed_back"]),
    failure: failure.nullable(),
    worker: z.string(),
  })
  .openapi("Attempt");

export const jobDetailSchema = jobSchema
  .extend({ log: z.string(), attempts: z.array(attemptSchema.extend({ log: z.string() })) })
  .openapi("JobDetail");

/** One line of a file's history. */
export const pastJobSchema = jobSchema.extend({ attempts: z.array(attemptSchema) }).openapi("PastJob");

export const jobStatsSchema = z
  .object({
    pending: count,
    queued: count,
    running: count,
    completed: count,
    failed: count,
    unacknowledged: count.openapi({ description: "Failed, and nobody has cleared it" }),
    cancelled: count,
    paused: count,
    delayed: count,
    totalVramUsed: z.number().openapi({ description: "MB" }),
    totalVramAvailable: z.number().openapi({ description: "MB" }),
    averageProcessingTime: z.number().openapi({ description: "Seconds, over the newest completed runs" }),
    jobsByType: z.record(z.string(), count),
  })
  .openapi("JobStats");
