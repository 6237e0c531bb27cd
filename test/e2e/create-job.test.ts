// Creating a job in a real browser, with the keyboard alone: from the command palette to the toast.

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
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { FileRow } from "../../src/db/tables/library.ts";
import { changeQueue } from "../../src/http/api/queues.ts";
import { ownerInput } from "../support/app.ts";
import { axe, chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type JobsSite, jobsSite } from "../support/jobs-site.ts";
import { addFile, addLibrary, type MediaSite } from "../support/media-site.ts";

setDefaultTimeout(60_000);

describe.skipIf(!chromiumPath)("creating a job in a browser", () => {
  const mediaFolder = mkdtempSync(join(tmpdir(), "sprocket-create-"));
  let chromium: Browser;
  let site: JobsSite;
  let context: BrowserContext;
  let page: Page;
  let film: FileRow;

  beforeAll(async () => {
    chromium = await openChromium();
  });
  afterAll(async () => {
    await chromium.close();
    rmSync(mediaFolder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    site = await jobsSite();
    const media = { app: site.app, mediaFolder } as MediaSite;
    const library = await addLibrary(media, "Films");
    film = await addFile(media, library, "2019/heat.mp4", { type: "video" });
    await addFile(media, library, "2019/ronin.mp4", { type: "video" });
    // What is created waits, so that it can be looked at.
    await changeQueue(site.app, "thumbnail", { isPaused: true }, "Olga Owner");
    context = await chromium.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    await signIn(page, site.origin, ownerInput, "/admin/jobs");
  });
  afterEach(async () => {
    await context.close();
    await site.close();
  });

  const type = (text: string) => page.keyboard.type(text);
  const press = (key: string) => page.keyboard.press(key);
  const focus = () =>
    page.evaluate("document.activeElement.name || document.activeElement.id") as Promise<string>;
  const jobs = async () => (await site.app.store.list({ kind: ["encode"] }, "newest", 0, 9)).jobs;
  const axeFinds = async (where: string) => {
    await page.evaluate(axe);
    return await page.evaluate(
      `axe.run('${where}').then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))`,
    );
  };
  /** The form for kind `encode`, from the palette. */
  const openForm = async () => {
    await press("Control+k");
    await type("encode");
    await page.locator("#palette [aria-selected=true]:has-text('New job: Kind encode')").waitFor();
    await press("Enter");
    await page.locator("#dialog #create-form").waitFor();
  };

  test("by the keyboard alone: palette, form, toast, the list, Undo", async () => {
    await openForm();
    expect(await page.getAttribute("#dialog", "aria-labelledby")).toBe(
      await page.locator("#dialog h2").getAttribute("id"),
    );
    expect(await focus()).toBe("find.p.fileId");
    await type("hea");
    await page.locator(".file-choice").nth(1).waitFor({ state: "detached" });
    await press("Enter");
    await page.locator(`input[name="p.fileId"][value="${film.id}"]:checked`).waitFor();
    await page.locator("#create-preview:has-text('2019/heat.mp4')").waitFor();
    await press("Tab");
    expect(await focus()).toBe("p.crf");
    await type("30");
    await press("Enter");
    await page.locator(".toast:has-text('Enqueued job')").waitFor();
    await page.locator("#dialog[open]").waitFor({ state: "hidden" });
    const [job] = await jobs();
    expect(job).toMatchObject({
      params: { fileId: film.id, crf: 30, preset: "fast", sound: true },
      priority: 5,
    });
    await page.locator(`#job-${job!.id}`).waitFor();
    await press("u");
    await page.locator(`#job-${job!.id} .badge-cancelled`).waitFor();
  });

  test("an error stands at its field, which has the focus; the rest stays as it was typed", async () => {
    await openForm();
    await page.fill('[name="p.crf"]', "99");
    await page.selectOption('[name="p.preset"]', "slow");
    await page.locator(`input[name="p.fileId"][value="${film.id}"]`).check();
    await page.click("#create-form .btn-primary");
    await page.locator("[id='p.crf-error']:has-text('from 1 to 51')").waitFor();
    expect(await focus()).toBe("p.crf");
    expect(await page.inputValue('[name="p.preset"]')).toBe("slow");
    expect(await page.isChecked(`input[name="p.fileId"][value="${film.id}"]`)).toBe(true);
    expect(await page.locator("#dialog").isVisible()).toBe(true);
    expect(await axeFinds("#dialog")).toEqual([]);
    expect(await jobs()).toEqual([]);
  });

  test("the form and its JSON are one: what is typed in either stands in both", async () => {
    await openForm();
    await page.locator(`input[name="p.fileId"][value="${film.id}"]`).check();
    await page.fill('[name="p.crf"]', "20");
    await page.click("[data-turn]");
    await page.locator("#create-json").waitFor();
    const said = JSON.parse(await page.inputValue("#create-json"));
    expect(said).toEqual({ fileId: film.id, crf: 20, preset: "fast", sound: true });
    await page.fill("#create-json", '{"fileId": 1,\n "crf": }');
    await page.click("[data-turn]");
    await page.locator("#create-json-error:has-text('Line 2, column 9')").waitFor();
    await page.fill("#create-json", JSON.stringify({ ...said, crf: 25, sound: false }));
    await page.click("[data-turn]");
    await page.locator('[name="p.crf"]').waitFor();
    expect(await page.inputValue('[name="p.crf"]')).toBe("25");
    expect(await page.isChecked('[name="p.sound"]')).toBe(false);
  });

  test("the same work again is told before and after, with a way to it", async () => {
    const { id } = await site.app.queue.enqueue("encode", { fileId: film.id });
    await openForm();
    await page.locator(`input[name="p.fileId"][value="${film.id}"]`).check();
    await page.locator(`#create-preview a:has-text("job ${id}")`).waitFor();
    await page.click("#create-form .btn-primary");
    await page.locator(`.toast:has-text("already open as job ${id}") a[href$="/admin/jobs/${id}"]`).waitFor();
    expect(await jobs()).toHaveLength(1);
  });

  test("on a phone nothing scrolls sideways, and axe finds nothing: types, form and palette", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await press("n");
    await page.locator("#kinds").waitFor();
    await type("enc");
    await page.locator("#kinds li:visible").nth(1).waitFor({ state: "detached" });
    expect(await axeFinds("#dialog")).toEqual([]);
    await press("Enter");
    await page.locator("#create-form").waitFor();
    expect(await page.evaluate("dialog.scrollWidth - dialog.clientWidth")).toBe(0);
    expect(await axeFinds("#dialog")).toEqual([]);
    await press("Escape");
    await page.locator("#dialog[open]").waitFor({ state: "hidden" });
    await page.click("[data-palette]");
    await page.locator("#palette [role=option]").first().waitFor();
    expect(await axeFinds("#palette")).toEqual([]);
    expect(await page.evaluate("document.body.scrollWidth - document.body.clientWidth")).toBe(0);
  });
});
