// Media servers, one at a time: the form in a dialog or on a page of its own, a trial that changes nothing, and what becomes
// of the list. Tokens go in and never come out.

import { type Context, Hono } from "hono";
import { FormError } from "../../../views/parts/form-field.tsx";
import { ServerForm, type ServerFormProps, ServerPage } from "../../../views/parts/server-form.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { Refused } from "../../runtime/errors.ts";
import { masked } from "../../settings/secrets.ts";
import type { PlaybackServer } from "../../settings/yield.ts";
import { serverTypes } from "../../yielding/media-server.ts";
import { testServer } from "../api/yielding.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { done, refusalText, refused, wantsPartial } from "./flash.ts";
import { formDataOf } from "./form-data.ts";
import { serversFrom } from "./list-fields.ts";
import { page, pageContext } from "./page-context.ts";
import { entryAt, refusedEntry, refuseIfMoved, replaced } from "./setting-lists.ts";
import type { SettingChanges } from "./setting-undo.ts";

const back = "/admin/settings#mediaServers";

export function mediaServerPages(
  app: App,
  changes: SettingChanges,
  rows: (key: string) => Promise<unknown[]>,
): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  const list = () => masked(app.settings.get("yield").playback.servers);
  const whole = (c: Context<Env>, props: Omit<ServerFormProps, "url">, status: 200 | 409 | 422 = 200) =>
    page(c, <ServerPage ctx={pageContext(app, c)} {...props} />, status);

  const save = async (c: Context<Env>, servers: unknown[], text: string) => {
    const { user } = c.var.identity!;
    const undo = await changes.make("yield", { playback: { servers } }, user.email);
    if (undo)
      await audit(app, user, "settings.change", "yield", masked({ yield: { playback: { servers } } }));
    return done(app, c, { text, back, undo, partials: await rows("yield") });
  };

  routes.get("/admin/settings/media-servers/:at{new|[0-9]+}", async (c) => {
    const { at, entry } = entryAt(list(), c.req.param("at"));
    const props = { at, server: entry ?? {}, was: entry ?? null };
    if (wantsPartial(c)) return c.html(String(await (<ServerForm {...props} url={url} />)));
    return whole(c, props);
  });

  routes.post("/admin/settings/media-servers/test", async (c) => {
    const typed = serversFrom(await formDataOf(c), "servers")[0]?.value;
    if (!wantsPartial(c)) return trial(app, c, typed);
    const { ok, detail } = await saidBy(app, typed);
    const words = <span class={ok ? "good" : "bad"}>{`${detail}.`}</span>;
    return c.html(String(await partial("#trial", "innerHTML", words)));
  });

  routes.post("/admin/settings/media-servers/:at{[0-9]+}/test", (c) => {
    const { entry } = entryAt(list(), c.req.param("at"));
    return trial(app, c, { ...entry! });
  });

  routes.post("/admin/settings/media-servers/:at{new|[0-9]+}", async (c) => {
    const form = await formDataOf(c);
    const { at, entry } = entryAt(list(), c.req.param("at"));
    const typed = (serversFrom(form, "servers")[0]?.value ?? {}) as unknown as PlaybackServer;
    try {
      refuseIfMoved(form, entry);
      const text = `${at === "new" ? "Added" : "Changed"} the media server ${nameOf(typed)}.`;
      return await save(c, replaced(list(), at, typed), text);
    } catch (error) {
      const { token: _, ...server } = typed;
      return refusedEntry(
        c,
        error,
        (text) => <FormError message={text} />,
        (text, status) => whole(c, { at, server, was: entry ?? null, error: text }, status),
      );
    }
  });

  routes.post("/admin/settings/media-servers/:at{[0-9]+}/remove", async (c) => {
    try {
      const { at, entry } = entryAt(list(), c.req.param("at"));
      refuseIfMoved(await formDataOf(c), entry);
      return await save(c, replaced(list(), at, undefined), `Removed the media server ${nameOf(entry!)}.`);
    } catch (error) {
      return refused(app, c, error, { back, partials: await rows("yield") });
    }
  });
  return routes;
}

/** As a toast; nothing is changed by it. */
async function trial(app: App, c: Context<Env>, server: Record<string, unknown> | undefined) {
  const { ok, detail } = await saidBy(app, server);
  const text = `${server?.name ? `${server.name}: ` : ""}${detail}.`;
  if (ok) return done(app, c, { text, back });
  return refused(app, c, new Refused(422, "playback.unreachable", text), { back });
}

async function saidBy(
  app: App,
  server: Record<string, unknown> | undefined,
): Promise<{ ok: boolean; detail: string }> {
  if (!server) return { ok: false, detail: "Give the media server's address and token first" };
  try {
    return await testServer(app, server);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, detail: refusalText(error).replace(/\.$/, "") };
  }
}

function nameOf({ name, type }: Pick<PlaybackServer, "name" | "type">): string {
  return name || serverTypes[type] || "without a kind";
}
