// A library's grid: folders, filters, order, pages, pictures that are on their way; and its settings.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LibraryRow } from "../../../src/db/tables/library.ts";
import { listAudit } from "../../../src/http/audit.ts";
import { getLibrary, listLibraries } from "../../../src/library/libraries.ts";
import { type Browser, memberBrowser, ownerBrowser, ownerInput } from "../../support/app.ts";
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

const seen = async (query = "", by = owner) => (await by("GET", `/libraries/${library.id}${query}`)).text();
/** The files of a page, in its order. */
const names = (page: string) => [...page.matchAll(/class="shot-name" title="([^"]*)"/g)].map((m) => m[1]);

test("the root shows everything below it, a folder what lies in it", async () => {
  await addFile(at, library, "top.jpg");
  await addFile(at, library, "2024/a.jpg");
  await addFile(at, library, "2024/may/b.jpg");
  expect(names(await seen())).toEqual(["2024/a.jpg", "2024/may/b.jpg", "top.jpg"]);
  expect(names(await seen("?deep=0"))).toEqual(["top.jpg"]);
  const page = await seen("?folder=2024");
  expect(names(page)).toEqual(["2024/a.jpg"]);
  expect(page).toContain("?folder=2024%2Fmay");
  expect(names(await seen("?folder=2024&deep=1"))).toEqual(["2024/a.jpg", "2024/may/b.jpg"]);
  // As the form sends it: the ticked box and then the field that stands in for an unticked one.
  expect(page.indexOf('type="checkbox" name="deep"')).toBeLessThan(page.indexOf('type="hidden" name="deep"'));
  expect(names(await seen("?folder=2024&deep=1&deep=0"))).toEqual(["2024/a.jpg", "2024/may/b.jpg"]);
  expect((await owner("GET", `/libraries/${library.id}?folder=gone`)).status).toBe(404);
});

test("of very many folders the first are shown, and all to whoever asks", async () => {
  for (let n = 1; n <= 121; n++) await addFile(at, library, `f${n}/a.jpg`);
  const folders = (html: string) => html.match(/folder=f\d+"/g)?.length;
  const first = await seen();
  expect([folders(first), first.includes("All 121 folders")]).toEqual([120, true]);
  const all = await seen("?folders=all");
  expect([folders(all), all.includes("All 121 folders")]).toEqual([121, false]);
});

test("the stream brings the counts, folders and files that a first scan adds", async () => {
  const path = /hx-sse:connect="([^"]*)"/.exec(await seen())![1]!;
  const stream = await watch(at.app, owner, path);
  await stream.until("No files yet");
  await addFile(at, library, "2024/a.jpg");
  at.app.events.publish({ topic: "library", id: library.id });
  const first = await stream.until("Show 1 new file");
  expect(first).toContain("All types (1)");
  expect(first).toContain("<b>2024</b>");
  expect(first).toContain("With subfolders");
  expect(first).toContain('hx-target="#files"');
  // Somebody may have scrolled: what comes later is announced.
  await addFile(at, library, "2024/b.jpg");
  const second = await stream.until("Show 2 new files");
  expect(second).not.toContain('hx-target="#files"');
  await stream.leave();
});

test("type, state and text narrow it", async () => {
  await addFile(at, library, "a.jpg");
  await addFile(at, library, "b.mp4", { type: "video", mimeType: "video/mp4" });
  await addFile(at, library, "c.jpg", {
    state: "invalid",
    reasonCode: "input.truncated",
    reason: "It ends too early.",
  });
  await addFile(at, library, "d.jpg", { trashedAt: new Date() });
  expect(names(await seen("?type=video"))).toEqual(["b.mp4"]);
  expect(names(await seen("?state=problem"))).toEqual(["c.jpg"]);
  expect(names(await seen("?state=trashed"))).toEqual(["d.jpg"]);
  expect(names(await seen("?q=B.MP"))).toEqual(["b.mp4"]);
  expect(names(await seen("?type=nonsense&sort=nonsense"))).toEqual(["a.jpg", "b.mp4", "c.jpg"]);
  const page = await seen();
  expect(page).toContain("Damaged");
  expect(page).toContain("It ends too early.");
  expect(page).toContain("1 file needs");
});

