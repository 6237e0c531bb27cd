// The rows of the settings page: a setting each, or of a setting of many parts the ones that belong together.

import type { SettingItem } from "../../../views/parts/setting-row.tsx";
import { user } from "../../db/tables/accounts.ts";
import { setting as settingTable } from "../../db/tables/settings.ts";
import type { SettingView } from "../../settings/settings.ts";
import type { App } from "../context.ts";
import { partsOf } from "./setting-fields.ts";

type Parts = Pick<App, "settings" | "db">;

export async function settingItems(app: Parts): Promise<SettingItem[]> {
  const changes = await lastChanges(app);
  return app.settings.all().flatMap((setting) => rowsOf(setting, changes.get(setting.key) ?? null));
}

function rowsOf(setting: SettingView, changed: SettingItem["changed"]): SettingItem[] {
  const { key, value, default: standard, section, label, help, fields, lockedBy, rows } = setting;
  const shared = { key, value, default: standard, section, lockedBy, changed };
  if (!rows) {
    const isDefault = same(value, standard);
    return [{ ...shared, id: key, label, help, fields, parts: null, isDefault, version: versionOf(value) }];
  }
  return rows.map(({ id, label, help, parts }) => {
    const mine = partsOf(value, parts);
    return {
      ...shared,
      id,
      label,
      help,
      parts,
      fields: fields.filter(({ part }) => parts.includes(part)),
      isDefault: same(mine, partsOf(standard, parts)),
      version: versionOf(mine),
    };
  });
}

/** When each was changed last and by whom; what stands at its default again is not known any more. */
async function lastChanges({ db }: Pick<App, "db">): Promise<Map<string, SettingItem["changed"]>> {
  const people = await db.select({ id: user.id, email: user.email, name: user.name }).from(user);
  const nameOf = (by: string | null) =>
    by === null ? null : (people.find((p) => p.id === by || p.email === by)?.name ?? by);
  const rows = await db
    .select({ key: settingTable.key, at: settingTable.updatedAt, by: settingTable.updatedBy })
    .from(settingTable);
  return new Map(rows.map(({ key, at, by }) => [key, { at, by: nameOf(by) }]));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Short: pages compare what a form shows with what holds by now. */
function versionOf(value: unknown): string {
  return Bun.hash(JSON.stringify(value) ?? "").toString(36);
}
