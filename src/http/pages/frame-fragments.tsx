// What changes by itself in the frame of every page.

import { BuildMark, ProblemCount } from "../../../views/layout.tsx";
import type { Fragment } from "../live.ts";
import { buildId } from "./build-id.ts";

export function frameFragments({ problems }: { problems: number }): Fragment[] {
  return [
    { target: "#problem-count", swap: "outerMorph", markup: <ProblemCount n={problems} /> },
    { target: "#build", swap: "outerMorph", markup: <BuildMark build={buildId()} /> },
  ];
}
