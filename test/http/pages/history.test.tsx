// Charts, figures, the event log and the log of failures, as pages and as downloads.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { recordEvent } from "../../../src/history/event-log.ts";
import type { Service } from "../../../src/runtime/service.ts";
import { type Browser, ownerBrowser } from "../../support/app.ts";
import { type ProblemSite, problemSite } from "../../support/problem-site.ts";

const hourMs = 3_600_000;

let at: ProblemSite;
let owner: Browser;
beforeEach(async () => {
  at = await problemSite();
  owner = await ownerBrowser(at.site);
});
afterEach(() => at.close());

const get = (search = "") => owner("GET", `/admin/history${search}`);
const seen = async (search = "") => (await get(search)).text();
const section = (page: string, id: string) => page.slice(page.indexOf(`id="${id}"`)).split("</section>")[0]!;

/** Runs that end at an hour, while the history is looked after. */
async function measured(): Promise<Service[]> {
  const services = at.app.history.services();
  for (const service of services) await service.start();
  for (let hour = 0; hour < 6; hour++) {
    for (let n = 0; n < 10; n++)
      at.app.history.measure({
        at: at.app.clock.now(),
        jobId: n,
        queue: "b",
        kind: "bad",
        category: "cpu",
        outcome: n === 0 ? "failed" : "completed",
        waitMs: 2000,
        runMs: 4000,
        code: null,
      });
    await at.app.clock.advance(hourMs);
  }
  return services;
}

