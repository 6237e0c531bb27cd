// What only the process that runs the jobs knows (limits that are reached, reasons to yield), written where `sprocket explain`
// can read it beside a running server. One small row, rewritten when something has changed, at most every few seconds.

import { eq } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { liveState } from "../db/tables/explain.ts";
import type { Blocked } from "../queue/budget.ts";
import type { Hold } from "../queue/hold.ts";
import type { JobStore, LaneKey } from "../queue/job-store.ts";
import type { Catalogue } from "../queue/kind.ts";
import type { LiveFacts } from "../queue/whys.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Loop } from "../runtime/service.ts";

export interface LiveStateParts {
  db: Db;
  store: JobStore;
  catalogue: Catalogue;
  live: LiveFacts;
  clock: Clock;
  pid?: number;
}

/** How old the row may be while its server runs: nothing has changed since. */
export const notedEveryS = 5;

/** The first step after a start writes even what looks the same: it is another process. */
export function liveStateLoop(parts: LiveStateParts): Loop {
  let written = "";
  return {
    name: "live state",
    everyMs: notedEveryS * 1000,
    atStart: true,
    async step() {
      const facts = JSON.stringify(await gather(parts));
      if (facts === written) return;
      const row = { at: new Date(parts.clock.now()), pid: parts.pid ?? process.pid, facts };
      await parts.db
        .insert(liveState)
        .values({ id: 1, ...row })
        .onConflictDoUpdate({ target: liveState.id, set: row });
      written = facts;
    },
  };
}

export interface NotedState {
  at: Date;
  pid: number;
  live: LiveFacts;
}

/** Undefined when no server has written any, or another build did, in a form that this one does not know. */
export async function readLiveState(db: Db): Promise<NotedState | undefined> {
  const [row] = await db.select().from(liveState).where(eq(liveState.id, 1));
  if (!row) return undefined;
  const facts = JSON.parse(row.facts) as Noted;
  if (facts.form !== form) return undefined;
  return { at: row.at, pid: row.pid, live: asLive(facts) };
}

const form = 1;

interface Noted {
  form: number;
  holds: (Pick<Hold, "code" | "text" | "mode"> & { since: number; until: number | null; lanes: string[] })[];
  /** Per lane without its group: limits do not ask for it. */
  blocked: Record<string, Blocked>;
  limits: Record<string, number>;
  waitsForSlot: number[];
}

async function gather({ store, catalogue, live }: LiveStateParts): Promise<Noted> {
  const tallies = await store.tallies();
  const lanes = tallies.filter((t) => t.waiting + t.delayed + t.paused + t.running > 0).map((t) => t.lane);
  const blocked: Noted["blocked"] = {};
  for (const lane of lanes) {
    const why = live.blocked(lane);
    // A reason to yield is listed below, with all lanes it holds.
    if (why && why.by !== "hold") blocked[keyOf(lane)] = why;
  }
  // Of kinds that have no job yet as well: one may be enqueued before the next look.
  const kinds = catalogue.kinds.map(({ queue, name, category }) => ({ queue, kind: name, category }));
  const running = await store.list({ status: ["running"] }, "newest", 0, 200);
  return {
    form,
    holds: live.holds().map((hold) => ({
      code: hold.code,
      text: hold.text,
      mode: hold.mode,
      since: hold.since.getTime(),
      until: hold.until?.getTime() ?? null,
      lanes: [...new Set([...kinds, ...lanes].filter((lane) => hold.holds(lane)).map(laneOf))],
    })),
    blocked,
    limits: Object.fromEntries(catalogue.queues.map(({ name }) => [name, live.queueLimit(name)])),
    waitsForSlot: running.jobs.map((job) => job.id).filter((id) => live.waitsForSlot(id)),
  };
}

function asLive(noted: Noted): LiveFacts {
  const holds = noted.holds.map(
    ({ lanes, since, until, ...hold }): Hold => ({
      ...hold,
      since: new Date(since),
      until: until === null ? null : new Date(until),
      holds: (lane) => lanes.includes(laneOf(lane)),
    }),
  );
  return {
    blocked: (lane) => noted.blocked[keyOf(lane)],
    holds: () => holds,
    waitsForSlot: (id) => noted.waitsForSlot.includes(id),
    queueLimit: (queue) => noted.limits[queue] ?? 1,
    isServed: true,
  };
}

function laneOf({ queue, kind, category }: Pick<LaneKey, "queue" | "kind" | "category">): string {
  return `${queue}|${kind}|${category}`;
}

function keyOf(lane: LaneKey): string {
  return `${laneOf(lane)}|${lane.vramMb}`;
}
