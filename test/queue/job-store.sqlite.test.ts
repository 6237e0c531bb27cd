import { expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import { job, jobStoreConformance } from "./job-store.conformance.ts";

const folder = mkdtempSync(join(tmpdir(), "sprocket-store-"));
let n = 0;

jobStoreConformance("SQLite job store", async () => {
  const path = join(folder, `${n++}.db`);
  const { sqlite } = openSqlite(path);
  migrate(sqlite, migrations);
  return {
    store: openSqliteJobStore(sqlite),
    second: () => openSqliteJobStore(openSqlite(path).sqlite),
  };
});

test("the view job_runs has a row per execution, and one per job that has none", async () => {
  const { sqlite } = openSqlite(join(folder, "runs.db"));
  migrate(sqlite, migrations);
  const store = openSqliteJobStore(sqlite);
  await store.insert([job(), job(), job({ runAt: new Date(9e12) }), job(), job()], 0);
  const lanes = (await store.lanes()).map((l) => l.id);
  const claim = async () => (await store.claim({ lanes, worker: "w", now: 0, leaseMs: 1 }))!;
  const failure = { code: "tool.crashed", message: "boom" };
  await store.settle(await claim(), { outcome: "retry", runAt: 1, failure, strike: true }, 0);
  await store.settle(await claim(), { outcome: "completed" }, 0);
  await claim();
  await store.move(5, "cancel", "ada", 0);
  const rows = sqlite.query("SELECT id, status, targetLabel, error FROM job_runs ORDER BY id").all();
  expect(rows).toEqual([
    { id: "1-0", status: "pending", targetLabel: "a.mp4", error: null },
    { id: "1-1", status: "failed", targetLabel: "a.mp4", error: "boom" },
    { id: "2-1", status: "completed", targetLabel: "a.mp4", error: null },
    { id: "3-0", status: "pending", targetLabel: "a.mp4", error: null },
    { id: "4-1", status: "running", targetLabel: "a.mp4", error: null },
    { id: "5-0", status: "cancelled", targetLabel: "a.mp4", error: "Cancelled by ada." },
  ]);
});
