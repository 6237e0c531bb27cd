// Plain forms: their text fields, what was wrong with them, and where to go next.

import type { Context } from "hono";
import { Refused } from "../../runtime/errors.ts";
import type { Env } from "../context.ts";

/** Every field as text; the last value of a name counts. Files are no fields of ours. */
export async function formFields(c: Context<Env>): Promise<Record<string, string>> {
  const body = await c.req.parseBody();
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, typeof value === "string" ? value : ""]),
  );
}

/** All fields with every value of each; none where what was sent is no form. */
export async function formDataOf(c: Context<Env>): Promise<FormData> {
  return await c.req.formData().catch(() => new FormData());
}

/** What a refusal says about single fields, and about the whole; anything but a refusal is thrown on. */
export function faultsOf(error: unknown): {
  fields: Record<string, string>;
  whole: string | undefined;
  status: Refused["status"];
} {
  if (!(error instanceof Refused)) throw error;
  const fields: Record<string, string> = {};
  for (const fault of error.more.errors ?? []) fields[String(fault.path[0] ?? "")] ??= fault.message;
  const isSaid = Object.keys(fields).length > 0;
  const whole = [error.message, error.more.hint].filter(Boolean).join(" ");
  return { fields, whole: isSaid ? undefined : whole, status: error.status };
}

/** Only a path of this site: `//other.example` and `/\other.example` lead away. */
export function localPath(path: string | undefined, otherwise = "/"): string {
  if (!path || !/^\/(?!\/)[^\\\p{Cc}]*$/u.test(path)) return otherwise;
  return path;
}
