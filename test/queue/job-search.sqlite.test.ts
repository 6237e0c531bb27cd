// Walking lists a window at a time finds what asking few rows one by one finds, in the same order.

import type { Database } from "bun:sqlite";
import { beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { JobReader } from "../../src/queue/job-reader.sqlite.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import type { JobFilter, JobOrder, JobStore, ListedStatus } from "../../src/queue/job-store.ts";
import type { JobTest } from "../../src/queue/job-term.ts";
import { Tallies } from "../../src/queue/tallies.sqlite.ts";
import { job } from "./job-store.conformance.ts";

const t0 = Date.UTC(2026, 0, 1);
const count = 120;
let sqlite: Database;
let store: JobStore;
beforeAll(async () => {
  sqlite = openSqlite(":memory:").sqlite;
  migrate(sqlite, migrations);
  store = openSqliteJobStore(sqlite, false);
  for (let n = 0; n < count; n++)
    await store.insert(
      [
        job({
          queue: `q${n % 3}`,
          kind: `kind-${n % 5}`,
          group: n % 2,
          priority: 1 + (n % 10),
          backfill: n % 4 === 0,
          subject: { type: "file", id: n % 40, label: `trip ${n % 7}/${n % 40}.mp4` },
          runAt: n % 11 === 0 ? new Date(t0 + 9e9) : null,
        }),
      ],
      t0 + n,
    );
  const lanes = (await store.lanes()).map((l) => l.id);
  for (let n = 0; n < 70; n++) {
    const now = t0 + 1000 * n;
    const lease = (await store.claim({ lanes, worker: `w${n % 2}`, now, leaseMs: 1e9 }))!;
    if (n % 5 === 0) continue;
    const message = n % 3 ? `moov atom not found ${n}` : `no space left ${n}`;
    if (n % 2)
      await store.settle(lease, { outcome: "failed", failure: { code: "a.b", message } }, now + 50 * n);
    else await store.settle(lease, { outcome: "completed" }, now + 2500 * n);
    if (n % 8 === 1) await store.move(lease.jobId, "acknowledge", null, now);
  }
  for (const { jobs } of [await store.list({ status: ["waiting"] }, "oldest", 0, 9)])
    for (const { id } of jobs) await store.move(id, id % 2 ? "pause" : "cancel", "ada", t0 + id);
  while (await store.indexText(50));
});

const limits = { rows: 1e9, rowsToCount: 1e9, window: 7, countMs: 1e9, ms: 1e9 };
const reader = (candidates: number) => new JobReader(sqlite, new Tallies(sqlite), { ...limits, candidates });

const range = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }))
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const scaled = (by: number, plus = 0) =>
  range.map(({ from, to }) => ({ from: from * by + plus, to: to * by + plus }));
const anyTest = fc.oneof(
  fc
    .constantFrom("trip 3", "mp4", "p 5/1", "12", "kind-2", "moov")
    .map((t) => ({ of: "text" as const, any: [t] })),
  fc.constantFrom("trip 1", "/3").map((t) => ({ of: "label" as const, any: [t, "trip 4"] })),
  fc.constantFrom("moov", "space left 6").map((t) => ({ of: "error" as const, any: [t] })),
  fc.constantFrom("q0", "q1").map((q) => ({ of: "queue" as const, in: [q] })),
  fc.constantFrom("running", "failed", "pending", "paused", "completed" as const).map((s) => ({
    of: "status" as const,
    in: [s as ListedStatus],
  })),
  scaled(1.5, t0).map((r) => ({ of: "created" as const, ranges: [r] })),
  scaled(2000, t0).map((r) => ({ of: "finished" as const, ranges: [r] })),
  scaled(2000).map((r) => ({ of: "runMs" as const, ranges: [r], now: t0 + 100_000 })),
  fc.constant({ of: "priority" as const, ranges: [{ to: 4 }] }),
  fc.constantFrom("backfill", "cleared" as const).map((of) => ({ of: of as "backfill" })),
  fc.constant({ of: "worker" as const, any: ["w1"] }),
) as fc.Arbitrary<JobTest>;
const anyFilter: fc.Arbitrary<JobFilter> = fc.record(
  {
    terms: fc.array(fc.record({ not: fc.boolean(), test: anyTest }), { minLength: 1, maxLength: 3 }),
    status: fc.subarray<ListedStatus>(["running", "pending", "failed", "completed", "paused", "cancelled"]),
    hideGroups: fc.constant([1]),
  },
  { requiredKeys: ["terms"] },
);

describe("walking", () => {
  test("finds what asking one by one finds, and pages alike", async () => {
    const [few, walk] = [reader(1e9), reader(-1)];
    await fc.assert(
      fc.asyncProperty(
        anyFilter,
        fc.constantFrom<JobOrder>("newest", "oldest", "longest"),
        fc.integer({ min: 0, max: 30 }),
        async (filter, order, offset) => {
          const one = await few.list(filter, order, offset, 20);
          const other = await walk.list(filter, order, offset, 20);
          expect(other.jobs.map((j) => j.id)).toEqual(one.jobs.map((j) => j.id));
          // The longest are known without counting the others.
          if (order !== "longest") expect(other.total).toBe(one.total);
        },
      ),
      { numRuns: 120 },
    );
  });

  test("batches name each matching job once", async () => {
    await fc.assert(
      fc.asyncProperty(anyFilter, async (filter) => {
        const met: number[] = [];
        for await (const ids of reader(-1).idBatches(filter, 9)) met.push(...ids);
        const { jobs } = await reader(1e9).list(filter, "oldest", 0, count);
        expect(met.toSorted((a, b) => a - b)).toEqual(jobs.map((j) => j.id).sort((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });

  test("gives up when its budget ends, and says so", async () => {
    const short = new JobReader(sqlite, new Tallies(sqlite), {
      ...limits,
      candidates: -1,
      rows: 21,
      rowsToCount: 7,
    });
    const rare = { terms: [{ not: false, test: { of: "label" as const, any: ["nowhere"] } }] };
    expect(await short.list(rare, "newest", 0, 5)).toEqual({
      jobs: [],
      total: 0,
      totalIsCapped: true,
      complete: false,
    });
    const common = { terms: [{ not: false, test: { of: "label" as const, any: ["mp4"] } }] };
    expect(await short.list(common, "newest", 0, 5)).toMatchObject({
      total: 7,
      totalIsCapped: true,
      complete: true,
    });
  });
});
