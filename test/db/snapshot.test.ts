// Copies of the database: whole, private, and of no use to whoever wants to sign in as somebody.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { type OpenDb, openSqlite } from "../../src/db/open.sqlite.ts";
import { writeSnapshot } from "../../src/db/snapshot.sqlite.ts";

let folder: string;
let open: OpenDb;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sprocket-snapshot-"));
  open = openSqlite(join(folder, "sprocket.db"));
});
afterEach(() => {
  open.close();
  rmSync(folder, { recursive: true });
});

const signIn = () =>
  open.sqlite.exec(`
    INSERT INTO user (id, name, email, created_at, updated_at) VALUES ('u', 'Ada', 'ada@nas', 0, 0);
    INSERT INTO session (id, token, user_id, expires_at, created_at, updated_at)
      VALUES ('s', 'token-of-a-session', 'u', 9e15, 0, 0);
    INSERT INTO server_secret VALUES ('cookie', 'what-signs-cookies');`);
const rows = (file: string, table: string) => {
  const copy = openSqlite(file);
  const { n } = copy.sqlite.query(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
  copy.close();
  return n;
};

test("a copy has everything but what lets somebody in, and nobody else may read it", () => {
  migrate(open.sqlite, migrations);
  signIn();
  const file = join(folder, "copy.db");
  writeSnapshot(open.sqlite, file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const bytes = readFileSync(file).toString("latin1");
  expect(bytes).toContain("ada@nas");
  expect(bytes).not.toContain("token-of-a-session");
  expect(bytes).not.toContain("what-signs-cookies");
  expect([rows(file, "user"), rows(file, "session"), rows(file, "server_secret")]).toEqual([1, 0, 0]);
  expect(open.sqlite.query("SELECT count(*) AS n FROM session").get()).toEqual({ n: 1 });
});

test("the copy before an upgrade is one of these, also of a schema that knew no accounts", () => {
  const older = migrations.slice(0, 2);
  migrate(open.sqlite, older);
  const file = join(folder, "before-upgrade.db");
  expect(migrate(open.sqlite, migrations, () => file).snapshot).toBe(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  signIn();
  const newer = [...migrations, { version: 99, name: "next", sql: "CREATE TABLE next (id INTEGER)" }];
  const second = join(folder, "second.db");
  migrate(open.sqlite, newer, () => second);
  expect(rows(second, "session")).toBe(0);
});

test("one that can't be written leaves nothing behind", () => {
  migrate(open.sqlite, migrations);
  writeFileSync(join(folder, "file"), "");
  expect(() => writeSnapshot(open.sqlite, join(folder, "file", "copy.db"))).toThrow();
  expect(readdirSync(folder).filter((name) => name.includes("copy"))).toEqual([]);
});
