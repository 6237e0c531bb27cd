// What the problems page shows: how many there are of each, and what is on the tab that is open.

import type { OpenCausesProps, ProblemsProps } from "../../../views/pages/problems.tsx";
import { ignoredCauses } from "../../healing/ignored-causes.ts";
import { heldFiles } from "../../healing/quarantine-list.ts";
import { stuckJobs } from "../../healing/stuck-jobs.ts";
import { failureTitle } from "../../jobs/failures.ts";
import { listLibraries } from "../../library/libraries.ts";
import type { FailureGroup } from "../../queue/job-store.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { shownCauses } from "./cause-shown.ts";
import { heldProps } from "./held-props.ts";
import { openCauses } from "./problem-count.ts";
import { isNarrowed, type ProblemsQuery, problemsSearch } from "./problems-query.ts";
import { type RetriedCause, retriedCauses } from "./retried-causes.ts";
import { stuckProps } from "./stuck-props.ts";

/** What is folded in comes along: so many stay well below 100 KB. */
const causesPerPage = 15;

export async function problemsProps(app: App, query: ProblemsQuery): Promise<ProblemsProps> {
  const hidden = await hiddenGroups(app);
  const causes = await openCauses(app);
  const stuck = (await stuckJobs(app)).filter(({ job }) => !hidden.includes(job.subject.group ?? 0));
  const { total: held } = await heldFiles(app, { hideLibraries: hidden }, 0, 0);
  const ignored = await ignoredCauses(app);
  const { tab } = query;
  return {
    query,
    counts: {
      open: causes.length,
      stuck: stuck.length + causes.filter(isDeath).reduce((n, { count }) => n + count, 0),
      quarantine: held,
      ignored: ignored.length,
    },
    open: tab === "open" ? await openProps(app, query, causes, hidden) : null,
    stuck: tab === "stuck" ? await stuckProps(app, stuck, causes.filter(isDeath), hidden) : null,
    held: tab === "quarantine" ? await heldProps(app, query, hidden) : null,
    ignored: tab === "ignored" ? ignored.map((one) => ({ ...one, name: failureTitle(one.code) })) : null,
    search: (change) => `/admin/problems${problemsSearch(query, change)}`,
  };
}

/** What became of jobs whose worker died or that stood still. */
function isDeath({ code }: FailureGroup): boolean {
  return code === "job.orphaned" || code === "job.stuck";
}

async function openProps(
  app: App,
  query: ProblemsQuery,
  causes: FailureGroup[],
  hidden: number[],
): Promise<OpenCausesProps> {
  const retried = retriedCauses(app);
  const matching = withRetried(causes, retried).filter((one) => matches(query, one));
  const pages = Math.max(1, Math.ceil(matching.length / causesPerPage));
  const page = Math.min(query.page, pages);
  const onPage = matching.slice((page - 1) * causesPerPage, page * causesPerPage);
  const linked = query.cause ? matching.find((one) => fingerprintOf(one) === query.cause) : undefined;
  const shown = linked ? [linked, ...onPage.filter((one) => one !== linked)] : onPage;
  const tallies = await app.store.tallies();
  const sum = (of: (t: (typeof tallies)[number]) => number) => tallies.reduce((n, t) => n + of(t), 0);
  const libraries = (await listLibraries(app.db)).filter(({ id }) => !hidden.includes(id));
  return {
    causes: await shownCauses(app, shown),
    total: matching.length,
    page,
    pages,
    isNarrowed: isNarrowed(query),
    libraries: libraries.map(({ id, name }) => ({ id, name })),
    queues: [...new Set(causes.flatMap((cause) => cause.queues))].sort(),
    hidden: sum((t) => (hidden.includes(t.lane.group) ? t.failed : 0)),
    cleared: sum((t) => (hidden.includes(t.lane.group) ? 0 : t.cleared)),
    isFresh: sum((t) => t.completed + t.failed + t.cleared + t.cancelled) === 0,
  };
}

interface Either {
  group?: FailureGroup;
  retried?: RetriedCause;
}

/** Those that are tried again keep their place among the others. */
function withRetried(causes: FailureGroup[], retried: Map<string, RetriedCause>): Either[] {
  const open: Either[] = causes.map((group) => ({ group, retried: retried.get(group.fingerprint) }));
  const isOpen = new Set(causes.map(({ fingerprint }) => fingerprint));
  for (const one of retried.values()) {
    if (isOpen.has(one.problem.fingerprint) || one.open === 0) continue;
    const { isServerWide, count } = one.problem;
    const at = open.findIndex(({ group, retried: other }) => {
      const there = group ?? other!.problem;
      return isServerWide || there.count < count;
    });
    open.splice(at < 0 ? open.length : at, 0, { retried: one });
  }
  return open;
}

function fingerprintOf({ group, retried }: Either): string {
  return (group ?? retried!.problem).fingerprint;
}

function matches({ text, library, queue }: ProblemsQuery, { group, retried }: Either): boolean {
  const libraries = group?.groups ?? retried!.problem.libraries;
  const { queues, code, message, kinds } = group ?? retried!.problem;
  if (library && !libraries.includes(library)) return false;
  if (queue && !queues.includes(queue)) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const said = `${code} ${failureTitle(code)} ${message} ${kinds.join(" ")}`.toLowerCase();
  return words.every((word) => said.includes(word));
}

export { pageNumber } from "./problems-query.ts";
