// A file's page and what its owner may do with it. `?part=history` answers what has changed, for the page's poll.

import { Hono } from "hono";
import { type FileAction, FileChanges, FilePage, type FileProps } from "../../../views/pages/file.tsx";
import type { HistoryEntry } from "../../../views/parts/file-history.tsx";
import { FileWhy } from "../../../views/parts/file-why.tsx";
import type { FileRow } from "../../db/tables/library.ts";
import { explainFile } from "../../healing/explain-file.ts";
import { findHold } from "../../healing/quarantine-list.ts";
import { cascade } from "../../jobs/cascade.ts";
import { failureCodes } from "../../jobs/failures.ts";
import { listDerivatives } from "../../library/derivatives.ts";
import { filesById, findFolder, neighbours } from "../../library/file-grid.ts";
import { filesBySha256, getFile, restoreFile, trashFile } from "../../library/files.ts";
import { parentOf } from "../../library/folders.ts";
import { Refused } from "../../runtime/errors.ts";
import { partsOf } from "../api/explain.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { historyOf } from "./file-life.ts";
import { type FilmAwaited, stageOf } from "./file-stage.ts";
import { done, refused } from "./flash.ts";
import { visibleLibraries } from "./home.tsx";
import { filterOf, isDeep, readGridView, seenLibrary } from "./library.tsx";
import { type PageContext, page, pageContext } from "./page-context.ts";
import { waveformOf } from "./waveform-peaks.ts";

export function filePages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  const fileOf = (id: string) => getFile(app.db, Number(id));

  pages.get("/files/:id{[0-9]+}", async (c) => {
    const ctx = pageContext(app, c);
    const file = await fileOf(c.req.param("id"));
    const part = c.req.query("part");
    const whys = async () =>
      ctx.user?.role === "owner" ? (await explainFile(partsOf(app), file)).kinds : null;
    if (part === "why") {
      const kinds = await whys();
      return kinds ? c.html(<FileWhy ctx={ctx} fileId={file.id} kinds={kinds} />) : c.body(null, 204);
    }
    const props = await factsOf(app, ctx, file, c.req.query());
    if (part !== "history") return page(c, <FilePage {...props} whys={await whys()} />);
    if (c.req.query("seen") === props.seen) return c.body(null, 204);
    const stageBefore = c.req.query("stage") ?? "";
    return c.html(<FileChanges {...props} whys={await whys()} stageBefore={stageBefore} />);
  });

  pages.post("/files/:id{[0-9]+}/make/:type", async (c) => {
    const file = await fileOf(c.req.param("id"));
    const back = `/files/${file.id}`;
    try {
      const action = actionsFor(app, file).find((a) => a.type === c.req.param("type"));
      if (!action)
        throw new Refused(422, "type.target", `${c.req.param("type")} does not work on this file.`);
      const { id, deduplicated } = await app.queue.enqueue(
        action.type,
        { fileId: file.id },
        { priority: 1, origin: c.var.identity!.user.id },
      );
      const text = deduplicated
        ? `${action.label}: job ${id} is on its way already.`
        : `${action.label}: enqueued as job ${id}.`;
      return done(app, c, { text, back });
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
      return done(app, c, {
        text: verb === "retry" ? `Job ${jobId} runs again.` : `Job ${jobId} is cancelled.`,
        back,
      });
    } catch (error) {
      return refused(app, c, error, { back });
    }
  });

  pages.post("/files/:id{[0-9]+}/trash", async (c) => {
    const file = await trashFile(app.db, Number(c.req.param("id")), app.clock.now());
    await audit(app, c.var.identity?.user, "file.trash", file.id, { path: file.path });
    app.events.publish({ topic: "file", id: file.id });
    const text = `${file.name} is in the trash. The file on disk is untouched.`;
    return done(app, c, { text, back: `/files/${file.id}`, leave: true });
  });

  pages.post("/files/:id{[0-9]+}/restore", async (c) => {
    const file = await restoreFile(app.db, Number(c.req.param("id")), app.clock.now());
    await audit(app, c.var.identity?.user, "file.restore", file.id, { path: file.path });
    app.events.publish({ topic: "file", id: file.id });
    return done(app, c, { text: `${file.name} is back.`, back: `/files/${file.id}`, leave: true });
  });

  return pages;
}

