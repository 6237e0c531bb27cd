// The timeline. `?to=2023-06` begins at the end of that month; `?part=more` answers the days that follow, for htmx.

import { Hono } from "hono";
import { TimelinePage, type TimelineView } from "../../../views/pages/timeline.tsx";
import { type Day, DaysPart } from "../../../views/parts/timeline-days.tsx";
import type { FileRow } from "../../db/tables/library.ts";
import { type TimelineFilter, type TimelineKey, timelinePage } from "../../library/timeline.ts";
import { Refused } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { monthsOf, timelineFilter } from "../timeline-query.ts";
import { visibleLibraries } from "./home.tsx";
import { page, pageContext } from "./page-context.ts";
import { shotsOf } from "./shots.ts";

const perPage = 90;

export function timelinePages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  pages.get("/timeline", async (c) => {
    const ctx = pageContext(app, c);
    const view = readView(c.req.query());
    const { filter, fault } = await filterOf(app, view);
    const { days, next } = await daysOf(app, ctx, filter, readKey(c.req.query("after")));
    if (c.req.query("part") === "more")
      return c.html(<DaysPart ctx={ctx} view={view} days={days} next={next} />);
    const { shown } = await visibleLibraries(app);
    const months = await monthsOf(app, filter);
    const props = { ctx, view, days, next, months, fault, libraries: shown, now: new Date(app.clock.now()) };
    return page(c, <TimelinePage {...props} />);
  });
  return pages;
}

function readView(query: Record<string, string>): TimelineView {
  const library = Number(query.library);
  return {
    library: Number.isSafeInteger(library) && library > 0 ? library : null,
    type: query.type === "image" || query.type === "video" ? query.type : "",
    to: (query.to ?? "").trim().slice(0, 20),
  };
}

/** A date that is none is said, and the newest are shown. */
async function filterOf(app: App, view: TimelineView): Promise<{ filter: TimelineFilter; fault?: string }> {
  const asked = { library: view.library ?? undefined, type: view.type || undefined };
  try {
    return { filter: await timelineFilter(app, { ...asked, to: view.to }) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { filter: await timelineFilter(app, asked), fault: error.message };
  }
}

/** A page ends with a day, unless that day alone is more than a page. */
async function daysOf(
  app: App,
  seer: Parameters<typeof shotsOf>[1],
  filter: TimelineFilter,
  after: TimelineKey | null,
): Promise<{ days: Day[]; next: string | null }> {
  const rows = await timelinePage(app.db, filter, after, perPage + 1);
  const more = rows.length > perPage;
  if (more) rows.length = perPage;
  const lastDay = rows.length > 0 ? dayOf(rows.at(-1)!) : "";
  const whole = more ? rows.filter((row) => dayOf(row) !== lastDay) : rows;
  const kept = whole.length > 0 ? whole : rows;
  const shots = await shotsOf(app, seer, kept, "sort=captured&deep=1", false, false);
  const days: Day[] = [];
  const previous = after ? dayOf({ capturedAt: new Date(after.at) }) : "";
  for (const shot of shots) {
    const day = dayOf(shot.file);
    if (days.at(-1)?.day !== day) {
      const before = days.at(-1)?.day ?? previous;
      days.push({
        day,
        shots: [],
        continues: day === previous && days.length === 0,
        isNewMonth: day.slice(0, 7) !== before.slice(0, 7),
      });
    }
    days.at(-1)!.shots.push(shot);
  }
  const last = kept.at(-1);
  return { days, next: more && last ? `${last.capturedAt!.getTime()}.${last.id}` : null };
}

function readKey(text: string | undefined): TimelineKey | null {
  const [, at, id] = /^(-?\d{1,15})\.(\d{1,15})$/.exec(text ?? "") ?? [];
  return at && id ? { at: Number(at), id: Number(id) } : null;
}

/** In the server's time zone: `2024-07-14`. */
function dayOf({ capturedAt }: Pick<FileRow, "capturedAt">): string {
  const at = capturedAt!;
  const two = (n: number) => String(n).padStart(2, "0");
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
