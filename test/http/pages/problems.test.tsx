// Failures by cause, what is ignored and what is held back, and what an owner does about each, with JavaScript and without.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { FileRow } from "../../../src/db/tables/library.ts";
import { recordEvent } from "../../../src/history/event-log.ts";
import { openProblems } from "../../../src/http/pages/problem-count.ts";
import { getFile } from "../../../src/library/files.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";
import { type ProblemSite, problemSite } from "../../support/problem-site.ts";

const htmx = { "hx-request": "true" };

let at: ProblemSite;
let owner: Browser;
let files: FileRow[];
beforeEach(async () => {
  at = await problemSite();
  owner = await ownerBrowser(at.site);
  files = [await at.file("a.mp4"), await at.file("b.mp4")];
});
afterEach(() => at.close());

const seen = async (path = "/admin/problems", headers = {}) =>
  (await owner("GET", path, undefined, headers)).text();
const fingerprint = async () => (await at.app.store.failureGroups())[0]!.fingerprint;
const failBoth = async () => {
  for (const file of files) await at.work(file);
  return fingerprint();
};
const flash = (text: string) => expect(seen()).resolves.toContain(text);

describe("who may", () => {
  test("members are led away from the pages, their acts are refused, and their pages have no link there", async () => {
    const cause = await failBoth();
    const member = await memberBrowser(at.app, at.site);
    for (const path of ["/admin/problems", "/admin/history", `/admin/problems/${cause}/retry`]) {
      const answer = await member("GET", path);
      expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
    }
    for (const path of [
      `/admin/problems/${cause}/retry`,
      `/admin/quarantine/${files[0]!.id}/release`,
      `/admin/quarantine/${files[0]!.id}/exclude`,
    ])
      expect((await member("POST", path, "reason=x")).status).toBe(403);
    const home = await (await member("GET", "/")).text();
    expect(home).not.toContain("/admin/problems");
    expect(home).not.toContain("problem-count");
  });
});

