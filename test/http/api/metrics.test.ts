// Charts and statistics over the API, and what a queue says of its pace, its backlog and its state.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import type { Tools } from "../../../src/jobs/tools.ts";
import { Catalogue, type JobKind, type Run } from "../../../src/queue/kind.ts";
import { apiSite } from "../../support/api-site.ts";
import { type Browser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";

let app: TestApp;
let owner: Browser;
let finish: (() => void)[];

/** Each run lasts until the test ends it, and dies when it is told to. */
const slow: JobKind<any, Tools> = {
  name: "slow",
  label: "Slow work",
  description: "Waits",
  queue: "a",
  category: "cpu",
  params: z.looseObject({}),
  maxRetries: 0,
  stuckAfterS: 60,
  dedupKey: () => null,
  about: () => ({ type: "none", id: null, label: "x" }),
  run: ({ signal }: Run) =>
    new Promise<void>((resolve, reject) => {
      finish.push(resolve);
      signal.addEventListener("abort", () => reject(new Error("stopped")));
    }),
};

beforeEach(async () => {
  finish = [];
  const queues = ["a", "b"].map((name) => ({ name, section: "Test", description: name, weight: 1, base: 1 }));
  app = await testApp({ catalogue: new Catalogue(queues, [slow]) });
  owner = await ownerBrowser(apiSite(app));
});
afterEach(async () => {
  await app.worker.stop();
  await app.close();
});

const get = async (path: string) => (await (await owner("GET", path)).json()) as any;
const enqueue = async (n: number) => {
  for (let i = 0; i < n; i++) await app.queue.enqueue("slow", {});
  await settled();
};
/** One job after another, `runS` each. */
async function work(n: number, runS: number) {
  for (let i = 0; i < n; i++) {
    await app.clock.advance(runS * 1000);
    for (const end of finish.splice(0)) end();
    await settled();
  }
}

describe("/api/metrics/series", () => {
  test("follows what the worker measured, wait and run apart", async () => {
    app.worker.start();
    await enqueue(4);
    await work(4, 30);
    const span = "from=2026-01-01T00:00:00Z&to=2026-01-01T00:10:00Z";
    const completed = await get(`/api/metrics/series?name=completed&queue=a&${span}`);
    expect(completed).toMatchObject({ name: "completed", queue: "a", unit: "jobs", stepS: 60 });
    expect(completed.points.map((p: any) => [p.at, p.value, p.partial])).toEqual([
      ["2026-01-01T00:00:00.000Z", 1, false],
      ["2026-01-01T00:01:00.000Z", 2, false],
      ["2026-01-01T00:02:00.000Z", 1, true],
    ]);
    expect((await get(`/api/metrics/series?name=run-avg&${span}`)).points[0].value).toBe(30_000);
    const waits = (await get(`/api/metrics/series?name=wait-p50&${span}`)).points.map((p: any) => p.value);
    // The first started at once, the last waited for three others.
    expect(waits[0]).toBeLessThan(10);
    expect(waits[2] / 90_000).toBeCloseTo(1, 0);
  });

  test("what is not there is 404, what makes no sense 422 naming what does", async () => {
    expect((await owner("GET", "/api/metrics/series?name=rate&queue=nope")).status).toBe(404);
    expect((await owner("GET", "/api/metrics/series?name=rate&kind=nope")).status).toBe(404);
    for (const [query, allowed] of [
      ["name=speed", "failure-rate"],
      ["", "failure-rate"],
      ["name=rate&step=17", "3600"],
      ["name=rate&from=2020-01-01&to=2026-01-01", "400 days"],
      ["name=rate&from=2026-02-01&to=2026-01-01", "before"],
    ]) {
      const answer = await owner("GET", `/api/metrics/series?${query}`);
      expect(answer.status).toBe(422);
      expect(JSON.stringify(await answer.json())).toContain(allowed!);
    }
  });
});

test("/api/metrics/statistics and marks answer from the first minute", async () => {
  expect(await get("/api/metrics/statistics")).toMatchObject({
    today: { completed: 0, failed: 0 },
    kinds: [],
    failureRate: { last7Days: null },
  });
  app.worker.start();
  await enqueue(2);
  await work(2, 10);
  expect(await get("/api/metrics/statistics")).toMatchObject({
    today: { completed: 2, failed: 0 },
    kinds: [{ kind: "slow", label: "Slow work", completed: 2, averageRunMs: 10_000 }],
  });
  await app.history.record({ event: "paused", queue: "a", actor: "Olga" });
  await app.clock.advance(1);
  expect(await get("/api/metrics/marks")).toEqual([
    { at: "2026-01-01T00:00:20.000Z", event: "paused", queue: "a", actor: "Olga", detail: null },
  ]);
});

describe("a queue", () => {
  const queue = () => get("/api/queues/a");

  test("has its pace, and an estimate as a range with its middle", async () => {
    app.worker.start();
    await enqueue(30);
    expect(await queue()).toMatchObject({
      eta: null,
      etaRange: null,
      averageRunMs: null,
      lastCompletedAt: null,
    });
    await work(12, 10);
    const view = await queue();
    expect(view).toMatchObject({
      state: "running",
      waiting: 17,
      active: 1,
      rate: 6,
      averageRunMs: 10_000,
      lastCompletedAt: "2026-01-01T00:02:00.000Z",
    });
    // 17 and a half at 10 s each.
    expect(view.etaRange.lowS).toBeLessThan(175);
    expect(view.etaRange.highS).toBeGreaterThan(175);
    expect(view.etaRange.highS).toBeLessThan(400);
    expect(view.eta).toBeGreaterThan(view.etaRange.lowS);
    expect(view.eta).toBeLessThan(view.etaRange.highS);
  });

  test("with nothing to do is idle and done now", async () => {
    expect(await queue()).toMatchObject({ state: "idle", eta: 0, etaRange: { lowS: 0, highS: 0 }, rate: 0 });
  });

  test("that is paused, or all of them, says so and estimates nothing", async () => {
    await enqueue(1);
    await owner("PATCH", "/api/queues/a", { pauseForS: 900 });
    expect(await queue()).toMatchObject({
      state: "paused",
      isPaused: true,
      pausedUntil: "2026-01-01T00:15:00.000Z",
      isEverythingPaused: false,
      etaRange: null,
    });
    await owner("PATCH", "/api/queues/a", { isPaused: false });
    await owner("POST", "/api/actions/pause-all", {});
    expect(await queue()).toMatchObject({ state: "paused", isPaused: true, isEverythingPaused: true });
  });

  test("whose work nobody takes for a minute is stalled", async () => {
    // No worker runs.
    await enqueue(1);
    expect((await queue()).state).toBe("idle");
    await app.clock.advance(50_000);
    expect((await queue()).state).toBe("idle");
    await app.clock.advance(20_000);
    expect((await queue()).state).toBe("stalled");
  });

  test("is not stalled the moment it is resumed after hours", async () => {
    await owner("PATCH", "/api/queues/a", { isPaused: true });
    await enqueue(1);
    await app.clock.advance(3_600_000);
    expect((await queue()).state).toBe("paused");
    await owner("PATCH", "/api/queues/a", { isPaused: false });
    expect((await queue()).state).toBe("idle");
  });

  test("whose slots are all taken by stuck jobs is stalled", async () => {
    app.worker.start();
    await enqueue(2);
    await app.clock.advance(59_000);
    expect(await queue()).toMatchObject({ state: "running", stuckJobs: [] });
    await app.clock.advance(10_000);
    expect(await queue()).toMatchObject({
      state: "stalled",
      stuckJobs: [{ jobId: "1", ageSeconds: 69, silentSeconds: expect.any(Number) }],
    });
  });
});
