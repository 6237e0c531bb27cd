// `from` and `to` of a query: ISO times, or plain dates, which mean the local day's start. `to` is not included.

import { Refused } from "../../runtime/errors.ts";
import { z } from "./describe.ts";

const moment = z
  .union([z.iso.datetime({ offset: true, local: true }), z.iso.date(), z.literal("")], {
    error: "This must be a time such as 2026-03-01T12:00:00Z, or a date such as 2026-03-01.",
  })
  .optional();

/** Empty is not said, as forms send it. */
export const timeSpanQuery = { from: moment, to: moment };

/** `Refused` 422 when it ends before it begins. */
export function timeSpan({ from, to }: { from?: string; to?: string }): { from?: Date; to?: Date } {
  const span = { from: dateOf(from), to: dateOf(to) };
  if (span.from && span.to && span.from >= span.to) {
    const message = "`from` must lie before `to`.";
    throw new Refused(422, "input.invalid", message, { errors: [{ path: ["from"], message }] });
  }
  return span;
}

function dateOf(text: string | undefined): Date | undefined {
  if (!text) return undefined;
  // JavaScript takes a date alone for UTC.
  return new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text);
}
