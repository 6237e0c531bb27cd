// Which jobs a bulk operation meant, in words: its filter is kept as the jobs list's query.

import { counted } from "../../../views/format.ts";

/** `failed jobs in hash that match “took:>5m”`, `job 12`, `3 ticked jobs`, `every job`. */
export function filterInWords(filter: string): string {
  if (filter === "") return "every job";
  const fields = new URLSearchParams(filter.replaceAll("+", "%2B"));
  const ids = fields.get("ids")?.split(",");
  if (ids) return idsInWords(ids);
  const parts = [[...statuses(fields), "jobs"].join(" ")];
  for (const [name, words] of Object.entries(phrases)) {
    const value = fields.getAll(name).join(", ");
    if (value !== "") parts.push(words(value.replaceAll(",", ", ").replaceAll(",  ", ", ")));
  }
  const q = fields.get("q");
  if (q) parts.push(/^cause:[0-9a-f]{12}$/.test(q) ? "of one cause" : `that match “${q}”`);
  return parts.join(" ");
}

/** The address of the list that shows what it means now; null where the list cannot show it. */
export function filterHref(filter: string): string | null {
  if (/^ids=\d+$/.test(filter)) return `/admin/jobs/${filter.slice(4)}`;
  const fields = new URLSearchParams(filter.replaceAll("+", "%2B"));
  const known = ["q", "status", "queue", "type"];
  if ([...fields].some(([name, value]) => !known.includes(name) || (name !== "q" && value.includes(","))))
    return null;
  return `/admin/jobs${fields.size > 0 ? `?${fields}` : ""}`;
}

function idsInWords(ids: string[]): string {
  if (ids.length === 1) return `job ${ids[0]}`;
  return ids.at(-1) === "…" ? `more than ${ids.length - 1} ticked jobs` : counted(ids.length, "ticked job");
}

function statuses(fields: URLSearchParams): string[] {
  const named = fields.getAll("status").flatMap((value) => value.split(","));
  if (named.length === 0) return ["all"];
  return [named.map((name) => statusNames[name] ?? name).join(" and ")];
}

const statusNames: Record<string, string> = {
  pending: "waiting",
  queued: "held back",
  cleared: "failed or cleared",
  unacknowledged: "failed",
};

const phrases: Record<string, (value: string) => string> = {
  queue: (value) => `in ${value}`,
  type: (value) => `of kind ${value}`,
  resourceCategory: (value) => `that take ${value}`,
  file: (value) => `about file ${value}`,
  library: (value) => `of library ${value}`,
  fingerprint: () => "of one cause",
};
