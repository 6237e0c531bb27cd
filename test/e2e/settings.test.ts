// The settings page in a real browser: a change that applies at once and reaches whoever else looks, one that is refused,
// what somebody is typing while another owner changes the same, lists in a dialog, and all of it without scripts.

import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { ownerInput } from "../support/app.ts";
import { axe, chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type JobsSite, jobsSite } from "../support/jobs-site.ts";

setDefaultTimeout(60_000);

const multiplier = "#concurrencyMultiplier-value";
const reason = "#concurrencyMultiplier-refusal";

describe.skipIf(!chromiumPath)("the settings page in a browser", () => {
  let chromium: Browser;
  let site: JobsSite;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    chromium = await openChromium();
    site = await jobsSite();
    context = await chromium.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    await signIn(page, site.origin, ownerInput, "/admin/settings");
  });
  afterAll(async () => {
    await context.close();
    await site.close();
    await chromium.close();
  });
  afterEach(async () => {
    await page.unroute("**/admin/settings/*");
    const keys = site.app.settings.all().map(({ key }) => [key, null]);
    await site.app.settings.change(Object.fromEntries(keys), null);
    await page.goto(`${site.origin}/admin/settings`);
    await page.evaluate("window.stayed = true");
  });
  const setting = <K extends Parameters<typeof site.app.settings.get>[0]>(key: K) =>
    site.app.settings.get(key);

  test("a change is saved at once, a second page follows, and Undo takes it back on both", async () => {
    const second = await context.newPage();
    await second.goto(`${site.origin}/admin/settings`);
    await page.fill(multiplier, "3");
    await page.press(multiplier, "Tab");
    await page.locator("[data-save-state=concurrencyMultiplier]:text-is('Saved')").waitFor();
    expect(setting("concurrencyMultiplier")).toBe(3);
    await second.locator(`${multiplier}[value="3"]`).waitFor({ timeout: 2000 });
    expect(await second.inputValue(multiplier)).toBe("3");
    expect(await second.inputValue("#concurrencyMultiplier [data-slider]")).toBe("3");
    await page.click(".toast [data-undo]");
    await second.locator(`${multiplier}[value="1"]`).waitFor({ timeout: 2000 });
    await page.locator(`${multiplier}[value="1"]`).waitFor({ timeout: 2000 });
    expect([await page.inputValue(multiplier), await second.inputValue(multiplier)]).toEqual(["1", "1"]);
    // A switch shows what holds as well, not only what its markup says.
    await page.check("#nsfwVisible-value");
    await second.locator("#nsfwVisible-value:checked").waitFor({ timeout: 2000 });
    await second.close();
  });

  test("a value the browser or the server turns down goes back to what holds, and says why", async () => {
    for (const wrong of ["99", "2.5", ""]) {
      await page.fill(multiplier, wrong);
      await page.press(multiplier, "Tab");
      await page.locator(`${reason}:has-text("Not changed")`).waitFor();
      expect([wrong, await page.inputValue(multiplier)]).toEqual([wrong, "1"]);
    }
    await page.fill("#autoScan-intervalMinutes", "soon");
    await page.press("#autoScan-intervalMinutes", "Tab");
    await page.locator("#autoScan-refusal:has-text('give a time like 30 s, 5 min or 1 h 30 min')").waitFor();
    expect(await page.inputValue("#autoScan-intervalMinutes")).toBe("1 h");
    expect(await page.locator(".toast").count()).toBe(0);
  });

  test("many changes in a row leave the newest four said, not a wall of toasts", async () => {
    for (const value of ["2", "3", "4", "5", "6"]) {
      await page.fill(multiplier, value);
      await page.press(multiplier, "Tab");
      await page.locator(`.toast:has-text("multiplier: ${value},")`).waitFor();
    }
    expect(await page.locator(".toast").count()).toBe(4);
    expect(await page.locator(".toast:has-text('multiplier: 2,')").count()).toBe(0);
  });

  test("a request that fails puts the control back, a switch too", async () => {
    await page.route("**/admin/settings/*", (route) => route.abort());
    await page.fill(multiplier, "4");
    await page.press(multiplier, "Tab");
    await page.locator(`${reason}:has-text("can't be reached")`).waitFor();
    expect(await page.inputValue(multiplier)).toBe("1");
    await page.click("#nsfwVisible-value");
    await page.locator('#nsfwVisible-refusal:has-text("can\'t be reached")').waitFor();
    expect(await page.isChecked("#nsfwVisible-value")).toBe(false);
    expect(await page.locator(".toast").count()).toBe(0);
  });

  test("what somebody is typing stays while another owner changes it, and is said", async () => {
    await page.focus("#retention-days");
    await page.keyboard.press("End");
    await page.keyboard.type("5");
    await site.app.settings.change({ retention: { days: 30 } }, ownerInput.email);
    await page
      .locator(`#retention [data-meanwhile]:has-text("Changed by ${ownerInput.name} to Keep for 30 days")`)
      .waitFor({ timeout: 2500 });
    expect(await page.inputValue("#retention-days")).toBe("905");
    // Given up, it shows what holds.
    await page.fill("#retention-days", "90");
    await page.evaluate("document.activeElement.blur()");
    await page.locator('#retention-days[value="30"]').waitFor();
    expect(await page.inputValue("#retention-days")).toBe("30");
  });

  test("an amount is typed as people say it; a slider, a kind's time and Back to the default apply", async () => {
    await page.fill("#diskFree-diskFreeMb", "5 GB");
    await page.press("#diskFree-diskFreeMb", "Tab");
    await page.locator(".toast:has-text('5 GB, was 2,048 MB')").waitFor();
    await page.click("#diskFree-form [name=restore]");
    await page.locator('#diskFree-diskFreeMb[value="2,048 MB"]').waitFor();
    await page.focus("#concurrencyMultiplier [data-slider]");
    await page.keyboard.press("ArrowRight");
    await page.locator(`${multiplier}[value="2"]`).waitFor();
    expect(setting("concurrencyMultiplier")).toBe(2);
    await page.click("#stuckAfterS summary");
    await page.fill("#stuckAfterS-value-hold", "5 min");
    await page.press("#stuckAfterS-value-hold", "Tab");
    await page.locator("#stuckAfterS-value-hold[value='5 min']").waitFor();
    expect(setting("stuckAfterS")).toEqual({ hold: 300 });
    // The table is still open.
    expect(await page.isVisible("#stuckAfterS-value-hold")).toBe(true);
  });

  test("quiet hours are added in a dialog, which stays while they are refused; removing them can be undone", async () => {
    await page.click("#quietHours a:has-text('Add quiet hours')");
    await page.fill("#dialog [name='quietHours.0.from']", "22:00");
    await page.fill("#dialog [name='quietHours.0.to']", "07:00");
    // What a browser of another make may send.
    await page.evaluate("document.querySelector(\"#dialog [name='quietHours.0.to']\").type = 'text'");
    await page.fill("#dialog [name='quietHours.0.to']", "7");
    await page.click("#dialog button:has-text('Add')");
    await page.locator("#dialog :text('give a time like 22:00')").waitFor();
    expect(await page.inputValue("#dialog [name='quietHours.0.from']")).toBe("22:00");
    await page.fill("#dialog [name='quietHours.0.to']", "07:00");
    await page.click("#dialog button:has-text('Add')");
    await page.locator("#quietHours .entries li:has-text('22:00 to 07:00')").waitFor();
    expect(await page.locator("#dialog[open]").count()).toBe(0);
    await page.click("#quietHours button:has-text('Remove')");
    await page.locator("#quietHours .entries li").waitFor({ state: "detached" });
    await page.click(".toast:has-text('Removed') [data-undo]");
    await page.locator("#quietHours .entries li").waitFor();
    expect(await page.evaluate("window.stayed")).toBe(true);
  });

  test("a media server is tried in its dialog, and nothing is added", async () => {
    await page.click("#mediaServers a:has-text('Add a media server')");
    await page.fill("#dialog [type=url]", "http://127.0.0.1:9");
    await page.fill("#dialog [type=password]", "abc");
    await page.click("#dialog button:has-text('Test')");
    await page.locator("#trial:has-text('Nothing answers at this address.')").waitFor();
    expect(await page.inputValue("#dialog [type=password]")).toBe("abc");
    expect(setting("yield").playback.servers).toEqual([]);
  });

  test("the filter shows what matches and says how many; Esc shows all again", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("gpu memory");
    expect(await page.isVisible("#vramBudgetMb")).toBe(true);
    expect(await page.isVisible("#retention")).toBe(false);
    expect(await page.textContent("#filter-count")).toMatch(/^\d+ match$/);
    await page.keyboard.type("zzz");
    expect(await page.isVisible("#filter-none")).toBe(true);
    await page.keyboard.press("Escape");
    expect(await page.isVisible("#retention")).toBe(true);
  });

  test("axe finds nothing in the lists and their dialog on a phone, and nothing scrolls sideways", async () => {
    const servers = [{ type: "plex", url: "http://127.0.0.1:9", token: "abc" }];
    const quietHours = [{ from: "22:00", to: "07:00" }];
    await site.app.settings.change({ yield: { quietHours, playback: { servers } } }, null);
    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(`${site.origin}/admin/settings`);
    await page.evaluate(axe);
    const rules = `{ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }`;
    const found = (where: string) =>
      page.evaluate<string[]>(
        `axe.run("${where}", ${rules}).then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html.slice(0, 160))))`,
      );
    expect(await found("#yield")).toEqual([]);
    await page.click("#quietHours [aria-label^=Edit]");
    await page.locator("#dialog[open] form").waitFor();
    expect(await found("#dialog")).toEqual([]);
    expect(
      await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth"),
    ).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test("without scripts a form saves, quiet hours have a page, and Undo is there", async () => {
    const plain = await chromium.newContext({
      javaScriptEnabled: false,
      storageState: await context.storageState(),
    });
    const tab = await plain.newPage();
    await tab.goto(`${site.origin}/admin/settings`);
    await tab.fill(multiplier, "6");
    await tab.click("#concurrencyMultiplier button:has-text('Save')");
    await tab.locator(".toast:has-text('Concurrency multiplier: 6, was 1.')").waitFor();
    await tab.click(".toast [data-undo]");
    await tab.locator(".toast:has-text('back to what it was')").waitFor();
    expect(setting("concurrencyMultiplier")).toBe(1);
    await tab.click("#quietHours a:has-text('Add quiet hours')");
    await tab.fill("[name='quietHours.0.from']", "22:00");
    await tab.fill("[name='quietHours.0.to']", "07:00");
    await tab.click("main button:has-text('Add')");
    await tab.locator("#quietHours .entries li:has-text('22:00 to 07:00')").waitFor();
    await plain.close();
  });
});
