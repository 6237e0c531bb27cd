// What the lists of quiet hours and media servers have in common: an entry is found by its place, as long as it is still
// what the form was made of.

import type { Context } from "hono";
import { partial } from "../../../views/parts/toast.tsx";
import { NotFound, Refused } from "../../runtime/errors.ts";
import type { Env } from "../context.ts";
import { refusalText, wantsPartial } from "./flash.ts";

export interface ListEntry<T> {
  /** `new`, or its place. */
  at: string;
  entry: T | undefined;
}

/** `NotFound` where there is none. */
export function entryAt<T>(list: readonly T[], at: string): ListEntry<T> {
  if (at === "new") return { at, entry: undefined };
  const entry = list[Number(at)];
  if (entry === undefined) throw new NotFound("entry", at);
  return { at, entry };
}

/** Somebody else may have put the list in another order, or changed the very entry. */
export function refuseIfMoved(form: FormData, now: unknown): void {
  const was = form.get("was");
  if (was === null || String(was) === JSON.stringify(now)) return;
  throw new Refused(409, "setting.moved", "Somebody has changed this list meanwhile. Open the entry again.");
}

/** The list with the entry in its place; without it where there is none. */
export function replaced<T>(list: readonly T[], at: string, entry: T | undefined): T[] {
  if (at === "new") return entry === undefined ? [...list] : [...list, entry];
  return list.flatMap((one, i) => (i === Number(at) ? (entry === undefined ? [] : [entry]) : [one]));
}

/** In the dialog above the fields, which stay as they were typed; `whole` makes the page for who has none. */
export async function refusedEntry(
  c: Context<Env>,
  error: unknown,
  markup: (text: string) => unknown,
  whole: (text: string, status: 409 | 422) => Promise<Response>,
): Promise<Response> {
  if (!(error instanceof Refused)) throw error;
  const text = refusalText(error);
  if (!wantsPartial(c)) return whole(text, error.status === 409 ? 409 : 422);
  return c.html(String(await partial("#entry-error", "innerHTML", markup(text))), error.status);
}
