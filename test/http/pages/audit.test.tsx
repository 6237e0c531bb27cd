// The audit log as a page: who did what to what in words, narrowed, page by page, and as a download.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { audit } from "../../../src/http/audit.ts";
import { type Browser, ownerBrowser } from "../../support/app.ts";
import { type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
});
afterEach(() => at.close());

const seen = async (search = "") => (await owner("GET", `/admin/audit${search}`)).text();
const olga = { email: "owner@example.org" };

test("nothing yet says so, and what matches nothing says that", async () => {
  await at.app.db.run("DELETE FROM audit");
  expect(await seen()).toContain("Nothing has been done yet.");
  expect(await seen("?act=job.*")).toContain("No act matches.");
  expect(await seen("?from=2026-02-02&to=2026-02-01")).toContain("ends before it begins");
});

test("acts are sentences about people and things, with ways to both", async () => {
  const { name } = (await at.app.accounts.listUsers())[0]!;
  await audit(at.app, olga, "queue.pause", "queue:hash", { pauseForS: 3600 });
  await audit(at.app, olga, "queue.change", "queue:hash", { isPaused: false });
  await audit(at.app, olga, "settings.change", "retention", { retention: { days: 30 } });
  await audit(at.app, olga, "jobs.retry", "operation:5", { filter: "queue=hash", done: 12 });
  await audit(at.app, olga, "job.cancel", "job:7");
  await audit(at.app, null, "problem.ignore", "abcdef0123456789", { cleared: 3, until: null });
  await audit(at.app, "gone@example.org", "brand.new-act", "x", { someFigure: 2 });
  const page = await seen();
  expect(page).toMatch(/Paused a queue<\/td>.*href="\/admin\/jobs\?queue=hash">hash<.*for 1 h/);
  expect(page).toContain("Resumed a queue");
  expect(page).toContain("Keep for: 30 days");
  expect(page).toMatch(/Retried jobs<\/td>.*operation 5<.*in hash/);
  expect(page).toMatch(/Cancelled a job<\/td>.*href="\/admin\/jobs\/7">job 7</);
  expect(page).toMatch(
    /the server<\/span><\/td><td data-label="Did">Ignored a cause<.*3 cleared, until taken back/,
  );
  expect(page).toContain(">gone@example.org<");
  expect(page).toMatch(/Brand: new act<\/td>.*some figure 2/);
  expect(page).toContain(`>${name}<`);
  expect(page.slice(page.indexOf("<main"))).not.toContain("&quot;");
});

test("a setting's amounts are said as its field shows them, and a default by its name", async () => {
  await audit(at.app, olga, "settings.change", "autoScan", { autoScan: { intervalMinutes: 1440 } });
  await audit(at.app, olga, "settings.change", "yield", { yield: { cpuLoad: null, diskFreeMb: 10_000 } });
  await audit(at.app, olga, "settings.change", "retention", { retention: null });
  const page = await seen("?act=settings.*");
  expect(page).toContain("Every: 1 d<");
  expect(page).toContain("CPU use of other programs above: not set, Free disk space below: 10 GB<");
  expect(page).toContain(">the default<");
});

test("are narrowed by person, act and day, and the download carries that", async () => {
  await audit(at.app, olga, "job.retry", "job:1");
  await audit(at.app, null, "job.cancel", "job:2");
  await at.app.clock.leap(3 * 86_400_000);
  await audit(at.app, olga, "queue.pause", "queue:hash");
  const jobs = await seen("?act=job.*&who=server");
  expect(jobs).toContain("job 2");
  expect(jobs).not.toContain("job 1<");
  expect(jobs).not.toContain("Paused a queue");
  expect(await seen("?from=2000-01-01&to=2000-01-02")).toContain("No act matches.");
  const csv = /href="(\/api\/admin\/audit\?format=csv[^"]*)"/.exec(jobs)![1]!.replaceAll("&amp;", "&");
  const lines = (await (await owner("GET", csv)).text()).trim().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("job.cancel");
});

test("go on behind the last one, whatever comes meanwhile", async () => {
  for (let n = 1; n <= 60; n++) await audit(at.app, olga, "job.retry", `job:${n}`);
  const shown = (page: string) => [...page.matchAll(/>job (\d+)</g)].map((m) => Number(m[1]));
  const first = await seen("?act=job.retry");
  await audit(at.app, olga, "job.retry", "job:61");
  const older = /href="([^"]*)" rel="next"/.exec(first)![1]!.replaceAll("&amp;", "&");
  const second = await (await owner("GET", older)).text();
  expect([...shown(first), ...shown(second)]).toEqual(Array.from({ length: 60 }, (_, i) => 60 - i));
  expect(second).not.toContain('rel="next"');
  expect(second).toContain("To the newest");
});
