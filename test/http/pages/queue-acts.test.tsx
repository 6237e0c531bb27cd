import { afterAll, beforeAll, expect, test } from "bun:test";
import { createApp } from "../../../src/http/app.ts";
import { Catalogue } from "../../../src/queue/kind.ts";
import { GiveUp } from "../../../src/runtime/errors.ts";
import { type Browser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";
import { testKind } from "../../support/queue.ts";

let app: TestApp;
let owner: Browser;
beforeAll(async () => {
  const bad = testKind({
    act: () => {
      throw new GiveUp("input.corrupt", "noise");
    },
  });
  const queues = [{ name: "a", section: "Test", description: "a", weight: 1, base: 1 }];
  app = await testApp({ catalogue: new Catalogue(queues, [bad]) });
  owner = await ownerBrowser(createApp(app));
  await app.worker.start();
});
afterAll(async () => {
  await app.worker.stop();
  await app.close();
});

test("retrying the failures of a queue asks about as many as it retries: cleared ones are left alone", async () => {
  const ids: number[] = [];
  for (let n = 0; n < 3; n++) {
    ids.push((await app.queue.enqueue("test", { n })).id);
    await settled();
  }
  await app.queue.move(ids[0]!, "acknowledge", "Olga");
  const asked = await (await owner("GET", "/admin/jobs/queues/a/retry-failed")).text();
  expect(asked).toContain("Retry 2 failed jobs of a?");
  expect(asked).toContain("1 cleared one is left alone");
  await app.store.setQueueState({
    queue: "a",
    pausedAt: new Date(app.clock.now()),
    pauseEnds: null,
    pausedBy: null,
    pauseMode: "drain",
    concurrency: null,
    weight: null,
  });
  app.events.publish({ topic: "queue", queue: "a" });
  await settled();
  await owner("POST", "/admin/jobs/queues/a/retry-failed", "");
  expect((await app.store.list({ status: ["pending"] }, "newest", 0, 10)).total).toBe(2);
});
