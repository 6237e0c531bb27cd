// Uploading in a real browser: chosen and dropped files, what is refused, one that is cut off by a reload and goes on, and
// the plain form where there are no scripts.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { library } from "../../src/db/tables/library.ts";
import { ownerInput } from "../support/app.ts";
import { axe, chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type FilesSite, filesSite } from "../support/files-site.ts";

setDefaultTimeout(60_000);

describe.skipIf(!chromiumPath)("uploads in a browser", () => {
  let chromium: Browser;
  let site: FilesSite;
  let page: Page;
  let local: string;
  const inLibrary = (...names: string[]) => join(site.library.path, ...names);

  beforeAll(async () => {
    chromium = await openChromium();
    site = await filesSite();
    await site.app.db.update(library).set({ readOnly: false });
    local = join(site.mediaFolder, "local");
    mkdirSync(local);
    page = await chromium.newPage({ viewport: { width: 360, height: 740 } });
    await signIn(page, site.origin, ownerInput, `/libraries/${site.library.id}`);
  });
  afterAll(async () => {
    await site.close();
    await chromium.close();
  });

  function made(name: string, size = 1000) {
    writeFileSync(join(local, name), Buffer.alloc(size, name));
    return join(local, name);
  }
  const row = (name: string) => page.locator(".upload-list li", { hasText: name });

  test("several files at once arrive; what is no media says why it does not", async () => {
    await page.setInputFiles("#upload-files", [made("one.jpg"), made("two – 名前.png"), made("notes.txt")]);
    await row("one.jpg").getByText("in the library").waitFor();
    await row("two").getByText("in the library").waitFor();
    await row("notes.txt").getByText("no video, picture or audio").waitFor();
    expect(existsSync(inLibrary("one.jpg"))).toBe(true);
    expect(readFileSync(inLibrary("two – 名前.png"))).toEqual(readFileSync(join(local, "two – 名前.png")));
    expect(existsSync(inLibrary("notes.txt"))).toBe(false);
    await page.getByText("2 files in the library, 1 file not").waitFor();
  });

  test("one whose name was taken says what it is called now", async () => {
    writeFileSync(join(local, "one.jpg"), "another picture");
    await page.setInputFiles("#upload-files", join(local, "one.jpg"));
    await page.getByText("as one (2).jpg").waitFor();
    expect(existsSync(inLibrary("one (2).jpg"))).toBe(true);
  });

  test("nothing scrolls sideways on a phone, and axe finds nothing", async () => {
    const [wide, window] = await page.evaluate(() => [document.body.scrollWidth, innerWidth]);
    expect(wide!).toBeLessThanOrEqual(window!);
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { violations } = await (globalThis as any).axe.run("#upload");
      return violations.map((one: { id: string }) => one.id);
    });
    expect(found).toEqual([]);
  });

  test("cut off by a reload, it goes on where it was when the same file comes again", async () => {
    const size = 20 << 20;
    const path = made("film.mp4", size);
    const offsets: number[] = [];
    let pieces = 0;
    let isCut = true;
    // The first piece comes, the second never does.
    await page.route("**/uploads/*", async (route) => {
      const request = route.request();
      if (request.method() !== "PATCH") return route.continue();
      if (pieces++ > 0 && isCut) return;
      return route.continue();
    });
    const first = page.waitForResponse((response) => response.request().method() === "PATCH");
    await page.setInputFiles("#upload-files", path);
    await first;
    page.on("dialog", (dialog) => void dialog.accept());
    await page.reload();
    isCut = false;
    page.on("request", (request) => {
      if (request.method() === "PATCH") offsets.push(Number(request.headers()["upload-offset"]));
    });
    await page.setInputFiles("#upload-files", path);
    await row("film.mp4").getByText("in the library").waitFor();
    await page.unroute("**/uploads/*");
    expect(offsets[0]).toBe(16 << 20);
    expect(readFileSync(inLibrary("film.mp4")).equals(readFileSync(path))).toBe(true);
  });

  test("cancelled, nothing of it is left", async () => {
    await page.route("**/uploads/*", (route) =>
      route.request().method() === "PATCH" ? undefined : route.continue(),
    );
    await page.setInputFiles("#upload-files", made("unwanted.jpg"));
    await row("unwanted.jpg").getByRole("button", { name: "Cancel" }).click();
    await row("unwanted.jpg").getByText("cancelled").waitFor();
    await page.unroute("**/uploads/*");
    expect(existsSync(inLibrary("unwanted.jpg"))).toBe(false);
  });

  test("without scripts a form brings one file", async () => {
    const context = await chromium.newContext({
      javaScriptEnabled: false,
      storageState: await page.context().storageState(),
    });
    const plain = await context.newPage();
    await plain.goto(`${site.origin}/libraries/${site.library.id}`);
    await plain.setInputFiles("#upload-one", made("plain.jpg", 3_000_000));
    await plain.getByRole("button", { name: "Upload" }).click();
    await plain.getByText("plain.jpg is in the library.").waitFor();
    expect(readFileSync(inLibrary("plain.jpg")).equals(readFileSync(join(local, "plain.jpg")))).toBe(true);
    await context.close();
  });
});
