// What fails, by cause; what is ignored; what is held back.

import type { IgnoredCauseRow } from "../../src/db/tables/healing.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Layout, ProblemCount } from "../layout.tsx";
import { HeldFiles, type HeldProps, IgnoredCauses } from "../parts/held-files.tsx";
import { PageLinks } from "../parts/page-links.tsx";
import { ProblemCard, type ShownProblem } from "../parts/problem-card.tsx";
import { partial } from "../parts/toast.tsx";

export interface ProblemsProps {
  ctx: PageContext;
  problems: ShownProblem[];
  /** Causes. */
  total: number;
  page: number;
  pages: number;
  /** Failed jobs that are left out while NSFW is hidden. */
  hidden: number;
  /** Failed jobs that are cleared, and whether any job was ever there. */
  cleared: number;
  isFresh: boolean;
  ignored: IgnoredCauseRow[];
  held: HeldProps;
  /** With the base path. */
  pageHref(page: number): string;
  /** The address of what has changed since. */
  poll: string;
}

export function ProblemsPage(props: ProblemsProps) {
  const { ctx, total } = props;
  return (
    <Layout ctx={ctx} title={total > 0 ? `${counted(total, "problem")}` : "Problems"}>
      <div class="page-head">
        <div>
          <h1>Problems</h1>
          <p>Failures grouped by their cause, and the files that nothing more is tried on.</p>
        </div>
        <a class="btn" href={ctx.url("/admin/history#failures")}>
          Every failure
        </a>
      </div>
      <div class="stack">
        <Causes {...props} />
        <IgnoredCauses ignored={props.ignored} url={ctx.url} />
        <HeldFiles held={props.held} url={ctx.url} />
      </div>
    </Layout>
  );
}

/** All that an act, or time, may have changed. */
export function ProblemChanges(props: ProblemsProps) {
  const { url } = props.ctx;
  return (
    <>
      {partial("#causes", "outerMorph", <Causes {...props} />)}
      {partial("#ignored", "outerMorph", <IgnoredCauses ignored={props.ignored} url={url} />)}
      {partial("#quarantine", "outerMorph", <HeldFiles held={props.held} url={url} />)}
      {partial("#problem-count", "outerHTML", <ProblemCount n={props.total} />)}
    </>
  );
}

function Causes(props: ProblemsProps) {
  const { ctx, problems, total, page, pages, hidden } = props;
  return (
    <section
      id="causes"
      class="stack"
      aria-labelledby="causes-title"
      hx-get={props.poll}
      hx-trigger="every 3s"
      hx-swap="none"
    >
      <h2 id="causes-title">{total > 0 ? counted(total, "open cause") : "Causes"}</h2>
      {problems.length === 0 ? (
        <NoCauses {...props} />
      ) : (
        problems.map((problem) => <ProblemCard problem={problem} url={ctx.url} />)
      )}
      {hidden > 0 && problems.length > 0 ? (
        <p class="muted">
          {`${counted(hidden, "failed job")} about NSFW libraries not shown.`}{" "}
          <a href={ctx.url("/admin/settings#setting-nsfwVisible")}>Change</a>
        </p>
      ) : null}
      <PageLinks
        label="of the causes"
        page={page}
        pages={pages}
        hasNext={page < pages}
        href={props.pageHref}
      />
    </section>
  );
}

function NoCauses({ ctx, hidden, cleared, isFresh }: ProblemsProps) {
  if (hidden > 0)
    return (
      <div class="card empty">
        <b>Nothing to show.</b>
        {`${counted(hidden, "failed job")} ${hidden === 1 ? "is" : "are"} about NSFW libraries, which are hidden now. `}
        <a href={ctx.url("/admin/settings#setting-nsfwVisible")}>Show them</a>
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
      <b>Nothing fails now.</b>
      {cleared > 0 ? (
        <>
          {`${counted(cleared, "earlier failure")} ${cleared === 1 ? "is" : "are"} cleared. `}
          <a href={ctx.url("/admin/history#failures")}>Look at them</a>
        </>
      ) : (
        "No failure is on record."
      )}
    </div>
  );
}
