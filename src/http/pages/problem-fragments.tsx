// The parts of the problems page that change by themselves.

import { Body, type ProblemsProps, Tabs } from "../../../views/pages/problems.tsx";
import { Causes } from "../../../views/parts/open-causes.tsx";
import { CauseRow } from "../../../views/parts/problem-card.tsx";
import type { Fragment } from "../live.ts";

export function problemFragments(props: ProblemsProps, url: (path: string) => string): Fragment[] {
  const { open } = props;
  const tabs: Fragment = {
    target: "#problem-tabs",
    swap: "outerMorph",
    markup: <Tabs {...props} url={url} />,
    stamp: JSON.stringify(props.counts),
  };
  if (!open)
    return [tabs, { target: "#problem-body", swap: "outerMorph", markup: <Body {...props} url={url} /> }];
  const { query, search } = props;
  return [
    tabs,
    ...open.causes.map((cause) => ({
      // A fingerprint may begin with a digit, which `#` does not take.
      target: `[id='${cause.fingerprint}']`,
      swap: "outerMorph" as const,
      markup: <CauseRow cause={cause} url={url} />,
      of: cause,
      within: true,
      everyMs: 500,
    })),
    {
      target: "#causes",
      swap: "outerMorph",
      markup: <Causes {...open} query={query} search={search} url={url} />,
      // Which causes, in which order: what each says travels alone.
      stamp: JSON.stringify([
        open.causes.map(({ fingerprint }) => fingerprint),
        [open.total, open.page, open.pages, open.hidden, open.isFresh],
        open.causes.length === 0 && open.cleared,
      ]),
    },
  ];
}
