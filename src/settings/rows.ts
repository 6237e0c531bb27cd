// Every live setting once: its key, zod type, default, and what people read about it. A new setting is one row here.

import { z } from "zod";
import { mapTilesSchema } from "./map-tiles.ts";
import { importModeSchema, yieldDefault, yieldSchema } from "./yield.ts";
import { yieldRows } from "./yield-rows.ts";

/** `duration` and `size` are numbers in the field's unit that people may type as "5 min" or "2 GB". */
type Control =
  | "choice"
  | "number"
  | "text"
  | "duration"
  | "size"
  | "switch"
  | "pairs"
  | "windows"
  | "servers"
  | "queues";

/** How a page lets someone change one value, or one part of a setting that has several. */
export interface Field {
  /** The part's name inside the setting's value, `playback.own` for a part of a part; "" when the value is a single one. */
  part: string;
  label: string;
  control: Control;
  options?: { value: string; label: string; hint?: string }[];
  min?: number;
  max?: number;
  unit?: string;
  /** May be left empty, which means `null`. */
  optional?: boolean;
}

export interface SettingRow<T = unknown> {
  schema: z.ZodType<T>;
  default: T;
  section: "Workers" | "Yielding" | "Healing" | "Scans" | "History" | "Backups" | "Library" | "Accounts";
  label: string;
  help: string;
  fields: Field[];
  /** A setting of many parts stands on its page as several, each with the parts that belong together. */
  rows?: PartsRow[];
}

export interface PartsRow {
  /** Its anchor on the page. */
  id: string;
  label: string;
  help: string;
  parts: string[];
}

const row = <S extends z.ZodType>(schema: S, rest: Omit<SettingRow<z.infer<S>>, "schema">) => ({
  schema,
  ...rest,
});
const whole = (min: number, max: number) => z.int().min(min).max(max);

