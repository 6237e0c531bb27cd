import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiSite } from "../../support/api-site.ts";
import {
  type Browser,
  memberBrowser,
  ownerBrowser,
  ownerInput,
  type TestApp,
  testApp,
} from "../../support/app.ts";

let app: TestApp;
let owner: Browser;
let media: string;
beforeEach(async () => {
  app = await testApp();
  owner = await ownerBrowser(apiSite(app));
  media = mkdtempSync(join(tmpdir(), "sprocket-libraries-"));
});
afterEach(async () => {
  await app.close();
  rmSync(media, { recursive: true, force: true });
});

const create = async (more: object = {}) =>
  (await (await owner("POST", "/api/libraries", { path: media, ...more })).json()) as { id: string };

test("is created, read, changed and forgotten; its media stay", async () => {
  writeFileSync(join(media, "a.jpg"), "x");
  const answer = await owner("POST", "/api/libraries", {
    name: "Family",
    path: media,
    scan: { videos: true, images: true, audio: false },
  });
  expect(answer.status).toBe(201);
  const { id } = (await answer.json()) as { id: string };
  const read = async () => (await (await owner("GET", `/api/libraries/${id}`)).json()) as object;
  expect(await read()).toMatchObject({
    id,
    name: "Family",
    path: media,
    scan: { audio: false },
    files: { total: 0 },
  });
  expect((await owner("PATCH", `/api/libraries/${id}`, { nsfw: true })).status).toBe(200);
  expect(await read()).toMatchObject({ name: "Family", nsfw: true });
  expect((await owner("DELETE", `/api/libraries/${id}`)).status).toBe(204);
  expect((await owner("GET", `/api/libraries/${id}`)).status).toBe(404);
  expect(existsSync(join(media, "a.jpg"))).toBe(true);
});

test("a bad path is 422 and names the path", async () => {
  await create();
  mkdirSync(join(media, "inside"));
  for (const path of [join(media, "nowhere"), join(media, "inside"), app.paths.root, "relative", ""]) {
    const answer = await owner("POST", "/api/libraries", { path });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ status: 422, errors: [{ path: ["path"] }] });
  }
});

test("unknown fields are told, not ignored", async () => {
  expect((await owner("POST", "/api/libraries", { path: media, nfsw: true })).status).toBe(422);
});

test("a scan starts one job per type; asked again, they are the same jobs", async () => {
  const { id } = await create({ scan: { audio: false } });
  const first = await owner("POST", `/api/libraries/${id}/scan`);
  expect(first.status).toBe(202);
  const { jobIds } = (await first.json()) as { jobIds: string[] };
  const again = await owner("POST", `/api/libraries/${id}/scan`, { skipExisting: false });
  expect(await again.json()).toEqual({ enqueued: 0, skipped: 2, jobIds });
});

test("forgetting a library cancels its scans", async () => {
  const { id } = await create();
  await owner("POST", `/api/libraries/${id}/scan`);
  await owner("DELETE", `/api/libraries/${id}`);
  const { jobs } = await app.store.list({}, "oldest", 0, 10);
  expect(jobs.map((job) => job.status)).toEqual(["cancelled", "cancelled", "cancelled"]);
  expect(jobs[0]!.failure?.message).toBe(`Cancelled by ${ownerInput.name}.`);
});

test("and the jobs of its files, whether they wait or run; those of other libraries go on", async () => {
  const one = await create();
  const path = mkdtempSync(join(tmpdir(), "sprocket-libraries-"));
  const other = (await (await owner("POST", "/api/libraries", { path })).json()) as { id: string };
  const job = (id: string, n: number) => ({
    queue: "hash",
    kind: "file-hash",
    category: "cpu" as const,
    vramMb: 0,
    group: Number(id),
    params: { fileId: n },
    subject: { type: "file" as const, id: n, label: "a.jpg" },
    priority: 5,
    backfill: false,
    dedupKey: null,
    runAt: null,
    maxRetries: 3,
    origin: null,
  });
  await app.store.insert([job(one.id, 1), job(one.id, 2), job(other.id, 3)], 1);
  const lanes = (await app.store.lanes()).filter((l) => l.group === Number(one.id)).map((l) => l.id);
  const running = await app.store.claim({ lanes, worker: "w", now: 2, leaseMs: 60_000 });
  await owner("DELETE", `/api/libraries/${one.id}`);
  const { jobs } = await app.store.list({ kind: ["file-hash"] }, "oldest", 0, 10);
  expect(jobs.map((j) => j.status).sort()).toEqual(["cancelled", "cancelled", "pending"]);
  expect(await app.store.extend([running!], 90_000)).toEqual([running!]);
  rmSync(path, { recursive: true });
});

