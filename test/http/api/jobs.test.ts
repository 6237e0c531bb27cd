import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createApp } from "../../../src/http/app.ts";
import { Catalogue } from "../../../src/queue/kind.ts";
import { GiveUp } from "../../../src/runtime/errors.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";
import { testKind } from "../../support/queue.ts";

const queues = ["a", "b"].map((name) => ({ name, section: "Test", description: name, weight: 1, base: 1 }));
let ends: (() => void)[] = [];
const kinds = [
  testKind({
    name: "quick",
    alias: "quick_alias",
    act: (job) => job.log(`did ${JSON.stringify(job.params)}`),
  }),
  testKind({
    name: "bad",
    act: () => {
      throw new GiveUp("input.truncated", "The film ends in the middle.");
    },
  }),
  testKind({
    name: "long",
    queue: "b",
    act: (job) =>
      new Promise<void>((resolve, reject) => {
        ends.push(resolve);
        job.progress(25);
        job.signal.addEventListener("abort", () => reject(job.signal.reason));
      }),
  }),
];

let app: TestApp;
let owner: Browser;
let member: Browser;
beforeAll(async () => {
  app = await testApp({ catalogue: new Catalogue(queues, kinds) });
  const site = createApp(app);
  owner = await ownerBrowser(site);
  member = await memberBrowser(app, site);
  await app.worker.start();
});
afterAll(async () => {
  await app.worker.stop();
  await app.close();
});

async function create(type: string, body: object = {}) {
  const answer = await owner("POST", "/api/media/jobs", { type, params: {}, ...body });
  await settled();
  return (await answer.json()) as { id: string; status: string };
}
const get = async (path: string) => (await owner("GET", path)).json() as Promise<any>;

