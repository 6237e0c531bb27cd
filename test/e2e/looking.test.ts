// Looking at pictures in a real browser: the timeline and its lightbox, the map, the editor of a rule.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import sharp from "sharp";
import { derivative, type FileRow } from "../../src/db/tables/library.ts";
import { ownerInput } from "../support/app.ts";
import { chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type FilesSite, filesSite } from "../support/files-site.ts";

setDefaultTimeout(60_000);

describe.skipIf(!chromiumPath)("looking at pictures in a browser", () => {
  let chromium: Browser;
  let site: FilesSite;
  let context: BrowserContext;
  let page: Page;
  const files: FileRow[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    chromium = await openChromium();
    site = await filesSite();
    for (let i = 0; i < 100; i++) await addPicture(i);
    context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
    page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await signIn(page, site.origin, ownerInput, "/");
  });
  afterAll(async () => {
    await context.close();
    await site.close();
    await chromium.close();
  });

  /** One a day, the newest first; all lie in Berlin but the last. */
  async function addPicture(i: number): Promise<void> {
    const row = await site.file(`${String(i).padStart(3, "0")}.jpg`, {
      type: "image",
      mimeType: "image/jpeg",
      width: 1440,
      height: 960,
      capturedAt: new Date(Date.UTC(2024, 6, 14 - i, 12)),
      gpsLat: i === 99 ? -33.9 : 52.5,
      gpsLon: i === 99 ? 151.2 : 13.4,
    });
    files.push(row);
    const path = `${row.id}.webp`;
    const picture = { create: { width: 72, height: 48, channels: 3 as const, background: "teal" } };
    writeFileSync(join(site.app.paths.derivatives, path), await sharp(picture).webp().toBuffer());
    const made = { fileId: row.id, path, mimeType: "image/webp", sizeBytes: 1, createdAt: new Date(0) };
    await site.app.db.insert(derivative).values([
      { ...made, kind: "thumbnail", variant: "webp-640", width: 640, height: 427 },
      { ...made, kind: "preview", variant: "webp-1440", width: 1440, height: 960 },
    ]);
  }

  const goto = (path: string) => page.goto(site.origin + path);
  const picture = (n: number) => page.locator(`#file-${files[n]!.id} a`);

  test("a picture opens over the timeline, the keys go on, Back and Escape close it, Details is its page", async () => {
    await goto("/timeline");
    await picture(1).click();
    await page.locator(".pswp__caption", { hasText: "001.jpg" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.locator(".pswp__caption", { hasText: "002.jpg" }).waitFor();
    await page.goBack();
    await page.locator(".pswp").waitFor({ state: "detached" });
    expect(new URL(page.url()).pathname).toBe("/timeline");
    await picture(0).click();
    await page.locator(".pswp__caption", { hasText: "000.jpg" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".pswp").waitFor({ state: "detached" });
    await picture(0).click();
    await page.locator(".pswp .lightbox-page").click();
    await page.waitForURL(`**/files/${files[0]!.id}?*`);
  });

  test("at the end of what is loaded, the next days follow", async () => {
    await goto("/timeline");
    await picture(80).click();
    await page.locator(".pswp__caption", { hasText: "080.jpg" }).waitFor();
    for (let i = 81; i < 100; i++) {
      await page.keyboard.press("ArrowRight");
      await page.locator(".pswp__caption", { hasText: `0${i}.jpg` }).waitFor();
    }
    expect(await page.locator(".pswp__counter").textContent()).toContain("100 / 100");
    // It closes by going back, which must be over before one goes elsewhere.
    await page.keyboard.press("Escape");
    await page.locator(".pswp").waitFor({ state: "detached" });
  });

  test("a month leads there, and the days before it follow as one scrolls", async () => {
    await goto("/timeline");
    await page.locator(".timeline-filters [name=to]").selectOption("2024-05");
    await page.waitForURL("**/timeline?*to=2024-05");
    await page.locator(".day h3", { hasText: "31 May 2024" }).waitFor();
    await page.locator("a", { hasText: "June 2024" }).waitFor();
    await page.locator(".days li.day").last().scrollIntoViewIfNeeded();
    await page.locator(`#file-${files[99]!.id}`).waitFor();
  });

  test("the map shows clusters, and a place its pictures, which open as everywhere", async () => {
    await goto("/map");
    await page.locator(".map-pin").nth(1).waitFor();
    expect(await page.locator(".map-pin b").allTextContents()).toEqual(["99"]);
    await page.locator(".map-pin[title='1 file']").click();
    await page.locator("#map-panel h2", { hasText: "1 file here" }).waitFor();
    await page.locator("#map-panel .shot a").click();
    await page.locator(".pswp__caption", { hasText: "099.jpg" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("[data-map-close]").click();
    expect(await page.locator("#map-panel").innerHTML()).toBe("");
  });

  test("a rule says what it matches while it is written, and keeps the focus", async () => {
    await goto("/collections/new/by-rule");
    const look = page.locator("#rule-look h2");
    await page.locator("[name='r.0.field']").selectOption("name");
    await page.locator("input[name='r.0.value']").waitFor();
    await page.locator("input[name='r.0.value']").fill("01");
    await look.filter({ hasText: "Matches 11 files" }).waitFor();
    expect(await page.evaluate("document.activeElement.name")).toBe("r.0.value");
    await page.locator("[value='group:r']").click();
    await page.locator("[name='r.1.0.field']").selectOption("name");
    await page.locator("input[name='r.1.0.value']").fill("010");
    await look.filter({ hasText: "Matches 1 file" }).waitFor();
    await page.locator("[value='remove:r.1']").click();
    await look.filter({ hasText: "Matches 11 files" }).waitFor();
  });

  test("nothing was complained of", () => expect(complaints).toEqual([]));
});
