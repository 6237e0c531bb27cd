import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { z } from "zod";
import { createApp } from "../../../src/http/app.ts";
import type { Env } from "../../../src/http/context.ts";
import type { Tools } from "../../../src/jobs/tools.ts";
import { Catalogue, type JobKind } from "../../../src/queue/kind.ts";
import { GiveUp } from "../../../src/runtime/errors.ts";
import { JobsEmpty } from "../../../views/parts/job-list.tsx";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";

const htmx = { "hx-request": "true" };
const html = { accept: "text/html" };

const kinds: JobKind<any, Tools>[] = ["done", "fails"].map((name) => ({
  name,
  label: `Kind ${name}`,
  description: "For tests",
  queue: name === "done" ? "metadata" : "hash",
  category: "cpu" as const,
  params: z.looseObject({}),
  maxRetries: 0,
  stuckAfterS: 60,
  about: (p: { label: string }) => ({ type: "none" as const, id: null, label: p.label }),
  dedupKey: () => null,
  run: async () => {
    if (name === "fails") throw new GiveUp("input.truncated", "moov <atom> not found");
  },
}));
const queues = ["metadata", "hash", "empty"].map((name) => ({
  name,
  section: "S",
  description: name,
  weight: 1,
  base: 1,
}));

describe("the jobs page", () => {
  let app: TestApp;
  let site: Hono<Env>;
  let owner: Browser;
  const enqueue = async (kind: string, label: string) => (await app.queue.enqueue(kind, { label })).id;
  const work = async () => {
    app.worker.start();
    await app.clock.advance(3000);
    await settled(50);
    await app.worker.stop();
  };

  beforeEach(async () => {
    app = await testApp({ catalogue: new Catalogue<Tools>(queues, kinds) });
    site = createApp(app);
    owner = await ownerBrowser(site);
  });
  afterEach(() => app.close());

  test("is the owner's: a member is led home, nobody to the sign-in", async () => {
    const member = await memberBrowser(app, site);
    expect((await member("GET", "/admin/jobs", undefined, html)).headers.get("location")).toBe("/");
    const nobody = await site.request("/admin/jobs", { headers: html });
    expect(nobody.headers.get("location")).toBe("/sign-in?next=%2Fadmin%2Fjobs");
    expect((await member("GET", "/live/jobs", undefined, { accept: "text/event-stream" })).status).toBe(403);
  });

  test("shows tiles, queues with work for them, and jobs with why they wait", async () => {
    await enqueue("done", "first.mp4");
    await enqueue("done", "second.mp4");
    const page = await (await owner("GET", "/admin/jobs")).text();
    expect(page).toMatch(/Waiting<\/span><span class="value ?">2</);
    expect(page).toContain('id="queue-metadata"');
    expect(page).not.toContain('id="queue-empty"');
    expect(page).toContain("Behind 1 other in metadata");
  });

  test("an address may say a status in the API's words", async () => {
    await enqueue("done", "first.mp4");
    await work();
    await enqueue("done", "second.mp4");
    for (const status of ["waiting", "pending", "queued"]) {
      const page = await (await owner("GET", `/admin/jobs?status=${status}`)).text();
      expect(page).toContain("second.mp4");
      expect(page).toContain("1 job matches");
    }
    expect((await owner("GET", "/admin/jobs?status=constructor")).status).toBe(200);
  });

  test("escapes what files and tools are called", async () => {
    await enqueue("fails", "<img src=x onerror=alert(1)>.mp4");
    await work();
    const page = await (await owner("GET", "/admin/jobs")).text();
    expect(page).not.toContain("<img src=x");
    expect(page).toContain("moov &lt;atom&gt; not found");
  });

  test("keeps its filters in the address and in the stream's", async () => {
    await enqueue("fails", "broken.mp4");
    await work();
    await enqueue("done", "fine.mp4");
    const page = await (await owner("GET", "/admin/jobs?status=failed&queue=hash&q=brok")).text();
    expect(page).toContain("broken.mp4");
    expect(page).not.toContain("fine.mp4");
    expect(page).toContain('hx-sse:connect="/live/jobs?q=brok&amp;status=failed&amp;queue=hash"');
    expect(page).toContain('<option value="failed" selected="">');
  });

  test("tells an empty list from one that is filtered away", async () => {
    expect(await (await owner("GET", "/admin/jobs")).text()).toContain("There are no jobs yet.");
    expect(await (await owner("GET", "/admin/jobs?q=nothing")).text()).toContain(
      "No job matches these filters.",
    );
  });

  test("tells what is filtered away from what is hidden with its library", async () => {
    const url = (path: string) => path;
    const shown = async (hidden: number) =>
      String(await (<JobsEmpty filtered isFaulty={false} hidden={hidden} url={url} />));
    expect(await shown(0)).toContain("No job matches these filters.");
    expect(await shown(2)).toContain("2 jobs are about NSFW libraries, which the lists leave out now.");
  });

  test("offers the lists that are looked for most with how many each has", async () => {
    await enqueue("done", "a.mp4");
    const chips = /<nav class="quick".*?<\/nav>/s.exec(
      await (await owner("GET", "/admin/jobs?status=waiting")).text(),
    )![0];
    expect(chips).toContain('href="/admin/jobs?status=failed#job-list"');
    expect(chips).toMatch(/aria-current="page"[^>]*>.*?Waiting.*?<b>1<\/b>/s);
  });

  test("a row says what sets its job apart: priority, and which attempt it is", async () => {
    const id = await enqueue("done", "a.mp4");
    await owner("POST", `/admin/jobs/${id}/move`, "priority=2");
    expect(await (await owner("GET", "/admin/jobs")).text()).toContain(">priority 2</small>");
  });

  test("a page past the end shows the last one", async () => {
    await enqueue("done", "only.mp4");
    expect(await (await owner("GET", "/admin/jobs?page=99")).text()).toContain("only.mp4");
  });

  test("opens a job with its failure's meaning and the next step, as a page and as a part", async () => {
    const id = await enqueue("fails", "broken.mp4");
    await work();
    const page = await (await owner("GET", `/admin/jobs/${id}`)).text();
    expect(page).toContain("input.truncated");
    expect(page).toContain("<b>Next:</b>");
    const part = await (await owner("GET", `/admin/jobs/${id}`, undefined, htmx)).text();
    expect(part).toStartWith('<div class="detail"');
  });

  test("a plain form acts, leads back and says what it did, once", async () => {
    const id = await enqueue("done", "a.mp4");
    const answer = await owner("POST", `/admin/jobs/${id}/cancel`, "");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/admin/jobs"]);
    expect(await (await owner("GET", "/admin/jobs")).text()).toContain(`Cancelled job ${id}.`);
    expect(await (await owner("GET", "/admin/jobs")).text()).not.toContain(`Cancelled job ${id}.`);
  });

  test("with htmx the row comes back as it is; a refused act says why", async () => {
    const id = await enqueue("done", "a.mp4");
    const cancelled = await owner("POST", `/admin/jobs/${id}/cancel`, "", htmx);
    expect(await cancelled.text()).toContain(`hx-target="#job-${id}"`);
    const again = await owner("POST", `/admin/jobs/${id}/cancel`, "", htmx);
    expect(again.status).toBe(409);
    expect(await again.text()).toContain("is cancelled; it cannot be cancelled from there");
  });

  test("a link back leads nowhere else", async () => {
    const id = await enqueue("done", "a.mp4");
    const answer = await owner("POST", `/admin/jobs/${id}/cancel`, "back=//evil.example/admin");
    expect(answer.headers.get("location")).toBe("/admin/jobs");
  });

  test("asks before it purges, with the count, and purges then", async () => {
    for (const label of ["a", "b"]) await enqueue("done", label);
    await work();
    await enqueue("done", "c");
    const question = await (await owner("GET", "/admin/jobs/queues/metadata/purge")).text();
    expect(question).toContain("Purge 3 jobs of metadata?");
    expect(question).toContain("1 waiting, 0 delayed, 0 paused, 0 failed, 2 completed, 0 cancelled");
    await owner("POST", "/admin/jobs/queues/metadata/purge", "");
    expect((await app.store.list({}, "newest", 0, 1)).total).toBe(0);
  });

  test("pauses a queue until a time and says who did", async () => {
    const until = new Date(app.clock.now() + 3_600_000).toISOString();
    await owner("POST", "/admin/jobs/queues/metadata/pause", `until=${encodeURIComponent(until)}`);
    const [state] = await app.store.queueStates();
    expect(state).toMatchObject({ pauseEnds: { at: Date.parse(until) }, pausedBy: "Olga Owner" });
    await enqueue("done", "a.mp4");
    expect(await (await owner("GET", "/admin/jobs")).text()).toContain(
      "Queue metadata is paused by Olga Owner",
    );
    expect((await owner("POST", "/admin/jobs/queues/metadata/pause", "until=soon", htmx)).status).toBe(422);
  });

  test("acts on ticked jobs and counts those it could not", async () => {
    const [a, b] = [await enqueue("done", "a"), await enqueue("done", "b")];
    await owner("POST", `/admin/jobs/${a}/cancel`, "");
    const answer = await owner("POST", "/admin/jobs/bulk", `verb=cancel&ids=${a}&ids=${b}`, htmx);
    expect(await answer.text()).toContain("Cancelled 1 job. 1 was already cancelled.");
  });

  test("knows no verb that an object has by nature", async () => {
    const id = await enqueue("done", "a.jpg");
    for (const path of [`/admin/jobs/${id}/toString`, "/admin/jobs/queues/hash/toString"])
      expect([path, (await owner("POST", path, "")).status]).toEqual([path, 404]);
    expect((await owner("POST", "/admin/jobs/bulk", `ids=${id}&verb=toString`)).status).toBe(404);
  });

  test("says what kept the others from it, and asks nothing where there is nothing", async () => {
    const id = await enqueue("done", "a");
    await work();
    const answer = await owner("POST", "/admin/jobs/bulk", `verb=cancel&ids=${id}&ids=999`, htmx);
    expect(await answer.text()).toContain(
      "No job was cancelled. 1 had already completed, 1 had already been removed.",
    );
    const kill = await (await owner("GET", "/admin/jobs/kill-all", undefined, htmx)).text();
    expect(kill).toContain("Nothing is running.");
    expect(kill).not.toContain("<button");
    expect(await (await owner("GET", "/admin/jobs/queues/hash/purge")).text()).toContain(
      "There is nothing to purge in hash.",
    );
  });

  test("an open row brings its row along: a filter may have let go of it", async () => {
    const id = await enqueue("fails", "a");
    await work();
    const inList = await (await owner("GET", `/admin/jobs/${id}?in=list`, undefined, htmx)).text();
    expect(inList).toContain(`hx-target="#job-${id}"`);
    const version = /id="detail-\d+" data-version="([^"]+)"/.exec(inList)![1];
    expect(inList).toMatch(new RegExp(`<tbody id="job-${id}"[^>]* data-version="${version}"`));
    await owner("POST", `/admin/jobs/${id}/retry`, "");
    expect(await (await owner("GET", "/admin/jobs")).text()).not.toContain(`data-version="${version}"`);
  });

  test("a job that somebody cancelled is no fault, and says who asked for it", async () => {
    const id = await enqueue("done", "a");
    await owner("POST", `/admin/jobs/${id}/cancel`, "");
    const page = await (await owner("GET", `/admin/jobs/${id}`)).text();
    expect(page).not.toContain('class="failure full"');
    const users = await app.accounts.listUsers();
    const asked = (await app.queue.enqueue("done", { label: "b" }, { origin: users[0]!.id })).id;
    expect(await (await owner("GET", `/admin/jobs/${asked}`)).text()).toContain("<dd>Olga Owner</dd>");
  });

  test("a queue keeps its buttons in their places, and a paused one promises no end", async () => {
    const card = async () =>
      /id="queue-hash".*?<\/article>/s.exec(await (await owner("GET", "/admin/jobs")).text())![0];
    const buttons = async () => (await card()).match(/class="btn-icon"/g)!.length;
    await enqueue("fails", "a");
    await work();
    const before = await buttons();
    await owner("POST", "/admin/jobs/queues/hash/clear-failed", "");
    await enqueue("fails", "b");
    expect(await buttons()).toBe(before);
    await owner("POST", "/admin/jobs/queues/hash/pause", "until=");
    expect(await buttons()).toBe(before);
    expect(await card()).toContain("paused");
    expect(await card()).toContain("oldest");
    expect(await card()).not.toMatch(/done in/);
  });

  test("clears every failure and keeps them", async () => {
    await enqueue("fails", "a");
    await work();
    expect(await (await owner("GET", "/admin/jobs/clear-failures")).text()).toContain("Clear 1 failure?");
    await owner("POST", "/admin/jobs/clear-failures", "");
    expect((await app.store.list({ status: ["unacknowledged"] }, "newest", 0, 1)).total).toBe(0);
    expect((await app.store.list({ status: ["failed"] }, "newest", 0, 1)).total).toBe(1);
  });

  test("stays below 100 KB with fifty jobs", async () => {
    for (let n = 0; n < 60; n++)
      await enqueue("done", `Holidays/2024/Iceland/a rather long folder name/GOPR${n}.mp4`);
    const page = await (await owner("GET", "/admin/jobs")).text();
    expect(page.match(/<tbody id="job-\d+"/g)).toHaveLength(50);
    expect(page.length).toBeLessThan(100_000);
  });

  test("carries no inline script or style: the policy forbids them", async () => {
    await enqueue("done", "a.mp4");
    const page = await (await owner("GET", "/admin/jobs")).text();
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/);
  });
});
