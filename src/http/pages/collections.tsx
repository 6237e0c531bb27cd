// Collections: all of them, one of them, and making and changing them by forms.

import { type Context, Hono } from "hono";
import { counted } from "../../../views/format.ts";
import { CollectionPage, CollectionShots } from "../../../views/pages/collection.tsx";
import { CollectionForm } from "../../../views/pages/collection-form.tsx";
import { type CollectionCard, CollectionsPage } from "../../../views/pages/collections.tsx";
import type { Question } from "../../../views/parts/confirm.tsx";
import { RuleEditor, RuleLook } from "../../../views/parts/rule-editor.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import type { CollectionRow } from "../../db/tables/media.ts";
import {
  countFilesOf,
  coversOfCollection,
  filesOfCollection,
  getCollection,
  listCollections,
  type MemberKey,
} from "../../library/collections.ts";
import { Refused } from "../../runtime/errors.ts";
import { changedDraft, draftOfForm, ruleOfDraft } from "../../search/rule-draft.ts";
import {
  checkedRule,
  dropCollection,
  editCollection,
  makeCollection,
  refresh,
  undoMembers,
} from "../collection-acts.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { askFirst } from "./ask-first.tsx";
import { collectionFiles } from "./collection-files.tsx";
import { editorOf, firstDraft, lookAt, textOfRule } from "./collection-rules.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formDataOf } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";
import { shotsOf } from "./shots.ts";

export const perPage = 90;

export function collectionPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  pages.route("/", collectionFiles(app));

  pages.get("/collections", async (c) => {
    const ctx = pageContext(app, c);
    const hidden = await hiddenGroups(app);
    const rows = await listCollections(app.db);
    const cards = await Promise.all(rows.map((row) => cardOf(app, row, hidden)));
    return page(c, <CollectionsPage ctx={ctx} cards={cards} />);
  });

  pages.get("/collections/new/by-hand", (c) => askFirst(app, c, newByHand()));

  pages.get("/collections/new/by-rule", async (c) => {
    const ctx = pageContext(app, c);
    const q = (c.req.query("q") ?? "").trim().slice(0, 1000);
    const editor = await editorOf(app, await firstDraft(app, q));
    return page(c, <CollectionForm ctx={ctx} editor={editor} name={q.slice(0, 60)} isOpen />);
  });

  pages.post("/collections/draft", async (c) => {
    const ctx = pageContext(app, c);
    const form = await formOf(c);
    const draft = changedDraft(draftOfForm(form), form.get("do") ?? "");
    const editor = await editorOf(app, draft);
    const look = await lookAt(app, ctx, editor.draft);
    if (wantsPartial(c))
      return c.html(
        <>
          {partial("#rule", "outerMorph", <RuleEditor {...editor} url={ctx.url} />)}
          {partial("#rule-look", "outerMorph", <RuleLook look={look} />)}
        </>,
      );
    const id = Number(form.get("id")) || undefined;
    const texts = { name: form.get("name") ?? "", description: form.get("description") ?? "" };
    return page(c, <CollectionForm ctx={ctx} editor={editor} id={id} {...texts} look={look} />);
  });

  pages.post("/collections", async (c) => {
    const form = await formOf(c);
    const isByRule = form.has("r.match");
    try {
      const made = await makeCollection(app, c.var.identity?.user, {
        name: form.get("name") ?? "",
        description: (form.get("description") ?? "").trim().slice(0, 2000),
        rule: isByRule ? await ruleIn(app, form) : null,
      });
      const text = isByRule ? `${made.name} is made; its files are being found.` : `${made.name} is made.`;
      return done(app, c, { text, back: `/collections/${made.id}`, leave: true });
    } catch (error) {
      return refusedForm(app, c, error, form, "/collections");
    }
  });

  pages.get("/collections/:id{[0-9]+}", async (c) => {
    const ctx = pageContext(app, c);
    const row = await getCollection(app.db, Number(c.req.param("id")));
    const hidden = await hiddenGroups(app);
    const after = readKey(c.req.query("after"));
    const { files, last } = await filesOfCollection(app.db, row.id, hidden, { after, limit: perPage });
    const isArranged = c.req.query("arrange") === "1" && ctx.user?.role === "owner" && !row.rule;
    const shots = await shotsOf(app, ctx, files, "", false, false);
    const shown = { ctx, id: row.id, shots, next: last && `${last.position}.${last.id}`, isArranged };
    if (c.req.query("part") === "more") return c.html(<CollectionShots {...shown} />);
    const count = await countFilesOf(app.db, row.id, hidden);
    return page(c, <CollectionPage {...shown} row={row} count={count} rule={textOfRule(row.rule)} />);
  });

  pages.get("/collections/:id{[0-9]+}/edit", async (c) => {
    const ctx = pageContext(app, c);
    const row = await getCollection(app.db, Number(c.req.param("id")));
    if (!row.rule) return askFirst(app, c, editByHand(row));
    const editor = await editorOf(app, await firstDraft(app, "", row.rule));
    return page(c, <CollectionForm ctx={ctx} editor={editor} {...row} isOpen />);
  });

  pages.post("/collections/:id{[0-9]+}", async (c) => {
    const id = Number(c.req.param("id"));
    const form = await formOf(c);
    try {
      const row = await editCollection(app, c.var.identity?.user, id, {
        name: form.get("name") ?? "",
        description: (form.get("description") ?? "").trim().slice(0, 2000),
        ...(form.has("r.match") && { rule: await ruleIn(app, form) }),
      });
      return done(app, c, { text: `${row.name} is saved.`, back: `/collections/${id}`, leave: true });
    } catch (error) {
      return refusedForm(app, c, error, form, `/collections/${id}`);
    }
  });

  pages.post("/collections/:id{[0-9]+}/refresh", async (c) => {
    const row = await getCollection(app.db, Number(c.req.param("id")));
    await refresh(app, row.id, c.var.identity?.user);
    return done(app, c, {
      text: `The files of ${row.name} are being found again.`,
      back: `/collections/${row.id}`,
    });
  });

  pages.get("/collections/:id{[0-9]+}/remove", async (c) => {
    const row = await getCollection(app.db, Number(c.req.param("id")));
    const { shown } = await countFilesOf(app.db, row.id, []);
    return askFirst(app, c, {
      title: `Remove the collection ${row.name}?`,
      lines: [
        `${shown === 1 ? "The file in it stays where it is" : `The ${counted(shown, "file")} in it stay where they are`}; only the list goes. This cannot be undone.`,
      ],
      action: `/collections/${row.id}/remove`,
      verb: "Remove collection",
      danger: true,
      back: `/collections/${row.id}`,
    });
  });

  pages.post("/collections/:id{[0-9]+}/remove", async (c) => {
    const { name } = await dropCollection(app, c.var.identity?.user, Number(c.req.param("id")));
    return done(app, c, {
      text: `The collection ${name} is gone; its files stay.`,
      back: "/collections",
      leave: true,
    });
  });

  pages.post("/collections/acts/:id{[0-9]+}/undo", async (c) => {
    try {
      const { id, text } = await undoMembers(app, c.var.identity?.user, Number(c.req.param("id")));
      return done(app, c, { text, back: `/collections/${id}`, leave: true });
    } catch (error) {
      return refused(app, c, error, { back: "/collections" });
    }
  });

  return pages;
}

