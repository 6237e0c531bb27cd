import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { file } from "../../src/db/tables/library.ts";
import { derivativePath, listDerivatives, writeDerivative } from "../../src/library/derivatives.ts";
import { getFile, idsOf, trashFile } from "../../src/library/files.ts";
import { createLibrary } from "../../src/library/libraries.ts";
import { scanLibrary } from "../../src/library/scan.ts";
import { type TestApp, testApp } from "../support/app.ts";

let app: TestApp;
let media: string;
let libraryId: number;
beforeEach(async () => {
  app = await testApp();
  media = mkdtempSync(join(tmpdir(), "sprocket-moved-"));
  ({ id: libraryId } = await createLibrary(app, { path: media }));
});
afterEach(async () => {
  await app.close();
  rmSync(media, { recursive: true, force: true });
});

let scans = 0;
const scan = async () => {
  await app.clock.advance(60_000);
  return await scanLibrary(
    app,
    { libraryId, type: "image", scanId: ++scans },
    { signal: new AbortController().signal, progress() {}, log() {}, found: async () => {} },
  );
};
const hash = async (fileId: number) => {
  const kind = app.queue.catalogue.find("file-hash")!;
  const params = { fileId };
  const subject = await kind.about(params, app.tools);
  const run = {
    id: 1,
    kind: kind.name,
    params,
    subject,
    backfill: false,
    attempt: 1,
    readyAt: Date.now(),
    tools: app.tools,
  };
  const rest = { signal: new AbortController().signal, progress() {}, log() {}, pausePoint: async () => {} };
  await kind.run({ ...run, ...rest });
};
const form = { extension: "webp", mimeType: "image/webp" };
const picture = (fileId: number, variant: string) =>
  writeDerivative(app, fileId, "thumbnail", variant, form, async (to) => writeFileSync(to, variant));

test("a file copied elsewhere and deleted keeps its row and pictures once its new copy is hashed", async () => {
  writeFileSync(join(media, "old.jpg"), "content");
  writeFileSync(join(media, "stays.jpg"), "other");
  await scan();
  const old = (await app.db.select().from(file)).find((row) => row.path === "old.jpg")!;
  await hash(old.id);
  const kept = await picture(old.id, "webp-240");
  rmSync(join(media, "old.jpg"));
  mkdirSync(join(media, "new"));
  writeFileSync(join(media, "new/name.jpg"), "content");
  await scan();
  const fresh = (await app.db.select().from(file)).find((row) => row.path === "new/name.jpg")!;
  expect(fresh.id).not.toBe(old.id);
  const doubled = await picture(fresh.id, "webp-240");
  const onlyFresh = await picture(fresh.id, "webp-640");
  await hash(fresh.id);

  expect(await getFile(app.db, old.id)).toMatchObject({ path: "new/name.jpg", state: "ok" });
  expect((await app.db.select().from(file)).length).toBe(2);
  expect(await idsOf(app.db, old.id)).toEqual([old.id, fresh.id]);
  const derivatives = await listDerivatives(app.db, old.id);
  expect(derivatives.map((one) => one.path).sort()).toEqual([kept.path, onlyFresh.path].sort());
  expect(existsSync(derivativePath(app.paths, doubled))).toBe(false);
  // A job about the merged id that runs late works on the row that was kept.
  expect((await picture(fresh.id, "webp-240")).fileId).toBe(old.id);
});

test("a copy beside its original stays a file of its own", async () => {
  writeFileSync(join(media, "a.jpg"), "content");
  writeFileSync(join(media, "b.jpg"), "content");
  await scan();
  for (const row of await app.db.select().from(file)) await hash(row.id);
  expect((await app.db.select().from(file)).map((row) => [row.path, row.state]).sort()).toEqual([
    ["a.jpg", "ok"],
    ["b.jpg", "ok"],
  ]);
});

test("empty files are not taken for one another", async () => {
  writeFileSync(join(media, "a.jpg"), "");
  writeFileSync(join(media, "stays.jpg"), "x");
  await scan();
  const [a] = await app.db.select().from(file);
  await hash(a!.id);
  rmSync(join(media, "a.jpg"));
  mkdirSync(join(media, "deep"));
  writeFileSync(join(media, "deep/b.jpg"), "");
  await scan();
  const b = (await app.db.select().from(file)).find((row) => row.path === "deep/b.jpg")!;
  await hash(b.id);
  expect(await getFile(app.db, a!.id)).toMatchObject({ path: "a.jpg", state: "missing" });
  expect((await getFile(app.db, b.id)).id).toBe(b.id);
});

const rowAt = async (path: string) => (await app.db.select().from(file)).find((row) => row.path === path)!;

test("a file that was trashed and deleted stays in the trash; its bytes, come back, are a new file", async () => {
  writeFileSync(join(media, "a.jpg"), "content");
  writeFileSync(join(media, "stays.jpg"), "other");
  await scan();
  const old = await rowAt("a.jpg");
  await hash(old.id);
  await trashFile(app.db, old.id, app.clock.now());
  rmSync(join(media, "a.jpg"));
  await scan();
  mkdirSync(join(media, "again"));
  writeFileSync(join(media, "again/b.jpg"), "content");
  await scan();
  const fresh = await rowAt("again/b.jpg");
  await hash(fresh.id);
  expect(await getFile(app.db, fresh.id)).toMatchObject({ id: fresh.id, state: "ok", trashedAt: null });
  expect(await getFile(app.db, old.id)).toMatchObject({ path: "a.jpg", state: "missing" });
});

test("a copy in the trash does not take the place of what went missing", async () => {
  writeFileSync(join(media, "a.jpg"), "content");
  writeFileSync(join(media, "stays.jpg"), "other");
  await scan();
  const old = await rowAt("a.jpg");
  await hash(old.id);
  writeFileSync(join(media, "b.jpg"), "content");
  rmSync(join(media, "a.jpg"));
  await scan();
  const fresh = await rowAt("b.jpg");
  await trashFile(app.db, fresh.id, app.clock.now());
  await hash(fresh.id);
  expect(await getFile(app.db, fresh.id)).toMatchObject({ id: fresh.id, path: "b.jpg" });
  expect((await getFile(app.db, old.id)).state).toBe("missing");
});

test("a copy that stood beside its original stays itself, whenever it is hashed", async () => {
  writeFileSync(join(media, "a.jpg"), "content");
  writeFileSync(join(media, "stays.jpg"), "other");
  await scan();
  writeFileSync(join(media, "b.jpg"), "content");
  await scan();
  const [a, b] = [await rowAt("a.jpg"), await rowAt("b.jpg")];
  for (const { id } of [a, b]) await hash(id);
  rmSync(join(media, "a.jpg"));
  await scan();
  await hash(b.id);
  expect(await getFile(app.db, b.id)).toMatchObject({ id: b.id, path: "b.jpg" });
  expect((await getFile(app.db, a.id)).state).toBe("missing");
});
