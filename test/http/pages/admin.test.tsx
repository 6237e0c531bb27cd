import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { createApp } from "../../../src/http/app.ts";
import { listAudit } from "../../../src/http/audit.ts";
import type { Env } from "../../../src/http/context.ts";
import { type Browser, ownerBrowser, ownerInput, type TestApp, testApp } from "../../support/app.ts";
import { addFile, addLibrary, mediaSite } from "../../support/media-site.ts";
import { watch } from "../../support/stream.ts";

const htmx = { "hx-request": "true" };

describe("the overview", () => {
  let app: TestApp;
  let site: Hono<Env>;
  let owner: Browser;
  beforeEach(async () => {
    app = await testApp();
    site = createApp(app);
    owner = await ownerBrowser(site);
  });
  afterEach(async () => {
    await app.worker.stop();
    await app.close();
  });

  test("shows what there is, what goes on, and which build it is", async () => {
    await app.worker.start();
    const page = await (await owner("GET", "/admin")).text();
    for (const words of [
      "Files",
      "Storage",
      "Folders",
      "Ready for the first library",
      "1 owner, 0 members",
      "Backlog",
      "Retained done",
      "Auto-scan every 60 minutes",
      "run from source",
    ])
      expect(page).toContain(words);
  });

  test("says what it makes way for, and whether stuck jobs are healed", async () => {
    const page = async () => (await owner("GET", "/admin")).text();
    expect(await page()).not.toContain("Heat");
    await app.yielding.report({
      userId: "1",
      who: "Anna",
      fileId: 1,
      title: "Heat",
      isAudio: false,
      playing: true,
    });
    // Once, and above everything else.
    expect((await page()).match(/Anna watches “Heat”/g)).toHaveLength(1);
    expect(await page()).toMatch(/id="server-state"[\s\S]*Heat[\s\S]*Retained done/);
    expect(await page()).toContain("Auto-heal is off.");
    await app.settings.change({ autoHeal: { enabled: true, action: "clear_and_log" } }, null);
    expect(await page()).toContain("Auto-heal is on. Stuck jobs: end them as failed.");
  });

  test("what is counted and decided elsewhere arrives by itself", async () => {
    const media = await mediaSite();
    const stream = await watch(media.app, await ownerBrowser(media.site), "/live/admin");
    await stream.until("There are no libraries yet.");
    const library = await addLibrary(media, "Family");
    await addFile(media, library, "a.jpg", { sizeBytes: 1500 });
    await stream.until("1 file<");
    await media.app.settings.change({ registrationMode: "open" }, null);
    await stream.until("Anyone who reaches this server may make an account.");
    await stream.leave();
    await media.close();
  });

  test("changes the registration in place, and without scripts comes back to where it was asked", async () => {
    const answer = await owner("POST", "/admin/registration", "mode=invite&back=/admin");
    expect(answer.headers.get("location")).toBe("/admin");
    expect(await (await owner("GET", "/admin")).text()).toContain('value="invite" checked=""');
  });

  test("names what it stands on in one line, and leads to the rest", async () => {
    await app.checkup.again();
    const page = await (await owner("GET", "/admin")).text();
    const strip = /id="health-strip"[\s\S]*?<\/section>/.exec(page)![0];
    for (const name of ["Worker", "Database", "Disk", "Models", "GPU", "/admin/health"])
      expect(strip).toContain(name);
  });

  test("lists each kind that can make good what is missing, with what is open of it", async () => {
    const page = await (await owner("GET", "/admin")).text();
    expect(page).toContain('id="backfill-file-hash"');
    expect(page).not.toContain('id="backfill-library-scan"');
    expect((await owner("POST", "/admin/backfill/library-scan", "", htmx)).status).toBe(404);
    expect(await (await owner("POST", "/admin/backfill/image-thumbnail", "", htmx)).text()).toContain(
      "Backfill Image thumbnail: Enqueued 0, skipped 0.",
    );
  });

  test("is small", async () => {
    const page = await (await owner("GET", "/admin")).text();
    expect(page.length).toBeLessThan(100_000);
  });

  test("backfills hashes and says how many", async () => {
    const answer = await owner("POST", "/admin/backfill/hashes", "", htmx);
    expect(await answer.text()).toContain("Backfill hashes: Enqueued 0, skipped 0.");
  });

  test("writes down who did what", async () => {
    await owner("POST", "/admin/registration", "mode=open");
    const { entries } = await listAudit(app, 1, 1);
    expect(entries).toMatchObject([{ action: "settings.change", actor: ownerInput.email }]);
  });

  test("says that nothing leaves the machine by itself, and where the API is described", async () => {
    const page = await (await owner("GET", "/admin/about")).text();
    expect(page).toContain("There is no telemetry");
    expect(page).toContain("/api/docs");
  });

  test("names the licences of what the pages contain", async () => {
    const page = await (await owner("GET", "/admin/about")).text();
    expect(page).toContain("Zero-Clause BSD");
    expect(page).toContain("Lucide");
  });
});
