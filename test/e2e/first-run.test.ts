// From the console's first line to thumbnails, as an owner with a browser goes: the whole server, real media, no reload.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { ownerInput } from "../support/app.ts";
import { axe, chromiumPath, openChromium } from "../support/chromium.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { eventually, type ServerProcess, startServer } from "../support/server-process.ts";

describe.skipIf(!chromiumPath || !hasFfmpeg)("the first run in a browser", () => {
  const media = madeMedia();
  const data = mkdtempSync(join(tmpdir(), "sprocket-first-run-"));
  const complaints: string[] = [];
  let chromium: Browser;
  let server: ServerProcess;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    media.make("picture.png", "-f", "lavfi", "-i", "testsrc2=size=800x600", "-frames:v", "1");
    const film = [
      "-f",
      "lavfi",
      "-i",
      "testsrc2=size=640x360:rate=25",
      "-f",
      "lavfi",
      "-i",
      "sine=frequency=440",
      "-t",
      "3",
    ];
    media.make(
      "film.mp4",
      ...film,
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-pix_fmt",
      "yuv420p",
      "-c:a",
      "aac",
    );
    media.make("sound.flac", "-f", "lavfi", "-i", "sine=frequency=220", "-t", "2");
    [chromium, server] = await Promise.all([
      openChromium(),
      startServer(data, [], { SPROCKET_MEDIA: media.folder }),
    ]);
    context = await chromium.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
  }, 60_000);

  afterAll(async () => {
    await chromium?.close();
    await server?.end("SIGTERM");
    await media.remove();
    rmSync(data, { recursive: true, force: true });
  }, 30_000);

  /** The content policy forbids the page itself to evaluate text, so the test asks from outside. */
  const becomesTrue = (expression: string, withinMs?: number) =>
    eventually(() => page.evaluate<boolean>(`Boolean(${expression})`), withinMs);

  test("account, folder, Start; then pictures take their places by themselves", async () => {
    await page.goto(server.url);
    expect(new URL(page.url()).pathname).toBe("/welcome");
    await page.fill("#name", ownerInput.name);
    await page.fill("#email", ownerInput.email);
    await page.fill("#password", ownerInput.password);
    await page.click("main button[type=submit]");
    await page.waitForURL("**/welcome/library");
    // What the configuration offers is shown first; one looks around, and comes back to it.
    await page.click(".picker-list a:has-text('Up one level')");
    await page.click(".picker-offered a");
    expect(await page.textContent(".picker-facts")).toContain(
      "1 video, 1 picture, 1 audio file directly in it",
    );
    await page.click("text=Use this folder");
    await page.fill("#name", "Family");
    await page.click("button:has-text('Another folder')");
    await page.click("text=Use this folder");
    expect(await page.inputValue("#name")).toBe("Family");
    await page.click("button:has-text('Start')");
    await page.waitForURL("**/libraries/1");
    await page.evaluate("window.sameDocument = true");
    for (const name of ["picture.png", "film.mp4"])
      await becomesTrue(
        `[...document.querySelectorAll("#shots img")].some((i) => i.alt.endsWith("${name}") && i.naturalWidth > 0)`,
        45_000,
      );
    expect(await page.evaluate("window.sameDocument")).toBe(true);
    expect(await page.textContent("#library-facts")).toContain("1 picture, 1 video, 1 audio file");
  }, 90_000);

  test("the film plays, its sound wave is drawn, and a job asked for shows in its history by itself", async () => {
    await page.click('a[href^="/files/"]:has-text("film.mp4")');
    await becomesTrue("document.querySelector('#stage video')?.readyState >= 1");
    expect(await page.evaluate("Math.round(document.querySelector('video').duration)")).toBe(3);
    await page.waitForSelector(".waveform", { timeout: 45_000 });
    const jobs = () => page.locator("#history .life-job").count();
    const before = await jobs();
    await page.click("#make summary");
    await page.click("#make button:has-text('File hash')");
    await page.waitForSelector("#toasts >> text=enqueued as job");
    await becomesTrue(`document.querySelectorAll("#history .life-job").length === ${before + 1}`, 5_000);
    await becomesTrue(`!document.querySelector("#history .badge-running, #history .badge-pending")`);
    expect(new URL(page.url()).pathname).toMatch(/^\/files\/\d+$/);
  }, 90_000);

  test("clicking the sound wave seeks", async () => {
    const box = (await page.locator(".waveform").boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await becomesTrue("Math.abs(document.querySelector('video').currentTime - 1.5) < 0.2");
  });

  test("pages fit a phone, and axe finds nothing in either theme", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const phone = await chromium.newContext({
        viewport: { width: 360, height: 780 },
        colorScheme,
        hasTouch: true,
        isMobile: true,
        storageState: await context.storageState(),
      });
      const small = await phone.newPage();
      for (const path of [
        "/",
        "/?q=film",
        "/libraries/1",
        "/libraries/1/settings",
        "/libraries/new/folder",
        "/files/1",
      ]) {
        await small.goto(server.url + path);
        const session = await phone.newCDPSession(small);
        await session.send("Runtime.evaluate", { expression: axe });
        const found = await small.evaluate(
          "axe.run({ resultTypes: ['violations'] }).then((r) => r.violations.map((v) => v.id))",
        );
        const sideways = await small.evaluate("document.documentElement.scrollWidth - innerWidth");
        expect([path, colorScheme, found, sideways]).toEqual([path, colorScheme, [], 0]);
      }
      await phone.close();
    }
  }, 60_000);

  test("nothing was blocked by the content policy, and no script failed", () => {
    expect(complaints).toEqual([]);
  });
});
