// Why things are where they are, asked of the whole server.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { backfillStrike, type FileRow, file, type LibraryRow } from "../../../src/db/tables/library.ts";
import type { FileExplanation } from "../../../src/healing/explain-file.ts";
import { explainFile } from "../../../src/healing/explain-file.ts";
import { explainPath, type PathExplanation } from "../../../src/healing/explain-path.ts";
import { partsOf } from "../../../src/http/api/explain.ts";
import { updateLibrary } from "../../../src/library/libraries.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addDerivative, addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let library: LibraryRow;

beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
  library = await addLibrary(at);
});
afterEach(() => at.close());

const get = async (path: string) => (await owner("GET", path)).json() as Promise<any>;
const film = (facts: Partial<FileRow> = {}) =>
  addFile(at, library, "2019/a.mp4", { type: "video", mimeType: "video/mp4", ...facts });
const enqueue = async (kind: string, row: FileRow, more: object = {}) =>
  (await at.app.queue.enqueue(kind, { fileId: row.id }, more)).id;

/** Runs the job as its worker would, to the given end. */
async function end(id: number, how: object) {
  const { store, clock } = at.app;
  const lanes = (await store.lanes()).map((lane) => lane.id);
  const claimed = await store.claim({ lanes, worker: "w", now: clock.now(), leaseMs: 60_000 });
  expect(claimed?.jobId).toBe(id);
  await clock.advance(2000);
  await store.settle(claimed!, how as never, clock.now());
}

