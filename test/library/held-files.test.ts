// What scans do with files that are in quarantine.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { renameSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { failureCount, quarantine } from "../../src/db/tables/healing.ts";
import { backfillStrike, file } from "../../src/db/tables/library.ts";
import { holdRow } from "../../src/healing/quarantine-rows.sqlite.ts";
import { saveFacts } from "../../src/library/files.ts";
import { recogniseMoved } from "../../src/library/moves.ts";
import { hashFile } from "../../src/media/hash.ts";
import { type MediaFolder, mediaFolder } from "../support/media-folder.ts";

let at: MediaFolder;
let library: number;
beforeEach(async () => {
  at = mediaFolder();
  library = await at.library();
});
afterEach(() => at.remove());

const rows = async () => await at.parts.db.select().from(file).orderBy(file.id);
const hold = {
  code: "tool.crashed",
  reason: "out of memory",
  kind: "image-thumbnail",
  failures: 3,
  by: null,
};

async function heldFile(path = "a.jpg"): Promise<number> {
  at.put(path);
  await at.scan(library);
  const [row] = await rows();
  await at.parts.db
    .insert(failureCount)
    .values({ fileId: row!.id, kind: "k", code: "c", failures: 3, lastAt: new Date(1) });
  await at.parts.db.insert(backfillStrike).values({ fileId: row!.id, kind: "k", strikes: 3 });
  holdRow(at.parts.db, row!.id, hold, at.parts.clock.now());
  return row!.id;
}

test("other content lets a file go, and its failures are forgotten", async () => {
  const id = await heldFile();
  at.put("a.jpg", "other bytes", 1_800_000_000);
  const { batches } = await at.scan(library);
  expect(batches[0]!.changed).toEqual([id]);
  expect((await rows())[0]).toMatchObject({ state: "ok", reasonCode: null, reason: null });
  expect(await at.parts.db.select().from(failureCount)).toEqual([]);
  expect(await at.parts.db.select().from(backfillStrike)).toEqual([]);
  expect((await at.parts.db.select().from(quarantine))[0]!.releasedAt).toBeInstanceOf(Date);
});

test("the same content does not, and no scan asks for work on it", async () => {
  const id = await heldFile();
  const { batches } = await at.scan(library);
  expect(batches[0]).toMatchObject({ unchanged: [id], unexamined: [], unhashed: [] });
  expect((await rows())[0]!.state).toBe("quarantined");
});

test("a new date on the same bytes does not, and is looked into once", async () => {
  const id = await heldFile();
  const path = join(at.media, "a.jpg");
  await at.parts.db.update(file).set({ sha256: await hashFile(path) });
  utimesSync(path, 1_900_000_000, 1_900_000_000);
  expect((await at.scan(library)).batches[0]).toMatchObject({ unchanged: [id], changed: [] });
  expect((await rows())[0]).toMatchObject({ state: "quarantined", mtimeMs: 1_900_000_000_000 });
});

test("other bytes of the same length do", async () => {
  const id = await heldFile();
  const path = join(at.media, "a.jpg");
  await at.parts.db.update(file).set({ sha256: "0".repeat(64) });
  utimesSync(path, 1_900_000_000, 1_900_000_000);
  expect((await at.scan(library)).batches[0]!.changed).toEqual([id]);
});

test("a new name does not", async () => {
  const id = await heldFile();
  renameSync(join(at.media, "a.jpg"), join(at.media, "b.jpg"));
  await at.scan(library);
  expect((await rows())[0]).toMatchObject({ id, path: "b.jpg", state: "quarantined" });
});

test("neither does being away for a while, nor coming back under another name", async () => {
  const id = await heldFile();
  at.put("other.jpg");
  const away = join(at.top, "away.jpg");
  renameSync(join(at.media, "a.jpg"), away);
  await at.scan(library);
  expect((await rows())[0]).toMatchObject({ id, state: "missing", reasonCode: "tool.crashed" });
  renameSync(away, join(at.media, "a.jpg"));
  await at.scan(library);
  expect((await rows())[0]).toMatchObject({ id, state: "quarantined", reasonCode: "tool.crashed" });

  renameSync(join(at.media, "a.jpg"), away);
  await at.scan(library);
  renameSync(away, join(at.media, "c.jpg"));
  await at.scan(library);
  expect((await rows())[0]).toMatchObject({ id, path: "c.jpg", state: "quarantined" });
});

test("nor does turning up on another disk, where only its hash tells", async () => {
  const id = await heldFile();
  at.put("other.jpg");
  await saveFacts(at.parts.db, id, { sha256: "x" }, 1);
  rmSync(join(at.media, "a.jpg"));
  await at.scan(library);
  await at.parts.clock.advance(1000);
  at.put("copied.jpg", "a.jpg");
  await at.scan(library);
  const fresh = (await rows()).find((row) => row.path === "copied.jpg")!;
  await saveFacts(at.parts.db, fresh.id, { sha256: "x" }, 1);
  expect(await recogniseMoved(at.parts, fresh.id)).toMatchObject({
    id,
    path: "copied.jpg",
    state: "quarantined",
    reason: "out of memory",
  });
});
