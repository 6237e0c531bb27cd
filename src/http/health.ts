// `/healthz`: the process is up. `/readyz`: it can do its work, check by check. Both are public, so they name no path.

import { Hono } from "hono";
import type { App, Env } from "./context.ts";
import { type Check, checkDatabaseWrite, checkDataFolder, checkDisk, checkTool } from "./readiness.ts";

/** Whoever asks more often gets the same answer: the checks write to the disk. */
const keptMs = 1000;

export function health(app: Pick<App, "config" | "db" | "paths" | "clock" | "log">): Hono<Env> {
  const routes = new Hono<Env>();
  let kept: { at: number; checks: Promise<Check[]> } | undefined;

  routes.get("/healthz", (c) => c.json({ status: "ok" }, 200, { "Cache-Control": "no-store" }));

  routes.get("/readyz", async (c) => {
    const now = app.clock.now();
    if (!kept || now - kept.at >= keptMs || now < kept.at) kept = { at: now, checks: runChecks(app) };
    const checks = await kept.checks;
    const ready = checks.every((check) => check.result !== "fail");
    const degraded = checks.some((check) => check.result === "warn");
    for (const { name, detail } of checks.filter((check) => check.result === "fail"))
      app.log.warn(`not ready: ${name}`, { detail });
    return c.json(
      {
        status: ready ? (degraded ? "degraded" : "ready") : "not ready",
        checks: Object.fromEntries(
          checks.map(({ name, result, fix }) => [name, { result, ...(fix && { fix }) }]),
        ),
      },
      ready ? 200 : 503,
      { "Cache-Control": "no-store" },
    );
  });
  return routes;
}

function runChecks({ config, db, paths }: Pick<App, "config" | "db" | "paths">): Promise<Check[]> {
  return Promise.all([
    checkDatabaseWrite(db),
    checkDataFolder(paths),
    checkDisk(paths.root),
    checkTool("ffmpeg", config.ffmpeg),
    checkTool("ffprobe", config.ffprobe),
  ]);
}
