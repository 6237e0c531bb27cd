// Where one is in the list of jobs, and the way to the pages beside it.

import type { JobList } from "../../src/http/pages/job-lines.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { number } from "../format.ts";
import { Icon } from "./icon.tsx";

export interface PagerProps {
  list: Pick<JobList, "total" | "isLeast" | "page" | "pages"> & { jobs: unknown[]; first: number };
  previous: string | null;
  next: string | null;
  url: PageContext["url"];
}

export function Pager({ list, previous, next, url }: PagerProps) {
  // On the page the list stands below much else.
  const to = (place: string | null) => (place === null ? null : url(`${place}#job-list`));
  return (
    <nav class="pager" id="pager" aria-label="Pages of jobs">
      <span>
        {list.total === 0
          ? "No jobs"
          : `${number(list.first)}–${number(list.first + list.jobs.length - 1)} of ${list.isLeast ? "more than " : ""}${number(list.total)}`}
      </span>
      <NewerOlder newer={to(previous)} older={to(next)} />
    </nav>
  );
}

/** The ways to the pages beside a list that has the newest first; null where there is none. */
export function NewerOlder({ newer, older }: { newer: string | null; older: string | null }) {
  return (
    <span class="row">
      {newer === null ? null : (
        <a class="btn btn-small" href={newer} rel="prev">
          <Icon name="chevron-left" />
          Newer
        </a>
      )}
      {older === null ? null : (
        <a class="btn btn-small" href={older} rel="next">
          Older
          <Icon name="chevron-right" />
        </a>
      )}
    </span>
  );
}
