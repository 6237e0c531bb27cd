// The open causes of failure: filters, what one may do with those that are ticked, a row each that folds out.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { ProblemsQuery } from "../../src/http/pages/problems-query.ts";
import { counted } from "../format.ts";
import type { OpenCausesProps, ProblemsProps } from "../pages/problems.tsx";
import { Choice } from "./choice.tsx";
import { Icon } from "./icon.tsx";
import { PageLinks } from "./page-links.tsx";
import { CauseRow } from "./problem-card.tsx";

type Props = OpenCausesProps & {
  query: ProblemsQuery;
  search: ProblemsProps["search"];
  url: PageContext["url"];
  /** The page as it comes: its first cause is unfolded. Later, whoever reads decides. */
  isFirst?: boolean;
};

export function OpenCauses(props: Props) {
  const { libraries, queues, query, isNarrowed, search, url } = props;
  const hasFilters = isNarrowed || libraries.length > 1 || queues.length > 1 || props.total > 8;
  return (
    <>
      {hasFilters ? (
        <form class="filters problem-filters" action={url("/admin/problems")} data-filters>
          <input
            class="input"
            type="search"
            name="q"
            value={query.text}
            placeholder="Cause, code or what was said"
            aria-label="Search the causes"
          />
          <Choice
            name="library"
            label="Library"
            all="All libraries"
            value={String(query.library || "")}
            choices={libraries.map(({ id, name }) => [String(id), name])}
          />
          <Choice
            name="queue"
            label="Queue"
            all="All queues"
            value={query.queue}
            choices={queues.map((name) => [name, name])}
          />
          <button type="submit" class="btn">
            Show
          </button>
          {isNarrowed ? (
            <a class="btn btn-quiet" href={url(search({ text: "", library: 0, queue: "", page: 1 }))}>
              Show all
            </a>
          ) : null}
        </form>
      ) : null}
      <Causes {...props} />
      <form
        id="cause-bulk"
        class="tick-bar"
        method="get"
        action={url("/admin/problems/ticked/ask")}
        aria-label="Ticked causes"
      >
        <b data-ticked="causes">With the ticked causes:</b>
        <button type="submit" class="btn btn-small" name="act" value="retry">
          <Icon name="rotate-ccw" />
          Retry…
        </button>
        <button type="submit" class="btn btn-small" name="act" value="ignore">
          <Icon name="eye-off" />
          Ignore…
        </button>
        <button type="submit" class="btn btn-small" name="act" value="quarantine">
          <Icon name="ban" />
          Quarantine…
        </button>
      </form>
    </>
  );
}

export function Causes(props: Props) {
  const { causes, total, page, pages, hidden, query, search, url, isFirst } = props;
  return (
    <section id="causes" aria-labelledby="causes-title" data-rows="r Retry">
      <h2 id="causes-title" class="sr-only">
        {total > 0 ? counted(total, "cause") : "Causes"}
      </h2>
      {causes.length === 0 ? (
        <NoCauses {...props} />
      ) : (
        <div class="card flush causes">
          {causes.map((cause, n) => (
            <CauseRow
              cause={cause}
              url={url}
              isOpen={isFirst && (query.cause ? cause.fingerprint === query.cause : n === 0)}
            />
          ))}
        </div>
      )}
      {hidden > 0 && causes.length > 0 ? (
        <p class="muted">
          {`${counted(hidden, "failed job")} about NSFW libraries not shown.`}{" "}
          <a href={url("/admin/settings#nsfwVisible")}>Change</a>
        </p>
      ) : null}
      <PageLinks
        label="of the causes"
        page={page}
        pages={pages}
        hasNext={page < pages}
        href={(to) => url(search({ page: to, cause: "" }))}
      />
    </section>
  );
}

function NoCauses({ hidden, cleared, isFresh, isNarrowed, search, url }: Props) {
  if (isNarrowed)
    return (
      <div class="card empty">
        <b>No open cause matches.</b>
        <a href={url(search({ text: "", library: 0, queue: "", page: 1 }))}>Show all</a>
      </div>
    );
  if (hidden > 0)
    return (
      <div class="card empty">
        <b>Nothing to show.</b>
        {`${counted(hidden, "failed job")} ${hidden === 1 ? "is" : "are"} about NSFW libraries, which are hidden now. `}
        <a href={url("/admin/settings#nsfwVisible")}>Show them</a>
      </div>
    );
  if (isFresh)
    return (
      <div class="card empty">
        <b>No job has run yet.</b>
        Failures are gathered here once there is work.
      </div>
    );
  return (
    <div class="card empty">
      <Icon name="circle-check" />
      <b>Nothing fails now.</b>
      {cleared > 0 ? (
        <>
          {`${counted(cleared, "earlier failure")} ${cleared === 1 ? "is" : "are"} cleared. `}
          <a href={url("/admin/history#failures")}>Look at them</a>
        </>
      ) : (
        "No failure is on record."
      )}
    </div>
  );
}
