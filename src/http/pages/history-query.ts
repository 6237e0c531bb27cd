// The history page's state, all of it in its address: which queue, which stretch of time, which events, which pages.

import { historyEvents } from "../../history/event-log.ts";
import { pageNumber } from "./problems-props.ts";

export const spans = {
  day: { label: "Day", days: 1, stepS: 600 },
  week: { label: "Week", days: 7, stepS: 3600 },
  month: { label: "Month", days: 30, stepS: 21_600 },
} as const;
export type Span = keyof typeof spans;

export interface HistoryQuery {
  span: Span;
  queue: string;
  event: string;
  /** Days, as a date field gives them; both are included. */
  from: string;
  to: string;
  page: number;
  failedPage: number;
}

export function readHistoryQuery(search: URLSearchParams): HistoryQuery {
  const span = search.get("span") ?? "";
  const event = search.get("event") ?? "";
  return {
    span: Object.hasOwn(spans, span) ? (span as Span) : "day",
    queue: search.get("queue") ?? "",
    event: (historyEvents as readonly string[]).includes(event) ? event : "",
    from: dayOf(search.get("from")),
    to: dayOf(search.get("to")),
    page: pageNumber(search.get("page")),
    failedPage: pageNumber(search.get("failed")),
  };
}

/** `?span=week&queue=hash`, or `""`. */
export function historySearch(query: HistoryQuery, change: Partial<HistoryQuery> = {}): string {
  const { span, page, failedPage, ...rest } = { ...query, ...change };
  const search = new URLSearchParams();
  if (span !== "day") search.set("span", span);
  for (const [key, value] of Object.entries(rest)) if (value) search.set(key, String(value));
  if (page > 1) search.set("page", String(page));
  if (failedPage > 1) search.set("failed", String(failedPage));
  const text = search.toString();
  return text && `?${text}`;
}

/** The same as the API takes it, for a download; a day that is included ends where the next begins. */
export function exportSearch(query: HistoryQuery, format: "csv" | "json", ofEvents: boolean): string {
  const { from, to } = bounds(query);
  const search = new URLSearchParams({ format });
  if (query.queue) search.set("queue", query.queue);
  if (ofEvents && query.event) search.set("event", query.event);
  if (from) search.set("from", from.toISOString());
  if (to) search.set("to", to.toISOString());
  return `?${search}`;
}

export function bounds({ from, to }: HistoryQuery): { from?: Date; to?: Date } {
  const start = from ? new Date(`${from}T00:00:00`) : undefined;
  const last = to ? new Date(`${to}T00:00:00`) : undefined;
  return {
    ...(start && { from: start }),
    ...(last && { to: new Date(last.getFullYear(), last.getMonth(), last.getDate() + 1) }),
  };
}

/** What is no day says nothing. */
function dayOf(text: string | null): string {
  if (!text || !/^\d{4}-\d\d-\d\d$/.test(text)) return "";
  return Number.isNaN(new Date(`${text}T00:00:00`).getTime()) ? "" : text;
}
