// A real queue in memory with a worker, a clock that tests step, and kinds that do what their params say.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import type { Limits } from "../../src/queue/budget.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import { Catalogue, type JobKind, type Run } from "../../src/queue/kind.ts";
import { Queue } from "../../src/queue/queue.ts";
import { Worker, type WorkerParts } from "../../src/queue/worker.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { FakeClock, settled } from "./fake-clock.ts";

export type Act = (job: Run<any, any>) => Promise<any> | any;

export function testKind(over: Partial<JobKind> & { act?: Act } = {}): JobKind {
  const { act, ...rest } = over;
  return {
    name: "test",
    label: "Test",
    description: "Does what its test says",
    queue: "a",
    category: "cpu",
    params: z.looseObject({}),
    stuckAfterS: 60,
    about: () => ({ type: "none", id: null, label: "nothing" }),
    dedupKey: () => null,
    run: async (job) => act?.(job),
    ...rest,
  };
}

export interface TestQueueOptions
  extends Partial<Pick<WorkerParts<any>, "holds" | "processesOf" | "measure" | "log">> {
  limits?: Partial<Limits>;
  random?: () => number;
}

export function testQueue(kinds: JobKind[], over: TestQueueOptions = {}) {
  const clock = new FakeClock();
  const events = new EventBus();
  const { sqlite } = openSqlite(":memory:");
  migrate(sqlite, migrations);
  const store = openSqliteJobStore(sqlite);
  const queues = [...new Set(["a", "b", ...kinds.map((k) => k.queue)])].map((name, i) => ({
    name,
    section: "Test",
    description: name,
    weight: 10 - i,
    base: 1,
  }));
  const catalogue = new Catalogue(queues, kinds);
  const queue = new Queue(store, catalogue, () => ({}), events, clock);
  const limits: Limits = {
    multiplier: 1,
    category: { cpu: 5, gpu_encode: 2, gpu_ai: 1 },
    vramBudgetMb: 16_000,
    ...over.limits,
  };
  const logsFolder = mkdtempSync(join(tmpdir(), "sprocket-logs-"));
  const parts = {
    store,
    catalogue,
    tools: {},
    events,
    clock,
    log: over.log ?? silentLogger,
    limits: () => limits,
    logsFolder,
    holds: over.holds,
    processesOf: over.processesOf,
    measure: over.measure,
  };
  const newWorker = (name: string) => new Worker({ ...parts, name, random: over.random ?? (() => 0) });
  return {
    clock,
    events,
    sqlite,
    store,
    queue,
    limits,
    logsFolder,
    newWorker,
    worker: newWorker("w1"),
    settled,
  };
}