describe("/api/media/jobs", () => {
  test("creating a job answers 201 with it; afterwards it has its log and attempt", async () => {
    const answer = await owner("POST", "/api/media/jobs", {
      type: "quick_alias",
      params: { n: 1 },
      priority: 3,
    });
    expect(answer.status).toBe(201);
    const job = (await answer.json()) as any;
    expect(job).toMatchObject({
      type: "quick_alias",
      kind: "quick",
      queue: "a",
      priority: 3,
      params: { n: 1 },
    });
    await settled();
    expect(await get(`/api/media/jobs/${job.id}`)).toMatchObject({
      status: "completed",
      log: expect.stringContaining('did {"n":1}'),
      attempts: [{ number: 1, outcome: "completed" }],
    });
  });

  test("an unknown type and bad params are 422 with the path of each fault", async () => {
    const unknown = await owner("POST", "/api/media/jobs", { type: "nope", params: {} });
    expect(unknown.status).toBe(422);
    expect(unknown.headers.get("content-type")).toContain("application/problem+json");
    expect(await unknown.json()).toMatchObject({
      status: 422,
      code: "type.unknown",
      errors: [{ path: ["type"] }],
    });
    const bad = await owner("POST", "/api/media/jobs", { type: "quick", params: {}, priority: 11 });
    expect(await bad.json()).toMatchObject({ status: 422, errors: [{ path: ["priority"] }] });
  });

  test("a failure shows its code, message and what to do next", async () => {
    const { id } = await create("bad");
    expect((await get(`/api/media/jobs/${id}`)).failure).toMatchObject({
      code: "input.truncated",
      message: "The film ends in the middle.",
      hint: expect.any(String),
    });
  });

  test("a retry appends its marker to the log; a second one while it runs is 409 naming the state", async () => {
    const { id } = await create("bad");
    expect((await owner("POST", `/api/media/jobs/${id}/retry`)).status).toBe(200);
    await settled();
    const job = await get(`/api/media/jobs/${id}`);
    expect(job.log).toContain("--- RETRY ATTEMPT 1 ---");
    expect(job.attempts).toHaveLength(2);
    const { id: done } = await create("quick");
    const again = await owner("POST", `/api/media/jobs/${done}/retry`);
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ detail: expect.stringContaining("completed") });
  });

  test("what runs shows progress; what waits behind it says why; both can be cancelled", async () => {
    const first = await create("long");
    const second = await create("long");
    await app.clock.advance(250);
    expect(await get(`/api/media/jobs/${first.id}`)).toMatchObject({
      status: "running",
      progress: 25,
      waitingReason: null,
    });
    expect(await get(`/api/media/jobs/${second.id}`)).toMatchObject({
      status: "queued",
      queuePosition: 1,
      waitingReason: expect.stringContaining("1 of 1 b jobs running"),
    });
    expect((await get("/api/media/jobs?status=queued")).data.map((j: any) => j.id)).toEqual([second.id]);
    expect((await get("/api/media/jobs?status=pending")).data).toEqual([]);
    await owner("POST", `/api/media/jobs/${first.id}/cancel`);
    await settled();
    expect((await get(`/api/media/jobs/${first.id}`)).log).toContain("--- CANCELLED BY OLGA OWNER. ---");
    expect(await get(`/api/media/jobs/${second.id}`)).toMatchObject({ status: "running" });
    await owner("POST", `/api/media/jobs/${second.id}/cancel`);
    await settled();
    ends = [];
  });

  test("queued jobs are listed among other states too", async () => {
    const running = await create("long");
    const queued = await create("long");
    const ids = async (status: string) =>
      (await get(`/api/media/jobs?status=${status}&queue=b`)).data.map((j: any) => j.id);
    expect(await ids("queued,running")).toEqual([queued.id, running.id]);
    expect(await ids("queued,delayed")).toEqual([queued.id]);
    await owner("POST", `/api/media/jobs/${queued.id}/cancel`);
    await owner("POST", `/api/media/jobs/${running.id}/cancel`);
    await settled();
  });

  test("a job that is about to start is not held back by itself", async () => {
    const answer = await owner("POST", "/api/media/jobs", { type: "quick", params: { mine: true } });
    expect(await answer.json()).toMatchObject({ waitingReason: expect.not.stringContaining("running") });
    await settled();
  });

  test("what a filter names must exist", async () => {
    for (const bad of ["type=bogus", "queue=bogus", "file=abc"])
      expect((await owner("GET", `/api/media/jobs?${bad}`)).status).toBe(422);
    expect((await owner("GET", "/api/media/jobs/abc")).status).toBe(404);
    expect((await owner("GET", "/api/media/jobs/0001")).status).toBe(404);
  });

  test("the priority of a job that is over stays as it was", async () => {
    const { id } = await create("quick");
    expect((await owner("PATCH", `/api/media/jobs/${id}`, { priority: 2 })).status).toBe(409);
  });

  test("a job in the future is pending with its time and its reason", async () => {
    const runAt = new Date(app.clock.now() + 3_600_000).toISOString();
    const { id } = await create("quick", { runAt });
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({
      status: "pending",
      runAt,
      waitingReason: expect.stringContaining("Scheduled"),
    });
    expect((await get("/api/media/jobs?status=delayed")).data.map((j: any) => j.id)).toEqual([id]);
    expect((await owner("DELETE", `/api/media/jobs/${id}`)).status).toBe(204);
    expect((await owner("GET", `/api/media/jobs/${id}`)).status).toBe(404);
  });

  test("a pause may say for how long; what waits is not started, and ends by itself or by resuming", async () => {
    const runAt = new Date(app.clock.now() + 3_600_000).toISOString();
    const { id } = await create("quick", { runAt });
    const pause = (body?: object) => owner("POST", `/api/media/jobs/${id}/pause`, body);
    const until = new Date(app.clock.now() + 900_000).toISOString();
    for (const [body, faulty] of [
      [{ forS: 60, until }, "until"],
      [{ until: "2020-01-01T00:00:00Z" }, "until"],
      [{ untilPlaybackEnds: true }, "untilPlaybackEnds"],
    ] as const) {
      const answer = await pause(body);
      expect([answer.status, ((await answer.json()) as any).errors[0].path]).toEqual([422, [faulty]]);
    }
    expect((await pause({ forever: true })).status).toBe(422);
    expect((await get(`/api/media/jobs/${id}`)).status).toBe("pending");
    expect(await (await pause({ forS: 900 })).json()).toMatchObject({
      status: "paused",
      pausedBy: "Olga Owner",
      pausedUntil: until,
    });
    const again = await pause();
    expect([again.status, ((await again.json()) as any).detail]).toEqual([
      409,
      expect.stringContaining("paused"),
    ]);
    expect((await owner("POST", `/api/media/jobs/${id}/resume`)).status).toBe(200);
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({ status: "pending", runAt, pausedBy: null });
    await pause();
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({ status: "paused", pausedUntil: null });
    await owner("DELETE", `/api/media/jobs/${id}`);
  });

  test("what runs is frozen where it is by a pause, and goes on when it is resumed", async () => {
    const { id } = await create("long");
    const frozen = await owner("POST", `/api/media/jobs/${id}/pause`);
    expect(await frozen.json()).toMatchObject({ status: "paused", frozen: true, pausedBy: "Olga Owner" });
    const resumed = await owner("POST", `/api/media/jobs/${id}/resume`);
    expect(resumed.status).toBe(200);
    await settled();
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({ status: "running", frozen: false });
    expect((await owner("POST", `/api/media/jobs/${id}/resume`)).status).toBe(409);
    const removed = await owner("DELETE", `/api/media/jobs/${id}`);
    expect([removed.status, ((await removed.json()) as any).detail]).toEqual([
      409,
      expect.stringContaining("running"),
    ]);
    await owner("POST", `/api/media/jobs/${id}/cancel`);
    await settled();
    ends = [];
  });

  test("priority and place in the queue are changed while it waits", async () => {
    const running = await create("long");
    const [first, second, third] = [await create("long"), await create("long"), await create("long")];
    const patch = (id: string, body: object) => owner("PATCH", `/api/media/jobs/${id}`, body);
    const line = async () =>
      (await get("/api/media/jobs?status=queued,pending&queue=b&sort=position")).data.map((j: any) => j.id);
    expect(await (await patch(third.id, { position: "first" })).json()).toMatchObject({ queuePosition: 1 });
    expect(await line()).toEqual([third.id, first.id, second.id]);
    await patch(third.id, { position: "last" });
    expect(await line()).toEqual([first.id, second.id, third.id]);
    expect(await (await patch(second.id, { priority: 1 })).json()).toMatchObject({
      priority: 1,
      queuePosition: 1,
    });
    for (const bad of [{}, { priority: 0 }, { priority: 11 }, { position: "third" }, { rank: 1 }])
      expect([bad, (await patch(second.id, bad)).status]).toEqual([bad, 422]);
    const late = await patch(running.id, { position: "first" });
    expect([late.status, ((await late.json()) as any).detail]).toEqual([
      409,
      expect.stringContaining("running"),
    ]);
    for (const { id } of [first, second, third, running]) await owner("POST", `/api/media/jobs/${id}/cancel`);
    await settled();
    ends = [];
  });

  test("lists are narrowed by type, category and queue", async () => {
    await create("quick");
    const all = async (query: string) => (await get(`/api/media/jobs?limit=200&${query}`)).data as any[];
    expect(new Set((await all("type=quick_alias")).map((j) => j.kind))).toEqual(new Set(["quick"]));
    expect(await all("resourceCategory=gpu_ai")).toEqual([]);
    expect((await all("resourceCategory=cpu,gpu_ai")).length).toBeGreaterThan(0);
    expect(new Set((await all("queue=b")).map((j) => j.queue))).toEqual(new Set(["b"]));
    expect((await owner("GET", "/api/media/jobs?resourceCategory=tpu")).status).toBe(422);
  });

  test("a failure is cleared, once, and brought back", async () => {
    const { id } = await create("bad");
    const verb = async (name: string) => {
      const answer = await owner("POST", `/api/media/jobs/${id}/${name}`);
      return [answer.status, ((await answer.json()) as any).acknowledgedAt];
    };
    const now = new Date(app.clock.now()).toISOString();
    expect(await verb("acknowledge")).toEqual([200, now]);
    expect(await verb("acknowledge")).toEqual([409, undefined]);
    expect(await verb("unacknowledge")).toEqual([200, null]);
    expect(await verb("unacknowledge")).toEqual([409, undefined]);
  });

  test("every verb on a job that is not there is 404", async () => {
    for (const verb of ["retry", "cancel", "pause", "resume", "acknowledge", "unacknowledge"])
      expect([verb, (await owner("POST", `/api/media/jobs/99999/${verb}`)).status]).toEqual([verb, 404]);
    expect((await owner("PATCH", "/api/media/jobs/99999", { priority: 1 })).status).toBe(404);
    expect((await owner("DELETE", "/api/media/jobs/99999")).status).toBe(404);
  });

  test("each change is in the audit log, refused ones are not", async () => {
    const { id } = await create("bad");
    const since = new Date(app.clock.now()).toISOString();
    await owner("POST", `/api/media/jobs/${id}/resume`);
    await owner("POST", `/api/media/jobs/${id}/retry`);
    await settled();
    await owner("DELETE", `/api/media/jobs/${id}`);
    const { data } = await get(`/api/admin/audit?action=job.*&from=${since}`);
    expect(data.filter((e: any) => e.target === `job:${id}`)).toMatchObject([
      { actor: "owner@example.org", action: "job.remove" },
      { actor: "owner@example.org", action: "job.retry" },
    ]);
  });

  test("pages say how many there are; a limit over 200 is refused", async () => {
    const page = await get("/api/media/jobs?limit=2&page=2&status=completed,failed");
    expect(page.data).toHaveLength(2);
    expect(page.pagination).toMatchObject({ page: 2, limit: 2, total: expect.any(Number) });
    expect((await owner("GET", "/api/media/jobs?limit=201")).status).toBe(422);
    expect((await owner("GET", "/api/media/jobs?status=bogus")).status).toBe(422);
  });

  test("stats add up", async () => {
    const stats = await get("/api/media/jobs/stats");
    const total = (await get("/api/media/jobs")).pagination.total;
    const { pending, queued, running, completed, failed, cancelled, paused } = stats;
    expect(pending + queued + running + completed + failed + cancelled + paused).toBe(total);
    expect(stats.jobsByType.quick_alias).toBeGreaterThan(0);
  });

  test("nobody gets 401 and a member 403", async () => {
    for (const path of [
      "/api/media/jobs",
      "/api/media/jobs/1",
      "/api/queues",
      "/api/status",
      "/api/jobs/stream",
    ])
      expect((await member("GET", path)).status).toBe(403);
    expect((await member("POST", "/api/queues/a/purge")).status).toBe(403);
  });
});

