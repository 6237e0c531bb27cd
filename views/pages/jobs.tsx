// The control room: figures, queues, live work and the list of jobs.

import type { Dashboard } from "../../src/http/pages/jobs-fragments.tsx";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";
import { SavedViews, SearchBox, SearchFaults, SearchHelp, type ViewsProps } from "../parts/job-search.tsx";
import { JobTable } from "../parts/job-table.tsx";
import { OperationsNow } from "../parts/operation-line.tsx";
import { Pager, type PagerProps } from "../parts/pager.tsx";
import { QueueSections } from "../parts/queue-card.tsx";
import { RunningList } from "../parts/running-list.tsx";
import { ServerStrip } from "../parts/server-state.tsx";
import { Tiles, type Totals } from "../parts/tiles.tsx";

export interface JobsPageProps {
  ctx: PageContext;
  dashboard: Dashboard;
  totals: Totals;
  filter: { status: string; queue: string; kind: string; text: string; filtered: boolean };
  choices: { statuses: [string, string][]; kinds: [string, string][] };
  pager: Omit<PagerProps, "url">;
  views: ViewsProps;
  line: Omit<ListLineProps, "url">;
  empty: Omit<EmptyProps, "url">;
  /** The list by another search. */
  corrected(text: string): string;
  live: string;
  hiddenLibraries: number;
}

export function JobsPage(p: JobsPageProps) {
  const { ctx } = p;
  return (
    <Layout ctx={ctx} title="Jobs" wide live={p.live}>
      <div class="page-head">
        <h1>Jobs</h1>
        <a class="btn" href={ctx.url("/admin/jobs/pause-all")} data-dialog>
          <Icon name="pause" />
          Pause everything
        </a>
        <a class="btn" href={ctx.url("/admin/jobs/restart-workers")} data-dialog>
          <Icon name="refresh-cw" />
          Restart workers
        </a>
        <a class="btn" href={ctx.url("/admin/jobs/clear-failures")} data-dialog>
          <Icon name="eraser" />
          Clear failures
        </a>
        <a class="btn btn-quiet-danger" href={ctx.url("/admin/jobs/kill-all")} data-dialog>
          <Icon name="square" />
          Kill all
        </a>
      </div>
      <JobBoard {...p} />
    </Layout>
  );
}

/** The dashboard without its frame: full screen on its own page, embedded in the overview. */
export function JobBoard({
  ctx,
  dashboard: d,
  totals,
  filter,
  choices,
  pager,
  hiddenLibraries,
  views,
  line,
  empty,
  corrected,
  embedded,
}: JobsPageProps & { embedded?: boolean }) {
  const { url } = ctx;
  return (
    <div class="stack">
      {embedded ? null : (
        <>
          <ServerStrip state={d.state} url={url} />
          <Tiles totals={totals} url={url} />
        </>
      )}
      <section class="card flush" aria-labelledby="live-work">
        <header>
          <h2 id="live-work">Live work</h2>
        </header>
        <div id="working-room">
          <RunningList running={d.running} url={url} />
        </div>
      </section>
      <section aria-labelledby="queues">
        <h2 id="queues" class="section-head">
          Queues
        </h2>
        <QueueSections queues={d.queues} url={url} />
      </section>
      <section class="card flush" aria-labelledby="job-list">
        <header>
          <h2 id="job-list">Job list</h2>
          <Filters
            filter={filter}
            choices={choices}
            queues={d.queues.map((q) => q.name)}
            isFaulty={d.list.faults.length > 0}
            url={url}
          />
          <SearchFaults text={filter.text} faults={d.list.faults} corrected={corrected} />
          <SearchHelp url={url} />
          <SavedViews {...views} url={url} />
        </header>
        <OperationsNow operations={d.operations} url={url} />
        <ListLine {...line} url={url} />
        <form
          id="bulk"
          class="bulk"
          method="post"
          action={url("/admin/jobs/bulk")}
          hx-boost="true"
          hx-swap="none"
          hx-push-url="false"
        >
          <span id="ticked">With the ticked jobs:</span>
          {(["retry", "pause", "resume", "cancel", "remove", "acknowledge"] as const).map((verb) => (
            <button type="submit" class="btn btn-small" name="verb" value={verb}>
              {bulkWords[verb]}
            </button>
          ))}
        </form>
        <p id="list-held" class="bulk" hidden>
          <span>The list stands still while jobs are ticked or open.</span>
          <a
            class="btn btn-small"
            id="list-release"
            href={url(`/admin/jobs${pager.list.page > 1 ? `?page=${pager.list.page}` : ""}`)}
          >
            Show the new list
          </a>
        </p>
        <JobTable jobs={d.list.jobs} url={url} empty={<JobsEmpty {...empty} url={url} />} />
        <Pager {...pager} url={url} />
        {hiddenLibraries > 0 ? (
          <p class="pager">
            {`Jobs of ${counted(hiddenLibraries, "NSFW library", "NSFW libraries")} are hidden from the lists; they run and are counted.`}
          </p>
        ) : null}
      </section>
    </div>
  );
}

