// Row O9: with NSFW visibility off, files of NSFW libraries and the jobs about them are left out of every list. They
// still run.

import { eq } from "drizzle-orm";
import { library } from "../db/tables/library.ts";
import type { App } from "./context.ts";

/** The libraries to leave out now; empty when everything shows. */
export async function hiddenGroups(app: Pick<App, "db" | "settings">): Promise<number[]> {
  if (app.settings.get("nsfwVisible")) return [];
  const rows = await app.db.select({ id: library.id }).from(library).where(eq(library.nsfw, true));
  return rows.map((r) => r.id);
}
