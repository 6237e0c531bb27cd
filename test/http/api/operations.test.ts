import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hono } from "hono";
import { createApp } from "../../../src/http/app.ts";
import type { Env } from "../../../src/http/context.ts";
import { createLibrary } from "../../../src/library/libraries.ts";
import { Catalogue } from "../../../src/queue/kind.ts";
import { GiveUp } from "../../../src/runtime/errors.ts";
import {
  type Browser,
  browser,
  memberBrowser,
  ownerBrowser,
  type TestApp,
  testApp,
} from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";
import { testKind } from "../../support/queue.ts";

const queues = ["a", "b"].map((name) => ({ name, section: "Test", description: name, weight: 1, base: 1 }));
const kinds = [
  testKind({ name: "plain", alias: "plain_alias" }),
  testKind({
    name: "shy",
    queue: "b",
    about: (p: any) => ({ type: "library", id: p.library, label: "A library", group: p.library }),
  }),
  testKind({
    name: "bad",
    queue: "b",
    act: () => {
      throw new GiveUp("input.truncated", "The film ends in the middle.");
    },
  }),
];

let app: TestApp;
let site: Hono<Env>;
let owner: Browser;
beforeEach(async () => {
  app = await testApp({ catalogue: new Catalogue(queues, kinds) });
  site = createApp(app);
  owner = await ownerBrowser(site);
});
afterEach(async () => {
  await app.operations.stop();
  await app.close();
});

const bulk = async (body: object): Promise<[number, any]> => {
  const answer = await owner("POST", "/api/media/jobs/bulk", body);
  return [answer.status, await answer.json()];
};
const get = async (path: string) => (await owner("GET", path)).json() as Promise<any>;
const post = async (path: string): Promise<[number, any]> => {
  const answer = await owner("POST", path);
  return [answer.status, await answer.json()];
};
async function enqueue(n: number, kind = "plain", params: object = {}): Promise<number[]> {
  return (await app.queue.enqueueMany(Array.from({ length: n }, () => ({ kind, params: params as any }))))
    .jobIds;
}
/** Begins it, and answers what became of it. */
async function complete(body: object): Promise<any> {
  const [status, { operationId }] = await bulk(body);
  expect(status).toBe(202);
  await app.operations.settled();
  return get(`/api/operations/${operationId}`);
}

