// Adding a library, changing, scanning and removing one. For owners (guards.ts).

import { Hono } from "hono";
import { counted } from "../../../views/format.ts";
import {
  LibrarySettingsPage,
  NewLibraryFolderPage,
  NewLibraryMakePage,
} from "../../../views/pages/library-settings.tsx";
import type { FileType, LibraryRow } from "../../db/tables/library.ts";
import { cascadeOf } from "../../jobs/cascade.ts";
import { libraryCounts } from "../../library/file-stats.ts";
import { listForgotten } from "../../library/forgotten.ts";
import { getLibrary, scannedTypes, updateLibrary } from "../../library/libraries.ts";
import { forgetLibrary, startScans } from "../api/libraries.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { askFirst } from "./ask-first.tsx";
import { done, setFlash } from "./flash.ts";
import { faultsOf, formFields } from "./form-data.ts";
import {
  checkLibraryFields,
  fieldsOfLibrary,
  pickedFolder,
  readLibraryFields,
  recognisesOf,
} from "./library-fields.ts";
import { removalOf } from "./library-removal.ts";
import { emptyMakeForm, makeLibrary } from "./make-library.ts";
import { page, pageContext } from "./page-context.ts";
import { pageStatus } from "./sign-in.tsx";

export function librarySettingsPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  const recognises = recognisesOf(app);

  pages.get("/libraries/new/folder", async (c) => {
    const folder = await pickedFolder(app, c.req.query("path"));
    return page(
      c,
      <NewLibraryFolderPage ctx={pageContext(app, c)} folder={folder} offered={app.config.media} />,
    );
  });

  pages.get("/libraries/new/make", async (c) => {
    const path = c.req.query("path");
    if (!path) return c.redirect(url("/libraries/new/folder"), 303);
    return page(c, <NewLibraryMakePage ctx={pageContext(app, c)} form={emptyMakeForm(app, path)} />);
  });

  pages.post("/libraries/new/make", async (c) => {
    const made = await makeLibrary(app, c);
    if (!("library" in made))
      return page(c, <NewLibraryMakePage ctx={pageContext(app, c)} form={made.form} />, made.status);
    setFlash(c, { kind: "done", text: `${made.library.name} is added; the scan has begun.` });
    return c.redirect(url(`/libraries/${made.library.id}`), 303);
  });

  const settingsOf = async (library: LibraryRow) => ({
    library,
    files: (await libraryCounts(app.db, library.id)).get(library.id)?.total ?? 0,
    forgotten: (await listForgotten(app.db, library.id, 0, 1)).total,
    sets: setsOff(app, library),
    recognises,
  });

  pages.get("/libraries/:id{[0-9]+}/settings", async (c) => {
    const library = await getLibrary(app.db, Number(c.req.param("id")));
    const form = { path: library.path, values: fieldsOfLibrary(library), errors: {} };
    const props = { ...(await settingsOf(library)), ...form };
    return page(c, <LibrarySettingsPage ctx={pageContext(app, c)} {...props} />);
  });

  pages.post("/libraries/:id{[0-9]+}/settings", async (c) => {
    const library = await getLibrary(app.db, Number(c.req.param("id")));
    const form = await formFields(c);
    const values = readLibraryFields(form);
    try {
      checkLibraryFields(values);
      const change = { ...values, path: form.path?.trim() === library.path ? undefined : form.path?.trim() };
      const after = await updateLibrary(app, library.id, change);
      const { user } = c.var.identity!;
      await audit(app, user, "library.change", library.id, change);
      const scans = needsScan(library, after) ? await startScans(app, after, user) : undefined;
      const text = scans ? `Saved. ${counted(scans.enqueued, "scan")} enqueued to take it in.` : "Saved.";
      return done(app, c, { text, back: `/libraries/${library.id}/settings`, leave: true });
    } catch (error) {
      const { fields, whole, status } = faultsOf(error);
      const tried = { path: form.path ?? "", values, errors: fields, error: whole };
      const props = { ...(await settingsOf(library)), ...tried };
      return page(c, <LibrarySettingsPage ctx={pageContext(app, c)} {...props} />, pageStatus(status));
    }
  });

  pages.post("/libraries/:id{[0-9]+}/scan", async (c) => {
    const library = await getLibrary(app.db, Number(c.req.param("id")));
    const { enqueued, skipped } = await startScans(app, library, c.var.identity!.user);
    const text =
      enqueued === 0 ? "A scan is on its way already." : `Enqueued ${enqueued}, skipped ${skipped}.`;
    return done(app, c, { text, back: `/libraries/${library.id}` });
  });

  pages.get("/libraries/:id{[0-9]+}/remove", async (c) => {
    const library = await getLibrary(app.db, Number(c.req.param("id")));
    return askFirst(app, c, await removalOf(app, library));
  });

  pages.post("/libraries/:id{[0-9]+}/remove", async (c) => {
    const library = await getLibrary(app.db, Number(c.req.param("id")));
    const { sure } = await formFields(c);
    const back = `/libraries/${library.id}/settings`;
    if (sure !== "yes")
      return done(app, c, { text: "Nothing was removed: tick the box first.", back, leave: true });
    await forgetLibrary(app, library, c.var.identity!.user);
    return done(app, c, {
      text: `${library.name} is forgotten. Its media are untouched.`,
      back: "/",
      leave: true,
    });
  });

  return pages;
}

/** What it looks for now and did not before is to be found. */
function needsScan(before: LibraryRow, after: LibraryRow): boolean {
  if (before.path !== after.path) return true;
  const types = scannedTypes(before);
  return scannedTypes(after).some((type) => !types.includes(type));
}

/** What follows when a scan finds a file, by its type; of the kinds that this build has. */
function setsOff({ queue }: App, library: LibraryRow): { type: FileType; kinds: string[] }[] {
  return scannedTypes(library).map((type) => ({
    type,
    kinds: cascadeOf(type, library.recognise, (kind) => queue.knows(kind)).map(
      (kind) => queue.catalogue.find(kind)!.label,
    ),
  }));
}