test("JSON without a body is no body", async () => {
  const { id } = await create();
  const headers = { "Content-Type": "application/json" };
  const scan = await owner("POST", `/api/libraries/${id}/scan`, undefined, headers);
  expect(scan.status).toBe(202);
  expect((await owner("POST", "/api/libraries", undefined, headers)).status).toBe(422);
});

test("members see the libraries but not where they lie, and change nothing", async () => {
  const { id } = await create();
  const member = await memberBrowser(app, apiSite(app));
  const { data } = (await (await member("GET", "/api/libraries")).json()) as { data: unknown[] };
  expect(data).toMatchObject([{ id, path: null }]);
  expect((await member("PATCH", `/api/libraries/${id}`, { name: "x" })).status).toBe(403);
  expect((await member("POST", `/api/libraries/${id}/scan`)).status).toBe(403);
  expect((await member("GET", "/api/admin/folders")).status).toBe(403);
});

test("the folder picker shows what lies in a folder", async () => {
  mkdirSync(join(media, "sub"));
  writeFileSync(join(media, "a.mp4"), "x");
  const answer = await owner("GET", `/api/admin/folders?path=${encodeURIComponent(media)}`);
  expect(await answer.json()).toMatchObject({
    path: media,
    readable: true,
    entries: [{ name: "sub" }],
    counts: { videos: 1 },
    offered: [],
  });
  expect((await owner("GET", "/api/admin/folders?path=nowhere")).status).toBe(422);
});

test("come in pages", async () => {
  for (const name of ["a", "b", "c"]) {
    mkdirSync(join(media, name));
    await owner("POST", "/api/libraries", { path: join(media, name) });
  }
  expect(await (await owner("GET", "/api/libraries?page=2&limit=2")).json()).toMatchObject({
    data: [{ name: "c" }],
    pagination: { page: 2, limit: 2, total: 3, totalPages: 2 },
  });
  expect((await owner("GET", "/api/libraries?limit=201")).status).toBe(422);
});

test("an NSFW library is not listed for members while NSFW is hidden, but counted", async () => {
  await create({ nsfw: true });
  const member = await memberBrowser(app, apiSite(app));
  const listed = async (who: Browser) => (await (await who("GET", "/api/libraries")).json()) as object;
  expect(await listed(member)).toMatchObject({ data: [], pagination: { total: 0 }, hiddenNsfw: 1 });
  expect(await listed(owner)).toMatchObject({ data: [{ nsfw: true }], hiddenNsfw: 0 });
  await app.settings.change({ nsfwVisible: true }, null);
  expect(await listed(member)).toMatchObject({ data: [{ nsfw: true }], hiddenNsfw: 0 });
});

test("a name is one line without control characters; a folder's odd name is made one", async () => {
  const { id } = await create();
  for (const name of ["a\0b", "a\r\nb", "\u202egpj.exe"]) {
    const answer = await owner("PATCH", `/api/libraries/${id}`, { name });
    expect([answer.status, ((await answer.json()) as any).errors[0].path]).toEqual([422, ["name"]]);
  }
  await owner("DELETE", `/api/libraries/${id}`);
  const odd = join(media, "odd\nname");
  mkdirSync(odd);
  const made = await owner("POST", "/api/libraries", { path: odd });
  expect([made.status, ((await made.json()) as any).name]).toEqual([201, "odd\ufffdname"]);
});
