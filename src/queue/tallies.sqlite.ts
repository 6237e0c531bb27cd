// Counts per lane and state, held in memory and in the `tally` table, changed in the same transaction as what they
// count. Reading them costs nothing, at any number of jobs. Another process's writes are noticed and read in again.

import type { Database } from "bun:sqlite";
import { type Lane, type LaneKey, type LaneTally, noTally, type Tally } from "./job-store.ts";

export type TallyState = keyof Tally;

export class Tallies {
  private lanes = new Map<number, LaneTally>();
  private byKey = new Map<string, Lane>();
  private changes = new Map<number, { lane: number; state: TallyState; by: number }>();
  private seenVersion = -1;
  /** How often another process has written. */
  foreign = 0;

  /** `onForeign`: another process has written. */
  constructor(
    private readonly sqlite: Database,
    private readonly onForeign: () => void = () => {},
  ) {
    this.refresh();
  }

  /** Reads everything in again when another process has written. */
  refresh(): void {
    const { data_version } = this.sqlite.query("PRAGMA data_version").get() as { data_version: number };
    if (data_version === this.seenVersion) return;
    this.foreign++;
    this.onForeign();
    this.seenVersion = data_version;
    this.load();
  }

  private load(): void {
    this.lanes = new Map();
    this.byKey = new Map();
    const rows = this.sqlite.query(selectLane).all() as Lane[];
    for (const lane of rows) this.add(lane);
    const counts = this.sqlite.query("SELECT lane, state, n FROM tally").all() as {
      lane: number;
      state: TallyState;
      n: number;
    }[];
    for (const { lane, state, n } of counts) {
      const tally = this.lanes.get(lane);
      if (tally) tally[state] = n;
    }
  }

  private add(lane: Lane): void {
    this.lanes.set(lane.id, { lane, ...noTally() });
    this.byKey.set(keyOf(lane), lane);
  }

  /** Inside a write. */
  laneFor(key: LaneKey): Lane {
    const known = this.byKey.get(keyOf(key));
    if (known) return known;
    this.sqlite
      .query(
        "INSERT INTO lane (queue, kind, category, vram_mb, subject_group) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      )
      .run(...valuesOf(key));
    const lane = this.sqlite
      .query(
        `${selectLane} WHERE queue = ? AND kind = ? AND category = ? AND vram_mb = ? AND subject_group = ?`,
      )
      .get(...valuesOf(key)) as Lane;
    this.add(lane);
    return lane;
  }

  lane(id: number): Lane {
    // Another process may have made it since.
    if (!this.lanes.has(id)) this.load();
    return this.lanes.get(id)!.lane;
  }

  all(): LaneTally[] {
    return [...this.lanes.values()];
  }

  /** Inside a write. */
  change(lane: number, state: TallyState, by: number): void {
    const key = lane * 16 + states.indexOf(state);
    const change = this.changes.get(key);
    if (change) change.by += by;
    else this.changes.set(key, { lane, state, by });
  }

  /** Last thing inside the transaction. */
  save(): void {
    const save = this.sqlite.query(
      "INSERT INTO tally (lane, state, n) VALUES (?, ?, ?) ON CONFLICT (lane, state) DO UPDATE SET n = n + excluded.n",
    );
    for (const { lane, state, by } of this.changes.values()) if (by !== 0) save.run(lane, state, by);
  }

  /** After the transaction. */
  settle(committed: boolean): void {
    const changes = [...this.changes.values()];
    this.changes.clear();
    // A lane made inside a transaction that was rolled back is not there, and one that another process has made is not
    // here: read in again.
    if (!committed || changes.some(({ lane }) => !this.lanes.has(lane))) this.load();
    else for (const { lane, state, by } of changes) this.lanes.get(lane)![state] += by;
  }
}

const states = Object.keys(noTally()) as TallyState[];

const selectLane = 'SELECT id, queue, kind, category, vram_mb AS vramMb, subject_group AS "group" FROM lane';

function valuesOf(k: LaneKey) {
  return [k.queue, k.kind, k.category, k.vramMb, k.group] as const;
}

function keyOf(k: LaneKey): string {
  return `${k.queue}|${k.kind}|${k.category}|${k.vramMb}|${k.group}`;
}
