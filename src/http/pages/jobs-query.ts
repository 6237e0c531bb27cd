// The jobs page's state, all of it in its address: which jobs, and which page of them.

import type { JobFilter, JobOrder, ListedStatus } from "../../queue/job-store.ts";

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

/** How many jobs the overview shows. */
export const overviewRows = 10;

export function readJobsQuery(search: URLSearchParams): JobsQuery {
  const status = search.get("status") ?? "";
  const page = Number(search.get("page") ?? 1);
  return {
    status: status in statusChoices ? (status as StatusChoice) : "",
    queue: search.get("queue") ?? "",
    kind: search.get("type") ?? "",
    text: (search.get("q") ?? "").trim().slice(0, 200),
    page: Number.isInteger(page) && page > 0 ? Math.min(page, 1_000_000) : 1,
    perPage: 50,
  };
}

/** `?status=failed&page=2`, or `""`. */
export function jobsSearch(query: JobsQuery, change: Partial<JobsQuery> = {}): string {
  const { status, queue, kind, text, page } = { ...query, ...change };
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries({ q: text, status, queue, type: kind }))
    if (value) search.set(key, value);
  if (page > 1) search.set("page", String(page));
  const written = search.toString();
  return written ? `?${written}` : "";
}

export function isFiltered(query: JobsQuery): boolean {
  return !!(query.status || query.queue || query.kind || query.text);
}

export function jobFilterOf(query: JobsQuery, hideGroups: number[]): JobFilter {
  return {
    ...(query.status && { status: [stored[query.status]] }),
    ...(query.queue && { queue: [query.queue] }),
    ...(query.kind && { kind: [query.kind] }),
    ...(query.text && { text: query.text }),
    ...(hideGroups.length > 0 && { hideGroups }),
  };
}

/** What comes first is what somebody who chose this list looks for. */
export function jobOrderOf(query: JobsQuery): JobOrder {
  if (query.status === "waiting" || query.status === "delayed") return "position";
  return ["failed", "cleared", "completed", "cancelled"].includes(query.status) ? "finished" : "newest";
}

const stored: Record<StatusChoice, ListedStatus> = {
  running: "running",
  waiting: "waiting",
  delayed: "delayed",
  failed: "unacknowledged",
  cleared: "failed",
  completed: "completed",
  cancelled: "cancelled",
  paused: "paused",
};
