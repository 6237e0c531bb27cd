// The quiet hours of a week: a strip of seven days to see them at a glance, and the list that says the same in words.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { EntryActs } from "./entry-acts.tsx";
import { Icon } from "./icon.tsx";
import { windowDetail, windowTitle } from "./quiet-words.ts";
import { type QuietWeek, WeekStrip } from "./week-strip.tsx";
import { When } from "./when.tsx";

type Url = PageContext["url"];

export function QuietHours({ week, url }: { week: QuietWeek; url: Url }) {
  const { windows } = week;
  return (
    <>
      <p class="effect">
        <WeekNow week={week} />
      </p>
      {windows.length > 0 ? <WeekStrip week={week} /> : null}
      <ul class="entries">
        {windows.map((window, index) => (
          <li>
            <span>
              <b>{windowTitle(window)}</b>
              {week.open.some((open) => open.index === index) ? (
                <span class="badge badge-paused">
                  <Icon name="moon" />
                  now
                </span>
              ) : null}
              <small class="muted">{windowDetail(window)}</small>
            </span>
            <EntryActs
              at={`/admin/settings/quiet-hours/${index}`}
              of={window}
              name={windowTitle(window)}
              url={url}
            />
          </li>
        ))}
      </ul>
      <a class="btn btn-small" href={url("/admin/settings/quiet-hours/new")} data-dialog>
        <Icon name="plus" />
        Add quiet hours
      </a>
    </>
  );
}

function WeekNow({ week: { windows, open, next } }: { week: QuietWeek }) {
  const last = open.toSorted((a, b) => b.until.getTime() - a.until.getTime())[0];
  if (windows.length === 0) return "None: work may run at any hour.";
  if (last)
    return (
      <>
        {`Quiet now (${windowTitle(windows[last.index]!)}); ends `}
        <When at={last.until} />.
      </>
    );
  if (!next) return "Not now.";
  return (
    <>
      {`Not now; ${windowTitle(windows[next.index]!)} begins `}
      <When at={next.at} />.
    </>
  );
}
