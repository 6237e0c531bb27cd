// Home: what the libraries hold, what is going on, what a search finds; and what is hidden.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addDerivative, addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

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

test("what is going on is counted, and asks again by itself", async () => {
  const library = await addLibrary(at, "Family");
  for (const name of ["a.jpg", "b.jpg", "c.jpg"]) {
    const file = await addFile(at, library, name);
    if (name !== "c.jpg") await at.app.queue.enqueue("image-thumbnail", { fileId: file.id });
  }
  await at.app.queue.enqueue("gallery-scan", { libraryId: library.id });
  const page = await seen("/");
  expect(page).toContain("Scanning · 2 of 3 thumbnails to go");
  expect(page).toContain("Scanning now");
  expect(page).toContain("2 of 3 thumbnails to go");
  const part = await seen("/?part=going-on");
  expect(part).toStartWith('<p id="going-on"');
  expect(part).toContain('hx-trigger="every 2s"');
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
  expect(await seen("/?q=nothing-has-this")).toContain("No file has");
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
  expect(await seen("/?q=secret")).not.toContain("secret.jpg");
  expect((await owner("GET", `/libraries/${hidden.id}`)).status).toBe(404);
  expect((await owner("GET", `/files/${file.id}`)).status).toBe(404);
  await at.app.settings.change({ nsfwVisible: true }, null);
  expect(await seen("/")).toContain("Private");
});
