// Files that are there more than once, by API and page: which stand together, which is kept, and that it can be taken back.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { FileRow, LibraryRow } from "../../src/db/tables/library.ts";
import { fingerprint } from "../../src/db/tables/media.ts";
import { forgetDuplicates } from "../../src/library/duplicates.ts";
import { getFile } from "../../src/library/files.ts";
import { findNear } from "../../src/library/near-duplicates.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let library: LibraryRow;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
  library = await addLibrary(at);
});
afterEach(() => at.close());

const sha = (n: number) => n.toString(16).repeat(64).slice(0, 64);
const add = (path: string, facts: Partial<FileRow> = {}) => addFile(at, library, path, facts);
const addAlike = async (path: string, phash: string, facts: Partial<FileRow> = {}) => {
  const row = await add(path, { width: 400, height: 300, ...facts });
  await at.app.db.insert(fingerprint).values({
    ...{ fileId: row.id, type: "phash", value: phash, createdAt: new Date(0) },
  });
  await findNear(at.app.db, row.id, "phash");
  return row;
};
interface Listed {
  data: { bestId: string; reason: string; reclaimableBytes: number; files: { id: string }[] }[];
  pagination: { total: number };
  files: number;
  reclaimableBytes: number;
}
const list = async (query = "") => (await (await owner("GET", `/api/duplicates${query}`)).json()) as Listed;
const idsIn = ({ data }: Listed) => data.map(({ files }) => files.map(({ id }) => Number(id)));
const isTrashed = async ({ id }: FileRow) => (await getFile(at.app.db, id)).trashedAt !== null;

describe("the same content", () => {
  test("stands together, the biggest savings first, the best first in it", async () => {
    const small = [await add("a.jpg", { sha256: sha(1) }), await add("b/a.jpg", { sha256: sha(1) })];
    const large = { sha256: sha(2), sizeBytes: 9000 };
    const copy = await add("holiday (1).jpg", large);
    const first = await add("holiday.jpg", large);
    const third = await add("x/y/holiday.jpg", large);
    await add("alone.jpg", { sha256: sha(3) });
    await add("trashed.jpg", { sha256: sha(3), trashedAt: new Date(1) });
    await add("gone.jpg", { sha256: sha(3), state: "missing" });
    await add("empty.jpg", { sha256: sha(4), sizeBytes: 0 });
    await add("empty too.jpg", { sha256: sha(4), sizeBytes: 0 });
    const found = await list();
    expect(idsIn(found)).toEqual([
      [first.id, copy.id, third.id],
      [small[0]!.id, small[1]!.id],
    ]);
    expect(found).toMatchObject({ files: 5, reclaimableBytes: 19_000, pagination: { total: 2 } });
    expect(found.data[0]).toMatchObject({ bestId: String(first.id), reason: "the least deep in folders" });
    expect(idsIn(await list("?limit=1&page=2"))).toEqual([[small[0]!.id, small[1]!.id]]);
  });

  test("of which every file is wanted is not shown again, until a further one comes", async () => {
    const files = [await add("a.jpg", { sha256: sha(1) }), await add("b.jpg", { sha256: sha(1) })];
    const fileIds = files.map(({ id }) => String(id));
    const answer = await owner("POST", "/api/duplicates/dismiss", { fileIds });
    expect(await answer.json()).toEqual({ dismissed: 1 });
    expect(idsIn(await list())).toEqual([]);
    await add("c.jpg", { sha256: sha(1) });
    forgetDuplicates(at.app.db);
    expect((await list()).files).toBe(3);
  });
});