export const settingRows = {
  registrationMode: row(z.enum(["open", "invite", "closed"]), {
    default: "closed",
    section: "Accounts",
    label: "Registration",
    help: "Who may create an account.",
    fields: [
      {
        part: "",
        label: "Registration",
        control: "choice",
        options: [
          { value: "open", label: "Open", hint: "Anyone who reaches this server." },
          { value: "invite", label: "Invite only", hint: "Whoever holds an invitation link." },
          { value: "closed", label: "Closed", hint: "Nobody." },
        ],
      },
    ],
  }),
  concurrencyMultiplier: row(whole(1, 16), {
    default: 1,
    section: "Workers",
    label: "Concurrency multiplier",
    help: "Multiplies how many jobs each queue runs at once. The category limits still hold.",
    fields: [{ part: "", label: "Multiplier", control: "number", min: 1, max: 16 }],
  }),
  categoryLimits: row(z.strictObject({ cpu: whole(1, 64), gpu_encode: whole(1, 64), gpu_ai: whole(1, 64) }), {
    default: { cpu: 5, gpu_encode: 2, gpu_ai: 1 },
    section: "Workers",
    label: "Category limits",
    help: "The most jobs of each category at once, over all queues.",
    fields: [
      { part: "cpu", label: "CPU", control: "number", min: 1, max: 64, unit: "jobs" },
      { part: "gpu_encode", label: "GPU encoding", control: "number", min: 1, max: 64, unit: "jobs" },
      { part: "gpu_ai", label: "GPU recognition", control: "number", min: 1, max: 64, unit: "jobs" },
    ],
  }),
  vramBudgetMb: row(whole(0, 1_048_576).nullable(), {
    default: null,
    section: "Workers",
    label: "GPU memory budget",
    help: "GPU memory that jobs may reserve together. Empty: what the largest GPU has.",
    fields: [
      { part: "", label: "Budget", control: "size", min: 0, max: 1_048_576, unit: "MB", optional: true },
    ],
  }),
  autoScan: row(z.strictObject({ enabled: z.boolean(), intervalMinutes: whole(1, 10_080) }), {
    default: { enabled: true, intervalMinutes: 60 },
    section: "Scans",
    label: "Auto-scan",
    help: "Looks through every library for new, changed and vanished files.",
    fields: [
      { part: "enabled", label: "Scan by itself", control: "switch" },
      { part: "intervalMinutes", label: "Every", control: "duration", min: 1, max: 10_080, unit: "minutes" },
    ],
  }),
  orphanPolicy: row(z.enum(["fail", "retry-once"]), {
    default: "fail",
    section: "Healing",
    label: "Orphaned jobs",
    help: "What becomes of a job whose worker vanished in the middle of it (a crash or a power cut).",
    fields: [
      {
        part: "",
        label: "Orphaned jobs",
        control: "choice",
        options: [
          { value: "fail", label: "Fail", hint: "It waits for someone to retry it." },
          { value: "retry-once", label: "Retry once", hint: "By itself; the second time it fails." },
        ],
      },
    ],
  }),
  stuckAfterS: row(z.record(z.string().min(1), whole(10, 604_800)), {
    default: {},
    section: "Healing",
    label: "Stuck after",
    help: "How long a running job may show no sign of life before it counts as stuck. Kinds left empty keep their own.",
    fields: [{ part: "", label: "Kind and time", control: "pairs", min: 10, max: 604_800, unit: "seconds" }],
  }),
  autoHeal: row(
    z.strictObject({
      enabled: z.boolean(),
      checkIntervalS: whole(10, 3600),
      action: z.enum(["alert_only", "clear_and_log", "clear_and_restart"]),
    }),
    {
      default: { enabled: false, checkIntervalS: 30, action: "clear_and_restart" },
      section: "Healing",
      label: "Auto-heal",
      help: "What happens by itself to a stuck job: one without a sign of life for longer than its kind may.",
      fields: [
        { part: "enabled", label: "Heal by itself", control: "switch" },
        {
          part: "checkIntervalS",
          label: "Check every",
          control: "duration",
          min: 10,
          max: 3600,
          unit: "seconds",
        },
        {
          part: "action",
          label: "Stuck jobs",
          control: "choice",
          options: [
            { value: "alert_only", label: "Only note it in the history", hint: "Nothing is ended." },
            { value: "clear_and_log", label: "End them as failed", hint: "Somebody retries them." },
            {
              value: "clear_and_restart",
              label: "End them and try again",
              hint: "A worker that gets stuck often starts anew.",
            },
          ],
        },
      ],
    },
  ),
  quarantineAfter: row(whole(0, 100), {
    default: 3,
    section: "Healing",
    label: "Quarantine after",
    help: "A file on which a kind of job fails so many times in the same way is held back until somebody releases it or its content changes. 0: never.",
    fields: [{ part: "", label: "Failures", control: "number", min: 0, max: 100, unit: "failures" }],
  }),
  retention: row(z.strictObject({ days: whole(1, 36_500), rows: whole(1000, 100_000_000) }), {
    default: { days: 90, rows: 1_000_000 },
    section: "History",
    label: "Retention",
    help: "Finished jobs are kept this long, and at most so many. Failures are kept four times as long.",
    fields: [
      { part: "days", label: "Keep for", control: "number", min: 1, max: 36_500, unit: "days" },
      { part: "rows", label: "Keep at most", control: "number", min: 1000, max: 100_000_000, unit: "jobs" },
    ],
  }),
  yield: row(yieldSchema, {
    default: yieldDefault,
    section: "Yielding",
    label: "Yielding",
    help: "What the server makes way for. Work that yields waits, and goes on by itself when the reason has passed.",
    rows: yieldRows,
    fields: [
      { part: "quietHours", label: "Quiet hours", control: "windows" },
      {
        part: "cpuLoad",
        label: "CPU use of other programs above",
        control: "number",
        min: 5,
        max: 95,
        unit: "%",
        optional: true,
      },
      {
        part: "diskFreeMb",
        label: "Free disk space below",
        control: "size",
        min: 0,
        max: 100_000_000,
        unit: "MB",
      },
      { part: "playback.own", label: "Somebody plays a file here", control: "switch" },
      { part: "playback.servers", label: "Media servers", control: "servers" },
      {
        part: "playback.graceS",
        label: "Go on after nobody has played anything for",
        control: "duration",
        min: 0,
        max: 3600,
        unit: "seconds",
      },
      {
        part: "mode",
        label: "What runs already",
        control: "choice",
        options: [
          { value: "freeze", label: "Stands still", hint: "And goes on where it stood." },
          { value: "drain", label: "Runs to its end", hint: "Nothing new starts." },
        ],
      },
    ],
  }),
  importMode: row(importModeSchema, {
    default: { enabled: false },
    section: "Yielding",
    label: "Import mode",
    help: "For a first import: each queue waits until those before it have nothing left to do. It switches itself off when all is done.",
    fields: [
      { part: "enabled", label: "One queue after another", control: "switch" },
      { part: "order", label: "Queues to go first", control: "queues", optional: true },
    ],
  }),
  trash: row(z.strictObject({ days: whole(0, 3650), deleteMedia: z.boolean() }), {
    default: { days: 30, deleteMedia: false },
    section: "Library",
    label: "Trash",
    help: "What becomes of files that lie in the trash: after so many days they leave it for good. 0: only when somebody empties it.",
    fields: [
      { part: "days", label: "Empty after", control: "number", min: 0, max: 3650, unit: "days" },
      { part: "deleteMedia", label: "Delete the media files too", control: "switch" },
    ],
  }),
  backup: row(z.strictObject({ enabled: z.boolean(), hour: whole(0, 23), keep: whole(1, 365) }), {
    default: { enabled: true, hour: 3, keep: 14 },
    section: "Backups",
    label: "Nightly backup",
    help: "A copy of the database in the data folder, verified by reading it. What people said, sorted and marked is in it; media files are not.",
    fields: [
      { part: "enabled", label: "Every night", control: "switch" },
      { part: "hour", label: "After the clock shows", control: "number", min: 0, max: 23, unit: "o'clock" },
      { part: "keep", label: "Keep", control: "number", min: 1, max: 365, unit: "nights" },
    ],
  }),
  nsfwVisible: row(z.boolean(), {
    default: false,
    section: "Library",
    label: "Show NSFW libraries",
    help: "Off hides the files of NSFW libraries, and the jobs about them, from every list. They are still worked on.",
    fields: [{ part: "", label: "Show", control: "switch" }],
  }),
  mapTiles: row(mapTilesSchema, {
    default: null,
    section: "Library",
    label: "Map tiles",
    help: "Where the map's streets come from. Empty: from nowhere; the map draws coasts only, and nobody learns where your pictures were taken. With an address, each look at the map tells that server which places are shown.",
    fields: [{ part: "", label: "Address", control: "text", optional: true }],
  }),
} satisfies { [key: string]: Omit<SettingRow, "schema"> & { schema: z.ZodType } };

export type SettingKey = keyof typeof settingRows;
export type SettingValues = { [K in SettingKey]: z.infer<(typeof settingRows)[K]["schema"]> };
