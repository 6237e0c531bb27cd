// The settings page: one form per setting, answered with that setting as it is afterwards, changed or not.

import { type Context, Hono } from "hono";
import { SettingsPage } from "../../../views/pages/settings.tsx";
import { SettingRow } from "../../../views/parts/setting-row.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { masked } from "../../settings/secrets.ts";
import type { Field, SettingView } from "../../settings/settings.ts";
import { testServer } from "../api/yielding.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { done, refusalText, refused, wantsPartial } from "./flash.ts";
import { queuesFrom, serversFrom, windowsFrom } from "./list-fields.ts";
import { page, pageContext } from "./page-context.ts";

export function settingsPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const kinds = app.queue.catalogue.kinds.map(({ name, label, stuckAfterS }) => ({
    name,
    label,
    stuckAfterS,
  }));
  // Interactive ones make way for nothing.
  const queues = app.queue.catalogue.queues.filter((q) => !q.interactive).map(({ name }) => name);
  const url = (path: string) => `${app.config.basePath}${path}`;
  const known = () => ({ kinds, queues, servers: app.yielding.servers() });
  const row = (key: string, refusal?: string, typed?: unknown) => {
    const setting = settingOf(app, key);
    const shown = typed === undefined ? setting : { ...setting, value: typed };
    return partial(
      `#setting-${key}`,
      "outerHTML",
      <SettingRow setting={shown} {...known()} refusal={refusal} url={url} />,
    );
  };

  /** Nothing is changed by it: only words come back, and what was typed stays, the token too. */
  const trial = async (c: Context<Env>, form: FormData, index: number, back: string) => {
    try {
      return await done(app, c, { text: await trialOf(app, form, index), back });
    } catch (error) {
      return refused(app, c, error, { back });
    }
  };

  routes.get("/admin/settings", (c) =>
    page(c, <SettingsPage ctx={pageContext(app, c)} settings={app.settings.all()} {...known()} />),
  );

  routes.post("/admin/settings/:key", async (c) => {
    const setting = settingOf(app, c.req.param("key"));
    const { user } = c.var.identity!;
    const back = `/admin/settings#setting-${setting.key}`;
    let typed: unknown;
    try {
      if (setting.lockedBy)
        throw new Refused(409, "setting.locked", `${setting.label} is set by ${setting.lockedBy}.`);
      const form = await c.req.formData();
      const tested = form.get("test");
      if (tested !== null) return await trial(c, form, Number(tested), back);
      const value = valueFrom(form, setting);
      // What took a while to type stays, to be mended; tokens are not sent back.
      if (hasRows(setting)) typed = masked(value) ?? undefined;
      await app.settings.change({ [setting.key]: value }, user.email);
      await audit(app, user, "settings.change", setting.key, masked({ [setting.key]: value }));
    } catch (error) {
      if (!(error instanceof Refused) || !wantsPartial(c)) return refused(app, c, error, { back });
      // Beside the field, which shows again what holds: said there, it needs no toast.
      const text = `Not changed. ${refusalText(error)}`;
      return c.html(String(await row(setting.key, text, typed)), error.status);
    }
    return done(app, c, { text: `${setting.label}: saved.`, back, partials: row(setting.key) });
  });
  return routes;
}

function settingOf({ settings }: Pick<App, "settings">, key: string): SettingView {
  const setting = settings.all().find((s) => s.key === key);
  if (!setting) throw new NotFound("setting", key);
  return setting;
}

/** What the form says, in the setting's own shape; the settings check it. */
function valueFrom(form: FormData, setting: SettingView): unknown {
  if (form.get("restore")) return null;
  const value: Record<string, unknown> = {};
  for (const field of setting.fields) {
    const [part, inner] = field.part.split(".") as [string, string?];
    if (part === "") return fieldFrom(form, field);
    if (inner) value[part] = { ...(value[part] as object), [inner]: fieldFrom(form, field) };
    else value[part] = fieldFrom(form, field);
  }
  return value;
}

function hasRows({ fields }: SettingView): boolean {
  return fields.some(({ control }) => control === "windows" || control === "servers");
}

/** What a media server says, as it stands in the form. */
async function trialOf(app: App, form: FormData, index: number): Promise<string> {
  const row = serversFrom(form, "playback.servers").find((server) => server.index === index);
  if (!row) throw new Refused(422, "setting.half", "Give the media server's address and token first.");
  const { ok, detail } = await testServer(app, row.value);
  if (!ok) throw new Refused(422, "playback.unreachable", `${detail}.`);
  return `${detail}.`;
}

function fieldFrom(form: FormData, field: Field): unknown {
  const text = String(form.get(field.part || "value") ?? "").trim();
  switch (field.control) {
    case "switch":
      return text === "on";
    case "choice":
      return text;
    case "number":
      return text === "" && field.optional ? null : number(text);
    case "pairs":
      return pairsFrom(form);
    case "windows":
      return windowsFrom(form, field.part).map(({ value }) => value);
    case "servers":
      return serversFrom(form, field.part).map(({ value }) => value);
    case "queues":
      return queuesFrom(form, field.part);
  }
}

function pairsFrom(form: FormData): Record<string, unknown> {
  const pairs: Record<string, unknown> = {};
  for (const [key, text] of form)
    if (key.startsWith("pair.") && text !== "") pairs[key.slice(5)] = number(String(text));
  const [kind, added] = [String(form.get("addKind") ?? ""), String(form.get("addValue") ?? "")];
  if (!kind !== !added)
    throw new Refused(422, "setting.half", kind ? "Say how many as well." : "Choose a kind for the number.");
  if (kind) pairs[kind] = number(added);
  return pairs;
}

/** What is no number stays as it is, and is refused as such. */
function number(text: string): unknown {
  return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
}
