// Queues and what one does to a whole queue: /api/status, /api/queues, /api/actions.

import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { recordEvent } from "../../history/event-log.ts";
import type { Move } from "../../queue/job.ts";
import { everyQueue, type JobFilter } from "../../queue/job-store.ts";
import { pauseQueue, resumeEverything, resumeQueue } from "../../queue/pausing.ts";
import { NotFound } from "../../runtime/errors.ts";
import { version } from "../../runtime/version.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { answers, apiRoutes } from "./describe.ts";
import {
  endInWords,
  namedEnd,
  type PauseBody,
  pauseEndOf,
  pauseFields,
  queuePauseFields,
  refuse,
} from "./pause-body.ts";
import { queueViews } from "./queue-view.ts";

const queueSchema = z
  .object({
    name: z.string(),
    section: z.string(),
    description: z.string(),
    state: z.enum(["running", "paused", "stalled", "idle"]),
    isPaused: z.boolean(),
    pausedSince: z.string().nullable(),
    pausedUntil: z.string().nullable(),
    pausedUntilPlaybackEnds: z.boolean(),
    pausedBy: z.string().nullable(),
    pauseMode: z.enum(["drain", "freeze"]).nullable(),
    isEverythingPaused: z.boolean(),
    waiting: z.number(),
    active: z.number(),
    delayed: z.number(),
    paused: z.number(),
    failed: z.number(),
    completed: z.number(),
    cancelled: z.number(),
    rate: z.number(),
    eta: z.number().nullable(),
    etaRange: z.object({ lowS: z.number(), highS: z.number() }).nullable(),
    oldestWaitingS: z.number().nullable(),
    averageRunMs: z.number().nullable(),
    lastCompletedAt: z.string().nullable(),
    concurrency: z.number(),
    weight: z.number(),
    kinds: z.array(z.string()),
    stuckJobs: z.array(
      z.object({
        jobId: z.string(),
        ageSeconds: z.number(),
        silentSeconds: z.number(),
        assetId: z.string().nullable(),
        assetPath: z.string(),
      }),
    ),
  })
  .openapi("Queue");

const statusSchema = z
  .object({
    connected: z.boolean(),
    version: z.string(),
    queues: z.number().int(),
    totalWaiting: z.number().int(),
    totalActive: z.number().int(),
    stuckJobs: z.number().int(),
    workers: z.number().int(),
    paused: z.boolean().openapi({ description: "Every queue is" }),
  })
  .openapi("Status");

/** Null is the catalogue's. */
export const tuningFields = {
  concurrency: z.number().int().min(1).max(64).nullable().optional(),
  weight: z.number().positive().max(1000).nullable().optional(),
};
const nameParam = z.object({ name: z.string() });
const counted = z.record(z.string(), z.number());
const tags = ["Queues"];
export function queuesApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/status",
      tags,
      summary: "The server at a glance",
      responses: { 200: answers(statusSchema, "Totals") },
    }),
    async (c) => c.json(await serverStatus(app), 200),
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/queues",
      tags,
      summary: "Every queue",
      responses: { 200: answers(z.array(queueSchema), "The queues in catalogue order") },
    }),
    async (c) => c.json(await queueViews(app), 200),
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/queues/{name}",
      tags,
      summary: "One queue",
      request: { params: nameParam },
      responses: { 200: answers(queueSchema, "The queue") },
    }),
    async (c) => c.json(await oneQueue(app, c.req.valid("param").name), 200),
  );

  api.openapi(
    createRoute({
      method: "patch",
      path: "/api/queues/{name}",
      tags,
      summary: "Pause, resume or tune a queue",
      request: {
        params: nameParam,
        body: {
          content: {
            "application/json": {
              schema: z.strictObject({
                isPaused: z.boolean().optional(),
                ...queuePauseFields,
                ...tuningFields,
              }),
            },
          },
        },
      },
      responses: { 200: answers(queueSchema, "The queue afterwards") },
    }),
    async (c) => {
      const { name } = c.req.valid("param");
      const patch = c.req.valid("json");
      await changeQueue(app, name, patch, c.var.identity!.user.name);
      await audit(app, c.var.identity!.user.id, "queue.change", `queue:${name}`, patch);
      return c.json(await oneQueue(app, name), 200);
    },
  );

  for (const [action, summary] of Object.entries(queueActions))
    api.openapi(
      createRoute({
        method: "post",
        path: `/api/queues/{name}/${action}`,
        tags,
        summary,
        request: { params: nameParam },
        responses: { 200: answers(counted, "How many") },
      }),
      async (c) => {
        const { name } = c.req.valid("param");
        const answer = await actOnQueue(app, name, action as QueueAction, c.var.identity!.user);
        return c.json(answer, 200);
      },
    );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/actions/kill-all",
      tags,
      summary: "Cancel every running job",
      responses: { 200: answers(counted, "How many") },
    }),
    async (c) => c.json({ cancelled: await killAll(app, c.var.identity!.user) }, 200),
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/actions/pause-all",
      tags,
      summary: "Pause everything",
      request: {
        body: {
          required: false,
          content: { "application/json": { schema: z.strictObject(pauseFields).optional() } },
        },
      },
      responses: { 200: answers(counted, "How many queues") },
    }),
    async (c) => {
      const body = (c.req.valid("json") as PauseBody | undefined) ?? {};
      return c.json({ queues: await pauseAll(app, body, c.var.identity!.user) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/actions/resume-all",
      tags,
      summary: "Resume everything, queues that were paused by themselves too",
      responses: { 200: answers(counted, "How many queues") },
    }),
    async (c) => c.json({ queues: await resumeAll(app, c.var.identity!.user) }, 200),
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/actions/restart-workers",
      tags,
      summary: "Hand everything that runs back, and start anew",
      responses: { 200: answers(counted, "How many runs were handed back") },
    }),
    async (c) => c.json({ handedBack: await restartWorkers(app, c.var.identity!.user) }, 200),
  );

  return api;
}

