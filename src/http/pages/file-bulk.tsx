// Doing one thing to many files of a library: those that are ticked, or all that its grid shows. What takes something away
// from all of them, or needs a word more, asks first; most of it can be taken back.

import { type Context, Hono } from "hono";
import { counted, number } from "../../../views/format.ts";
import { gridFields, gridQuery } from "../../../views/grid-view.ts";
import type { GridView } from "../../../views/pages/library.tsx";
import { CollectFields } from "../../../views/parts/collect-fields.tsx";
import type { Question } from "../../../views/parts/confirm.tsx";
import { ShotsNow } from "../../../views/parts/file-grid.tsx";
import { MoveFields } from "../../../views/parts/move-fields.tsx";
import { ReasonField } from "../../../views/parts/reason-field.tsx";
import type { FileType } from "../../db/tables/library.ts";
import { cascade } from "../../jobs/cascade.ts";
import { filesById, findFolder } from "../../library/file-grid.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { askFirst } from "./ask-first.tsx";
import { byHand, collect } from "./collect-files.ts";
import { type Did, exclude, release, restore, trash } from "./file-acts.ts";
import { allOf } from "./file-search.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formDataOf } from "./form-data.ts";
import { isDeep, readGridView, seenLibrary } from "./library.tsx";
import { makeAll } from "./make-all.ts";
import { moveFiles, moveTargets } from "./move-files.ts";
import { pageContext } from "./page-context.ts";
import { shotsOf } from "./shots.ts";

const verbs = ["validate", "make", "exclude", "release", "trash", "restore", "collect", "move"] as const;
type Verb = (typeof verbs)[number];

/** Each is written down with its files. */
const mostAtOnce = 5000;
/** So many are shown anew at once; of more the page is. */
const mostShown = 200;

interface Meant {
  libraryId: number;
  view: GridView;
  ids: number[];
  /** False: there are more than are acted on at once. */
  isAll: boolean;
  wantsAll: boolean;
  form: URLSearchParams;
}

export function fileBulk(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const path = "/libraries/:id{[0-9]+}/files/:verb";

  routes.get(path, async (c) => {
    const verb = verbOf(c);
    return askFirst(
      app,
      c,
      await questionOf(app, verb, await meantBy(app, c, new URL(c.req.url).searchParams)),
    );
  });

  routes.post(path, async (c) => {
    const verb = verbOf(c);
    const meant = await meantBy(app, c, await formOf(c));
    const back = `/libraries/${meant.libraryId}?${gridQuery(meant.view)}`;
    try {
      if (meant.ids.length === 0) throw new Refused(422, "files.none", "No file is ticked.");
      if (needsWord(verb, meant)) {
        const wasAsked = meant.form.get("sure") === "1";
        if (wasAsked) throw new Refused(422, "input.invalid", missingWord[verb]!);
        return askFirst(app, c, await questionOf(app, verb, meant));
      }
      const did = await doIt(app, c, verb, meant);
      const isShown = wantsPartial(c) && meant.ids.length <= mostShown && !meant.wantsAll;
      return done(app, c, {
        text: did.text,
        undo: did.undo,
        back,
        leave: !isShown,
        ...(isShown && { partials: await shownNow(app, c, meant) }),
      });
    } catch (error) {
      return refused(app, c, error, { back });
    }
  });

  return routes;
}

function verbOf(c: Context<Env>): Verb {
  const verb = verbs.find((one) => one === c.req.param("verb"));
  if (!verb) throw new NotFound("act", c.req.param("verb") ?? "");
  return verb;
}

async function formOf(c: Context<Env>): Promise<URLSearchParams> {
  const form = new URLSearchParams();
  for (const [name, value] of await formDataOf(c)) form.append(name, String(value));
  return form;
}

async function meantBy(app: App, c: Context<Env>, form: URLSearchParams): Promise<Meant> {
  const { id: libraryId } = await seenLibrary(app, Number(c.req.param("id")));
  const view = readGridView(Object.fromEntries(form));
  const wantsAll = form.get("all") === "1";
  if (wantsAll) {
    const folder = (await findFolder(app.db, libraryId, view.folder)) ?? null;
    const all = await allOf(app, { view, deep: isDeep(view), libraryId, folder }, mostAtOnce);
    return { libraryId, view, ...all, wantsAll, form };
  }
  const asked = form.getAll("ids").flatMap((ids) => ids.split(","));
  const ids = [...new Set(asked.map(Number))].filter((id) => Number.isSafeInteger(id) && id > 0);
  const files = await filesById(app.db, ids.slice(0, mostAtOnce));
  const mine = new Set(files.filter((file) => file.libraryId === libraryId).map((file) => file.id));
  return { libraryId, view, ids: ids.filter((id) => mine.has(id)), isAll: true, wantsAll, form };
}

/** Without scripts nobody has asked yet. */
function needsWord(verb: Verb, { wantsAll, form }: Meant): boolean {
  if (verb === "exclude") return !form.get("reason")?.trim();
  if (verb === "move") return !form.get("target");
  if (verb === "make") return kindsIn(form).length === 0;
  if (verb === "collect") return !form.get("collection") && !form.get("name")?.trim();
  return wantsAll && form.get("sure") !== "1";
}

