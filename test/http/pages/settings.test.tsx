import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { recordEvent } from "../../../src/history/event-log.ts";
import { createApp } from "../../../src/http/app.ts";
import { listAudit } from "../../../src/http/audit.ts";
import { type Browser, ownerBrowser, ownerInput, type TestApp, testApp } from "../../support/app.ts";
import { film, recordedServer } from "../../yielding/recorded-server.ts";

const htmx = { "hx-request": "true" };

describe("the settings page", () => {
  let app: TestApp;
  let owner: Browser;
  beforeEach(async () => {
    app = await testApp();
    owner = await ownerBrowser(createApp(app));
  });
  afterEach(() => app.close());

  const page = async () => (await owner("GET", "/admin/settings")).text();
  const post = (path: string, form: string) => owner("POST", `/admin/settings/${path}`, form, htmx);
  const said = async (path: string, form: string) => textOf(await (await post(path, form)).text());
  const undoIn = (text: string) => /formaction="\/admin\/settings\/(\d+\/undo)"/.exec(text)?.[1];

  test("has every setting with its meaning, at its anchor", async () => {
    const html = await page();
    for (const { key, label, help, rows } of app.settings.all())
      for (const row of rows ?? [{ id: key, label, help }]) {
        expect(html).toContain(`<li id="${row.id}"`);
        expect(html).toContain(row.label);
        expect(textOf(html)).toContain(row.help);
      }
    expect(html).toContain('href="#healing"');
    expect(html).toContain('id="healing"');
  });

  test("is small", async () => {
    expect(Buffer.byteLength(await page())).toBeLessThan(100_000);
  });

  test("says the default, and who changed it, only of what differs from it", async () => {
    expect(await page()).not.toContain("Default:");
    await post("categoryLimits", "cpu=3&gpu_encode=2&gpu_ai=1");
    const text = textOf(await page());
    expect(text).toContain("Default: CPU 5 jobs, GPU encoding 2 jobs, GPU recognition 1 job.");
    expect(text).toContain(`Changed by ${ownerInput.name}`);
  });

  test("a change applies at once, is said with what it was, and is in the audit log", async () => {
    const text = await said("concurrencyMultiplier", "value=4");
    expect(app.settings.get("concurrencyMultiplier")).toBe(4);
    expect(text).toContain("Concurrency multiplier: 4, was 1.");
    const { entries } = await listAudit(app, 1, 1);
    expect(entries[0]).toMatchObject({ action: "settings.change", target: "concurrencyMultiplier" });
  });

  test("the default comes back with one click", async () => {
    await post("concurrencyMultiplier", "value=4");
    expect(await page()).toMatch(/name="restore" value="1" formnovalidate/);
    await post("concurrencyMultiplier", "value=4&restore=1");
    expect(app.settings.get("concurrencyMultiplier")).toBe(1);
    await post("yield", "parts=cpuLoad&cpuLoad=40");
    await post("yield", "parts=mode&mode=drain");
    await post("yield", "parts=cpuLoad&restore=1");
    expect(app.settings.get("yield")).toMatchObject({ cpuLoad: null, mode: "drain" });
  });

  test("a bad value is refused with the reason, and the control shows the one that holds", async () => {
    const answer = await post("concurrencyMultiplier", "value=99");
    const text = await answer.text();
    expect(answer.status).toBe(422);
    expect(text).toContain('name="value" value="1"');
    expect(text).not.toContain("toast");
    expect(text.match(/Not changed\. [^<]*/g)).toEqual(["Not changed. Concurrency multiplier: 16 or less."]);
    expect(app.settings.get("concurrencyMultiplier")).toBe(1);
  });

  test("without scripts the form saves, and says so on the page it leads back to", async () => {
    const answer = await owner("POST", "/admin/settings/nsfwVisible", "value=on");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/admin/settings#nsfwVisible"]);
    expect(textOf(await page())).toContain("Show NSFW libraries: on, was off.");
    await owner("POST", "/admin/settings/autoScan", "intervalMinutes=0");
    expect((await page()).match(/every 1 minute or more/g)).toHaveLength(1);
  });

  describe("Undo", () => {
    test("sets the former value, without scripts too", async () => {
      const undo = undoIn(await (await post("concurrencyMultiplier", "value=4")).text());
      expect(await said(undo!, "")).toContain("Concurrency multiplier: back to what it was.");
      expect(app.settings.get("concurrencyMultiplier")).toBe(1);
      await owner("POST", "/admin/settings/concurrencyMultiplier", "value=5");
      expect(undoIn(await page())).toBeDefined();
    });
    test("brings a part back that was not there, and a server with its token", async () => {
      await app.settings.change({ importMode: { enabled: true } }, null);
      const order = undoIn(await (await post("importMode", "enabled=on&order=hash")).text());
      await post(order!, "");
      expect(app.settings.get("importMode")).toEqual({ enabled: true });
      const server = { type: "plex", url: "http://nas:32400", token: "abc" };
      await app.settings.change({ yield: { playback: { servers: [server] } } }, null);
      const removed = undoIn(await (await post("media-servers/0/remove", "")).text());
      expect(app.settings.get("yield").playback.servers).toEqual([]);
      await post(removed!, "");
      expect(app.settings.get("yield").playback.servers).toEqual([server as never]);
    });
    test("does not undo what somebody else has done since", async () => {
      const undo = undoIn(await (await post("concurrencyMultiplier", "value=4")).text());
      await app.settings.change({ concurrencyMultiplier: 7 }, null);
      expect(await said(undo!, "")).toContain("somebody has changed this setting since");
      expect(app.settings.get("concurrencyMultiplier")).toBe(7);
      expect(await said("99999/undo", "")).toContain("too late");
    });
    test("leaves what was changed beside it, before and since", async () => {
      const first = await (await post("categoryLimits", "cpu=4&gpu_encode=2&gpu_ai=1")).text();
      expect(textOf(first)).toContain("Category limits: CPU 4 jobs, was 5 jobs.");
      await post("categoryLimits", "cpu=4&gpu_encode=7&gpu_ai=1");
      await post(undoIn(first)!, "");
      expect(app.settings.get("categoryLimits")).toEqual({ cpu: 5, gpu_encode: 7, gpu_ai: 1 });
    });
    test("is not offered where nothing changed", async () => {
      const answer = await (await post("concurrencyMultiplier", "value=1")).text();
      expect([undoIn(answer), answer.includes("nothing to change")]).toEqual([undefined, true]);
    });
  });

  describe("amounts", () => {
    test("are taken with their unit or without", async () => {
      const takes: [string, string, () => unknown, unknown][] = [
        ["autoScan", "enabled=on&intervalMinutes=1 h 30 min", () => app.settings.get("autoScan"), 90],
        ["autoScan", "enabled=on&intervalMinutes=15", () => app.settings.get("autoScan"), 15],
        ["autoHeal", "checkIntervalS=5 min&action=alert_only", () => app.settings.get("autoHeal"), 300],
        ["vramBudgetMb", "value=8 GB", () => app.settings.get("vramBudgetMb"), 8000],
        ["vramBudgetMb", "value=2,048 MB", () => app.settings.get("vramBudgetMb"), 2048],
        ["vramBudgetMb", "value=500", () => app.settings.get("vramBudgetMb"), 500],
        ["yield", "parts=diskFreeMb&diskFreeMb=1.5 TB", () => app.settings.get("yield"), 1_500_000],
        ["retention", "days=30&rows=2,000,000", () => app.settings.get("retention"), 2_000_000],
      ];
      for (const [key, form, value, wanted] of takes) {
        await post(key, form);
        expect([form, JSON.stringify(value())]).toEqual([form, expect.stringContaining(String(wanted))]);
      }
      await post("vramBudgetMb", "value=");
      expect(app.settings.get("vramBudgetMb")).toBeNull();
    });
    test("are shown as people say them, and come back as they were", async () => {
      const html = await page();
      expect(html).toContain('value="2,048 MB"');
      expect(html).toContain('value="1 h"');
      expect(html).toContain("10 s to 1 h");
      const before = app.settings.get("autoScan");
      await post("autoScan", "enabled=on&intervalMinutes=1 h");
      expect(app.settings.get("autoScan")).toEqual(before);
    });
    test("that do not fit are explained in people's words", async () => {
      expect(await said("autoScan", "intervalMinutes=0")).toContain("Auto-scan: every 1 minute or more.");
      expect(await said("autoScan", "intervalMinutes=soon")).toContain(
        "Auto-scan, Every: give a time like 30 s, 5 min or 1 h 30 min.",
      );
      expect(await said("categoryLimits", "cpu=2.5&gpu_encode=1&gpu_ai=1")).toContain(
        "Category limits, CPU: a whole number.",
      );
    });
  });

  describe("stuck after", () => {
    test("shows each kind's own time, and takes another one for a kind", async () => {
      const { label, stuckAfterS } = app.queue.catalogue.find("file-hash")!;
      expect(textOf(await page())).toContain(`${label} ${stuckAfterS / 60} min`);
      await post("stuckAfterS", "pair.file-hash=90 s");
      expect(app.settings.get("stuckAfterS")).toEqual({ "file-hash": 90 });
      expect(await page()).toContain('name="pair.file-hash" value="1 min 30 s"');
      await post("stuckAfterS", "pair.file-hash=");
      expect(app.settings.get("stuckAfterS")).toEqual({});
    });
    test("turns down what is no time, and what is too short", async () => {
      expect(await said("stuckAfterS", "pair.file-hash=long")).toContain("give a time like 90 s or 5 min");
      expect(await said("stuckAfterS", "pair.file-hash=5")).toContain(
        "Stuck after, file-hash: 10 seconds or more.",
      );
    });
  });

  describe("quiet hours", () => {
    const night = "quietHours.0.from=22:00&quietHours.0.to=07:00";

    test("are added with days, work and a name, and said in words", async () => {
      const text = await said(
        "quiet-hours/new",
        `${night}&quietHours.0.days=5&quietHours.0.days=6&quietHours.0.what=queue:hash&quietHours.0.what=category:gpu_ai&quietHours.0.name=Night`,
      );
      expect(text).toContain("Added quiet hours Night, 22:00 to 07:00.");
      expect(app.settings.get("yield").quietHours).toEqual([
        { name: "Night", from: "22:00", to: "07:00", days: [5, 6], queues: ["hash"], categories: ["gpu_ai"] },
      ]);
      expect(textOf(await page())).toContain("Fri, Sat · GPU recognition, hash");
    });
    test("say by whose clock they go", async () => {
      const form = await (await owner("GET", "/admin/settings/quiet-hours/new", undefined, htmx)).text();
      expect(form).toContain(`time zone ${Intl.DateTimeFormat().resolvedOptions().timeZone}`);
    });
    test("are changed and removed one at a time", async () => {
      await post("quiet-hours/new", night);
      await post("quiet-hours/new", night.replace("22", "12").replace("07", "13"));
      await post("quiet-hours/0", night.replace("07", "06"));
      expect(app.settings.get("yield").quietHours.map(({ to }) => to)).toEqual(["06:00", "13:00"]);
      await post("quiet-hours/0/remove", "");
      expect(app.settings.get("yield").quietHours.map(({ to }) => to)).toEqual(["13:00"]);
      expect((await post("quiet-hours/5/remove", "")).status).toBe(404);
    });
    test("that somebody else has changed meanwhile are left as they are", async () => {
      await post("quiet-hours/new", night);
      const was = encodeURIComponent(JSON.stringify(app.settings.get("yield").quietHours[0]));
      await post("quiet-hours/0", night.replace("07", "06"));
      expect(await said("quiet-hours/0/remove", `was=${was}`)).toContain("changed this list meanwhile");
      expect(app.settings.get("yield").quietHours).toHaveLength(1);
    });
    test("that are refused say why, and keep what was typed where the page comes back", async () => {
      const bad = `${night.replace("07:00", "")}&quietHours.0.name=Night`;
      const answer = await post("quiet-hours/new", bad);
      expect([answer.status, textOf(await answer.text())]).toEqual([
        422,
        "Quiet hours 1: give a time like 22:00.",
      ]);
      const whole = await owner("POST", "/admin/settings/quiet-hours/new", bad);
      const text = await whole.text();
      expect([whole.status, text.includes('value="Night"')]).toEqual([422, true]);
    });
    test("say when they end, and when the next begin", async () => {
      await app.clock.advance(new Date(2026, 10, 22, 12, 0).getTime() - app.clock.now());
      await post("quiet-hours/new", night);
      expect(textOf(await page())).toContain("Not now; 22:00 to 07:00 begins 22 Nov 2026, 22:00");
      await app.clock.advance(11 * 3_600_000);
      expect(textOf(await page())).toContain("Quiet now (22:00 to 07:00); ends 23 Nov 2026, 07:00");
    });
    test("stand in the week's strip, over midnight in both days", async () => {
      await post("quiet-hours/new", `${night}&quietHours.0.days=0`);
      const bars = (await page()).match(/<rect class="quiet" x="\d+" y="\d+" width="\d+"/g);
      // Sunday is the last row and goes on in the first.
      expect(bars).toEqual([
        '<rect class="quiet" x="1320" y="612" width="120"',
        '<rect class="quiet" x="0" y="12" width="420"',
      ]);
    });
  });

  describe("media servers", () => {
    const typed = (url: string, token = "s3cr3t-t0ken") =>
      `servers.0.type=jellyfin&servers.0.url=${encodeURIComponent(url)}&servers.0.token=${token}&servers.0.name=Attic`;

    test("are added; a changed one keeps its token where none is typed, and it is never shown", async () => {
      await post("media-servers/new", typed("http://nas:8096", "abc"));
      await post("media-servers/0", typed("http://nas:8096", "").replace("Attic", "Cellar"));
      expect(app.settings.get("yield").playback.servers).toEqual([
        { name: "Cellar", type: "jellyfin", url: "http://nas:8096", token: "abc" },
      ]);
      expect(
        (await page()) + (await (await owner("GET", "/admin/settings/media-servers/0")).text()),
      ).not.toContain("abc");
    });
    test("are tried before they are added, and say what was found; nothing is changed", async () => {
      const server = recordedServer("jellyfin");
      server.sessions = [film];
      expect(await said("media-servers/test", typed(server.url))).toBe(
        "Jellyfin 10.11.3 answers; 1 playing now.",
      );
      expect(await said("media-servers/test", typed(server.url, "wrong"))).toBe("The token is not accepted.");
      expect(await said("media-servers/test", typed("http://127.0.0.1:9"))).toBe(
        "Nothing answers at this address.",
      );
      expect(await said("media-servers/test", "")).toContain("address and token first");
      expect(app.settings.get("yield").playback.servers).toEqual([]);
      await post("media-servers/new", typed(server.url));
      expect(await said("media-servers/0/test", "")).toContain("Attic: Jellyfin 10.11.3 answers");
      await server.stop();
    });
  });

  test("one queue after another: those that go first, and the suggested order when none is named", async () => {
    await post("importMode", "enabled=on&order=hash&order=metadata&order=");
    expect(app.settings.get("importMode")).toEqual({ enabled: true, order: ["hash", "metadata"] });
    expect(textOf(await page())).toContain("On: hash, metadata,");
    await post("importMode", "order=");
    expect(app.settings.get("importMode")).toEqual({ enabled: false });
    expect(await said("importMode", "order=hsah")).toContain("did you mean hash?");
  });

  test("says what settings do now: jobs kept, files held, what was healed", async () => {
    await recordEvent(app, { event: "stuck" });
    await recordEvent(app, { event: "auto-heal" });
    const text = textOf(await page());
    expect(text).toContain("In the last week 1 job got stuck, and it ended 1.");
    expect(text).toContain("0 finished jobs and 0 failures kept");
    expect(text).toContain("No file is held back now.");
    expect(text).toContain("Now CPU 0 of 5");
    expect(text).toContain("Nobody plays anything: not yielding.");
  });

  test("what something outside fixes is locked, says by what, and is not changed", async () => {
    const all = app.settings.all.bind(app.settings);
    app.settings.all = () =>
      all().map((s) => (s.key === "nsfwVisible" ? { ...s, lockedBy: "SPROCKET_NSFW" } : s));
    const html = await page();
    expect(html).toContain("set by SPROCKET_NSFW");
    expect(html).toMatch(/id="nsfwVisible-form"[^>]*><fieldset disabled/);
    expect((await post("nsfwVisible", "value=on")).status).toBe(409);
    expect(app.settings.get("nsfwVisible")).toBe(false);
  });

  test("shows what the start decided, and by what, without secrets", async () => {
    app.config.sources = { ...app.config.sources, port: "environment", ownerPassword: "environment" };
    app.config.ownerPassword = "hunter2222";
    const html = await page();
    expect(textOf(html)).toMatch(/SPROCKET_PORT ?8420 ?the environment/);
    expect(html).not.toContain("hunter2222");
  });

  test("a setting that does not exist is not found", async () => {
    expect((await post("nonsense", "value=1")).status).toBe(404);
  });
});

/** What people read. */
function textOf(html: string): string {
  return html
    .replaceAll(/<title>[^<]*<\/title>|<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ([.,;)])/g, "$1")
    .trim();
}
