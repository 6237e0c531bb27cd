// The page of exports and the API behind it: what is listed for whom, downloaded in ranges, and removed after a question.

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { eq } from "drizzle-orm";
import { type FileRow, library } from "../../../src/db/tables/library.ts";
import { exported } from "../../../src/db/tables/media.ts";
import { exportPath, keepExport, listExports } from "../../../src/library/exports.ts";
import { createMoment, removeMoment } from "../../../src/library/moments.ts";
import { type Browser, browser, ownerInput } from "../../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let film: FileRow;
let n = 0;

beforeAll(async () => {
  at = await mediaSite();
  await at.app.accounts.createUser({ ...ownerInput, role: "owner" });
  owner = browser(at.site);
  await owner("POST", "/api/auth/sign-in", { email: ownerInput.email, password: ownerInput.password });
});
afterAll(() => at.close());
beforeEach(async () => {
  await at.app.db.delete(exported);
  await at.app.settings.change({ nsfwVisible: null }, null);
  film = await addFile(at, await addLibrary(at, `Films ${++n}`), "Holiday.mp4", {
    type: "video",
    durationS: 60,
  });
});

const keep = (title: string, over: object = {}) =>
  keepExport(
    at.app.tools,
    {
      ...{ jobId: ++n, kind: "moment-export", title, extension: "mp4", mimeType: "video/mp4" },
      sourceFileIds: [film.id],
      ...over,
    },
    async (to) => {
      writeFileSync(to, `bytes of ${title}`);
      return { durationMs: 61_000, width: 640, height: 360 };
    },
  );
const html = async (path: string) => (await owner("GET", path)).text();
const json = async (path: string) => (await owner("GET", path)).json() as Promise<any>;

test("lists what was made, of what, with a way to take it along", async () => {
  const row = await keep("The <sea>: 名前");
  for (const page of [await html("/exports"), await html(`/files/${film.id}`)]) {
    expect(page).toContain("The &lt;sea&gt;: 名前");
    expect(page).toContain("MP4 640 × 360");
    expect(page).toContain("1:01");
    expect(page).toContain(`/api/exports/${row.id}/download`);
  }
  expect(await html("/exports")).toContain("Holiday.mp4");
  expect((await json("/api/exports")).data).toMatchObject([
    { title: "The <sea>: 名前", durationMs: 61_000, sources: [{ id: String(film.id), name: "Holiday.mp4" }] },
  ]);
});

test("is sent under its title, also in part", async () => {
  const row = await keep("Über: alles");
  const whole = await owner("GET", `/api/exports/${row.id}/download`);
  expect(whole.headers.get("content-disposition")).toContain("attachment;");
  expect(whole.headers.get("content-disposition")).toContain(
    "filename*=UTF-8''%C3%9Cber%20%E2%80%93%20alles.mp4",
  );
  const part = await owner("GET", `/api/exports/${row.id}/download?inline`, undefined, {
    Range: "bytes=0-4",
  });
  expect([part.status, await part.text()]).toEqual([206, "bytes"]);
  expect(part.headers.get("content-disposition")).toContain("inline;");
});

test("where they are listed, the sum goes along, and the last leaves the page as it was before the first", async () => {
  const [one, two] = [await keep("One"), await keep("Two")];
  const remove = async ({ id }: { id: number }, from: string) => {
    const headers = { "HX-Request": "true", "HX-Current-URL": `http://localhost${from}` };
    return await (await owner("POST", `/exports/${id}/remove`, "", headers)).text();
  };
  expect(await remove(one, "/exports?page=1")).toContain("1 export ·");
  expect(await remove(two, "/exports")).toContain("Nothing was exported yet");
  expect(await remove(await keep("Three"), `/files/${film.id}`)).not.toContain("export-sum");
});

test("goes for good after a question, and what it was made of stays", async () => {
  const row = await keep("Away with it");
  const path = exportPath(at.app.paths, row)!;
  expect(await html(`/exports/${row.id}/remove`)).toContain("1 file of");
  expect((await owner("POST", `/exports/${row.id}/remove`, "")).status).toBe(303);
  expect(existsSync(path)).toBe(false);
  expect(await html("/exports")).toContain("Nothing was exported yet");
  expect((await owner("GET", `/files/${film.id}`)).status).toBe(200);
  expect((await owner("DELETE", `/api/exports/${row.id}`)).status).toBe(404);
});

test("of a hidden library is not listed", async () => {
  await keep("Secret");
  await at.app.db.update(library).set({ nsfw: true }).where(eq(library.id, film.libraryId));
  await at.app.settings.change({ nsfwVisible: false }, null);
  expect(await html("/exports")).not.toContain("Secret");
  expect((await json("/api/exports")).pagination.total).toBe(0);
});

test("a moment is marked, changed, exported and removed; its export stays", async () => {
  const made = await owner("POST", `/api/files/${film.id}/moments`, { startMs: 1000, endMs: 2000 });
  expect(made.status).toBe(201);
  const moment = (await made.json()) as { id: string };
  expect(moment).toMatchObject({ title: "0:01 to 0:02", source: "user", export: null });
  const bad = await owner("PATCH", `/api/moments/${moment.id}`, { endMs: 90_000 });
  expect([bad.status, ((await bad.json()) as any).errors[0].path]).toEqual([422, ["endMs"]]);
  const changed = await owner("PATCH", `/api/moments/${moment.id}`, { endMs: 3000 });
  expect(await changed.json()).toMatchObject({ title: "0:01 to 0:03", endMs: 3000 });
  expect((await owner("GET", `/api/moments/${moment.id}/download`)).status).toBe(404);
  const asked = await owner("POST", `/api/moments/${moment.id}/export`);
  expect([asked.status, ((await asked.json()) as any).type]).toEqual([202, "moment-export"]);
  await keep("Moment", { momentId: Number(moment.id) });
  expect(await (await owner("GET", `/api/moments/${moment.id}/download`)).text()).toBe("bytes of Moment");
  expect((await json(`/api/files/${film.id}/moments`)).data).toMatchObject([{ id: moment.id, export: {} }]);
  expect((await owner("DELETE", `/api/moments/${moment.id}`)).status).toBe(204);
  expect((await listExports(at.app.db, { page: 1, limit: 5 })).exports).toMatchObject([{ momentId: null }]);
});

test("exports of one job and title are one, of two moments two", async () => {
  for (const _ of [1, 2]) await keep("Same", { jobId: 900 });
  const moments = [await createMoment(at.app, film.id, { startMs: 0, endMs: 5 })];
  moments.push(await createMoment(at.app, film.id, { startMs: 5, endMs: 9 }));
  for (const { id } of moments) await keep("Same", { jobId: 900, momentId: id });
  const { exports } = await listExports(at.app.db, { page: 1, limit: 5 });
  expect(exports.map(({ path }) => path)).toEqual(["900/Same (3).mp4", "900/Same (2).mp4", "900/Same.mp4"]);
  await removeMoment(at.app, moments[0]!.id);
});
