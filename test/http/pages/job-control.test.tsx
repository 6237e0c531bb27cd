// What one may do to jobs, queues and everything from the pages, as plain forms.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { z } from "zod";
import { createApp } from "../../../src/http/app.ts";
import { listAudit } from "../../../src/http/audit.ts";
import type { Env } from "../../../src/http/context.ts";
import type { Tools } from "../../../src/jobs/tools.ts";
import { everyQueue } from "../../../src/queue/job-store.ts";
import { Catalogue, type Run } from "../../../src/queue/kind.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";

const htmx = { "hx-request": "true" };
const queues = ["metadata", "hash"].map((name) => ({
  name,
  section: "S",
  description: name,
  weight: 3,
  base: 2,
}));
const kinds = queues.map(({ name: queue }) => ({
  name: `make-${queue}`,
  label: `Make ${queue}`,
  description: "For tests",
  queue,
  category: "cpu" as const,
  params: z.looseObject({}),
  maxRetries: 0,
  stuckAfterS: 60,
  about: (p: { label: string }) => ({ type: "none" as const, id: null, label: p.label }),
  dedupKey: () => null,
  run: (job: Run): Promise<void> =>
    queue === "hash"
      ? new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(new Error("stopped"))))
      : Promise.resolve(),
}));

describe("control from the jobs page", () => {
  let app: TestApp;
  let site: Hono<Env>;
  let owner: Browser;
  const enqueue = async (label: string) => (await app.queue.enqueue("make-metadata", { label })).id;
  const page = async (path: string) => (await owner("GET", path)).text();
  const stateOf = async (queue: string) =>
    (await app.store.queueStates()).find((state) => state.queue === queue);

  beforeEach(async () => {
    app = await testApp({ catalogue: new Catalogue<Tools>(queues, kinds) });
    site = createApp(app);
    owner = await ownerBrowser(site);
  });
  afterEach(() => app.close());

  test("pauses everything for a quarter of an hour, freezing what runs; a banner says so and resumes", async () => {
    expect(await page("/admin/jobs/pause-all")).toContain("Pause for how long?");
    const answer = await owner("POST", "/admin/jobs/pause-all", "until=900s&mode=freeze");
    expect(answer.headers.get("location")).toBe("/admin/jobs");
    expect(await stateOf(everyQueue)).toMatchObject({
      pauseEnds: { at: app.clock.now() + 900_000 },
      pauseMode: "freeze",
      pausedBy: "Olga Owner",
    });
    const paused = await page("/admin/jobs");
    expect(paused).toContain("Everything is paused by Olga Owner");
    expect(paused).toContain("stands still where it was");
    await owner("POST", "/admin/jobs/resume-all", "");
    expect(await page("/admin/jobs")).not.toContain('id="all-paused"');
  });

  test("pauses until seven o'clock as it comes next, and until playback ends only while somebody watches", async () => {
    await owner("POST", "/admin/jobs/queues/hash/pause", "until=07%3A00");
    const { at } = (await stateOf("hash"))!.pauseEnds as { at: number };
    expect([new Date(at).getHours(), new Date(at).getMinutes()]).toEqual([7, 0]);
    expect(at - app.clock.now()).toBeLessThanOrEqual(86_400_000);
    const refused = await owner("POST", "/admin/jobs/pause-all", "until=playback", htmx);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("Nobody watches anything now.");
    expect(await page("/admin/jobs/pause-all")).not.toContain("Until playback ends");
  });

  test("tunes a queue, and gives it back to the catalogue", async () => {
    await enqueue("a");
    await owner("POST", "/admin/jobs/queues/metadata/tune", "concurrency=5&weight=0.5");
    expect(await stateOf("metadata")).toMatchObject({ concurrency: 5, weight: 0.5 });
    const wrong = await owner("POST", "/admin/jobs/queues/metadata/tune", "concurrency=65&weight=1", htmx);
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain("From 1 to 64 jobs at once.");
    expect(await page("/admin/jobs/queues/metadata")).toContain("Back to the usual");
    await owner("POST", "/admin/jobs/queues/metadata/tune", "concurrency=5&weight=0.5&reset=1");
    expect(await stateOf("metadata")).toMatchObject({ concurrency: null, weight: null });
  });

  test("moves a job to the front and changes its priority", async () => {
    const [first, second] = [await enqueue("a"), await enqueue("b")];
    await owner("POST", `/admin/jobs/${second}/move`, "position=first");
    const positions = await app.store.positions([first, second], 10);
    expect(positions.get(second)?.position).toBe(1);
    await owner("POST", `/admin/jobs/${first}/move`, "priority=1");
    expect((await app.queue.get(first)).priority).toBe(1);
    expect((await owner("POST", `/admin/jobs/${first}/move`, "priority=11", htmx)).status).toBe(422);
    const detail = await page(`/admin/jobs/${first}`);
    expect(detail).toContain("To the front");
    expect(detail).toContain('<option value="1" selected="">1 (first)</option>');
  });

  test("pauses one job for an hour; the row and the detail say by whom", async () => {
    const id = await enqueue("a");
    await owner("POST", `/admin/jobs/${id}/pause`, `until=3600s&back=/admin/jobs/${id}`);
    expect((await app.queue.get(id)).pauseEnds).toEqual({ at: app.clock.now() + 3_600_000 });
    expect(await page("/admin/jobs")).toContain("Paused by Olga Owner, resumes ");
    expect(await page(`/admin/jobs/${id}`)).toMatch(/Paused by Olga Owner.*until/);
  });

  test("what is done to a single job offers Undo, and both are written down as acts on that job", async () => {
    const id = await enqueue("a");
    const undoOf = (toast: string) => /formaction="(\/admin\/operations\/\d+\/undo)"/.exec(toast)?.[1] ?? "";
    for (const [verb, done] of [
      ["cancel", "cancelled"],
      ["pause", "paused"],
    ] as const) {
      const toast = await (await owner("POST", `/admin/jobs/${id}/${verb}`, "", htmx)).text();
      expect((await app.queue.get(id)).status).toBe(done);
      const undone = await owner("POST", undoOf(toast), "", htmx);
      expect(await undone.text()).toContain("Put back 1 job.");
      expect((await app.queue.get(id)).status).toBe("pending");
    }
    await app.operations.settled();
    const { entries } = await listAudit(app, 1, 4, { action: "job.*" });
    expect(entries.map(({ action, target }) => [action, target])).toEqual([
      ["job.undo", `job:${id}`],
      ["job.pause", `job:${id}`],
      ["job.undo", `job:${id}`],
      ["job.cancel", `job:${id}`],
    ]);
  });

  test("removing a job asks first, and says what goes with it", async () => {
    const id = await enqueue("a.mp4");
    const question = await page(`/admin/jobs/${id}/remove`);
    expect(question).toContain(`Remove job ${id}?`);
    expect(question).toContain("which nothing brings back");
    const answer = await owner("POST", `/admin/jobs/${id}/remove`, `back=/admin/jobs/${id}`);
    expect(answer.headers.get("location")).toBe("/admin/jobs");
    expect(await app.store.get(id)).toBeUndefined();
  });

  test("says of the ticked jobs for how many a verb is possible, before it is done", async () => {
    const [a, b] = [await enqueue("a"), await enqueue("b")];
    await owner("POST", `/admin/jobs/${a}/cancel`, "");
    const question = await page(`/admin/jobs/bulk/ask?verb=cancel&ids=${a}&ids=${b}`);
    expect(question).toContain("Cancel 1 ticked job?");
    expect(question).toContain("1 cannot be cancelled and stays as it is.");
    expect(question).toContain(`name="ids" value="${b}"`);
    expect(await page(`/admin/jobs/bulk/ask?verb=resume&ids=${a}`)).toContain(
      "None of the ticked jobs can be resumed.",
    );
  });

  test("gives a log as text: whole, or of one attempt", async () => {
    const id = await enqueue("a");
    app.worker.start();
    await app.clock.advance(3000);
    await settled(50);
    await app.worker.stop();
    const log = await owner("GET", `/admin/jobs/${id}/log?attempt=1&download`);
    expect(log.headers.get("content-type")).toStartWith("text/plain");
    expect(log.headers.get("content-disposition")).toBe(`attachment; filename="job-${id}-attempt-1.log"`);
    expect((await owner("GET", `/admin/jobs/${id}/log?attempt=7`)).status).toBe(404);
  });

  test("renames a saved view and shares it with all owners", async () => {
    await owner("POST", "/admin/jobs/views", "name=Broken&q=status%3Afailed");
    const change = /action="(\/admin\/jobs\/views\/\d+\/change)"/.exec(await page("/admin/jobs"))![1]!;
    await owner("POST", change, "name=What+failed&shared=1");
    const list = await page("/admin/jobs");
    expect(list).toContain("Saved the view What failed; all owners have it.");
    expect(list).toContain("What failed</a>");
    expect(list).not.toContain("Broken");
  });

  test("operations are told in words, with a link to what they meant", async () => {
    for (const label of ["a.mp4", "b.mp4"]) await enqueue(label);
    await owner("POST", "/admin/jobs/all", "q=mp4&status=waiting&verb=cancel");
    const list = await page("/admin/operations");
    expect(list).toContain("waiting jobs that match “mp4”");
    expect(list).toContain('href="/admin/jobs?q=mp4&amp;status=waiting"');
    expect(list).toContain("2 jobs meant");
    expect(list).not.toContain("q=mp4,");
  });

  test("acts on all that match: counts first, does it then, and takes it back", async () => {
    for (const label of ["a.mp4", "b.mp4", "c.jpg"]) await enqueue(label);
    expect(await page("/admin/jobs?q=mp4")).toContain("Select all 2 matching");
    const choices = await page("/admin/jobs/all?q=mp4");
    expect(choices).toContain("What to do with 2 jobs that match?");
    expect(choices).toMatch(/value="cancel">\s*Cancel 2…/);
    const question = await page("/admin/jobs/all/ask?q=mp4&verb=cancel");
    expect(question).toContain("Cancel 2 jobs?");
    expect(question).toContain("2 jobs match: 2 waiting.");
    const answer = await owner("POST", "/admin/jobs/all", "q=mp4&verb=cancel");
    expect(answer.headers.get("location")).toBe("/admin/jobs?q=mp4");
    const after = await page("/admin/jobs?q=mp4");
    expect(after).toContain("Cancelled 2 jobs.");
    const undo = /formaction="(\/admin\/operations\/\d+\/undo)" data-undo/.exec(after)![1]!;
    expect((await app.store.list({ status: ["cancelled"] }, "newest", 0, 9)).total).toBe(2);
    await owner("POST", undo, "");
    expect((await app.store.list({ status: ["cancelled"] }, "newest", 0, 9)).total).toBe(0);
    expect(await page("/admin/operations")).toContain("Put back 2 jobs.");
  });

  test("says that it is impossible for any of them, and offers no button", async () => {
    await enqueue("a.mp4");
    const question = await page("/admin/jobs/all/ask?q=mp4&verb=retry");
    expect(question).toContain("None of them can be retried.");
    expect(question).not.toContain('class="btn btn-primary"');
    expect((await owner("GET", "/admin/jobs/all/ask?verb=toString")).status).toBe(404);
  });

  test("removing several leaves ten seconds for second thoughts", async () => {
    for (const label of ["a", "b"]) await enqueue(label);
    await owner("POST", "/admin/jobs/all", "verb=remove");
    const list = await page("/admin/jobs");
    expect(list).toContain("About to remove 2 jobs.");
    const abort = /formaction="(\/admin\/operations\/\d+\/abort)"/.exec(list)![1]!;
    await owner("POST", abort, "");
    await app.clock.advance(20_000);
    expect((await app.store.list({}, "newest", 0, 9)).total).toBe(2);
  });

  test("shows under the search what is wrong with it and what would be right", async () => {
    await enqueue("a.mp4");
    const faulty = await page("/admin/jobs?q=status%3Afaild+queue%3Ahash");
    expect(faulty).toContain("status:<mark>faild</mark> queue:hash");
    expect(faulty).toContain('href="/admin/jobs?q=status%3Afailed+queue%3Ahash"');
    expect(faulty).not.toContain("a.mp4");
    expect(await page("/admin/jobs?queue=nowhere")).toContain("There is no queue nowhere.");
  });

  test("searches by fields, together with the filters", async () => {
    const [a, b] = [await enqueue("a.mp4"), await enqueue("b.mp4")];
    await owner("POST", `/admin/jobs/${a}/cancel`, "");
    const found = await page("/admin/jobs?q=file%3Amp4+-status%3Acancelled&queue=metadata");
    expect(found).toContain(`id="job-${b}"`);
    expect(found).not.toContain(`id="job-${a}"`);
  });

  test("saves what is shown under a name, escaped, and forgets it again", async () => {
    await owner("POST", "/admin/jobs/views", "name=%3Cb%3EBroken&q=status%3Afailed");
    const list = await page("/admin/jobs?q=status%3Afailed");
    expect(list).toContain("&lt;b&gt;Broken</a>");
    expect(list).toContain('aria-current="page"');
    const again = await owner("POST", "/admin/jobs/views", "name=%3Cb%3EBroken&q=queue%3Ahash", htmx);
    expect([again.status, await again.text()]).toEqual([409, expect.stringContaining("already")]);
    const remove = /formaction="(\/admin\/jobs\/views\/\d+\/delete)"/.exec(list)![1]!;
    await owner("POST", remove, "");
    expect(await page("/admin/jobs")).toContain("Deleted the view");
    expect(await page("/admin/jobs")).not.toContain("Broken");
  });

  test("a run without a sign of life is told of on top, on its row and on its queue, and cleared after a question", async () => {
    const id = (await app.queue.enqueue("make-hash", { label: "hangs" })).id;
    app.worker.start();
    for (let n = 0; n < 12; n++) {
      await app.clock.advance(10_000);
      await settled(5);
    }
    const list = await page("/admin/jobs");
    expect(list).toContain("1 running job shows no sign of life.");
    expect(list).toContain("stuck: no sign of life for ");
    expect(await page("/admin/jobs?q=is%3Astuck")).toContain(`id="job-${id}"`);
    expect(await page("/admin/jobs/queues/hash")).toContain("1 job shows no sign of life");
    expect(await page("/admin/jobs/clear-stuck")).toContain("Clear 1 stuck job?");
    await owner("POST", "/admin/jobs/clear-stuck", "");
    expect((await app.queue.get(id)).failure?.code).toBe("job.stuck");
    expect(await page("/admin/jobs")).toContain("Cleared 1 stuck job.");
    await app.worker.stop();
  });

  test("restarting the workers says how many runs it hands back", async () => {
    const id = (await app.queue.enqueue("make-hash", { label: "runs" })).id;
    app.worker.start();
    await app.clock.advance(1000);
    await settled(20);
    expect(await page("/admin/jobs/restart-workers")).toContain("1 running job is handed back");
    await owner("POST", "/admin/jobs/restart-workers", "");
    expect(await page("/admin/jobs")).toContain("Restarted the workers; 1 job handed back.");
    expect((await app.queue.get(id)).retryCount).toBe(0);
    await app.worker.stop();
  });

  test("what the server yields to stands on top, with what stands still for it", async () => {
    app.yielding.holds = () => [
      {
        code: "playback",
        text: "Jellyfin: Anna watches “Heat”",
        since: new Date(),
        until: null,
        mode: "freeze",
        holds: ({ queue }) => queue === "hash",
      },
    ];
    expect(await page("/admin/jobs")).toContain("Jellyfin: Anna watches “Heat”: hash stands still");
  });

  test("is the owner's alone", async () => {
    const member = await memberBrowser(app, site);
    for (const path of [
      "/admin/jobs/pause-all",
      "/admin/jobs/resume-all",
      "/admin/jobs/all",
      "/admin/jobs/views",
      "/admin/jobs/clear-stuck",
      "/admin/operations/1/undo",
    ])
      expect([path, (await member("POST", path, "")).status]).toEqual([path, 403]);
    expect((await member("GET", "/admin/operations")).status).toBe(303);
  });
});
