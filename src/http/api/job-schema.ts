// The Job of the API, as its document describes it. `job-view.ts` makes it.

import { z } from "@hono/zod-openapi";
import { categories, jobStatuses } from "../../queue/job.ts";

const failure = z.object({ code: z.string(), message: z.string() });
const count = z.number().int();
const secondsRange = z.object({ lowS: z.number(), highS: z.number() });

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
    etaRange: secondsRange.nullable().openapi({
      description: "Of a running job, from its own pace and from how long its kind takes",
    }),
    priority: z.number().int(),
    queuePosition: z.number().nullable(),
    queuePositionIsLeast: z
      .boolean()
      .openapi({ description: "It stands there or behind: nobody counts further" }),
    waitingReason: z.string().nullable(),
    waitingCode: z.string().nullable(),
    waitingReasons: z
      .array(z.object({ code: z.string(), text: z.string() }))
      .openapi({ description: "All that keeps it from starting, in the order in which it must pass" }),
    startsIn: secondsRange
      .nullable()
      .openapi({ description: "When it should start; null when nobody can say" }),
    startsAt: z.string().nullable().openapi({ description: "Where only the clock keeps it" }),
    frozen: z.boolean().openapi({ description: "It runs, but its processes were stopped where they are" }),
    frozenS: z.number(),
    pausedBy: z.string().nullable(),
    pausedSince: z.string().nullable(),
    pausedUntil: z.string().nullable(),
    pausedUntilPlaybackEnds: z.boolean(),
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
    fingerprint: z.string().nullable().openapi({ description: "Failures of one cause share it" }),
    failure: failure.extend({ hint: z.string().nullable() }).nullable(),
  })
  .openapi("Job");

const personsAct = z.object({
  at: z.string(),
  actor: z.string().nullable().openapi({ description: "An e-mail address; null for the server itself" }),
  action: z.string(),
  detail: z.unknown(),
});

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
export const pastJobSchema = jobSchema
  .extend({
    attempts: z.array(attemptSchema.extend({ durationS: z.number().nullable(), logTail: z.string() })),
    outputs: z
      .array(
        z.object({
          kind: z.string(),
          variant: z.string(),
          sizeBytes: z.number(),
          createdAt: z.string(),
          url: z.string(),
        }),
      )
      .openapi({ description: "What it made that has not been replaced since" }),
    actions: z.array(personsAct).openapi({ description: "What people did to the job" }),
  })
  .openapi("PastJob");

/** What belongs to the file's life beside its jobs. */
export const fileLifeSchema = z.object({
  actions: z.array(personsAct).openapi({ description: "What people did to the file itself" }),
  events: z
    .array(
      z.object({
        at: z.string(),
        event: z.string(),
        jobId: z.string().nullable(),
        actor: z.string().nullable(),
        detail: z.string().nullable(),
      }),
    )
    .openapi({ description: "What happened to it: quarantined, released, stuck" }),
  formerPlaces: z
    .array(z.object({ library: z.string(), path: z.string(), firstSeen: z.string(), lastSeen: z.string() }))
    .openapi({ description: "Where the same content stood before" }),
  copies: z
    .array(
      z.object({
        id: z.string(),
        library: z.string(),
        path: z.string(),
        trashed: z.boolean(),
        url: z.string(),
      }),
    )
    .openapi({ description: "Other files with the same content, which have lives of their own" }),
});

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