describe("POST /api/media/jobs/bulk", () => {
  test("moves what the list's filter shows, in the background; the operation says how it went", async () => {
    await enqueue(5);
    await enqueue(2, "bad");
    const [status, begun] = await bulk({
      filter: { type: "plain_alias", status: ["pending"] },
      action: "pause",
    });
    expect([status, begun]).toEqual([202, { operationId: expect.any(String), matched: 5 }]);
    await app.operations.settled();
    expect(await get(`/api/operations/${begun.operationId}`)).toMatchObject({
      id: begun.operationId,
      action: "pause",
      filter: "status=pending&type=plain_alias",
      by: "Olga Owner",
      status: "done",
      matched: 5,
      done: 5,
      failed: 0,
      skipped: 0,
      progress: 100,
      undoable: true,
    });
    expect((await get("/api/media/jobs?status=paused")).pagination.total).toBe(5);
    expect((await get("/api/operations")).data.map((o: any) => o.id)).toEqual([begun.operationId]);
  });

  test("a dry run counts by state, by queue and by what is legal, and moves nothing", async () => {
    const [first] = await enqueue(3);
    await enqueue(2, "bad");
    await app.queue.move(first!, "pause", null);
    expect(await bulk({ filter: {}, action: "pause", dryRun: true })).toEqual([
      200,
      { matched: 5, byStatus: { pending: 4, paused: 1 }, byQueue: { a: 3, b: 2 }, legal: 4, isLeast: false },
    ]);
    expect(
      await bulk({ filter: { queue: "a", status: "paused,failed" }, action: "resume", dryRun: true }),
    ).toEqual([200, { matched: 1, byStatus: { paused: 1 }, byQueue: { a: 1 }, legal: 1, isLeast: false }]);
    expect(await bulk({ ids: [String(first)], action: "retry", dryRun: true })).toEqual([
      200,
      { matched: 1, byStatus: { paused: 1 }, byQueue: { a: 1 }, legal: 0, isLeast: false },
    ]);
    expect((await get("/api/operations")).data).toEqual([]);
  });

  test("a dry run tells cleared failures from those that are not", async () => {
    const ids = await enqueue(3, "bad");
    await app.worker.start();
    await settled();
    await app.clock.advance(1000);
    await app.worker.stop();
    await app.queue.move(ids[0]!, "acknowledge", null);
    const legal = async (action: string) =>
      (await bulk({ filter: { status: "failed" }, action, dryRun: true }))[1].legal;
    expect([await legal("acknowledge"), await legal("unacknowledge"), await legal("retry")]).toEqual([
      2, 1, 3,
    ]);
  });

  test("by ids; those that are not there match nothing", async () => {
    const [first] = await enqueue(2);
    expect(await complete({ ids: [String(first), "999"], action: "cancel" })).toMatchObject({
      filter: `ids=${first},999`,
      matched: 1,
      done: 1,
    });
  });

  test("takes what its action needs, and says where it is wrong", async () => {
    const wrong = async (body: object) => {
      const [status, { errors }] = await bulk(body);
      return [status, errors.map((e: any) => e.path.join("."))];
    };
    const filter = {};
    expect(await wrong({ action: "cancel" })).toEqual([422, ["filter"]]);
    expect(await wrong({ action: "cancel", filter, ids: ["1"] })).toEqual([422, ["filter"]]);
    expect(await wrong({ action: "explode", filter })).toEqual([422, ["action"]]);
    expect(await wrong({ action: "priority", filter })).toEqual([422, ["params.priority"]]);
    expect(await wrong({ action: "priority", filter, params: { priority: 11 } })).toEqual([
      422,
      ["params.priority"],
    ]);
    expect(await wrong({ action: "cancel", filter, params: { forS: 60 } })).toEqual([422, ["params.forS"]]);
    expect(await wrong({ action: "position", filter })).toEqual([422, ["params.position"]]);
    // A key with a slip would else mean every job.
    expect((await bulk({ action: "remove", filter: { stauts: "failed" } }))[0]).toBe(422);
    expect(await wrong({ action: "cancel", filter: { queue: "nope" } })).toEqual([422, ["filter.queue"]]);
    expect(await wrong({ action: "cancel", filter: { q: "stauts:failed" } })).toEqual([422, ["filter.q"]]);
    const params = { until: "2001-01-01T00:00:00Z" };
    expect(await wrong({ action: "pause", filter, params })).toEqual([422, ["params.until"]]);
  });

  test("refuses a filter whose value is empty: a script's unset variable does not mean every job", async () => {
    await enqueue(3);
    const empties = [
      { status: "" },
      { status: [] },
      { queue: "," },
      { type: [""] },
      { q: " " },
      { fingerprint: "" },
      { resourceCategory: "" },
    ];
    for (const filter of empties) {
      const [status, { errors }] = await bulk({ action: "remove", filter });
      expect([status, errors[0].path]).toEqual([422, ["filter", Object.keys(filter)[0]]]);
    }
    expect((await get("/api/media/jobs?status=&q=")).pagination.total).toBe(3);
  });

  test("pauses for a time, sets priorities, moves to the front", async () => {
    const ids = await enqueue(3);
    const last = String(ids[2]);
    await complete({ ids: [last], action: "position", params: { position: "first" } });
    expect((await get(`/api/media/jobs/${last}`)).queuePosition).toBe(1);
    await complete({ filter: { queue: "a" }, action: "priority", params: { priority: 2 } });
    expect((await get(`/api/media/jobs/${last}`)).priority).toBe(2);
    const op = await complete({ ids: [last], action: "pause", params: { forS: 3600 } });
    expect(op.params).toEqual({ until: new Date(app.clock.now() + 3_600_000).toISOString() });
    expect((await app.store.get(ids[2]!))!.pauseEnds).toEqual({ at: app.clock.now() + 3_600_000 });
  });

  test("leaves jobs alone that NSFW hides", async () => {
    const path = mkdtempSync(join(tmpdir(), "sprocket-shy-"));
    const { id } = await createLibrary(app, { name: "Shy", path, nsfw: true });
    rmSync(path, { recursive: true });
    const [hidden] = await enqueue(1, "shy", { library: id });
    for (const meant of [{ filter: { queue: "b" } }, { ids: [String(hidden)] }])
      expect(await complete({ ...meant, action: "cancel" })).toMatchObject({ matched: 0, done: 0 });
    expect((await app.store.get(hidden!))!.status).toBe("pending");
    await owner("PATCH", "/api/admin/settings", { nsfwVisible: true });
    expect(await complete({ filter: { library: String(id) }, action: "cancel" })).toMatchObject({
      matched: 1,
      done: 1,
    });
  });
});

