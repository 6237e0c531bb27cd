// What every claim asks for, remembered between writes: the first jobs of each lane, and when the next job or pause falls
// due. All is forgotten when another process has written or a transaction was rolled back.

import type { Database } from "bun:sqlite";

export interface Head {
  lane: number;
  rank: number;
  id: number;
}

/** The first jobs of a lane, in order. */
interface Front {
  heads: Head[];
  /** There are no others behind them. */
  isAll: boolean;
}

/** Read at once: asking for one costs nearly as much. */
const readAhead = 32;

export class JobHeads {
  private readonly fronts = new Map<number, Front>();
  private due: { at: number | undefined } | undefined;

  constructor(private readonly sqlite: Database) {}

  forget(): void {
    this.fronts.clear();
    this.due = undefined;
  }

  /** The job that would be claimed next from a lane. */
  head(lane: number): Head | undefined {
    let front = this.fronts.get(lane);
    if (!front || (front.heads.length === 0 && !front.isAll)) {
      front = this.read(lane);
      this.fronts.set(lane, front);
    }
    return front.heads[0];
  }

  private read(lane: number): Front {
    const rows = this.sqlite
      .query("SELECT rank, id FROM waiting WHERE lane = ? ORDER BY rank, id LIMIT ?")
      .values(lane, readAhead) as [number, number][];
    return { heads: rows.map(([rank, id]) => ({ lane, rank, id })), isAll: rows.length < readAhead };
  }

  best(lanes: readonly number[]): Head | undefined {
    let best: Head | undefined;
    for (const lane of lanes) {
      const head = this.head(lane);
      if (head && (!best || isBefore(head, best))) best = head;
    }
    return best;
  }

  entered(head: Head): void {
    const front = this.fronts.get(head.lane);
    if (!front) return;
    const last = front.heads.at(-1);
    if (!last || isBefore(last, head)) {
      // Behind what is known, where others may stand that are not.
      if (!front.isAll) return;
      if (front.heads.length >= 2 * readAhead) front.isAll = false;
      else front.heads.push(head);
      return;
    }
    front.heads.splice(
      front.heads.findIndex((known) => isBefore(head, known)),
      0,
      head,
    );
  }

  left(lane: number, id: number): void {
    const heads = this.fronts.get(lane)?.heads;
    if (!heads) return;
    if (heads[0]?.id === id) heads.shift();
    else {
      const at = heads.findIndex((h) => h.id === id);
      if (at > 0) heads.splice(at, 1);
    }
  }

  /** Something that falls due was added or taken away. */
  dueChanged(): void {
    this.due = undefined;
  }

  /** Delayed jobs, pauses of waiting jobs and pauses of runs; milliseconds since 1970. */
  nextDue(): number | undefined {
    if (!this.due) {
      const { due } = this.sqlite
        .query(
          `SELECT min(at) AS due FROM (
             SELECT min(run_at) AS at FROM delayed
             UNION ALL SELECT min(until) FROM paused WHERE until IS NOT NULL
             UNION ALL SELECT min(frozen_until) FROM running)`,
        )
        .get() as { due: number | null };
      this.due = { at: due ?? undefined };
    }
    return this.due.at;
  }
}

function isBefore(a: Head, b: Head): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.id < b.id);
}
