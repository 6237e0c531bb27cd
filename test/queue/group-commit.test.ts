import { expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { GroupCommit } from "../../src/queue/group-commit.sqlite.ts";

function opened() {
  const path = join(mkdtempSync(join(tmpdir(), "sprocket-commit-")), "test.db");
  const { sqlite } = openSqlite(path);
  sqlite.run("CREATE TABLE t (n INTEGER UNIQUE)");
  const ended: boolean[] = [];
  const commits = new GroupCommit(
    sqlite,
    false,
    () => {},
    (ok) => void ended.push(ok),
  );
  const put = (n: number) => commits.write(() => void sqlite.query("INSERT INTO t VALUES (?)").run(n));
  return { path, sqlite, ended, put };
}

test("one bad write does not take its neighbours down", async () => {
  const { put, sqlite } = opened();
  const results = await Promise.allSettled([put(1), put(1), put(2)]);
  expect(results.map((r) => r.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(sqlite.query("SELECT count(*) AS n FROM t").get()).toEqual({ n: 2 });
});

test("while another program holds the database, writes that came together wait for it once, not one after the other", async () => {
  const { path, put, sqlite, ended } = opened();
  sqlite.run("PRAGMA busy_timeout = 20");
  const other = openSqlite(path).sqlite;
  other.run("BEGIN IMMEDIATE");
  const results = await Promise.allSettled([put(1), put(2), put(3)]);
  expect(results.map((r) => r.status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(ended).toEqual([false]);
  other.run("ROLLBACK");
  await put(4);
  expect(ended).toEqual([false, true]);
});
