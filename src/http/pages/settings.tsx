// The settings page: one form per setting, answered with that setting as it is afterwards, changed or not.

import { type Context, Hono } from "hono";
import { SettingsPage } from "../../../views/pages/settings.tsx";
import { SettingRow } from "../../../views/parts/setting-row.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { NotFound, Refused } from "../../runtime/errors.ts";
import type { Field, SettingView } from "../../settings/settings.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { done, refusalText, refused, wantsPartial } from "./flash.ts";
import { page, pageContext } from "./page-context.ts";

export function settingsPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const kinds = app.queue.catalogue.kinds.map(({ name, label, stuckAfterS }) => ({
    name,
    label,
    stuckAfterS,
  }));
  const url = (path: string) => `${app.config.basePath}${path}`;
  const row = (key: string, refusal?: string) =>
    partial(
      `#setting-${key}`,
      "outerHTML",
      <SettingRow setting={settingOf(app, key)} kinds={kinds} refusal={refusal} url={url} />,
    );

  routes.get("/admin/settings", (c) =>
    page(c, <SettingsPage ctx={pageContext(app, c)} settings={app.settings.all()} kinds={kinds} />),
  );

  routes.post("/admin/settings/:key", async (c) => {
    const setting = settingOf(app, c.req.param("key"));
    const { user } = c.var.identity!;
    const back = `/admin/settings#setting-${setting.key}`;
    try {
      if (setting.lockedBy)
        throw new Refused(409, "setting.locked", `${setting.label} is set by ${setting.lockedBy}.`);
      const value = await valueFrom(c, setting);
      await app.settings.change({ [setting.key]: value }, user.email);
      await audit(app, user, "settings.change", setting.key, { [setting.key]: value });
    } catch (error) {
      if (!(error instanceof Refused) || !wantsPartial(c)) return refused(app, c, error, { back });
      // Beside the field, which shows again what holds: said there, it needs no toast.
      const text = `Not changed. ${refusalText(error)}`;
      return c.html(String(await row(setting.key, text)), error.status);
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
async function valueFrom(c: Context<Env>, setting: SettingView): Promise<unknown> {
  const form = await c.req.formData();
  if (form.get("restore")) return null;
  const parts = setting.fields.map((field): [string, unknown] => [field.part, fieldFrom(form, field)]);
  return parts.length === 1 && parts[0]![0] === "" ? parts[0]![1] : Object.fromEntries(parts);
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
