// Charts, figures, the event log and the log of failures, as pages and as downloads.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { recordEvent } from "../../../src/history/event-log.ts";
import type { Service } from "../../../src/runtime/service.ts";
import { dayText } from "../../../views/time-ticks.ts";
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
const chart = (page: string, name: string) =>
  page.slice(page.indexOf(`id="chart-${name}"`)).split("</figure>")[0]!;
const values = (page: string, name: string) =>
  /data-values="([^"]*)"/.exec(chart(page, name))![1]!.split(";");

const run = {
  jobId: 1,
  queue: "b",
  kind: "bad",
  category: "cpu",
  outcome: "completed",
  waitMs: 2000,
  runMs: 4000,
  code: null,
} as const;

/** Ten runs each ten minutes for an hour, while the history is looked after. */
async function measured(): Promise<Service[]> {
  const services = at.app.history.services();
  for (const service of services) await service.start();
  for (let turn = 0; turn < 6; turn++) {
    for (let n = 0; n < 10; n++)
      at.app.history.measure({
        ...run,
        at: at.app.clock.now(),
        jobId: n,
        outcome: n === 0 ? "failed" : "completed",
      });
    await at.app.clock.advance(hourMs / 6);
  }
  return services;
}

describe("charts", () => {
  test("each has its title, its unit, its values, and what it says in words for whoever cannot see it", async () => {
    const services = await measured();
    const page = await seen();
    for (const title of [
      "Jobs done",
      "Failures",
      "Waiting jobs",
      "Oldest waiting job",
      "Time spent waiting",
      "Time spent running",
    ])
      expect(page).toMatch(new RegExp(`aria-label="${title}: [^"]+"`));
    expect(chart(page, "done")).toContain("jobs per 10 min");
    expect(chart(page, "done")).toMatch(/Completed <b class="num" data-rest="54">54</);
    expect(chart(page, "done")).toMatch(/Failed <b class="num" data-rest="6">6</);
    expect(chart(page, "failures")).toMatch(/Of all <b class="num" data-rest="10 %">/);
    expect(values(page, "done").filter((bucket) => bucket === "9 1")).toHaveLength(6);
    // Waited two seconds each, as far as the bins of the histogram tell; ten jobs in a bucket.
    expect(values(page, "wait").filter((bucket) => / 10$/.test(bucket))).toHaveLength(6);
    for (const service of services) await service.stop();
  });

  test("what was off is a gap and not a zero, and says so", async () => {
    const services = await measured();
    const page = await seen();
    expect(values(page, "done")[0]).toBe("");
    expect(values(page, "done").at(-1)).toBe("0 0");
    expect(chart(page, "done")).toContain("<title>Not recorded: the server was off</title>");
    for (const service of services) await service.stop();
  });

  test("each stretch of time is a link, and the one that is shown says so", async () => {
    const page = await seen("?span=week");
    expect(page).toContain('href="/admin/history?span=month#charts"');
    expect(page).toMatch(/href="\/admin\/history\?span=week#charts" aria-current="true"/);
    for (const span of ["day", "week", "month", "quarter", "year"])
      expect((await get(`?span=${span}`)).status).toBe(200);
  });

  test("a day of a month can be looked at closer, with a way back and to its neighbours", async () => {
    const month = await seen("?span=month");
    const today = new Date(at.app.clock.now());
    const day = dayText(new Date(today.getFullYear(), today.getMonth(), today.getDate() - 3));
    expect(month).toContain(`href="/admin/history?span=month&amp;from=${day}&amp;to=${day}#charts"`);
    const page = section(await seen(`?span=month&from=${day}&to=${day}`), "charts");
    expect(page).toContain("Back to the last month");
    expect(page).toContain('href="/admin/history?span=month#charts"');
    const before = dayText(new Date(today.getFullYear(), today.getMonth(), today.getDate() - 4));
    expect(page).toContain(`from=${before}&amp;to=${before}#charts" aria-label="Earlier"`);
  });

  test("of one kind, without what is only known of its queue", async () => {
    const services = await measured();
    const page = await seen("?kind=bad");
    expect(page).toContain("Over time: Bad kind");
    expect(page).toContain('id="chart-done"');
    expect(page).not.toContain('id="chart-waiting"');
    expect(await seen("?kind=nope")).toContain("There is no kind nope.");
    for (const service of services) await service.stop();
  });

  test("nothing measured yet is no flat line", async () => {
    const page = await seen();
    expect(page).toContain("Nothing to show yet: measuring has just begun.");
    expect(chart(page, "wait")).not.toMatch(/class="line[^"]*" d="M/);
  });

  test("few jobs are said to be few", async () => {
    expect(await seen()).not.toContain("may change the picture");
    at.app.history.measure({ ...run, at: at.app.clock.now() });
    expect(await seen()).toContain("Only 1 job ended in this time");
  });

  test("marks that lie together are one on the chart, and each in the list", async () => {
    await recordEvent(at.app, { event: "upgrade", detail: "from 1 to 2" });
    await at.app.clock.advance(1000);
    expect(chart(await seen(), "done")).toMatch(/<text class="wide to-left"[^>]*>Upgrade</);
    await recordEvent(at.app, { event: "scan", detail: "Family: 3 new" });
    await at.app.clock.advance(1000);
    const page = await seen();
    expect(chart(page, "done")).toMatch(/<text class="wide to-left"[^>]*>2 marks</);
    expect(section(page, "marks")).toContain("from 1 to 2");
    expect(section(page, "marks")).toContain("Family: 3 new");
  });

  test("as a table of numbers on a page of its own, the newest first", async () => {
    const services = await measured();
    const link = /href="(\/admin\/history\/numbers[^"]*)"/.exec(await seen("?queue=b"))![1]!;
    const page = await (await owner("GET", link.replaceAll("&amp;", "&"))).text();
    expect(page).toContain("<td>9</td><td>1</td><td>10 %</td>");
    expect(page).toContain('href="/admin/history?queue=b#charts"');
    expect(page.indexOf("(so far)")).toBeGreaterThan(0);
    expect(page.indexOf("(so far)")).toBeLessThan(page.indexOf("<td>9</td>"));
    for (const service of services) await service.stop();
  });
});

