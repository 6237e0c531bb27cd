// The numbers by which the tables of figures name a queue and a kind. A queue's backlog has an empty kind.

import type { Database } from "bun:sqlite";
import type { MeasuredLane } from "./measure-store.ts";

export class MeasuredLanes {
  private known = new Map<string, MeasuredLane & { id: number }>();

  constructor(private readonly sqlite: Database) {}

  idOf(queue: string, kind: string): number {
    const lane = this.all().get(keyOf(queue, kind));
    if (lane) return lane.id;
    const { id } = this.sqlite
      .query("INSERT INTO measured_lane (queue, kind) VALUES (?, ?) RETURNING id")
      .get(queue, kind) as { id: number };
    this.known.set(keyOf(queue, kind), { id, queue, kind });
    return id;
  }

  byId(): Map<number, MeasuredLane> {
    return new Map([...this.all().values()].map((lane) => [lane.id, lane]));
  }

  /** Undefined stands for all. */
  matching({ queue, kind }: Partial<MeasuredLane>): number[] | undefined {
    if (queue === undefined && kind === undefined) return undefined;
    return [...this.all().values()]
      .filter((lane) => (queue ?? lane.queue) === lane.queue && (kind ?? lane.kind) === lane.kind)
      .map((lane) => lane.id);
  }

  /** After a transaction that was rolled back: what it added is gone. */
  forget(): void {
    this.known.clear();
  }

  private all(): Map<string, MeasuredLane & { id: number }> {
    if (this.known.size === 0)
      for (const lane of this.sqlite
        .query("SELECT id, queue, kind FROM measured_lane")
        .all() as (MeasuredLane & { id: number })[])
        this.known.set(keyOf(lane.queue, lane.kind), lane);
    return this.known;
  }
}

function keyOf(queue: string, kind: string): string {
  return `${queue}\n${kind}`;
}
