// How fast the queue is, and whether it stays so: jobs a second at growing backlogs, in one run. Run by hand:
//   bun test/bench/queue.ts [--sizes=1000,100000,1000000] [--sync=FULL]
// Absolute figures drift with the machine; compare within one run.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import type { NewJob } from "../../src/queue/job-store.ts";
import { Catalogue } from "../../src/queue/kind.ts";
import { Worker } from "../../src/queue/worker.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { silentLogger } from "../../src/runtime/log.ts";

const option = (name: string, otherwise: string) =>
  process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
const sizes = option("sizes", "1000,100000,1000000").split(",").map(Number);
const sync = option("sync", "FULL") as "FULL" | "NORMAL";
const queues = Array.from({ length: 10 }, (_, i) => ({
  name: `q${i}`,
  section: "",
  description: "",
  weight: 1 + i,
  base: 1,
}));
const folder = mkdtempSync(join(tmpdir(), "sprocket-bench-"));

const newJob = (i: number): NewJob => ({
  queue: `q${i % 10}`,
  kind: `k${i % 10}`,
  category: "cpu",
  vramMb: 0,
  group: 0,
  params: { i, file: "/media/library/season01/episode-0042.mkv", preset: "hevc-nvenc-medium" },
  subject: { type: "none", id: null, label: "episode-0042.mkv" },
  priority: 1 + (i % 10),
  backfill: false,
  dedupKey: null,
  runAt: null,
  maxRetries: 3,
  origin: null,
});

let n = 0;
function open() {
  const { sqlite, close } = openSqlite(join(folder, `${n++}.db`));
  migrate(sqlite, migrations);
  return { sqlite, close, store: openSqliteJobStore(sqlite, sync === "FULL") };
}

async function timed(label: string, count: number, f: () => Promise<void>) {
  const start = performance.now();
  await f();
  const s = (performance.now() - start) / 1000;
  console.log(
    `${label.padEnd(48)} ${Math.round(count / s)
      .toLocaleString("en")
      .padStart(10)} /s`,
  );
}

async function work(store: ReturnType<typeof open>["store"], concurrency: number, jobs: number) {
  let left = jobs;
  const done = Promise.withResolvers<void>();
  const kinds = queues.map((q) => ({
    name: q.name.replace("q", "k"),
    label: "",
    description: "",
    queue: q.name,
    category: "cpu" as const,
    params: z.any(),
    stuckAfterS: 60,
    about: () => ({ type: "none" as const, id: null, label: "" }),
    run: async () => {
      if (--left === 0) done.resolve();
    },
  }));
  const worker = new Worker({
    store,
    catalogue: new Catalogue(queues, kinds),
    tools: {},
    events: new EventBus(),
    clock: systemClock,
    log: silentLogger,
    limits: () => ({
      multiplier: 16,
      category: { cpu: concurrency, gpu_encode: 1, gpu_ai: 1 },
      vramBudgetMb: 0,
    }),
    logsFolder: folder,
    name: "bench",
  });
  await worker.start();
  await done.promise;
  await worker.stop();
}

for (const size of sizes) {
  const { store, close } = open();
  await timed(`enqueue, batches of 1000, to ${size} waiting`, size, async () => {
    for (let i = 0; i < size; i += 1000)
      await store.insert(
        Array.from({ length: Math.min(1000, size - i) }, (_, k) => newJob(i + k)),
        Date.now(),
      );
  });
  await timed(`  enqueue one by one`, 500, async () => {
    for (let i = 0; i < 500; i++) await store.insert([newJob(i)], Date.now());
  });
  const jobs = Math.min(5000, Math.floor(size / 3));
  await timed(`  process, one at a time, ${size} waiting`, jobs, () => work(store, 1, jobs));
  await timed(`  process, ten at a time, ${size} waiting`, jobs, () => work(store, 10, jobs));
  for (const [label, f] of [
    ["counts", () => store.tallies()],
    ["newest page", () => store.list({}, "newest", 0, 50)],
    ["waiting page", () => store.list({ status: ["pending"] }, "newest", 0, 50)],
    [
      "completed page of a queue",
      () => store.list({ status: ["completed"], queue: ["q3"] }, "newest", 0, 50),
    ],
    ["deep waiting page", () => store.list({ status: ["pending"] }, "newest", Math.floor(size / 2), 50)],
    ["oldest waiting", () => store.oldestWaiting()],
    ["averages", () => store.averageRunMs()],
  ] as const) {
    const times = [];
    for (let i = 0; i < 9; i++) {
      const t = performance.now();
      await f();
      times.push(performance.now() - t);
    }
    console.log(
      `  ${label.padEnd(46)} ${times
        .sort((a, b) => a - b)[4]!
        .toFixed(2)
        .padStart(10)} ms`,
    );
  }
  close();
}
console.log(`RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB, synchronous=${sync}`);
rmSync(folder, { recursive: true });
