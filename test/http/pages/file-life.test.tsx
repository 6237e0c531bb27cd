// A file's page tells its whole life and why it is where it is; owners see who did what, members do not.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { DerivativeRow, FileRow } from "../../../src/db/tables/library.ts";
import { audit } from "../../../src/http/audit.ts";
import { stageOf } from "../../../src/http/pages/file-stage.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { type ProblemSite, problemSite } from "../../support/problem-site.ts";

let at: ProblemSite;
let owner: Browser;
beforeEach(async () => {
  at = await problemSite();
  owner = await ownerBrowser(at.site);
});
afterEach(() => at.close());

const seen = async (id: number, by = owner, query = "") => (await by("GET", `/files/${id}${query}`)).text();

test("each kind of job says why it stands where it stands, to owners", async () => {
  const file = await at.file("a.mp4");
  await at.work(file);
  const page = await seen(file.id);
  expect(page).toContain("Why it is where it is");
  expect(page).toMatch(
    /badge-failed">Failed<\/span><div><b>(<span[^>]*>)?<a href="\/admin\/jobs\/\d+">Bad kind/,
  );
  expect(page).toContain("<b>Next:</b> Copy it again from its source");
  const member = await memberBrowser(at.app, at.site);
  expect(await seen(file.id, member)).not.toContain("Why it is where it is");
});

test("what people did and what happened stands among the jobs, for owners only", async () => {
  const file = await at.file("a.mp4");
  const jobId = await at.work(file);
  await owner("POST", `/files/${file.id}/jobs/${jobId}/retry`, "");
  await owner("POST", `/admin/quarantine/${file.id}/exclude`, "reason=a+test+<recording>");
  await audit(at.app, { email: "owner@example.org" }, "file.trash", file.id);
  const page = await seen(file.id);
  expect(page).toContain("Retried by Olga Owner");
  expect(page).toContain("<b>Quarantined</b> by Olga Owner");
  expect(page).toContain("a test &lt;recording&gt;");
  expect(page).toContain("<b>Moved to trash</b> by Olga Owner");
  const member = await memberBrowser(at.app, at.site);
  const theirs = await seen(file.id, member);
  expect(theirs).toContain("Bad kind");
  for (const secret of ["owner@example.org", "Moved to trash", "/admin/quarantine"])
    expect(theirs).not.toContain(secret);
});

test("a job that failed shows how its log ends, what to do and Retry; a member reads neither paths nor logs", async () => {
  const file = await at.file("a.mp4");
  at.fails!.message = "moov atom not found in /srv/media/a.mp4";
  const jobId = await at.work(file);
  const page = await seen(file.id);
  expect(page).toContain(`id="life-${jobId}" open=""`);
  expect(page).toContain(`aria-label="End of the log of job ${jobId}"`);
  expect(page).toMatch(/id="full-path">\/\S+\/a\.mp4</);
  expect(page).toContain(`formaction="/files/${file.id}/jobs/${jobId}/retry"`);
  const member = await memberBrowser(at.app, at.site);
  const theirs = await seen(file.id, member);
  expect(theirs).toContain("The file ends too early");
  expect(theirs).not.toContain("/srv/media");
  expect(theirs).not.toContain("full-path");
});

test("a file's life knows acts on many of which it was one", async () => {
  const [a, b] = [await at.file("a.mp4"), await at.file("b.mp4")];
  await owner("POST", `/libraries/${at.library.id}/files/trash`, `ids=${a.id}&ids=${b.id}`);
  expect(await seen(a.id)).toContain("one of 2 files");
});

test("living duplicates are named, each with a history of its own", async () => {
  const sha256 = "ab".repeat(32);
  const file = await at.file("a.mp4", { sha256 });
  const other = await at.file("b.mp4", { sha256 });
  expect(await seen(file.id)).toContain(
    `Also at <a href="/files/${other.id}">b.mp4</a> in Family: the same content, with a history of its own.`,
  );
});

test("a film that browsers cannot play says so only while no version for them is on its way", async () => {
  const file = await at.file("a.mp4", { codecs: { video: "hevc" } });
  const why = (film: Parameters<typeof stageOf>[3]) => {
    const stage = stageOf(file, [], false, film);
    return "why" in stage ? stage.why : "";
  };
  expect(why(null)).toEndWith("The original plays in other programs.");
  expect(why("running")).toEndWith("A version that they play is being made; it appears here by itself.");
  expect(why("waiting")).toContain("is waiting to be made");
  expect(why("paused")).toContain("that job is paused");
});

test("a film that browsers cannot play, or that is missing, plays by its stream where that alone was made", async () => {
  const stream = { kind: "hls", mimeType: "application/vnd.apple.mpegurl", createdAt: new Date(5) };
  const shown = async (name: string, facts: Partial<FileRow>) => {
    const stage = stageOf(await at.file(name, facts), [stream as DerivativeRow], false);
    return "src" in stage ? stage.src.replace(/.*\/\d+\//, "") : stage.kind;
  };
  const h264 = { container: "mov", video: "h264", audio: "aac" };
  expect(await shown("a.mp4", { codecs: { video: "hevc" } })).toBe("hls/index.m3u8?v=5");
  expect(await shown("b.mp4", { codecs: h264, state: "missing" })).toBe("hls/index.m3u8?v=5");
  expect(await shown("c.mp4", { codecs: h264 })).toBe("original");
});
