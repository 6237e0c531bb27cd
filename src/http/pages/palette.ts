// The command palette's one source: without words everything it always offers, with words what only the server can find.

import { Hono } from "hono";
import type { App, Env } from "../context.ts";
import { findFiles } from "./job-file-search.ts";
import { kindLabel } from "./job-lines.ts";
import { type PaletteItem, paletteItems } from "./palette-items.ts";

const filesShown = 6;

export function palettePages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/admin/palette", async (c) => {
    const q = (c.req.query("q") ?? "").trim().slice(0, 200);
    const items = q === "" ? await paletteItems(app, c.var.identity!.user) : await found(app, q);
    c.header("Cache-Control", "no-store");
    return c.json(items.map((item) => withBase(app.config.basePath ?? "", item)));
  });
  return routes;
}

async function found(app: App, q: string): Promise<PaletteItem[]> {
  const id = /^(?:job )?#?(\d{1,15})$/i.exec(q)?.[1];
  const [job, files] = await Promise.all([
    id === undefined ? undefined : app.store.get(Number(id)),
    findFiles(app, { text: q, types: [], limit: filesShown }),
  ]);
  const items: PaletteItem[] = files.map((file) => ({
    id: `file:${file.id}`,
    group: "Files",
    label: file.name,
    about: `${file.library}/${file.path}`,
    icon: file.type === "video" ? "film" : file.type === "image" ? "image" : "music",
    href: `/files/${file.id}`,
  }));
  items.push({
    id: "search:jobs",
    group: "Search",
    label: `Search jobs for “${q}”`,
    icon: "search",
    href: `/admin/jobs?q=${encodeURIComponent(q)}`,
  });
  if (!job) return items;
  const label = `Job ${job.id}: ${kindLabel(app, job)}`;
  const about = [job.status, job.subject.label].filter(Boolean).join(", ");
  return [
    { id: `job:${job.id}`, group: "Job", label, about, icon: "list-checks", href: `/admin/jobs/${job.id}` },
    ...items,
  ];
}

function withBase(base: string, { href, post, ...item }: PaletteItem): PaletteItem {
  return { ...item, ...(href && { href: base + href }), ...(post && { post: base + post }) };
}
