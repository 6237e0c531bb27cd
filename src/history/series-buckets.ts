// What was measured in a span, summed up by the buckets of a chart. Each part is read once, when the first series asks for it.

import { addSums } from "./figures.ts";
import { emptyHistogram, type Histogram } from "./histogram.ts";
import type { Counts, LaneSpan, MeasureStore } from "./measure-store.ts";

interface Backlogs {
  waiting: Map<number, Map<string, number>>;
  oldest: Map<number, number>;
}

/** `of` answers the start of the bucket that holds a moment. */
export class Buckets {
  private on: Map<number, number> | undefined;
  private sums: Map<number, Counts> | undefined;
  private waits: Map<number, Histogram> | undefined;
  private runs: Map<number, Histogram> | undefined;
  private backlogs: Backlogs | undefined;

  constructor(
    private readonly measures: MeasureStore,
    private readonly span: LaneSpan,
    readonly of: (at: number) => number,
  ) {}

  /** For how long the server was there to measure. */
  onMs(): Map<number, number> {
    if (this.on) return this.on;
    this.on = new Map();
    for (const o of this.measures.observed(this.span))
      this.on.set(this.of(o.at), (this.on.get(this.of(o.at)) ?? 0) + o.onMs);
    return this.on;
  }

  counts(): Map<number, Counts> {
    if (this.sums) return this.sums;
    this.sums = new Map();
    for (const counts of this.measures.counts(this.span)) {
      const sum = this.sums.get(this.of(counts.at));
      if (sum) addSums(sum, counts);
      else this.sums.set(this.of(counts.at), { ...counts });
    }
    return this.sums;
  }

  histograms(of: "waits" | "runs"): Map<number, Histogram> {
    const known = this[of];
    if (known) return known;
    const found = new Map<number, Histogram>();
    this[of] = found;
    this.measures.histograms(this.span, of, (at) => {
      const start = this.of(at);
      const histogram = found.get(start) ?? emptyHistogram();
      found.set(start, histogram);
      return histogram;
    });
    return found;
  }

  /** A queue without a row had nothing waiting; of several rows in a bucket the last one says how it ended. */
  backlog(): Backlogs {
    if (this.backlogs) return this.backlogs;
    const [waiting, oldest]: [Backlogs["waiting"], Backlogs["oldest"]] = [new Map(), new Map()];
    for (const b of this.measures.backlog(this.span)) {
      const start = this.of(b.at);
      if (!waiting.has(start)) waiting.set(start, new Map());
      waiting.get(start)!.set(b.queue, b.waiting);
      oldest.set(start, Math.max(b.oldestS, oldest.get(start) ?? 0));
    }
    this.backlogs = { waiting, oldest };
    return this.backlogs;
  }
}
