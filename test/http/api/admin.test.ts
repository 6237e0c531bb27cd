import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { z } from "zod";
import { createApp } from "../../../src/http/app.ts";
import { audit } from "../../../src/http/audit.ts";
import type { Env } from "../../../src/http/context.ts";
import { queues } from "../../../src/jobs/queues.ts";
import { Catalogue } from "../../../src/queue/kind.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { testKind } from "../../support/queue.ts";

const unhashed = [{ fileId: 1 }, { fileId: 2 }, { fileId: 3 }];
const hashing = testKind({
  name: "file-hash",
  queue: queues[0]!.name,
  params: z.object({ fileId: z.int() }),
  about: ({ fileId }) => ({ type: "file", id: fileId, label: `file ${fileId}` }),
  dedupKey: ({ fileId }) => String(fileId),
  async *pending() {
    yield* unhashed;
  },
});

let app: TestApp;
let site: Hono<Env>;
let owner: Browser;
let member: Browser;

beforeEach(async () => {
  app = await testApp({ catalogue: new Catalogue(queues, [hashing]) });
  site = createApp(app);
  owner = await ownerBrowser(site);
  await app.clock.advance(1000);
  member = await memberBrowser(app, site);
});
afterEach(() => app.close());

const json = async (answer: Response) => [answer.status, await answer.json()] as [number, any];

describe("A1: the admin API", () => {
  test("is 401 for nobody and 403 for a member", async () => {
    for (const path of ["stats", "settings", "users", "invitations", "audit"]) {
      expect([path, (await member("GET", `/api/admin/${path}`)).status]).toEqual([path, 403]);
      expect([path, (await site.request(`/api/admin/${path}`)).status]).toEqual([path, 401]);
    }
    expect((await member("POST", "/api/admin/backfill/hashes")).status).toBe(403);
    expect((await member("PATCH", "/api/admin/settings", { nsfwVisible: true })).status).toBe(403);
  });
});

describe("A2: stats", () => {
  test("count what there is", async () => {
    expect(await json(await owner("GET", "/api/admin/stats"))).toEqual([
      200,
      { files: 0, storageBytes: 0, libraries: 0, users: 2, folders: 0 },
    ]);
  });
});

describe("settings", () => {
  test("are changed one or many at once, and null restores the default", async () => {
    const [status, after] = await json(
      await owner("PATCH", "/api/admin/settings", { registrationMode: "open", concurrencyMultiplier: 4 }),
    );
    expect([status, after.registrationMode, after.concurrencyMultiplier]).toEqual([200, "open", 4]);
    const [, restored] = await json(
      await owner("PATCH", "/api/admin/settings", { concurrencyMultiplier: null }),
    );
    expect(restored.concurrencyMultiplier).toBe(1);
    const described = restored.settings.find((s: { key: string }) => s.key === "registrationMode");
    expect(described).toMatchObject({ value: "open", default: "closed", lockedBy: null });
  });

  test("a bad value among good ones changes nothing", async () => {
    const [status, problem] = await json(
      await owner("PATCH", "/api/admin/settings", { registrationMode: "open", concurrencyMultiplier: 99 }),
    );
    expect(status).toBe(422);
    expect(problem.errors[0].path).toEqual(["concurrencyMultiplier"]);
    const [, now] = await json(await owner("GET", "/api/admin/settings"));
    expect([now.registrationMode, now.concurrencyMultiplier]).toEqual(["closed", 1]);
  });

  test("seconds for a kind that there is not are refused, and so is the key __proto__", async () => {
    const change = (body: string) =>
      owner("PATCH", "/api/admin/settings", body, { "content-type": "application/json" });
    for (const [body, path] of [
      ['{"stuckAfterS":{"bogus-kind":50}}', ["stuckAfterS", "bogus-kind"]],
      ['{"stuckAfterS":{"__proto__":50}}', ["stuckAfterS", "__proto__"]],
      ['{"__proto__":{"nsfwVisible":true}}', ["__proto__"]],
    ] as const) {
      const [status, problem] = await json(await change(body));
      expect([body, status, problem.errors?.[0]?.path]).toEqual([body, 422, path]);
    }
    expect((await change('{"stuckAfterS":{"file-hash":50}}')).status).toBe(200);
    for (const body of ["[]", "7", "null"]) expect((await change(body)).status).toBe(422);
  });

  test("a setting that the environment fixes is refused by name", async () => {
    const all = app.settings.all.bind(app.settings);
    app.settings.all = () =>
      all().map((s) => (s.key === "nsfwVisible" ? { ...s, lockedBy: "SPROCKET_X" } : s));
    const [status, problem] = await json(await owner("PATCH", "/api/admin/settings", { nsfwVisible: true }));
    expect([status, problem.errors[0]]).toEqual([
      409,
      { path: ["nsfwVisible"], message: "Fixed by SPROCKET_X." },
    ]);
  });
});

