// What a request says of the timeline: which libraries and types, and from when to when.

import type { Month, TimelineFilter } from "../library/timeline.ts";
import { timelineMonths } from "../library/timeline.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import { rangeOf } from "../search/values.ts";
import type { App } from "./context.ts";
import { hiddenGroups } from "./nsfw.ts";

export interface TimelineAsked {
  library?: number | undefined;
  type?: "image" | "video" | undefined;
  /** `2024`, `2024-07`, `2024-07-14`; both ends belong to it. */
  from?: string | undefined;
  to?: string | undefined;
}

export async function timelineFilter(app: App, asked: TimelineAsked): Promise<TimelineFilter> {
  const hidden = await hiddenGroups(app);
  const { library } = asked;
  if (library !== undefined && hidden.includes(library)) throw new NotFound("library", library);
  return {
    libraryId: library,
    type: asked.type,
    hidden,
    from: dateOf(app, "from", asked.from)?.from,
    to: dateOf(app, "to", asked.to)?.to,
  };
}

const keptMs = 30_000;
const mostKept = 50;
const kept = new WeakMap<App, Map<string, { at: number; months: Promise<Month[]> }>>();

/** Counted at most twice a minute: everybody's pages show the same. */
export function monthsOf(app: App, { from: _, to: __, ...filter }: TimelineFilter): Promise<Month[]> {
  const of = kept.get(app) ?? new Map();
  kept.set(app, of);
  const key = JSON.stringify(filter);
  const known = of.get(key);
  if (known && app.clock.now() - known.at < keptMs) return known.months;
  if (of.size >= mostKept) of.clear();
  const months = timelineMonths(app.db, filter);
  of.set(key, { at: app.clock.now(), months });
  months.catch(() => of.delete(key));
  return months;
}

function dateOf(app: App, name: string, text: string | undefined) {
  if (!text) return undefined;
  const range = rangeOf("date", "", text, app.clock.now());
  if (typeof range !== "string") return range;
  const message = `${text} ${range}.`;
  throw new Refused(422, "input.invalid", message, { errors: [{ path: [name], message }] });
}
