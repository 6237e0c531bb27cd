// Queues and what one does to a whole queue: /api/status, /api/queues, /api/actions.

import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Move } from "../../queue/job.ts";
import type { JobFilter } from "../../queue/job-store.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { version } from "../../runtime/version.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { answers, apiRoutes } from "./describe.ts";
import { queueViews } from "./queue-view.ts";

const queueSchema = z
  .object({
    name: z.string(),
    section: z.string(),
    description: z.string(),
    isPaused: z.boolean(),
    pausedUntil: z.string().nullable(),
    pausedBy: z.string().nullable(),
    waiting: z.number(),
    active: z.number(),
    delayed: z.number(),
    paused: z.number(),
    failed: z.number(),
    completed: z.number(),
    cancelled: z.number(),
    rate: z.number(),
    eta: z.number().nullable(),
    oldestWaitingS: z.number().nullable(),
    concurrency: z.number(),
    weight: z.number(),
    kinds: z.array(z.string()),
    stuckJobs: z.array(
      z.object({
        jobId: z.string(),
        ageSeconds: z.number(),
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

const nameParam = z.object({ name: z.string() });
const counted = z.record(z.string(), z.number());
const tags = ["Queues"];
/** A year at most. */
const seconds = z.number().int().min(1).max(31_536_000);
const forOrUntil = {
  forS: seconds.optional(),
  until: z.iso.datetime({ offset: true }).optional(),
};

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
                pauseForS: seconds.optional(),
                pauseUntil: z.iso.datetime({ offset: true }).optional(),
                concurrency: z.number().int().min(1).max(64).nullable().optional(),
                weight: z.number().positive().max(1000).nullable().optional(),
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

  for (const action of ["pause-all", "resume-all"] as const)
    api.openapi(
      createRoute({
        method: "post",
        path: `/api/actions/${action}`,
        tags,
        summary: action === "pause-all" ? "Pause every queue" : "Resume every queue",
        request: {
          body: {
            required: false,
            content: { "application/json": { schema: z.strictObject(forOrUntil).optional() } },
          },
        },
        responses: { 200: answers(counted, "How many queues") },
      }),
      async (c) => {
        const { forS, until } = (c.req.valid("json") as { forS?: number; until?: string } | undefined) ?? {};
        const user = c.var.identity!.user;
        const names = app.queue.catalogue.queues.map((q) => q.name);
        const isPaused = action === "pause-all";
        for (const name of names)
          await changeQueue(app, name, { isPaused, pauseForS: forS, pauseUntil: until }, user.name);
        await audit(app, user.id, `queues.${action}`, undefined, { forS, until });
        return c.json({ queues: names.length }, 200);
      },
    );

  return api;
}

export const queueActions = {
  run: "Enqueue what the queue's kinds find missing",
  cancel: "Cancel everything in the queue, running jobs too",
  "clear-failed": "Acknowledge the queue's failures: the jobs stay, the count goes to zero",
  "retry-failed": "Retry the queue's failed jobs",
  purge: "Remove the queue's pending, delayed, paused and ended jobs",
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
    status: ["pending", "paused", "completed", "failed", "cancelled"],
    verb: "remove",
    answer: "purged",
  },
};

export async function actOnQueue(
  app: App,
  name: string,
  action: QueueAction,
  user: { id: string; name: string },
): Promise<Record<string, number>> {
  await knownQueue(app, name);
  const answer =
    action === "run"
      ? await app.queue.runQueue(name, user.id)
      : {
          [bulk[action].answer]: await app.queue.moveAll(
            { queue: [name], status: bulk[action].status },
            bulk[action].verb,
            user.name,
          ),
        };
  app.events.publish({ topic: "queue", queue: name });
  await audit(app, user.id, `queue.${action}`, `queue:${name}`, answer);
  return answer;
}

export async function killAll(app: App, user: { id: string; name: string }): Promise<number> {
  const cancelled = await app.queue.moveAll({ status: ["running"] }, "cancel", user.name);
  await audit(app, user.id, "jobs.kill-all", undefined, { cancelled });
  return cancelled;
}

export interface QueueChange {
  isPaused?: boolean;
  pauseForS?: number;
  pauseUntil?: string;
  concurrency?: number | null;
  weight?: number | null;
}

/** `pauseForS` and `pauseUntil` pause too. */
export async function changeQueue(app: App, name: string, change: QueueChange, by: string): Promise<void> {
  await knownQueue(app, name);
  const states = await app.store.queueStates();
  const now = app.clock.now();
  const state = states.find((s) => s.queue === name) ?? {
    queue: name,
    pausedAt: null,
    pausedUntil: null,
    pausedBy: null,
    concurrency: null,
    weight: null,
  };
  const until = pauseEnd(change, now);
  if (change.isPaused === false) Object.assign(state, { pausedAt: null, pausedUntil: null, pausedBy: null });
  else if (change.isPaused || until)
    Object.assign(state, { pausedAt: new Date(now), pausedUntil: until, pausedBy: by });
  if (change.concurrency !== undefined) state.concurrency = change.concurrency;
  if (change.weight !== undefined) state.weight = change.weight;
  await app.store.setQueueState(state);
  app.events.publish({ topic: "queue", queue: name });
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

async function knownQueue(app: App, name: string): Promise<void> {
  if (app.queue.catalogue.queueByName.has(name)) return;
  if ((await app.store.lanes()).some((l) => l.queue === name)) return;
  throw new NotFound("queue", name);
}

/** Undefined ends and contradictions are refused, not guessed at. */
function pauseEnd(change: QueueChange, now: number): Date | null {
  const { isPaused, pauseForS, pauseUntil } = change;
  const refuse = (field: string, message: string) => {
    throw new Refused(422, "input.invalid", message, { errors: [{ path: [field], message }] });
  };
  const timed = pauseForS !== undefined ? "pauseForS" : pauseUntil !== undefined ? "pauseUntil" : undefined;
  if (!timed) return null;
  if (isPaused === false) refuse(timed, "A queue cannot be resumed and paused for a time at once.");
  if (pauseForS !== undefined && pauseUntil !== undefined)
    refuse("pauseUntil", "Either pauseForS or pauseUntil, not both.");
  const until = pauseForS !== undefined ? now + pauseForS * 1000 : Date.parse(pauseUntil!);
  if (until <= now) refuse(timed, "That time is past.");
  return new Date(until);
}
