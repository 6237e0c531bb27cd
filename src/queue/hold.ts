// A reason outside the queue that keeps some jobs from running now: a quiet hour, a busy machine, a disk that runs low,
// somebody who watches a film. Whoever knows of such reasons lists them; the worker obeys and pages say so.

import type { LaneKey, PauseMode } from "./job-store.ts";

export interface Hold {
  code: "window" | "load" | "disk" | "playback" | "import";
  /** One sentence with figures and without a full stop: `1.2 GB are free, jobs that write need 2.0 GB`. */
  text: string;
  since: Date;
  /** When it ends, where that is known. */
  until: Date | null;
  /** What becomes of jobs that run already. */
  mode: PauseMode;
  holds(lane: Pick<LaneKey, "queue" | "kind" | "category">): boolean;
}

/** Asked at every draw, so it must cost nothing; a change is announced as an event of topic `hold`. */
export type Holds = () => readonly Hold[];