describe("causes", () => {
  test("each has its title, code, meaning, next step, message and sample files with links", async () => {
    const cause = await failBoth();
    const page = await seen();
    expect(page).toContain(`id="${cause}"`);
    expect(page).toContain("Truncated files</h3>");
    expect(page).toContain("<b>2 files</b>");
    expect(page).toContain("2 failed jobs");
    expect(page).toContain("input.truncated");
    expect(page).toContain("Copy it again from its source.");
    expect(page).toContain("moov atom not found");
    for (const { id, path } of files)
      expect(page).toContain(`<a href="/files/${id}" title="${path}">${path}`);
  });

  test("what files and tools say is text, never markup", async () => {
    const evil = await at.file(`<img src=x onerror="alert(1)">.mp4`);
    at.fails = { code: "tool.crashed", message: "</pre><script>alert(2)</script>" };
    await at.work(evil);
    for (const path of ["/admin/problems", "/admin/history", `/files/${evil.id}`]) {
      const page = await seen(path);
      expect(page).toContain("&lt;img src=x");
      expect(page).not.toContain("<img src=x");
      expect(page).not.toContain("<script>alert");
    }
  });

  test("the navigation counts open causes, and hides a count of none", async () => {
    const count = /id="problem-count"[^>]*>(\d+)/;
    expect(await seen("/admin/settings")).toMatch(/id="problem-count"[^>]*hidden/);
    await failBoth();
    at.fails = { code: "input.corrupt", message: "no JPEG" };
    await at.work(await at.file("c.mp4"));
    expect((await seen("/admin/settings")).match(count)?.[1]).toBe("2");
    expect(await openProblems(at.app)).toBe(2);
  });

  test("what nobody has found words for is named by its code", async () => {
    at.fails = { code: "demo.flaky-thing", message: "odd" };
    await at.work(files[0]!);
    const page = await seen();
    expect(page).toContain("Demo flaky thing</h3>");
    expect(page).toContain("A failure this version knows no more about.");
  });

  test("what stops the whole server comes first, with the way to mend it; then the most frequent", async () => {
    await failBoth();
    at.fails = { code: "tool.missing", message: "ffmpeg: not found" };
    await at.work(await at.file("c.mp4"));
    const page = await seen();
    expect(page.indexOf("Program not installed</h3>")).toBeLessThan(page.indexOf("Truncated files</h3>"));
    expect(page).toContain("Server-wide");
    expect(page).toContain('href="/admin/health">Check the server');
  });

  test("only the first is unfolded, and says when it struck, where, and of which library", async () => {
    await failBoth();
    at.fails = { code: "input.corrupt", message: "no JPEG" };
    await at.work(await at.file("c.mp4"));
    const page = await seen();
    expect(page.match(/<details id="open-\w+" open="">/g)).toHaveLength(1);
    expect(page).toMatch(
      /aria-label="2 failures since [^"]+, a bar for every 1 h; at most 2 failures in one"/,
    );
    expect(page).toContain(`<a href="/libraries/${at.library.id}">${at.library.name}</a>`);
    expect(page).toContain("New today");
  });

  test("are narrowed by words, library and queue", async () => {
    await failBoth();
    at.fails = { code: "input.corrupt", message: "no JPEG" };
    await at.work(await at.file("c.mp4"));
    const shown = async (search: string) =>
      [...(await seen(`/admin/problems${search}`)).matchAll(/-title">([^<]+)<\/h3>/g)].map(
        ([, name]) => name,
      );
    expect(await shown("")).toEqual(["Truncated files", "Damaged files"]);
    expect(await shown("?q=JPEG")).toEqual(["Damaged files"]);
    expect(await shown("?q=truncated+moov")).toEqual(["Truncated files"]);
    expect(await shown(`?library=${at.library.id}`)).toHaveLength(2);
    expect(await shown(`?library=${at.library.id + 1}`)).toEqual([]);
    expect(await shown("?queue=none")).toEqual([]);
    expect(await seen("/admin/problems?queue=none")).toContain("No open cause matches.");
  });

  test("a link to one cause shows it first, and only once", async () => {
    const first = await failBoth();
    at.fails = { code: "input.corrupt", message: "no JPEG" };
    for (const name of ["c.mp4", "d.mp4", "e.mp4"]) await at.work(await at.file(name));
    const order = async (path: string) =>
      [...(await seen(path)).matchAll(/<article id="(\w+)"/g)].map(([, id]) => id);
    const [most, other] = await order("/admin/problems");
    expect(other).toBe(first);
    expect(await order(`/admin/problems?cause=${first}`)).toEqual([first, most]);
    expect(await order("/admin/problems?cause=gone")).toEqual([most, first]);
    const job = (await at.app.store.failureGroups()).find((g) => g.fingerprint === first)!.jobIds[0];
    expect(await seen(`/admin/jobs/${job}`)).toContain(`/admin/problems?cause=${first}#${first}`);
  });

  test("none says which kind of none it is", async () => {
    expect(await seen()).toContain("No job has run yet.");
    at.fails = null;
    await at.work(files[0]!);
    expect(await seen()).toContain("No failure is on record.");
    at.fails = { code: "input.corrupt", message: "no JPEG" };
    await at.work(files[1]!);
    await at.app.queue.moveAll({ status: ["unacknowledged"] }, "acknowledge", "x");
    expect(await seen()).toContain("1 earlier failure is cleared.");
  });

  test("those of hidden libraries are counted aside", async () => {
    await failBoth();
    await at.app.db.run(`UPDATE library SET nsfw = 1`);
    const page = await seen();
    expect(page).toContain("2 failed jobs are about NSFW libraries, which are hidden now.");
    expect(page).not.toContain("moov atom");
    expect(await openProblems(at.app)).toBe(0);
  });
});

