// The page of the database's copies: asking for one, verifying, downloading and removing; and what Health says of their age.

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "../../../src/http/app.ts";
import { checkBackups } from "../../../src/http/checks/database.ts";
import { backupName } from "../../../src/library/backups.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";

let app: TestApp;
let owner: Browser;
const htmx = { "HX-Request": "true" };
const dayMs = 86_400_000;
beforeEach(async () => {
  app = await testApp();
  owner = await ownerBrowser(createApp(app));
  mkdirSync(app.paths.backups, { recursive: true });
});
afterEach(() => app.close());

const pathOf = (name: string) => join(app.paths.backups, name);
const copy = (days: number, origin: "nightly" | "by hand" = "nightly") => {
  const name = backupName(origin, app.clock.now() - days * dayMs);
  new Database(pathOf(name)).exec("CREATE TABLE job (id INTEGER); PRAGMA user_version = 11;").constructor;
  return name;
};
const post = (path: string) => owner("POST", `/admin/backups${path}`, "", htmx);

test("a copy is asked for as a job, once; the page and the API list what there is", async () => {
  const name = copy(1);
  const [first, second] = [await (await post("")).text(), await (await post("")).text()];
  expect(first).toContain("is being made, as job");
  expect(second).toContain("is being made already");
  expect((await app.store.list({}, "newest", 0, 1)).jobs[0]).toMatchObject({
    kind: "backup",
    params: { byHand: true },
  });
  const page = await (await owner("GET", "/admin/backups")).text();
  expect(page).toContain(name);
  expect(page).toContain("waiting to be made");
  const { data } = await (await owner("GET", "/api/admin/backups")).json();
  expect(data).toMatchObject([{ name, origin: "nightly" }]);
  const answer = await owner("POST", "/api/admin/backup");
  expect([answer.status, (await answer.json()).deduplicated]).toEqual([202, true]);
});

test("one is read again on demand, and a damaged one is called so", async () => {
  const [whole, bad] = [copy(1), copy(2)];
  writeFileSync(pathOf(bad), "no database");
  expect(await (await post(`/${whole}/check`)).text()).toContain("is whole");
  const answer = await post(`/${bad}/check`);
  expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining("is damaged")]);
});

test("a download is the copy itself; a name leads to nothing else", async () => {
  const name = copy(1);
  const bytes = await (await owner("GET", `/admin/backups/${name}`)).bytes();
  expect(new TextDecoder().decode(bytes.subarray(0, 15))).toBe("SQLite format 3");
  for (const other of ["..%2Fsprocket.db", "sprocket.db", "%2Fetc%2Fpasswd"])
    expect((await owner("GET", `/admin/backups/${other}`)).status).toBe(404);
});

test("removing asks first, and says what is left", async () => {
  const name = copy(1);
  expect(await (await owner("GET", `/admin/backups/${name}/remove`)).text()).toContain("It is the only copy");
  await post(`/${name}/remove`);
  expect(existsSync(pathOf(name))).toBe(false);
});

test("is for owners", async () => {
  const name = copy(1);
  const member = await memberBrowser(app, createApp(app));
  expect((await member("GET", `/admin/backups/${name}`)).status).not.toBe(200);
  expect((await member("GET", "/api/admin/backups")).status).toBe(403);
});

test("Health warns of copies that are too old, and of none after two nights", async () => {
  const check = (startedDays: number, isNightly = true) =>
    checkBackups({ ...app, isNightly, startedAt: new Date(app.clock.now() - startedDays * dayMs) });
  expect((await check(0)).result).toBe("note");
  expect((await check(3)).result).toBe("warn");
  copy(3);
  expect(await check(0)).toMatchObject({ result: "warn", detail: expect.stringContaining("old") });
  expect((await check(0, false)).result).toBe("ok");
  copy(1);
  expect((await check(0)).result).toBe("ok");
});
