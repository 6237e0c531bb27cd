// What holds for every page in a real browser: nothing for axe to find, nothing to scroll sideways, no complaint in the
// console, readable and usable without JavaScript, still for those who ask for it, and light enough for a slow line.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { FileRow } from "../../src/db/tables/library.ts";
import { addMembers } from "../../src/library/collection-members.sqlite.ts";
import { createCollection } from "../../src/library/collections.ts";
import { pauseQueue } from "../../src/queue/pausing.ts";
import { ownerInput } from "../support/app.ts";
import { axe, chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type ProblemSite, problemSite } from "../support/problem-site.ts";

setDefaultTimeout(90_000);

describe.skipIf(!chromiumPath)("every page in a browser", () => {
  let chromium: Browser;
  let site: ProblemSite;
  let server: ReturnType<typeof Bun.serve>;
  let file: FileRow;
  let failed: number;
  let byHand: number;
  let pump: ReturnType<typeof setInterval>;
  const origin = () => `http://127.0.0.1:${server.port}`;
  const paths = () => [
    "/",
    `/libraries/${site.library.id}`,
    `/libraries/${site.library.id}/settings`,
    "/libraries/new/folder",
    `/files/${file.id}`,
    "/admin",
    "/exports",
    "/trash",
    "/duplicates",
    "/duplicates?type=near",
    "/timeline",
    "/map",
    "/map?list=1",
    "/collections",
    `/collections/${byHand}`,
    `/collections/${byHand}?arrange=1`,
    "/collections/new/by-hand",
    "/collections/new/by-rule?q=type:video",
    "/account",
    "/admin/people",
    "/admin/jobs",
    "/admin/jobs?status=failed",
    `/admin/jobs/${failed}`,
    "/admin/jobs/new",
    "/admin/problems",
    "/admin/history",
    "/admin/operations",
    "/admin/settings",
    "/admin/audit",
    "/admin/health",
    "/admin/backups",
    "/admin/about",
    "/api/docs",
    "/no/such/page",
  ];

  beforeAll(async () => {
    chromium = await openChromium();
    site = await problemSite();
    await site.app.clock.leap(Date.now() - site.app.clock.now());
    pump = setInterval(() => void site.app.clock.advance(Math.max(0, Date.now() - site.app.clock.now())), 20);
    server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request, self) => site.site.fetch(request, self),
    });
    await site.app.accounts.createUser({ ...ownerInput, role: "owner" });
    file = await site.file(
      "2019 Norway/Ferry to Moss, a name that is long enough to be cut off somewhere.mp4",
    );
    const path = join(site.library.path, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "not a film");
    byHand = await addCollection();
    failed = await site.work(file);
    await pause();
    for (let n = 0; n < 3; n++)
      await site.app.queue.enqueue("bad", { fileId: (await site.file(`Photos/${n}.jpg`)).id });
  });
  afterAll(async () => {
    clearInterval(pump);
    await chromium.close();
    await server.stop(true);
    await site.close();
  });

  /** A picture with a date and a place, in a collection. */
  async function addCollection(): Promise<number> {
    const facts = { capturedAt: new Date("2024-07-14"), gpsLat: 52.5, gpsLon: 13.4 };
    const seen = [
      await site.file("summer/a.jpg", { type: "image", ...facts }),
      await site.file("b.mp4", facts),
    ];
    const { id } = await createCollection(site.app.db, { name: "Summer" }, 0);
    addMembers(
      site.app.db,
      id,
      seen.map((one) => one.id),
      0,
    );
    return id;
  }

  const pause = () =>
    pauseQueue(site.app.store, "a", { by: "Olga Owner", ends: null, mode: "drain" }, site.app.clock.now());

  async function as(options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> {
    const context = await chromium.newContext(options);
    try {
      const page = await context.newPage();
      await signIn(page, origin(), ownerInput, "/admin");
      await look(page);
    } finally {
      await context.close();
    }
  }

  test.each([
    ["dark", 1440],
    ["light", 360],
  ] as const)(
    "%s at %d px: axe finds nothing, nothing scrolls sideways, the console is silent",
    (colorScheme, width) =>
      as({ colorScheme, viewport: { width, height: 800 } }, async (page) => {
        const said: string[] = [];
        page.on(
          "console",
          (message) => message.type() === "error" && said.push(`${page.url()}: ${message.text()}`),
        );
        page.on("pageerror", (error) => said.push(`${page.url()}: ${error.message}`));
        for (const path of paths()) {
          await page.goto(origin() + path);
          await page.evaluate(axe);
          const found = await page.evaluate<string[]>(
            `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
            .then(({ violations }) => violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html.slice(0, 160))))`,
          );
          const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
          expect({ path, found, wide }).toEqual({ path, found: [], wide: Math.min(0, wide) });
        }
        // A page that is not there answers 404, which browsers note.
        expect(said.filter((line) => !line.includes("/no/such/page"))).toEqual([]);
      }),
  );

  test("without JavaScript every page reads, and no control is shown that needs it", () =>
    as({ javaScriptEnabled: false }, async (page) => {
      for (const path of paths()) {
        await page.goto(origin() + path);
        const dead = await page.locator(".needs-js:visible").count();
        expect({ path, dead, title: await page.locator("h1").first().isVisible() }).toEqual({
          path,
          dead: 0,
          title: true,
        });
      }
    }));

  test("without JavaScript one acts by forms: retry, resume a queue, pause it for an hour, change a setting", () =>
    as({ javaScriptEnabled: false }, async (page) => {
      site.fails = null;
      await page.goto(`${origin()}/admin/jobs?status=failed`);
      await page.click(`#job-${failed} [data-move=retry]`);
      await page.locator(".toast").waitFor();
      expect((await site.app.queue.get(failed)).status).not.toBe("failed");
      await page.goto(`${origin()}/admin/jobs`);
      await page.click(`#queue-a [formaction$='/resume']`);
      await page.locator(".toast").waitFor();
      await page.click(`#queue-a [href$='/queues/a/pause']`);
      await page.locator("main button[name=until]:has-text('1 h')").first().click();
      await page.locator(".toast").waitFor();
      const states = await site.app.store.queueStates();
      expect(states.find((state) => state.queue === "a")?.pausedBy).toBe("Olga Owner");
      await page.goto(`${origin()}/admin/settings`);
      await page.fill("#concurrencyMultiplier-value", "4");
      await page.locator("#concurrencyMultiplier [type=submit]").first().click();
      await page.locator(".toast").waitFor();
      expect(site.app.settings.get("concurrencyMultiplier")).toBe(4);
    }));

  test("who asks for less motion sees none", () =>
    as({ reducedMotion: "reduce" }, async (page) => {
      for (const path of ["/admin", "/admin/jobs", "/admin/history"]) {
        await page.goto(origin() + path);
        const moving = await page.evaluate<number>("document.getAnimations().length");
        expect({ path, moving }).toEqual({ path, moving: 0 });
      }
    }));

  test("every page weighs less than 100 KB", () =>
    as({}, async (page) => {
      for (const path of paths().filter((p) => p !== "/api/docs")) {
        const answer = await page.request.get(origin() + path);
        const bytes = (await answer.body()).byteLength;
        expect({ path, bytes: Math.min(bytes, 100_000) }).toEqual({ path, bytes });
      }
    }));
});
