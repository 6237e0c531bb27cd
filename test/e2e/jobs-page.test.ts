// The jobs page in a real browser: it lives, and living takes nothing away from its reader.

import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { ownerInput } from "../support/app.ts";
import { axe, chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type JobsSite, jobsSite } from "../support/jobs-site.ts";

setDefaultTimeout(60_000);

describe.skipIf(!chromiumPath)("the jobs page in a browser", () => {
  let chromium: Browser;
  let site: JobsSite;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    chromium = await openChromium();
  });
  afterAll(() => chromium.close());
  beforeEach(async () => {
    site = await jobsSite();
    context = await chromium.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    await signIn(page, site.origin, ownerInput, "/admin/jobs");
  });
  afterEach(async () => {
    await context.close();
    await site.close();
  });

  const enqueue = async (kind: string, n: number) => (await site.app.queue.enqueue(kind, { n })).id;
  const tile = (label: string) => page.locator("#tiles .tile", { hasText: label }).locator(".value");

  test("shows within two seconds what started, how far it is and that it failed", async () => {
    const held = await enqueue("hold", 1);
    await page.locator(`#working-${held}`).waitFor({ timeout: 2000 });
    (await site.run(held)).job.progress(42);
    await page.locator(`#working-${held} progress[value="42"]`).waitFor({ timeout: 2000 });
    await enqueue("fail", 2);
    await page.locator("#tiles .tile:has-text('Failed') .value:has-text('1')").waitFor({ timeout: 2000 });
    await page.locator("#jobs .badge-failed").waitFor({ timeout: 2000 });
    expect(await tile("Active").textContent()).toBe("1");
  });

  test("a tick, an open detail, a typed word and the place on the page survive updates", async () => {
    const first = await enqueue("hold", 1);
    const second = await enqueue("hold", 2);
    await page.locator(`#job-${second}`).waitFor({ timeout: 2000 });
    await page.check(`#job-${second} [name=ids]`);
    await page.click(`#job-${second} a[data-expand]`);
    await page.locator(`#job-${second} .payload`).waitFor();
    await page.fill("#search", "half a wor");
    const top = await page.evaluate("scrollY");

    await enqueue("hold", 3);
    (await site.run(first)).finish();
    await page.locator(`#job-${first} .badge-completed`).waitFor({ timeout: 3000 });
    await page.locator(`#job-${second} .badge-running`).waitFor({ timeout: 3000 });
    await page.locator("#list-release:has-text('1 new')").waitFor({ timeout: 3000 });

    expect(await page.isChecked(`#job-${second} [name=ids]`)).toBe(true);
    expect(await page.isChecked(`#job-${first} [name=ids]`)).toBe(false);
    expect(await page.locator(`#job-${second} .payload`).count()).toBe(1);
    expect(await page.getAttribute(`#job-${second} a[data-expand]`, "aria-expanded")).toBe("true");
    expect(await page.inputValue("#search")).toBe("half a wor");
    expect(await page.evaluate("document.activeElement.id")).toBe("search");
    expect(await page.evaluate("scrollY")).toBe(top);
  });

  test("what one looks at stays where it is when the work above it grows", async () => {
    await site.app.settings.change({ concurrencyMultiplier: 8 }, null);
    for (let n = 10; n < 40; n++) await enqueue("quick", n);
    const read = await enqueue("hold", 1);
    await page.locator(`#job-${read} .badge-running`).waitFor();
    await page.evaluate("scrollTo(0, document.querySelector('#jobs').getBoundingClientRect().top + scrollY)");
    await page.check(`#job-${read} [name=ids]`);
    const seen = async () => Math.round((await page.locator(`#job-${read}`).boundingBox())!.y);
    const [before, top] = [await seen(), Number(await page.evaluate("scrollY"))];
    for (let n = 2; n < 6; n++) await enqueue("hold", n);
    await page.locator("#working li:nth-child(5)").waitFor();
    await page.locator("#list-release:has-text('4 new')").waitFor();
    expect(await page.evaluate("scrollY")).toBeGreaterThan(top);
    expect(await seen()).toBe(before);
  });

  test("a log follows its run, stands still when paused, is searched, and leaves a marked text marked", async () => {
    const id = await enqueue("hold", 1);
    const { job, finish } = await site.run(id);
    await page.click(`#job-${id} a[data-expand]`);
    const log = `document.getElementById("log-${id}")`;
    await page.locator(`#detail-${id}`).waitFor();
    for (let n = 1; n <= 60; n++) job.log(`frame ${n} of 90`);
    await page.locator(`#log-${id}:has-text("frame 60 of 90")`).waitFor({ timeout: 5000 });
    const isAtEnd = `(() => { const e = ${log}; return e.scrollHeight - e.scrollTop - e.clientHeight < 3 && e.scrollTop > 0; })()`;
    expect(await page.evaluate<boolean>(isAtEnd)).toBe(true);

    const marked = "getSelection().toString()";
    await page.evaluate(
      `(() => { const t = ${log}.firstChild; getSelection().setBaseAndExtent(t, 22, t, 34); })()`,
    );
    const before = await page.evaluate<string>(marked);
    expect(before).toContain("frame 1");
    await page.click("[data-log-pause]");
    job.log("frame 61 of 90");
    await page.locator("[data-log-new]:has-text('1 new line')").waitFor({ timeout: 4000 });
    expect(await page.textContent(`#log-${id}`)).not.toContain("frame 61");
    expect(await page.evaluate<string>(marked)).toBe(before);
    await page.click("[data-log-new]");
    await page.locator(`#log-${id}:has-text("frame 61 of 90")`).waitFor({ timeout: 2000 });

    await page.fill("[data-log-find]", "frame 6");
    expect(await page.textContent("[data-log-hits]")).toBe("1 of 3");
    await page.press("[data-log-find]", "Enter");
    expect(await page.textContent("[data-log-hits]")).toBe("2 of 3");

    finish();
    await page.locator(`#job-${id} .badge-completed`).waitFor({ timeout: 3000 });
    await page
      .locator(`#detail-${id} .life-steps:has-text("Attempt 1 completed")`)
      .waitFor({ timeout: 3000 });
    expect(await page.inputValue("[data-log-find]")).toBe("frame 6");
    const whole = await context.request.get(`${site.origin}/admin/jobs/${id}/log?download`);
    expect(whole.headers()["content-disposition"]).toContain(`job-${id}.log`);
    expect(await whole.text()).toContain("frame 61 of 90");
  });

  test("what one did to a single job is taken back from its toast", async () => {
    const id = await enqueue("hold", 1);
    await site.run(id);
    const waits = await enqueue("hold", 2);
    await page.locator(`#job-${waits} [data-move=cancel]`).click();
    await page.locator(`.toast:has-text('Cancelled job ${waits}.')`).waitFor({ timeout: 2000 });
    await page.locator(`#job-${waits} .badge-cancelled`).waitFor({ timeout: 2000 });
    await page.click(".toast [data-undo]");
    await page.locator(`#job-${waits} .badge-cancelled`).waitFor({ state: "detached", timeout: 3000 });
    expect((await site.app.store.get(waits))?.status).toBe("pending");
  });

  test("Shift ticks a range; verbs that would do nothing are off; removing asks, new jobs leave the ticks alone", async () => {
    const ids = [await enqueue("fail", 1), await enqueue("fail", 2), await enqueue("fail", 3)];
    for (const id of ids) await page.locator(`#job-${id} .badge-failed`).waitFor({ timeout: 3000 });
    await page.check(`#job-${ids[2]} [name=ids]`);
    await page.locator(`#job-${ids[0]} [name=ids]`).click({ modifiers: ["Shift"] });
    expect(await page.textContent("#ticked")).toBe("All 3 on this page ticked");
    expect(await page.isDisabled("#bulk [data-verb=resume]")).toBe(true);
    expect(await page.getAttribute("#bulk [data-verb=resume]", "title")).toContain("Not possible");

    const place = `document.getElementById("job-${ids[2]}").getBoundingClientRect().top`;
    const top = await page.evaluate<number>(place);
    await enqueue("hold", 4);
    await page.locator("#list-release:has-text('1 new')").waitFor({ timeout: 4000 });
    expect(await page.locator("#jobs [name=ids]:checked").count()).toBe(3);
    expect(await page.evaluate<number>(place)).toBe(top);
    await page.click("#list-release");
    await page.locator("#jobs .badge-running").waitFor({ timeout: 3000 });
    expect(await page.locator("#jobs [name=ids]:checked").count()).toBe(3);

    await page.click("#bulk [data-verb=remove]");
    await page.locator("#dialog h2:has-text('Remove 3 ticked jobs?')").waitFor({ timeout: 2000 });
    await page.click("#dialog button[type=submit]");
    await page.locator(".toast:has-text('About to remove 3 jobs.')").waitFor({ timeout: 2000 });
    expect(await page.locator("#jobs [name=ids]:checked").count()).toBe(0);
  });

  test("on a phone the bar of the ticked jobs stands above the navigation", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const id = await enqueue("fail", 1);
    await page.locator(`#job-${id} .badge-failed`).waitFor({ timeout: 3000 });
    await page.locator(`#job-${id} .tick label`).click();
    const [bar, nav] = [await page.locator("#bulk").boundingBox(), await page.locator(".side").boundingBox()];
    expect(bar!.y + bar!.height).toBeLessThanOrEqual(nav!.y);
    expect(bar!.x).toBeGreaterThanOrEqual(0);
    expect(bar!.x + bar!.width).toBeLessThanOrEqual(360);
    await page.click("#bulk [data-verb=acknowledge]");
    await page.locator(".toast:has-text('Cleared 1 job')").waitFor({ timeout: 2000 });
    await page.locator("#bulk").waitFor({ state: "hidden" });
  });

  test("Cancel stops a running job; a toast says so", async () => {
    const id = await enqueue("hold", 1);
    const { job } = await site.run(id);
    await page.click(`#working-${id} [aria-label="Cancel job ${id}"]`);
    await page.locator(".toast:has-text('Cancelled job')").waitFor({ timeout: 2000 });
    await page.locator(`#job-${id} .badge-cancelled`).waitFor({ timeout: 2000 });
    await page.locator(`#working-${id}`).waitFor({ state: "detached", timeout: 3000 });
    expect((await site.app.store.get(id))?.status).toBe("cancelled");
    expect(job.signal.aborted).toBe(true);
  });

  test("Purge says how many jobs it touches before it touches them", async () => {
    for (const n of [1, 2, 3]) await enqueue("fail", n);
    await page.locator("#queue-hash:has-text('failed3')").waitFor({ timeout: 3000 });
    await page.click("#queue-hash [title='More for hash']");
    await page.click("#dialog a[href$='/hash/purge']");
    await page.locator("#dialog h2:has-text('Purge 3 jobs of hash?')").waitFor();
    expect((await site.app.store.list({ queue: ["hash"] }, "newest", 0, 9)).total).toBe(3);
    await page.click("#dialog button[type=submit]");
    await page.locator(".toast:has-text('Purged 3')").waitFor({ timeout: 2000 });
    expect((await site.app.store.list({ queue: ["hash"] }, "newest", 0, 9)).total).toBe(0);
    expect(await page.locator("#dialog").isVisible()).toBe(false);
  });

  test("Pause asks for how long; it and Resume turn on the card they are on", async () => {
    await page.click("#queue-thumbnail [title='Pause thumbnail']");
    await page.click("#dialog button:has-text('1 h')");
    await page.locator("#queue-thumbnail .badge-paused").waitFor({ timeout: 1000 });
    await page.click("#queue-thumbnail [title='Resume thumbnail']");
    await page.locator("#queue-thumbnail .badge-paused").waitFor({ state: "detached", timeout: 1000 });
  });

  test("ticked jobs are cleared together", async () => {
    const ids = [await enqueue("fail", 1), await enqueue("fail", 2)];
    for (const id of ids) await page.locator(`#job-${id} .badge-failed`).waitFor({ timeout: 3000 });
    await page.check("[data-tick-all]");
    await page.click("#bulk button[value=acknowledge]");
    await page.locator(".toast:has-text('Cleared 2 jobs')").waitFor({ timeout: 2000 });
    expect(await page.locator("#jobs [name=ids]:checked").count()).toBe(0);
  });

  test("everything is paused for a quarter of an hour and resumed; nothing starts meanwhile", async () => {
    await page.click("a:has-text('Pause everything')");
    await page.click("#dialog button:has-text('15 min')");
    await page.locator("#all-paused:has-text('paused by Olga Owner')").waitFor({ timeout: 2000 });
    const id = await enqueue("quick", 9);
    await page.locator(`#job-${id} .why:has-text("Everything is paused")`).waitFor({ timeout: 3000 });
    await page.click("#all-paused button");
    await page.locator("#all-paused").waitFor({ state: "detached", timeout: 2000 });
    await page.locator(`#job-${id} .badge-completed`).waitFor({ timeout: 3000 });
  });

  test("Freeze stops a running job where it is, and says by whom; Go on goes on", async () => {
    const id = await enqueue("hold", 1);
    (await site.run(id)).job.progress(42);
    await page.click(`#working-${id} [aria-label="Freeze job ${id}"]`);
    await page
      .locator(`#working-${id}.still:has-text("Frozen at 42 % by Olga Owner")`)
      .waitFor({ timeout: 3000 });
    expect(await site.app.store.get(id)).toMatchObject({ status: "paused", frozen: true });
    await page.click(`#working-${id} [aria-label="Go on with job ${id}"]`);
    await page.locator(`#working-${id}:not(.still)`).waitFor({ timeout: 3000 });
    expect((await site.app.store.get(id))?.status).toBe("running");
  });

  test("all that match are cancelled together after a question, and put back by Undo", async () => {
    await site.app.queue.enqueue("hold", { n: 0 });
    await page.click("a:has-text('Pause everything')");
    await page.click("#dialog button:has-text('Until resumed')");
    await page.locator("#all-paused").waitFor({ timeout: 2000 });
    for (const n of [1, 2, 3]) await enqueue("quick", n);
    await page.fill("#search", "kind:quick status:waiting");
    await page.keyboard.press("Enter");
    await page.waitForURL("**q=kind*");
    await page.click("a:has-text('Select all 3 matching')");
    await page.click("#dialog button[value=cancel]");
    await page.locator("#dialog h2:has-text('Cancel 3 jobs?')").waitFor();
    expect((await site.app.store.list({ status: ["cancelled"] }, "newest", 0, 9)).total).toBe(0);
    await page.click("#dialog button[type=submit]");
    await page.locator(".toast:has-text('Cancelled 3 jobs.')").waitFor({ timeout: 3000 });
    expect((await site.app.store.list({ status: ["cancelled"] }, "newest", 0, 9)).total).toBe(3);
    await page.click(".toast [data-undo]");
    await page.locator(".toast:has-text('Put back 3 jobs.')").waitFor({ timeout: 3000 });
    expect((await site.app.store.list({ status: ["cancelled"] }, "newest", 0, 9)).total).toBe(0);
    await page.locator("#operations-now:has-text('Put back 3 jobs.')").waitFor({ timeout: 3000 });
  });

  test("a priority that somebody chooses is not taken away while the open detail follows its job", async () => {
    await page.click("a:has-text('Pause everything')");
    await page.click("#dialog button:has-text('Until resumed')");
    await page.locator("#all-paused").waitFor({ timeout: 2000 });
    const id = await enqueue("quick", 1);
    await page.locator(`#job-${id}`).waitFor({ timeout: 3000 });
    await page.click(`#job-${id} a[data-expand]`);
    await page.selectOption(`#detail-${id} [name=priority]`, "3");
    await page.waitForResponse((answer) => answer.url().endsWith(`/admin/jobs/${id}?part=detail&in=list`));
    await page.waitForResponse((answer) => answer.url().endsWith(`/admin/jobs/${id}?part=detail&in=list`));
    expect(await page.inputValue(`#detail-${id} [name=priority]`)).toBe("3");
    await page.click(`#detail-${id} button:has-text('Set')`);
    await page.locator(".toast:has-text('has priority 3')").waitFor({ timeout: 2000 });
    expect((await site.app.store.get(id))?.priority).toBe(3);
  });

  test("a search suggests fields and values under the cursor, and marks what it cannot read", async () => {
    await page.focus("#search");
    await page.keyboard.type("stat");
    await page.locator("#suggestions [role=option]:has-text('status:')").waitFor({ timeout: 3000 });
    expect(await page.evaluate("document.activeElement.id")).toBe("search");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.inputValue("#search")).toBe("status:");
    await page.keyboard.type("fai");
    await page.locator("#suggestions [role=option]:has-text('failed')").waitFor({ timeout: 3000 });
    await page.evaluate(axe);
    expect(await page.evaluate("axe.run('#job-list').then(r => r.violations.map(v => v.id))")).toEqual([]);
    await page.click("#suggestions [role=option]:has-text('failed')");
    expect(await page.inputValue("#search")).toBe("status:failed ");
    await page.keyboard.type("queue:hsh");
    await page.keyboard.press("Enter");
    await page.locator("#search-faults mark:has-text('hsh')").waitFor();
    await page.click("#search-faults a:has-text('Use hash')");
    await page.waitForURL("**queue%3Ahash*");
    expect(await page.locator("#search-faults").count()).toBe(0);
  });

  test("a stream that drops shows a banner and recovers by itself", async () => {
    await page.locator("#stream-lost").waitFor({ state: "hidden" });
    await context.setOffline(true);
    // The stream in hand is not cut by going offline; a request that ends it is.
    await page.evaluate("document.getElementById('stream')._htmx.sse.reader.cancel()");
    await page.locator("#stream-lost").waitFor({ state: "visible", timeout: 8000 });
    await context.setOffline(false);
    await page.locator("#stream-lost").waitFor({ state: "hidden", timeout: 8000 });
    const id = await enqueue("hold", 1);
    await page.locator(`#working-${id}`).waitFor({ timeout: 2500 });
  });

  test("the keyboard reaches search, rows and the list of keys", async () => {
    const id = await enqueue("fail", 1);
    await page.locator(`#job-${id} .badge-failed`).waitFor({ timeout: 3000 });
    await page.keyboard.press("j");
    await page.keyboard.press("e");
    await page.locator(`#detail-${id} .failure:has-text("input.truncated")`).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    expect(await page.evaluate("document.activeElement.id")).toBe("search");
    await page.evaluate("document.activeElement.blur()");
    await page.keyboard.press("?");
    expect(await page.locator("#dialog[open] .key-sheet").count()).toBe(1);
  });

  test("a theme that is chosen is there before the first paint of the next page", async () => {
    await page.click(".account summary");
    const saved = page.waitForResponse("**/theme");
    await page.click("[data-theme-choice=dark]");
    await saved;
    await page.reload();
    expect(await (await context.request.get(`${site.origin}/admin/jobs`)).text()).toContain(
      'data-theme="dark"',
    );
    expect(await page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe("dark");
  });

  test.each([
    ["light", 1280],
    ["dark", 360],
  ] as const)("axe finds nothing, and nothing scrolls sideways: %s at %d px", async (colorScheme, width) => {
    const held = await enqueue("hold", 1);
    (await site.run(held)).job.progress(42);
    await site.app.queue.move(held, "pause", "Olga Owner");
    const failed = await enqueue("fail", 2);
    const waiting = await enqueue("hold", 3);
    await site.app.queue.move(waiting, "pause", "Olga Owner", { at: Date.now() + 3_600_000 });
    await site.app.yielding.report({
      userId: "1",
      who: "Anna",
      fileId: 1,
      title: "Heat",
      isAudio: false,
      playing: true,
    });
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${site.origin}/admin/jobs`);
    for (const box of await page.locator("#jobs [name=ids]").all()) await box.check();
    await page.click("#bulk button[value=acknowledge]");
    await page.locator(".toast").waitFor();
    for (const path of [
      "/admin/jobs",
      "/admin/jobs?q=status%3Afaild",
      "/admin/jobs/pause-all",
      "/admin/jobs/restart-workers",
      "/admin/jobs/clear-stuck",
      "/admin/jobs/all",
      "/admin/jobs/all/ask?verb=cancel",
      "/admin/jobs/queues/hash",
      "/admin/operations",
      `/admin/jobs/${waiting}`,
      "/admin",
      "/admin/settings",
      "/admin/audit",
      "/admin/about",
      `/admin/jobs/${failed}`,
    ]) {
      await page.goto(site.origin + path);
      if (path === "/admin/jobs") {
        await page.click(`#job-${failed} a[data-expand]`);
        await page.locator(`#detail-${failed}`).waitFor();
      }
      await page.evaluate(axe);
      const found = (await page.evaluate(
        "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))",
      )) as string[];
      expect({ path, found }).toEqual({ path, found: [] });
      expect({
        path,
        over: await page.evaluate("document.body.scrollWidth - document.body.clientWidth"),
      }).toEqual({ path, over: 0 });
    }
  });
});
