// What a changed setting was before and is now, part by part: `retention.days: 90 → 30`. Lists only say that they changed:
// they are long, and some hold secrets. So do settings that this build does not know.

import { settingRows } from "../settings/rows.ts";

export type SettingsSeen = Map<string, unknown>;

/** `before` and `after` are as stored; undefined stands for the default. */
export function settingChange(key: string, before: unknown, after: unknown): string {
  const row = Object.hasOwn(settingRows, key) ? settingRows[key as keyof typeof settingRows] : undefined;
  if (!row) return key;
  const [from, to] = [parts(key, before ?? row.default), parts(key, after ?? row.default)];
  const changed = [...new Set([...from.keys(), ...to.keys()])].filter(
    (part) => from.get(part) !== to.get(part),
  );
  const lines = changed.map((part) => inWords(part, from.get(part) ?? "null", to.get(part) ?? "null"));
  return lines.length > 0 ? lines.join(", ") : key;
}

/** Each leaf by its path, as JSON. */
function parts(path: string, value: unknown): Map<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return new Map([[path, JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, part]) => [...parts(`${path}.${key}`, part)]));
}

function inWords(part: string, from: string, to: string): string {
  const isList = from.startsWith("[") || to.startsWith("[");
  return isList ? `${part}: changed` : `${part}: ${unquoted(from)} → ${unquoted(to)}`;
}

function unquoted(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === "string" ? value.slice(0, 80) : json;
}
