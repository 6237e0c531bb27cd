// Home: what the libraries hold, what is going on, what a search finds; and what is hidden.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addDerivative, addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";
import { watch } from "../../support/stream.ts";

let at: MediaSite;
let owner: Browser;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
});
afterEach(() => at.close());

const seen = async (path: string, by = owner) => (await by("GET", path)).text();

test("without a library the owner is asked to add one, a member is told who can", async () => {
  expect(await seen("/")).toContain("/libraries/new/folder");
  const member = await memberBrowser(at.app, at.site);
  const page = await seen("/", member);
  expect(page).toContain("An owner of this server has to add one");
  expect(page).not.toContain("/libraries/new");
  // Nothing was to be done: that is no news.
  expect(page).toMatch(/id="going-on"[^>]* hidden/);
});

test("a card says what a library holds, with covers of it", async () => {
  const library = await addLibrary(at, "Family");
  const picture = await addFile(at, library, "2024/a.jpg", { sizeBytes: 1500 });
  await addFile(at, library, "2024/b.mp4", { type: "video", mimeType: "video/mp4", sizeBytes: 2500 });
  await addDerivative(at, picture, "thumbnail", "webp-240", "x", { width: 240, height: 240 });
  const page = await seen("/");
  expect(page).toContain("1 picture, 1 video");
  expect(page).toContain("4 kB");
  expect(page).toContain("Not scanned yet");
  expect(page).toContain(`/api/files/${picture.id}/thumbnail?w=240`);
});

test("what is going on is counted, and goes on by itself for members as well", async () => {
  const library = await addLibrary(at, "Family");
  for (const name of ["a.jpg", "b.jpg", "c.jpg"]) {
    const file = await addFile(at, library, name);
    if (name !== "c.jpg") await at.app.queue.enqueue("image-thumbnail", { fileId: file.id });
  }
  await at.app.queue.enqueue("gallery-scan", { libraryId: library.id });
  const page = await seen("/");
  expect(page).toContain("Scanning · 2 of 3 thumbnails to go");
  expect(page).toContain("Scanning now");
  const member = await memberBrowser(at.app, at.site);
  for (const by of [owner, member]) {
    const stream = await watch(at.app, by, "/live/home");
    await stream.until("Scanning · 2 of 3 thumbnails to go");
    await stream.leave();
  }
  expect(await seen("/", member)).not.toContain("/admin");
});

test("while files are still to be looked into, no share of thumbnails is promised", async () => {
  const library = await addLibrary(at, "Family");
  for (const name of ["a.jpg", "b.jpg", "c.jpg"]) {
    const file = await addFile(at, library, name);
    await at.app.queue.enqueue(name === "a.jpg" ? "image-thumbnail" : "file-metadata", { fileId: file.id });
  }
  const page = await seen("/");
  expect(page).toContain("1 thumbnail to go · 2 files to look into");
  expect(page).not.toContain("of 3 thumbnails");
});

test("search finds files of all libraries by name and folder, in any case, and takes % as it is", async () => {
  const family = await addLibrary(at, "Family");
  const films = await addLibrary(at, "Films");
  await addFile(at, family, "Beach 2024/IMG_1.jpg");
  await addFile(at, films, "beach.mp4", { type: "video", mimeType: "video/mp4" });
  await addFile(at, films, "100% real.mp4", { type: "video", mimeType: "video/mp4" });
  const page = await seen("/?q=BEACH");
  expect(page).toContain("IMG_1.jpg");
  expect(page).toContain("beach.mp4");
  expect(page).not.toContain("100% real");
  expect(await seen("/?q=0%25")).not.toContain("IMG_1.jpg");
  expect(await seen("/?q=nothing-has-this")).toContain("No file matches.");
});

test("the search knows the grammar of the API, and says what it cannot read", async () => {
  const family = await addLibrary(at, "Family");
  await addFile(at, family, "a.jpg", { sizeBytes: 5 });
  await addFile(at, family, "b.mp4", { type: "video", mimeType: "video/mp4", sizeBytes: 5_000_000 });
  const page = await seen(`/?q=${encodeURIComponent("type:video size:>1mb")}`);
  expect(page).toContain("b.mp4");
  expect(page).not.toContain("a.jpg");
  expect(page).toContain("1 file matches.");
  const faulty = await seen(`/?q=${encodeURIComponent("tpye:video")}`);
  expect(faulty).toContain("Did you mean type?");
  expect(faulty).toContain('href="/?q=type%3Avideo"');
});

test("a card names files that need a look, and a scan that failed with what to do", async () => {
  const library = await addLibrary(at, "Family");
  await addFile(at, library, "a.jpg", { state: "invalid", reasonCode: "input.corrupt" });
  expect(await seen("/")).toContain("1 file needs a look");
  expect(await seen("/")).not.toContain("The last scan failed");
});

test("what a search is for is text, never markup", async () => {
  expect(await seen(`/?q=${encodeURIComponent("<script>alert(1)</script>")}`)).not.toContain("<script>alert");
});

test("libraries that are not safe for work are left out while hidden, and counted", async () => {
  const hidden = await addLibrary(at, "Private", { nsfw: true });
  await addLibrary(at, "Family");
  const file = await addFile(at, hidden, "secret.jpg");
  await at.app.settings.change({ nsfwVisible: false }, null);
  const page = await seen("/");
  expect(page).not.toContain("Private");
  expect(page).not.toContain("secret.jpg");
  expect(page).toContain("1 library is");
  const search = await seen("/?q=secret");
  expect(search).not.toContain("secret.jpg");
  expect(search).toContain("1 match is hidden with NSFW libraries.");
  expect((await owner("GET", `/libraries/${hidden.id}`)).status).toBe(404);
  expect((await owner("GET", `/files/${file.id}`)).status).toBe(404);
  await at.app.settings.change({ nsfwVisible: true }, null);
  expect(await seen("/")).toContain("Private");
});

test("owners hide and show what is not safe for work from any page, and are told what that hides", async () => {
  const hidden = await addLibrary(at, "Private", { nsfw: true });
  const file = await addFile(at, hidden, "secret.jpg");
  await at.app.queue.enqueue("file-hash", { fileId: file.id });
  await at.app.settings.change({ nsfwVisible: true }, null);
  expect(await seen(`/files/${file.id}`)).toContain("Hide NSFW content");
  const hide = await owner("POST", "/nsfw", `visible=0&back=/files/${file.id}`);
  // Nobody is left standing on a page that is not there any more.
  expect(hide.headers.get("location")).toBe("/");
  const page = await seen("/");
  expect(page).toContain("1 NSFW library with 1 file. Their 1 open job still runs.");
  expect(page).toContain("Every library is hidden.");
  const show = await owner("POST", "/nsfw", "visible=1&back=/admin/jobs");
  expect(show.headers.get("location")).toBe("/admin/jobs");
  expect(await seen("/")).toContain("Private");
  const member = await memberBrowser(at.app, at.site);
  expect((await member("POST", "/nsfw", "visible=0")).status).toBe(403);
  expect(await seen("/", member)).not.toContain("NSFW content");
});
