// Searches over jobs that somebody gave a name.

import { type Context, Hono } from "hono";
import { SavedViews, type ViewsProps } from "../../../views/parts/job-search.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { Refused } from "../../runtime/errors.ts";
import { createView, listViews, removeView, updateView } from "../../search/views.ts";
import { checkQuery } from "../api/search-query.ts";
import { audit } from "../audit.ts";
import type { App, Env, User } from "../context.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { readJobsQuery, searchText } from "./jobs-query.ts";

export function savedViews(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  routes.post("/admin/jobs/views", async (c) => {
    const { user } = c.var.identity!;
    const form = await formFields(c);
    const back = `/admin/jobs${form.q ? `?q=${encodeURIComponent(form.q)}` : ""}`;
    try {
      const name = nameIn(form);
      const q = (form.q ?? "").slice(0, 1000);
      await checkQuery(app, "jobs", q);
      const view = { name, q, sort: null, shared: form.shared === "1" };
      const row = await createView(app.db, user.id, "jobs", view, app.clock.now());
      await audit(app, user, "view.create", row.id, { for: "jobs", name, q, shared: view.shared });
      return done(app, c, { text: `Saved the view ${name}.`, back, partials: await shown(app, c) });
    } catch (error) {
      return refused(app, c, error, { back });
    }
  });
  routes.post("/admin/jobs/views/:id{[0-9]+}/change", async (c) => {
    const { user } = c.var.identity!;
    const form = await formFields(c);
    const back = "/admin/jobs";
    try {
      const change = { name: nameIn(form), shared: form.shared === "1" };
      const row = await updateView(app.db, user.id, Number(c.req.param("id")), change, app.clock.now());
      await audit(app, user, "view.update", row.id, change);
      const whose = row.shared ? "all owners have it" : "it is yours alone";
      return done(app, c, {
        text: `Saved the view ${row.name}; ${whose}.`,
        back,
        partials: await shown(app, c),
      });
    } catch (error) {
      return refused(app, c, error, { back, partials: await shown(app, c) });
    }
  });
  routes.post("/admin/jobs/views/:id{[0-9]+}/delete", async (c) => {
    const { user } = c.var.identity!;
    const row = await removeView(app.db, user.id, Number(c.req.param("id")));
    await audit(app, user, "view.remove", row.id, { name: row.name });
    const text = `Deleted the view ${row.name}.`;
    return done(app, c, { text, back: "/admin/jobs", partials: await shown(app, c) });
  });
  return routes;
}

function nameIn(form: Record<string, string>): string {
  const name = (form.name ?? "").trim().slice(0, 100);
  if (name === "") throw new Refused(422, "input.invalid", "A view needs a name.");
  return name;
}

/** `now`: what the list shows, in the words of a search. */
export async function viewsProps(app: App, user: User, now: string): Promise<ViewsProps> {
  const rows = await listViews(app.db, user.id, "jobs");
  return {
    views: rows.map(({ id, name, q, userId, shared }) => ({
      id,
      name,
      q,
      isMine: userId === user.id,
      isShared: shared,
    })),
    now,
  };
}

async function shown(app: App, c: Context<Env>) {
  if (!wantsPartial(c)) return undefined;
  const at = c.req.header("hx-current-url") ?? "";
  const search = URL.canParse(at) ? new URL(at).searchParams : new URLSearchParams();
  const props = await viewsProps(app, c.var.identity!.user, searchText(readJobsQuery(search)));
  const url = (path: string) => `${app.config.basePath}${path}`;
  return partial("#views", "outerHTML", <SavedViews {...props} url={url} />);
}