describe("files that are alike", () => {
  test("stand together where one is like the next; the one with the most pixels is kept", async () => {
    const small = await addAlike("small.jpg", "00000000ffffffff");
    const large = await addAlike("large.jpg", "00000000fffffff0", {
      width: 4000,
      height: 3000,
      sizeBytes: 9e6,
    });
    const third = await addAlike("third.jpg", "00000000ffffff00", { sizeBytes: 500 });
    await addAlike("other.jpg", "ffffffff00000000");
    await addAlike("panorama.jpg", "00000000ffffffff", { width: 4000, height: 400 });
    await addAlike("film.mp4", "00000000ffffffff", { type: "video", durationS: 9 });
    const found = await list("?type=near");
    expect(idsIn(found)).toEqual([[large.id, small.id, third.id]]);
    expect(found.data[0]).toMatchObject({ reason: "the most pixels", reclaimableBytes: 1500, distance: 4 });
    const view = (await (await owner("GET", `/api/files/${large.id}`)).json()) as Record<string, unknown>;
    expect(view.fingerprints).toEqual({ oshash: null, phash: "00000000fffffff0" });
    expect(view.nearDuplicates).toEqual([
      { id: String(small.id), distance: 4, type: "phash" },
      { id: String(third.id), distance: 4, type: "phash" },
    ]);
    const page = await (await owner("GET", `/files/${large.id}`)).text();
    expect(page).toContain("Looks like");
    expect(page).toContain(`<a href="/files/${small.id}">small.jpg</a>`);
  });

  test("are only alike when they are films of one length", async () => {
    const film = (path: string, durationS: number) =>
      addAlike(path, "00000000ffffffff", { type: "video", mimeType: "video/mp4", durationS });
    const [a, b] = [await film("a.mp4", 100), await film("b.mp4", 101.5)];
    await film("c.mp4", 130);
    expect(idsIn(await list("?type=near")).map((ids) => ids.sort())).toEqual([[a.id, b.id]]);
  });

  test("are kept for their sound before their size: their pictures alone were compared", async () => {
    const facts = { type: "video" as const, durationS: 9 };
    const heard = await addAlike("heard.mp4", "00000000ffffffff", { ...facts, codecs: { audio: "aac" } });
    const silent = { ...facts, codecs: {}, width: 4000, height: 3000, sizeBytes: 9e6 };
    await addAlike("silent.mp4", "00000000ffffffff", silent);
    const [group] = (await list("?type=near")).data;
    expect(group).toMatchObject({
      ...{ bestId: String(heard.id), reason: "it has sound", reclaimableBytes: 9e6 },
    });
  });

  test("no longer stand together when somebody says that they are not the same, which can be taken back", async () => {
    const [a, b] = [await addAlike("a.jpg", "00000000ffffffff"), await addAlike("b.jpg", "00000000fffffff0")];
    const ids = `${a.id},${b.id}`;
    const answer = await owner("POST", "/duplicates/dismiss", `ids=${ids}&type=near&page=1`);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/duplicates?type=near");
    const page = await (await owner("GET", "/duplicates?type=near")).text();
    expect(page).toContain("2 files no longer count as the same.");
    expect(page).toContain("No two files look or sound alike.");
    // Made anew, they stay dismissed.
    await findNear(at.app.db, a.id, "phash");
    forgetDuplicates(at.app.db);
    expect(idsIn(await list("?type=near"))).toEqual([]);
    const undo = /formaction="(\/files\/acts\/\d+\/undo)"/.exec(page)![1]!;
    await owner("POST", undo, "");
    expect(idsIn(await list("?type=near"))).toHaveLength(1);
  });
});

describe("the page", () => {
  test("shows what could go, and puts all but the best into the trash, with an undo", async () => {
    const facts = { sha256: sha(1), sizeBytes: 2_000_000 };
    const best = await add('naïve "<b>.jpg', facts);
    const others = [await add("d/copy.jpg", facts), await add("d/e/third.jpg", facts)];
    const before = await (await owner("GET", "/duplicates")).text();
    expect(before).toContain("1 group of 3 files");
    expect(before).toContain("4 MB could go");
    expect(before).toContain("Keep the best, trash 2 others");
    expect(before).toContain("naïve &quot;&lt;b&gt;.jpg");
    const ids = others.map(({ id }) => id).join(",");
    await owner("POST", "/duplicates/trash", `ids=${ids}&type=exact&page=1`);
    expect(await Promise.all([best, ...others].map(isTrashed))).toEqual([false, true, true]);
    const after = await (await owner("GET", "/duplicates")).text();
    expect(after).toContain("2 files are in the trash. The files on disk are untouched.");
    expect(after).toContain("No file is there twice.");
    await owner("POST", /formaction="(\/files\/acts\/\d+\/undo)"/.exec(after)![1]!, "");
    expect(await Promise.all(others.map(isTrashed))).toEqual([false, false]);
    expect((await list()).files).toBe(3);
  });

  test("does not let go of the last copy, as a page that is old may ask", async () => {
    const copies = [await add("a.jpg", { sha256: sha(1) }), await add("b.jpg", { sha256: sha(1) })];
    for (const { id } of copies) await owner("POST", "/duplicates/trash", `ids=${id}&type=exact&page=1`);
    expect(await Promise.all(copies.map(isTrashed))).toEqual([true, false]);
    const page = await (await owner("GET", "/duplicates")).text();
    expect(page).toContain("No other copy of b.jpg is left by now");
  });

  test("leaves out what is hidden, and is for owners", async () => {
    const hidden = await addLibrary(at, "Hidden", { nsfw: true });
    for (const path of ["a.jpg", "b.jpg"]) await addFile(at, hidden, path, { sha256: sha(1) });
    const [a, b] = [await addAlike("a.jpg", "00000000ffffffff"), await addAlike("b.jpg", "00000000ffffffff")];
    await at.app.settings.change({ nsfwVisible: false }, null);
    expect((await list()).files).toBe(0);
    expect(idsIn(await list("?type=near"))).toEqual([[a.id, b.id]]);
    const member = await memberBrowser(at.app, at.site);
    expect((await member("GET", "/api/duplicates")).status).toBe(403);
    expect((await member("GET", "/duplicates")).status).toBe(303);
    const json = { fileIds: [String(a.id), String(b.id)] };
    expect((await member("POST", "/api/duplicates/dismiss", json)).status).toBe(403);
    expect((await owner("POST", "/api/duplicates/dismiss", { fileIds: ["1"] })).status).toBe(422);
  });
});
