// The history page in a real browser: charts that one can point at, with a mouse and with keys, while they go on living.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { recordEvent } from "../../src/history/event-log.ts";
import { ownerInput } from "../support/app.ts";
import { chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type JobsSite, jobsSite } from "../support/jobs-site.ts";

setDefaultTimeout(60_000);

describe.skipIf(!chromiumPath)("the history page in a browser", () => {
  let chromium: Browser;
  let site: JobsSite;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [chromium, site] = [await openChromium(), await jobsSite()];
    for (const n of [1, 2, 3]) await site.app.queue.enqueue("quick", { n });
    await site.app.queue.enqueue("fail", { n: 4 });
    context = await chromium.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    await signIn(page, site.origin, ownerInput, "/admin/jobs");
    await page.locator("#jobs .badge-completed").nth(2).waitFor();
    await page.locator("#jobs .badge-failed").waitFor();
    await page.goto(`${site.origin}/admin/history`);
  });
  afterAll(async () => {
    await context.close();
    await site.close();
    await chromium.close();
  });

  const cursor = (name: string) => page.locator(`#chart-${name} .cursor`);
  const moment = (name: string) => page.locator(`#chart-${name} .moment`).textContent();
  const completed = () => page.locator("#chart-done .key b").first().textContent();

  test("arrow keys go from bucket to bucket, in all charts at once, and are read out", async () => {
    await cursor("done").focus();
    expect(await cursor("done").getAttribute("aria-valuetext")).toMatch(/: Completed 3, Failed 1$/);
    const now = await moment("wait");
    expect(now).toMatch(/^\d\d:\d\d–\d\d:\d\d/);
    await page.keyboard.press("ArrowLeft");
    expect(await cursor("done").getAttribute("aria-valuetext")).toMatch(
      /, not recorded: Completed –, Failed –$/,
    );
    expect(await moment("wait")).not.toBe(now);
    await page.keyboard.press("Home");
    expect(await cursor("done").getAttribute("aria-valuenow")).toBe("0");
    await page.keyboard.press("Escape");
    expect(await moment("done")).toBe("in all");
  });

  test("what a mouse points at stays while the chart is drawn anew", async () => {
    const box = (await cursor("done").boundingBox())!;
    await page.mouse.move(box.x + box.width - 2, box.y + 20);
    expect(await completed()).toBe("3");
    const pointed = await moment("done");
    await site.app.queue.enqueue("quick", { n: 5 });
    await page.locator("#chart-done .key b:text-is('4')").first().waitFor({ timeout: 15_000 });
    if ((await moment("done")) !== pointed) expect(await completed()).not.toBe("–");
    expect(await page.locator("#chart-run .crosshair").isVisible()).toBe(true);
    await page.mouse.move(5, 5);
    expect(await moment("done")).toBe("in all");
  });

  test("new events are announced by a chip that brings them", async () => {
    await recordEvent(site.app, { event: "scan", detail: "Family: 3 new" });
    await page.locator("#events-new:has-text('1 new event')").waitFor({ timeout: 2500 });
    expect(await page.locator("#events tbody").count()).toBe(0);
    await page.click("#events-new a");
    await page.locator("#events tbody:has-text('Family: 3 new')").waitFor();
  });

  test("a bucket of a month leads to its day and back, and nothing scrolls sideways", async () => {
    await page.goto(`${site.origin}/admin/history?span=month`);
    await cursor("done").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**from=**");
    await page.click("text=Back to the last month");
    await page.waitForURL((url) => !url.search.includes("from="));
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  });
});
