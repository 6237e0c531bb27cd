// The acts of a file's page that are about a place in the film: moments, their exports, GIFs, the poster. Times come as
// people type them. What changes a moment can be taken back from the audit log.

import { type Context, Hono } from "hono";
import type { FileRow } from "../../db/tables/library.ts";
import type { MomentRow } from "../../db/tables/media.ts";
import { getFile } from "../../library/files.ts";
import { getMoment, type MomentInput, timesOf } from "../../library/moments.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import type { App, Env, User } from "../context.ts";
import { changeMoment, dropMoment, markMoment } from "../moment-acts.ts";
import { barredBy } from "./file-now.ts";
import { type Answer, done, refused } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { parseTime } from "./typed-time.ts";

type Done = Omit<Answer, "back">;

export function momentPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();

  const post = (path: string, act: (c: Context<Env>, file: FileRow) => Promise<Done>) =>
    pages.post(path, async (c) => {
      const file = await getFile(app.db, Number(c.req.param("id")));
      const back = `/files/${file.id}`;
      try {
        return await done(app, c, { ...(await act(c, file)), back: `${back}#moments` });
      } catch (error) {
        return refused(app, c, error, { back });
      }
    });

  post("/files/:id{[0-9]+}/moments", async (c, file) => {
    const { row, auditId } = await markMoment(app, user(c), file.id, await typedMoment(c));
    return { text: `${row.title} is marked.`, undo: undoOf(auditId) };
  });

  post("/files/:id{[0-9]+}/moments/:moment{[0-9]+}", async (c, file) => {
    const before = await momentOf(app, c, file);
    const { title, ...times } = await typedMoment(c);
    // Who left the times in the title wants the new ones there.
    const named = title === timesOf(before) ? {} : { title: title ?? "" };
    const { row, auditId } = await changeMoment(app, user(c), before.id, { ...times, ...named });
    return { text: `${row.title} is saved.`, undo: undoOf(auditId) };
  });

  post("/files/:id{[0-9]+}/moments/:moment{[0-9]+}/delete", async (c, file) => {
    const { row, auditId } = await dropMoment(app, user(c), (await momentOf(app, c, file)).id);
    return { text: `${row.title} is removed.`, undo: undoOf(auditId) };
  });

  post("/files/:id{[0-9]+}/moments/:moment{[0-9]+}/export", async (c, file) => {
    const { id, title } = await momentOf(app, c, file);
    return enqueue(app, c, file, "moment-export", { momentId: id }, `Export of ${title}`);
  });

  post("/files/:id{[0-9]+}/moments/:moment{[0-9]+}/gif", async (c, file) => {
    const { startMs, endMs, title } = await momentOf(app, c, file);
    return enqueue(app, c, file, "compile-gif", { fileId: file.id, startMs, endMs }, `GIF of ${title}`);
  });

  post("/files/:id{[0-9]+}/gif", async (c, file) => {
    const { startMs, endMs } = await typedMoment(c);
    const title = timesOf({ startMs, endMs });
    return enqueue(app, c, file, "compile-gif", { fileId: file.id, startMs, endMs }, `GIF of ${title}`);
  });

  post("/files/:id{[0-9]+}/poster", async (c, file) => {
    const at = Number((await formFields(c)).at);
    if (!Number.isFinite(at) || at < 0)
      throw new Refused(422, "moment.range", "That is no place in the film.");
    const timestamp = Math.round(at * 1000) / 1000;
    return enqueue(app, c, file, "video-poster", { fileId: file.id, timestamp }, "Poster of this frame");
  });

  return pages;
}

async function typedMoment(c: Context<Env>): Promise<MomentInput> {
  const { start = "", end = "", title } = await formFields(c);
  const startMs = parseTime(start);
  const endMs = parseTime(end);
  const fault = (name: string, text: string) =>
    new Refused(422, "moment.range", `${name} “${text}” is no time. Write it like 0:12.340.`);
  if (startMs === undefined) throw fault("Start", start);
  if (endMs === undefined) throw fault("End", end);
  return { startMs, endMs, ...(title !== undefined && { title }) };
}

async function momentOf(app: App, c: Context<Env>, file: FileRow): Promise<MomentRow> {
  const moment = await getMoment(app.db, Number(c.req.param("moment")));
  if (moment.fileId !== file.id) throw new NotFound("moment", moment.id);
  return moment;
}

async function enqueue(
  app: App,
  c: Context<Env>,
  file: FileRow,
  kind: string,
  params: Record<string, unknown>,
  what: string,
): Promise<Done> {
  const barred = barredBy(file);
  if (barred) throw new Refused(409, "file.state", barred);
  const { id, deduplicated } = await app.queue.enqueue(kind, params, { priority: 1, origin: user(c).id });
  return {
    text: deduplicated ? `${what}: job ${id} is on its way already.` : `${what}: enqueued as job ${id}.`,
    link: { href: `/admin/jobs/${id}`, text: "Look" },
  };
}

function undoOf(auditId: number): string {
  return `/files/acts/${auditId}/undo`;
}

function user(c: Context<Env>): User {
  return c.var.identity!.user;
}