describe("what is done with a whole cause", () => {
  test("each act asks first and counts, as a page or as a dialog", async () => {
    const cause = await failBoth();
    for (const [act, question] of [
      ["retry", "Retry 2 failed jobs?"],
      ["ignore", "Ignore this cause of 2 failures?"],
      ["quarantine", "Hold 2 files back?"],
    ]) {
      const path = `/admin/problems/${cause}/${act}`;
      const whole = await seen(path);
      expect(whole).toContain(question!);
      expect(whole).toContain(`<form method="post" action="${path}"`);
      expect(whole).toContain("<!doctype html>");
      expect(await seen(path, htmx)).not.toContain("<!doctype html>");
    }
    expect((await owner("GET", "/admin/problems/000000000000/retry")).status).toBe(404);
  });

  test("retry, by a plain form: all wait again, and it is said and written down", async () => {
    const cause = await failBoth();
    at.fails = null;
    const answer = await owner("POST", `/admin/problems/${cause}/retry`, "");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/admin/problems"]);
    await flash("2 jobs wait again.");
    await at.app.clock.advance(1000);
    await settled();
    expect((await at.app.store.list({ status: ["completed"] }, "newest", 0, 9)).total).toBe(2);
    expect(await seen("/admin/audit")).toContain("Retried a cause");
  });

  test("ignore: cleared now and later, with who and why, until somebody takes it back", async () => {
    const cause = await failBoth();
    await owner("POST", `/admin/problems/${cause}/ignore`, "days=7&note=known+<b>");
    const page = await seen("/admin/problems?tab=ignored");
    expect(await openProblems(at.app)).toBe(0);
    expect(page).toContain("2 failures cleared");
    expect(page).toContain("by Olga Owner");
    expect(page).toContain("“known &lt;b&gt;”");
    expect(page).not.toContain(`id="${cause}"`);
    await owner("POST", `/admin/problems/${cause}/unignore`, "");
    expect(await seen("/admin/problems?tab=ignored")).toContain("Nothing is ignored.");
  });

  test("ignore refuses a time that is none", async () => {
    const cause = await failBoth();
    const answer = await owner("POST", `/admin/problems/${cause}/ignore`, "days=-3", htmx);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("Ignore it for 1 to 3,650 days");
    expect(await openProblems(at.app)).toBe(1);
  });

  test("quarantine, by htmx: the answer shows the page as it is then", async () => {
    const cause = await failBoth();
    const answer = await (await owner("POST", `/admin/problems/${cause}/quarantine`, "", htmx)).text();
    expect(answer).toContain("2 files held back, 2 failures cleared.");
    expect(answer).toContain("Nothing fails now.");
    for (const search of ["", "&by=people"])
      expect(await seen(`/admin/problems?tab=quarantine${search}`)).toContain("2 files held back");
    expect(answer).not.toContain(`id="${cause}"`);
  });

  test("what is retried shows as such until it has ended, and may be put back", async () => {
    const cause = await failBoth();
    at.fails = null;
    const answer = await (await owner("POST", `/admin/problems/${cause}/retry`, "", htmx)).text();
    expect(answer).toContain("2 retrying…");
    expect(answer).toMatch(/formaction="\/admin\/operations\/\d+\/undo"/);
    expect(await openProblems(at.app)).toBe(0);
    await at.app.clock.advance(1000);
    await settled();
    expect(await seen()).toContain("Nothing fails now.");
  });

  test("what fails again after a retry says that it came back", async () => {
    const cause = await failBoth();
    await owner("POST", `/admin/problems/${cause}/retry`, "");
    await at.app.clock.advance(1000);
    await settled();
    const page = await seen();
    expect(page).toContain("Came back");
    expect(page).toContain("2 failed again the same way.");
  });

  test("several are asked about and dealt with together", async () => {
    const first = await failBoth();
    at.fails = { code: "input.corrupt", message: "no JPEG" };
    await at.work(await at.file("c.mp4"));
    const causes = (await at.app.store.failureGroups()).map((g) => g.fingerprint);
    expect(causes).toContain(first);
    const ticked = causes.map((one) => `cause=${one}`).join("&");
    const question = await seen(`/admin/problems/ticked/ask?act=quarantine&${ticked}`);
    expect(question).toContain("Hold up to 3 files back?");
    expect(question).toContain("Truncated files (2), Damaged files (1).");
    expect(await seen("/admin/problems/ticked/ask?act=retry")).toContain("No cause is ticked.");
    const answer = await owner("POST", "/admin/problems/ticked/quarantine", `causes=${causes.join()}`, htmx);
    expect(await answer.text()).toContain("3 files held back, 3 failures cleared.");
  });

  test("what is gone meanwhile is said, with the page as it is", async () => {
    const answer = await owner("POST", "/admin/problems/000000000000/retry", "", htmx);
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain("It is gone already");
  });
});