describe("A7: users", () => {
  const users = async () => (await json(await owner("GET", "/api/admin/users")))[1].data as any[];

  test("are listed with role, creation and last sight", async () => {
    await member("GET", "/api/me");
    const list = await users();
    expect(list.map((u) => [u.email, u.role])).toEqual([
      ["owner@example.org", "owner"],
      ["member@example.org", "member"],
    ]);
    expect(list[1].lastSeenAt).toBe(new Date(app.clock.now()).toISOString());
  });

  test("and invitations come in pages", async () => {
    await owner("POST", "/api/admin/invitations", { note: "first" });
    await owner("POST", "/api/admin/invitations", { note: "second" });
    const page = async (what: string) =>
      (await json(await owner("GET", `/api/admin/${what}?page=2&limit=1`)))[1];
    expect(await page("users")).toMatchObject({
      data: [{ email: "member@example.org" }],
      pagination: { page: 2, limit: 1, total: 2, totalPages: 2 },
    });
    expect(await page("invitations")).toMatchObject({
      data: [{ note: "first" }],
      pagination: { page: 2, limit: 1, total: 2, totalPages: 2 },
    });
    for (const what of ["users", "invitations"])
      expect((await owner("GET", `/api/admin/${what}?limit=201`)).status).toBe(422);
  });

  test("are promoted and demoted, but never the last owner", async () => {
    const [first, second] = await users();
    expect((await owner("PATCH", `/api/admin/users/${first.id}`, { role: "member" })).status).toBe(409);
    expect((await owner("DELETE", `/api/admin/users/${first.id}`)).status).toBe(409);
    const [status, { user }] = await json(
      await owner("PATCH", `/api/admin/users/${second.id}`, { role: "owner" }),
    );
    expect([status, user.role]).toEqual([200, "owner"]);
    expect((await member("GET", "/api/admin/users")).status).toBe(200);
    expect((await owner("PATCH", `/api/admin/users/${first.id}`, { role: "member" })).status).toBe(200);
    expect((await owner("GET", "/api/admin/users")).status).toBe(403);
  });

  test("who are deleted are out at once", async () => {
    const second = (await users())[1];
    expect((await owner("DELETE", `/api/admin/users/${second.id}`)).status).toBe(204);
    expect((await member("GET", "/api/me")).status).toBe(401);
    expect((await owner("PATCH", `/api/admin/users/${second.id}`, { role: "owner" })).status).toBe(404);
  });
});

describe("A8: backfill of hashes", () => {
  test("enqueues each file without one, once", async () => {
    expect(await json(await owner("POST", "/api/admin/backfill/hashes"))).toEqual([
      202,
      { enqueued: 3, skipped: 0 },
    ]);
    expect(await json(await owner("POST", "/api/admin/backfill/hashes"))).toEqual([
      202,
      { enqueued: 0, skipped: 3 },
    ]);
    const { jobs } = await app.store.list({ kind: ["file-hash"] }, "newest", 0, 10);
    expect(jobs).toHaveLength(3);
  });
});

describe("audit", () => {
  test("says who did what, newest first, also when the account is gone", async () => {
    const [, second] = (await json(await owner("GET", "/api/admin/users")))[1].data;
    await owner("PATCH", `/api/admin/users/${second.id}`, { role: "owner" });
    await member("PATCH", "/api/admin/settings", { nsfwVisible: true });
    await owner("DELETE", `/api/admin/users/${second.id}`);
    const [, log] = await json(await owner("GET", "/api/admin/audit?limit=3"));
    expect(log.data.map((e: any) => [e.actor, e.action, e.target])).toEqual([
      ["owner@example.org", "user.delete", "member@example.org"],
      ["member@example.org", "settings.change", "nsfwVisible"],
      ["owner@example.org", "user.role", "member@example.org"],
    ]);
    expect(log.pagination).toMatchObject({ page: 1, limit: 3, total: 3 });
  });

  test("is asked for by person, by action and by time", async () => {
    const since = new Date(app.clock.now() + 1000);
    await app.clock.advance(1000);
    await audit(app, { email: "olga@example.org" }, "job.retry", "job:1");
    await app.clock.advance(1000);
    await audit(app, { email: "otto@example.org" }, "job.cancel", "job:2", { note: "=cmd()" });
    await audit(app, { email: "otto@example.org" }, "jobs.cancel", "operation:1");
    const targets = async (query: string) =>
      (await json(await owner("GET", `/api/admin/audit?${query}`)))[1].data.map((e: any) => e.target);
    expect(await targets("actor=olga@example.org")).toEqual(["job:1"]);
    expect(await targets("action=job.*")).toEqual(["job:2", "job:1"]);
    expect(await targets("action=jobs.cancel")).toEqual(["operation:1"]);
    const until = new Date(since.getTime() + 1000);
    expect(await targets(`from=${since.toISOString()}&to=${until.toISOString()}`)).toEqual(["job:1"]);
    expect((await owner("GET", "/api/admin/audit?from=yesterday")).status).toBe(422);
  });

  test("comes as a file, whole, without formulas for spreadsheets", async () => {
    for (let i = 0; i < 700; i++) await audit(app, null, "test.many", i === 0 ? "=1+1" : i);
    const csv = await owner("GET", "/api/admin/audit?format=csv&action=test.many");
    expect(csv.headers.get("content-type")).toContain("text/csv");
    const lines = (await csv.text()).trim().split("\r\n");
    expect(lines).toHaveLength(701);
    expect(lines[0]).toBe("id,at,actor,action,target,detail");
    expect(lines.at(-1)).toEndWith(",test.many,'=1+1,");
    const all = (await (
      await owner("GET", "/api/admin/audit?format=json&action=test.many")
    ).json()) as object[];
    expect(all).toHaveLength(700);
  });
});