const missingWord: Partial<Record<Verb, string>> = {
  exclude: "Nothing was excluded: say why.",
  collect: "Nothing was added: choose a collection, or name a new one.",
  move: "Nothing was moved: choose a library.",
  make: "Nothing was begun: tick what is to be made again.",
};

async function doIt(app: App, c: Context<Env>, verb: Verb, { ids, form }: Meant): Promise<Did> {
  const { user } = c.var.identity!;
  switch (verb) {
    case "validate":
      return await makeAll(app, ids, ["file-metadata"], user);
    case "make":
      return await makeAll(app, ids, kindsIn(form), user);
    case "exclude":
      return await exclude(app, ids, user, form.get("reason")!.trim().slice(0, 500));
    case "release":
      return await release(app, ids, user);
    case "move":
      return await moveFiles(app, ids, user, form);
    case "trash":
      return await trash(app, ids, user);
    case "restore":
      return await restore(app, ids, user);
    case "collect":
      return await collect(app, ids, user, form);
  }
}

function kindsIn(form: URLSearchParams): string[] {
  return [...form.keys()].filter((name) => name.startsWith("kind.")).map((name) => name.slice(5));
}

async function questionOf(app: App, verb: Verb, meant: Meant): Promise<Question> {
  const { ids, view, libraryId, wantsAll, isAll } = meant;
  const some = counted(ids.length, "file");
  const which: [string, string][] = wantsAll ? [["all", "1"]] : [["ids", ids.join(",")]];
  const limit = isAll ? [] : [`There are more: the first ${number(mostAtOnce)} are taken at once.`];
  const kinds = verb === "make" ? await kindsFor(app, meant) : [];
  const words = wording[verb];
  const targets = verb === "move" ? await moveTargets(app, ids) : null;
  const obstacle = targets?.obstacle ?? null;
  return {
    title: ids.length === 0 ? "No file is meant." : `${words.verb} ${some}${words.after ?? ""}?`,
    lines: ids.length === 0 ? [] : obstacle ? [obstacle] : [...limit, ...words.lines],
    action: `/libraries/${libraryId}/files/${verb}`,
    verb: `${words.verb} ${some}`,
    danger: false,
    isEmpty: ids.length === 0 || obstacle !== null,
    fields: [...gridFields(view), ...which, ["sure", "1"]],
    back: `/libraries/${libraryId}?${gridQuery(view)}`,
    ...(verb === "exclude" && { asks: ReasonField() }),
    ...(verb === "collect" && { asks: CollectFields({ collections: await byHand(app) }) }),
    ...(verb === "move" && { asks: MoveFields(targets!) }),
    ...(verb === "make" && { checks: kinds }),
  };
}

const undo = "It can be undone from the message that follows.";
const wording: Record<Verb, { verb: string; after?: string; lines: string[] }> = {
  validate: { verb: "Validate", lines: ["Each is looked at again: what it is, and whether it is whole."] },
  make: {
    verb: "Make again for",
    lines: ["What is there is replaced when its job has succeeded. What is waiting already is skipped."],
  },
  exclude: {
    verb: "Exclude",
    after: " from processing",
    lines: [
      "Nothing more is made of them until somebody releases them, or their content changes. Waiting jobs about them are cancelled. The files on disk are untouched.",
      undo,
    ],
  },
  release: { verb: "Release", lines: ["They are worked on again from now on."] },
  move: {
    verb: "Move",
    after: " to another place",
    lines: [
      "The media files are moved on the disk, with their sidecars. Their history and all that was made from them stay with them. Nothing is written over: a name that is taken gets a number.",
    ],
  },
  trash: {
    verb: "Move",
    after: " to the trash",
    lines: ["They leave the lists. The files on disk are untouched.", undo],
  },
  restore: { verb: "Restore", after: " from the trash", lines: [undo] },
  collect: { verb: "Add", after: " to a collection", lines: ["The files stay where they are."] },
};

/** What can be made of any of them, and of how many. */
async function kindsFor(app: App, { ids }: Meant) {
  const types = new Map<FileType, number>();
  for (let at = 0; at < ids.length; at += 500)
    for (const { type } of await filesById(app.db, ids.slice(at, at + 500)))
      types.set(type, (types.get(type) ?? 0) + 1);
  return cascade.flatMap((row) => {
    const kind = app.queue.catalogue.find(row.kind);
    const n = row.types.reduce((sum, type) => sum + (types.get(type) ?? 0), 0);
    if (!kind || n === 0) return [];
    return [{ name: `kind.${kind.name}`, value: "on", label: `${kind.label}, ${counted(n, "file")}` }];
  });
}

async function shownNow(app: App, c: Context<Env>, { ids, view }: Meant) {
  const files = await filesById(app.db, ids);
  const query = gridQuery({ ...view, deep: isDeep(view) });
  return <ShotsNow shots={await shotsOf(app, pageContext(app, c), files, query, true)} />;
}