test.each(["path", "newest", "captured", "largest"])(
  "by %s, each file comes once, page after page",
  async (sort) => {
    for (let i = 0; i < 130; i++)
      await addFile(at, library, `${i % 3}/${String(i).padStart(3, "0")}.jpg`, {
        type: i % 2 ? "image" : "video",
        sizeBytes: (i * 7) % 50,
        capturedAt: i % 5 ? new Date(1.7e12 + ((i * 37) % 60) * 1000) : null,
      });
    const whole: string[] = [];
    let page = await seen(`?sort=${sort}`);
    for (;;) {
      whole.push(...(names(page) as string[]));
      const more = /hx-get="([^"]*part=more)"/.exec(page)?.[1];
      if (!more) break;
      page = await (await owner("GET", more.replaceAll("&amp;", "&"))).text();
    }
    expect(whole.length).toBe(130);
    expect(new Set(whole).size).toBe(130);
  },
);

test("pages follow each other without scripts as well", async () => {
  for (let i = 0; i < 61; i++) await addFile(at, library, `${String(i).padStart(2, "0")}.jpg`);
  const link = /href="([^"]*after=[^"]*)"/.exec(await seen())![1]!.replaceAll("&amp;", "&");
  expect(names(await (await owner("GET", link)).text())).toEqual(["60.jpg"]);
});

test("a picture that is not there yet says so, and takes its place when it comes", async () => {
  const file = await addFile(at, library, "a.jpg");
  await at.app.queue.enqueue("image-thumbnail", { fileId: file.id });
  const page = await seen();
  expect(page).toContain("Thumbnail to come");
  const poll = /hx-get="([^"]*part=arrived[^"]*)"/.exec(page)![1]!.replaceAll("&amp;", "&");
  expect(await (await owner("GET", poll)).text()).not.toContain("<img");
  await addDerivative(at, file, "thumbnail", "webp-240", "x", { width: 240, height: 240 });
  const arrived = await (await owner("GET", poll)).text();
  expect(arrived).toContain(`hx-target="#file-${file.id}"`);
  expect(arrived).toContain('width="240" height="240"');
  expect(arrived).not.toContain("part=arrived");
});

test("the grid is searched by the grammar, in the grid's own order and page after page", async () => {
  for (let i = 0; i < 70; i++)
    await addFile(at, library, `2024/${String(i).padStart(2, "0")}.jpg`, { sizeBytes: 1000 + i });
  await addFile(at, library, "b.mp4", { type: "video", mimeType: "video/mp4" });
  const page = await seen(`?q=${encodeURIComponent("type:image size:>=1kb 2024/")}&sort=largest`);
  expect(names(page).slice(0, 2)).toEqual(["2024/69.jpg", "2024/68.jpg"]);
  expect(page).toContain("70 files match.");
  const more = /hx-get="([^"]*part=more)"/.exec(page)![1]!.replaceAll("&amp;", "&");
  expect(names(await (await owner("GET", more)).text())).toHaveLength(10);
  expect(names(await seen("?q=state:invalid"))).toEqual([]);
  expect(await seen("?q=codek:hevc")).toContain("Did you mean codec?");
});

test("a scan that failed says what it said and what to do, to owners; members read that somebody must look", async () => {
  const { id } = await at.app.queue.enqueue("gallery-scan", { libraryId: library.id });
  const job = (await at.app.store.get(id))!;
  const failed = {
    ...job,
    status: "failed" as const,
    finishedAt: new Date(at.app.clock.now()),
    failure: {
      code: "input.missing",
      message: `${library.path} cannot be read (ENOENT): is its disk mounted?`,
    },
  };
  const list = at.app.store.list.bind(at.app.store);
  at.app.store.list = async (filter, ...rest) =>
    filter.subject?.type === "library" ? { jobs: [failed], total: 1 } : list(filter, ...rest);
  const page = await seen();
  expect(page).toContain("is its disk mounted?");
  expect(page).toContain("<b>Next:</b> Mount its disk");
  const theirs = await seen("", await memberBrowser(at.app, at.site));
  expect(theirs).toContain("cannot be looked through just now");
  expect(theirs).not.toContain(library.path);
});

test("names of any kind stay text", async () => {
  const odd = `naïve – quote'" <b> $(x) ; 名前.png`;
  await addFile(at, library, odd);
  const page = await seen();
  expect(page).toContain("&lt;b&gt;");
  expect(page).not.toContain("<b> $(x)");
});

