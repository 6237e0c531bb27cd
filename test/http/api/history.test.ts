// Events and failures over the API: shapes of api.md, downloads that spreadsheets take safely, owners only.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import { file, folder, library } from "../../../src/db/tables/library.ts";
import type { Tools } from "../../../src/jobs/tools.ts";
import { Catalogue, type JobKind } from "../../../src/queue/kind.ts";
import { GiveUp } from "../../../src/runtime/errors.ts";
import { apiSite } from "../../support/api-site.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";

let app: TestApp;
let owner: Browser;
let member: Browser;

const failing: JobKind<any, Tools> = {
  name: "failing",
  label: "Failing",
  description: "Fails",
  queue: "a",
  category: "cpu",
  params: z.looseObject({ message: z.string() }),
  maxRetries: 0,
  stuckAfterS: 60,
  dedupKey: () => null,
  about: () => ({ type: "file", id: 1, label: "=SUM(A1).mp4", group: 1 }),
  run: ({ params }) => {
    throw new GiveUp("input.truncated", params.message);
  },
};

beforeEach(async () => {
  const queues = [{ name: "a", section: "Test", description: "a", weight: 1, base: 1 }];
  app = await testApp({ catalogue: new Catalogue(queues, [failing]) });
  const site = apiSite(app);
  owner = await ownerBrowser(site);
  member = await memberBrowser(app, site);
});
afterEach(() => app.close());

const get = async (path: string) => (await (await owner("GET", path)).json()) as any;

async function someEvents() {
  await app.history.record({ event: "paused", queue: "a", actor: "Olga", detail: 'for "a while", then on' });
  await app.clock.advance(60_000);
  await app.history.record({ event: "stuck", queue: "a", jobId: 7, fileId: 1, ageS: 330 });
  await app.clock.advance(60_000);
  await app.history.record({ event: "scan", detail: "@Family: 3 new" });
}

async function someFailures(...messages: string[]) {
  app.worker.start();
  for (const message of messages) {
    await app.queue.enqueue("failing", { message });
    await settled();
    await app.clock.advance(1000);
  }
  await app.worker.stop();
}

test("members and strangers get none of it", async () => {
  for (const path of ["/api/history", "/api/history/failures", "/api/metrics/statistics"])
    expect((await member("GET", path)).status).toBe(403);
});

describe("/api/history", () => {
  test("is a plain list, newest first, in the words of the contract", async () => {
    await someEvents();
    const list = await get("/api/history");
    expect(list.map((e: any) => e.event)).toEqual(["scan", "stuck", "paused"]);
    expect(list[1]).toEqual({
      id: "2",
      timestamp: "2026-01-01T00:01:00.000Z",
      event: "stuck",
      queue: "a",
      jobId: "7",
      assetId: "1",
      assetPath: null,
      ageSeconds: 330,
      actor: null,
      detail: null,
    });
  });

  test("is narrowed by event, queue and time, and comes in pages", async () => {
    await someEvents();
    const events = async (query: string) => (await get(`/api/history?${query}`)).map((e: any) => e.event);
    expect(await events("event=stuck,scan")).toEqual(["scan", "stuck"]);
    expect(await events("queue=a")).toEqual(["stuck", "paused"]);
    expect(await events("from=2026-01-01T00:01:00Z&to=2026-01-01T00:02:00Z")).toEqual(["stuck"]);
    expect(await events("from=2026-01-01")).toHaveLength(3);
    expect(await events("limit=2&page=2")).toEqual(["paused"]);
    expect(await events("format=json")).toHaveLength(3);
  });

  test("an empty parameter is not said, as forms send it", async () => {
    await someEvents();
    expect(await get("/api/history?event=&queue=&from=&to=")).toHaveLength(3);
    await someFailures("one");
    expect(await get("/api/history/failures?queue=&kind=&code=&from=&to=")).toHaveLength(1);
  });

  test("what makes no sense is 422 with its place", async () => {
    for (const [query, place] of [
      ["from=yesterday", "from"],
      ["from=2026-02-01&to=2026-01-01", "from"],
      ["format=xml", "format"],
      ["limit=1000", "limit"],
    ]) {
      const answer = await owner("GET", `/api/history?${query}`);
      expect(answer.status).toBe(422);
      expect(((await answer.json()) as any).errors[0].path).toEqual([place]);
    }
  });

  test("as CSV it is quoted, and nothing in it is a formula", async () => {
    await someEvents();
    const answer = await owner("GET", "/api/history?format=csv");
    expect(answer.headers.get("content-type")).toContain("text/csv");
    expect(answer.headers.get("content-disposition")).toContain('filename="sprocket-history.csv"');
    expect((await answer.text()).split("\r\n")).toEqual([
      "timestamp,event,queue,jobId,assetId,assetPath,ageSeconds,actor,detail",
      "2026-01-01T00:02:00.000Z,scan,,,,,,,'@Family: 3 new",
      "2026-01-01T00:01:00.000Z,stuck,a,7,1,,330,,",
      '2026-01-01T00:00:00.000Z,paused,a,,,,,Olga,"for ""a while"", then on"',
      "",
    ]);
  });

  test("a download has all, whatever the page's length", async () => {
    for (let i = 0; i < 1203; i++) await app.history.record({ event: "cleared", jobId: i });
    expect(await get("/api/history")).toHaveLength(20);
    const all = await get("/api/history?format=json");
    expect(new Set(all.map((e: any) => e.id)).size).toBe(1203);
    expect((await (await owner("GET", "/api/history?format=csv")).text()).split("\r\n")).toHaveLength(1205);
    expect(await get("/api/history?format=json&event=none")).toEqual([]);
  });
});