describe("figures", () => {
  test("today, this week and month, what fails, per kind, and when it is busy", async () => {
    const services = await measured();
    const page = await seen();
    expect(page).toMatch(/Today<\/dt><dd>54<\/dd><dd class="note">done, <span class="bad">6 failed/);
    expect(page).toContain("nothing to compare with yet");
    expect(page).toContain("<dd>10 %</dd>");
    expect(section(page, "kinds")).toMatch(/>Bad kind<\/a><\/th><td class="num" data-label="Done">54/);
    expect(page).toMatch(/class="heat-5"><span>54</);
    expect(page).toMatch(/Most on \w+days from \d+:00 to \d+:00\./);
    for (const service of services) await service.stop();
  });

  test("kinds are sorted by links", async () => {
    at.app.history.measure({ ...run, at: at.app.clock.now(), kind: "alpha", runMs: 90_000 });
    for (const _ of [1, 2]) at.app.history.measure({ ...run, at: at.app.clock.now() });
    const order = async (search: string) => {
      const table = section(await seen(search), "kinds");
      return table.indexOf(">alpha<") < table.indexOf(">Bad kind<") ? "alpha first" : "alpha last";
    };
    expect(await order("")).toBe("alpha last");
    expect(await order("?sort=average")).toBe("alpha first");
    expect(section(await seen("?sort=kind"), "kinds")).toMatch(
      /aria-sort="ascending"><a href="[^"]*sort=kind#kinds"/,
    );
  });

  test("how long all of it is kept, with the way to the setting", async () => {
    const kept = section(await seen(), "kept");
    expect(kept).toContain("90 days");
    expect(kept).toContain("1,000,000 jobs at most");
    expect(kept).toMatch(/href="\/admin\/settings#[\w-]*retention"/);
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
    const today = dayText(new Date(at.app.clock.now()));
    expect(await shows("?event=scan")).toEqual([true, false]);
    expect(await shows("?queue=b")).toEqual([false, true]);
    expect(await shows(`?from=${today}&to=${today}`)).toEqual([true, false]);
    expect(await shows("?event=nonsense&from=yesterday")).toEqual([true, true]);
    expect(await seen("?event=killed")).toContain("No event matches.");
    expect(await seen(`?from=${today}&to=2020-01-01`)).toContain("ends before it begins");
    expect(await seen("?queue=nope")).toContain("There is no queue nope.");
    expect(await seen("?place=1.1")).toContain("There are no events beyond.");
  });

  test("none at all is another emptiness", async () => {
    await at.app.db.run("DELETE FROM event");
    expect(await seen()).toContain("Nothing has been noted yet.");
  });

  test("are narrowed by who did it and by words, whether they are stored by name or by address", async () => {
    const { name, email } = (await at.app.accounts.listUsers())[0]!;
    await recordEvent(at.app, { event: "restarted", actor: name });
    await recordEvent(at.app, { event: "setting", actor: email, detail: "retention.days: 90 → 30" });
    const theirs = section(await seen(`?who=${encodeURIComponent(email)}`), "events");
    expect(theirs).toContain("Workers restarted");
    expect(theirs).toContain("Keep for: 90 → 30 days");
    expect(theirs).not.toContain(`>${email}<`);
    expect(theirs).not.toContain("Family: 3 new");
    const servers = section(await seen("?who=server"), "events");
    expect(servers).toContain("Family: 3 new");
    expect(servers).not.toContain("for &lt;1 h&gt;");
    expect(section(await seen("?q=family"), "events")).toContain("Family: 3 new");
    const none = section(await seen("?q=100%25"), "events");
    expect(none).toContain("No event matches.");
    expect(none).toContain("among the newest 50,000");
  });

  test("a bulk act and a restart are sentences, with a way to the jobs", async () => {
    await recordEvent(at.app, {
      event: "bulk",
      actor: "Olga",
      detail: "operation 5, retry of q=status%3Afailed: done, 12 of 14 jobs",
    });
    await recordEvent(at.app, { event: "restarted", actor: "Olga", detail: "1 handed back" });
    const log = section(await seen(), "events");
    expect(log).toMatch(/href="\/admin\/jobs\?q=status%3Afailed">Retried 12 of 14 jobs: [^<]*status:failed/);
    expect(log).toContain("1 job went back to waiting");
  });

  test("go on to older ones and back to newer ones, each once, whatever comes meanwhile", async () => {
    for (let n = 0; n < 40; n++) await recordEvent(at.app, { event: "bulk", detail: `act ${n}.` });
    const acts = (page: string) =>
      [...section(page, "events").matchAll(/>act (\d+)\.</g)].map((m) => Number(m[1]));
    const way = (page: string, rel: string) =>
      (
        new RegExp(`href="([^"#]*)#events" rel="${rel}"`).exec(section(page, "events"))?.[1] ?? "none"
      ).replaceAll("&amp;", "&");
    const first = await seen("?event=bulk");
    await recordEvent(at.app, { event: "bulk", detail: "act 40." });
    const second = await (await owner("GET", way(first, "next"))).text();
    const third = await (await owner("GET", way(second, "next"))).text();
    expect([...acts(first), ...acts(second), ...acts(third)]).toEqual(
      Array.from({ length: 40 }, (_, i) => 39 - i),
    );
    expect(way(third, "next")).toBe("none");
    expect(acts(await (await owner("GET", way(third, "prev"))).text())).toEqual(acts(second));
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

test("the links for a download carry every filter", async () => {
  const filters = "?queue=b&event=scan&who=server&q=family&from=2026-01-02&to=2026-01-03";
  const csv = /href="(\/api\/history\?[^"]*csv[^"]*)"/.exec(section(await seen(filters), "events"))![1]!;
  const asked = new URL(csv.replaceAll("&amp;", "&"), "http://x").searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({
    queue: "b",
    event: "scan",
    actor: "server",
    q: "family",
  });
  expect([asked.get("from"), asked.get("to")]).toEqual([
    new Date("2026-01-02T00:00:00").toISOString(),
    new Date("2026-01-04T00:00:00").toISOString(),
  ]);
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

test("no stretch of time makes a large page", async () => {
  const services = await measured();
  for (let n = 0; n < 200; n++)
    await recordEvent(at.app, {
      event: "scan",
      queue: "b",
      actor: "olga@example.org",
      detail: "x".repeat(120),
    });
  for (let n = 0; n < 25; n++) await at.work(await at.file(`${"y".repeat(80)}${n}.mp4`));
  for (const span of ["day", "month", "year"])
    expect((await seen(`?span=${span}`)).length).toBeLessThan(100_000);
  for (const service of services) await service.stop();
});
