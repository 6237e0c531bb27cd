// The trash: what lies in it, when it goes, and how it is taken back or let go. What becomes of the media is said before.

import { type Context, Hono } from "hono";
import { bytes, counted, number } from "../../../views/format.ts";
import { TrashPage } from "../../../views/pages/trash.tsx";
import type { Question } from "../../../views/parts/confirm.tsx";
import { purgeFiles } from "../../library/purge.ts";
import { listTrash, type TrashFilter, type TrashSum, trashIds, trashSums } from "../../library/trash-list.ts";
import { Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { askFirst } from "./ask-first.tsx";
import { restore } from "./file-acts.ts";
import { done, refused } from "./flash.ts";
import { formDataOf } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";

const perPage = 50;
/** More than that is a job's work. */
const atOnce = 200;
/** Of which one may name so many. */
const perJob = 5000;
const place = "/trash";

export function trashPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();

  pages.get(place, async (c) => {
    const filter = await filterOf(app, c.req.query("library"));
    const all = await trashSums(app.db, { hidden: filter.hidden });
    const sums =
      filter.libraryId === undefined ? all : all.filter((one) => one.libraryId === filter.libraryId);
    const total = sums.reduce((n, one) => n + one.files, 0);
    const at = pageOf(c.req.query("page"), total);
    return page(
      c,
      <TrashPage
        ctx={pageContext(app, c)}
        files={await listTrash(app.db, filter, (at - 1) * perPage, perPage)}
        sums={all}
        libraryId={filter.libraryId ?? null}
        page={at}
        pages={Math.max(1, Math.ceil(total / perPage))}
        rule={app.settings.get("trash")}
      />,
    );
  });

  pages.post(`${place}/restore`, (c) =>
    act(app, c, async ({ ids }) => {
      if (ids.length === 0) throw new Refused(422, "files.none", "No file is ticked.");
      const { text, undo } = await restore(app, ids, c.var.identity!.user);
      return { text, undo };
    }),
  );

  pages.get(`${place}/purge`, async (c) =>
    askFirst(app, c, await questionOf(app, asked(new URL(c.req.url).searchParams))),
  );
  pages.get(`${place}/empty`, async (c) =>
    askFirst(app, c, await questionOf(app, { ...asked(new URL(c.req.url).searchParams), ids: null })),
  );

  pages.post(`${place}/purge`, (c) =>
    act(app, c, async ({ ids, libraryId, form }) => {
      if (form.get("sure") !== "1")
        throw new Refused(422, "files.none", "Nothing was removed: nobody was asked.");
      const before = new Date(Number(form.get("before")));
      const deleteMedia = form.get("deleteMedia") === "1";
      return await purge(app, c, {
        ids: form.get("all") === "1" ? null : ids,
        libraryId,
        before,
        deleteMedia,
      });
    }),
  );

  return pages;
}

interface Asked {
  /** Null: all of them. */
  ids: number[] | null;
  libraryId: string;
}

function asked(form: URLSearchParams): Asked & { ids: number[]; form: URLSearchParams } {
  const ids = form
    .getAll("ids")
    .flatMap((some) => some.split(","))
    .map(Number);
  return {
    ids: [...new Set(ids)].filter((id) => Number.isSafeInteger(id) && id > 0).slice(0, perJob),
    libraryId: form.get("library") ?? "",
    form,
  };
}

async function filterOf(app: App, libraryId: string | undefined): Promise<TrashFilter> {
  const hidden = await hiddenGroups(app);
  return /^[1-9]\d{0,14}$/.test(libraryId ?? "") ? { hidden, libraryId: Number(libraryId) } : { hidden };
}

function pageOf(text: string | undefined, total: number): number {
  const last = Math.max(1, Math.ceil(total / perPage));
  return Math.min(last, Math.max(1, Math.floor(Number(text)) || 1));
}

async function act(
  app: App,
  c: Context<Env>,
  work: (
    form: ReturnType<typeof asked>,
  ) => Promise<{ text: string; undo?: string | undefined; link?: { href: string; text: string } }>,
) {
  const form = new URLSearchParams();
  for (const [name, value] of await formDataOf(c)) form.append(name, String(value));
  const meant = asked(form);
  const back = meant.libraryId ? `${place}?library=${encodeURIComponent(meant.libraryId)}` : place;
  try {
    return done(app, c, { ...(await work(meant)), back, leave: true });
  } catch (error) {
    return refused(app, c, error, { back, leave: true });
  }
}

