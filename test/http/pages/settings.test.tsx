import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createApp } from "../../../src/http/app.ts";
import { type Browser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";

const htmx = { "hx-request": "true" };

describe("the settings page", () => {
  let app: TestApp;
  let owner: Browser;
  beforeEach(async () => {
    app = await testApp();
    owner = await ownerBrowser(createApp(app));
  });
  afterEach(() => app.close());

  test("has every setting with its meaning and its default", async () => {
    const page = await (await owner("GET", "/admin/settings")).text();
    for (const { key, label, help } of app.settings.all()) {
      expect(page).toContain(`id="setting-${key}"`);
      expect(page).toContain(label);
      expect(page).toContain(help);
    }
    expect(page).toContain("Default: CPU 5 jobs, GPU encoding 2 jobs, GPU recognition 1 job<");
  });

  test("a change applies at once, and the default comes back with one click", async () => {
    const changed = await (
      await owner("POST", "/admin/settings/concurrencyMultiplier", "value=4", htmx)
    ).text();
    expect(app.settings.get("concurrencyMultiplier")).toBe(4);
    expect(changed).toContain("Back to the default");
    await owner("POST", "/admin/settings/concurrencyMultiplier", "value=4&restore=1", htmx);
    expect(app.settings.get("concurrencyMultiplier")).toBe(1);
  });

  test("a bad value is refused with the reason, and the control shows the one that holds", async () => {
    const answer = await owner("POST", "/admin/settings/concurrencyMultiplier", "value=99", htmx);
    const text = await answer.text();
    expect(answer.status).toBe(422);
    expect(text).toContain('name="value" value="1"');
    expect(text).not.toContain("toast");
    expect(text.match(/Not changed\. [^<]*/g)).toEqual(["Not changed. Concurrency multiplier: 16 or less."]);
    expect(app.settings.get("concurrencyMultiplier")).toBe(1);
  });

  test("settings of several parts, switches and empty numbers", async () => {
    await owner("POST", "/admin/settings/autoScan", "intervalMinutes=15");
    expect(app.settings.get("autoScan")).toEqual({ enabled: false, intervalMinutes: 15 });
    await owner("POST", "/admin/settings/vramBudgetMb", "value=8000");
    expect(app.settings.get("vramBudgetMb")).toBe(8000);
    await owner("POST", "/admin/settings/vramBudgetMb", "value=");
    expect(app.settings.get("vramBudgetMb")).toBeNull();
  });

  test("a kind's own threshold is added and, emptied, taken back", async () => {
    await owner("POST", "/admin/settings/stuckAfterS", "addKind=file-hash&addValue=90");
    expect(app.settings.get("stuckAfterS")).toEqual({ "file-hash": 90 });
    await owner("POST", "/admin/settings/stuckAfterS", "pair.file-hash=");
    expect(app.settings.get("stuckAfterS")).toEqual({});
  });

  test("a value that does not fit is explained in people's words, once", async () => {
    const said = async (key: string, form: string) =>
      /Not changed\. ([^<]*)/.exec(
        await (await owner("POST", `/admin/settings/${key}`, form, htmx)).text(),
      )?.[1];
    expect(await said("autoScan", "intervalMinutes=0")).toBe("Auto-scan: every 1 minute or more.");
    expect(await said("categoryLimits", "cpu=2.5&gpu_encode=1&gpu_ai=1")).toBe(
      "Category limits, CPU: a whole number.",
    );
    expect(await said("stuckAfterS", "addKind=file-hash&addValue=5")).toBe(
      "Stuck after, file-hash: 10 seconds or more.",
    );
    // Without scripts, in the flash.
    await owner("POST", "/admin/settings/autoScan", "intervalMinutes=0");
    const page = await (await owner("GET", "/admin/settings")).text();
    expect(page.match(/every 1 minute or more/g)).toHaveLength(1);
  });

  test("half a pair is refused, and says which half is missing", async () => {
    for (const [form, words] of [
      ["addKind=file-hash&addValue=", "Say how many as well."],
      ["addKind=&addValue=90", "Choose a kind for the number."],
    ]) {
      const answer = await owner("POST", "/admin/settings/stuckAfterS", form, htmx);
      expect(answer.status).toBe(422);
      expect(await answer.text()).toContain(words!);
    }
    expect(app.settings.get("stuckAfterS")).toEqual({});
  });

  test("large numbers are written with separators, and a bad value does not block the way back", async () => {
    await app.settings.change({ concurrencyMultiplier: 2 }, null);
    const page = await (await owner("GET", "/admin/settings")).text();
    expect(page).toContain("Keep at most 1,000,000 jobs");
    expect(page).toMatch(/name="restore" value="1" formnovalidate/);
  });

  test("a setting that does not exist is not found", async () => {
    expect((await owner("POST", "/admin/settings/nonsense", "value=1", htmx)).status).toBe(404);
  });
});
