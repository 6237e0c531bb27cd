import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { eq } from "drizzle-orm";
import { backfillStrike, file } from "../../src/db/tables/library.ts";
import { cascade, cascadeOf } from "../../src/jobs/cascade.ts";
import { kinds } from "../../src/jobs/index.ts";
import { createLibrary } from "../../src/library/libraries.ts";
import { nodeFs } from "../../src/library/walk.ts";
import { Refused } from "../../src/runtime/errors.ts";
import { type TestApp, testApp } from "../support/app.ts";

let app: TestApp;
let media: string;
beforeEach(async () => {
  app = await testApp();
  media = mkdtempSync(join(tmpdir(), "sprocket-scan-"));
});
afterEach(async () => {
  await app.close();
  rmSync(media, { recursive: true, force: true });
});

const put = (path: string, seconds = 1_700_000_000) => {
  const full = join(media, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, path);
  utimesSync(full, seconds, seconds);
};
/** Runs a kind as the worker would, but for its lease. */
const run = async (name: string, params: object, tools = app.tools) => {
  const kind = app.queue.catalogue.find(name)!;
  const parsed = kind.params.parse(params);
  const log: string[] = [];
  const subject = await kind.about(parsed, app.tools);
  const result = await kind.run({
    id: 1000 + Math.floor(app.clock.now() % 1000),
    kind: kind.name,
    params: parsed,
    subject,
    backfill: false,
    attempt: 1,
    readyAt: Date.now(),
    tools,
    signal: new AbortController().signal,
    progress() {},
    log: (line) => log.push(line),
    pausePoint: async () => {},
  });
  return { result, log };
};
const waiting = async () => {
  const { jobs } = await app.store.list({}, "oldest", 0, 500);
  return jobs.map((job) => `${job.kind} ${job.subject.label}${job.backfill ? " (backfill)" : ""}`);
};

test("new files start the cascade of their type, as fresh work", async () => {
  const { id } = await createLibrary(app, { path: media });
  put("a.jpg");
  put("b.mp4");
  put("c.mp3");
  await run("gallery-scan", { libraryId: id });
  expect(await waiting()).toEqual(["file-metadata a.jpg", "file-hash a.jpg"]);
  await run("scan", { libraryId: id });
  await run("audio-scan", { libraryId: id });
  expect((await waiting()).slice(2)).toEqual([
    "file-metadata b.mp4",
    "file-hash b.mp4",
    "file-metadata c.mp3",
    "file-hash c.mp3",
  ]);
});

test("files that stand already start nothing, unless they are asked for: then as a backfill", async () => {
  const { id } = await createLibrary(app, { path: media });
  put("a.jpg");
  await run("gallery-scan", { libraryId: id });
  await app.queue.moveAll({}, "remove", null);
  await app.db.update(file).set({ sha256: "aa", metadataAt: new Date(1) });
  await run("gallery-scan", { libraryId: id });
  expect(await waiting()).toEqual([]);
  await run("gallery-scan", { libraryId: id, skipExisting: false });
  expect(await waiting()).toEqual([
    "file-metadata a.jpg (backfill)",
    "file-hash a.jpg (backfill)",
    "image-thumbnail a.jpg (backfill)",
    "image-fingerprint a.jpg (backfill)",
  ]);
});

test("what was never looked into or hashed is asked for again, once it may be read, unless a backfill gave it up", async () => {
  const { id } = await createLibrary(app, { path: media });
  for (const name of ["a.jpg", "b.jpg", "c.jpg"]) put(name);
  await run("gallery-scan", { libraryId: id });
  await run("gallery-scan", { libraryId: id });
  expect((await waiting()).length).toBe(6);
  await app.queue.moveAll({}, "remove", null);
  const [a, , c] = await app.db.select().from(file).orderBy(file.path);
  await app.db
    .update(file)
    .set({ metadataAt: new Date(1) })
    .where(eq(file.id, a!.id));
  await app.db.insert(backfillStrike).values({ fileId: c!.id, kind: "file-hash", strikes: 3 });
  const mayRead = async (path: string) => !path.endsWith("b.jpg");
  await run("gallery-scan", { libraryId: id }, {
    ...app.tools,
    fs: { ...nodeFs, mayRead },
  } as typeof app.tools);
  expect((await waiting()).sort()).toEqual(["file-hash a.jpg (backfill)", "file-metadata c.jpg (backfill)"]);
  await run("gallery-scan", { libraryId: id });
  expect(await waiting()).toContain("file-hash b.jpg (backfill)");
});

test("a changed file goes through it again", async () => {
  const { id } = await createLibrary(app, { path: media });
  put("a.jpg");
  await run("gallery-scan", { libraryId: id });
  await app.queue.moveAll({}, "remove", null);
  put("a.jpg", 1_800_000_000);
  await run("gallery-scan", { libraryId: id });
  expect(await waiting()).toEqual(["file-metadata a.jpg", "file-hash a.jpg"]);
});

test("a library that is not scanned for a type has nothing to do there", async () => {
  const { id } = await createLibrary(app, { path: media, name: "Pictures", scan: { videos: false } });
  put("b.mp4");
  expect((await run("library-scan", { libraryId: id })).result).toEqual({
    notNeeded: "Pictures is not scanned for videos",
  });
  expect(await waiting()).toEqual([]);
});

test("Run on a scan queue enqueues every library once, however often", async () => {
  await createLibrary(app, { path: media });
  expect(await app.queue.runQueue("gallery-scan", "test")).toEqual({ enqueued: 1, skipped: 0 });
  expect(await app.queue.runQueue("gallery-scan", "test")).toEqual({ enqueued: 0, skipped: 1 });
});

test("public_scan starts the scans of public libraries alone", async () => {
  mkdirSync(join(media, "one"));
  mkdirSync(join(media, "two"));
  await createLibrary(app, { path: join(media, "one"), public: true, scan: { audio: false } });
  await createLibrary(app, { path: join(media, "two") });
  await run("public_scan", {});
  expect(await waiting()).toEqual(["library-scan one", "gallery-scan one"]);
});

test("public_scan without a public library says so", async () => {
  await createLibrary(app, { path: media });
  expect((await run("public_scan", {})).result).toEqual({ notNeeded: "no library is marked public" });
});

test("ids are taken as strings too; a library that does not exist is refused with the path of the fault", async () => {
  const { id } = await createLibrary(app, { path: media });
  expect((await app.queue.enqueue("scan", { libraryId: String(id) })).deduplicated).toBe(false);
  expect((await app.queue.enqueue("scan", { libraryId: id })).deduplicated).toBe(true);
  for (const params of [{ libraryId: 99 }, {}, { libraryId: "x" }]) {
    const error = await app.queue.enqueue("scan", params).catch((e) => e);
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({ status: 422, more: { errors: [{ path: ["params", "libraryId"] }] } });
  }
});

test("recognition follows only where the library asks for it, and only kinds that this build has", () => {
  const off = { objects: false, faces: false, audio: false, transcribe: false };
  const all = () => true;
  expect(cascadeOf("audio", off, all)).toEqual([
    "file-metadata",
    "file-hash",
    "audio-waveform",
    "audio-fingerprint",
  ]);
  expect(cascadeOf("audio", { ...off, transcribe: true }, all)).toContain("transcribe");
  expect(cascadeOf("image", off, (kind) => kind === "file-hash")).toEqual(["file-hash"]);
});

test("every kind of the cascade that exists takes a file", () => {
  for (const { kind: name } of cascade) {
    const kind = kinds.find((one) => one.name === name);
    if (kind) expect(kind.params.safeParse({ fileId: 1 }).success).toBe(true);
  }
});
