// A file's page: what can be shown of it and why not, its facts, its whole life, and what its owner may do.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { FileRow, LibraryRow } from "../../../src/db/tables/library.ts";
import { audit } from "../../../src/http/audit.ts";
import { jobLine } from "../../../src/http/pages/job-lines.ts";
import { getFile } from "../../../src/library/files.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addDerivative, addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";
import { watch } from "../../support/stream.ts";

let at: MediaSite;
let owner: Browser;
let library: LibraryRow;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
  library = await addLibrary(at);
});
afterEach(() => at.close());

const seen = async (file: FileRow, query = "", by = owner) =>
  (await by("GET", `/files/${file.id}${query}`)).text();
const video = { type: "video", mimeType: "video/mp4" } as const;

test("a video that browsers play has a player with its poster", async () => {
  const file = await addFile(at, library, "a.mp4", {
    ...video,
    codecs: { video: "h264", audio: "aac" },
    durationS: 61,
  });
  const poster = await addDerivative(at, file, "poster", "jpeg-1280", "x", { width: 1280, height: 720 });
  const page = await seen(file);
  expect(page).toContain('<video slot="media" controls="" preload="metadata"');
  expect(page).toContain(`src="/api/files/${file.id}/original"`);
  expect(page).toContain(`poster="/api/files/${file.id}/derivatives/${poster.id}`);
});

test("a film's container with nothing but sound is played as sound", async () => {
  const file = await addFile(at, library, "a.mp4", { ...video, codecs: { container: "mov", audio: "aac" } });
  const page = await seen(file);
  expect(page).toContain('<audio controls=""');
  expect(page).toContain('type="audio/mp4"');
});

test("what was made for browsers is played instead of the file, also while that is missing", async () => {
  for (const state of ["ok", "missing"] as const) {
    const name = `${state}.mkv`;
    const file = await addFile(at, library, name, { ...video, mimeType: "video/x-matroska", state });
    const made = await addDerivative(at, file, "transcode", "web");
    const poster = await addDerivative(at, file, "poster", "jpeg-1280", "x", { width: 1280, height: 720 });
    const page = await seen(file);
    expect(page).toContain(`src="/api/files/${file.id}/derivatives/${made.id}`);
    expect(page).toContain(`poster="/api/files/${file.id}/derivatives/${poster.id}`);
    expect(page).not.toContain("don&#39;t play");
  }
});

test.each([
  ["a.mkv", { ...video, mimeType: "video/x-matroska" }, "Browsers don&#39;t play MKV files"],
  ["a.mp4", { ...video, codecs: { video: "hevc" } }, "Most browsers don&#39;t play HEVC video"],
  ["a.mp4", { ...video, codecs: { video: "h264", audio: "ac3" } }, "Most browsers don&#39;t play AC3 sound"],
  ["a.cr2", { mimeType: "image/x-canon-cr2" }, "Browsers don&#39;t show CR2 files, and no preview"],
  ["a.wma", { type: "audio", mimeType: "audio/x-ms-wma" }, "Browsers don&#39;t play WMA files"],
] as [string, Partial<FileRow>, string][])("%s %o says why there is no player", async (name, facts, why) => {
  const page = await seen(await addFile(at, library, name, facts));
  expect(page).toContain(why);
  expect(page).not.toMatch(/<(video|audio) /);
});

test("a picture that no browser shows is shown by its preview", async () => {
  const file = await addFile(at, library, "a.heic", { mimeType: "image/heic" });
  const preview = await addDerivative(at, file, "preview", "webp-1440", "x", { width: 1440, height: 1080 });
  const page = await seen(file);
  expect(page).toContain(`/api/files/${file.id}/derivatives/${preview.id}`);
  expect(page).toContain('width="1440" height="1080"');
});

test("facts are in words: the date where it was taken, the place, the camera, copies elsewhere", async () => {
  const sha256 = "ab".repeat(32);
  const file = await addFile(at, library, "a.jpg", {
    sha256,
    width: 4000,
    height: 3000,
    capturedAt: new Date("2024-05-01T10:00:00Z"),
    capturedOffsetMin: 120,
    capturedFrom: "exif",
    gpsLat: -33.5,
    gpsLon: 151.25,
    gpsAlt: 12,
    camera: {
      make: "Canon",
      model: "Canon EOS R5",
      lens: "RF50",
      iso: 200,
      aperture: 2.8,
      exposureS: 0.004,
      focalLengthMm: 50,
    },
  });
  const copy = await addFile(at, library, "copy/a.jpg", { sha256 });
  const page = await seen(file);
  for (const fact of [
    "4000 × 3000",
    "2024-05-01 12:00:00 UTC+02:00",
    "from the camera (EXIF)",
    "33.50000° S, 151.25000° E, 12 m",
    ">Canon EOS R5<",
    "1/250 s · f/2.8 · ISO 200 · 50 mm",
    sha256,
    `href="/files/${copy.id}"`,
  ])
    expect(page).toContain(fact);
});

