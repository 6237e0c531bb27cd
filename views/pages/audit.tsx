// Who did what to what, newest first.

import type { AuditLine } from "../../src/http/pages/audit-lines.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Choice } from "../parts/choice.tsx";
import { Exports } from "../parts/exports.tsx";
import { Icon } from "../parts/icon.tsx";
import { When } from "../parts/when.tsx";
import { dayText } from "../time-ticks.ts";

export interface AuditQuery {
  /** An e-mail address, or `server`. */
  who: string;
  /** `job.retry`, or `job.*`. */
  act: string;
  from: string;
  to: string;
  /** The page begins behind this entry. */
  before: number;
}

export interface AuditPageProps {
  ctx: PageContext;
  query: AuditQuery;
  people: { name: string; email: string }[];
  areas: [action: string, label: string][];
  rows: AuditLine[];
  older: string | null;
  href(change: Partial<AuditQuery>): string;
  exports(format: "csv" | "json"): string;
}

export function AuditPage(props: AuditPageProps) {
  const { ctx, query, rows, older, href } = props;
  return (
    <Layout ctx={ctx} title="Audit" wide>
      <div class="page-head">
        <div>
          <h1>Audit</h1>
          <p>
            {
              "Every act of a person and of the API, with what was asked for. What became of it, and what the server did by itself: "
            }
            <a href={ctx.url("/admin/history#events")}>History</a>
          </p>
        </div>
        <Exports href={props.exports} what="acts" />
      </div>
      <section class="card flush" aria-label="Acts">
        <header>
          <AuditFilters {...props} />
        </header>
        {rows.length === 0 ? <NoActs query={query} href={href} /> : <Acts ctx={ctx} rows={rows} />}
        {query.before > 0 || older ? (
          <nav class="pager" aria-label="Pages of the audit">
            {query.before > 0 ? <a href={href({ before: 0 })}>To the newest</a> : <span>The newest</span>}
            {older ? (
              <a class="btn btn-small" href={older} rel="next">
                Older
                <Icon name="chevron-right" />
              </a>
            ) : null}
          </nav>
        ) : null}
      </section>
    </Layout>
  );
}

function AuditFilters({ ctx, query, people, areas, href }: AuditPageProps) {
  const isNarrow = query.who || query.act || query.from || query.to;
  const gone = query.who && query.who !== "server" && !people.some(({ email }) => email === query.who);
  return (
    <form class="filters" action={ctx.url("/admin/audit")} data-filters>
      <Choice
        name="who"
        label="Who"
        all="Everybody"
        value={query.who}
        choices={[
          ...people.map(({ email, name }) => [email, name] as const),
          ["server", "The server"],
          ...(gone ? [[query.who, query.who] as const] : []),
        ]}
      />
      <Choice name="act" label="Act" all="All acts" value={query.act} choices={areas} />
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
      {isNarrow ? (
        <a class="btn btn-quiet" href={href({ who: "", act: "", from: "", to: "" })}>
          Show all
        </a>
      ) : null}
    </form>
  );
}

function Acts({ ctx, rows }: Pick<AuditPageProps, "ctx" | "rows">) {
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">Did</th>
          <th scope="col">To</th>
          <th scope="col">Detail</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, at, who, did, target, detail }) => (
          <tr id={`act-${id}`}>
            <td data-label="When" class="nowrap">
              <a
                href={ctx.url(`/admin/history?from=${dayText(at)}&to=${dayText(at)}#events`)}
                title="What happened on this day"
              >
                <When at={at} />
              </a>
            </td>
            <td data-label="Who">
              {who === null ? (
                <span class="muted">the server</span>
              ) : (
                <span title={who.email ?? undefined}>{who.name}</span>
              )}
            </td>
            <td data-label="Did">{did}</td>
            <td data-label="To">
              <span class="break">
                {target === null ? null : target.href === null ? (
                  target.text
                ) : (
                  <a href={ctx.url(target.href)}>{target.text}</a>
                )}
              </span>
            </td>
            <td data-label="Detail">
              <span class="break muted">{detail}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NoActs({ query, href }: Pick<AuditPageProps, "query" | "href">) {
  if (query.from && query.to && query.from > query.to)
    return (
      <div class="empty" role="alert">
        <b>This stretch of time ends before it begins.</b>
        {`From ${query.from} to ${query.to}: exchange the two.`}
      </div>
    );
  if (query.before > 0)
    return (
      <div class="empty">
        <b>There are no older acts.</b>
        <a href={href({ before: 0 })}>To the newest</a>
      </div>
    );
  if (query.who || query.act || query.from || query.to)
    return (
      <div class="empty">
        <b>No act matches.</b>
        <a href={href({ who: "", act: "", from: "", to: "" })}>Show all</a>
      </div>
    );
  return (
    <div class="empty">
      <b>Nothing has been done yet.</b>
      Changes to settings, users, queues and jobs are written down here.
    </div>
  );
}