/** With the figures of this moment; what is put there later is not meant. */
async function questionOf(app: App, { ids, libraryId }: Asked): Promise<Question> {
  const filter = await filterOf(app, libraryId);
  const sums = await trashSums(app.db, filter, ids ?? undefined);
  const n = sums.reduce((sum, one) => sum + one.files, 0);
  const { deleteMedia } = app.settings.get("trash");
  const some = counted(n, "file");
  const where = filter.libraryId !== undefined && ids === null && sums[0] ? ` of ${sums[0].library}` : "";
  return {
    title:
      n === 0 ? "No file is meant." : ids ? `Remove ${some} for good?` : `Empty the trash${where}: ${some}?`,
    lines: n === 0 ? [] : whatHappens(sums, deleteMedia),
    action: `${place}/purge`,
    verb: deletedOf(sums, deleteMedia).files > 0 ? `Delete ${some}` : `Remove ${some}`,
    danger: true,
    isEmpty: n === 0,
    fields: [
      ...(ids ? ([["ids", ids.join(",")]] as [string, string][]) : ([["all", "1"]] as [string, string][])),
      ["library", libraryId],
      ["before", String(app.clock.now())],
      ["deleteMedia", deleteMedia ? "1" : "0"],
      ["sure", "1"],
    ],
    back: place,
  };
}

function whatHappens(sums: TrashSum[], deleteMedia: boolean): string[] {
  const gone = deletedOf(sums, deleteMedia);
  const stay = sums.reduce((n, one) => n + one.files, 0) - gone.files;
  const lines = [
    "What Sprocket knows of them, and all that was made from them, is removed. It cannot be undone.",
  ];
  if (gone.files > 0)
    lines.push(
      `${counted(gone.files, "media file")}, ${bytes(gone.sizeBytes)}, ${gone.files === 1 ? "is" : "are"} DELETED from the disk in ${gone.libraries.join(", ")}.`,
    );
  if (stay > 0)
    lines.push(
      `${counted(stay, "media file")} ${stay === 1 ? "stays" : "stay"} on the disk${gone.files > 0 ? ", in read-only libraries" : ""}. Scans pass over ${stay === 1 ? "it" : "them"} until ${stay === 1 ? "it changes" : "they change"}, or until you bring ${stay === 1 ? "it" : "them"} back in the library's settings.`,
    );
  return lines;
}

function deletedOf(sums: TrashSum[], deleteMedia: boolean) {
  const mine = sums.filter((one) => deleteMedia && !one.readOnly);
  return {
    files: mine.reduce((n, one) => n + one.files, 0),
    sizeBytes: mine.reduce((n, one) => n + one.sizeBytes, 0),
    libraries: mine.map((one) => one.library),
  };
}

interface Purge extends Asked {
  before: Date;
  deleteMedia: boolean;
}

/** All of them before the first goes: what is read by offset must stand still. */
async function allIds(app: App, filter: TrashFilter): Promise<number[]> {
  const ids: number[] = [];
  for (;;) {
    const some = await trashIds(app.db, filter, ids.length, perJob);
    ids.push(...some);
    if (some.length < perJob) return ids;
  }
}

async function purge(app: App, c: Context<Env>, { ids: ticked, libraryId, before, deleteMedia }: Purge) {
  const { user } = c.var.identity!;
  const filter = await filterOf(app, libraryId);
  const ids = ticked ?? (await allIds(app, filter));
  if (ids.length > atOnce) {
    const params = { trashedBefore: before.toISOString(), deleteMedia };
    const jobs: number[] = [];
    for (let at = 0; at < ids.length; at += perJob) {
      const some = { ...params, fileIds: ids.slice(at, at + perJob) };
      jobs.push((await app.queue.enqueue("purge-trash", some, { priority: 1, origin: user.id })).id);
    }
    const [id] = jobs;
    await audit(app, user, "file.purge", null, { files: ids.length, deleteMedia });
    return {
      text: `${counted(ids.length, "file")} ${ids.length === 1 ? "leaves" : "leave"} the trash: ${jobs.length === 1 ? `job ${id}` : `${jobs.length} jobs`}.`,
      link: { href: `/admin/jobs/${id}`, text: jobs.length === 1 ? "Show the job" : "Show the first job" },
    };
  }
  const parts = { db: app.db, paths: app.paths, now: () => app.clock.now() };
  const asked = { ids, trashedBefore: before, deleteMedia };
  const did = await purgeFiles(parts, asked, { step: async () => {}, log: (line) => app.log.info(line) });
  await audit(app, user, "file.purge", null, {
    fileIds: ids,
    deleteMedia,
    removed: did.removed,
    deleted: did.deleted,
  });
  const text = `Removed ${counted(did.removed, "file")}; ${did.deleted > 0 ? `${number(did.deleted)} deleted from the disk, ${bytes(did.deletedBytes)}` : "the media stay on the disk"}.`;
  const [kept] = did.kept;
  if (!kept) return { text };
  const more = did.kept.length > 1 ? ` ${number(did.kept.length - 1)} more stay as well.` : "";
  throw new Refused(
    409,
    "file.state",
    `${did.removed > 0 ? `${text} ` : ""}${kept.path} stays: ${kept.reason}${more}`,
  );
}
