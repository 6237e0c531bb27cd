// Amounts as a field of a form shows them: exact, in the largest unit that says them briefly, so that what is sent back
// unchanged is what was there.

import type { SettingView } from "../../src/settings/settings.ts";
import { bytes, number } from "../format.ts";

type Field = SettingView["fields"][number];

/** `5 min`, `2 GB`, `60`; empty for null. */
export function typed(value: unknown, field: Pick<Field, "control" | "unit" | "max">): string {
  if (typeof value !== "number") return value === null || value === undefined ? "" : String(value);
  if (field.control === "duration") return typedDuration(value * (field.unit === "minutes" ? 60 : 1));
  if (field.control === "size") return typedSize(value);
  return isLarge(field) ? number(value) : String(value);
}

/** Written with separators, which no field for numbers takes. */
export function isLarge({ max }: Pick<Field, "max">): boolean {
  return max !== undefined && max > 99_999;
}

/** `30 s`, `1 h 30 min`, `2 d`. */
export function typedDuration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor((seconds % 86_400) / 3600), "h"],
    [Math.floor((seconds % 3600) / 60), "min"],
    [seconds % 60, "s"],
  ] as const;
  const some = parts.filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}`);
  return some.length > 0 ? some.join(" ") : "0 s";
}

/** `2 GB`, `2.5 GB`, `2,048 MB`. */
function typedSize(mb: number): string {
  if (mb >= 1_000_000 && mb % 100_000 === 0) return `${number(mb / 1_000_000)} TB`;
  if (mb >= 1000 && mb % 100 === 0) return `${number(mb / 1000)} GB`;
  return `${number(mb)} MB`;
}

/** The range that a field takes, as a sentence of its own: `1 to 16 jobs`, `10 s to 1 h`. */
export function rangeOf(field: Field): string | null {
  const { min, max, unit } = field;
  if (min === undefined || max === undefined || field.control === "pairs") return null;
  if (field.control === "number") return `${number(min)} to ${number(max)}${unit ? ` ${unit}` : ""}`;
  if (field.control === "size") return `${min > 0 ? typedSize(min) : "0"} to ${bytes(max * 1e6)}`;
  return `${typed(min, field)} to ${typed(max, field)}`;
}
