// What happened to queues and files, newest first, with filters and export.

import type { EventLine } from "../../src/http/pages/event-lines.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, duration } from "../format.ts";
import type { HistoryPageProps } from "../pages/history.tsx";
import { dayText } from "../time-ticks.ts";
import { EventFilters, unfiltered } from "./event-filters.tsx";
import { eventIcon, eventWords } from "./event-words.ts";
import { Exports } from "./exports.tsx";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

export function EventLog(props: HistoryPageProps) {
  const { ctx, events, href } = props;
  return (
    <section class="card flush" id="events" aria-labelledby="events-title">
      <header>
        <h2 id="events-title">Events</h2>
        <Exports href={props.exports.events} what="events" />
        <p>
          {"What happened to queues, jobs and files, whoever did it. Who changed what, click by click: "}
          <a href={ctx.url("/admin/audit")}>Audit</a>
        </p>
        <EventFilters {...props} />
      </header>
      <NewEvents n={0} href={`${href({})}#events`} />
      {events.rows.length === 0 ? <NoEvents {...props} /> : null}
      {events.rows.length > 0 ? (
        <table class="table cards events">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Event</th>
              <th scope="col">What</th>
              <th scope="col">Who</th>
            </tr>
          </thead>
          <tbody>
            {events.rows.map((line) => (
              <EventRow ctx={ctx} line={line} />
            ))}
          </tbody>
        </table>
      ) : null}
      <Pages {...props} />
    </section>
  );
}

/** What came while the page was open: a chip that brings it, so that no row moves under anybody's eyes. */
export function NewEvents({ n, href }: { n: number; href: string }) {
  return (
    <p id="events-new" class="new-events" aria-live="polite" hidden={n === 0}>
      {n > 0 ? (
        <a class="btn btn-small" href={href}>
          <Icon name="arrow-up" />
          {n >= mostNew ? `More than ${mostNew - 1} new events` : `${counted(n, "new event")}`}
        </a>
      ) : null}
    </p>
  );
}
export const mostNew = 100;

/** The detail of an event, with a way to what it is about. */
export function EventDetail({ ctx, line }: { ctx: PageContext; line: Pick<EventLine, "detail" | "href"> }) {
  return line.href === null ? <>{line.detail}</> : <a href={ctx.url(line.href)}>{line.detail}</a>;
}

/** By name; to what else they did on that day. */
export function Who({ ctx, line: { who, at } }: { ctx: PageContext; line: Pick<EventLine, "who" | "at"> }) {
  if (who === null) return <span class="muted">the server</span>;
  if (who.email === null) return <>{who.name}</>;
  const day = dayText(at);
  const search = new URLSearchParams({ who: who.email, from: day, to: day });
  return (
    <a href={ctx.url(`/admin/audit?${search}`)} title="What they did on this day">
      {who.name}
    </a>
  );
}

function EventRow({ ctx, line }: { ctx: PageContext; line: EventLine }) {
  const { queue, jobId, file, ageS } = line;
  const about = [
    queue ? <a href={ctx.url(`/admin/jobs?queue=${encodeURIComponent(queue)}`)}>{queue}</a> : null,
    jobId === null ? null : <a href={ctx.url(`/admin/jobs/${jobId}`)}>{`job ${jobId}`}</a>,
    file === null ? null : <a href={ctx.url(`/files/${file.id}`)}>{file.path ?? `file ${file.id}`}</a>,
    line.detail ? <EventDetail ctx={ctx} line={line} /> : null,
    ageS === null ? null : <span class="muted">{`after ${duration(ageS)}`}</span>,
  ].filter((part) => part !== null);
  return (
    <tr id={`event-${line.id}`}>
      <td data-label="When" class="nowrap">
        <When at={line.at} />
      </td>
      <td data-label="Event" class="nowrap">
        <span>
          <Icon name={eventIcon(line.event)} /> {eventWords(line.event)}
        </span>
      </td>
      <td data-label="What">
        <span class="break">
          {about.map((part, i) => (
            <>
              {i > 0 ? " · " : ""}
              {part}
            </>
          ))}
        </span>
      </td>
      <td data-label="Who" class="nowrap">
        <Who ctx={ctx} line={line} />
      </td>
    </tr>
  );
}

function Pages({ events, query, href }: HistoryPageProps) {
  const [first, last] = [events.rows[0], events.rows.at(-1)];
  const place = (line: EventLine, sign = "") => `${href({ place: `${sign}${+line.at}.${line.id}` })}#events`;
  const newer = events.hasNewer && first ? place(first, "+") : null;
  if (query.place === "" && !events.hasOlder) return null;
  return (
    <nav class="pager" aria-label="Pages of the events">
      {query.place ? <a href={`${href({ place: "" })}#events`}>To the newest</a> : <span>The newest</span>}
      <span class="row">
        {newer ? (
          <a class="btn btn-small" href={newer} rel="prev">
            <Icon name="chevron-left" />
            Newer<span class="sr-only"> events</span>
          </a>
        ) : null}
        {events.hasOlder && last ? (
          <a class="btn btn-small" href={place(last)} rel="next">
            Older<span class="sr-only"> events</span>
            <Icon name="chevron-right" />
          </a>
        ) : null}
      </span>
    </nav>
  );
}

function NoEvents({ query, searched, href }: HistoryPageProps) {
  if (query.from && query.to && query.from > query.to)
    return (
      <div class="empty" role="alert">
        <b>This stretch of time ends before it begins.</b>
        {`From ${query.from} to ${query.to}: exchange the two.`}
      </div>
    );
  if (query.place)
    return (
      <div class="empty">
        <b>There are no events beyond.</b>
        <a href={`${href({ place: "" })}#events`}>To the newest</a>
      </div>
    );
  if (query.event || query.from || query.to || query.queue || query.who || query.text)
    return (
      <div class="empty">
        <b>No event matches.</b>
        {query.who || query.text ? (
          <p>{`Names and words are looked for among the newest ${searched} of the chosen time.`}</p>
        ) : null}
        <a href={`${href({ ...unfiltered, queue: "" })}#events`}>Show all</a>
      </div>
    );
  return (
    <div class="empty">
      <b>Nothing has been noted yet.</b>
      Pauses, scans, stuck jobs, quarantines, changed settings and upgrades are written down here.
    </div>
  );
}
