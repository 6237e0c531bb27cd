// The page of exports, and letting one go.

import { type Context, Hono } from "hono";
import { bytes } from "../../../views/format.ts";
import { ExportSum, ExportsPage, NoExports } from "../../../views/pages/exports.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { findExport, listExports, removeExport } from "../../library/exports.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { askFirst } from "./ask-first.tsx";
import { exportLines } from "./export-lines.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { page, pageContext } from "./page-context.ts";

const place = "/exports";
const perPage = 50;

export function exportPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();

  pages.get(place, async (c) => {
    const at = Math.max(1, Math.min(1_000_000, Math.floor(Number(c.req.query("page"))) || 1));
    const hidden = await hiddenGroups(app);
    const { exports, total, sizeBytes } = await listExports(app.db, { page: at, limit: perPage, hidden });
    const lines = await exportLines(app, exports);
    const all = Math.max(1, Math.ceil(total / perPage));
    return page(
      c,
      <ExportsPage ctx={pageContext(app, c)} {...{ lines, total, sizeBytes }} page={at} pages={all} />,
    );
  });

  pages.get(`${place}/:id{[0-9]+}/remove`, async (c) => {
    const row = await findExport(app.db, Number(c.req.param("id")));
    const inLibrary = row.path === null;
    return askFirst(app, c, {
      title: `Remove ${row.title}?`,
      lines: [
        inLibrary
          ? "1 line of the list goes. The film itself stays in its library."
          : `1 file of ${bytes(row.sizeBytes)} is deleted for good. What it was made of stays as it is.`,
      ],
      action: `${place}/${row.id}/remove`,
      verb: inLibrary ? "Take off the list" : "Remove",
      danger: !inLibrary,
      back: place,
    });
  });

  pages.post(`${place}/:id{[0-9]+}/remove`, async (c) => {
    try {
      const row = await findExport(app.db, Number(c.req.param("id")));
      await removeExport(app, row);
      await audit(app, c.var.identity!.user, "export.remove", row.id, { name: row.title });
      const partials = wantsPartial(c) ? await afterRemoval(app, c, row.id) : undefined;
      return done(app, c, { back: place, text: `Removed ${row.title}.`, partials });
    } catch (error) {
      return refused(app, c, error, { back: place });
    }
  });

  return pages;
}

async function afterRemoval(app: App, c: Context<Env>, id: number) {
  const gone = partial(`#export-${id}`, "outerHTML", <></>);
  // A file's page lists its exports as well, and says nothing of all.
  if (URL.parse(c.req.header("hx-current-url") ?? "")?.pathname !== app.config.basePath + place) return gone;
  const hidden = await hiddenGroups(app);
  const { total, sizeBytes } = await listExports(app.db, { page: 1, limit: 1, hidden });
  return (
    <>
      {total > 0
        ? gone
        : partial("#export-list", "outerHTML", <NoExports ctx={pageContext(app, c)} isPast={false} />)}
      {partial("#export-sum", "outerHTML", <ExportSum total={total} sizeBytes={sizeBytes} />)}
    </>
  );
}
