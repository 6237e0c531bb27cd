// What a form of the settings page says, in the setting's own shape; the settings check it. Amounts may be typed with their
// unit: "5 min", "2 GB", "1,000".

import { Refused } from "../../runtime/errors.ts";
import type { Field, SettingView } from "../../settings/settings.ts";
import { queuesFrom, serversFrom, windowsFrom } from "./list-fields.ts";

/** Only the fields of these parts; of all when none is named. */
export function valueFrom(
  form: FormData,
  setting: Pick<SettingView, "fields">,
  parts?: readonly string[],
): unknown {
  const value: Record<string, unknown> = {};
  for (const field of setting.fields) {
    if (parts && !parts.includes(field.part)) continue;
    if (field.part === "") return fieldFrom(form, field);
    put(value, field.part, fieldFrom(form, field));
  }
  return value;
}

/** The parts of another value of the same setting. */
export function partsOf(whole: unknown, parts: readonly string[]): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const part of parts) {
    const [outer, inner] = part.split(".") as [string, string?];
    const of = (whole as Record<string, Record<string, unknown>>)[outer];
    put(value, part, inner ? of?.[inner] : of);
  }
  return value;
}

/** Seconds or minutes, as the field counts. */
function durationFrom(text: string, unit: string | undefined): unknown {
  const plain = amount(text);
  if (plain !== undefined) return plain;
  const parts = [...text.matchAll(/([\d.,]+)\s*(d|h|min|m|s)[a-z]*\s*/gi)];
  const isWhole =
    parts.length > 0 &&
    parts
      .map(([all]) => all)
      .join("")
      .trim() === text;
  if (!isWhole) return text;
  const seconds = parts.reduce((sum, [, n, u]) => sum + Number(n!.replace(",", ".")) * secondsOf(u!), 0);
  return unit === "minutes" ? seconds / 60 : seconds;
}

/** Millions of bytes. */
function sizeFrom(text: string): unknown {
  const plain = amount(text);
  if (plain !== undefined) return plain;
  const [, n, unit] = /^([\d.,]+)\s*([mgt])i?b?$/i.exec(text) ?? [];
  const value = n === undefined ? undefined : amount(n);
  if (value === undefined) return text;
  return Math.round(value * { m: 1, g: 1000, t: 1_000_000 }[unit!.toLowerCase() as "m" | "g" | "t"]);
}

function put(value: Record<string, unknown>, part: string, inner: unknown): void {
  const [outer, name] = part.split(".") as [string, string?];
  if (name) value[outer] = { ...(value[outer] as object), [name]: inner };
  else value[outer] = inner;
}

function fieldFrom(form: FormData, field: Field): unknown {
  const text = String(form.get(field.part || "value") ?? "").trim();
  switch (field.control) {
    case "switch":
      return text === "on";
    case "choice":
      return text;
    case "text":
      return text === "" && field.optional ? null : text;
    case "number":
      return text === "" && field.optional ? null : (amount(text) ?? text);
    case "duration":
      return durationFrom(text, field.unit);
    case "size":
      return text === "" && field.optional ? null : sizeFrom(text);
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

/** A kind left empty keeps its own. */
function pairsFrom(form: FormData): Record<string, unknown> {
  const pairs: Record<string, unknown> = {};
  for (const [key, raw] of form) {
    const text = String(raw).trim();
    if (!key.startsWith("pair.") || text === "") continue;
    const seconds = durationFrom(text, "seconds");
    if (typeof seconds === "string")
      throw new Refused(422, "setting.amount", `${key.slice(5)}: give a time like 90 s or 5 min.`);
    pairs[key.slice(5)] = seconds;
  }
  return pairs;
}

/** `1,000` and `1000`; what is no number stays as it is, and is refused as such. */
function amount(text: string): number | undefined {
  const plain = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text;
  return plain === "" || Number.isNaN(Number(plain)) ? undefined : Number(plain);
}

function secondsOf(unit: string): number {
  return { d: 86_400, h: 3600, m: 60, s: 1 }[unit.charAt(0).toLowerCase() as "d" | "h" | "m" | "s"];
}
