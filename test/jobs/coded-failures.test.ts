import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { withCodedFailures } from "../../src/jobs/coded-failures.ts";
import { failureOf } from "../../src/jobs/failures.ts";
import { createCatalogue } from "../../src/jobs/index.ts";
import { RetryLater } from "../../src/runtime/errors.ts";
import { testKind, testQueue } from "../support/queue.ts";

async function afterThrowing(error: unknown) {
  const act = () => {
    throw error;
  };
  const t = testQueue([withCodedFailures(testKind({ act }))]);
  await t.worker.start();
  const { id } = await t.queue.enqueue("test", {});
  await t.settled();
  const { status, retryCount, runAt } = (await t.store.get(id))!;
  const waitS = runAt && (runAt.getTime() - t.clock.now()) / 1000;
  return [status, retryCount, waitS, (await t.store.attempts(id)).at(-1)?.failure?.code];
}

const system = (code: string, syscall?: string) => Object.assign(new Error(code), { code, syscall });

test("a disk that fills up under a run is waited for without a strike, whoever says so", async () => {
  expect(await afterThrowing(system("ENOSPC", "write"))).toEqual(["pending", 0, 120, "disk.full"]);
  expect(await afterThrowing(system("SQLITE_FULL"))).toEqual(["pending", 0, 120, "disk.full"]);
});

test("what may not be read is not tried again; what nobody knows is a fault of ours", async () => {
  expect(await afterThrowing(system("EACCES", "open"))).toEqual(["failed", 0, null, "input.unreadable"]);
  expect(await afterThrowing(new TypeError("x"))).toEqual(["pending", 1, 120, "internal"]);
  expect(await afterThrowing(new RetryLater(7000, "disk.full", "x"))).toEqual(["pending", 0, 7, "disk.full"]);
});

test("every kind has it", async () => {
  const full = () => {
    throw system("ENOSPC");
  };
  const tools = new Proxy({}, { get: full });
  for (const kind of createCatalogue().kinds) {
    const signal = new AbortController().signal;
    const job = { params: { fileId: 1, libraryId: 1 }, tools, signal, pausePoint: async () => {} };
    const failure = await kind.run(job as never).catch((error) => error);
    expect([kind.name, failure.code, failure.name]).toEqual([kind.name, "disk.full", "JobFailure"]);
  }
});

test("a full database is a full disk, also through drizzle", async () => {
  const { db, sqlite } = openSqlite(":memory:");
  sqlite.run("CREATE TABLE t (x TEXT)");
  sqlite.run("PRAGMA max_page_count = 1");
  const insert = async () => await db.run(sql`INSERT INTO t VALUES (${"x".repeat(99_999)})`);
  const refused = await insert().catch((error) => error);
  expect(failureOf(refused)).toMatchObject({ code: "disk.full", message: "database or disk is full" });
});
