// The jobs page's state, all of it in its address: which jobs, and which page of them.

import type { JobOrder } from "../../queue/job-store.ts";
import type { SearchedStatus } from "../../search/job-fields.ts";
import { quoted } from "../../search/query.ts";
import type { JobQuery } from "../api/job-query.ts";

export interface JobsQuery {
  status: StatusChoice | "";
  queue: string;
  kind: string;
  text: string;
  page: number;
  /** Not in the address: each page has its own. */
  perPage: number;
}

export const statusChoices = {
  running: "Running",
  waiting: "Waiting",
  delayed: "Delayed",
  failed: "Failed",
  cleared: "Failed, with cleared",
  completed: "Completed",
  cancelled: "Cancelled",
  paused: "Paused",
} as const;
export type StatusChoice = keyof typeof statusChoices;

/** Statuses of the API that the page calls by one word: addresses written from it mean the same. */
const apiWords = new Map<string, StatusChoice>([
  ["pending", "waiting"],
  ["queued", "waiting"],
]);

/** How many jobs the overview shows. */
export const overviewRows = 10;

export function readJobsQuery(search: URLSearchParams): JobsQuery {
  const status = search.get("status") ?? "";
  const page = Number(search.get("page") ?? 1);
  return {
    status: Object.hasOwn(statusChoices, status) ? (status as StatusChoice) : (apiWords.get(status) ?? ""),
    queue: search.get("queue") ?? "",
    kind: search.get("type") ?? "",
    text: (search.get("q") ?? "").trim().slice(0, 1000),
    page: Number.isInteger(page) && page > 0 ? Math.min(page, 1_000_000) : 1,
    perPage: 50,
  };
}

/** `?status=failed&page=2`, or `""`. */
export function jobsSearch(query: JobsQuery, change: Partial<JobsQuery> = {}): string {
  const asked = { ...query, ...change };
  const search = new URLSearchParams(filterFields(asked));
  if (asked.page > 1) search.set("page", String(asked.page));
  const written = search.toString();
  return written ? `?${written}` : "";
}

/** What is asked for, without the page: as an address and as hidden fields of a form. */
export function filterFields({ status, queue, kind, text }: JobsQuery): [string, string][] {
  const all: [string, string][] = [
    ["q", text],
    ["status", status],
    ["queue", queue],
    ["type", kind],
  ];
  return all.filter(([, value]) => value !== "");
}

/** All of it in the words of a search, as saved views keep it. */
export function searchText({ status, queue, kind, text }: JobsQuery): string {
  const words = [text];
  if (status) words.push(statusWords[status]);
  if (queue) words.push(`queue:${quoted(queue, false)}`);
  if (kind) words.push(`kind:${quoted(kind, false)}`);
  return words.filter((word) => word !== "").join(" ");
}

export function isFiltered(query: JobsQuery): boolean {
  return !!(query.status || query.queue || query.kind || query.text);
}

/** The same, as the API's list and its bulk operations take it. */
export function apiQuery({ status, queue, kind, text }: JobsQuery): JobQuery {
  return {
    status: status ? [stored[status]] : [],
    queue: queue ? [queue] : [],
    type: kind ? [kind] : [],
    resourceCategory: [],
    ...(text && { q: text }),
  };
}

/** What comes first is what somebody who chose this list looks for. */
export function jobOrderOf(query: JobsQuery): JobOrder {
  if (query.status === "waiting" || query.status === "delayed") return "position";
  return ["failed", "cleared", "completed", "cancelled"].includes(query.status) ? "finished" : "newest";
}

const statusWords: Record<StatusChoice, string> = {
  running: "status:running",
  waiting: "status:waiting",
  delayed: "status:delayed",
  failed: "status:failed -is:cleared",
  cleared: "status:failed",
  completed: "status:completed",
  cancelled: "status:cancelled",
  paused: "status:paused",
};

const stored: Record<StatusChoice, SearchedStatus> = {
  running: "running",
  waiting: "waiting",
  delayed: "delayed",
  failed: "unacknowledged",
  cleared: "failed",
  completed: "completed",
  cancelled: "cancelled",
  paused: "paused",
};
