import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { file, folder, library } from "../../../src/db/tables/library.ts";
import type { Env } from "../../../src/http/context.ts";
import { aboutFile } from "../../../src/jobs/input-file.ts";
import type { Tools } from "../../../src/jobs/tools.ts";
import { unlessHeld } from "../../../src/jobs/unless-held.ts";
import { Catalogue } from "../../../src/queue/kind.ts";
import { GiveUp } from "../../../src/runtime/errors.ts";
import { apiSite } from "../../support/api-site.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";
import { testKind } from "../../support/queue.ts";

const queues = ["a", "b"].map((name) => ({ name, section: "Test", description: name, weight: 1, base: 1 }));
const kinds = [
  unlessHeld<any>({
    ...testKind({
      name: "bad",
      act: () => {
        throw new GiveUp("input.truncated", "The film ends in the middle.");
      },
    }),
    about: (p, tools: Tools) => aboutFile(p, tools),
  }),
  testKind({
    name: "long",
    queue: "b",
    stuckAfterS: 60,
    act: (job) =>
      new Promise<void>((_, reject) => {
        job.signal.addEventListener("abort", () => reject(job.signal.reason));
      }),
  }),
];

let app: TestApp;
let site: Hono<Env>;
let owner: Browser;
let member: Browser;
beforeAll(async () => {
  app = await testApp({ catalogue: new Catalogue<Tools>(queues, kinds) });
  site = apiSite(app);
  owner = await ownerBrowser(site);
  member = await memberBrowser(app, site);
  const now = new Date(app.clock.now());
  const flags = {
    scanVideos: true,
    scanImages: true,
    scanAudio: true,
    public: false,
    watch: false,
    readOnly: false,
  };
  const recognise = { objects: false, faces: false, audio: false, transcribe: false };
  for (const id of [1, 2]) {
    const nsfw = id === 2;
    await app.db
      .insert(library)
      .values({ id, name: `L${id}`, path: `/films/${id}`, nsfw, ...flags, recognise, createdAt: now });
    await app.db.insert(folder).values({ id, libraryId: id, path: "", name: "", createdAt: now });
  }
  for (const id of [1, 2, 3, 4])
    await app.db.insert(file).values({
      id,
      libraryId: id === 4 ? 2 : 1,
      folderId: id === 4 ? 2 : 1,
      path: `${id}.mp4`,
      name: `${id}.mp4`,
      type: "video",
      mimeType: "video/mp4",
      sizeBytes: 5,
      mtimeMs: 1,
      inode: String(id),
      metadata: { chapters: [] },
      createdAt: now,
      updatedAt: now,
    });
  await app.worker.start();
});
afterAll(async () => {
  await app.worker.stop();
  await app.close();
});

const get = async (path: string) => (await owner("GET", path)).json() as Promise<any>;
const post = async (path: string, body?: object) => {
  const answer = await owner("POST", path, body);
  await settled();
  return { status: answer.status, ...((await answer.json()) as any) };
};
async function fail(fileId: number): Promise<string> {
  const { id } = await post("/api/media/jobs", { type: "bad", params: { fileId } });
  await app.clock.advance(1000);
  return id;
}

describe("stuck jobs", () => {
  test("are cleared queue by queue, and by one act for all", async () => {
    const { id } = await post("/api/media/jobs", { type: "long", params: {} });
    await app.clock.advance(62_000);
    expect(await post("/api/queues/a/clear-stuck")).toEqual({ status: 200, cleared: 0, jobIds: [] });
    expect(await post("/api/queues/b/clear-stuck")).toEqual({ status: 200, cleared: 1, jobIds: [id] });
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({
      status: "failed",
      failure: { code: "job.stuck" },
    });
    const second = await post("/api/media/jobs", { type: "long", params: {} });
    await app.clock.advance(62_000);
    expect(await post("/api/actions/clear-all-stuck", { retry: true })).toEqual({
      status: 200,
      cleared: 1,
      queues: 1,
    });
    expect(await get(`/api/media/jobs/${second.id}`)).toMatchObject({ status: "running", retryCount: 1 });
    await owner("POST", `/api/media/jobs/${second.id}/cancel`);
    await owner("POST", "/api/queues/b/clear-failed");
    expect((await post("/api/queues/nope/clear-stuck")).status).toBe(404);
  });
});