describe("/api/operations/:id", () => {
  test("undo puts the jobs back and says how many it could not", async () => {
    const [first, second] = await enqueue(2);
    const op = await complete({ filter: { queue: "a" }, action: "cancel" });
    await app.queue.move(second!, "remove", null);
    expect((await post(`/api/operations/${op.id}/undo`))[0]).toBe(202);
    await app.operations.settled();
    expect(await get(`/api/operations/${op.id}`)).toMatchObject({
      status: "undone",
      undone: 1,
      notUndone: 1,
      undoable: false,
      progress: 100,
    });
    expect((await app.store.get(first!))!.status).toBe("pending");
    expect((await post(`/api/operations/${op.id}/undo`))[0]).toBe(409);
  });

  test("removing many can be thought better of for ten seconds", async () => {
    await enqueue(2);
    const [, { operationId }] = await bulk({ filter: { queue: "a" }, action: "remove" });
    await settled();
    expect(await get(`/api/operations/${operationId}`)).toMatchObject({
      status: "waiting",
      startsAt: new Date(app.clock.now() + 10_000).toISOString(),
      undoable: true,
    });
    expect(await post(`/api/operations/${operationId}/undo`)).toMatchObject([202, { status: "aborted" }]);
    expect((await post(`/api/operations/${operationId}/abort`))[0]).toBe(409);
    expect((await get("/api/media/jobs")).pagination.total).toBe(2);
  });

  test("one that does not exist is 404", async () => {
    expect((await owner("GET", "/api/operations/77")).status).toBe(404);
    for (const verb of ["abort", "undo", "resume"])
      expect((await owner("POST", `/api/operations/77/${verb}`)).status).toBe(404);
  });

  test("is for owners: a member gets 403, nobody 401", async () => {
    await enqueue(1);
    const { id } = await complete({ filter: {}, action: "pause" });
    const member = await memberBrowser(app, site);
    const nobody = browser(site, "198.51.100.4", "nas.local:8420");
    for (const [method, path] of [
      ["POST", "/api/media/jobs/bulk"],
      ["GET", "/api/operations"],
      ["GET", `/api/operations/${id}`],
      ["POST", `/api/operations/${id}/abort`],
      ["POST", `/api/operations/${id}/undo`],
      ["POST", `/api/operations/${id}/resume`],
    ] as const) {
      const body = path.endsWith("bulk") ? { filter: {}, action: "cancel" } : undefined;
      expect([path, (await member(method, path, body)).status]).toEqual([path, 403]);
      expect([path, (await nobody(method, path, body)).status]).toEqual([path, 401]);
    }
  });
});

describe("the audit log", () => {
  test("says who did what to which jobs and how many, and who undid it", async () => {
    await enqueue(3);
    const { id } = await complete({ filter: { queue: "a" }, action: "priority", params: { priority: 1 } });
    await post(`/api/operations/${id}/undo`);
    await app.operations.settled();
    const { data } = await get("/api/admin/audit?limit=2");
    expect(data).toMatchObject([
      {
        actor: "owner@example.org",
        action: "operation.undo",
        target: `operation:${id}`,
        detail: { undone: 3 },
      },
      {
        actor: "owner@example.org",
        action: "jobs.priority",
        target: `operation:${id}`,
        detail: { filter: "queue=a", params: { priority: 1 }, status: "done", matched: 3, done: 3 },
      },
    ]);
  });

  test("and the history says so in a sentence", async () => {
    await enqueue(3);
    await complete({ filter: { queue: "a" }, action: "cancel" });
    const [event] = await get("/api/history?event=bulk");
    expect(event).toMatchObject({
      event: "bulk",
      actor: "Olga Owner",
      detail: "Cancelled 3 jobs. Meant: all jobs in a.",
    });
  });

  test("a dry run leaves no trace", async () => {
    const before = (await get("/api/admin/audit")).pagination.total;
    await bulk({ filter: {}, action: "remove", dryRun: true });
    expect((await get("/api/admin/audit")).pagination.total).toBe(before);
  });
});
