// What goes wrong while a page is open, in a real browser: a session that ends, a request that fails, a job that
// fails again. The page must never go on showing what is not so.

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
import { memberInput, ownerInput } from "../support/app.ts";
import { chromiumPath, openChromium, signIn as signInBy } from "../support/chromium.ts";
import { type JobsSite, jobsSite } from "../support/jobs-site.ts";

setDefaultTimeout(60_000);

describe.skipIf(!chromiumPath)("an open page in a browser", () => {
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
  });
  afterEach(async () => {
    await context.close();
    await site.close();
  });

  const signIn = (who: { email: string; password: string }, next: string) =>
    signInBy(page, site.origin, who, next);
  const enqueue = async (kind: string, n: number) => (await site.app.queue.enqueue(kind, { n })).id;

  test("a member chooses colours and signs out", async () => {
    await site.app.accounts.createUser({ ...memberInput, role: "member" });
    await signIn(memberInput, "/");
    await page.click(".account summary");
    const saved = page.waitForResponse("**/theme");
    await page.click("[data-theme-choice=dark]");
    expect((await saved).status()).toBe(204);
    await page.click("button:has-text('Sign out')");
    await page.waitForURL("**/sign-in");
  });

  test("a session that ends is said once, with a way back in, and is not asked for again", async () => {
    await signIn(ownerInput, "/admin/jobs?status=failed");
    await page.locator("#tiles").waitFor();
    await context.clearCookies();
    await page.evaluate("document.getElementById('stream')._htmx.sse.reader.cancel()");
    await page.locator("#signed-out").waitFor({ state: "visible", timeout: 8000 });
    expect(await page.locator("#stream-lost").isVisible()).toBe(false);
    expect(await page.locator(".toast").count()).toBe(0);
    const back = `/sign-in?next=${encodeURIComponent("/admin/jobs?status=failed")}`;
    expect(await page.evaluate("document.querySelector('#signed-out a').href")).toBe(site.origin + back);
  });

  test("a click after the session ended leads to the sign-in page and back to this one", async () => {
    await signIn(ownerInput, "/admin/settings");
    await context.clearCookies();
    await page.fill("#concurrencyMultiplier-value", "3");
    await page.press("#concurrencyMultiplier-value", "Enter");
    // Not by waiting for the navigation: Enter both changes the value and sends the form, and either may lead there.
    await page.locator("input[name=password]").waitFor();
    expect(page.url()).toBe(`${site.origin}/sign-in?next=${encodeURIComponent("/admin/settings")}`);
  });

  test("a poll that fails says nothing, however often", async () => {
    const id = await enqueue("hold", 99);
    await signIn(ownerInput, `/admin/jobs/${id}`);
    const poll = page.locator("[hx-trigger^=every]").first();
    const address = (await poll.getAttribute("hx-get"))!;
    await page.route(`**${address}`, (route) => route.abort());
    const failed = page.evaluate<boolean>(
      `new Promise((resolve) => document.addEventListener("htmx:error", () => setTimeout(resolve, 0, true)))`,
    );
    expect(await failed).toBe(true);
    expect(await page.locator(".toast").count()).toBe(0);
    (await site.run(id)).finish();
  });

  test("a retried job that fails again says so in a list of failures that is held open", async () => {
    await signIn(ownerInput, "/admin/jobs");
    const id = await enqueue("fail", 1);
    await page.goto(`${site.origin}/admin/jobs?status=failed`);
    await page.locator(`#job-${id} .badge-failed`).waitFor({ timeout: 5000 });
    await page.click(`#job-${id} a[data-expand]`);
    await page.locator(`#detail-${id}`).waitFor();
    await page.click(`#job-${id} [data-move=retry]`);
    // It runs at once and fails in the same way.
    await page.locator(`#detail-${id} .life-steps :text('Attempt 2 failed')`).waitFor({ timeout: 6000 });
    await page.locator(`#job-${id} .badge-failed`).waitFor({ timeout: 6000 });
    expect(await page.locator(`#job-${id} [data-move=cancel]`).count()).toBe(0);
  });

  test("an open row of a retried job shows the new attempt, not the old failure", async () => {
    await signIn(ownerInput, "/admin/jobs");
    const id = await enqueue("hold", 1);
    (await site.run(id)).finish();
    await page.locator(`#job-${id} .badge-completed`).waitFor({ timeout: 5000 });
    const cancelled = await enqueue("hold", 2);
    await site.run(cancelled);
    await page.click(`#working-${cancelled} [aria-label^="Cancel"]`);
    await page.locator(`#job-${cancelled} .badge-cancelled`).waitFor({ timeout: 5000 });
    await page.click(`#job-${cancelled} a[data-expand]`);
    await page.locator(`#detail-${cancelled} .failure.neutral`).waitFor();
    await page.click(`#job-${cancelled} [data-move=retry]`);
    await page.locator(`#detail-${cancelled} .failure`).waitFor({ state: "detached", timeout: 6000 });
    await page.locator(`#detail-${cancelled} .life-steps [data-kind=running]`).waitFor();
  });

  test("a question that cannot be asked shows no old or empty dialog", async () => {
    await signIn(ownerInput, "/admin/jobs");
    await page.click(".work [href$=kill-all]");
    await page.locator("#dialog h2:has-text('Nothing is running.')").waitFor();
    await page.click("#dialog [data-close]");
    await page.route("**/clear-failures", (route) => route.abort());
    await page.click(".page-head .more summary");
    await page.click(".page-head [href$=clear-failures]");
    await page.locator(".toast:has-text('The server can')").waitFor();
    expect(await page.locator("#dialog[open]").count()).toBe(0);
  });

  test("Live work keeps its room when a job ends, and the buttons of a queue their places", async () => {
    await signIn(ownerInput, "/admin/jobs");
    await site.app.settings.change({ concurrencyMultiplier: 6 }, null);
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push(await enqueue("hold", n));
    for (const id of ids) await page.locator(`#working-${id}`).waitFor({ timeout: 5000 });
    const places = () =>
      page.evaluate<number[]>(
        `["#queues", "#queue-thumbnail [title^='More']", "#queue-thumbnail [title^='Pause']"]
          .flatMap((s) => { const r = document.querySelector(s).getBoundingClientRect(); return [r.x, r.y]; })`,
      );
    const before = await places();
    for (const id of ids) (await site.run(id)).finish();
    await page.locator("#working:has-text('Nothing runs')").waitFor({ timeout: 5000 });
    expect((await places()).map((place, i) => Math.round(place - before[i]!))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("on a phone everything one touches is 44 px high, and a job says when", async () => {
    const id = await enqueue("fail", 1);
    await signIn(ownerInput, "/admin/jobs");
    await page.setViewportSize({ width: 360, height: 780 });
    for (const path of ["/", "/admin", "/admin/jobs", "/admin/settings", `/admin/jobs/${id}`]) {
      await page.goto(site.origin + path);
      const small = await page.evaluate<string[]>(
        `[...document.querySelectorAll("button, input, select, summary, a.btn, a.btn-icon, .side a, .brand")]
          .map((e) => (e.matches("[type=checkbox], [type=radio]") && e.closest("label")) || e)
          .filter((e) => e.getClientRects().length > 0 && e.getBoundingClientRect().height < 44)
          .map((e) => e.outerHTML.slice(0, 90))`,
      );
      expect({ path, small }).toEqual({ path, small: [] });
    }
    await page.goto(`${site.origin}/admin/jobs`);
    expect(await page.locator(`#job-${id} .when`).isVisible()).toBe(true);
    await page.goto(`${site.origin}/`);
    await page.keyboard.press("/");
    expect(await page.evaluate("document.activeElement.id")).toBe("search");
  });

  test("the welcome and sign-in cards stand in the middle", async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${site.origin}/sign-in`);
    const aside = await page.evaluate<number>(
      "(() => { const r = document.querySelector('.door').getBoundingClientRect(); return Math.abs(r.left + r.right - document.body.clientWidth) / 2; })()",
    );
    expect(aside).toBeLessThan(2);
  });
});
