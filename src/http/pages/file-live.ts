// The stream of a file's page: its parts, whenever they differ.

import type { Context } from "hono";
import { fileParts, partStamp } from "../../../views/pages/file.tsx";
import { getFile } from "../../library/files.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import type { Fragment, View } from "../live.ts";
import { readHistoryView } from "./file-life.ts";
import { fileNow } from "./file-now.ts";
import { frameFragments } from "./frame-fragments.tsx";
import { readGridView } from "./library.tsx";

type Shared = Parameters<typeof frameFragments>[0];

/** `:id` of the request says which; its query is the page's own. */
export function fileView(app: App, c: Context<Env>): View<Shared> {
  const id = Number(c.req.param("id"));
  const user = c.var.identity?.user ?? null;
  const isOwner = user?.role === "owner";
  const from = readGridView(c.req.query());
  const view = readHistoryView(c.req.query());
  const seer = { user, url: (path: string) => `${app.config.basePath}${path}` };
  return {
    key: `file ${isOwner ? "owner" : "member"} ${id} ${new URL(c.req.url).search}`,
    forMembers: !isOwner,
    async fragments(shared) {
      const frame = isOwner ? frameFragments(shared) : [];
      try {
        const now = await fileNow(app, seer, await getFile(app.db, id), view);
        return [
          ...frame,
          ...Object.entries(fileParts(seer, now, from)).map(
            ([target, markup]): Fragment => ({
              target,
              swap: "outerMorph",
              markup,
              stamp: partStamp(target, now),
            }),
          ),
        ];
      } catch (error) {
        // The file is gone, or hidden by now: the page stays as it was.
        if (error instanceof NotFound) return frame;
        throw error;
      }
    },
  };
}