describe("the quarantine", () => {
  const exclude = (file: FileRow) =>
    owner("POST", `/admin/quarantine/${file.id}/exclude`, "reason=a+test+recording");

  test("a file is excluded from its page with a reason, and released from it", async () => {
    const [file] = files as [FileRow];
    const at1 = `/admin/quarantine/${file.id}`;
    expect(await seen(`/files/${file.id}`)).toContain(`href="${at1}/exclude"`);
    expect(await seen(`${at1}/exclude`)).toContain("Exclude a.mp4 from processing?");
    expect((await owner("POST", `${at1}/exclude`, "reason=", htmx)).status).toBe(422);
    expect((await exclude(file)).headers.get("location")).toBe(`/files/${file.id}`);
    const page = await seen(`/files/${file.id}`);
    expect(page).toContain("a test recording");
    expect(page).toContain("Excluded by Olga Owner");
    expect(page).not.toContain(`href="${at1}/exclude"`);
    expect((await exclude(file)).status).toBe(303);
    await flash("is held back already");
    const back = encodeURIComponent(`/files/${file.id}`);
    const answer = await owner("POST", `${at1}/release?back=${back}`, "");
    expect(answer.headers.get("location")).toBe(`/files/${file.id}`);
    expect((await getFile(at.app.db, file.id)).state).toBe("ok");
  });

  test("release never leads to another site", async () => {
    await exclude(files[0]!);
    const answer = await owner("POST", `/admin/quarantine/${files[0]!.id}/release?back=//evil.example/`, "");
    expect(answer.headers.get("location")).toBe("/admin/problems?tab=quarantine");
  });

  test("lists who held what back and why, and lets go one by one, with and without a retry", async () => {
    await at.work(files[0]!);
    for (const file of files) await exclude(file);
    const page = await seen("/admin/problems?tab=quarantine");
    expect(page).toContain("2 files held back");
    expect(page).toContain("by Olga Owner, ");
    expect(await seen("/admin/problems?tab=quarantine&by=server")).toContain(
      "The server holds no file back by itself now.",
    );
    at.fails = null;
    const release = (file: FileRow, more = "") =>
      owner("POST", `/admin/quarantine/${file.id}/release?back=%2Fadmin%2Fproblems${more}`, "", htmx);
    expect(await (await release(files[0]!, "&retry=1")).text()).toContain(
      "Released a.mp4; 1 job waits again.",
    );
    expect(await (await release(files[1]!)).text()).toContain("Released b.mp4.");
    expect((await release(files[1]!)).status).toBe(409);
    expect(await seen("/admin/problems?tab=quarantine")).toContain("No file is held back.");
  });

  test("releases all of a choice after a question that counts", async () => {
    for (const file of files) await exclude(file);
    expect(await seen("/admin/quarantine/release?by=people")).toContain("Release 2 files?");
    await owner("POST", "/admin/quarantine/release?by=people", "");
    await flash("Released 2 files.");
  });

  test("a page beyond the end is the last one", async () => {
    await exclude(files[0]!);
    expect(await seen("/admin/problems?tab=quarantine&page=99")).toContain("1 file held back");
  });

  test("is narrowed by path and library, and what matches is released together", async () => {
    for (const file of files) await exclude(file);
    const page = await seen("/admin/problems?tab=quarantine&q=A.MP");
    expect(page).toContain("1 file held back");
    expect(page).toContain('href="/admin/quarantine/release?q=A.MP"');
    expect(await seen("/admin/problems?tab=quarantine&library=99")).toContain("None of these.");
    await owner("POST", "/admin/quarantine/release?q=A.MP", "");
    await flash("Released 1 file.");
    expect((await getFile(at.app.db, files[1]!.id)).state).toBe("quarantined");
  });

  test("ticked files are released together", async () => {
    for (const file of files) await exclude(file);
    const ids = files.map(({ id }) => `ids=${id}`).join("&");
    const answer = await owner("POST", "/admin/quarantine/release-ticked", `${ids}&retry=`);
    expect(answer.headers.get("location")).toBe("/admin/problems?tab=quarantine");
    await flash("Released 2 files.");
  });

  test("a file is found by its path and excluded from here", async () => {
    const [file] = files as [FileRow];
    const page = await seen("/admin/problems?tab=quarantine&find=a.mp4");
    const link = `/admin/quarantine/${file.id}/exclude?from=quarantine`;
    expect(page).toContain(link);
    expect(page).not.toContain(`/admin/quarantine/${files[1]!.id}/exclude`);
    const answer = await owner("POST", link, "reason=a+test", htmx);
    expect(await answer.text()).toContain("a.mp4 is excluded from processing.");
    expect(await seen("/admin/problems?tab=quarantine&find=a.mp4")).toContain(
      "No file that may be excluded has",
    );
    expect(await seen("/admin/problems?tab=quarantine&find=a")).toContain("Type more of the path.");
  });
});

