// The settings page: one form per row, answered with that row as it is afterwards, changed or not, and a way back. The lists
// of quiet hours and media servers have files of their own.

import { type Context, Hono } from "hono";
import { SettingsPage } from "../../../views/pages/settings.tsx";
import {
  isList,
  SettingForm,
  type SettingItem,
  SettingNow,
  type SettingRowProps,
} from "../../../views/parts/setting-row.tsx";
import { changeInWords } from "../../../views/parts/setting-words.ts";
import { partial } from "../../../views/parts/toast.tsx";
import { describeConfig } from "../../runtime/config.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { masked } from "../../settings/secrets.ts";
import type { SettingView } from "../../settings/settings.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { done, refusalText, refused, wantsPartial } from "./flash.ts";
import { formDataOf } from "./form-data.ts";
import { gaugeFigures } from "./gauges.ts";
import { mediaServerPages } from "./media-servers.tsx";
import { page, pageContext } from "./page-context.ts";
import { quietHourPages } from "./quiet-hours.tsx";
import { settingFacts } from "./setting-facts.ts";
import { partsOf, valueFrom } from "./setting-fields.ts";
import { settingItems } from "./setting-items.ts";
import { SettingChanges } from "./setting-undo.ts";
import { knownNames } from "./settings-fragments.tsx";

export function settingsPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const factsNow = settingFacts(app);
  const changes = new SettingChanges(app);
  const url = (path: string) => `${app.config.basePath}${path}`;

  /** Each row of a setting as it is now; the refused one with the reason. */
  const rows = async (key: string, refusal?: { id: string; text: string }) => {
    const [items, facts] = await Promise.all([settingItems(app), factsNow()]);
    return items
      .filter((item) => item.key === key)
      .flatMap((item) => partials({ item, facts, url, ...knownNames(app) }, refusal));
  };
  const me = (c: Context<Env>) => c.var.identity!.user;

  routes.route("/", quietHourPages(app, changes, rows));
  routes.route("/", mediaServerPages(app, changes, rows));

  routes.get("/admin/settings", async (c) => {
    const [items, facts, gauges] = await Promise.all([settingItems(app), factsNow(), gaugeFigures(app)]);
    const { config } = app;
    const lines = describeConfig(config).map((line) => ({ ...line, value: valueInWords(line.value) }));
    const known = { facts, ...knownNames(app) };
    return page(
      c,
      <SettingsPage
        ctx={pageContext(app, c)}
        items={items}
        gauges={gauges}
        config={{ lines, file: config.file }}
        {...known}
      />,
    );
  });

  routes.get("/admin/settings/rows/:key", async (c) => {
    const setting = settingOf(app, c.req.param("key"));
    return c.html((await Promise.all((await rows(setting.key)).map(String))).join(""));
  });

  routes.post("/admin/settings/:id{[0-9]+}/undo", async (c) => {
    const answer = { back: "/admin/settings" };
    try {
      const key = await changes.undo(Number(c.req.param("id")), me(c).email);
      const setting = settingOf(app, key);
      await audit(app, me(c), "settings.undo", key, masked({ [key]: app.settings.get(key) }));
      const text = `${setting.label}: back to what it was.`;
      return done(app, c, { back: `/admin/settings#${key}`, text, partials: await rows(key) });
    } catch (error) {
      return refused(app, c, error, answer);
    }
  });

  routes.post("/admin/settings/:key", async (c) => {
    const setting = settingOf(app, c.req.param("key"));
    const form = await formDataOf(c);
    const item = rowOf(await settingItems(app), setting, form);
    const back = `/admin/settings#${item.id}`;
    try {
      refuseLocked(setting);
      const value = asked(form, setting, item);
      const undo = await changes.make(setting.key, value, me(c).email);
      if (undo) await audit(app, me(c), "settings.change", setting.key, masked({ [setting.key]: value }));
      const text = inOneLine(item, settingOf(app, setting.key), undo !== undefined);
      return done(app, c, { text, back, undo, partials: await rows(setting.key) });
    } catch (error) {
      if (!(error instanceof Refused) || !wantsPartial(c)) return refused(app, c, error, { back });
      // Beside the field, which shows again what holds: said there, it needs no toast.
      const refusal = { id: item.id, text: `Not changed. ${refusalText(error)}` };
      const answer = await Promise.all((await rows(setting.key, refusal)).map(String));
      return c.html(answer.join(""), error.status);
    }
  });
  return routes;
}

function partials(props: SettingRowProps, refusal?: { id: string; text: string }) {
  const { id } = props.item;
  const now = partial(`#${id}-now`, "outerMorph", <SettingNow {...props} />);
  if (isList(props.item)) return [now];
  const text = refusal?.id === id ? refusal.text : undefined;
  return [
    now,
    partial(`#${id}-form`, "outerMorph", <SettingForm {...props} {...(text && { refusal: text })} />),
  ];
}

function settingOf({ settings }: Pick<App, "settings">, key: string): SettingView {
  const setting = settings.all().find((s) => s.key === key);
  if (!setting) throw new NotFound("setting", key);
  return setting;
}

export function refuseLocked({ label, lockedBy }: Pick<SettingView, "label" | "lockedBy">): void {
  if (lockedBy) throw new Refused(409, "setting.locked", `${label} is set by ${lockedBy}.`);
}

/** The row whose form was sent: by its parts. A form of the whole setting names none. */
function rowOf(items: SettingItem[], { key, label, fields }: SettingView, form: FormData): SettingItem {
  const parts = form.get("parts");
  const rows = items.filter((item) => item.key === key);
  const row = rows.find((item) => item.parts?.join(",") === parts) ?? rows[0]!;
  return parts === null ? { ...row, id: row.parts ? key : row.id, parts: null, label, fields } : row;
}

function asked(form: FormData, setting: SettingView, { parts }: SettingItem): unknown {
  if (!form.get("restore")) return valueFrom(form, setting, parts ?? undefined);
  return parts ? partsOf(setting.default, parts) : null;
}

/** `Multiplier: 4, was 2.` */
function inOneLine(before: SettingItem, after: SettingView, isChanged: boolean): string {
  const { label, fields } = before;
  if (!isChanged) return `${label}: nothing to change.`;
  return `${label}: ${changeInWords(before.value, after.value, fields) ?? "saved"}.`;
}

function valueInWords(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  return value === undefined || value === null ? "" : String(value);
}