export const queueActions = {
  run: "Enqueue what the queue's kinds find missing",
  cancel: "Cancel everything in the queue, running jobs too",
  "clear-failed": "Acknowledge the queue's failures: the jobs stay, the count goes to zero",
  "retry-failed": "Retry the queue's failed jobs",
  purge: "Remove the queue's pending, delayed, paused and ended jobs; what runs or stands frozen stays",
} as const;
export type QueueAction = keyof typeof queueActions;

const bulk: Record<
  Exclude<QueueAction, "run">,
  { status: NonNullable<JobFilter["status"]>; verb: Move; answer: string }
> = {
  cancel: { status: ["pending", "running", "paused"], verb: "cancel", answer: "cancelled" },
  "clear-failed": { status: ["unacknowledged"], verb: "acknowledge", answer: "cleared" },
  "retry-failed": { status: ["unacknowledged"], verb: "retry", answer: "retried" },
  purge: {
    status: ["pending", "completed", "failed", "cancelled"],
    verb: "remove",
    answer: "purged",
  },
};

export async function actOnQueue(
  app: App,
  name: string,
  action: QueueAction,
  user: { id: string; name: string },
  /** Purges these alone. */
  only?: PurgeState,
): Promise<Record<string, number>> {
  await knownQueue(app, name);
  const answer =
    action === "run"
      ? await app.queue.runQueue(name, user.id)
      : { [bulk[action].answer]: await moveQueue(app, name, action, user.name, only) };
  app.events.publish({ topic: "queue", queue: name });
  await audit(app, user.id, `queue.${action}`, `queue:${name}`, only ? { ...answer, only } : answer);
  return answer;
}

/** What a purge may be narrowed to. */
export const purgeStates = ["waiting", "delayed", "paused", "failed", "completed", "cancelled"] as const;
export type PurgeState = (typeof purgeStates)[number];

async function moveQueue(
  app: App,
  name: string,
  action: Exclude<QueueAction, "run">,
  by: string,
  only?: PurgeState,
) {
  const { status, verb } = bulk[action];
  const asked = only === undefined ? status : only === "paused" ? [] : [only];
  const moved = asked.length === 0 ? 0 : await app.queue.moveAll({ queue: [name], status: asked }, verb, by);
  if (action !== "purge" || (only !== undefined && only !== "paused")) return moved;
  // What stands frozen, be it to yield to a player, is running work and stays.
  const paused: JobFilter = { queue: [name], status: ["paused"], terms: [{ ...frozen, not: true }] };
  return moved + (await app.queue.moveAll(paused, verb, by));
}

const frozen = { not: false, test: { of: "frozen" as const } };