describe("GET /api/files/:id/explain", () => {
  const kindsOf = async (row: FileRow): Promise<Record<string, { state: string; text: string }>> => {
    const { kinds } = await get(`/api/files/${row.id}/explain`);
    return Object.fromEntries(kinds.map((k: any) => [k.kind, { state: k.state, text: k.text }]));
  };

  test("says where it is and what is known of it", async () => {
    const row = await film({ sha256: "ab".repeat(32), durationS: 60, metadataAt: new Date(1) });
    expect(await get(`/api/files/${row.id}/explain`)).toMatchObject({
      subject: "file",
      id: String(row.id),
      path: join(library.path, "2019/a.mp4"),
      library: { id: String(library.id), name: "Family" },
      pathInLibrary: "2019/a.mp4",
      state: "ok",
      text: "Whole, and looked at",
      facts: { durationS: 60, sha256: "ab".repeat(32) },
    });
  });

  test("each kind of its cascade is done, waits and why, failed with what next, or was not asked for", async () => {
    const row = await film({ metadataAt: new Date(1) });
    await addDerivative(at, row, "waveform", "json");
    const poster = await enqueue("video-poster", row);
    await end(poster, {
      outcome: "failed",
      failure: { code: "input.truncated", message: "The film ends in the middle." },
    });
    await at.app.clock.advance(60_000);
    await enqueue("file-hash", row, { runAt: new Date(at.app.clock.now() + 3_600_000) });
    const kinds = await kindsOf(row);
    expect(kinds["file-metadata"]).toEqual({
      state: "done",
      text: "There is its metadata; no job is on record",
    });
    expect(kinds["audio-waveform"]).toEqual({
      state: "done",
      text: "There is waveform json; no job is on record",
    });
    expect(kinds["file-hash"]).toEqual({
      state: "waiting",
      text: expect.stringMatching(/^Scheduled, in 60 min \(/),
    });
    expect(kinds["video-poster"]).toEqual({
      state: "failed",
      text: "Failed 1 min ago (input.truncated): The film ends in the middle. Next: Copy it again from its source. The job runs again by itself when the file has changed",
    });
    expect(kinds["video-transcode"]).toMatchObject({
      state: "not asked for",
      text: expect.stringContaining("No job on record"),
    });
  });

  test("not needed says why; an older result that stays is named", async () => {
    const row = await film({ metadataAt: new Date(1) });
    await end(await enqueue("video-transcode", row), { outcome: "completed", note: "browsers can play it" });
    await addDerivative(at, row, "poster", "webp-640");
    await end(await enqueue("video-poster", row), {
      outcome: "failed",
      failure: { code: "tool.crashed", message: "ffmpeg died" },
    });
    const kinds = await kindsOf(row);
    expect(kinds["video-transcode"]).toEqual({
      state: "not needed",
      text: "Not needed: browsers can play it",
    });
    expect(kinds["video-poster"]!.text).toEndWith("; there is poster webp-640 all the same");
  });

  test("what follows the metadata waits for it; what a backfill gave up says so", async () => {
    const row = await film();
    await at.app.db.insert(backfillStrike).values({ fileId: row.id, kind: "file-hash", strikes: 3 });
    const kinds = await kindsOf(row);
    expect(kinds["video-poster"]!.text).toBe("It follows the file's metadata, which is not read yet");
    expect(kinds["file-hash"]!.text).toStartWith("Backfills have given it up after 3 failures");
  });

  test("a quarantined file holds everything, and its waiting jobs say so", async () => {
    const row = await film();
    const id = await enqueue("file-hash", row);
    await at.app.db
      .update(file)
      .set({ state: "quarantined", reasonCode: "tool.crashed", reason: "ffmpeg died 3 times." })
      .where(eq(file.id, row.id));
    const kinds = await kindsOf(row);
    expect(kinds["video-poster"]).toEqual({
      state: "quarantined",
      text: "The file is held back; nothing is done to it until it is released",
    });
    const why =
      "Its file is in quarantine (ffmpeg died 3 times); it runs when somebody releases the file, or its content changes";
    expect(kinds["file-hash"]).toEqual({ state: "waiting", text: why });
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({ waitingReason: why, waitingCode: "barred" });
  });

  test("in the trash, missing or in a library that is not scanned for it nothing is asked for", async () => {
    const row = await film({ trashedAt: new Date(1) });
    expect((await kindsOf(row))["file-hash"]!.text).toBe("Nothing is made of files in the trash");
    await at.app.db.update(file).set({ trashedAt: null, state: "missing" }).where(eq(file.id, row.id));
    expect((await kindsOf(row))["file-hash"]!.text).toBe("The file is not there");
    await at.app.db.update(file).set({ state: "ok" }).where(eq(file.id, row.id));
    await updateLibrary(at.app, library.id, { scan: { videos: false } });
    expect((await kindsOf(row))["file-hash"]!.text).toBe(
      "The library Family is not scanned for files of type video",
    );
  });

  test("there is none of a file that does not exist, nor for members", async () => {
    expect((await owner("GET", "/api/files/999/explain")).status).toBe(404);
    const row = await film();
    const member = await memberBrowser(at.app, at.site);
    expect((await member("GET", `/api/files/${row.id}/explain`)).status).toBe(403);
  });
});

describe("GET /api/media/jobs/:id/explain", () => {
  test("a waiting job has its reasons, its place and when it should start", async () => {
    const row = await film();
    const id = await enqueue("file-hash", row);
    await owner("PATCH", "/api/queues/hash", { pauseForS: 900 });
    const startsAt = new Date(at.app.clock.now() + 900_000).toISOString();
    expect(await get(`/api/media/jobs/${id}/explain`)).toMatchObject({
      subject: "job",
      status: "pending",
      text: expect.stringMatching(/^The queue hash was paused by Olga Owner 0 s ago, until /),
      reasons: [{ code: "queue-paused" }],
      position: 1,
      startsIn: { lowS: 900, highS: 900 },
      startsAt,
    });
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({
      waitingCode: "queue-paused",
      waitingReasons: [{ code: "queue-paused" }],
      startsIn: { lowS: 900, highS: 900 },
      startsAt,
      frozen: false,
    });
  });

  test("one that is over says how it ended, what that means and what to do", async () => {
    const row = await film();
    const id = await enqueue("file-hash", row);
    await end(id, {
      outcome: "failed",
      failure: { code: "input.missing", message: "It is not there." },
    });
    const answer = await get(`/api/media/jobs/${id}/explain`);
    expect(answer).toMatchObject({
      status: "failed",
      text: expect.stringContaining("(input.missing): It is not there. Next: Mount its disk"),
      failure: { code: "input.missing", meaning: expect.any(String), nextStep: expect.any(String) },
      attempts: [{ number: 1, outcome: "failed", durationS: 2 }],
    });
    const cancelled = await enqueue("video-poster", row);
    await owner("POST", `/api/media/jobs/${cancelled}/cancel`);
    expect((await get(`/api/media/jobs/${cancelled}/explain`)).text).toBe("Cancelled by Olga Owner 0 s ago");
  });

  test("while somebody watches a film, work says who and what, and behind that what else keeps it", async () => {
    const row = await film();
    await at.app.yielding.start();
    await owner("POST", "/api/playback", { fileId: String(row.id), playing: true });
    const id = await enqueue("file-hash", row);
    await owner("PATCH", "/api/queues/hash", { isPaused: true });
    const codes = async () =>
      (await get(`/api/media/jobs/${id}/explain`)).reasons.map((reason: any) => reason.code);
    expect(await codes()).toEqual(["queue-paused", "playback"]);
    await owner("PATCH", "/api/queues/hash", { isPaused: false });
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({
      status: "queued",
      waitingCode: "playback",
      waitingReason: expect.stringMatching(/Olga Owner watches .*a\.mp4/),
      startsIn: null,
    });
    await at.app.yielding.stop();
  });

  test("a paused job names who paused it and until when", async () => {
    const row = await film();
    const id = await enqueue("file-hash", row);
    await at.app.queue.move(id, "pause", "Anna", { at: at.app.clock.now() + 600_000 });
    expect(await get(`/api/media/jobs/${id}`)).toMatchObject({
      status: "paused",
      pausedBy: "Anna",
      pausedSince: new Date(at.app.clock.now()).toISOString(),
      pausedUntil: new Date(at.app.clock.now() + 600_000).toISOString(),
      pausedUntilPlaybackEnds: false,
      waitingCode: "paused",
      startsIn: { lowS: 600, highS: 600 },
    });
  });
});

describe("a path", () => {
  const explained = (path: string) => explainPath(partsOf(at.app), path) as Promise<PathExplanation>;
  const inLibrary = (name: string) => join(library.path, name);

  test("of a known file is that file, however it is spelt", async () => {
    mkdirSync(inLibrary("2019"), { recursive: true });
    writeFileSync(inLibrary("2019/a.mp4"), "x");
    const row = await film();
    const answer = (await explained(`${library.path}/2019/../2019/a.mp4`)) as unknown as FileExplanation;
    expect(answer).toEqual(await explainFile(partsOf(at.app), row));
  });

  test("of a file that has gone is still that file", async () => {
    const row = await film({ state: "missing" });
    expect(existsSync(inLibrary("2019/a.mp4"))).toBe(false);
    expect(await explained(inLibrary("2019/a.mp4"))).toMatchObject({ subject: "file", id: String(row.id) });
  });

  test("that is no file of ours says why", async () => {
    mkdirSync(inLibrary("@eaDir"));
    for (const name of ["@eaDir/a.jpg", "notes.txt", "new.jpg", "film.mp4"])
      writeFileSync(inLibrary(name), "x");
    symlinkSync(inLibrary("new.jpg"), inLibrary("link.jpg"));
    const code = async (name: string) => (await explained(inLibrary(name))).code;
    expect(await code("@eaDir/a.jpg")).toBe("excluded");
    expect(await code("notes.txt")).toBe("unknown-type");
    expect(await code("link.jpg")).toBe("symlink");
    expect(await code("new.jpg")).toBe("not-scanned");
    expect(await code("nothing.jpg")).toBe("not-there");
    expect(await code("@eaDir")).toBe("excluded");
    expect(await code("")).toBe("folder");
    expect((await explained(at.mediaFolder)).code).toBe("no-library");
    await updateLibrary(at.app, library.id, { scan: { videos: false } });
    expect(await code("film.mp4")).toBe("not-scanned-for");
  });

  test("that a scan under way will come to names the scan", async () => {
    writeFileSync(inLibrary("new.jpg"), "x");
    const { id } = await at.app.queue.enqueue("gallery-scan", { libraryId: library.id });
    expect((await explained(inLibrary("new.jpg"))).text).toBe(
      `No scan has seen it yet; one of the library Family waits (\`sprocket explain ${id}\` says why)`,
    );
  });
});
