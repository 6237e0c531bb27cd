// Problems, history and a file's page in a real browser: what an owner does about failures, on a desk and on a phone.

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
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { FileRow } from "../../src/db/tables/library.ts";
import { excludeFiles } from "../../src/healing/quarantine.ts";
import { getFile } from "../../src/library/files.ts";
import { pauseQueue, resumeQueue } from "../../src/queue/pausing.ts";
import { ownerInput } from "../support/app.ts";
import { axe, chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { settled } from "../support/fake-clock.ts";
import { type ProblemSite, problemSite } from "../support/problem-site.ts";

setDefaultTimeout(60_000);

describe.skipIf(!chromiumPath)("problems in a browser", () => {
  let chromium: Browser;
  let site: ProblemSite;
  let server: ReturnType<typeof Bun.serve>;
  let context: BrowserContext;
  let page: Page;
  let files: FileRow[];
  const origin = () => `http://127.0.0.1:${server.port}`;

  beforeAll(async () => {
    chromium = await openChromium();
  });
  afterAll(() => chromium.close());
  beforeEach(async () => {
    site = await problemSite();
    await site.app.clock.leap(Date.now() - site.app.clock.now());
    server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request, self) => site.site.fetch(request, self),
    });
    await site.app.accounts.createUser({ ...ownerInput, role: "owner" });
    files = [await site.file("a.mp4"), await site.file(`<b>"b".mp4`)];
    for (const file of files) await site.work(file);
    context = await chromium.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    await signIn(page, origin(), ownerInput, "/admin/problems");
  });
  afterEach(async () => {
    await context.close();
    await server.stop(true);
    await site.close();
  });

  const count = () => page.locator("#problem-count");
  /** Whatever waits goes on waiting. */
  const hold = async (isHeld: boolean) => {
    const { app } = site;
    const { queue } = app.queue.catalogue.kinds[0]!;
    const ask = { by: "Olga", ends: null, mode: "drain" as const };
    if (isHeld) await pauseQueue(app.store, queue, ask, app.clock.now());
    else await resumeQueue(app.store, queue, [queue], app.clock.now());
    app.events.publish({ topic: "queue", queue });
  };
  /** The server's clock stands: streams look when it goes on. */
  const beat = async () => {
    for (let n = 0; n < 10; n++) {
      await site.app.clock.advance(300);
      await settled();
    }
  };

  test("a cause is retried after a question that counts, shows so, and leaves the page and the navigation", async () => {
    site.fails = null;
    await hold(true);
    await page.click(".problem [href$=retry]");
    await page.locator("#dialog h2:has-text('Retry 2 failed jobs?')").waitFor();
    await page.click("#dialog button[type=submit]");
    await page.locator(".toast:has-text('2 jobs wait again.')").waitFor();
    await page.locator(".problem .badge:has-text('2 retrying…')").waitFor();
    await count().waitFor({ state: "hidden" });
    expect(await page.locator("#dialog[open]").count()).toBe(0);
    await hold(false);
    await beat();
    await page.locator("#causes :text('Nothing fails now.')").waitFor();
  });

  test("a retry is undone", async () => {
    await hold(true);
    await page.click(".problem [href$=retry]");
    await page.click("#dialog button[type=submit]");
    await page.click(".toast [data-undo]");
    await page.locator(".toast:has-text('Put back 2 jobs.')").waitFor();
    await beat();
    await page.locator(".problem-count:has-text('2 failed jobs')").waitFor();
    await page.locator(".problem .badge:has-text('retrying')").waitFor({ state: "detached" });
  });

  test("a new cause appears by itself, here and in another page's navigation; what is open and ticked stays so", async () => {
    const other = await context.newPage();
    await other.goto(`${origin()}/admin/settings`);
    await page.click(".problem .said summary");
    await page.check(".problem [name=cause]");
    site.fails = { code: "input.corrupt", message: "no JPEG" };
    await site.work(await site.file("c.mp4"));
    await beat();
    await page.locator(".problem h3:text-is('Damaged files')").waitFor();
    expect(await page.locator(".problem .said[open]").count()).toBe(1);
    expect(await page.locator("[name=cause]:checked").count()).toBe(1);
    expect(await page.textContent("#cause-bulk b")).toBe("1 cause ticked");
    expect(await count().textContent()).toStartWith("2");
    await other.locator("#problem-count:has-text('2')").waitFor();
  });

  test("ticked causes are ignored together with a note, and one is shown again", async () => {
    site.fails = { code: "input.corrupt", message: "no JPEG" };
    await site.work(await site.file("c.mp4"));
    await page.reload();
    await page.locator("[name=cause]").first().check();
    await page
      .locator("[name=cause]")
      .last()
      .click({ modifiers: ["Shift"] });
    await page.click("#cause-bulk [value=ignore]");
    await page.getByRole("dialog", { name: "Ignore 2 causes of 3 failures?" }).waitFor();
    await page.selectOption("#dialog [name=days]", "7");
    await page.fill("#dialog [name=note]", "old tapes");
    await page.click("#dialog button[type=submit]");
    await page.locator(".toast:has-text('Ignored 2 causes. 3 failures cleared.')").waitFor();
    await page.locator("#causes :text('Nothing fails now.')").waitFor();
    await page.locator("#cause-bulk").waitFor({ state: "hidden" });
    await page.click("#problem-tabs a:has-text('Ignored')");
    expect(await page.locator("#ignored li:has-text('old tapes')").count()).toBe(2);
    await page.click("#ignored button >> nth=0");
    await page.locator("#ignored li").nth(1).waitFor({ state: "detached" });
  });

  test("files of a cause are held back, one is released with the keyboard, another one excluded by hand", async () => {
    await page.click(".problem [href$=quarantine]");
    await page.click("#dialog button[type=submit]");
    await page.locator(".toast:has-text('2 files held back')").waitFor();
    await page.click("#problem-tabs a:has-text('Quarantine')");
    await page.locator("#quarantine h2:has-text('2 files')").waitFor();
    await page.focus(`#held-${files[0]!.id} button`);
    await page.keyboard.press("Enter");
    await page.locator("#quarantine h2:has-text('1 file')").waitFor();
    expect((await getFile(site.app.db, files[0]!.id)).state).not.toBe("quarantined");
    await page.fill("#exclude [name=find]", "a.mp4");
    await page.keyboard.press("Enter");
    await page.click("#exclude [href*=exclude]");
    await page.fill("#dialog [name=reason]", "a test recording");
    await page.click("#dialog button[type=submit]");
    await page.locator(`#held-${files[0]!.id}:has-text('a test recording')`).waitFor();
    for (const box of await page.locator("[name=ids]").all()) await box.check();
    await page.click("#held-bulk button >> nth=0");
    await page.locator(".toast:has-text('Released 2 files.')").waitFor();
    await page.locator("#quarantine :text('No file is held back.')").waitFor();
  });

  test("a file is excluded from its page, and released there", async () => {
    await page.goto(`${origin()}/files/${files[1]!.id}`);
    await page.click("#more summary");
    await page.click("[href$=exclude]");
    await page.fill("#dialog [name=reason]", "a test recording");
    await page.click("#dialog button[type=submit]");
    await page.locator("#trouble:has-text('a test recording')").waitFor();
    await page.locator("#history:has-text('Quarantined')").waitFor();
    await page.click("#trouble button:text-is('Release')");
    await page.locator("#trouble button:text-is('Release')").waitFor({ state: "detached" });
    await page.locator("#history:has-text('Released')").waitFor();
  });

  test("events and failures come as CSV", async () => {
    await excludeFiles(site.app, [files[0]!.id], "a test recording", "Olga Owner");
    await page.goto(`${origin()}/admin/history`);
    for (const [list, holds] of [
      ["#events", "a test recording"],
      ["#failures", "moov atom not found"],
    ] as const) {
      const coming = page.waitForEvent("download");
      await page.click(`${list} a[href*='format=csv']`);
      const file = await (await coming).path();
      expect(readFileSync(file, "utf8")).toContain(holds);
    }
  });

  test("without JavaScript every act is a link and a form", async () => {
    const plain = await chromium.newContext({
      javaScriptEnabled: false,
      storageState: await context.storageState(),
    });
    const bare = await plain.newPage();
    await bare.goto(`${origin()}/admin/problems`);
    await bare.click(".problem [href$=quarantine]");
    await bare.click(".confirm button[type=submit]");
    await bare.waitForURL("**/admin/problems");
    expect(await bare.locator(".toast").textContent()).toContain("2 files held back");
    await bare.click("#problem-tabs a:has-text('Quarantine')");
    await bare.click(`#held-${files[1]!.id} button >> nth=1`);
    expect(await bare.locator(".toast").textContent()).toContain("1 job waits again");
    await plain.close();
  });

  test.each([
    ["light", 1280],
    ["dark", 360],
  ] as const)(
    "axe finds nothing, nothing scrolls sideways, fingers find everything: %s at %d px",
    async (colorScheme, width) => {
      await excludeFiles(site.app, [files[1]!.id], "a test recording", "Olga Owner");
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const [cause] = await site.app.store.failureGroups();
      for (const path of [
        "/admin/problems",
        "/admin/problems?tab=stuck",
        "/admin/problems?tab=quarantine&find=a.mp4",
        `/admin/problems/${cause!.fingerprint}/ignore`,
      ]) {
        await page.goto(origin() + path);
        await page.evaluate(axe);
        const found = await page.evaluate<string[]>(
          "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))",
        );
        const over = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.body.clientWidth",
        );
        const small = await page.evaluate<string[]>(
          `[...document.querySelectorAll("main button, main input, main select, main summary, main a.btn, .side a")]
            .filter((e) => e.getClientRects().length > 0 && e.getBoundingClientRect().height < 44)
            .map((e) => e.outerHTML.slice(0, 90))`,
        );
        expect({ path, found, over, small: width === 360 ? small : [] }).toEqual({
          path,
          found: [],
          over: 0,
          small: [],
        });
      }
    },
  );
});