describe("charts", () => {
  test("each has its title, its figures in words, its unit, a line, and all numbers in a table", async () => {
    const services = await measured();
    const page = await seen();
    for (const title of ["Jobs done", "Waiting time", "Running time", "Failures"])
      expect(page).toMatch(new RegExp(`<title id="chart-[a-z0-9-]+-svg">${title}[^<]*: least [^<]*most `));
    expect(page).toMatch(/class="line" d="M[\d.]+ /);
    expect(page).toMatch(/class="bars" d="M/);
    expect(page).toContain("jobs a minute");
    expect(section(page, "numbers")).toMatch(/<td class="num">1 job<\/td>/);
    for (const service of services) await service.stop();
  });

  test("day, week and month are links, and the one that is shown says so", async () => {
    const page = await seen("?span=week");
    expect(page).toContain('href="/admin/history?span=month#charts"');
    expect(page).toMatch(/href="\/admin\/history\?span=week#charts" aria-current="true"/);
  });

  test("nothing measured yet is no flat line", async () => {
    const page = await seen();
    expect(page).toContain("Nothing to show yet: measuring has just begun.");
    expect(page).not.toMatch(/class="line" d="M/);
  });

  test("what may explain a bend is marked and listed", async () => {
    await recordEvent(at.app, { event: "upgrade", detail: "from 1 to 2" });
    await at.app.clock.advance(1000);
    const page = await seen();
    expect(page).toMatch(/class="mark mark-upgrade" d="M[\d.]+ 0V100"/);
    expect(section(page, "marks")).toContain("from 1 to 2");
  });
});

describe("figures", () => {
  test("today, this week and month, what fails, per kind, and when it is busy", async () => {
    const services = await measured();
    const page = await seen();
    expect(page).toMatch(/Today<\/dt><dd>54<\/dd><dd class="note">done, 6 failed/);
    expect(page).toContain('<dd class="">10 %</dd>'.replace(' class=""', ""));
    expect(page).toMatch(/<th scope="row">Bad kind<\/th><td class="num" data-label="Done">54/);
    expect(page).toMatch(/class="heat-5" title="[A-Z][a-z]{2} \d+:00: 9"/);
    for (const service of services) await service.stop();
  });
});

describe("events", () => {
  beforeEach(async () => {
    await recordEvent(at.app, { event: "paused", queue: "b", actor: "Olga", detail: "for <1 h>" });
    await at.app.clock.leap(3 * 24 * hourMs);
    await recordEvent(at.app, { event: "scan", detail: "Family: 3 new" });
  });

  test("newest first, with who and what, and as text", async () => {
    const log = section(await seen(), "events");
    expect(log.indexOf("Family: 3 new")).toBeLessThan(log.indexOf("for &lt;1 h&gt;"));
    expect(log).toContain("Olga");
  });

  test("a pause of everything says so, and until when as the other moments are written", async () => {
    await owner("POST", "/admin/jobs/pause-all", "until=900s");
    const events = section(await seen(), "events");
    expect(events).toContain("every queue");
    expect(events).toMatch(/until \d+ \w+ \d{4}, \d\d:\d\d/);
    expect(events).not.toMatch(/until \d{4}-/);
  });

  test("are narrowed by event, queue and days, and none left says so with a way back", async () => {
    const shows = async (search: string) => {
      const log = section(await seen(search), "events");
      return [log.includes("Family: 3 new"), log.includes("for &lt;1 h&gt;")];
    };
    const day = (ms: number) => {
      const d = new Date(ms);
      return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`;
    };
    const today = day(at.app.clock.now());
    expect(await shows("?event=scan")).toEqual([true, false]);
    expect(await shows("?queue=b")).toEqual([false, true]);
    expect(await shows(`?from=${today}&to=${today}`)).toEqual([true, false]);
    expect(await shows("?event=nonsense&from=yesterday")).toEqual([true, true]);
    expect(await seen("?event=killed")).toContain("No event matches.");
    expect(await seen(`?from=${today}&to=2020-01-01`)).toContain("ends before it begins");
    expect(await seen("?queue=nope")).toContain("There is no queue nope.");
    expect(await seen("?page=9")).toContain("There are no older events.");
  });

  test("none at all is another emptiness", async () => {
    await at.app.db.run("DELETE FROM event");
    expect(await seen()).toContain("Nothing has been noted yet.");
  });

  test("go on to a next page, and back", async () => {
    for (let n = 0; n < 50; n++) await recordEvent(at.app, { event: "bulk", detail: `act ${n}` });
    expect(await seen("?event=bulk")).toContain('href="/admin/history?event=bulk&amp;page=2#events"');
    expect(section(await seen("?event=bulk&page=2"), "events")).toContain("act 0");
  });

  test("the links for a download bring all that matches", async () => {
    const links = [
      ...section(await seen("?event=paused"), "events").matchAll(/href="(\/api\/history[^"]+)"/g),
    ];
    const [csv, json] = links.map((m) => m[1]!.replaceAll("&amp;", "&"));
    const answer = await owner("GET", csv!);
    expect(answer.headers.get("content-disposition")).toContain("sprocket-history.csv");
    expect((await answer.text()).split("\r\n")).toHaveLength(3);
    expect(await (await owner("GET", json!)).json()).toMatchObject([{ event: "paused", actor: "Olga" }]);
  });
});

describe("failures", () => {
  test("every one with what it said and what is next, cleared or not, and as a download", async () => {
    expect(await seen()).toContain("No failure is on record.");
    const file = await at.file("a.mp4");
    await at.work(file);
    await at.app.queue.moveAll({ status: ["unacknowledged"] }, "acknowledge", "x");
    const log = section(await seen(), "failures");
    expect(log).toContain(`href="/files/${file.id}"`);
    expect(log).toContain("moov atom not found");
    expect(log).toContain("Next: Copy it again");
    expect(log).toContain("cleared");
    const csv = /href="(\/api\/history\/failures\?format=csv)"/.exec(log)![1]!;
    expect(await (await owner("GET", csv)).text()).toContain("moov atom not found");
  });
});

test("a year's page stays small", async () => {
  const services = await measured();
  for (let n = 0; n < 200; n++)
    await recordEvent(at.app, {
      event: "scan",
      queue: "b",
      actor: "olga@example.org",
      detail: "x".repeat(120),
    });
  for (let n = 0; n < 25; n++) await at.work(await at.file(`${"y".repeat(80)}${n}.mp4`));
  expect((await seen("?span=month")).length).toBeLessThan(100_000);
  for (const service of services) await service.stop();
});