describe("/api/history/failures", () => {
  test("has every failure with its message and what to do, cleared or not", async () => {
    await someFailures("first", "second");
    await app.queue.move(1, "acknowledge", "Olga");
    const list = await get("/api/history/failures");
    expect(list.map((f: any) => f.message)).toEqual(["second", "first"]);
    expect(list[1]).toMatchObject({
      jobId: "1",
      queue: "a",
      kind: "failing",
      assetId: "1",
      code: "input.truncated",
      hint: expect.any(String),
      attempts: 1,
      acknowledgedAt: expect.any(String),
    });
    expect(await get("/api/history/failures?code=input.missing")).toEqual([]);
    expect(await get("/api/history/failures?queue=a&limit=1&page=2")).toHaveLength(1);
  });

  test("as CSV, a file's name is text whatever it begins with", async () => {
    await someFailures("line\nbreak");
    const text = await (await owner("GET", "/api/history/failures?format=csv")).text();
    expect(text).toContain(",'=SUM(A1).mp4,");
    expect(text).toContain('"line\nbreak"');
  });
});

test("with NSFW hidden, files of such libraries show neither in events nor in failures", async () => {
  const createdAt = new Date(app.clock.now());
  await app.db.insert(library).values({
    name: "Private",
    path: "/media/private",
    scanVideos: true,
    scanImages: true,
    scanAudio: true,
    nsfw: true,
    public: false,
    watch: false,
    readOnly: true,
    recognise: { objects: false, faces: false, audio: false, transcribe: false },
    createdAt,
  });
  await app.db.insert(folder).values({ libraryId: 1, path: "", name: "", createdAt });
  await app.db.insert(file).values({
    libraryId: 1,
    folderId: 1,
    path: "a.mp4",
    name: "a.mp4",
    type: "video",
    mimeType: "video/mp4",
    sizeBytes: 1,
    mtimeMs: 0,
    inode: "1",
    seenBy: 1,
    seenAt: createdAt,
    createdAt,
    updatedAt: createdAt,
  });
  await someEvents();
  await someFailures("secret");
  await app.history.record({ event: "scan", libraryId: 1, detail: "Private: 3 videos seen: 3 new." });
  await app.clock.advance(1);
  expect((await get("/api/history")).map((e: any) => e.event)).toEqual(["scan", "paused"]);
  expect(await get("/api/metrics/marks")).toHaveLength(2);
  expect(await get("/api/history/failures")).toEqual([]);
  await app.settings.change({ nsfwVisible: true }, null);
  expect((await get("/api/history")).map((e: any) => e.assetPath)).toContain("a.mp4");
  expect(await get("/api/history/failures")).toHaveLength(1);
  expect(await get("/api/metrics/marks")).toHaveLength(3);
});