test("a member sees the files, and none of the owner's actions or paths", async () => {
  await addFile(at, library, "a.jpg");
  const member = await memberBrowser(at.app, at.site);
  const page = await seen("", member);
  expect(names(page)).toEqual(["a.jpg"]);
  expect(page).not.toContain(`/libraries/${library.id}/scan`);
  expect(page).not.toContain(library.path);
  for (const path of [
    `/libraries/${library.id}/settings`,
    "/libraries/new/folder",
    "/libraries/new/make?path=/",
  ])
    expect([path, (await member("GET", path)).status]).toEqual([path, 303]);
  expect((await member("POST", `/libraries/${library.id}/scan`, "")).status).toBe(403);
});

test("Scan says what it enqueued, and the second time that it is on its way", async () => {
  const first = await owner("POST", `/libraries/${library.id}/scan`, "", { "HX-Request": "true" });
  expect(await first.text()).toContain("Enqueued 3, skipped 0.");
  const second = await owner("POST", `/libraries/${library.id}/scan`, "", { "HX-Request": "true" });
  expect(await second.text()).toContain("on its way already");
  const scans = (await listAudit(at.app, 1, 10)).entries.filter((entry) => entry.action === "library.scan");
  expect(scans).toMatchObject([
    { actor: ownerInput.email, target: String(library.id), detail: { enqueued: 0, skipped: 3 } },
    { actor: ownerInput.email, target: String(library.id), detail: { enqueued: 3, skipped: 0 } },
  ]);
});

test("settings change a library, and a bad folder leaves it as it was", async () => {
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const path = `/libraries/${library.id}/settings`;
  expect(await (await owner("GET", path)).text()).toContain('name="videos" value="on" checked');
  await owner("POST", path, form({ path: library.path, name: "Renamed", images: "on", nsfw: "on" }));
  expect(await getLibrary(at.app.db, library.id)).toMatchObject({
    name: "Renamed",
    scanVideos: false,
    nsfw: true,
  });
  const refused = await owner("POST", path, form({ path: "/no/such/folder", name: "Again", images: "on" }));
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain("There is no folder /no/such/folder.");
  expect((await getLibrary(at.app.db, library.id)).name).toBe("Renamed");
});

test("looking for one type more scans for it as soon as it is saved; a new name does not", async () => {
  const save = async (fields: Record<string, string>) => {
    const form = new URLSearchParams({ path: library.path, name: "Family", images: "on", ...fields });
    const answer = await owner("POST", `/libraries/${library.id}/settings`, form.toString());
    return (await owner("GET", answer.headers.get("location")!)).text();
  };
  expect(await save({})).toContain("Saved.");
  expect(await save({ name: "Photos" })).not.toContain("enqueued");
  expect(await save({ videos: "on" })).toContain("2 scans enqueued to take it in.");
  expect(await save({ videos: "on" })).toContain("<dt>Video</dt><dd>File metadata, File hash, Video poster");
});

test("the question before a library goes has the numbers of all that goes with it", async () => {
  const file = await addFile(at, library, "a.jpg");
  await addDerivative(at, file, "thumbnail", "webp-240", "x".repeat(1500));
  await at.app.queue.enqueue("file-hash", { fileId: file.id });
  const question = await (await owner("GET", `/libraries/${library.id}/remove`)).text();
  expect(question).toContain("1 file is forgotten");
  expect(question).toContain("1 thing made from them (1.5 kB) is deleted.");
  expect(question).toContain("1 job about it that waits or runs is cancelled.");
  expect(question).toContain(`Your media in ${library.path} stay where they are`);
});

test("removing a library needs the tick, forgets its rows, and never touches the media", async () => {
  const media = join(library.path, "a.jpg");
  mkdirSync(library.path, { recursive: true });
  writeFileSync(media, "x");
  await addFile(at, library, "a.jpg");
  const page = await (await owner("GET", `/libraries/${library.id}/settings`)).text();
  expect(page).toContain("is never deleted");
  await owner("POST", `/libraries/${library.id}/remove`, "");
  expect(await listLibraries(at.app.db)).toHaveLength(1);
  const gone = await owner("POST", `/libraries/${library.id}/remove`, "sure=yes");
  expect(gone.headers.get("location")).toBe("/");
  expect(await listLibraries(at.app.db)).toHaveLength(0);
  expect(existsSync(media)).toBe(true);
});

test("removing a library while it is scanned says who cancelled the scan, by name", async () => {
  await owner("POST", `/libraries/${library.id}/scan`, "");
  await owner("POST", `/libraries/${library.id}/remove`, "sure=yes");
  const { jobs } = await at.app.store.list({}, "newest", 0, 1);
  expect(jobs[0]!.failure?.message).toBe(`Cancelled by ${ownerInput.name}.`);
});