describe("stuck and orphaned", () => {
  test("nothing of it says so, and what auto-heal would do", async () => {
    const page = await seen("/admin/problems?tab=stuck");
    expect(page).toContain("Nothing is stuck.");
    expect(page).toContain("No job was left behind.");
    expect(page).toContain("Auto-heal is off");
  });

  test("jobs whose worker died are one cause with its way out, and what happened is told", async () => {
    at.fails = { code: "job.orphaned", message: "the worker died" };
    await at.work(files[0]!);
    await recordEvent(at.app, { event: "orphaned", fileId: files[0]!.id, detail: "failed, 40 % done" });
    const page = await seen("/admin/problems?tab=stuck");
    expect(page).toContain("Worker died mid-job</h3>");
    expect(page).toContain("Retry 1");
    expect(page).toContain("failed, 40 % done");
    expect(page).toMatch(/Stuck, orphaned<span class="count">1</);
  });

  test("what runs without a sign of life is listed with its whole path, and ended on demand", async () => {
    at.hangs = true;
    const id = await at.work(files[0]!);
    await at.app.clock.advance(3_600_000);
    await settled();
    const page = await seen("/admin/problems?tab=stuck");
    expect(page).toContain("1 job stuck now");
    expect(page).toContain(`${at.library.path}/a.mp4`);
    expect(page).toContain("silent for ");
    const answer = await owner("POST", `/admin/problems/stuck/${id}/clear`, "", htmx);
    expect(await answer.text()).toContain(`Cleared job ${id}: ended as failed.`);
    const after = await seen("/admin/problems?tab=stuck");
    expect(after).toContain("Nothing is stuck.");
    expect(after).toContain("No sign of life</h3>");
    expect(after).toContain("by Olga Owner");
  });

  test("a job that is not stuck is not cleared", async () => {
    const id = await at.work(files[0]!);
    const answer = await owner("POST", `/admin/problems/stuck/${id}/clear`, "", htmx);
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain(`Job ${id} is not stuck any more.`);
  });
});