test("a damaged file says what is wrong, what it means and what to do", async () => {
  const file = await addFile(at, library, "a.mp4", {
    ...video,
    state: "invalid",
    reasonCode: "input.truncated",
    reason: "moov atom not found",
  });
  const page = await seen(file);
  expect(page).toContain("moov atom not found");
  expect(page).toContain("The file ends too early");
  expect(page).toContain("Copy it again from its source");
});

test("its sound wave is drawn from the stored peaks", async () => {
  const file = await addFile(at, library, "a.mp3", { type: "audio", mimeType: "audio/mpeg" });
  const stored = {
    version: 2,
    channels: 1,
    sample_rate: 16000,
    samples_per_pixel: 320,
    bits: 8,
    length: 2,
    data: [-128, 127, 0, 0],
  };
  await addDerivative(at, file, "waveform", "json", JSON.stringify(stored));
  const page = await seen(file);
  expect(page).toContain('viewBox="0 0 6 100"');
  expect(page).toContain("M1 2.0v96.0M4 49.4v1.2");
});

test("History has every job newest first, and the page's stream brings only what changed", async () => {
  const file = await addFile(at, library, "a.jpg");
  const first = await at.app.queue.enqueue("file-hash", { fileId: file.id });
  const second = await at.app.queue.enqueue("image-thumbnail", { fileId: file.id });
  const page = await seen(file);
  expect(page.indexOf(`id="job-${second.id}"`)).toBeLessThan(page.indexOf(`id="job-${first.id}"`));
  const path = /hx-sse:connect="([^"]*)"/.exec(page)![1]!;
  expect(path).toBe(`/live/files/${file.id}`);
  const stream = await watch(at.app, owner, path);
  await stream.until('hx-target="#stage"');
  await at.app.queue.move(first.id, "cancel", null);
  const changed = await stream.until("Cancelled");
  // What is said of the same jobs elsewhere on the page goes with it; what stayed the same does not.
  expect(changed).toContain('hx-target="#why"');
  expect(changed).not.toContain('hx-target="#facts"');
  await stream.leave();
});

test("a member's stream has what members see", async () => {
  const file = await addFile(at, library, "a.jpg");
  await at.app.queue.enqueue("file-hash", { fileId: file.id });
  const member = await memberBrowser(at.app, at.site);
  const stream = await watch(at.app, member, `/live/files/${file.id}`);
  const all = await stream.until('hx-target="#history"');
  for (const word of ['hx-target="#why"', "formaction", "/admin/", "problem-count"])
    expect(all).not.toContain(word);
  await stream.leave();
});

test("a page of the history is cut by jobs, and what happened between two pages is on one of them", async () => {
  const file = await addFile(at, library, "a.jpg");
  for (let i = 0; i < 30; i++) {
    const { id } = await at.app.queue.enqueue("file-hash", { fileId: file.id });
    await at.app.queue.move(id, "cancel", null);
    if (i === 4) await audit(at.app, { email: "olga@example.org" }, "file.upload", file.id);
    await at.app.clock.advance(60_000);
  }
  const jobsOn = (page: string) => page.split('class="life-job"').length - 1;
  const [first, second] = [await seen(file), await seen(file, "?page=2")];
  expect([jobsOn(first), jobsOn(second)]).toEqual([25, 5]);
  expect([first.includes("Uploaded"), second.includes("Uploaded")]).toEqual([false, true]);
  expect(first).toContain(`href="/files/${file.id}?page=2#history"`);
});

test("Failures leaves out all else, and keeps the grid that one came from", async () => {
  const file = await addFile(at, library, "a.jpg");
  await at.app.queue.enqueue("file-hash", { fileId: file.id });
  expect(await seen(file, "?sort=newest")).toContain(
    `href="/files/${file.id}?sort=newest&amp;history=failures#history"`,
  );
  expect(await seen(file, "?history=failures")).toContain("No job has failed on this file.");
});

test.each([
  [
    "a video of which nothing could be read",
    { state: "invalid", reasonCode: "input.truncated" },
    "ends too early",
  ],
  ["an empty one", { sizeBytes: 0 }, "it has 0 bytes"],
] as [string, Partial<FileRow>, string][])("%s has no player that could only fail", async (_, facts, why) => {
  const page = await seen(await addFile(at, library, "a.mp4", { ...video, ...facts }));
  expect(page).toContain("This video cannot be played here.");
  expect(page).toContain(why);
  expect(page).not.toContain("<video");
});

test("what cannot be made now says why, and refuses", async () => {
  const file = await addFile(at, library, "a.jpg");
  await at.app.queue.enqueue("image-thumbnail", { fileId: file.id });
  expect(await seen(file)).toMatch(/make\/image-thumbnail" disabled="" title="waiting already"/);
  const gone = await addFile(at, library, "b.jpg", { state: "missing" });
  expect(await seen(gone)).toContain("The file is missing: there is nothing to work on.");
  const refused = await owner("POST", `/files/${gone.id}/make/file-hash`, "", { "HX-Request": "true" });
  expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining("is missing")]);
});