interface ListLineProps {
  total: number;
  isLeast: boolean;
  isFaulty: boolean;
  isFiltered: boolean;
  /** Where all of them are acted on. */
  href: string;
  url: PageContext["url"];
}

/** How many the list has, and the way to do something to all of them. */
export function ListLine({ total, isLeast, isFaulty, isFiltered, href, url }: ListLineProps) {
  const many = `${isLeast ? "more than " : ""}${number(total)}`;
  return (
    <p class="list-line" id="list-line">
      {isFaulty || total === 0 ? null : (
        <>
          <span>
            {`${isLeast ? "More than " : ""}${isFiltered ? counted(total, "job matches", "jobs match") : counted(total, "job")}`}
          </span>
          <a href={url(href)} data-dialog>
            {isFiltered ? `Select all ${many} matching` : `Select all ${many}`}
          </a>
        </>
      )}
    </p>
  );
}

interface EmptyProps {
  filtered: boolean;
  isFaulty: boolean;
  url: PageContext["url"];
}

export function JobsEmpty({ filtered, isFaulty, url }: EmptyProps) {
  if (isFaulty)
    return (
      <div class="empty">
        <b>This search can't be read.</b>
        What is wrong with it stands under the search box. <a href={url("/admin/jobs")}>Show all jobs</a>
      </div>
    );
  return filtered ? (
    <div class="empty">
      <b>No job matches these filters.</b>
      <a href={url("/admin/jobs")}>Show all jobs</a>
    </div>
  ) : (
    <div class="empty">
      <b>There are no jobs yet.</b>
      They come with the first scan of a library.
    </div>
  );
}

const bulkWords = {
  retry: "Retry",
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel",
  remove: "Remove",
  acknowledge: "Clear failures",
};

interface FiltersProps {
  filter: JobsPageProps["filter"];
  choices: JobsPageProps["choices"];
  queues: string[];
  isFaulty: boolean;
  url: PageContext["url"];
}

function Filters({ filter, choices, queues, isFaulty, url }: FiltersProps) {
  return (
    <form class="filters" method="get" action={url("/admin/jobs")} data-filters>
      <SearchBox text={filter.text} isFaulty={isFaulty} url={url} />
      <Choice
        name="status"
        label="Status"
        any="Any status"
        value={filter.status}
        options={choices.statuses}
      />
      <Choice
        name="queue"
        label="Queue"
        any="Any queue"
        value={filter.queue}
        options={queues.map((q) => [q, q])}
      />
      <Choice name="type" label="Type" any="Any type" value={filter.kind} options={choices.kinds} />
      <button type="submit" class="btn without-js">
        Filter
      </button>
      {filter.filtered ? (
        <a class="btn btn-quiet" href={url("/admin/jobs")}>
          Reset
        </a>
      ) : null}
    </form>
  );
}

function Choice({
  name,
  label,
  any,
  value,
  options,
}: {
  name: string;
  label: string;
  any: string;
  value: string;
  options: [string, string][];
}) {
  return (
    <select class="select" name={name} id={`filter-${name}`} aria-label={label}>
      <option value="">{any}</option>
      {options.map(([key, text]) => (
        <option value={key} selected={key === value}>
          {text}
        </option>
      ))}
    </select>
  );
}
