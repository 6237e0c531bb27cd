// Every job that failed, cleared or not, with what it said, newest first.

import { counted } from "../format.ts";
import type { HistoryPageProps } from "../pages/history.tsx";
import { Exports } from "./exports.tsx";
import { PageLinks } from "./page-links.tsx";
import { When } from "./when.tsx";

const longestMessage = 400;

export function FailedLog(props: HistoryPageProps) {
  const { ctx, query, failures, href } = props;
  return (
    <section class="card flush" id="failures" aria-labelledby="failures-title">
      <header>
        <h2 id="failures-title">Failures</h2>
        <Exports href={props.exports.failures} what="failures" />
        <p>
          Cleared or not, as long as they are kept. By cause:{" "}
          <a href={ctx.url("/admin/problems")}>Problems</a>
        </p>
      </header>
      {failures.rows.length === 0 ? <NoFailures {...props} /> : null}
      <ul class="lines padded">
        {failures.rows.map((f) => (
          <li>
            <span class="break">
              <a href={ctx.url(`/admin/jobs/${f.id}`)}>{f.kindLabel}</a>
              {" · "}
              {f.fileId === null ? f.label : <a href={ctx.url(`/files/${f.fileId}`)}>{f.label}</a>}
              <br />
              <small>
                <span class="mono bad">{f.code}</span>{" "}
                {f.message.length > longestMessage ? `${f.message.slice(0, longestMessage)}…` : f.message}
              </small>
              {f.nextStep ? (
                <>
                  <br />
                  <small class="muted">{`Next: ${f.nextStep}`}</small>
                </>
              ) : null}
            </span>
            <small class="muted">
              <When at={f.finishedAt} />
              {f.attempts > 1 ? ` · ${counted(f.attempts, "attempt")}` : ""}
              {f.acknowledgedAt ? " · cleared" : ""}
            </small>
          </li>
        ))}
      </ul>
      <PageLinks
        label="of the failures"
        page={query.failedPage}
        pages={null}
        hasNext={failures.hasNext}
        href={(failedPage) => `${href({ failedPage })}#failures`}
      />
    </section>
  );
}

function NoFailures({ query, href }: HistoryPageProps) {
  if (query.failedPage > 1)
    return (
      <div class="empty">
        <b>There are no older failures.</b>
        <a href={`${href({ failedPage: 1 })}#failures`}>To the newest</a>
      </div>
    );
  return query.queue || query.kind || query.from || query.to ? (
    <div class="empty">
      <b>No failure matches.</b>
      <a href={`${href({ queue: "", kind: "", from: "", to: "" })}#failures`}>Show all</a>
    </div>
  ) : (
    <div class="empty">
      <b>No failure is on record.</b>
    </div>
  );
}