test("a run that stood frozen took what it worked, the same in every place", async () => {
  const file = await addFile(at, library, "a.jpg");
  const { id } = await at.app.queue.enqueue("file-hash", { fileId: file.id });
  const now = at.app.clock.now();
  const run = (await at.app.store.get(id))!;
  const store = at.app.store.get.bind(at.app.store);
  const done = {
    ...run,
    status: "completed" as const,
    startedAt: new Date(now - 300_000),
    finishedAt: new Date(now),
    frozenMs: 210_000,
  };
  at.app.store.get = async (asked) => (asked === id ? done : store(asked));
  const page = await (await owner("GET", `/admin/jobs/${id}`)).text();
  expect(page).toContain("Stood frozen</dt><dd>3 min 30 s of its run");
  const why = { reason: undefined, startsIn: null } as never;
  expect(jobLine(at.app, done, why, []).tookS).toBe(90);
});

test("Retry and Cancel work from the history, and an illegal move says why", async () => {
  const file = await addFile(at, library, "a.jpg");
  const { id } = await at.app.queue.enqueue("file-hash", { fileId: file.id });
  const act = (verb: string) =>
    owner("POST", `/files/${file.id}/jobs/${id}/${verb}`, "", { "HX-Request": "true" });
  expect(await (await act("cancel")).text()).toContain("is cancelled");
  expect((await at.app.queue.get(id)).status).toBe("cancelled");
  expect(await (await act("retry")).text()).toContain("runs again");
  const refused = await act("retry");
  expect(refused.status).toBe(409);
  expect(await refused.text()).toContain("is pending");
});

test("Make again enqueues a job about this file, before the others", async () => {
  const file = await addFile(at, library, "a.jpg");
  expect(await seen(file)).toContain(`/files/${file.id}/make/image-thumbnail`);
  const answer = await owner("POST", `/files/${file.id}/make/image-thumbnail`, "", { "HX-Request": "true" });
  expect(await answer.text()).toContain("enqueued as job");
  const { jobs } = await at.app.store.list({}, "newest", 0, 1);
  expect(jobs[0]).toMatchObject({ kind: "image-thumbnail", priority: 1, params: { fileId: file.id } });
  const refused = await owner("POST", `/files/${file.id}/make/video-poster`, "", { "HX-Request": "true" });
  expect(refused.status).toBe(422);
});

test("trash and restore change the row alone, and trash is taken back from its message", async () => {
  const file = await addFile(at, library, "a.jpg");
  const trashed = await owner("POST", `/files/${file.id}/trash`, "", { "HX-Request": "true" });
  const undo = /formaction="([^"]*undo)"/.exec(await trashed.text())![1]!;
  expect(await (await owner("POST", undo, "", { "HX-Request": "true" })).text()).toContain("1 file is back.");
  const twice = await owner("POST", undo, "", { "HX-Request": "true" });
  expect([twice.status, await twice.text()]).toEqual([409, expect.stringContaining("Nothing of it is left")]);
  await owner("POST", `/files/${file.id}/trash`, "");
  expect((await getFile(at.app.db, file.id)).trashedAt).not.toBeNull();
  expect(await seen(file)).toContain("In the trash");
  await owner("POST", `/files/${file.id}/restore`, "");
  expect((await getFile(at.app.db, file.id)).trashedAt).toBeNull();
});

test("previous and next follow the grid that one came from", async () => {
  const a = await addFile(at, library, "a.jpg", { sizeBytes: 5 });
  const b = await addFile(at, library, "b.mp4", { ...video, sizeBytes: 1 });
  const c = await addFile(at, library, "c.jpg", { sizeBytes: 9 });
  const around = async (query: string) => {
    const page = await seen(a, query);
    const link = (rel: string) => new RegExp(`href="/files/(\\d+)[^"]*" rel="${rel}"`).exec(page)?.[1];
    return [link("prev"), link("next")];
  };
  expect(await around("")).toEqual([undefined, String(b.id)]);
  expect(await around("?type=image&deep=1")).toEqual([undefined, String(c.id)]);
  expect(await around("?sort=largest&deep=1")).toEqual([String(c.id), String(b.id)]);
});

test("a member sees the file and its history, and can change nothing", async () => {
  const file = await addFile(at, library, "a.jpg");
  const { id } = await at.app.queue.enqueue("file-hash", { fileId: file.id });
  const member = await memberBrowser(at.app, at.site);
  const page = await seen(file, "", member);
  expect(page).toContain(`id="job-${id}"`);
  expect(page).not.toContain("formaction");
  for (const path of ["trash", "restore", "make/file-hash", `jobs/${id}/cancel`])
    expect([path, (await member("POST", `/files/${file.id}/${path}`, "")).status]).toEqual([path, 403]);
});
