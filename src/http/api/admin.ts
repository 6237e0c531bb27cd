// Administration: figures, settings, backfills, audit. Users and invitations are next door. The guard lets owners in only.

import { createRoute } from "@hono/zod-openapi";
import { fileStats } from "../../library/file-stats.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { masked } from "../../settings/secrets.ts";
import { type AuditEntry, type AuditFilter, audit, auditStretches, listAudit } from "../audit.ts";
import type { App } from "../context.ts";
import { csvLines, csvResponse, download, jsonArray } from "../csv.ts";
import { answers, apiRoutes, problems, takes, z } from "./describe.ts";
import { pageQuery, pagination, paginationOf } from "./paging.ts";
import { timeSpan, timeSpanQuery } from "./time-span.ts";

type Parts = Pick<App, "db" | "accounts" | "settings" | "queue" | "clock">;

const stats = createRoute({
  method: "get",
  path: "/api/admin/stats",
  tags: ["Administration"],
  summary: "What there is",
  responses: {
    200: answers(
      z.object({
        files: z.int(),
        storageBytes: z.int(),
        libraries: z.int(),
        users: z.int(),
        folders: z.int(),
      }),
      "Files that are not in the trash, and their bytes",
    ),
    ...problems(401, 403),
  },
});

const settingsSchema = z
  .looseObject({ settings: z.array(z.looseObject({ key: z.string(), lockedBy: z.string().nullable() })) })
  .openapi("Settings");

const readSettings = createRoute({
  method: "get",
  path: "/api/admin/settings",
  tags: ["Administration"],
  summary: "All settings",
  responses: {
    200: answers(
      settingsSchema,
      "Each setting's value under its key; `settings` describes each with its default",
    ),
    ...problems(401, 403),
  },
});

/** As it was sent: a record of zod's would drop the key `__proto__` unseen. */
const settingsPatch = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "This must be an object of settings.",
  )
  .openapi({ type: "object", additionalProperties: true, example: { concurrencyMultiplier: 2 } });

const changeSettings = createRoute({
  method: "patch",
  path: "/api/admin/settings",
  tags: ["Administration"],
  summary: "Change settings",
  description: "One key or many, all or none. `null` restores a default. Takes effect at once.",
  request: { body: takes(settingsPatch) },
  responses: {
    200: answers(settingsSchema, "The settings after the change"),
    ...problems(401, 403, 409, 422),
  },
});

const backfillHashes = createRoute({
  method: "post",
  path: "/api/admin/backfill/hashes",
  tags: ["Administration"],
  summary: "Hash every file that has no hash",
  responses: {
    202: answers(
      z.object({ enqueued: z.int(), skipped: z.int() }),
      "`skipped` were waiting or running already",
    ),
    ...problems(401, 403),
  },
});

const auditSchema = z
  .object({
    id: z.string(),
    at: z.string(),
    actor: z.string().nullable(),
    action: z.string(),
    target: z.string().nullable(),
    detail: z.unknown(),
  })
  .openapi("AuditEntry");

const readAudit = createRoute({
  method: "get",
  path: "/api/admin/audit",
  tags: ["Administration"],
  summary: "Who did what",
  description: "A page, or with `format` all that match as a download.",
  request: {
    query: pageQuery.extend({
      actor: z
        .string()
        .optional()
        .openapi({ description: "`server` for the server by itself", example: "olga@example.org" }),
      action: z.string().optional().openapi({ description: "`job.retry`; `job.*` is every action on a job" }),
      ...timeSpanQuery,
      format: z.enum(["csv", "json"]).optional(),
    }),
  },
  responses: {
    200: {
      description: "Newest first",
      content: {
        "application/json": { schema: z.object({ data: z.array(auditSchema), pagination }) },
        "text/csv": { schema: z.string() },
      },
    },
    ...problems(401, 403, 422),
  },
});

export function adminApi(app: Parts) {
  return apiRoutes()
    .openapi(stats, async (c) => {
      const [{ files, storageBytes, libraries, folders }, users] = await Promise.all([
        fileStats(app.db),
        app.accounts.countUsers(),
      ]);
      return c.json({ files, storageBytes, libraries, users, folders }, 200);
    })
    .openapi(readSettings, (c) => c.json(settingsView(app), 200))
    .openapi(changeSettings, async (c) => {
      const patch = c.req.valid("json");
      const { user } = c.var.identity!;
      refuseLocked(app, patch);
      await app.settings.change(patch, user.id);
      await audit(app, user, "settings.change", Object.keys(patch).join(", "), masked(patch));
      return c.json(settingsView(app), 200);
    })
    .openapi(backfillHashes, async (c) => {
      const { user } = c.var.identity!;
      const kind = app.queue.catalogue.find("file-hash");
      if (!kind) throw new NotFound("job type", "file-hash");
      const done = await app.queue.enqueuePending(kind, { origin: user.id, backfill: true });
      await audit(app, user, "backfill.hashes", null, done);
      return c.json(done, 202);
    })
    .openapi(readAudit, async (c) => {
      const { page, limit, format, actor, action, ...span } = c.req.valid("query");
      const filter = { actor: actor === "server" ? null : actor, action, ...timeSpan(span) };
      if (format) return auditFile(app, filter, format) as never;
      const { entries, total } = await listAudit(app, page, limit, filter);
      const data = entries.map(auditView);
      return c.json({ data, pagination: paginationOf(page, limit, total) }, 200);
    });
}

const auditColumns = ["id", "at", "actor", "action", "target", "detail"];

/** All that match, as a file. */
function auditFile(app: Parts, filter: AuditFilter, format: "csv" | "json"): Response {
  const stretches = auditStretches(app, filter);
  if (format === "json")
    return download("sprocket-audit.json", "application/json", jsonArray(stretches, auditView));
  const lines = csvLines(auditColumns, stretches, (e) => [
    e.id,
    e.at,
    e.actor,
    e.action,
    e.target,
    e.detail === null ? null : JSON.stringify(e.detail),
  ]);
  return csvResponse("sprocket-audit.csv", lines);
}

function auditView(e: AuditEntry) {
  return { ...e, id: String(e.id), at: e.at.toISOString() };
}

function settingsView(app: Parts) {
  const settings = app.settings.all();
  return { ...Object.fromEntries(settings.map((s) => [s.key, s.value])), settings };
}

function refuseLocked(app: Parts, patch: Record<string, unknown>): void {
  const locked = app.settings.all().filter((s) => s.lockedBy !== null && s.key in patch);
  if (locked.length === 0) return;
  const errors = locked.map((s) => ({ path: [s.key], message: `Fixed by ${s.lockedBy}.` }));
  throw new Refused(409, "setting.locked", errors.map((e) => `${e.path[0]}: ${e.message}`).join(" "), {
    errors,
    hint: "Change it there, or remove it there to change it here.",
  });
}
