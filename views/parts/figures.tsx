// What was done in figures: today, this week, this month, each beside the period before; whether more fails; when it is busy.

import type { Compared } from "../../src/history/statistics.ts";
import { duration, number, shortDate } from "../format.ts";
import type { HistoryPageProps } from "../pages/history.tsx";
import { valueWords } from "../scale.ts";
import { dayWords } from "../time-ticks.ts";
import { busiestWords, HeatMap } from "./heat-map.tsx";
import { KindTable } from "./kind-table.tsx";

const dayMs = 86_400_000;

export function Figures(props: HistoryPageProps) {
  const { statistics: s, query, kindLabel } = props;
  const of = [query.queue, kindLabel].filter(Boolean).join(", ") || "all queues";
  return (
    <>
      <section aria-labelledby="figures-title">
        <div class="section-head">
          <h2 id="figures-title">{`In figures, ${of}`}</h2>
        </div>
        <FigureTiles {...props} />
      </section>
      <div class="figures">
        <KindTable {...props} />
        <section class="card" aria-labelledby="busy-title">
          <header>
            <h2 id="busy-title">Busy hours</h2>
            <p>
              {`Jobs done in the last 28 days, by weekday and hour of this server. ${busiestWords(s.peakHours) ?? ""}`}
            </p>
          </header>
          <HeatMap hours={s.peakHours} caption="Jobs done by weekday and hour, last 28 days" />
        </section>
      </div>
    </>
  );
}

export function FigureTiles({ statistics: s, now }: Pick<HistoryPageProps, "statistics" | "now">) {
  const { last7Days, previous7Days } = s.failureRate;
  const young = (days: number) => s.since !== null && +now - +s.since < days * dayMs;
  return (
    <dl class="tiles" id="figure-tiles">
      <Done label="Today" done={s.today} before="by this time yesterday" />
      <Done
        label="This week"
        done={s.thisWeek}
        before="at this point last week"
        since={young(7) ? s.since : null}
      />
      <Done
        label="This month"
        done={s.thisMonth}
        before="at this point last month"
        since={young(31) ? s.since : null}
      />
      <div class="tile">
        <dt>Failing, last 7 days</dt>
        <dd class={trend(last7Days, previous7Days) === "up" ? "bad" : undefined}>
          {last7Days === null ? "–" : share(last7Days)}
        </dd>
        <dd class="note">
          {previous7Days === null
            ? "no job ended in the 7 days before"
            : `${trendWords[trend(last7Days, previous7Days)]} ${share(previous7Days)} in the 7 days before`}
        </dd>
        <dd>
          <FailureDays days={s.failureDays} />
        </dd>
      </div>
    </dl>
  );
}

function Done({
  label,
  done,
  before,
  since,
}: {
  label: string;
  done: Compared;
  before: string;
  since?: Date | null;
}) {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd>{number(done.completed)}</dd>
      <dd class="note">
        {"done, "}
        <span class={done.failed > 0 ? "bad" : undefined}>{`${number(done.failed)} failed`}</span>
      </dd>
      <dd class="note">
        {done.before === null
          ? since
            ? `measured since ${shortDate(since)}`
            : "nothing to compare with yet"
          : `${change(done.completed, done.before.completed)} ${before}`}
      </dd>
    </div>
  );
}

/** The share of failures day by day, the highest as high as there is room. */
function FailureDays({ days }: { days: HistoryPageProps["statistics"]["failureDays"] }) {
  const most = Math.max(0.001, ...days.map((day) => day.share ?? 0));
  const words = days.map(
    ({ day, share: s }) => `${dayWords(day)}: ${s === null ? "no job ended" : share(s)}`,
  );
  return (
    <svg
      class="failure-days"
      viewBox="0 0 140 24"
      preserveAspectRatio="none"
      role="img"
      aria-label={`Failing day by day. ${words.join(", ")}`}
    >
      {days.map(({ share: s }, i) => {
        const height = s === null ? 0 : Math.max(1, Math.round((s / most) * 24));
        return (
          <rect
            class={s ? "tone-failed" : "idle"}
            x={i * 10 + 1}
            y={24 - Math.max(1, height)}
            width="8"
            height={Math.max(1, height)}
          >
            <title>{words[i]}</title>
          </rect>
        );
      })}
    </svg>
  );
}

const trendWords = { up: "up from", down: "down from", same: "as" };

/** A tenth of a percent more or less is nothing that anybody would act on. */
function trend(now: number | null, before: number | null): keyof typeof trendWords {
  if (now === null || before === null || Math.abs(now - before) < 0.001) return "same";
  return now > before ? "up" : "down";
}

/** `+12 % on 4,480`, `as many as`. */
function change(now: number, before: number): string {
  if (now === before) return "as many as";
  if (before === 0) return "none";
  const percent = Math.round((now / before - 1) * 100);
  if (percent > 300) return `${number(Math.round(now / before))} times the ${number(before)}`;
  return `${percent > 0 ? "+" : percent < 0 ? "−" : "±"}${Math.abs(percent)} % on ${number(before)}`;
}

export function share(n: number): string {
  return valueWords("share", n > 0.1 ? Math.round(n * 100) / 100 : n);
}

export function runWords(ms: number | null): string {
  return ms === null ? "–" : duration(ms / 1000);
}
