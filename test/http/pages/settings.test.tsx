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

  describe("lists of rows, without a script", () => {
    const night =
      "mode=freeze&diskFreeMb=2048&playback.graceS=60&quietHours.0.from=22:00&quietHours.0.to=07:00";
    const save = (form: string) => owner("POST", "/admin/settings/yield", form, htmx);

    test("quiet hours are added by the empty row, with days and work", async () => {
      await save(
        `${night}&quietHours.0.days=5&quietHours.0.days=6&quietHours.0.what=queue:hash&quietHours.0.what=category:gpu_ai&quietHours.0.name=Night&quietHours.1.from=&quietHours.1.to=`,
      );
      expect(app.settings.get("yield").quietHours).toEqual([
        { name: "Night", from: "22:00", to: "07:00", days: [5, 6], queues: ["hash"], categories: ["gpu_ai"] },
      ]);
      const page = await (await owner("GET", "/admin/settings")).text();
      expect(page).toContain('name="quietHours.0.from" value="22:00"');
      expect(page).toContain('name="quietHours.1.from"');
      expect(page).toContain('<option value="queue:hash" selected');
    });
    test("a row goes when it is ticked to be removed, or emptied", async () => {
      await save(night);
      await save(`${night}&quietHours.0.remove=on`);
      expect(app.settings.get("yield").quietHours).toEqual([]);
      await save(night);
      await save(night.replace("22:00", "").replace("07:00", ""));
      expect(app.settings.get("yield").quietHours).toEqual([]);
    });
    test("what was typed stays when it is refused, with the reason", async () => {
      const answer = await save(night.replace("07:00", ""));
      const text = await answer.text();
      expect(answer.status).toBe(422);
      expect(text).toContain("Not changed. Yielding, Quiet hours 1: give a time like 22:00.");
      expect(text).toContain('name="quietHours.0.from" value="22:00"');
    });
    test("a media server keeps its token when the field is left empty", async () => {
      const server = "playback.servers.0.type=plex&playback.servers.0.url=http://nas:32400";
      await save(`${night}&${server}&playback.servers.0.token=abc`);
      await save(`${night}&${server}&playback.servers.0.token=&playback.servers.0.name=Attic`);
      expect(app.settings.get("yield").playback.servers).toEqual([
        { name: "Attic", type: "plex", url: "http://nas:32400", token: "abc" },
      ]);
      expect(await (await owner("GET", "/admin/settings")).text()).not.toContain("abc");
    });
    test("Test says what a media server answers, and changes nothing", async () => {
      const form = `${night}&playback.servers.1.type=plex&playback.servers.1.url=http://127.0.0.1:9&playback.servers.1.token=abc&test=1`;
      const answer = await save(form);
      const text = await answer.text();
      expect([answer.status, text.includes("Nothing answers at this address.")]).toEqual([422, true]);
      // Only words: the row that was typed, its token above all, stays in the form to be mended.
      expect(text).not.toContain("setting-yield");
      expect(await (await save(`${night}&test=0`)).text()).toContain("address and token first");
      expect(app.settings.get("yield").quietHours).toEqual([]);
    });
    test("the order of an import is a list of queues; emptied, it is the suggested one", async () => {
      const change = (form: string) => owner("POST", "/admin/settings/importMode", form, htmx);
      await change("enabled=on&order=hash, metadata");
      expect(app.settings.get("importMode")).toEqual({ enabled: true, order: ["hash", "metadata"] });
      await change("order=");
      expect(app.settings.get("importMode")).toEqual({ enabled: false });
      expect(await (await change("order=hsah")).text()).toContain("did you mean hash?");
    });
  });

  test("a setting that does not exist is not found", async () => {
    expect((await owner("POST", "/admin/settings/nonsense", "value=1", htmx)).status).toBe(404);
  });
});
