// Every verb on a job in every state, through the API: the legal ones do it, the others are 409 and name the state.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Catalogue } from "../../../src/queue/kind.ts";
import { GiveUp } from "../../../src/runtime/errors.ts";
import { apiSite } from "../../support/api-site.ts";
import { type Browser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";
import { testKind } from "../../support/queue.ts";

const queues = ["a", "still"].map((name) => ({
  name,
  section: "Test",
  description: name,
  weight: 1,
  base: 1,
}));
const kinds = [
  testKind({ name: "quick" }),
  testKind({ name: "waits", queue: "still" }),
  testKind({
    name: "bad",
    act: () => {
      throw new GiveUp("input.truncated", "The film ends in the middle.");
    },
  }),
  testKind({
    name: "long",
    act: ({ signal }) =>
      new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  }),
];

let app: TestApp;
let owner: Browser;
beforeAll(async () => {
  app = await testApp({ catalogue: new Catalogue(queues, kinds) });
  owner = await ownerBrowser(apiSite(app));
  await owner("PATCH", "/api/queues/still", { isPaused: true });
  await app.worker.start();
});
afterAll(async () => {
  await app.worker.stop();
  await app.close();
});
afterEach(async () => {
  const { jobs } = await app.store.list({ status: ["running", "pending", "paused"] }, "newest", 0, 100);
  for (const { id } of jobs) await app.queue.move(id, "cancel", null);
  await settled();
});

async function create(type: string, body: object = {}): Promise<string> {
  const answer = await owner("POST", "/api/media/jobs", { type, params: {}, ...body });
  const { id } = (await answer.json()) as { id: string };
  await settled();
  return id;
}
const move = async (id: string, verb: "pause" | "cancel" | "acknowledge") => {
  await app.queue.move(Number(id), verb, "ada");
  await settled();
  return id;
};
const in1h = () => new Date(app.clock.now() + 3_600_000).toISOString();

/** How a job gets there, and what the API calls it. */
const states: Record<string, { make(): Promise<string>; name: string }> = {
  pending: { make: () => create("waits"), name: "pending" },
  delayed: { make: () => create("quick", { runAt: in1h() }), name: "pending" },
  // Held back by a resource: a view of pending.
  queued: { make: () => create("long").then(() => create("long")), name: "pending" },
  running: { make: () => create("long"), name: "running" },
  frozen: { make: async () => move(await create("long"), "pause"), name: "(paused|frozen)" },
  paused: { make: async () => move(await create("waits"), "pause"), name: "paused" },
  completed: { make: () => create("quick"), name: "completed" },
  failed: { make: () => create("bad"), name: "failed" },
  cleared: { make: async () => move(await create("bad"), "acknowledge"), name: "failed" },
  cancelled: { make: async () => move(await create("waits"), "cancel"), name: "cancelled" },
};
const waiting = ["pending", "delayed", "queued", "paused"];
const verbs: Record<string, { from: string[]; to?: string[]; ask(id: string): Promise<Response> }> = {
  retry: {
    from: ["failed", "cleared", "cancelled"],
    to: ["pending", "completed", "failed"],
    ask: (id) => owner("POST", `/api/media/jobs/${id}/retry`),
  },
  cancel: {
    from: [...waiting, "running", "frozen"],
    to: ["cancelled"],
    ask: (id) => owner("POST", `/api/media/jobs/${id}/cancel`),
  },
  pause: {
    from: ["pending", "delayed", "queued", "running"],
    to: ["paused"],
    ask: (id) => owner("POST", `/api/media/jobs/${id}/pause`),
  },
  "pause for a while": {
    from: ["pending", "delayed", "queued", "running"],
    to: ["paused"],
    ask: (id) => owner("POST", `/api/media/jobs/${id}/pause`, { forS: 900 }),
  },
  resume: {
    from: ["paused", "frozen"],
    to: ["pending", "queued", "running"],
    ask: (id) => owner("POST", `/api/media/jobs/${id}/resume`),
  },
  remove: {
    from: [...waiting, "completed", "failed", "cleared", "cancelled"],
    ask: (id) => owner("DELETE", `/api/media/jobs/${id}`),
  },
  "set the priority": {
    from: waiting,
    ask: (id) => owner("PATCH", `/api/media/jobs/${id}`, { priority: 2 }),
  },
  "put first": {
    from: waiting,
    ask: (id) => owner("PATCH", `/api/media/jobs/${id}`, { position: "first" }),
  },
};

for (const [verb, { from, to, ask }] of Object.entries(verbs))
  describe(verb, () => {
    for (const [state, { make, name }] of Object.entries(states)) {
      const isLegal = from.includes(state);
      test(`a ${state} job: ${isLegal ? "done" : "409 that names its state"}`, async () => {
        const id = await make();
        const before = await app.store.get(Number(id));
        const answer = await ask(id);
        if (isLegal) {
          expect(answer.status).toBe(verb === "remove" ? 204 : 200);
          if (to) expect(to).toContain(((await answer.json()) as { status: string }).status);
          await settled();
          return;
        }
        expect(answer.status).toBe(409);
        const problem = (await answer.json()) as { code: string; detail: string };
        expect(problem.code).toBe("job.state");
        expect(problem.detail).toMatch(new RegExp(`is ${name}[;,.]`));
        await settled();
        expect(await app.store.get(Number(id))).toEqual(before!);
      });
    }
  });

test("a job that is not there is 404 for every verb", async () => {
  for (const { ask } of Object.values(verbs)) expect((await ask("999999")).status).toBe(404);
});
