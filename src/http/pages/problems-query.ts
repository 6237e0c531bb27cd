// What of the problems page somebody looks at, as its address says it.

const problemTabs = ["open", "stuck", "quarantine", "ignored"] as const;
export type ProblemTab = (typeof problemTabs)[number];

export interface ProblemsQuery {
  tab: ProblemTab;
  /** Of the open causes: shown before all others and unfolded, since somebody followed a link to it. */
  cause: string;
  text: string;
  /** 0: all of them. */
  library: number;
  queue: string;
  /** Of the quarantine: who put it there. */
  by: "people" | "server" | "";
  /** Of the quarantine: what is looked for among the files that may be excluded. */
  find: string;
  page: number;
}

export function readProblemsQuery(search: URLSearchParams): ProblemsQuery {
  const text = (name: string) => (search.get(name) ?? "").trim().slice(0, 200);
  const by = text("by");
  return {
    tab: problemTabs.find((tab) => tab === text("tab")) ?? "open",
    cause: text("cause"),
    text: text("q"),
    library: Number(text("library")) || 0,
    queue: text("queue"),
    by: by === "people" || by === "server" ? by : "",
    find: text("find"),
    page: pageNumber(search.get("page")),
  };
}

/** `?tab=ignored`, or nothing where all is as usual. */
export function problemsSearch(query: ProblemsQuery, change: Partial<ProblemsQuery> = {}): string {
  const { tab, cause, text, library, queue, by, find, page } = { ...query, ...change };
  const search = new URLSearchParams();
  if (tab !== "open") search.set("tab", tab);
  if (tab === "open" && cause) search.set("cause", cause);
  if (text) search.set("q", text);
  if (library) search.set("library", String(library));
  if (tab === "open" && queue) search.set("queue", queue);
  if (tab === "quarantine" && by) search.set("by", by);
  if (tab === "quarantine" && find) search.set("find", find);
  if (page > 1) search.set("page", String(page));
  const said = search.toString();
  return said && `?${said}`;
}

export function isNarrowed({ text, library, queue, by }: ProblemsQuery): boolean {
  return Boolean(text || library || queue || by);
}

export function pageNumber(text: string | null | undefined): number {
  const page = Number(text ?? 1);
  return Number.isSafeInteger(page) && page > 0 ? Math.min(page, 1_000_000) : 1;
}