describe("/api/queues", () => {
  test("a paused queue says so, by whom, and starts nothing until it is resumed", async () => {
    const paused = await owner("PATCH", "/api/queues/a", { pauseForS: 900 });
    expect(await paused.json()).toMatchObject({
      isPaused: true,
      pausedUntil: new Date(app.clock.now() + 900_000).toISOString(),
    });
    const { id } = await create("quick");
    expect((await get(`/api/media/jobs/${id}`)).waitingReason).toMatch(
      /^The queue a was paused by Olga Owner .*for another 15 min/,
    );
    await owner("PATCH", "/api/queues/a", { isPaused: false });
    await settled();
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({ status: "completed" });
  });

  test("a pause that cannot be meant is refused and changes nothing", async () => {
    for (const bad of [
      { pauseUntil: "2020-01-01T00:00:00Z" },
      { pauseForS: 99_999_999_999_999 },
      { isPaused: false, pauseForS: 60 },
      { pauseForS: 60, pauseUntil: "2099-01-01T00:00:00Z" },
      { bogus: 1 },
    ])
      expect((await owner("PATCH", "/api/queues/a", bad)).status).toBe(422);
    expect((await owner("POST", "/api/actions/pause-all", { bogus: 60 })).status).toBe(422);
    expect((await get("/api/queues/a")).isPaused).toBe(false);
  });

  test("retrying failures leaves alone those that were cleared", async () => {
    await create("bad");
    await owner("POST", "/api/queues/a/clear-failed");
    await create("bad");
    expect(await (await owner("POST", "/api/queues/a/retry-failed")).json()).toEqual({ retried: 1 });
    await settled();
  });

  test("clearing failures keeps the rows and takes them out of the count; purging removes them", async () => {
    await create("bad");
    const before = await get("/api/queues/a");
    expect(before.failed).toBeGreaterThan(0);
    const failed = async () => (await get("/api/media/jobs?status=failed&queue=a")).pagination.total;
    const kept = await failed();
    expect(await (await owner("POST", "/api/queues/a/clear-failed")).json()).toEqual({
      cleared: before.failed,
    });
    expect(await get("/api/queues/a")).toMatchObject({ failed: 0 });
    expect(await failed()).toBe(kept);
    const { purged } = (await (await owner("POST", "/api/queues/a/purge")).json()) as { purged: number };
    expect(purged).toBeGreaterThanOrEqual(before.failed);
    expect((await get("/api/media/jobs?queue=a")).pagination.total).toBe(0);
  });

  test("purging leaves a frozen run alone, and removes what was paused while it waited", async () => {
    const { id } = await create("long");
    await owner("POST", `/api/media/jobs/${id}/pause`);
    await settled();
    await owner("PATCH", "/api/queues/a", { isPaused: true });
    const waiting = await create("quick");
    await owner("POST", `/api/media/jobs/${waiting.id}/pause`);
    expect(await (await owner("POST", "/api/queues/a/purge")).json()).toEqual({ purged: 1 });
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({ status: "paused", frozen: true });
    await owner("PATCH", "/api/queues/a", { isPaused: false });
    await owner("POST", `/api/media/jobs/${id}/cancel`);
    await settled();
  });

  test("kill-all cancels what runs", async () => {
    const { id } = await create("long");
    expect(await (await owner("POST", "/api/actions/kill-all")).json()).toEqual({ cancelled: 1 });
    expect((await get(`/api/media/jobs/${id}`)).status).toBe("cancelled");
  });

  test("an unknown queue is 404", async () => {
    expect((await owner("GET", "/api/queues/nope")).status).toBe(404);
    expect((await owner("POST", "/api/queues/nope/purge")).status).toBe(404);
  });

  test("/api/status sums the queues up", async () => {
    expect(await get("/api/status")).toMatchObject({
      connected: true,
      queues: 2,
      totalWaiting: 0,
      totalActive: 0,
      paused: false,
    });
  });
});

