// Going back to a copy: it takes the database's place, what was there is saved, and what is no whole copy changes nothing.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { restore } from "../../src/cli/restore.ts";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { writeSnapshot } from "../../src/db/snapshot.sqlite.ts";
import { openDataFolder } from "../../src/runtime/data-folder.ts";
import { sprocket } from "../support/server-process.ts";

let top: string;
let data: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "sprocket-restore-"));
  data = join(top, "data");
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const restored = (file: string, folder = data) => restore(file, { dataFolder: folder });
const people = (path: string) => {
  const { sqlite, close } = openSqlite(path);
  const emails = sqlite.query("SELECT email FROM user ORDER BY email").values().flat();
  close();
  return emails;
};

/** A copy with Ada alone, and then Bo beside her. */
function lived(): string {
  openDataFolder(data).release();
  const copy = join(top, "copy.db");
  const { sqlite, close } = openSqlite(join(data, "sprocket.db"));
  migrate(sqlite, migrations);
  const add = (name: string) =>
    sqlite.exec(
      `INSERT INTO user (id, name, email, created_at, updated_at) VALUES ('${name}', '', '${name}@nas', 0, 0)`,
    );
  add("ada");
  writeSnapshot(sqlite, copy);
  add("bo");
  close();
  return copy;
}

test("what was there before comes back, and what there is now is saved", async () => {
  const copy = lived();
  const ended = await sprocket(["restore", copy, "--data", data]);
  expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
  expect(ended.stdout).toContain("sign in again");
  expect(people(join(data, "sprocket.db"))).toEqual(["ada@nas"]);
  const [saved] = readdirSync(join(data, "backups"));
  expect(saved).toStartWith("before-a-restore-");
  expect(people(join(data, "backups", saved!))).toEqual(["ada@nas", "bo@nas"]);
  await restored(join(data, "backups", saved!));
  expect(people(join(data, "sprocket.db"))).toHaveLength(2);
  expect(people(copy)).toEqual(["ada@nas"]);
});

test("a fresh data folder takes it, too, and forgets derivatives that are not in it", async () => {
  const copy = lived();
  const { sqlite, close } = openSqlite(copy);
  sqlite.exec(`PRAGMA foreign_keys = OFF;
    INSERT INTO derivative (file_id, kind, variant, path, mime_type, size_bytes, created_at)
    VALUES (1, 'thumbnail', 'webp-240', '01/1/x.webp', 'image/webp', 1, 0)`);
  close();
  const fresh = join(top, "fresh");
  await restored(copy, fresh);
  const { sqlite: there, close: shut } = openSqlite(join(fresh, "sprocket.db"));
  expect(there.query("SELECT * FROM derivative").values()).toEqual([]);
  shut();
  expect(people(join(fresh, "sprocket.db"))).toEqual(["ada@nas"]);
});

test("a damaged database gives way, and its files are put aside", async () => {
  const copy = lived();
  const database = join(data, "sprocket.db");
  writeFileSync(
    database,
    Buffer.concat([readFileSync(database).subarray(0, 8192), Buffer.alloc(9000, 0xff)]),
  );
  await restored(copy);
  expect(people(database)).toEqual(["ada@nas"]);
  expect(readdirSync(join(data, "backups")).some((name) => name.startsWith("before-a-restore-"))).toBe(true);
});

test("a server that runs is left alone", async () => {
  const copy = lived();
  const folder = openDataFolder(data);
  await expect(restored(copy)).rejects.toThrow("stop it first");
  folder.release();
  expect(people(join(data, "sprocket.db"))).toHaveLength(2);
});

test("what is no whole copy of ours is refused, and nothing changes", async () => {
  const copy = lived();
  const bad = join(top, "bad.db");
  const cases: [() => void, string][] = [
    [() => {}, "There is no file"],
    [() => writeFileSync(bad, "no database"), "is no Sprocket database"],
    [
      () => {
        const whole = readFileSync(copy);
        whole.fill(0xff, whole.length / 2);
        writeFileSync(bad, whole);
      },
      "is damaged",
    ],
    [
      () => {
        cpSync(copy, bad);
        const { sqlite, close } = openSqlite(bad);
        sqlite.exec("PRAGMA user_version = 9999");
        close();
      },
      "use a newer Sprocket",
    ],
  ];
  for (const [make, said] of cases) {
    make();
    await expect(restored(bad)).rejects.toThrow(said);
  }
  expect(people(join(data, "sprocket.db"))).toHaveLength(2);
  expect(existsSync(join(data, ".restoring.db"))).toBe(false);
});
