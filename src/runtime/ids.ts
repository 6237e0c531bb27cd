// Ids are integers inside and strings outside.

import { NotFound } from "./errors.ts";

/** What is not an id names nothing: `NotFound`. */
export function idOf(text: string, what: string): number {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(id)) throw new NotFound(what, text);
  return id;
}