describe("/api/jobs/stream", () => {
  async function read(answer: Response, until: (text: string) => boolean): Promise<string> {
    const reader = answer.body!.getReader();
    let text = "";
    while (!until(text)) {
      const { done, value } = await reader.read();
      if (done) break;
      text += new TextDecoder().decode(value);
    }
    await reader.cancel();
    return text;
  }

  test("begins with a snapshot, then tells of each job, and replays what a reader missed", async () => {
    const first = await owner("GET", "/api/jobs/stream");
    expect(first.headers.get("content-type")).toContain("text/event-stream");
    const reading = read(first, (t) => t.includes('"status":"completed"'));
    await settled();
    const { id } = await create("quick");
    await app.clock.advance(250);
    const text = await reading;
    expect(text.indexOf("event: stats")).toBeLessThan(text.indexOf("event: job"));
    const message = text.split("\n\n").find((m) => m.includes("event: job") && m.includes(`"id":"${id}"`))!;
    expect(message).toContain('"status":"completed"');
    const lastId = /id: (.+)/.exec(message)![1]!;

    const { id: missed } = await create("quick");
    await app.clock.advance(250);
    const again = await owner("GET", "/api/jobs/stream", undefined, { "last-event-id": lastId });
    const replay = await read(again, (t) => t.includes(`"id":"${missed}"`));
    expect(replay).not.toContain(`"id":"${id}"`);
  });

  test("a reader who comes back with the snapshot's id misses nothing", async () => {
    const first = await owner("GET", "/api/jobs/stream");
    const reading = read(first, (t) => t.includes("event: stats"));
    await settled();
    const lastId = /id: (.+)/.exec(await reading)![1]!;
    const { id } = await create("quick");
    await app.clock.advance(250);
    const again = await owner("GET", "/api/jobs/stream", undefined, { "last-event-id": lastId });
    expect(await read(again, (t) => t.includes(`"id":"${id}"`))).toContain(`"id":"${id}"`);
  });

  test("a burst of changes is told whole, a part each round", async () => {
    await owner("PATCH", "/api/queues/a", { isPaused: true });
    const stream = await owner("GET", "/api/jobs/stream");
    const asked = Array.from({ length: 450 }, (_, n) => ({ kind: "quick", params: { n } }));
    const { jobIds } = await app.queue.enqueueMany(asked);
    const seen = new Set<string>();
    const reading = read(stream, (t) => {
      for (const [, id] of t.matchAll(/event: job\ndata: \{"id":"(\d+)"/g)) seen.add(id!);
      return jobIds.every((id) => seen.has(String(id)));
    });
    for (let i = 0; i < 6; i++) await app.clock.advance(250);
    await reading;
    expect(jobIds.every((id) => seen.has(String(id)))).toBe(true);
    await owner("POST", "/api/queues/a/purge");
    await owner("PATCH", "/api/queues/a", { isPaused: false });
  });
});
