// The history page's state, all of it in its address: which jobs, which stretch of time, which events, which pages.

import { historyEvents } from "../../history/event-log.ts";
import { pageNumber } from "./problems-query.ts";

export const spans = {
  day: { label: "Day", days: 1 },
  week: { label: "Week", days: 7 },
  month: { label: "Month", days: 30 },
  quarter: { label: "90 days", days: 90 },
  year: { label: "Year", days: 365 },
} as const;
export type Span = keyof typeof spans;

const kindOrders = ["kind", "done", "failed", "average", "p50", "p95"] as const;
export type KindOrder = (typeof kindOrders)[number];

export interface HistoryQuery {
  span: Span;
  queue: string;
  kind: string;
  /** Days, as a date field gives them; both are included. They go before the span. */
  from: string;
  to: string;
  event: string;
  /** An e-mail address, or `server`. */
  who: string;
  /** In the events. */
  text: string;
  /** Where the page of events begins: behind this one, or, with a plus sign in front, before it. */
  place: string;
  failedPage: number;
  /** Of the table of kinds. */
  sort: KindOrder;
}

export function readHistoryQuery(search: URLSearchParams): HistoryQuery {
  const span = search.get("span") ?? "";
  const event = search.get("event") ?? "";
  const sort = search.get("sort") as KindOrder;
  const place = search.get("place") ?? "";
  return {
    span: Object.hasOwn(spans, span) ? (span as Span) : "day",
    queue: search.get("queue") ?? "",
    kind: search.get("kind") ?? "",
    from: dayOf(search.get("from")),
    to: dayOf(search.get("to")),
    event: (historyEvents as readonly string[]).includes(event) ? event : "",
    who: search.get("who") ?? "",
    text: (search.get("q") ?? "").trim().slice(0, 200),
    place: placeOf(place) ? place : "",
    failedPage: pageNumber(search.get("failed")),
    sort: kindOrders.includes(sort) ? sort : "done",
  };
}

/** `?span=week&queue=hash`, or `""`. Another stretch or filter begins with the newest again. */
export function historySearch(query: HistoryQuery, change: Partial<HistoryQuery> = {}): string {
  const turned = "place" in change || "failedPage" in change || "sort" in change;
  const asked = { ...query, ...(turned ? {} : { place: "", failedPage: 1 }), ...change };
  const text = new URLSearchParams(historyFields(asked)).toString();
  return text && `?${text}`;
}

/** What differs from what the bare page shows, as it stands in an address and in hidden fields. */
export function historyFields(query: HistoryQuery): [name: string, value: string][] {
  const { span, sort, failedPage, text, ...rest } = query;
  const all: [string, string][] = [
    ["span", span === "day" ? "" : span],
    ...Object.entries(rest),
    ["q", text],
    ["sort", sort === "done" ? "" : sort],
    ["failed", failedPage > 1 ? String(failedPage) : ""],
  ];
  return all.filter(([, value]) => value !== "");
}

/** The same as the API takes it, for a download; a day that is included ends where the next begins. */
export function exportSearch(query: HistoryQuery, format: "csv" | "json", ofEvents: boolean): string {
  const { from, to } = bounds(query);
  const search = new URLSearchParams({ format });
  if (query.queue) search.set("queue", query.queue);
  if (!ofEvents && query.kind) search.set("kind", query.kind);
  if (ofEvents && query.event) search.set("event", query.event);
  if (ofEvents && query.who) search.set("actor", query.who);
  if (ofEvents && query.text) search.set("q", query.text);
  if (from) search.set("from", from.toISOString());
  if (to) search.set("to", to.toISOString());
  return `?${search}`;
}

export function bounds({ from, to }: Pick<HistoryQuery, "from" | "to">): { from?: Date; to?: Date } {
  const start = from ? new Date(`${from}T00:00:00`) : undefined;
  const last = to ? new Date(`${to}T00:00:00`) : undefined;
  return {
    ...(start && { from: start }),
    ...(last && { to: new Date(last.getFullYear(), last.getMonth(), last.getDate() + 1) }),
  };
}

/** `1795348418497.12`: when the event happened, and its number. */
export function placeOf(place: string): { isNewer: boolean; at: Date; id: number } | null {
  const found = /^(\+?)(\d{1,15})\.(\d{1,15})$/.exec(place);
  return found && { isNewer: found[1] === "+", at: new Date(Number(found[2])), id: Number(found[3]) };
}

/** What is no day says nothing. */
function dayOf(text: string | null): string {
  if (!text || !/^\d{4}-\d\d-\d\d$/.test(text)) return "";
  return Number.isNaN(new Date(`${text}T00:00:00`).getTime()) ? "" : text;
}
