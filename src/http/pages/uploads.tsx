// What brings files and folders into a library from its page: the form for one file where there are no scripts, and a new
// folder; and files that were forgotten, to be brought back.

import { type Context, Hono } from "hono";
import { counted } from "../../../views/format.ts";
import { ForgottenPage } from "../../../views/pages/forgotten.tsx";
import { FormField } from "../../../views/parts/form-field.tsx";
import { scansOf } from "../../jobs/scan.ts";
import { listForgotten, remember, rememberAll } from "../../library/forgotten.ts";
import { makeFolder } from "../../library/make-folder.ts";
import { GiveUp, JobFailure, Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { receiveForm } from "../uploads/plain-form.ts";
import { askFirst } from "./ask-first.tsx";
import { done, refused } from "./flash.ts";
import { formDataOf, formFields } from "./form-data.ts";
import { seenLibrary } from "./library.tsx";
import { page, pageContext } from "./page-context.ts";

const perPage = 50;

export function uploadPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  const libraryOf = (c: Context<Env>) => seenLibrary(app, Number(c.req.param("id")));
  const backTo = (id: number, folder = "") =>
    `/libraries/${id}${folder ? `?folder=${encodeURIComponent(folder)}` : ""}`;

  pages.get("/libraries/:id{[0-9]+}/folders/new", async (c) => {
    const library = await libraryOf(c);
    const folder = c.req.query("folder") ?? "";
    return askFirst(app, c, {
      title: "New folder",
      lines: [folder ? `In ${library.name}, in ${folder}.` : `In ${library.name}.`],
      action: `/libraries/${library.id}/folders`,
      verb: "Make folder",
      danger: false,
      fields: [["folder", folder]],
      back: backTo(library.id, folder),
      asks: <FormField name="name" label="Name" required maxlength={200} />,
    });
  });

  pages.post("/libraries/:id{[0-9]+}/folders", async (c) => {
    const { folder = "", name = "" } = await formFields(c);
    return await act(app, c, backTo(Number(c.req.param("id")), folder), async () => {
      const library = await libraryOf(c);
      const path = await makeFolder(app, library, folder ? `${folder}/${name.trim()}` : name.trim());
      await audit(app, c.var.identity?.user, "library.folder", library.id, { path });
      return { text: `Made the folder ${path}.`, back: backTo(library.id, path) };
    });
  });

  pages.post("/libraries/:id{[0-9]+}/upload", (c) => {
    const folder = c.req.query("folder") ?? "";
    const back = backTo(Number(c.req.param("id")), folder);
    return act(app, c, back, async () => {
      const library = await libraryOf(c);
      const arrival = await receiveForm(app, c, library, folder);
      if (arrival.state === "failed") throw new Refused(422, arrival.code, arrival.message);
      if (arrival.state === "placing")
        return { text: "It has come, and is on its way into the library.", back };
      if (arrival.state === "identical")
        return { text: `The same file is there already: ${arrival.path}.`, back };
      return { text: `${arrival.path} is in the library.`, back };
    });
  });

  pages.get("/libraries/:id{[0-9]+}/forgotten", async (c) => {
    const library = await libraryOf(c);
    const at = Math.max(1, Math.floor(Number(c.req.query("page"))) || 1);
    const { files, total } = await listForgotten(app.db, library.id, (at - 1) * perPage, perPage);
    const props = { library, files, total, page: at, pages: Math.max(1, Math.ceil(total / perPage)) };
    return page(c, <ForgottenPage ctx={pageContext(app, c)} {...props} />);
  });

  pages.post("/libraries/:id{[0-9]+}/forgotten", (c) =>
    act(app, c, `/libraries/${c.req.param("id")}/forgotten`, async () => {
      const library = await libraryOf(c);
      const form = await formDataOf(c);
      const paths = form.getAll("path").map(String);
      const n =
        form.get("all") === "1"
          ? await rememberAll(app.db, library.id)
          : await remember(app.db, library.id, paths);
      const back = `/libraries/${library.id}/forgotten`;
      if (n === 0) throw new Refused(422, "files.none", "No file is ticked.");
      await audit(app, c.var.identity?.user, "file.remember", null, { library: library.name, files: n });
      await app.queue.enqueueMany(
        scansOf(library).map((kind) => ({
          kind,
          params: { libraryId: library.id, skipExisting: true },
          origin: c.var.identity!.user.id,
        })),
      );
      return {
        text: `${counted(n, "file")} ${n === 1 ? "is" : "are"} found again by the scan that has been enqueued.`,
        back,
      };
    }),
  );

  return pages;
}

/** `back`: where somebody stays to whom it was refused. */
async function act(
  app: App,
  c: Context<Env>,
  back: string,
  work: () => Promise<{ text: string; back: string }>,
) {
  try {
    return done(app, c, { ...(await work()), leave: true });
  } catch (error) {
    const isJobs = error instanceof GiveUp || error instanceof JobFailure;
    const known = isJobs ? new Refused(409, error.code, error.message) : error;
    return refused(app, c, known, { back, leave: true });
  }
}
