// A setting's value in words, for what it was, what it is by default, and what somebody else has made of it.

import type { SettingView } from "../../src/settings/settings.ts";
import { counted, number } from "../format.ts";
import { typed } from "./amounts.ts";

type Field = SettingView["fields"][number];

/** `CPU 5 jobs, GPU encoding 2 jobs`, `Closed`, `off`. */
export function inWords(value: unknown, fields: readonly Field[]): string {
  if (fields.length === 1) return single(partOf(value, fields[0]!), fields[0]!);
  return fields.map((f) => `${lead(f)} ${single(partOf(value, f), f)}`).join(", ");
}

/** `4, was 2`; of several parts those that differ: `CPU 4 jobs, was 5 jobs`. Null when there is nothing to say. */
export function changeInWords(before: unknown, after: unknown, fields: readonly Field[]): string | null {
  const changes = fields.flatMap((f) => {
    const [was, now] = [single(partOf(before, f), f), single(partOf(after, f), f)];
    if (was === now) return [];
    return `${fields.length > 1 ? `${lead(f)} ` : ""}${now}, was ${was}`;
  });
  return changes.length > 0 ? changes.join("; ") : null;
}

/** What a field shows of a setting's value. */
export function partOf(value: unknown, { part }: Pick<Field, "part">): unknown {
  if (!part) return value;
  return part.split(".").reduce<unknown>((whole, step) => (whole as Record<string, unknown>)[step], value);
}

/** `Every 60 minutes` is a phrase; `Stuck jobs: end them` is a name and what it stands for. */
function lead({ label, control }: Field): string {
  return ["number", "duration", "size"].includes(control) ? label : `${label}:`;
}

/** One value as its field shows it: `8 GB`, `1 h`, `not set`. */
export function single(value: unknown, field: Field): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  switch (field.control) {
    case "choice":
      return field.options?.find((o) => o.value === value)?.label ?? String(value);
    case "pairs":
      return pairsInWords(value as Record<string, number>);
    case "windows":
      return listInWords(value, "window");
    case "servers":
      return listInWords(value, "server");
    case "queues":
      return (value as string[] | undefined)?.join(", ") || "none";
    case "number":
      if (value === null) return "not set";
      return [number(value as number), unitFor(value as number, field.unit)].filter(Boolean).join(" ");
    default:
      return value === null ? "not set" : typed(value, field);
  }
}

function unitFor(n: number, unit: string | undefined): string | undefined {
  return n === 1 ? unit?.replace(/s$/, "") : unit;
}

function listInWords(value: unknown, one: string): string {
  const { length } = value as unknown[];
  return length === 0 ? "none" : counted(length, one);
}

function pairsInWords(value: Record<string, number>): string {
  const all = Object.entries(value);
  if (all.length === 0) return "each kind's own";
  return all.map(([kind, s]) => `${kind} ${typed(s, { control: "duration", unit: "seconds" })}`).join(", ");
}