async function factsOf(
  app: App,
  ctx: PageContext,
  file: FileRow,
  query: Record<string, string>,
): Promise<FileProps> {
  const library = await seenLibrary(app, file.libraryId);
  const derivatives = await listDerivatives(app.db, file.id);
  const isOwner = ctx.user?.role === "owner";
  const { entries, older, happenings } = await historyOf(app, file, derivatives, isOwner);
  const held = (await findHold(app, file.id)) ?? null;
  const isAwaited = entries.some(
    ({ job }) =>
      ["image-thumbnail", "video-poster"].includes(job.kind) &&
      ["pending", "queued", "running"].includes(job.status),
  );
  const code = file.state === "missing" ? "input.missing" : file.reasonCode;
  const from = readGridView(query);
  return {
    ctx,
    file,
    library,
    stage: stageOf(file, derivatives, isAwaited, filmAwaited(entries)),
    derivatives: derivatives.map((row) => ({
      row,
      href: `/api/files/${file.id}/derivatives/${row.id}?v=${row.createdAt.getTime()}`,
    })),
    copies: await copiesOf(app, file),
    waveform: await waveformOf(
      app.paths,
      derivatives.find((d) => d.kind === "waveform"),
    ),
    failure: (code && file.state !== "ok" && failureCodes[code]) || null,
    held,
    history: entries,
    happenings,
    whys: null,
    olderJobs: older,
    seen: fingerprint([file.updatedAt, derivatives, entries, older, happenings, held]),
    actions: actionsFor(app, file),
    from,
    ...(await around(app, file, from)),
  };
}

/** Whether a version that browsers play is on its way. */
function filmAwaited(entries: HistoryEntry[]): FilmAwaited | null {
  const status = entries.find(({ job }) => job.kind === "video-transcode")?.job.status;
  if (status === "running" || status === "paused") return status;
  return status === "pending" || status === "queued" ? "waiting" : null;
}

/** Previous and next as in the grid that the visitor came from; without one, in the file's folder. */
async function around(app: App, file: FileRow, from: FileProps["from"]) {
  const isFromGrid = Object.values(from).some((value) => value !== "" && value !== null && value !== "path");
  const path = isFromGrid ? from.folder : parentOf(file.path);
  const folder = await findFolder(app.db, file.libraryId, path);
  if (!folder) return { previousId: null, nextId: null };
  const deep = isFromGrid && isDeep(from);
  return neighbours(app.db, { ...filterOf(from, file.libraryId), folder, deep }, from.sort, file);
}

async function copiesOf(app: App, file: FileRow): Promise<FileProps["copies"]> {
  if (!file.sha256) return [];
  const ids = ((await filesBySha256(app.db, [file.sha256])).get(file.sha256) ?? []).filter(
    (id) => id !== file.id,
  );
  const names = new Map((await visibleLibraries(app)).shown.map((l) => [l.id, l.name]));
  const copies = await filesById(app.db, ids.slice(0, 20));
  return copies.flatMap(({ id, path, libraryId }) =>
    names.has(libraryId) ? [{ id, path, library: names.get(libraryId)! }] : [],
  );
}

/** What can be made of a file of this type by this build. */
function actionsFor(app: App, file: FileRow): FileAction[] {
  if (file.state === "missing" || file.trashedAt) return [];
  const kinds = cascade
    .filter((row) => row.types.includes(file.type))
    .map((row) => app.queue.catalogue.find(row.kind));
  return kinds.flatMap((kind) => (kind ? [{ type: kind.name, label: kind.label }] : []));
}

function fingerprint(of: unknown): string {
  return Bun.hash(JSON.stringify(of)).toString(36);
}
