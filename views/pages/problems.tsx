// What fails, by cause; what stands still or died; what is held back; what is ignored. One at a time, each with its count.

import type { ShownCause } from "../../src/http/pages/cause-shown.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { ProblemsQuery, ProblemTab } from "../../src/http/pages/problems-query.ts";
import { counted, number } from "../format.ts";
import { Layout, ProblemCount } from "../layout.tsx";
import { HeldFiles, type HeldProps } from "../parts/held-files.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { type IgnoredCause, IgnoredCauses } from "../parts/ignored-causes.tsx";
import { OpenCauses } from "../parts/open-causes.tsx";
import { StuckJobs, type StuckProps } from "../parts/stuck-list.tsx";
import { partial } from "../parts/toast.tsx";

export interface ProblemsProps {
  query: ProblemsQuery;
  counts: Record<ProblemTab, number>;
  /** The one of these that is looked at; the others are null. */
  open: OpenCausesProps | null;
  stuck: StuckProps | null;
  held: HeldProps | null;
  ignored: IgnoredCause[] | null;
  /** The address of another choice, below the base path. */
  search(change: Partial<ProblemsQuery>): string;
}

export interface OpenCausesProps {
  causes: ShownCause[];
  /** Causes that match. */
  total: number;
  page: number;
  pages: number;
  isNarrowed: boolean;
  libraries: { id: number; name: string }[];
  queues: string[];
  /** Failed jobs that are left out while NSFW is hidden. */
  hidden: number;
  /** Failed jobs that are cleared, and whether any job was ever there. */
  cleared: number;
  isFresh: boolean;
}

type Url = PageContext["url"];

export function ProblemsPage({ ctx, live, ...props }: ProblemsProps & { ctx: PageContext; live: string }) {
  const { open } = props.counts;
  return (
    <Layout
      ctx={{ ...ctx, problems: async () => open }}
      title={open > 0 ? counted(open, "problem") : "Problems"}
      live={live}
      scripts={["problems.js"]}
    >
      <div class="page-head">
        <div>
          <h1>Problems</h1>
          <p>What fails, grouped by its cause, and what became of it.</p>
        </div>
        <a class="btn" href={ctx.url("/admin/history#failures")}>
          <Icon name="history" />
          Every failure
        </a>
      </div>
      <Tabs {...props} url={ctx.url} />
      <Body {...props} url={ctx.url} isFirst />
    </Layout>
  );
}

/** All that an act may have changed. */
export function ProblemChanges({ url, ...props }: ProblemsProps & { url: Url }) {
  return (
    <>
      {partial("#problem-tabs", "outerMorph", <Tabs {...props} url={url} />)}
      {partial("#problem-body", "outerMorph", <Body {...props} url={url} />)}
      {partial("#problem-count", "outerMorph", <ProblemCount n={props.counts.open} />)}
    </>
  );
}

const tabs: Record<ProblemTab, { label: string; icon: IconName }> = {
  open: { label: "Open", icon: "triangle-alert" },
  stuck: { label: "Stuck, orphaned", icon: "hourglass" },
  quarantine: { label: "Quarantine", icon: "shield" },
  ignored: { label: "Ignored", icon: "eye-off" },
};

export function Tabs({ query, counts, search, url }: ProblemsProps & { url: Url }) {
  const elsewhere = { cause: "", text: "", library: 0, queue: "", by: "" as const, find: "", page: 1 };
  return (
    <nav id="problem-tabs" class="tabs" aria-label="Problems">
      {(Object.keys(tabs) as ProblemTab[]).map((tab) => (
        <a
          href={url(search({ ...elsewhere, tab }))}
          aria-current={tab === query.tab ? "page" : undefined}
          data-any={counts[tab] > 0 ? "" : undefined}
        >
          <Icon name={tabs[tab].icon} />
          {tabs[tab].label}
          <span class="count">{number(counts[tab])}</span>
        </a>
      ))}
    </nav>
  );
}

export function Body({ isFirst, ...props }: ProblemsProps & { url: Url; isFirst?: boolean }) {
  const { open, stuck, held, ignored, query, search, url } = props;
  return (
    <div id="problem-body" class="stack">
      {open ? <OpenCauses {...open} query={query} search={search} url={url} isFirst={isFirst} /> : null}
      {stuck ? <StuckJobs stuck={stuck} url={url} isFirst={isFirst} /> : null}
      {held ? <HeldFiles held={held} query={query} search={search} url={url} /> : null}
      {ignored ? <IgnoredCauses ignored={ignored} url={url} /> : null}
    </div>
  );
}
