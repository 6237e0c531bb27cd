// Files in a real browser: a failure is found, understood and retried in place; the grid is searched, scrolled and worked on.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { getFile } from "../../src/library/files.ts";
import { memberInput, ownerInput } from "../support/app.ts";
import { axe, chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type FilesSite, filesSite } from "../support/files-site.ts";

setDefaultTimeout(60_000);

describe.skipIf(!chromiumPath)("files in a browser", () => {
  let chromium: Browser;
  let site: FilesSite;
  let context: BrowserContext;
  let page: Page;
  /** Enough for three pages of the grid. */
  const many = 150;

  beforeAll(async () => {
    chromium = await openChromium();
    site = await filesSite();
    for (let i = 0; i < many; i++)
      await site.file(`2024/${String(i).padStart(3, "0")}.jpg`, { type: "image", mimeType: "image/jpeg" });
    context = await chromium.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    await signIn(page, site.origin, ownerInput, "/");
  });
  afterAll(async () => {
    await context.close();
    await site.close();
    await chromium.close();
  });

  const goto = (path: string) => page.goto(site.origin + path);
  const shots = () => page.locator("#shots .shot").count();

  test("a failed job says why, and its Retry ends in place with what is open still open", async () => {
    const file = await site.file("broken.mp4", { state: "invalid", reasonCode: "input.truncated" });
    const id = await site.work(file);
    await goto(`/files/${file.id}`);
    const job = page.locator(`#job-${id}`);
    await job.locator(".failure", { hasText: "Copy it again from its source" }).waitFor();
    expect(await page.locator("#stage").textContent()).toContain("cannot be played");
    site.fails = null;
    await job.getByRole("button", { name: "Retry" }).click();
    await page.locator(".toast", { hasText: "runs again" }).waitFor();
    await job.locator(".badge-completed").waitFor({ timeout: 4000 });
    await page.locator("#why .badge-completed").waitFor({ timeout: 4000 });
    expect(await job.locator("details").getAttribute("open")).not.toBeNull();
    expect(await job.locator(".attempts li").count()).toBe(2);
  });

  test("a search is written by keyboard with suggestions, and a fault is mended with one click", async () => {
    await site.file("written.mp4");
    await goto(`/libraries/${site.library.id}`);
    await page.keyboard.press("/");
    await page.keyboard.type("type:vi");
    await page.locator("#suggestions [role=option]:first-child b:text-is('video')").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.inputValue("#search")).toBe("type:video ");
    await page.keyboard.press("Enter");
    await page.locator("#found", { hasText: /\d files? match/ }).waitFor();
    await page.fill("#search", "tpye:video");
    await page.press("#search", "Enter");
    await page.locator("#search-faults a", { hasText: "Use type" }).click();
    await page.locator("#found", { hasText: /\d files? match/ }).waitFor();
    // Offered again where files are searched, and not where jobs are.
    const before = page.locator("#suggestions [role=option]", { hasText: "searched before" });
    await goto("/");
    await page.focus("#search");
    await before.filter({ hasText: "type:video" }).waitFor();
    await goto("/admin/jobs");
    await page.focus("#search");
    await page.locator("#suggestions [role=option]").first().waitFor();
    expect(await before.count()).toBe(0);
  });

  test("the grid goes on as one scrolls, and what one looked at and ticked stays where it was", async () => {
    await goto(`/libraries/${site.library.id}?type=image`);
    expect(await shots()).toBe(60);
    const third = page.locator("#shots .shot").nth(2);
    await third.hover();
    await third.locator("input").check();
    const seen = page.locator("#shots .shot").nth(57);
    for (const so of [120, many]) {
      await page.locator(".shots-more").scrollIntoViewIfNeeded();
      const before = await seen.boundingBox();
      const top = Number(await page.evaluate("scrollY"));
      await page
        .locator("#shots .shot")
        .nth(so - 1)
        .waitFor({ state: "attached" });
      const after = await seen.boundingBox();
      const moved = Number(await page.evaluate("scrollY")) - top;
      expect([after!.x, Math.round(after!.y + moved)]).toEqual([before!.x, Math.round(before!.y)]);
    }
    expect([await shots(), await page.locator(".shots-more").count()]).toEqual([many, 0]);
    expect(await third.locator("input").isChecked()).toBe(true);
  });

  test("Back from a file far down leads to where it is in the grid", async () => {
    await goto(`/libraries/${site.library.id}?type=image`);
    for (const so of [120, many]) {
      await page.locator(".shots-more").scrollIntoViewIfNeeded();
      await page
        .locator("#shots .shot")
        .nth(so - 1)
        .waitFor({ state: "attached" });
    }
    const far = page.locator("#shots .shot").nth(130);
    await far.scrollIntoViewIfNeeded();
    const before = await far.boundingBox();
    await far.locator("a").click();
    await page.waitForURL(/\/files\/\d+/);
    await page.goBack();
    await far.waitFor();
    await page.waitForFunction("history.scrollRestoration === 'auto' && scrollY > 0");
    expect(Math.abs((await far.boundingBox())!.y - before!.y)).toBeLessThan(3);
  });

  test("a run of ticked files is excluded with a reason, and Undo lets it go", async () => {
    await goto(`/libraries/${site.library.id}?type=image`);
    const box = (n: number) => page.locator("#shots .shot input").nth(n);
    await page.locator("#shots .shot").first().hover();
    await box(0).check();
    await box(3).click({ modifiers: ["Shift"] });
    expect(await page.textContent("#files-ticked")).toBe("4 files ticked:");
    await page.getByRole("button", { name: "Exclude…" }).click();
    const dialog = page.locator("#dialog");
    await dialog.getByText("Exclude 4 files from processing?").waitFor();
    await dialog.getByLabel("Why").fill("a browser's test");
    await dialog.getByRole("button", { name: "Exclude 4 files" }).click();
    await page.locator("#shots .shot-trouble", { hasText: "Quarantined" }).nth(3).waitFor();
    expect(await box(0).isChecked()).toBe(false);
    const id = Number(await box(0).inputValue());
    expect((await getFile(site.app.db, id)).state).toBe("quarantined");
    await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
    await page.locator(".toast", { hasText: "4 files are released." }).waitFor();
    expect((await getFile(site.app.db, id)).state).toBe("ok");
  });

  test("arrow keys turn to the neighbours, but not while a question is open", async () => {
    const [first, second] = [await site.file("turn-1.mp4"), await site.file("turn-2.mp4")];
    await goto(`/files/${first.id}`);
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(`**/files/${second.id}*`);
    await page.keyboard.press("n");
    await page.locator("#dialog[open] [data-close]").first().focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Escape");
    await page.locator("#dialog[open]").waitFor({ state: "detached" });
    expect(new URL(page.url()).pathname).toBe(`/files/${second.id}`);
    await page.keyboard.press("ArrowLeft");
    await page.waitForURL(`**/files/${first.id}*`);
  });

  test("a member on a phone finds files and no door to the rest; nothing scrolls sideways", async () => {
    const file = await site.file("phone.mp4", { state: "invalid", reasonCode: "input.truncated" });
    const phone = await chromium.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true });
    const theirs = await phone.newPage();
    await signIn(theirs, site.origin, memberInput, "/");
    const pages = ["/", "/?q=phone", `/libraries/${site.library.id}?q=phone`, `/files/${file.id}`];
    for (const [who, on] of [
      ["member", theirs],
      ["owner", page],
    ] as const) {
      await on.setViewportSize({ width: 360, height: 740 });
      for (const path of pages) {
        await on.goto(site.origin + path);
        const wider = "Math.max(0, document.documentElement.scrollWidth - innerWidth)";
        expect([who, path, await on.evaluate(wider)]).toEqual([who, path, 0]);
        if (who === "member") expect(await on.locator("a[href*='/admin'], [formaction]").count()).toBe(0);
        if (who === "member" && !path.startsWith("/files")) continue;
        await on.evaluate(axe);
        const found = (await on.evaluate("axe.run()")) as { violations: { id: string; nodes: unknown[] }[] };
        expect([path, found.violations.map(({ id, nodes }) => `${id} ${JSON.stringify(nodes[0])}`)]).toEqual([
          path,
          [],
        ]);
      }
    }
    await phone.close();
  });
});
