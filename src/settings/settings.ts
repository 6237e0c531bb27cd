// The live settings: read at any time from memory, changed all or nothing, announced on the event bus.

import { eq, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { setting } from "../db/tables/settings.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import { type Fault, Refused } from "../runtime/errors.ts";
import type { EventBus } from "../runtime/events.ts";
import { nearest } from "../runtime/nearest.ts";
import { faultInWords, type Issue } from "./faults.ts";
import { type Field, type SettingKey, type SettingRow, type SettingValues, settingRows } from "./rows.ts";
import { masked, withStoredTokens } from "./secrets.ts";

export type { Field, SettingKey, SettingValues } from "./rows.ts";

/** A setting as pages and the API show it. */
export interface SettingView {
  key: SettingKey;
  value: unknown;
  default: unknown;
  section: SettingRow["section"];
  label: string;
  help: string;
  fields: Field[];
  /** Where it stands on its page as several rows. */
  rows?: SettingRow["rows"];
  /** What outside fixes the value (`SPROCKET_…`), when something does. No setting of this version can be fixed so. */
  lockedBy: string | null;
}

export const settingKeys = Object.keys(settingRows) as SettingKey[];

/** `kinds` and `queues` are the names that settings may carry; without them they take any. */
export async function openSettings(
  db: Db,
  _config: Config,
  events: EventBus,
  clock: Clock,
  kinds?: readonly string[],
  queues?: readonly string[],
): Promise<Settings> {
  const settings = new Settings(db, events, clock, kinds, queues);
  await settings.reload();
  return settings;
}

export class Settings {
  private readonly stored = new Map<SettingKey, unknown>();
  /** Rows that this build cannot read; their defaults hold. Logged at the start. */
  readonly ignored: string[] = [];

  constructor(
    private readonly db: Db,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly kinds?: readonly string[],
    private readonly queues?: readonly string[],
  ) {}

  get<K extends SettingKey>(key: K): SettingValues[K] {
    return (this.stored.has(key) ? this.stored.get(key) : settingRows[key].default) as SettingValues[K];
  }

  /** For people: tokens are masked. */
  all(): SettingView[] {
    return settingKeys.map((key) => {
      const { schema: _, default: standard, ...texts } = settingRows[key];
      return { key, value: masked(this.get(key)), default: standard, ...texts, lockedBy: null };
    });
  }

  /**
   * Changes the keys of `patch`, all or none; `null` restores a default. A setting with several parts keeps the parts
   * that are not named. `Refused` 422 with the path of each fault.
   */
  async change(patch: Record<string, unknown>, by: string | null): Promise<void> {
    const { values, errors } = this.checked(patch);
    if (errors.length > 0)
      throw new Refused(422, "settings.invalid", errors.map((e) => e.message).join(" "), { errors });
    if (values.size === 0) return;
    const updatedAt = new Date(this.clock.now());
    // One statement writes restored defaults too (as JSON null), so that a power cut leaves all or nothing.
    const rows = [...values].map(([key, value]) => ({
      key,
      value: value === undefined ? sql`'null'` : value,
      updatedAt,
      updatedBy: by,
    }));
    await this.db
      .insert(setting)
      .values(rows)
      .onConflictDoUpdate({
        target: setting.key,
        set: {
          value: sql`excluded.value`,
          updatedAt: sql`excluded.updated_at`,
          updatedBy: sql`excluded.updated_by`,
        },
      });
    await this.db.delete(setting).where(eq(setting.value, sql`'null'`));
    for (const [key, value] of values) {
      if (value === undefined) this.stored.delete(key);
      else this.stored.set(key, value);
    }
    for (const key of values.keys()) this.events.publish({ topic: "setting", key });
  }

  async reload(): Promise<void> {
    this.stored.clear();
    for (const { key, value } of await this.db.select().from(setting)) {
      if (value === null) continue;
      const parsed = isKey(key) ? settingRows[key].schema.safeParse(value) : undefined;
      if (parsed?.success) this.stored.set(key as SettingKey, parsed.data);
      else this.ignored.push(key);
    }
  }

  private checked(patch: Record<string, unknown>): { values: Map<SettingKey, unknown>; errors: Fault[] } {
    const values = new Map<SettingKey, unknown>();
    const errors: Fault[] = [];
    for (const [key, value] of Object.entries(patch)) {
      if (!isKey(key)) errors.push({ path: [key], message: unknownKey(key) });
      else if (value === null) values.set(key, undefined);
      else {
        const whole = this.withKeptTokens(key, this.withKeptParts(key, value), errors);
        const parsed = settingRows[key].schema.safeParse(whole);
        const unknown = key === "stuckAfterS" ? this.unknownKinds(value) : [];
        errors.push(...unknown, ...this.unknownQueues(key, parsed.data));
        if (parsed.success) values.set(key, parsed.data);
        else for (const issue of parsed.error.issues) errors.push(fault(key, issue));
      }
    }
    return { values, errors };
  }

  /** A name that no job bears would wait for ever to mean something. */
  private unknownKinds(value: unknown): Fault[] {
    const { kinds } = this;
    if (!kinds || typeof value !== "object" || value === null) return [];
    return Object.keys(value)
      .filter((name) => !kinds.includes(name))
      .map((name) => {
        const near = nearest(name, kinds);
        const hint = near ? `; did you mean ${near}?` : `. There are ${kinds.join(", ")}.`;
        return { path: ["stuckAfterS", name], message: `There is no kind ${name}${hint}` };
      });
  }

  private unknownQueues(key: SettingKey, value: unknown): Fault[] {
    const { queues } = this;
    if (!queues || !value) return [];
    return queuesNamed(key, value)
      .filter(({ name }) => !queues.includes(name))
      .map(({ path, name }) => {
        const near = nearest(name, queues);
        return { path, message: `There is no queue ${name}${near ? `; did you mean ${near}?` : "."}` };
      });
  }

  private withKeptParts(key: SettingKey, value: unknown): unknown {
    const parts = settingRows[key].fields.map((f) => f.part.split("."));
    if (parts.every(([part]) => part === "") || !isRecord(value)) return value;
    const stored = this.get(key) as Record<string, unknown>;
    const whole: Record<string, unknown> = { ...stored, ...value };
    // A part with parts of its own keeps those that are not named.
    for (const [part, inner] of parts)
      if (inner && isRecord(whole[part!]))
        whole[part!] = { ...(stored[part!] as object), ...(whole[part!] as object) };
    return whole;
  }

  private withKeptTokens(key: SettingKey, value: unknown, errors: Fault[]): unknown {
    if (key !== "yield") return value;
    const kept = withStoredTokens(value, this.get("yield").playback.servers);
    errors.push(...kept.errors);
    return kept.value;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The queues that a valid value names, and where. */
function queuesNamed(key: SettingKey, value: unknown): { path: (string | number)[]; name: string }[] {
  if (key === "importMode")
    return ((value as SettingValues["importMode"]).order ?? []).map((name, i) => ({
      path: [key, "order", i],
      name,
    }));
  if (key !== "yield") return [];
  return (value as SettingValues["yield"]).quietHours.flatMap(({ queues = [] }, i) =>
    queues.map((name, j) => ({ path: [key, "quietHours", i, "queues", j], name })),
  );
}

function isKey(key: string): key is SettingKey {
  return Object.hasOwn(settingRows, key);
}

function unknownKey(key: string): string {
  const near = nearest(key, settingKeys);
  return `There is no setting ${key}${near ? `; did you mean ${near}?` : "."}`;
}

function fault(key: SettingKey, issue: Issue): Fault {
  const path = issue.path as (string | number)[];
  return { path: [key, ...path], message: faultInWords(settingRows[key], issue) };
}
