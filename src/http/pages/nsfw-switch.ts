// Row O9 at hand: owners show or hide NSFW libraries from wherever they are, and are told what that hides.

import { Hono } from "hono";
import { counted } from "../../../views/format.ts";
import { libraryCounts } from "../../library/file-stats.ts";
import { getFile } from "../../library/files.ts";
import { listLibraries } from "../../library/libraries.ts";
import { NotFound } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { done, refused } from "./flash.ts";
import { formFields, localPath } from "./form-data.ts";
import { seenLibrary } from "./library.tsx";

export function nsfwSwitch(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  routes.post("/nsfw", async (c) => {
    const { visible, back: from } = await formFields(c);
    const { user } = c.var.identity!;
    const back = localPath(from);
    const nsfwVisible = visible === "1";
    try {
      await app.settings.change({ nsfwVisible }, user.email);
      await audit(app, user, "settings.change", "nsfwVisible", { nsfwVisible });
      const text = nsfwVisible ? "NSFW content is shown to everybody." : await hiddenInWords(app);
      return done(app, c, { text, back: await stillThere(app, back), leave: true });
    } catch (error) {
      return refused(app, c, error, { back, leave: true });
    }
  });
  return routes;
}

async function hiddenInWords(app: App): Promise<string> {
  const hidden = (await listLibraries(app.db)).filter((library) => library.nsfw);
  if (hidden.length === 0) return "NSFW content is hidden. No library is marked as such yet.";
  const counts = await libraryCounts(app.db);
  const files = hidden.reduce((sum, { id }) => sum + (counts.get(id)?.total ?? 0), 0);
  const jobs = (await app.store.tallies())
    .filter(({ lane }) => hidden.some(({ id }) => id === lane.group))
    .reduce((sum, { waiting, running, delayed }) => sum + waiting + running + delayed, 0);
  const open = jobs > 0 ? ` Their ${counted(jobs, "open job")} still ${jobs === 1 ? "runs" : "run"}.` : "";
  return `Hidden from every list: ${counted(hidden.length, "NSFW library", "NSFW libraries")} with ${counted(files, "file")}.${open}`;
}

/** Whoever stands in what is hidden now goes home. */
async function stillThere(app: App, back: string): Promise<string> {
  const [, what, id] = /^\/(libraries|files)\/(\d+)/.exec(back) ?? [];
  if (!id) return back;
  try {
    await seenLibrary(app, what === "files" ? (await getFile(app.db, Number(id))).libraryId : Number(id));
    return back;
  } catch (error) {
    if (error instanceof NotFound) return "/";
    throw error;
  }
}
