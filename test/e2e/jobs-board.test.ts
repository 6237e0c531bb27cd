// The top of the jobs page as somebody uses it: pausing, the gauges, what has finished, and a server that restarts under
// the open page.

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

describe.skipIf(!chromiumPath)("the board of queues in a browser", () => {
  let chromium: Browser;
  let site: JobsSite;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    chromium = await openChromium();
  });
  afterAll(() => chromium.close());
  beforeEach(async () => {
    site = await jobsSite();
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    await site.close();
  });

  const somebody = async (width = 1280): Promise<Page> => {
    const context = await chromium.newContext({ viewport: { width, height: 800 } });
    contexts.push(context);
    const page = await context.newPage();
    await signIn(page, site.origin, ownerInput, "/admin/jobs");
    return page;
  };
  const enqueue = async (kind: string, n: number) => (await site.app.queue.enqueue(kind, { n })).id;

  test("a queue that one owner pauses for an hour is paused for the other within two seconds", async () => {
    const [one, other] = [await somebody(), await somebody()];
    await other.locator(".idle-list #queue-thumbnail").waitFor();
    await one.click("#queue-thumbnail [title='Pause thumbnail']");
    await one.click("#dialog button:has-text('1 h')");
    await one.locator(".toast:has-text('Paused thumbnail')").waitFor({ timeout: 1000 });
    await other
      .locator(".queues #queue-thumbnail.held:has-text('paused by Olga Owner, resumes')")
      .waitFor({ timeout: 2000 });
    await other.click("#queue-thumbnail [title='Resume thumbnail']");
    await one.locator(".idle-list #queue-thumbnail").waitFor({ timeout: 2000 });
  });

  test("a pause takes any length that somebody writes, and Enter means what was written", async () => {
    const page = await somebody();
    await page.click("#queue-hash [title='Pause hash']");
    await page.fill("#dialog [name=other]", "2 h 30 min");
    await page.press("#dialog [name=other]", "Enter");
    await page.locator("#queue-hash.held").waitFor({ timeout: 2000 });
    const state = (await site.app.store.queueStates()).find(({ queue }) => queue === "hash")!;
    const { at } = state.pauseEnds as { at: number };
    expect(Math.round((at - state.pausedAt!.getTime()) / 60_000)).toBe(150);
    await page.click("#queue-metadata [title='Pause metadata']");
    await page.fill("#dialog [name=other]", "soon");
    await page.press("#dialog [name=other]", "Enter");
    await page
      .locator("#dialog [role=alert]:has-text('2 h 30 min, 3 days or 22:30')")
      .waitFor({ timeout: 2000 });
    // It is mended where it was written.
    expect(await page.inputValue("#dialog [name=other]")).toBe("soon");
    await page.fill("#dialog [name=other]", "20 min");
    await page.press("#dialog [name=other]", "Enter");
    await page.locator("#queue-metadata.held").waitFor({ timeout: 2000 });
    await page.locator("#dialog[open]").waitFor({ state: "hidden" });
  });

  test("gauges and live work move with what runs; what has ended is still told", async () => {
    const page = await somebody();
    const cpu = page.locator("#gauges [role=meter][aria-label='CPU jobs']");
    expect(await cpu.getAttribute("aria-valuenow")).toBe("0");
    const id = await enqueue("hold", 1);
    await page.locator("#gauges [aria-label='CPU jobs'][aria-valuenow='1']").waitFor({ timeout: 2500 });
    await page.locator(".queues #queue-thumbnail.busy").waitFor({ timeout: 2500 });
    (await site.run(id)).finish();
    await page.locator(`#recent-${id}:has-text('Completed')`).waitFor({ timeout: 2500 });
    await page.locator("#gauges [aria-label='CPU jobs'][aria-valuenow='0']").waitFor({ timeout: 2500 });
    // Idle again, and its card stays where it is: nothing jumps between two jobs.
    expect(await page.locator(".queues #queue-thumbnail:has-text('idle')").count()).toBe(1);
  });

  test("purging one state of a queue says how many before it does", async () => {
    const page = await somebody();
    for (const n of [1, 2]) await enqueue("fail", n);
    await page.locator("#queue-hash:has-text('failed2')").waitFor({ timeout: 3000 });
    await page.click("#queue-hash [title='More for hash']");
    await page.click("#dialog a:has-text('2 failed…')");
    await page.locator("#dialog h2:has-text('Purge 2 failed jobs of hash?')").waitFor();
    await page.click("#dialog button[type=submit]");
    await page.locator(".toast:has-text('Purged 2')").waitFor({ timeout: 2000 });
  });

  test("a server that restarts under an open page is found again, and the page says so", async () => {
    const page = await somebody();
    await page.locator("#queue-board").waitFor();
    await site.goAway();
    await page.locator("#stream-lost").waitFor({ state: "visible", timeout: 10_000 });
    const id = await enqueue("hold", 1);
    site.comeBack();
    await page.locator("#stream-back:has-text('Connected again')").waitFor({ timeout: 10_000 });
    expect(await page.locator("#stream-lost").isVisible()).toBe(false);
    await page.locator(`#working-${id}`).waitFor({ timeout: 2500 });
  });

  test("a page of a former build asks to be loaded anew", async () => {
    const page = await somebody();
    await page.route("**/admin/jobs", async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace(/data-build="[^"]*"/, 'data-build="0.0.1"');
      await route.fulfill({ response: answer, body });
    });
    await page.reload();
    await page.locator("#upgraded a:has-text('Reload')").waitFor({ timeout: 10_000 });
  });

  test("a phone shows the telling queues as cards and folds the idle ones; axe finds nothing", async () => {
    const page = await somebody(360);
    await enqueue("fail", 1);
    await page.locator(".queues #queue-hash").waitFor({ timeout: 3000 });
    expect(await page.locator(".idle-list").isVisible()).toBe(false);
    await page.click("#idle-fold summary");
    expect(await page.locator(".idle-list #queue-thumbnail").isVisible()).toBe(true);
    await page.evaluate(axe);
    const found = await page.evaluate(
      "axe.run('main').then(r => r.violations.map(v => v.id + v.nodes[0].html))",
    );
    expect(found).toEqual([]);
    expect(await page.evaluate("document.body.scrollWidth - document.body.clientWidth")).toBe(0);
  });
});
