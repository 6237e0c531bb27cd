// A page of the event log, found by place and not by number: what is new in the meantime moves nothing.

import type { HistoryPageProps } from "../../../views/pages/history.tsx";
import type { EventFilter, RecordedEvent } from "../../history/event-log.ts";
import { actorsOf } from "../actors.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { type EventWords, eventLine } from "./event-lines.ts";
import { bounds, type HistoryQuery, placeOf } from "./history-query.ts";

const perPage = 15;

/** `newest` is the number of the newest event of all, for telling later how many have come. */
export async function eventsPage(
  app: App,
  query: HistoryQuery,
  words: EventWords,
): Promise<HistoryPageProps["events"] & { newest: number }> {
  const newest = (await app.history.events({}, 1))[0]?.id ?? 0;
  const filter = await eventFilter(app, query, words.people);
  const place = placeOf(query.place);
  const found = isBackwards(filter) ? [] : await app.history.events(placed(filter, place), perPage + 1);
  // Of newer ones, the nearest were read: the one too many is the first.
  const isNewer = place?.isNewer === true;
  const hasMore = found.length > perPage;
  const rows = isNewer && hasMore ? found.slice(1) : found.slice(0, perPage);
  return {
    rows: rows.map((row) => eventLine(row, words)),
    hasOlder: isNewer || hasMore,
    hasNewer: place !== null && (isNewer ? hasMore : true),
    newest,
  };
}

export async function eventFilter(
  app: App,
  query: HistoryQuery,
  people: EventWords["people"],
): Promise<EventFilter> {
  return {
    ...bounds(query),
    ...(query.queue && { queue: query.queue }),
    ...(query.event && { event: [query.event] }),
    ...(query.who && { actors: actorsOf(query.who, people) }),
    ...(query.text && { text: query.text }),
    hideLibraries: await hiddenGroups(app),
  };
}

function placed(filter: EventFilter, place: ReturnType<typeof placeOf>): EventFilter {
  if (!place) return filter;
  const at: Pick<RecordedEvent, "at" | "id"> = { at: place.at, id: place.id };
  return place.isNewer ? { ...filter, newerThan: at } : { ...filter, after: at };
}

function isBackwards({ from, to }: EventFilter): boolean {
  return from !== undefined && to !== undefined && from >= to;
}