async function cardOf(app: App, row: CollectionRow, hidden: number[]): Promise<CollectionCard> {
  const covers = await coversOfCollection(app.db, row, hidden);
  const { shown } = await countFilesOf(app.db, row.id, hidden);
  return { row, files: shown, covers: covers.map((id) => `/api/files/${id}/thumbnail?w=480`) };
}

async function ruleIn(app: App, form: URLSearchParams) {
  const rule = ruleOfDraft(draftOfForm(form));
  if (rule) return await checkedRule(app, rule);
  throw new Refused(422, "rule.empty", "The rule says nothing yet: give one condition a value.");
}

/** What was typed stays: a plain browser gets the form again. */
async function refusedForm(app: App, c: Context<Env>, error: unknown, form: URLSearchParams, back: string) {
  if (!(error instanceof Refused) || wantsPartial(c) || !form.has("r.match"))
    return refused(app, c, error, { back });
  const ctx = pageContext(app, c);
  const editor = await editorOf(app, draftOfForm(form));
  const texts = { name: form.get("name") ?? "", description: form.get("description") ?? "" };
  const id = Number(form.get("id")) || undefined;
  const props = { ctx, editor, id, ...texts, fault: error.message };
  return page(c, <CollectionForm {...props} />, 422);
}

export async function formOf(c: Context<Env>): Promise<URLSearchParams> {
  const form = new URLSearchParams();
  for (const [name, value] of await formDataOf(c)) form.append(name, String(value));
  return form;
}

function newByHand(): Question {
  return {
    title: "New collection",
    lines: ["You choose its files: tick them in a library and add them."],
    action: "/collections",
    verb: "Make collection",
    danger: false,
    back: "/collections",
    asks: <NameFields />,
  };
}

function editByHand({ id, name, description }: CollectionRow): Question {
  return {
    title: "Change the collection",
    lines: [],
    action: `/collections/${id}`,
    verb: "Save",
    danger: false,
    back: `/collections/${id}`,
    asks: <NameFields name={name} description={description} />,
  };
}

function NameFields({ name = "", description = "" }: { name?: string; description?: string }) {
  return (
    <>
      <label class="field">
        <span class="label-text">Name</span>
        <input class="input" name="name" value={name} required maxlength={200} autofocus />
      </label>
      <label class="field">
        <span class="label-text">Description</span>
        <textarea class="input" name="description" rows={2} maxlength={2000}>
          {description}
        </textarea>
      </label>
    </>
  );
}

function readKey(text: string | undefined): MemberKey | null {
  const [, position, id] = /^(-?\d{1,16})\.(\d{1,15})$/.exec(text ?? "") ?? [];
  return position && id ? { position: Number(position), id: Number(id) } : null;
}
