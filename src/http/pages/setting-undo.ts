// What settings were before the changes that somebody may still take back: kept in memory, tokens and all, and only used
// while nobody has changed the same since.

import { Refused } from "../../runtime/errors.ts";
import type { SettingKey } from "../../settings/settings.ts";
import type { App } from "../context.ts";
import { partsOf } from "./setting-fields.ts";

interface Change {
  key: SettingKey;
  before: unknown;
  after: unknown;
  at: number;
}

const keptMs = 60 * 60_000;
const mostKept = 100;

export class SettingChanges {
  private readonly changes = new Map<number, Change>();
  private next = 1;

  constructor(private readonly app: Pick<App, "settings" | "clock">) {}

  /** Makes a change and answers where it can be taken back; undefined when it changed nothing. */
  async make(key: SettingKey, value: unknown, by: string): Promise<string | undefined> {
    const { settings, clock } = this.app;
    const before = settings.get(key);
    await settings.change({ [key]: value }, by);
    const after = settings.get(key);
    if (same(after, before)) return undefined;
    const id = this.next++;
    this.changes.set(id, { key, before, after, at: clock.now() });
    if (this.changes.size > mostKept) this.changes.delete(this.changes.keys().next().value!);
    return `/admin/settings/${id}/undo`;
  }

  /** `Refused` when it is too late. What was changed beside it since then stays. */
  async undo(id: number, by: string): Promise<SettingKey> {
    const { settings, clock } = this.app;
    const change = this.changes.get(id);
    if (!change || clock.now() - change.at > keptMs)
      throw new Refused(410, "setting.undo", "It is too late to take this back; set the value by hand.");
    const { key, before, after } = change;
    const { fields, default: standard } = settings.all().find((s) => s.key === key)!;
    const parts = fields.map(({ part }) => part).filter((part) => !same(of(before, part), of(after, part)));
    if (parts.some((part) => !same(of(settings.get(key), part), of(after, part))))
      throw new Refused(409, "setting.undo", "Not taken back: somebody has changed this setting since.");
    const value = same(before, standard) && parts.includes("") ? null : before;
    await settings.change({ [key]: parts.includes("") ? value : partsOf(before, parts) }, by);
    this.changes.delete(id);
    return key;
  }
}

function of(value: unknown, part: string): unknown {
  if (part === "") return value;
  return part.split(".").reduce<unknown>((whole, step) => (whole as Record<string, unknown>)[step], value);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
