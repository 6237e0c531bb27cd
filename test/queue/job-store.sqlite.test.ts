import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import { job, jobStoreConformance } from "./job-store.conformance.ts";
import { jobTermsConformance } from "./job-terms.conformance.ts";

// The random histories take seconds on a machine that is busy.
setDefaultTimeout(30_000);

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

jobTermsConformance("SQLite job store", async () => {
  const { sqlite } = openSqlite(join(folder, `${n++}.db`));
  migrate(sqlite, migrations);
  return { store: openSqliteJobStore(sqlite) };
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

test("failures from before causes had names get theirs when the store is opened", async () => {
  const { sqlite } = openSqlite(join(folder, "old.db"));
  migrate(sqlite, migrations);
  const store = openSqliteJobStore(sqlite);
  await store.insert([job()], 0);
  const lanes = (await store.lanes()).map((l) => l.id);
  const lease = (await store.claim({ lanes, worker: "w", now: 0, leaseMs: 1 }))!;
  await store.settle(lease, { outcome: "failed", failure: { code: "c", message: "boom" } }, 0);
  const [named] = await store.failureGroups();
  sqlite.run("UPDATE finished SET fingerprint = NULL");
  expect(await store.failureGroups()).toEqual([]);
  expect(await openSqliteJobStore(sqlite).failureGroups()).toEqual([named!]);
});

test("a database of the first version comes along with all its jobs, attempts and places", async () => {
  const { sqlite } = openSqlite(join(folder, "first.db"));
  migrate(sqlite, migrations.slice(0, 4));
  sqlite.exec(`
    INSERT INTO lane VALUES (1, 'hash', 'file-hash', 'cpu', 0, 0);
    INSERT INTO job (id, lane, priority, backfill, params, subject_type, subject_label, max_retries, retry_count, created_at)
      VALUES (1, 1, 2, 1, '{}', 'none', 'waits', 3, 0, 5), (2, 1, 5, 0, '{}', 'none', 'failed', 3, 1, 5);
    INSERT INTO waiting VALUES (1, 5, 1);
    INSERT INTO finished (id, lane, state, finished_at, started_at, code, message) VALUES (2, 1, 2, 40, 30, 'c', 'boom');
    INSERT INTO attempt VALUES (2, 1, 10, 20, 'failed', 'c', 'boom', 'w'), (2, 2, 30, 40, 'failed', 'c', 'boom', 'w');
    INSERT INTO tally VALUES (1, 'waiting', 1), (1, 'failed', 1);`);
  migrate(sqlite, migrations);
  const store = openSqliteJobStore(sqlite);
  expect((await store.attempts(2)).map((a) => a.number)).toEqual([1, 2]);
  await store.move(2, "retry", null, 50);
  expect((await store.attempts(2)).map((a) => a.number)).toEqual([1, 2]);
  const claim = async () => (await store.claim({ lanes: [1], worker: "w", now: 60, leaseMs: 1 }))!;
  expect(await claim()).toMatchObject({ jobId: 1, attempt: 1 });
  expect(await claim()).toMatchObject({ jobId: 2, attempt: 3 });
});
