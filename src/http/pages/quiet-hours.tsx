// Quiet hours, one window at a time: its form in a dialog or on a page of its own, and what becomes of the list.

import { type Context, Hono } from "hono";
import { FormError } from "../../../views/parts/form-field.tsx";
import { windowTitle } from "../../../views/parts/quiet-words.ts";
import { WindowForm, type WindowFormProps, WindowPage } from "../../../views/parts/window-form.tsx";
import type { QuietWindow } from "../../settings/yield.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formDataOf } from "./form-data.ts";
import { windowsFrom } from "./list-fields.ts";
import { page, pageContext } from "./page-context.ts";
import { entryAt, refusedEntry, refuseIfMoved, replaced } from "./setting-lists.ts";
import type { SettingChanges } from "./setting-undo.ts";
import { knownNames } from "./settings-fragments.tsx";

const back = "/admin/settings#quietHours";

export function quietHourPages(
  app: App,
  changes: SettingChanges,
  rows: (key: string) => Promise<unknown[]>,
): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  const list = () => app.settings.get("yield").quietHours;
  const { queues } = knownNames(app);
  const whole = (c: Context<Env>, props: Omit<WindowFormProps, "url">, status: 200 | 409 | 422 = 200) =>
    page(c, <WindowPage ctx={pageContext(app, c)} {...props} />, status);

  const save = async (c: Context<Env>, quietHours: unknown[], text: string) => {
    const { user } = c.var.identity!;
    const undo = await changes.make("yield", { quietHours }, user.email);
    if (undo) await audit(app, user, "settings.change", "yield", { yield: { quietHours } });
    return done(app, c, { text, back, undo, partials: await rows("yield") });
  };

  routes.get("/admin/settings/quiet-hours/:at{new|[0-9]+}", async (c) => {
    const { at, entry } = entryAt(list(), c.req.param("at"));
    const props = { at, window: entry ?? {}, was: entry ?? null, queues };
    if (wantsPartial(c)) return c.html(String(await (<WindowForm {...props} url={url} />)));
    return whole(c, props);
  });

  routes.post("/admin/settings/quiet-hours/:at{new|[0-9]+}", async (c) => {
    const form = await formDataOf(c);
    const { at, entry } = entryAt(list(), c.req.param("at"));
    const typed = (windowsFrom(form, "quietHours")[0]?.value ?? { from: "", to: "" }) as QuietWindow;
    try {
      refuseIfMoved(form, entry);
      const text = `${at === "new" ? "Added" : "Changed"} quiet hours ${windowTitle(typed)}.`;
      return await save(c, replaced(list(), at, typed), text);
    } catch (error) {
      const props = { at, window: typed, was: entry ?? null, queues };
      return refusedEntry(
        c,
        error,
        (text) => <FormError message={text} />,
        (text, status) => whole(c, { ...props, error: text }, status),
      );
    }
  });

  routes.post("/admin/settings/quiet-hours/:at{[0-9]+}/remove", async (c) => {
    try {
      const { at, entry } = entryAt(list(), c.req.param("at"));
      refuseIfMoved(await formDataOf(c), entry);
      return await save(c, replaced(list(), at, undefined), `Removed quiet hours ${windowTitle(entry!)}.`);
    } catch (error) {
      return refused(app, c, error, { back, partials: await rows("yield") });
    }
  });
  return routes;
}
