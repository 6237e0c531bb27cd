// What an owner does in overview, people and health, in a real browser: promote and demote, check again, take a bundle home.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { memberInput, ownerInput } from "../support/app.ts";
import { axe, chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type JobsSite, jobsSite } from "../support/jobs-site.ts";

describe.skipIf(!chromiumPath)("overview, people and health", () => {
  let chromium: Browser;
  let site: JobsSite;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    [chromium, site] = await Promise.all([openChromium(), jobsSite()]);
    await site.app.accounts.createUser({ ...memberInput, role: "member" });
    page = await (await chromium.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await signIn(page, site.origin, ownerInput, "/admin");
  }, 60_000);
  afterAll(async () => {
    await chromium?.close();
    await site?.close();
  }, 30_000);

  const noFault = { found: [], sideways: 0, tooSmall: [] };
  const faultsOn = async (small: Page, path: string) => {
    await small.goto(site.origin + path);
    const session = await small.context().newCDPSession(small);
    await session.send("Runtime.evaluate", { expression: axe });
    return {
      path,
      found: await small.evaluate(
        "axe.run({ resultTypes: ['violations'] }).then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].html.slice(0, 120)))",
      ),
      sideways: await small.evaluate("document.documentElement.scrollWidth - innerWidth"),
      tooSmall: await small.evaluate(
        `[...document.querySelectorAll("main button, main input, main select, main summary, main a.btn, main a.btn-icon")]
          .map((e) => (e.matches("[type=checkbox], [type=radio]") && e.closest("label")) || e)
          .filter((e) => e.getClientRects().length > 0 && e.getBoundingClientRect().height < 43.5)
          .map((e) => e.outerHTML.slice(0, 90))`,
      ),
    };
  };

  test("the headline follows the work without a reload", async () => {
    await page.locator("#headline:has-text('Nothing is watched yet')").waitFor();
    const { id } = await site.app.queue.enqueue("fail", { n: 1 });
    await page.locator("#headline:has-text('1 failure of 1 cause needs a look')").waitFor({ timeout: 5000 });
    await site.app.queue.move(id, "remove", null);
    await page.locator("#headline:has-text('Nothing is watched yet')").waitFor({ timeout: 5000 });
  });

  test("promotes, demotes, is refused the last owner, and deletes after a question", async () => {
    await page.click(".side a:has-text('People')");
    await page.click("button[aria-label='Promote Max Member']");
    await page.locator(".toast:has-text('Max Member is an owner now.')").waitFor();
    await page.click("button[aria-label='Demote Max Member']");
    await page.locator("#users:has-text('the last owner stays')").waitFor();
    await page.click("[aria-label='Delete Max Member']");
    await page.locator("#dialog h2:has-text('Delete the account of Max Member?')").waitFor();
    await page.click("#dialog [data-close]");
    expect(await site.app.accounts.countUsers()).toBe(2);
    await page.click("[aria-label='Delete Max Member']");
    await page.click("#dialog button:has-text('Delete the account')");
    await page.locator(".toast:has-text('Deleted the account of Max Member.')").waitFor();
    expect(await page.locator("#users tbody tr").count()).toBe(1);
  });

  test("a token is shown once, and copied", async () => {
    await page.fill("#token-name", "Home Assistant");
    await page.click("button:has-text('Make a token')");
    const secret = await page.inputValue("#token-secret");
    expect(secret).toStartWith("spr_");
    await page.click(".once button:has-text('Copy')");
    await page.locator(".once button:has-text('Copied')").waitFor();
    await page.reload();
    expect(await page.content()).not.toContain(secret);
  });

  test("a check that failed is mended, checked again, and the page says so", async () => {
    const { tmp } = site.app.paths;
    // It has run for a month without making one, and says so.
    await site.app.settings.change({ backup: { enabled: false } }, null);
    rmSync(tmp, { recursive: true });
    await Bun.write(tmp, "a file where the folder was");
    await page.goto(`${site.origin}/admin/health`);
    await page.click("#checks-storage header button");
    await page.locator("#checks-storage .check-fail:has-text('takes no files')").waitFor();
    await page.locator("#health-verdict:has-text('1 check failed')").waitFor();
    rmSync(tmp);
    await Bun.write(`${tmp}/.keep`, "");
    await page.click("#checks-storage header button");
    await page.locator(".toast:has-text('Checked Storage: all well.')").waitFor();
    // "So far" while the encoders are being tried.
    await page.locator("#health-verdict:has-text('Everything checked')").waitFor();
  }, 20_000);

  test("the support bundle comes as a file", async () => {
    await page.click("a:has-text('Support bundle')");
    const coming = page.waitForEvent("download");
    await page.click("button:has-text('Make and download')");
    const download = await coming;
    expect(download.suggestedFilename()).toMatch(/^sprocket-support-[\d-]+\.tar\.gz$/);
    const files = await new Bun.Archive(await Bun.file((await download.path())!).bytes()).files();
    expect([...files.keys()]).toContain("sprocket-support/README.txt");
  }, 20_000);

  test("pages fit a phone with room for fingers, and axe finds nothing in either theme", async () => {
    // Each page once, the densest in both themes: the colours are the same everywhere.
    const rooms = {
      light: ["/admin", "/admin/people", "/admin/support-bundle"],
      dark: ["/admin/health", "/admin/about", "/admin"],
    };
    for (const colorScheme of ["light", "dark"] as const) {
      const phone = await chromium.newContext({
        viewport: { width: 360, height: 780 },
        colorScheme,
        hasTouch: true,
        isMobile: true,
        storageState: await page.context().storageState(),
      });
      const small = await phone.newPage();
      for (const path of rooms[colorScheme])
        expect(await faultsOn(small, path)).toEqual({ path, ...noFault });
      await phone.close();
    }
  }, 60_000);

  test("nothing was blocked by the content policy, and no script failed", () => {
    expect(complaints).toEqual([]);
  });
});
