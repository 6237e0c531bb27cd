// What may happen in a history: steps with their weights, and the kinds and queues they are about.

import fc from "fast-check";
import type { Hold } from "../../../src/queue/hold.ts";
import type { Category } from "../../../src/queue/job.ts";
import { everyQueue, type PauseMode } from "../../../src/queue/job-store.ts";

export const kindRows = [
  { name: "read", queue: "a", category: "cpu" },
  { name: "encode", queue: "a", category: "gpu_encode" },
  { name: "render", queue: "b", category: "gpu_encode" },
  { name: "listen", queue: "b", category: "gpu_ai" },
  { name: "see", queue: "c", category: "gpu_ai" },
] as const satisfies { name: string; queue: string; category: Category }[];
export const queues = ["a", "b", "c"];
const memoryClasses = [0, 0, 1000, 4000, 9000, 20_000];

export const someHolds: Hold[] = [
  hold("playback", "freeze", (lane) => lane.queue === "a"),
  hold("load", "drain", (lane) => lane.category === "gpu_ai"),
  hold("window", "freeze", (lane) => lane.kind === "render"),
];

function hold(code: Hold["code"], mode: PauseMode, holds: Hold["holds"]): Hold {
  return { code, text: code, since: new Date(0), until: null, mode, holds };
}

const nth = fc.nat(50);
const queueOrAll = fc.constantFrom(...queues, everyQueue);
const ends = fc.constantFrom("never", "soon", "late", "playback");
const oneStep = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("enqueue" as const),
      kind: fc.nat(kindRows.length - 1),
      key: fc.option(fc.nat(8), { nil: null }),
      priority: fc.integer({ min: 1, max: 10 }),
      backfill: fc.boolean(),
      delayS: fc.constantFrom(0, 0, 0, 0, 5, 300),
      vramMb: fc.constantFrom(...memoryClasses),
      group: fc.nat(2),
      isDeaf: fc.constantFrom(false, false, false, false, true),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      nth,
      how: fc.constantFrom("complete", "complete", "not needed", "fail", "give up", "later", "crash"),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("move" as const),
      nth,
      verb: fc.constantFrom(
        ...(["cancel", "pause", "resume", "retry", "remove", "acknowledge", "unacknowledge"] as const),
      ),
      ends,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("order" as const),
      nth,
      to: fc.constantFrom("first" as const, "last" as const, 1, 5, 10),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("pause queue" as const),
      queue: queueOrAll,
      mode: fc.constantFrom("drain" as const, "freeze" as const),
      ends,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("resume queue" as const), queue: queueOrAll }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("playback ends" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("hold" as const), which: fc.nat(someHolds.length - 1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("limits" as const),
      multiplier: fc.integer({ min: 1, max: 4 }),
      cpu: fc.integer({ min: 1, max: 5 }),
      gpu_encode: fc.integer({ min: 1, max: 3 }),
      gpu_ai: fc.integer({ min: 1, max: 2 }),
      vramBudgetMb: fc.constantFrom(0, 4000, 10_000, 16_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("tune" as const),
      queue: fc.constantFrom(...queues),
      concurrency: fc.option(fc.integer({ min: 1, max: 6 }), { nil: null }),
      weight: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("evict" as const), nth, again: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("stop" as const, "restart" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("kill" as const), policy: fc.constantFrom("fail", "retry-once") }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reap" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("time" as const),
      ms: fc.constantFrom(250, 1_000, 1_000, 11_000, 65_000, 600_000),
    }),
  },
);
/** Most steps are waited for; some come while the one before is still at work. */
export const someStep = fc.record({ step: oneStep, waits: fc.constantFrom(true, true, true, false) });
export type Step = typeof oneStep extends fc.Arbitrary<infer T> ? T : never;
