// Acts on many files of a grid: those ticked, or all that it shows; what is asked first, and what is taken back.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { FileRow, LibraryRow } from "../../../src/db/tables/library.ts";
import { listAudit } from "../../../src/http/audit.ts";
import { getFile } from "../../../src/library/files.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let library: LibraryRow;
let files: FileRow[];
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
  library = await addLibrary(at);
  files = [];
  for (const name of ["a.jpg", "b.jpg", "c.jpg"]) files.push(await addFile(at, library, name));
});
afterEach(() => at.close());

const ids = (...of: number[]) => of.map((i) => `ids=${files[i]!.id}`).join("&");
const act = (verb: string, form: string, by = owner) =>
  by("POST", `/libraries/${library.id}/files/${verb}`, form, { "HX-Request": "true" });
const now = (i: number) => getFile(at.app.db, files[i]!.id);
const undoIn = (text: string) => /formaction="([^"]*undo)"/.exec(text)![1]!;

test("ticked files go to the trash at once, stay in sight as such, and Undo brings them back", async () => {
  const did = await (await act("trash", ids(0, 2))).text();
  expect(did).toContain("2 files are in the trash.");
  expect(did).toContain(`hx-target="#file-${files[0]!.id}"`);
  expect(did).toContain("In the trash");
  expect((await now(1)).trashedAt).toBeNull();
  expect((await now(2)).trashedAt).not.toBeNull();
  const undone = await owner("POST", undoIn(did), "", { "HX-Request": "true" });
  expect(await undone.text()).toContain("2 files are back.");
  expect((await now(2)).trashedAt).toBeNull();
  const { entries } = await listAudit(at.app, 1, 2, { action: "file.*" });
  expect(entries.map((entry) => [entry.action, entry.detail])).toEqual([
    ["file.restore", { fileIds: [files[0]!.id, files[2]!.id] }],
    ["file.trash", { fileIds: [files[0]!.id, files[2]!.id] }],
  ]);
});

test("excluding asks why, cancels what waits, and Undo lets both go on", async () => {
  const { id } = await at.app.queue.enqueue("file-hash", { fileId: files[0]!.id });
  const asked = await owner("GET", `/libraries/${library.id}/files/exclude?${ids(0, 1)}`, undefined, {
    "HX-Request": "true",
  });
  const question = await asked.text();
  expect(question).toContain("Exclude 2 files from processing?");
  expect(question).toContain('name="reason"');
  const did = await (await act("exclude", `${ids(0, 1)}&reason=holiday`)).text();
  expect(did).toContain("2 files are excluded from processing.");
  expect([(await now(0)).state, (await at.app.queue.get(id)).status]).toEqual(["quarantined", "cancelled"]);
  const undone = await owner("POST", undoIn(did), "", { "HX-Request": "true" });
  expect(await undone.text()).toContain("2 files are released. 1 job waits again.");
  expect([(await now(0)).state, (await at.app.queue.get(id)).status]).toEqual(["ok", "pending"]);
});

test("all that the grid shows is counted and asked for first, with what narrows it", async () => {
  await addFile(at, library, "film.mp4", { type: "video", mimeType: "video/mp4" });
  const ask = await (await act("trash", "all=1&type=image")).text();
  expect(ask).toContain("Move 3 files to the trash?");
  expect((await now(0)).trashedAt).toBeNull();
  const did = await act("trash", "all=1&type=image&sure=1");
  expect(did.headers.get("hx-redirect")).toBe(`/libraries/${library.id}?type=image`);
  const grid = await (await owner("GET", `/libraries/${library.id}`)).text();
  expect(grid).toContain("film.mp4");
  expect(grid).not.toContain('title="a.jpg"');
});

test("Make again asks what, of how many, and enqueues only what is not waiting already", async () => {
  await at.app.queue.enqueue("image-thumbnail", { fileId: files[0]!.id });
  const question = await (await act("make", ids(0, 1))).text();
  expect(question).toContain("Image thumbnail, 2 files");
  expect(question).not.toContain("Video poster");
  const did = await (await act("make", `${ids(0, 1)}&kind.image-thumbnail=on`)).text();
  expect(did).toContain("Enqueued 1, skipped 1.");
});

test("Make again with nothing ticked, and excluding without a reason, are refused once they were asked", async () => {
  for (const [verb, words] of [
    ["make", "tick what is to be made again"],
    ["exclude", "say why"],
  ] as const) {
    const answer = await act(verb, `${ids(0)}&sure=1`);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(words);
  }
  expect((await now(0)).state).toBe("ok");
});

test("files of other libraries are never meant, and members may do nothing", async () => {
  const other = await addFile(at, await addLibrary(at, "Other"), "x.jpg");
  const refused = await act("trash", `ids=${other.id}`);
  expect([refused.status, await refused.text()]).toEqual([
    422,
    expect.stringContaining("No file is ticked."),
  ]);
  const member = await memberBrowser(at.app, at.site);
  expect((await act("trash", ids(0), member)).status).toBe(403);
  const page = await (await member("GET", `/libraries/${library.id}`)).text();
  expect(page).not.toContain("bulk-files");
});
