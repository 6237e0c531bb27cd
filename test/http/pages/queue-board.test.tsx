// The board of queues and the gauges as pages show them: what a queue waits for, what a purge would take, how full the
// machine is.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createApp } from "../../../src/http/app.ts";
import { sharesOf } from "../../../src/http/pages/cpu-shares.ts";
import { Catalogue } from "../../../src/queue/kind.ts";
import { type Browser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";
import { testKind } from "../../support/queue.ts";

describe("the board of queues", () => {
  let app: TestApp;
  let owner: Browser;
  let end: () => void;
  const page = async (path = "/admin/jobs") => (await owner("GET", path)).text();
  const card = async (queue: string) =>
    new RegExp(`id="queue-${queue}".*?class="actions"`, "s").exec(await page())![0];

  beforeEach(async () => {
    const slow = testKind({
      act: (job) =>
        new Promise<void>((resolve, reject) => {
          end = resolve;
          job.signal.addEventListener("abort", () => reject(new Error("stopped")));
        }),
    });
    const queues = [{ name: "a", section: "Test", description: "What a does", weight: 1, base: 1 }];
    app = await testApp({ catalogue: new Catalogue(queues, [slow]) });
    owner = await ownerBrowser(createApp(app));
  });
  afterEach(async () => {
    await app.worker.stop();
    await app.close();
  });
  const enqueue = async (n: number) => (await app.queue.enqueue("test", { n })).id;
  const start = async () => {
    await app.worker.start();
    await settled();
  };

  test("a queue that makes way says for what instead of looking idle", async () => {
    await enqueue(1);
    app.yielding.report({
      userId: "1",
      who: "Anna",
      fileId: 1,
      title: "Heat",
      isAudio: false,
      playing: true,
    });
    expect(await card("a")).toContain("held: somebody watches");
    app.yielding.report({
      userId: "1",
      who: "Anna",
      fileId: 1,
      title: "Heat",
      isAudio: false,
      playing: false,
    });
    await app.clock.advance(120_000);
    app.yielding.report({
      userId: "1",
      who: "Anna",
      fileId: 1,
      title: "Heat",
      isAudio: false,
      playing: false,
    });
    expect(await card("a")).not.toContain("held:");
  });

  test("a queue whose work can never start says why, and nobody promises when it is done", async () => {
    await app.queue.enqueue("test", { n: 1 }, { vramMb: 900_000 });
    await start();
    expect(await card("a")).toContain("no GPU memory known");
    await app.clock.advance(10 * 60_000);
    expect(await card("a")).toContain("stalled: no GPU memory known");
    expect(await card("a")).not.toContain("done in");
    const { eta } = (await (await owner("GET", "/api/queues/a")).json()) as { eta: number | null };
    expect(eta).toBeNull();
  });

  test("jobs that are paused one by one have their own figure, beside the delayed ones", async () => {
    const id = await enqueue(1);
    expect(await card("a")).not.toContain("<dt>paused</dt>");
    await app.queue.move(id, "pause", "Olga Owner");
    expect(await card("a")).toMatch(/<dt>delayed<\/dt><dd>0<\/dd>.*<dt>paused<\/dt><dd>1<\/dd>/s);
  });

  test("a queue with nothing to tell stands among the idle ones, five minutes after its last job", async () => {
    expect(await card("a")).toStartWith('id="queue-a"><a');
    await enqueue(1);
    await start();
    expect(await card("a")).toContain('class="state badge badge-running"');
    end();
    await settled();
    expect(await page()).toContain('<article class="queue " id="queue-a">');
    await app.clock.advance(5 * 60_000 + 1);
    expect(await page()).toContain('<div class="idle-queue" id="queue-a">');
  });

  test("the small chart says in words how much ended in the last hour", async () => {
    await enqueue(1);
    await start();
    end();
    await settled();
    await app.clock.advance(16_000);
    expect(await card("a")).toContain("1 job ended in the last hour; at most 1 in two minutes");
    await app.clock.advance(3_600_000);
    expect(await page()).not.toContain("ended in the last hour");
  });

  test("a frozen run is at work: purging leaves it alone and says so, killing counts it", async () => {
    const id = await enqueue(1);
    await start();
    await app.queue.move(id, "pause", "Olga Owner");
    await settled();
    const empty = await page("/admin/jobs/queues/a/purge");
    expect(empty).toContain("There is nothing to purge in a.");
    await app.clock.advance(20_000);
    await app.queue.move(await enqueue(2), "cancel", "Olga Owner");
    const question = await page("/admin/jobs/queues/a/purge");
    expect(question).toContain("0 waiting, 0 delayed, 0 paused, 0 failed, 0 completed, 1 cancelled.");
    expect(question).toContain("1 job at work (1 frozen) and all files stay.");
    expect(await page("/admin/jobs/kill-all")).toContain("1 frozen.");
  });

  test("a purge of one state takes that alone", async () => {
    const id = await enqueue(1);
    await app.queue.move(id, "cancel", "Olga Owner");
    await enqueue(2);
    expect(await page("/admin/jobs/queues/a/purge?only=cancelled")).toContain("Purge 1 cancelled job of a?");
    await owner("POST", "/admin/jobs/queues/a/purge", "only=cancelled");
    const { jobs } = await app.store.list({}, "newest", 0, 9);
    expect(jobs.map((job) => job.status)).toEqual(["pending"]);
    expect((await owner("GET", "/admin/jobs/queues/a/purge?only=toString")).status).toBe(404);
  });

  test("what was done to a whole queue is one operation that can be taken back", async () => {
    for (const n of [1, 2, 3]) await enqueue(n);
    await owner("POST", "/admin/jobs/queues/a/cancel", "");
    const after = await page();
    expect(after).toContain("Cancelled 3 jobs.");
    await owner("POST", /formaction="(\/admin\/operations\/\d+\/undo)" data-undo/.exec(after)![1]!, "");
    expect((await app.store.list({ status: ["pending"] }, "newest", 0, 9)).total).toBe(3);
    expect((await owner("POST", "/admin/jobs/queues/nowhere/cancel", "")).status).toBe(404);
  });

  test("gauges: limits beside what runs, no GPU memory known is no 0 of 0", async () => {
    await enqueue(1);
    await start();
    const full = await page();
    expect(full).toContain('aria-valuetext="1 of at most 5 jobs that use the CPU run"');
    expect(full).toContain("no GPU known");
    await app.settings.change({ vramBudgetMb: 8000 }, null);
    expect(await page()).toContain('aria-valuetext="0 of 8,000 MB of GPU memory are reserved by jobs"');
  });
});

test("the load is shared out between our jobs and other programs; without knowing which it is all others'", () => {
  const before = { cores: 2, total: 1000, busy: 100, own: 50 };
  expect(sharesOf(before, { cores: 2, total: 2000, busy: 700, own: 450 })).toEqual({
    cores: 2,
    ownPercent: 40,
    othersPercent: 20,
    isJoint: false,
  });
  expect(sharesOf({ ...before, own: null }, { cores: 2, total: 2000, busy: 700, own: null })).toMatchObject({
    ownPercent: 0,
    othersPercent: 60,
    isJoint: true,
  });
  expect(sharesOf(before, before)).toBeUndefined();
});
