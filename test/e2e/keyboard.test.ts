// The keyboard in a real browser: every key of the sheet does what it says, every control is reached and seen, and a
// dialog gives the focus back.

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
import { chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type JobsSite, jobsSite } from "../support/jobs-site.ts";

setDefaultTimeout(60_000);

describe.skipIf(!chromiumPath)("the keyboard in a browser", () => {
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

  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** What comes next must not go into what was open. */
  const shut = async () => {
    await press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "hidden" });
  };
  const enqueue = async (kind: string, n: number) => (await site.app.queue.enqueue(kind, { n })).id;
  const row = (id: number, more = "") => page.locator(`#job-${id}${more}`);

  test("the keys of the list do what the sheet says: next, previous, open, tick, retry, cancel, pause, let go", async () => {
    const failed = await enqueue("fail", 1);
    await row(failed, " .badge-failed").waitFor();
    const held = await enqueue("hold", 2);
    await row(held, " .badge-running").waitFor();
    await press("j");
    await row(held, "[data-current]").waitFor();
    await press("j");
    await row(failed, "[data-current]").waitFor();
    await press("e");
    await row(failed, " .detail").waitFor();
    await press("e");
    await row(failed, " .detail").waitFor({ state: "detached" });
    await press("x");
    expect(await row(failed, " [name=ids]").isChecked()).toBe(true);
    await press("r");
    await page.locator(`.toast:has-text("job ${failed}")`).waitFor();
    await press("k");
    await row(held, "[data-current]").waitFor();
    await press("p");
    await row(held, " .badge-frozen").waitFor();
    await press("p");
    await row(held, " .badge-running").waitFor();
    await press("c");
    await row(held, " .badge-cancelled").waitFor();
    await press("p");
    await page.locator(".toast:has-text('Pause or resume: not possible for this row')").waitFor();
    await press("Escape");
    expect(await page.locator("[data-current]").count()).toBe(0);
  });

  test("the keys of every page do what the sheet says, and none fires in a field or with a modifier", async () => {
    await press("?");
    const sheet = page.locator("#dialog[open] .key-sheet");
    await sheet.waitFor();
    for (const what of ["Search or jump", "New job", "Undo", "Problems", "Next row", "Retry"])
      expect(await sheet.textContent()).toContain(what);
    await shut();
    await press("n");
    await page.locator("#dialog[open] #kinds").waitFor();
    await shut();
    await press("/");
    await page.locator("#search:focus").waitFor();
    await page.keyboard.type("gjn?");
    expect(await page.inputValue("#search")).toBe("gjn?");
    expect(await page.locator("dialog[open]").count()).toBe(0);
    await page.evaluate("document.activeElement.blur()");
    await press("Alt+n");
    expect(await page.locator("dialog[open]").count()).toBe(0);
    for (const [key, path] of [
      ["o", "/admin"],
      ["p", "/admin/problems"],
      ["h", "/admin/history"],
      ["s", "/admin/settings"],
      ["l", "/"],
      ["j", "/admin/jobs"],
    ] as const) {
      await press("g", key);
      await page.waitForURL(`${site.origin}${path}`);
    }
    // Where there is no list, the sheet has no keys of one.
    await page.goto(`${site.origin}/admin/about`);
    await press("?");
    await sheet.waitFor();
    expect(await sheet.textContent()).not.toContain("Next row");
  });

  test("the palette goes, asks and does; what was chosen last comes first", async () => {
    await press("Control+k");
    await page.keyboard.type("pause hash");
    await page.locator("#palette [aria-selected=true]:has-text('Pause hash')").waitFor();
    await press("Enter");
    await page.locator("#dialog[open] h2:has-text('Pause hash?')").waitFor();
    await shut();
    await press("Control+k");
    await page.locator("#palette [role=group]:first-child:has-text('Recent') :text('Pause hash')").waitFor();
    await page.keyboard.type("run metadata");
    await page.locator("#palette [aria-selected=true]:has-text('Run metadata')").waitFor();
    await press("Enter");
    await page.locator(".toast:has-text('Enqueued 3')").waitFor();
    const id = await enqueue("quick", 77);
    await press("Control+k");
    await page.keyboard.type(`#${id}`);
    await page.locator(`#palette [aria-selected=true]:has-text('Job ${id}')`).waitFor();
    await press("Enter");
    await page.waitForURL(`**/admin/jobs/${id}`);
    await press("Control+k");
    await page.keyboard.type("theme dark");
    await page.locator("#palette [aria-selected=true]:has-text('Theme: dark')").waitFor();
    await press("Enter");
    await page.locator("html[data-theme=dark]").waitFor();
    await press("Control+k");
    await page.keyboard.type("zzzz qqqq");
    await page.locator("#palette [aria-selected=true]:has-text('Search jobs for “zzzz qqqq”')").waitFor();
    await press("Enter");
    await page.locator("#jobs:has-text('No job matches')").waitFor();
    expect(await page.inputValue("#search")).toBe("zzzz qqqq");
  });

  test("a dialog keeps the focus in, is called by its heading, and gives the focus back", async () => {
    const opener = page.locator("a[href$='/pause-all']").first();
    await opener.focus();
    await press("Enter");
    await page.locator("#dialog[open]").waitFor();
    const name = await page.evaluate(
      "document.getElementById(document.querySelector('#dialog').getAttribute('aria-labelledby')).textContent",
    );
    expect(name).toBe("Pause everything?");
    for (let i = 0; i < 12; i++) {
      await press("Tab");
      expect(
        await page.evaluate(
          "document.activeElement === document.body || dialog.contains(document.activeElement)",
        ),
      ).toBe(true);
    }
    await shut();
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test("Tab reaches every control of the jobs page, and each shows that it has the focus", async () => {
    const failed = await enqueue("fail", 1);
    await row(failed, " .badge-failed").waitFor();
    await page.emulateMedia({ reducedMotion: "reduce" });
    const wanted = (await page.evaluate(`
      [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
        .filter((e) => !e.disabled && e.tabIndex >= 0 && e.type !== "hidden" && e.checkVisibility({ visibilityProperty: true }) && !e.closest("dialog"))
        .map((e, n) => ((e.dataset.walk = n), n))`)) as number[];
    const reached = new Set<number>();
    const unseen: string[] = [];
    await page.evaluate("document.activeElement.blur()");
    for (let i = 0; i < wanted.length + 20 && reached.size < wanted.length; i++) {
      await press("Tab");
      const { at, shows, html } = (await page.evaluate(`(() => {
        const e = document.activeElement;
        const shown = [e, e.closest("label"), e.closest(".segments label"), e.parentElement].some((one) => {
          if (!one) return false;
          const { outlineStyle, outlineWidth } = getComputedStyle(one);
          return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
        });
        return { at: Number(e.dataset.walk), shows: shown || e === document.body, html: e.outerHTML.slice(0, 120) };
      })()`)) as { at: number; shows: boolean; html: string };
      if (!Number.isNaN(at)) reached.add(at);
      if (!shows) unseen.push(html);
    }
    expect(wanted.filter((n) => !reached.has(n))).toEqual([]);
    expect(unseen).toEqual([]);
  });
});