export async function killAll(app: App, user: { id: string; name: string }): Promise<number> {
  // What stands frozen has its processes still.
  const cancelled =
    (await app.queue.moveAll({ status: ["running"] }, "cancel", user.name)) +
    (await app.queue.moveAll({ status: ["paused"], terms: [frozen] }, "cancel", user.name));
  await audit(app, user.id, "jobs.kill-all", undefined, { cancelled });
  return cancelled;
}

export interface QueueChange extends PauseBody {
  isPaused?: boolean;
  concurrency?: number | null;
  weight?: number | null;
}

/** Naming an end or a mode pauses too. */
export async function changeQueue(app: App, name: string, change: QueueChange, by: string): Promise<void> {
  await knownQueue(app, name);
  const now = app.clock.now();
  const ends = pauseEndOf(app, change);
  const { isPaused, concurrency, weight } = change;
  const isResumed = isPaused === false;
  const isPausedNow = !isResumed && (isPaused || ends !== null || change.mode !== undefined);
  if (isResumed) {
    if (ends !== null || change.mode)
      refuse(namedEnd(change) ?? "mode", "A queue cannot be resumed and paused at once.");
    await resumeQueue(app.store, name, await queueNames(app), now);
  } else if (isPausedNow) await pauseQueue(app.store, name, { by, ends, mode: change.mode ?? "drain" }, now);
  if (concurrency !== undefined || weight !== undefined)
    await app.store.setQueueState({
      queue: name,
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(weight === undefined ? {} : { weight }),
    });
  // The worker first: a history that cannot be written must not keep the change from it.
  app.events.publish({ topic: "queue", queue: name });
  if (isResumed) await recordEvent(app, { event: "resumed", queue: name, actor: by });
  if (isPausedNow)
    await recordEvent(app, { event: "paused", queue: name, actor: by, detail: endInWords(ends) });
}

export async function pauseAll(app: App, body: PauseBody, user: { id: string; name: string }) {
  const ends = pauseEndOf(app, body);
  await pauseQueue(
    app.store,
    everyQueue,
    { by: user.name, ends, mode: body.mode ?? "drain" },
    app.clock.now(),
  );
  app.events.publish({ topic: "queue", queue: everyQueue });
  await recordEvent(app, { event: "paused", actor: user.name, detail: endInWords(ends) });
  await audit(app, user.id, "queues.pause-all", undefined, body);
  return (await queueNames(app)).length;
}

export async function resumeAll(app: App, user: { id: string; name: string }): Promise<number> {
  const resumed = await resumeEverything(app.store, app.clock.now());
  app.events.publish({ topic: "queue", queue: everyQueue });
  await recordEvent(app, { event: "resumed", actor: user.name });
  await audit(app, user.id, "queues.resume-all");
  return resumed.includes(everyQueue) ? (await queueNames(app)).length : resumed.length;
}

/** Everything that runs goes back to waiting without a strike, and starts anew. */
export async function restartWorkers(app: App, user: { id: string; name: string }): Promise<number> {
  const handedBack = await app.worker.restart();
  await recordEvent(app, { event: "restarted", actor: user.name, detail: `${handedBack} handed back` });
  await audit(app, user.id, "workers.restart", undefined, { handedBack });
  return handedBack;
}

export async function serverStatus(app: App) {
  const queues = await queueViews(app);
  const sum = (pick: (q: (typeof queues)[number]) => number) => queues.reduce((n, q) => n + pick(q), 0);
  return {
    connected: true,
    version: version.version,
    queues: queues.length,
    totalWaiting: sum((q) => q.waiting),
    totalActive: sum((q) => q.active),
    stuckJobs: sum((q) => q.stuckJobs.length),
    workers: 1,
    paused: queues.every((q) => q.isPaused),
  };
}

async function oneQueue(app: App, name: string) {
  const queue = (await queueViews(app)).find((q) => q.name === name);
  if (!queue) throw new NotFound("queue", name);
  return queue;
}

/** Those of this build, and those that older jobs were in. */
export async function queueNames(app: App): Promise<string[]> {
  const catalogue = app.queue.catalogue.queues.map((q) => q.name);
  return [...new Set([...catalogue, ...(await app.store.lanes()).map((l) => l.queue)])];
}

async function knownQueue(app: App, name: string): Promise<void> {
  if (!(await queueNames(app)).includes(name)) throw new NotFound("queue", name);
}
