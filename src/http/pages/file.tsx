// A file's page and what its owner may do with it.

import { type Context, Hono } from "hono";
import { FilePage, type FileProps } from "../../../views/pages/file.tsx";
import type { FileRow } from "../../db/tables/library.ts";
import { findFolder, neighbours } from "../../library/file-grid.ts";
import { getFile } from "../../library/files.ts";
import { parentOf } from "../../library/folders.ts";
import { Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { styleNonce } from "../security.ts";
import { type Did, restore, trash, undoAct } from "./file-acts.ts";
import { readHistoryView } from "./file-life.ts";
import { actionsFor, barredBy, fileNow } from "./file-now.ts";
import { done, refused } from "./flash.ts";
import { isDeep, readGridView, searchOf } from "./library.tsx";
import { page, pageContext } from "./page-context.ts";

export function filePages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  const fileOf = (id: string) => getFile(app.db, Number(id));

  pages.get("/files/:id{[0-9]+}", async (c) => {
    const ctx = pageContext(app, c);
    const file = await fileOf(c.req.param("id"));
    const from = readGridView(c.req.query());
    const now = await fileNow(app, ctx, file, readHistoryView(c.req.query()));
    const beside = await around(app, file, from);
    return page(c, <FilePage ctx={ctx} now={now} styleNonce={styleNonce(c)} from={from} {...beside} />);
  });

  pages.post("/files/:id{[0-9]+}/make/:type", async (c) => {
    const file = await fileOf(c.req.param("id"));
    const back = `/files/${file.id}`;
    try {
      return done(app, c, {
        text: await make(app, file, c.req.param("type"), c.var.identity!.user.id),
        back,
      });
    } catch (error) {
      return refused(app, c, error, { back });
    }
  });

  pages.post("/files/:id{[0-9]+}/jobs/:job{[0-9]+}/:verb{retry|cancel}", async (c) => {
    const file = await fileOf(c.req.param("id"));
    const verb = c.req.param("verb") as "retry" | "cancel";
    const jobId = Number(c.req.param("job"));
    const back = `/files/${file.id}`;
    try {
      await app.queue.move(jobId, verb, c.var.identity!.user.name);
      await audit(app, c.var.identity?.user, `job.${verb}`, `job:${jobId}`);
      const text = verb === "retry" ? `Job ${jobId} runs again.` : `Job ${jobId} is cancelled.`;
      return done(app, c, { text, back });
    } catch (error) {
      return refused(app, c, error, { back });
    }
  });

  for (const [verb, act] of [
    ["trash", trash],
    ["restore", restore],
  ] as const)
    pages.post(`/files/:id{[0-9]+}/${verb}`, async (c) => {
      const file = await fileOf(c.req.param("id"));
      const did = await act(app, [file.id], c.var.identity!.user, file.name);
      return done(app, c, { text: did.text, undo: did.undo, back: `/files/${file.id}` });
    });

  pages.post("/files/acts/:id{[0-9]+}/undo", (c) =>
    answer(app, c, () => undoAct(app, Number(c.req.param("id")), c.var.identity!.user)),
  );

  return pages;
}

async function make(app: App, file: FileRow, type: string, origin: string): Promise<string> {
  const action = actionsFor(app, file).find((a) => a.type === type);
  if (!action) throw new Refused(422, "type.target", `${type} does not work on this file.`);
  const barred = barredBy(file);
  if (barred) throw new Refused(409, "file.state", barred);
  const { id, deduplicated } = await app.queue.enqueue(type, { fileId: file.id }, { priority: 1, origin });
  return deduplicated
    ? `${action.label}: job ${id} is on its way already.`
    : `${action.label}: enqueued as job ${id}.`;
}

/** Undone from whichever page: it goes on from there. */
async function answer(app: App, c: Context<Env>, act: () => Promise<Did>) {
  const back = backFrom(app, c);
  try {
    const { text } = await act();
    return done(app, c, { text, back });
  } catch (error) {
    return refused(app, c, error, { back });
  }
}

function backFrom({ config: { basePath } }: App, c: Context<Env>): string {
  const referer = c.req.header("referer") ?? "";
  if (!URL.canParse(referer)) return "/";
  const { pathname, search } = new URL(referer);
  return (pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : "/") + search;
}

/** Previous and next as in the grid that the visitor came from; without one, in the file's folder. */
async function around(app: App, file: FileRow, from: FileProps["from"]) {
  const isFromGrid = Object.values(from).some((value) => value !== "" && value !== null && value !== "path");
  const path = isFromGrid ? from.folder : parentOf(file.path);
  const folder = await findFolder(app.db, file.libraryId, path);
  if (!folder) return { previousId: null, nextId: null };
  const deep = isFromGrid && isDeep(from);
  const { filter } = await searchOf(app, { view: from, deep, libraryId: file.libraryId, folder });
  return neighbours(app.db, filter, from.sort, file);
}
