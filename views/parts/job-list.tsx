// The list of jobs with all one needs to find some and act on many: search, filters, saved views, ticks, pages.

import type { JobList } from "../../src/http/pages/job-lines.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, number } from "../format.ts";
import { BulkBar } from "./bulk-bar.tsx";
import { Choice } from "./choice.tsx";
import { JobSearchBox, JobSearchHelp, SavedViews, type ViewsProps } from "./job-search.tsx";
import { JobTable } from "./job-table.tsx";
import { type OperationLine, OperationsNow } from "./operation-line.tsx";
import { Pager, type PagerProps } from "./pager.tsx";
import { QuickFilters } from "./quick-filters.tsx";
import { SearchFaults } from "./search-box.tsx";
import type { Totals } from "./tiles.tsx";

export interface JobListProps {
  list: JobList;
  operations: OperationLine[];
  queues: string[];
  totals: Totals;
  filter: { status: string; queue: string; kind: string; text: string; filtered: boolean };
  choices: { statuses: [string, string][]; kinds: [string, string][] };
  pager: Omit<PagerProps, "url">;
  views: ViewsProps;
  line: Omit<ListLineProps, "url">;
  empty: Omit<EmptyProps, "url">;
  /** The list by another search. */
  corrected(text: string): string;
  hiddenLibraries: number;
  url: PageContext["url"];
}

export function JobListSection(p: JobListProps) {
  const { list, filter, pager, url } = p;
  return (
    <section class="card flush" aria-labelledby="job-list">
      <header>
        <h2 id="job-list">Job list</h2>
        <Filters
          filter={filter}
          choices={p.choices}
          queues={p.queues}
          isFaulty={list.faults.length > 0}
          url={url}
        />
        <SearchFaults text={filter.text} faults={list.faults} corrected={p.corrected} />
        <QuickFilters totals={p.totals} filter={filter} url={url} />
        <SavedViews {...p.views} url={url} />
        <JobSearchHelp url={url} />
      </header>
      <ListLine {...p.line} url={url} />
      <div id="list-held" hidden>
        <a
          class="btn btn-small btn-primary"
          id="list-release"
          href={url(`/admin/jobs${pager.list.page > 1 ? `?page=${pager.list.page}` : ""}`)}
        >
          Show the new list
        </a>
      </div>
      <JobTable jobs={list.jobs} url={url} empty={<JobsEmpty {...p.empty} url={url} />} />
      <Pager {...pager} url={url} />
      <div class="dock">
        <OperationsNow operations={p.operations} url={url} />
        <BulkBar url={url} />
      </div>
      {p.hiddenLibraries > 0 ? (
        <p class="pager">
          {`Jobs of ${counted(p.hiddenLibraries, "NSFW library", "NSFW libraries")} are hidden from the lists; they run and are counted.`}
        </p>
      ) : null}
    </section>
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
          <a href={url(href)} data-dialog data-all>
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
  /** So many match and are about libraries that are hidden now. */
  hidden: number;
  url: PageContext["url"];
}

export function JobsEmpty({ filtered, isFaulty, hidden, url }: EmptyProps) {
  const all = <a href={url("/admin/jobs#job-list")}>Show all jobs</a>;
  if (isFaulty)
    return (
      <div class="empty">
        <b>This search can't be read.</b>
        What is wrong with it stands under the search box. {all}
      </div>
    );
  if (hidden > 0)
    return (
      <div class="empty">
        <b>{filtered ? "All that match are hidden." : "All jobs are hidden."}</b>
        {`${counted(hidden, "job is", "jobs are")} about NSFW libraries, which the lists leave out now. `}
        <a href={url("/admin/settings#nsfwVisible")}>Settings</a>
      </div>
    );
  return filtered ? (
    <div class="empty">
      <b>No job matches these filters.</b>
      {all}
    </div>
  ) : (
    <div class="empty">
      <b>There are no jobs yet.</b>
      They come with the first scan of a library. <a href={url("/admin/jobs/new")}>New job</a>
    </div>
  );
}

interface FiltersProps {
  filter: JobListProps["filter"];
  choices: JobListProps["choices"];
  queues: string[];
  isFaulty: boolean;
  url: PageContext["url"];
}

function Filters({ filter, choices, queues, isFaulty, url }: FiltersProps) {
  return (
    <form class="filters" method="get" action={url("/admin/jobs#job-list")} data-filters>
      <JobSearchBox text={filter.text} isFaulty={isFaulty} url={url} />
      <Choice
        name="status"
        label="Status"
        all="Any status"
        value={filter.status}
        choices={choices.statuses}
      />
      <Choice
        name="queue"
        label="Queue"
        all="Any queue"
        value={filter.queue}
        choices={queues.map((q) => [q, q])}
      />
      <Choice name="type" label="Type" all="Any type" value={filter.kind} choices={choices.kinds} />
      <button type="submit" class="btn without-js">
        Filter
      </button>
      {filter.filtered ? (
        <a class="btn btn-quiet" href={url("/admin/jobs#job-list")}>
          Reset
        </a>
      ) : null}
    </form>
  );
}
