// Moments on a file's page: marked by typed times, changed, removed and taken back, exported and made into GIFs.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { FileRow, LibraryRow } from "../../../src/db/tables/library.ts";
import { keepExport } from "../../../src/library/exports.ts";
import { createMoment, listMoments } from "../../../src/library/moments.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let library: LibraryRow;
let film: FileRow;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
  library = await addLibrary(at);
  film = await addFile(at, library, "film.mp4", {
    type: "video",
    mimeType: "video/mp4",
    codecs: { video: "h264" },
    durationS: 60,
  });
});
afterEach(() => at.close());

const post = (path: string, form: Record<string, string> = {}, by = owner) =>
  by("POST", `/files/${film.id}/${path}`, new URLSearchParams(form).toString(), { "HX-Request": "true" });
const seen = async (by = owner) => (await by("GET", `/files/${film.id}`)).text();
const moments = () => listMoments(at.app.db, film.id);
const newestJob = async () => (await at.app.store.list({}, "newest", 0, 1)).jobs[0];
const undoOf = (text: string) => /formaction="([^"]*undo)"/.exec(text)![1]!;

test("a moment is marked by typed times, stands on the page and on the player, and Undo takes it back", async () => {
  const answer = await post("moments", { title: "The <jump>", start: "0:12.340", end: "20" });
  expect(answer.status).toBe(200);
  expect(await moments()).toMatchObject([{ startMs: 12_340, endMs: 20_000, title: "The <jump>" }]);
  const page = await seen();
  expect(page).toContain("The &lt;jump&gt;");
  expect(page).toContain('href="#t=12.34"');
  expect(page).toContain("&quot;startMs&quot;:12340");
  const undone = await owner("POST", undoOf(await answer.text()), "", { "HX-Request": "true" });
  expect(await undone.text()).toContain("is removed again");
  expect(await moments()).toEqual([]);
});

test.each([
  ["soon", "20", "“soon” is no time"],
  ["20", "10", "The end must come after the start"],
  ["1:30", "2:00", "The file ends at 1:00 (60000 ms)"],
])("from %s to %s is refused: %s", async (start, end, why) => {
  const answer = await post("moments", { start, end });
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(why)]);
  expect(await moments()).toEqual([]);
});

test("a change is saved and taken back; a title that only says the times goes along with them", async () => {
  const { id } = await createMoment(at.app, film.id, { startMs: 1000, endMs: 2000 });
  const answer = await post(`moments/${id}`, { title: "0:01 to 0:02", start: "3", end: "3.08" });
  expect(await moments()).toMatchObject([{ startMs: 3000, endMs: 3080, title: "0:03 to 0:03.08" }]);
  await owner("POST", undoOf(await answer.text()), "", { "HX-Request": "true" });
  expect(await moments()).toMatchObject([{ startMs: 1000, endMs: 2000, title: "0:01 to 0:02" }]);
});

test("a removed moment comes back as it was", async () => {
  const before = await createMoment(at.app, film.id, { startMs: 1000, endMs: 2000, title: "Short" });
  const answer = await post(`moments/${before.id}/delete`);
  expect(await moments()).toEqual([]);
  await owner("POST", undoOf(await answer.text()), "", { "HX-Request": "true" });
  expect(await moments()).toEqual([before]);
});

test("an export is a job that the page shows in place; what it made is there to download", async () => {
  const { id } = await createMoment(at.app, film.id, { startMs: 1000, endMs: 2000, title: "Short" });
  await post(`moments/${id}/export`);
  const job = (await newestJob())!;
  expect(job).toMatchObject({ kind: "moment-export", params: { momentId: id }, priority: 1 });
  expect(await seen()).toContain("Export waits");
  const of = {
    jobId: job.id,
    kind: "moment-export",
    title: "Short",
    extension: "mp4",
    mimeType: "video/mp4",
  };
  await keepExport(at.app.tools, { ...of, sourceFileIds: [film.id], momentId: id }, async (path) => {
    await Bun.write(path, "a film");
    return {};
  });
  await at.app.queue.move(job.id, "cancel", "Olga");
  const download = `href="/api/moments/${id}/download"`;
  const page = await seen();
  expect(page).not.toContain("Export waits");
  expect(page).toContain(download);
  // Of another stretch it is no export; Undo brings it back.
  for (const [path, form] of [
    [`moments/${id}`, { start: "3", end: "5" }],
    [`moments/${id}/delete`, {}],
  ] as const) {
    const undo = undoOf(await (await post(path, form)).text());
    expect(await seen()).not.toContain(download);
    await owner("POST", undo, "", { "HX-Request": "true" });
    expect(await seen()).toContain(download);
  }
});

test("a GIF is made of a moment or of typed times, and a poster of the frame that shows", async () => {
  const { id } = await createMoment(at.app, film.id, { startMs: 1000, endMs: 2000 });
  await post(`moments/${id}/gif`);
  expect(await newestJob()).toMatchObject({ kind: "compile-gif", params: { startMs: 1000, endMs: 2000 } });
  await post("gif", { start: "3", end: "4.5" });
  expect(await newestJob()).toMatchObject({ kind: "compile-gif", params: { startMs: 3000, endMs: 4500 } });
  await post("poster", { at: "12.3404" });
  expect(await newestJob()).toMatchObject({ kind: "video-poster", params: { timestamp: 12.34 } });
  expect((await post("poster", { at: "now" })).status).toBe(422);
});

test("another file's moment is not touched from here", async () => {
  const other = await addFile(at, library, "other.mp4", { type: "video", durationS: 60 });
  const { id } = await createMoment(at.app, other.id, { startMs: 1000, endMs: 2000 });
  for (const path of [`moments/${id}`, `moments/${id}/delete`, `moments/${id}/export`])
    expect([path, (await post(path, { start: "3", end: "5" })).status]).toEqual([path, 404]);
  expect(await listMoments(at.app.db, other.id)).toMatchObject([{ startMs: 1000 }]);
});

test("a member plays moments, and changes none", async () => {
  const { id } = await createMoment(at.app, film.id, { startMs: 1000, endMs: 2000, title: "Short" });
  const member = await memberBrowser(at.app, at.site);
  const page = await seen(member);
  expect(page).toContain("Short");
  expect(page).not.toContain("data-moment=");
  for (const path of ["moments", `moments/${id}`, `moments/${id}/delete`, "gif", "poster"])
    expect([path, (await post(path, { start: "3", end: "5" }, member)).status]).toEqual([path, 403]);
});
