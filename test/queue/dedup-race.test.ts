// The same work asked for by several at once: whoever comes first opens it, everybody is told the same job.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import type { Inserted } from "../../src/queue/job-store.ts";
import { seeded } from "../support/seeded.ts";
import { job } from "./job-store.conformance.ts";

setDefaultTimeout(30_000);

const folder = mkdtempSync(join(tmpdir(), "sprocket-dedup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function database(name: string) {
  const path = join(folder, name);
  const { sqlite } = openSqlite(path);
  migrate(sqlite, migrations);
  return { path, sqlite, store: openSqliteJobStore(sqlite) };
}

test("concurrent inserts of the same keys by two openers: one open job per key, and all agree which", async () => {
  const { path, sqlite, store } = database("two.db");
  const stores = [store, openSqliteJobStore(openSqlite(path).sqlite)];
  const random = seeded(1);
  const asked: Promise<{ key: string; got: Inserted }>[] = [];
  for (let i = 0; i < 600; i++) {
    const key = `k${Math.floor(random() * 40)}`;
    const by = stores[Math.floor(random() * 2)]!;
    asked.push(by.insert([job({ dedupKey: key })], i).then(([got]) => ({ key, got: got! })));
    if (random() < 0.05) await new Promise((resolve) => setImmediate(resolve));
  }
  const answers = await Promise.all(asked);
  for (const [key, all] of Map.groupBy(answers, (a) => a.key)) {
    expect([key, new Set(all.map((a) => a.got.id)).size]).toEqual([key, 1]);
    expect([key, all.filter((a) => !a.got.deduplicated).length]).toEqual([key, 1]);
  }
  const keys = new Set(answers.map((a) => a.key)).size;
  expect(sqlite.query("SELECT count(*) AS n FROM job").get()).toEqual({ n: keys });
  const counts = await Promise.all(stores.map(async (s) => (await s.tallies()).map((t) => t.waiting)));
  expect(counts).toEqual([[keys], [keys]]);
});

test("three processes that insert the same keys at the same time open each once", async () => {
  const { path, sqlite, store } = database("three.db");
  const script = join(import.meta.dir, "../support/insert-keys.ts");
  const children = [1, 2, 3].map((seed) =>
    Bun.spawn([process.execPath, script, path, "300", String(seed)], { stdout: "pipe", stderr: "inherit" }),
  );
  const said = await Promise.all(children.map((child) => new Response(child.stdout).json()));
  const opened = said.flatMap((s: { opened: string[] }) => s.opened);
  expect(opened.length).toBe(300);
  expect(new Set(opened).size).toBe(300);
  const ids = said.map((s: { ids: Record<string, number> }) => JSON.stringify(Object.entries(s.ids).sort()));
  expect(new Set(ids).size).toBe(1);
  expect(sqlite.query("SELECT count(*) AS n, count(DISTINCT dedup_key) AS keys FROM job").get()).toEqual({
    n: 300,
    keys: 300,
  });
  expect((await store.tallies()).map((t) => t.waiting)).toEqual([300]);
});
