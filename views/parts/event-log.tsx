// What happened to queues and files, newest first, with filters and export.

import { duration } from "../format.ts";
import { type HistoryPageProps, Kept } from "../pages/history.tsx";
import { detailWords, eventWords } from "./event-words.ts";
import { Exports } from "./exports.tsx";
import { PageLinks } from "./page-links.tsx";
import { When } from "./when.tsx";

export function EventLog(props: HistoryPageProps) {
  const { ctx, query, events, eventNames, href } = props;
  return (
    <section class="card flush" id="events" aria-labelledby="events-title">
      <header>
        <h2 id="events-title">Events</h2>
        <Exports href={props.exports.events} what="events" />
        <form class="filters" action={`${ctx.url("/admin/history")}#events`} data-filters>
          <Kept query={query} but={["event", "from", "to", "page", "failedPage"]} />
          <label class="sr-only" for="event">
            Event
          </label>
          <select class="select" id="event" name="event">
            <option value="">All events</option>
            {eventNames.map((name) => (
              <option value={name} selected={name === query.event}>
                {eventWords(name)}
              </option>
            ))}
          </select>
          <label class="row">
            From
            <input class="input input-narrow" type="date" name="from" value={query.from} />
          </label>
          <label class="row">
            to
            <input class="input input-narrow" type="date" name="to" value={query.to} />
          </label>
          <button type="submit" class="btn">
            Show
          </button>
          {query.event || query.from || query.to ? (
            <a class="btn btn-quiet" href={`${href(unfiltered)}#events`}>
              Show all
            </a>
          ) : null}
        </form>
      </header>
      {events.rows.length === 0 ? <NoEvents {...props} /> : null}
      {events.rows.length > 0 ? (
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Event</th>
              <th scope="col">About</th>
              <th scope="col">Who</th>
              <th scope="col">Detail</th>
            </tr>
          </thead>
          <tbody>
            {events.rows.map((e) => (
              <tr>
                <td data-label="When" class="nowrap">
                  <When at={e.at} />
                </td>
                <td data-label="Event" class="nowrap">
                  {eventWords(e.event)}
                </td>
                <td data-label="About">
                  <span class="break">
                    {[
                      e.queue ?? everyQueue(e),
                      e.jobId === null ? null : (
                        <a href={ctx.url(`/admin/jobs/${e.jobId}`)}>{`job ${e.jobId}`}</a>
                      ),
                      e.fileId === null ? null : (
                        <a href={ctx.url(`/files/${e.fileId}`)}>{e.filePath ?? `file ${e.fileId}`}</a>
                      ),
                    ]
                      .filter((part) => part !== null)
                      .map((part, i) => (
                        <>
                          {i > 0 ? " · " : ""}
                          {part}
                        </>
                      ))}
                  </span>
                </td>
                <td data-label="Who">{e.actor ?? <span class="muted">the server</span>}</td>
                <td data-label="Detail">
                  <span class="break">
                    {e.detail ? detailWords(e.detail) : null}
                    {e.ageS === null ? null : (
                      <span class="muted">{`${e.detail ? ", " : ""}after ${duration(e.ageS)}`}</span>
                    )}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      <PageLinks
        label="of the events"
        page={query.page}
        pages={null}
        hasNext={events.hasNext}
        href={(page) => `${href({ page })}#events`}
      />
    </section>
  );
}

/** What a person paused or resumed without naming a queue or a job was everything. */
function everyQueue({ event, jobId, actor }: HistoryPageProps["events"]["rows"][number]): string | null {
  const isPause = event === "paused" || event === "resumed";
  return isPause && jobId === null && actor !== null ? "every queue" : null;
}

const unfiltered = { event: "", from: "", to: "", page: 1, failedPage: 1 };

function NoEvents({ query, href }: HistoryPageProps) {
  if (query.from && query.to && query.from > query.to)
    return (
      <div class="empty" role="alert">
        <b>This stretch of time ends before it begins.</b>
        {`From ${query.from} to ${query.to}: exchange the two.`}
      </div>
    );
  if (query.page > 1)
    return (
      <div class="empty">
        <b>There are no older events.</b>
        <a href={`${href({ page: 1 })}#events`}>To the newest</a>
      </div>
    );
  if (query.event || query.from || query.to || query.queue)
    return (
      <div class="empty">
        <b>No event matches.</b>
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
