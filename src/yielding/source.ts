// What each reason to yield has in common: it looks at its corner of the world from time to time, and says what it found.

import type { Hold } from "../queue/hold.ts";
import type { LaneKey } from "../queue/job-store.ts";
import type { Loop } from "../runtime/service.ts";

export type HeldLane = Pick<LaneKey, "queue" | "kind" | "category">;

/** A hold, and what tells it from another one than figures do: while it stays the same there is nothing to announce. */
export interface Found extends Hold {
  substance: string;
  /** It keeps nothing waiting at present: obeyed, but not worth a line. */
  isIdle?: boolean;
}

export interface HoldSource extends Loop {
  found(now: number): Found[];
}
