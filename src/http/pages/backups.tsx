// The page of the database's copies: making, verifying, downloading and removing them.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Hono } from "hono";
import { bytes, dateTime } from "../../../views/format.ts";
import { BackupsPage } from "../../../views/pages/backups.tsx";
import { type Backup, listBackups, nextHour } from "../../library/backups.ts";
import { createNative } from "../../media/native.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { askFirst } from "./ask-first.tsx";
import { done, refused } from "./flash.ts";
import { page, pageContext } from "./page-context.ts";

const back = "/admin/backups";

export function backupPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const { paths } = app;

  routes.get(back, async (c) => {
    const setting = app.settings.get("backup");
    const nextAt = nextHour(setting.hour, app.clock.now());
    const backups = await listBackups(paths);
    const ctx = pageContext(app, c);
    const open = await openBackup(app);
    return page(c, <BackupsPage {...{ ctx, backups, setting, nextAt, open }} folder={paths.backups} />);
  });

  routes.post(back, async (c) => {
    const { id, deduplicated } = await app.queue.enqueue(
      "backup",
      { byHand: true },
      asked(c.var.identity!.user.id),
    );
    await audit(app, c.var.identity?.user, "backup.make", `job:${id}`);
    const text = deduplicated
      ? `It is being made already, as job ${id}.`
      : `The copy is being made, as job ${id}.`;
    return done(app, c, { text, back, link: { href: `/admin/jobs/${id}`, text: "Its log" } });
  });

  routes.get(`${back}/:name`, async (c) => {
    const { name } = await named(app, c.req.param("name"));
    await audit(app, c.var.identity?.user, "backup.download", name);
    const file = Bun.file(join(paths.backups, name));
    return new Response(file, {
      headers: {
        "Content-Type": "application/vnd.sqlite3",
        "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        "Cache-Control": "no-store",
      },
    });
  });

  routes.post(`${back}/:name/check`, async (c) => {
    const { name, sizeBytes } = await named(app, c.req.param("name"));
    const damage = await damageIn(app, join(paths.backups, name));
    if (damage === null)
      return done(app, c, { text: `${name} is whole: all ${bytes(sizeBytes)} of it were read.`, back });
    const fault = new Refused(409, "backup.damaged", `${name} is damaged: ${damage}`);
    return refused(app, c, fault, { back });
  });

  routes.get(`${back}/:name/remove`, async (c) => {
    const { name, origin, at, sizeBytes } = await named(app, c.req.param("name"));
    const left = (await listBackups(paths)).length - 1;
    return askFirst(app, c, {
      title: `Remove the copy of ${dateTime(at)}?`,
      lines: [
        `${name} (${origin}, ${bytes(sizeBytes)}) is deleted from the disk. This cannot be undone.`,
        left === 0 ? "It is the only copy in the data folder." : `${left} other copies stay.`,
      ],
      action: `${back}/${encodeURIComponent(name)}/remove`,
      verb: "Remove the copy",
      danger: true,
      back,
    });
  });

  routes.post(`${back}/:name/remove`, async (c) => {
    const { name } = await named(app, c.req.param("name"));
    await rm(join(paths.backups, name));
    await audit(app, c.var.identity?.user, "backup.remove", name);
    return done(app, c, { text: `${name} is removed.`, back, leave: true });
  });
  return routes;
}

const asked = (origin: string) => ({ priority: 1, origin });

/** One of those that are there: a name leads nowhere else. */
async function named({ paths }: App, name: string): Promise<Backup> {
  const found = (await listBackups(paths)).find((one) => one.name === name);
  if (!found) throw new NotFound("backup", name);
  return found;
}

async function openBackup({ store }: App) {
  const { jobs } = await store.list({ kind: ["backup"], status: ["running", "pending"] }, "newest", 0, 1);
  return jobs[0] ? { id: jobs[0].id, status: jobs[0].status } : null;
}

/** In a process of its own: the server goes on meanwhile. */
async function damageIn({ paths, log, clock }: App, path: string): Promise<string | null> {
  const native = createNative({ cacheFolder: paths.cache, log, clock });
  try {
    return (await native.call("database.check", { path }, { timeoutMs: 10 * 60_000 })).damage;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await native.stop();
  }
}
