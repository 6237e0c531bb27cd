// The trash page: what lies there, what the questions promise, and what then happens to the media.

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { file, type LibraryRow, library } from "../../../src/db/tables/library.ts";
import { forgottenFile } from "../../../src/db/tables/media.ts";
import { trashFiles } from "../../../src/library/trash.ts";
import { nodeFs } from "../../../src/library/walk.ts";
import { type Browser, browser, ownerInput } from "../../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let family: LibraryRow;
let n = 0;

beforeAll(async () => {
  at = await mediaSite();
  await at.app.accounts.createUser({ ...ownerInput, role: "owner" });
  owner = browser(at.site);
  await owner("POST", "/api/auth/sign-in", { email: ownerInput.email, password: ownerInput.password });
});
afterAll(() => at.close());
beforeEach(async () => {
  await at.app.db.delete(library);
  await at.app.settings.change({ trash: null }, null);
  family = await addLibrary(at, `Family ${++n}`);
  await at.app.db.update(library).set({ readOnly: false });
});

/** On disk and as a row, in the trash since so many days. */
async function trashed(name: string, daysAgo = 0) {
  const path = join(family.path, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, name);
  const { sizeBytes, mtimeMs, inode } = await nodeFs.lstat(path);
  const row = await addFile(at, family, name, { sizeBytes, mtimeMs, inode });
  await trashFiles(at.app.db, [row.id], at.app.clock.now() - daysAgo * 86_400_000);
  return row;
}
const html = async (path: string) => (await owner("GET", path)).text();
/** Says yes to the question at `path`, as its form would. */
async function say(path: string) {
  const question = await html(path);
  const fields = [...question.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
  const body = new URLSearchParams(fields.map(([, name, value]) => [name!, value!])).toString();
  await owner("POST", "/trash/purge", body);
  return question;
}
const rows = async () => (await at.app.db.select().from(file)).map((row) => row.path);

test("lists what lies there with its library, and when it goes", async () => {
  await trashed("trip/a.jpg", 10);
  const page = await html("/trash");
  expect(page).toContain("1 file");
  expect(page).toContain("a.jpg");
  expect(page).toContain(`Family ${n} · trip`);
  expect(page).toContain("After 30 days files leave the trash for good");
  expect(page).toContain("Their media files stay on the disk");
});

test("files of hidden NSFW libraries are not shown, nor emptied", async () => {
  await trashed("a.jpg");
  await at.app.db.update(library).set({ nsfw: true });
  expect(await html("/trash")).not.toContain("a.jpg");
  expect(await html("/trash/empty")).toContain("No file is meant.");
});

test("a full trash is emptied as far as the question said", async () => {
  const { id } = await trashed("a.jpg");
  const { id: _, ...row } = (await at.app.db.select().from(file).where(eq(file.id, id)))[0]!;
  const more = Array.from({ length: 5004 }, (_, i) => ({ ...row, path: `${i}.jpg`, inode: `i${i}` }));
  for (let i = 0; i < more.length; i += 500) await at.app.db.insert(file).values(more.slice(i, i + 500));
  expect(await say("/trash/empty")).toContain("5,005 files");
  const jobs = await owner("GET", "/api/media/jobs?type=purge-trash");
  const { data } = (await jobs.json()) as { data: { params: { fileIds: number[] } }[] };
  expect(data.map(({ params }) => params.fileIds.length).sort()).toEqual([5, 5000]);
});

test("restoring takes the ticked ones out, and can be undone", async () => {
  const row = await trashed("a.jpg");
  await trashed("b.jpg");
  await owner("POST", "/trash/restore", `ids=${row.id}`);
  expect((await at.app.db.select().from(file)).map((one) => [one.path, one.trashedAt === null])).toEqual([
    ["a.jpg", true],
    ["b.jpg", false],
  ]);
  expect(await html("/trash")).toContain("/undo");
});

test("removing asks with the count, and keeps the media unless the settings say otherwise", async () => {
  const row = await trashed("a.jpg");
  await trashed("b.jpg");
  const question = await say(`/trash/purge?ids=${row.id}`);
  expect(question).toContain("Remove 1 file for good?");
  expect(question).toContain("1 media file stays on the disk");
  expect(await rows()).toEqual(["b.jpg"]);
  expect(existsSync(join(family.path, "a.jpg"))).toBe(true);
  expect(await at.app.db.select().from(forgottenFile)).toMatchObject([{ path: "a.jpg" }]);
  expect(await html(`/libraries/${family.id}/forgotten`)).toContain("a.jpg");
});

test("nothing is removed by a form that never asked", async () => {
  const row = await trashed("a.jpg");
  await owner("POST", "/trash/purge", `ids=${row.id}`);
  expect(await rows()).toEqual(["a.jpg"]);
});

test("where media are deleted, the question says how many, how large and where", async () => {
  await at.app.settings.change({ trash: { days: 30, deleteMedia: true } }, null);
  const row = await trashed("a.jpg");
  const question = await say(`/trash/purge?ids=${row.id}`);
  expect(question).toContain(`1 media file, 5 B, is DELETED from the disk in Family ${n}.`);
  expect(existsSync(join(family.path, "a.jpg"))).toBe(false);
  expect(await rows()).toEqual([]);
});

test("what the question promised holds, though the setting was changed meanwhile", async () => {
  const row = await trashed("a.jpg");
  const question = await html(`/trash/purge?ids=${row.id}`);
  await at.app.settings.change({ trash: { days: 30, deleteMedia: true } }, null);
  const fields = [...question.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
  await owner("POST", "/trash/purge", new URLSearchParams(fields.map(([, k, v]) => [k!, v!])).toString());
  expect(existsSync(join(family.path, "a.jpg"))).toBe(true);
});

test("emptying takes all of one library, but not what came after the question", async () => {
  await trashed("a.jpg", 1);
  const question = await html("/trash/empty");
  expect(question).toContain("Empty the trash: 1 file?");
  await at.app.clock.advance(1000);
  await trashed("later.jpg");
  const fields = [...question.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
  await owner("POST", "/trash/purge", new URLSearchParams(fields.map(([, k, v]) => [k!, v!])).toString());
  expect(await rows()).toEqual(["later.jpg"]);
});

test("brought back, a forgotten file is found by the scan that follows", async () => {
  const row = await trashed("a.jpg");
  await say(`/trash/purge?ids=${row.id}`);
  await owner("POST", `/libraries/${family.id}/forgotten`, "path=a.jpg");
  expect(await at.app.db.select().from(forgottenFile)).toEqual([]);
  const { jobs } = await at.app.store.list({ kind: ["gallery-scan"] } as never, "newest", 0, 1);
  expect(jobs).toHaveLength(1);
});

test("a plain form uploads a file, byte for byte, whatever is in it", async () => {
  const boundary = "----part";
  const content = Buffer.concat([
    Buffer.from(`\r\n--${boundary.slice(0, 5)}\r\n\r\n`),
    Buffer.alloc(300_000, 7),
  ]);
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n`),
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="né%22w.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
    ),
    content,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const answer = await at.site.request(
    `http://localhost:8420/libraries/${family.id}/upload?folder=in`,
    {
      method: "POST",
      headers: {
        host: "localhost:8420",
        cookie: [...owner.cookies].map(([k, v]) => `${k}=${v}`).join("; "),
        "content-type": `multipart/form-data; boundary=${boundary}`,
      },
      body,
    },
    { requestIP: () => ({ address: "127.0.0.1", family: "IPv4", port: 1 }) },
  );
  expect(answer.status).toBe(303);
  expect(Buffer.from(await Bun.file(join(family.path, 'in/né"w.jpg')).arrayBuffer()).equals(content)).toBe(
    true,
  );
  expect(await rows()).toEqual(['in/né"w.jpg']);
});

test("a folder is made where the library may be written to, and shown before anything lies in it", async () => {
  await owner("POST", `/libraries/${family.id}/folders`, "folder=&name=New+trip");
  expect(existsSync(join(family.path, "New trip"))).toBe(true);
  expect(await html(`/libraries/${family.id}`)).toContain("New trip");
  const refusal = await owner("POST", `/libraries/${family.id}/folders`, "folder=New+trip&name=..%2Fout");
  expect(refusal.headers.get("location")).toBe(`/libraries/${family.id}?folder=New%20trip`);
  expect((await owner("POST", `/api/libraries/${family.id}/folders`, { path: "New trip" })).status).toBe(409);
  expect((await owner("POST", `/api/libraries/${family.id}/folders`, { path: "../out" })).status).toBe(422);
  await at.app.db.update(library).set({ readOnly: true });
  expect((await owner("POST", `/api/libraries/${family.id}/folders`, { path: "x" })).status).toBe(403);
  expect(await html(`/libraries/${family.id}`)).not.toContain("upload-files");
});

test("files are had moved: only where both libraries may be written to", async () => {
  const row = await addFile(at, family, "a.jpg");
  const other = await addLibrary(at, `Other ${n}`);
  const body = `ids=${row.id}&target=${other.id}&into=x&sure=1`;
  await owner("POST", `/libraries/${family.id}/files/move`, body);
  const moves = async () =>
    (await at.app.store.list({}, "newest", 0, 50)).jobs.filter((job) => job.kind === "move-to-library");
  expect(await moves()).toEqual([]);
  await at.app.db.update(library).set({ readOnly: false });
  await owner("POST", `/libraries/${family.id}/files/move`, body);
  expect((await moves()).map((job) => job.params)).toEqual([
    { fileId: row.id, libraryId: other.id, folder: "x" },
  ]);
  await at.app.db.update(library).set({ readOnly: true });
  const asked = { type: "move_to_library", params: { fileId: String(row.id), libraryId: String(other.id) } };
  const refused = await owner("POST", "/api/media/jobs", asked);
  expect([refused.status, JSON.stringify(await refused.json())]).toEqual([
    422,
    expect.stringContaining("read-only"),
  ]);
  const out = { ...asked, params: { ...asked.params, folder: "../out" } };
  const { errors } = (await (await owner("POST", "/api/media/jobs", out)).json()) as { errors: object[] };
  expect(errors).toMatchObject([{ path: ["params", "folder"] }]);
});
