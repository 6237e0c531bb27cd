// Every group of API routes, and their description.

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { App, Env } from "../context.ts";
import { adminApi } from "./admin.ts";
import { authApi } from "./auth.ts";
import { backupsApi } from "./backups.ts";
import { collectionsApi } from "./collections.ts";
import { apiRoutes } from "./describe.ts";
import { duplicatesApi } from "./duplicates.ts";
import { explainApi } from "./explain.ts";
import { exportsApi } from "./exports.ts";
import { fileFactsApi } from "./file-facts.ts";
import { filesApi } from "./files.ts";
import { foldersApi } from "./folders.ts";
import { healingApi } from "./healing.ts";
import { healthApi } from "./health.ts";
import { historyApi } from "./history.ts";
import { jobsApi } from "./jobs.ts";
import { librariesApi } from "./libraries.ts";
import { libraryFoldersApi } from "./library-folders.ts";
import { mapApi } from "./map.ts";
import { meApi } from "./me.ts";
import { metricsApi } from "./metrics.ts";
import { momentsApi } from "./moments.ts";
import { describeApi } from "./openapi.ts";
import { operationsApi } from "./operations.ts";
import { problemsApi } from "./problems.ts";
import { quarantineApi } from "./quarantine.ts";
import { queuesApi } from "./queues.ts";
import { searchApi } from "./search.ts";
import { streamApi } from "./stream.ts";
import { timelineApi } from "./timeline.ts";
import { tokensApi } from "./tokens.ts";
import { uploadsApi } from "./uploads.ts";
import { usersApi } from "./users.ts";
import { yieldingApi } from "./yielding.ts";

export function api(app: App): OpenAPIHono<Env> {
  const all = apiRoutes();
  all.use("/api/*", withoutEmptyBody);
  all.route("/", authApi(app));
  all.route("/", meApi(app));
  all.route("/", tokensApi(app));
  all.route("/", librariesApi(app));
  all.route("/", filesApi(app));
  all.route("/", fileFactsApi(app));
  all.route("/", duplicatesApi(app));
  all.route("/", foldersApi(app));
  all.route("/", libraryFoldersApi(app));
  all.route("/", uploadsApi(app));
  all.route("/", momentsApi(app));
  all.route("/", exportsApi(app));
  all.route("/", collectionsApi(app));
  all.route("/", timelineApi(app));
  all.route("/", mapApi(app));
  all.route("/", jobsApi(app));
  all.route("/", explainApi(app));
  all.route("/", operationsApi(app));
  all.route("/", queuesApi(app));
  all.route("/", healingApi(app));
  all.route("/", problemsApi(app));
  all.route("/", quarantineApi(app));
  all.route("/", historyApi(app));
  all.route("/", metricsApi(app));
  all.route("/", yieldingApi(app));
  all.route("/", searchApi(app));
  all.route("/", streamApi(app));
  all.route("/", adminApi(app));
  all.route("/", backupsApi(app));
  all.route("/", healthApi(app));
  all.route("/", usersApi(app));
  describeApi(all, app);
  return all;
}

/** Clients that name JSON and send nothing mean no body: where it is optional, that is not malformed. */
async function withoutEmptyBody(c: Context<Env>, next: () => Promise<void>): Promise<void> {
  if (c.req.raw.body === null) c.req.raw.headers.delete("content-type");
  await next();
}
