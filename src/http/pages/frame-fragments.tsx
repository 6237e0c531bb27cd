// What changes by itself in the frame of every page.

import { ProblemCount } from "../../../views/layout.tsx";
import type { Fragment } from "../live.ts";

export function frameFragments({ problems }: { problems: number }): Fragment[] {
  return [{ target: "#problem-count", swap: "outerMorph", markup: <ProblemCount n={problems} /> }];
}
