// What was done in figures: today, this week, this month; whether more fails than before; per kind; when it is busy.

import { duration, number } from "../format.ts";
import type { HistoryPageProps } from "../pages/history.tsx";
import { HeatMap } from "./heat-map.tsx";

export function Figures({ statistics: s }: HistoryPageProps) {
  const { last7Days: now, previous7Days: before } = s.failureRate;
  return (
    <>
      <section aria-labelledby="figures-title">
        <div class="section-head">
          <h2 id="figures-title">In figures, all queues</h2>
        </div>
        <dl class="tiles">
          <Done label="Today" done={s.today} />
          <Done label="This week" done={s.thisWeek} />
          <Done label="This month" done={s.thisMonth} />
          <div class="tile">
            <dt>Failing, last 7 days</dt>
            <dd class={trend(now, before) === "up" ? "bad" : undefined}>{now === null ? "–" : share(now)}</dd>
            <dd class="note">
              {before === null
                ? "no job ended in the 7 days before"
                : `${trendWords[trend(now, before)]} ${share(before)} in the 7 days before`}
            </dd>
          </div>
        </dl>
      </section>
      <div class="figures">
        <section class="card flush" aria-labelledby="kinds-title">
          <header>
            <h2 id="kinds-title">Per kind, last 30 days</h2>
          </header>
          {s.kinds.length === 0 ? (
            <div class="empty">
              <b>No job has ended in this time.</b>
            </div>
          ) : (
            <table class="table cards">
              <thead>
                <tr>
                  <th scope="col">Kind</th>
                  <th scope="col" class="num">
                    Done
                  </th>
                  <th scope="col" class="num">
                    Failed
                  </th>
                  <th scope="col" class="num">
                    Takes on average
                  </th>
                  <th scope="col" class="num">
                    Half take less
                  </th>
                  <th scope="col" class="num">
                    95 % take less
                  </th>
                </tr>
              </thead>
              <tbody>
                {s.kinds.map((k) => (
                  <tr>
                    <th scope="row">{k.label}</th>
                    <td class="num" data-label="Done">
                      {number(k.completed)}
                    </td>
                    <td class={k.failed > 0 ? "num bad" : "num"} data-label="Failed">
                      {number(k.failed)}
                    </td>
                    <td class="num" data-label="Takes on average">
                      {time(k.averageRunMs)}
                    </td>
                    <td class="num" data-label="Half take less">
                      {time(k.runP50Ms)}
                    </td>
                    <td class="num" data-label="95 % take less">
                      {time(k.runP95Ms)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
        <section class="card" aria-labelledby="busy-title">
          <header>
            <h2 id="busy-title">Busy hours</h2>
            <p>Jobs done in the last 28 days, by weekday and hour of this server.</p>
          </header>
          <HeatMap hours={s.peakHours} caption="Jobs done by weekday and hour, last 28 days" />
        </section>
      </div>
    </>
  );
}

function Done({ label, done }: { label: string; done: { completed: number; failed: number } }) {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd>{number(done.completed)}</dd>
      <dd class="note">{`done, ${number(done.failed)} failed`}</dd>
    </div>
  );
}

const trendWords = { up: "up from", down: "down from", same: "as" };

/** A tenth of a percent more or less is nothing that anybody would act on. */
function trend(now: number | null, before: number | null): keyof typeof trendWords {
  if (now === null || before === null || Math.abs(now - before) < 0.001) return "same";
  return now > before ? "up" : "down";
}

function share(n: number): string {
  const percent = n * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

function time(ms: number | null): string {
  return ms === null ? "–" : duration(ms / 1000);
}
