// What the history itself is: since when and how long it is kept, and what it takes on the disk.

import type { KeptFacts } from "../../src/history/kept.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, counted, dateTime, number } from "../format.ts";

const steps = { minute: "minute", tenMinutes: "ten minutes", hour: "hour", day: "day" } as const;

export function HistoryKept({ ctx, kept }: { ctx: PageContext; kept: KeptFacts }) {
  const { figures, events, retention } = kept;
  return (
    <section class="card" id="kept" aria-labelledby="kept-title">
      <header>
        <h2 id="kept-title">How long it is kept</h2>
        <a class="btn btn-small" href={ctx.url("/admin/settings#retention")}>
          Change
        </a>
      </header>
      <dl class="facts">
        {figures.map(({ level, since, keptDays }) => (
          <>
            <dt>{`Figures by the ${steps[level]}`}</dt>
            <dd>
              {`${longTime(keptDays)} `}
              <small class="muted">{since ? `since ${dateTime(since)}` : "none yet"}</small>
            </dd>
          </>
        ))}
        <dt>All figures take</dt>
        <dd>{bytes(kept.bytes)}</dd>
        <dt>Events</dt>
        <dd>
          {`${longTime(events.keptDays)} `}
          <small class="muted">
            {events.since ? `about ${number(events.about)} since ${dateTime(events.since)}` : "none yet"}
          </small>
        </dd>
        <dt>Finished jobs</dt>
        <dd>
          {`${longTime(retention.days)} `}
          <small class="muted">{`${counted(retention.rows, "job")} at most; failures four times as long`}</small>
        </dd>
      </dl>
    </section>
  );
}

function longTime(days: number): string {
  if (days <= 2) return `${days * 24} hours`;
  return days >= 2 * 365 ? `${Math.round(days / 365)} years` : counted(days, "day");
}