describe("problems", () => {
  test("are grouped by cause, hidden ones counted aside; retry, ignore, quarantine and take back", async () => {
    for (const id of [1, 2, 4]) await fail(id);
    const { data, hiddenNsfw } = await get("/api/problems");
    expect(data).toMatchObject([
      {
        title: "2 files: the file ends too early",
        count: 2,
        files: 2,
        samples: [{ fileId: "2" }, { fileId: "1" }],
      },
    ]);
    expect(hiddenNsfw).toBe(1);
    const at = `/api/problems/${data[0].fingerprint}`;
    expect(await post(`${at}/retry`)).toEqual({ status: 200, retried: 2 });
    await app.clock.advance(1000);

    expect((await post(`${at}/ignore`, { until: "2020-01-01T00:00:00Z" })).status).toBe(422);
    expect(await post(`${at}/ignore`, { note: "known" })).toEqual({ status: 200, cleared: 2 });
    const after = await get("/api/problems");
    expect(after).toMatchObject({
      data: [],
      ignored: [{ note: "known", ignoredBy: "Olga Owner", cleared: 2 }],
    });
    // Said again, it holds with the new words, and keeps its count.
    expect(await post(`${at}/ignore`, { note: "still known" })).toEqual({ status: 200, cleared: 0 });
    expect((await get("/api/problems")).ignored).toMatchObject([{ note: "still known", cleared: 2 }]);
    expect((await owner("DELETE", `${at}/ignore`)).status).toBe(204);
    expect((await owner("DELETE", `${at}/ignore`)).status).toBe(404);

    await fail(3);
    expect(await post(`${at}/quarantine`)).toEqual({ status: 200, quarantined: 1, cleared: 1 });
    expect((await get("/api/files/3")).state).toBe("quarantined");
    expect((await post(`${at}/quarantine`)).status).toBe(404);
    await post("/api/quarantine/3/release");
  });
});

describe("quarantine", () => {
  test("takes files in by hand, lists them, refuses work on them and lets them go", async () => {
    expect(await post("/api/quarantine", { fileIds: ["1", "4"], reason: "leave it" })).toEqual({
      status: 200,
      quarantined: 2,
    });
    const { data, pagination, hiddenNsfw } = await get("/api/quarantine?by=people");
    expect(data).toMatchObject([
      { fileId: "1", by: "Olga Owner", code: "excluded", reason: "leave it", state: "quarantined" },
    ]);
    expect([pagination.total, hiddenNsfw]).toEqual([1, 1]);
    expect(await post("/api/media/jobs", { type: "bad", params: { fileId: 1 } })).toMatchObject({
      status: 409,
      code: "file.quarantined",
    });
    expect(await post("/api/quarantine/1/release", { retry: true })).toMatchObject({
      status: 200,
      released: 1,
    });
    expect((await post("/api/quarantine/1/release")).status).toBe(409);
    expect((await post("/api/quarantine", { fileIds: ["77"], reason: "x" })).status).toBe(404);
  });

  test("lets many go by a filter, but everything only when that is said", async () => {
    await post("/api/quarantine", { fileIds: ["1", "2"], reason: "leave it" });
    expect((await post("/api/quarantine/release", {})).status).toBe(422);
    expect(await post("/api/quarantine/release", { code: "tool.crashed" })).toMatchObject({ released: 0 });
    expect(await post("/api/quarantine/release", { by: "people" })).toMatchObject({ released: 2 });
  });
});

test("a failed job tells of its file: full path, picture, link, size, format and metadata", async () => {
  const id = await fail(2);
  expect(await get(`/api/media/jobs/${id}/file`)).toMatchObject({
    jobId: id,
    fullPath: "/films/1/2.mp4",
    library: "L1",
    url: "/files/2",
    thumbnailUrl: "/api/files/2/thumbnail?w=480",
    originalUrl: "/api/files/2/original",
    file: { id: "2", sizeBytes: 5, mimeType: "video/mp4", metadata: { chapters: [] } },
    quarantine: null,
  });
  const { jobs } = await app.store.list({ kind: ["long"] }, "newest", 0, 1);
  expect((await owner("GET", `/api/media/jobs/${jobs[0]!.id}/file`)).status).toBe(404);
});

test("every act is an owner's, and stands in the audit log", async () => {
  for (const [method, path] of [
    ["GET", "/api/problems"],
    ["GET", "/api/quarantine"],
    ["POST", "/api/quarantine"],
    ["POST", "/api/actions/clear-all-stuck"],
  ] as const)
    expect((await member(method, path)).status).toBe(403);
  const { data } = await get("/api/admin/audit?limit=100");
  const actions = new Set(data.map((entry: { action: string }) => entry.action));
  for (const action of [
    "jobs.clear-stuck",
    "problem.retry",
    "problem.ignore",
    "problem.unignore",
    "problem.quarantine",
    "quarantine.add",
    "quarantine.release",
  ])
    expect(actions).toContain(action);
});
