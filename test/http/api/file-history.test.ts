// Row B2: a file's life hangs on its content.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { contentSeen } from "../../../src/db/tables/explain.ts";
import { type FileRow, file, type LibraryRow } from "../../../src/db/tables/library.ts";
import { formerLives } from "../../../src/library/content-life.ts";
import { createLibrary, removeLibrary } from "../../../src/library/libraries.ts";
import { mergeFiles } from "../../../src/library/merge-files.sqlite.ts";
import { type Browser, ownerBrowser } from "../../support/app.ts";
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

const content = "ab".repeat(32);
const historyOf = async (row: FileRow) =>
  (await owner("GET", `/api/files/${row.id}/history`)).json() as Promise<any>;
const kindsOf = async (row: FileRow) => (await historyOf(row)).data.map((job: any) => job.kind);

/** A job that has run for two seconds, with a line in its log. */
async function past(kind: string, row: FileRow, how: object = { outcome: "completed" }): Promise<number> {
  const { store, clock, queue } = at.app;
  const { id } = await queue.enqueue(kind, { fileId: row.id });
  const lanes = (await store.lanes()).map((lane) => lane.id);
  const claimed = (await store.claim({ lanes, worker: "w", now: clock.now(), leaseMs: 60_000 }))!;
  await clock.advance(1000);
  await store.report([{ lease: claimed, at: clock.now(), logTail: "looked at it\n" }]);
  if (kind === "audio-waveform") await addDerivative(at, row, "waveform", "json", "xyz");
  await clock.advance(1000);
  await store.settle(claimed, how as never, clock.now());
  return id;
}

describe("a file's life", () => {
  test("goes on when its library is removed and added again", async () => {
    const before = await addFile(at, library, "a.mp3", { type: "audio", sha256: content });
    await past("file-hash", before);
    const seenAt = before.updatedAt.toISOString();
    await removeLibrary(at.app, library.id);
    const again = await createLibrary(at.app, { name: "Music", path: library.path });
    const after = await addFile(at, again, "a.mp3", { type: "audio" });
    expect(after.id).not.toBe(before.id);
    // Until its hash is known it is any new file.
    expect(await kindsOf(after)).toEqual([]);
    await past("audio-waveform", after);
    await at.app.db.update(file).set({ sha256: content }).where(eq(file.id, after.id));
    expect(await kindsOf(after)).toEqual(["audio-waveform", "file-hash"]);
    const { formerPlaces, pagination } = await historyOf(after);
    expect(formerPlaces).toEqual([
      { library: "Family", path: "a.mp3", firstSeen: seenAt, lastSeen: expect.any(String) },
    ]);
    expect(pagination.total).toBe(2);
  });

  test("keeps the lives that were merged into it when its row goes", async () => {
    const old = await addFile(at, library, "old.mp3", { type: "audio", sha256: content, state: "missing" });
    await past("file-hash", old);
    const fresh = await addFile(at, library, "new.mp3", { type: "audio", sha256: content });
    await past("audio-waveform", fresh);
    mergeFiles(at.app.db, { fresh, old });
    expect(await kindsOf(old)).toEqual(["audio-waveform", "file-hash"]);
    expect((await historyOf(old)).formerPlaces.map((p: any) => p.path)).toEqual(["old.mp3"]);
    await removeLibrary(at.app, library.id);
    const again = await addLibrary(at, "Family");
    const after = await addFile(at, again, "new.mp3", { type: "audio", sha256: content });
    expect(await kindsOf(after)).toEqual(["audio-waveform", "file-hash"]);
  });

  test("a renamed file says what it was called", async () => {
    const row = await addFile(at, library, "a.mp3", { type: "audio", sha256: content });
    await at.app.db.update(file).set({ path: "b.mp3", name: "b.mp3" }).where(eq(file.id, row.id));
    expect((await historyOf(row)).formerPlaces).toMatchObject([{ library: "Family", path: "a.mp3" }]);
  });

  test("a living copy has a life of its own, and is named", async () => {
    const one = await addFile(at, library, "a.mp3", { type: "audio", sha256: content });
    const two = await addFile(at, library, "b.mp3", { type: "audio", sha256: content });
    await past("file-hash", one);
    expect(await kindsOf(two)).toEqual([]);
    expect((await historyOf(two)).copies).toEqual([
      { id: String(one.id), library: "Family", path: "a.mp3", trashed: false, url: `/files/${one.id}` },
    ]);
  });

  test("empty files, which all look the same, inherit nothing", async () => {
    const before = await addFile(at, library, "a.mp3", { type: "audio", sha256: content, sizeBytes: 0 });
    await past("file-hash", before);
    await at.app.db.delete(file).where(eq(file.id, before.id));
    const after = await addFile(at, library, "a.mp3", { type: "audio", sha256: content, sizeBytes: 0 });
    expect(await kindsOf(after)).toEqual([]);
  });

  test("is forgotten with what was done to it", async () => {
    const row = await addFile(at, library, "a.mp3", { type: "audio", sha256: content });
    await removeLibrary(at.app, library.id);
    const loop = formerLives({ ...at.app, keptDays: () => 10 });
    const kept = () => at.app.db.select().from(contentSeen);
    await loop.step(new AbortController().signal);
    expect((await kept()).map((one) => one.fileId)).toEqual([row.id]);
    await at.app.clock.advance(11 * 86_400_000);
    await loop.step(new AbortController().signal);
    expect(await kept()).toEqual([]);
  });
});

describe("each entry", () => {
  test("has its attempts with duration and log, what it made, and who did what", async () => {
    const row = await addFile(at, library, "a.mp3", { type: "audio" });
    const id = await past("audio-waveform", row, {
      outcome: "failed",
      failure: { code: "tool.crashed", message: "ffmpeg died" },
    });
    await owner("POST", `/api/media/jobs/${id}/retry`);
    await owner("DELETE", `/api/files/${row.id}`);
    await at.app.history.record({ event: "quarantined", fileId: row.id, jobId: id, detail: "3 failures" });
    const { data, actions, events } = await historyOf(row);
    expect(data).toMatchObject([
      {
        id: String(id),
        attempts: [{ number: 1, outcome: "failed", durationS: 2, logTail: "looked at it" }],
        outputs: [
          { kind: "waveform", variant: "json", sizeBytes: 3, url: expect.stringContaining("/derivatives/") },
        ],
        actions: [{ action: "job.retry", actor: "owner@example.org" }],
      },
    ]);
    expect(actions).toMatchObject([{ action: "file.trash", actor: "owner@example.org" }]);
    expect(events).toMatchObject([{ event: "quarantined", jobId: String(id), detail: "3 failures" }]);
  });

  test("what another kind made meanwhile is not its output", async () => {
    const row = await addFile(at, library, "a.mp3", { type: "audio" });
    await past("audio-waveform", row);
    await past("file-hash", row);
    const { data } = await historyOf(row);
    expect(data.map((job: any) => [job.kind, job.outputs.length])).toEqual([
      ["file-hash", 0],
      ["audio-waveform", 1],
    ]);
  });
});
