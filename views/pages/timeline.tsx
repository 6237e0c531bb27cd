// The timeline: everything by the day it was taken, and the months to jump to.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { Month } from "../../src/library/timeline.ts";
import { counted, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Choice } from "../parts/choice.tsx";
import { Icon } from "../parts/icon.tsx";
import { type Day, DaysPart, monthName, type TimelineView, timelineHref } from "../parts/timeline-days.tsx";
import { ViewTabs } from "../parts/view-tabs.tsx";

export type { TimelineView };

export interface TimelineProps {
  ctx: PageContext;
  view: TimelineView;
  days: Day[];
  next: string | null;
  /** Newest first. */
  months: Month[];
  libraries: LibraryRow[];
  /** What is wrong with the date that was asked for. */
  fault?: string | undefined;
  now: Date;
}

export function TimelinePage(props: TimelineProps) {
  const { ctx, view, days, months, fault } = props;
  const total = months.reduce((sum, { files }) => sum + files, 0);
  const first = days[0]?.day.slice(0, 7);
  const newer = first === undefined ? undefined : months.findLast(({ month }) => month > first);
  return (
    <Layout
      ctx={ctx}
      title="Timeline"
      scripts={["timeline.js", "lightbox.js"]}
      vendor={["photoswipe.js", "photoswipe.css"]}
      wide
    >
      <ViewTabs ctx={ctx} />
      <header class="page-head">
        <div>
          <h1>Timeline</h1>
          <p>
            {total === 0
              ? "Nothing with a date yet"
              : `${counted(total, "picture or video", "pictures and videos")}`}
          </p>
        </div>
        <TimelineFilters {...props} />
      </header>
      {fault ? (
        <p class="banner banner-warn" role="alert">
          <Icon name="triangle-alert" />
          <span>{fault} The newest are shown.</span>
        </p>
      ) : null}
      {days.length === 0 ? <Nothing {...props} total={total} /> : null}
      <div class="timeline">
        <section aria-label="Days" class="timeline-days">
          {newer && view.to ? (
            <p class="timeline-newer">
              <a class="btn btn-small" href={timelineHref(ctx, { ...view, to: newer.month })}>
                <Icon name="arrow-up" />
                {monthName(newer.month)}
              </a>
              <a class="btn btn-small btn-quiet" href={timelineHref(ctx, { ...view, to: "" })}>
                To the newest
              </a>
            </p>
          ) : null}
          <ol class="days" id="shots">
            <DaysPart {...props} />
          </ol>
        </section>
        {months.length > 1 ? <Scrubber {...props} current={first ?? ""} /> : null}
      </div>
    </Layout>
  );
}

function TimelineFilters({ ctx, view, libraries, months }: TimelineProps) {
  return (
    <form class="row timeline-filters" action={ctx.url("/timeline")} data-filters>
      {libraries.length > 1 ? (
        <Choice
          name="library"
          label="Library"
          all="All libraries"
          value={String(view.library ?? "")}
          choices={libraries.map(({ id, name }) => [String(id), name] as const)}
        />
      ) : null}
      <Choice name="type" label="Type" all="Pictures and videos" value={view.type} choices={types} />
      <select class="select" name="to" aria-label="Jump to">
        <option value="">Newest</option>
        {months.map(({ month, files }) => (
          <option value={month} selected={month === view.to.slice(0, 7)}>
            {`${monthName(month)} (${number(files)})`}
          </option>
        ))}
      </select>
      <button class="btn without-js" type="submit">
        Show
      </button>
    </form>
  );
}

const types = [
  ["image", "Pictures"],
  ["video", "Videos"],
] as const;

/** By year, the shown one open: a month's link leads to its end. */
function Scrubber({ ctx, view, months, current }: TimelineProps & { current: string }) {
  const years = [...new Set(months.map(({ month }) => month.slice(0, 4)))];
  return (
    <nav class="scrubber" aria-label="Months">
      {years.map((year) => {
        const mine = months.filter(({ month }) => month.startsWith(year));
        return (
          <details name="years" open={current.startsWith(year)} data-year={year}>
            <summary>
              {year} <small>{number(mine.reduce((sum, { files }) => sum + files, 0))}</small>
            </summary>
            <ul>
              {mine.map(({ month, files }) => (
                <li>
                  <a
                    href={timelineHref(ctx, { ...view, to: month })}
                    data-month={month}
                    aria-current={month === current ? "date" : undefined}
                  >
                    <span>{monthName(month).slice(0, 3)}</span> <small>{number(files)}</small>
                  </a>
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </nav>
  );
}

function Nothing({ ctx, view, total }: TimelineProps & { total: number }) {
  const narrowed = view.library !== null || view.type !== "" || view.to !== "";
  return (
    <div class="empty card">
      <b>{narrowed ? "Nothing here." : "No pictures or videos yet."}</b>
      {narrowed || total > 0 ? (
        <a href={ctx.url("/timeline")}>Show the whole timeline</a>
      ) : (
        "They appear here when a library has been scanned and its files have been looked at."
      )}
    </div>
  );
}
