// Dynamic collections follow their rules; what the rule does not say stays as it was.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { file, type LibraryRow, library } from "../../src/db/tables/library.ts";
import { collection, collectionFile } from "../../src/db/tables/media.ts";
import { collectionRefresh } from "../../src/jobs/collection-refresh.ts";
import { addMembers, moveMember } from "../../src/library/collection-members.sqlite.ts";
import type { Rule } from "../../src/library/collection-rule.ts";
import {
  changeCollection,
  countFilesOf,
  createCollection,
  filesOfCollection,
  getCollection,
} from "../../src/library/collections.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../support/media-site.ts";

let at: MediaSite;
let family: LibraryRow;
beforeEach(async () => {
  at = await mediaSite();
  family = await addLibrary(at);
});
afterEach(() => at.close());

const dynamic = (rule: Rule) => createCollection(at.app.db, { name: "Dynamic", rule }, at.app.clock.now());
const videos: Rule = { all: [{ field: "type", op: "is", value: "video" }] };

async function refresh(collectionId?: number, signal = new AbortController().signal) {
  const lines: string[] = [];
  const job = {
    params: { collectionId },
    tools: at.app.tools,
    signal,
    progress: () => {},
    log: (line: string) => void lines.push(line),
    pausePoint: async () => {},
  };
  const result = await collectionRefresh.run(job as never);
  return { result, lines };
}

const names = async (id: number, hidden: number[] = []) =>
  (await filesOfCollection(at.app.db, id, hidden, { limit: 100 })).files.map((row) => row.name);
const pending = () => Array.fromAsync(collectionRefresh.pending!(at.app.tools));

test("files come and go with the rule, newest capture first", async () => {
  const old = await addFile(at, family, "old.mp4", { type: "video", capturedAt: new Date("2001-01-01") });
  await addFile(at, family, "new.mp4", { type: "video", capturedAt: new Date("2020-01-01") });
  await addFile(at, family, "undated.mp4", { type: "video" });
  await addFile(at, family, "picture.jpg");
  const { id } = await dynamic(videos);
  expect((await refresh(id)).lines).toEqual(["Dynamic: 3 came, 0 went, 3 in it now."]);
  expect(await names(id)).toEqual(["new.mp4", "old.mp4", "undated.mp4"]);
  expect((await getCollection(at.app.db, id)).refreshedAt).toEqual(new Date(at.app.clock.now()));

  await at.app.db
    .update(file)
    .set({ capturedAt: new Date("2024-01-01") })
    .where(eq(file.id, old.id));
  await at.app.db.update(file).set({ trashedAt: new Date() }).where(eq(file.name, "undated.mp4"));
  await addFile(at, family, "later.mp4", { type: "video", capturedAt: new Date("2025-01-01") });
  expect((await refresh(id)).lines).toEqual(["Dynamic: 1 came, 1 went, 3 in it now."]);
  expect(await names(id)).toEqual(["later.mp4", "old.mp4", "new.mp4"]);
  // A second run finds nothing to do.
  expect((await refresh(id)).lines).toEqual(["Dynamic: 0 came, 0 went, 3 in it now."]);
});

test("groups, not and the search's values mean what they say", async () => {
  await addFile(at, family, "a.mp4", { type: "video", sizeBytes: 5_000_000 });
  await addFile(at, family, "b.mkv", { type: "video", sizeBytes: 5_000 });
  await addFile(at, family, "c.jpg", { sizeBytes: 5_000, width: 4000 });
  await addFile(at, family, "d.jpg", { sizeBytes: 5_000 });
  const { id } = await dynamic({
    any: [
      {
        all: [
          { field: "type", op: "is", value: "video" },
          { field: "size", op: ">", value: "1mb" },
        ],
      },
      { field: "width", op: ">=", value: "4000" },
    ],
  });
  await refresh(id);
  expect((await names(id)).sort()).toEqual(["a.mp4", "c.jpg"]);
  // Not wide is also that of which no width is known.
  const not = await dynamic({ not: { field: "width", op: ">=", value: "4000" } });
  await refresh(not.id);
  expect((await names(not.id)).sort()).toEqual(["a.mp4", "b.mkv", "d.jpg"]);
});

test("a rule that can no longer be read fails clearly, and its files stay", async () => {
  await addFile(at, family, "a.jpg");
  const { id } = await dynamic({ field: "lib", op: "is", value: "Family" });
  await refresh(id);
  await at.app.db.update(library).set({ name: "Renamed" });
  expect(refresh(id)).rejects.toMatchObject({
    code: "rule.unreadable",
    message: expect.stringContaining("There is no lib Family."),
  });
  expect(await names(id)).toEqual(["a.jpg"]);
});

test("one broken rule does not keep the others from being refreshed", async () => {
  await addFile(at, family, "a.jpg");
  await dynamic({ field: "gone", op: "is", value: "x" });
  const good = await dynamic({ field: "type", op: "is", value: "image" });
  await refresh().catch(() => {});
  expect(await names(good.id)).toEqual(["a.jpg"]);
});

test("what is chosen by hand is left alone", async () => {
  const made = await createCollection(at.app.db, { name: "By hand" }, 0);
  expect((await refresh(made.id)).result).toEqual({ notNeeded: "its files are chosen by hand" });
  expect((await refresh()).result).toEqual({ notNeeded: "there is no dynamic collection" });
});

test("it is pending when files changed since, and once a day", async () => {
  const one = await addFile(at, family, "a.jpg");
  const { id } = await dynamic(videos);
  expect(await pending()).toEqual([{ collectionId: id }]);
  await at.app.clock.advance(1000);
  await refresh(id);
  expect(await pending()).toEqual([]);
  await at.app.clock.advance(1000);
  await at.app.db
    .update(file)
    .set({ updatedAt: new Date(at.app.clock.now()) })
    .where(eq(file.id, one.id));
  expect(await pending()).toEqual([{ collectionId: id }]);
  await at.app.clock.advance(1000);
  await refresh(id);
  expect(await pending()).toEqual([]);
  await at.app.clock.advance(25 * 60 * 60_000);
  expect(await pending()).toEqual([{ collectionId: id }]);
});

test("a rule that is changed while its files are found is found again", async () => {
  await addFile(at, family, "a.jpg");
  const { id } = await dynamic(videos);
  const { tools } = at.app;
  const readRules = async () => {
    await changeCollection(at.app.db, id, { rule: { field: "type", op: "is", value: "image" } }, 0);
    return await tools.readRules();
  };
  const job = {
    params: { collectionId: id },
    tools: { ...tools, readRules },
    signal: new AbortController().signal,
    progress: () => {},
    log: () => {},
    pausePoint: async () => {},
  };
  await collectionRefresh.run(job as never);
  expect((await getCollection(at.app.db, id)).refreshedAt).toBeNull();
});

test("many files are looked at in stretches, and others have their turn", async () => {
  const one = await addFile(at, family, "0.jpg");
  const rows = Array.from({ length: 4500 }, (_, i) => ({
    ...one,
    id: one.id + 1 + i,
    path: `${i + 1}.jpg`,
    inode: `${i}`,
  }));
  for (let i = 0; i < rows.length; i += 500) await at.app.db.insert(file).values(rows.slice(i, i + 500));
  const { id } = await dynamic({ field: "type", op: "is", value: "image" });
  let turns = 0;
  const count = setInterval(() => turns++, 0);
  await refresh(id);
  clearInterval(count);
  expect(await countFilesOf(at.app.db, id, [])).toEqual({ shown: 4501, hidden: 0 });
  expect(turns).toBeGreaterThan(1);
});

test("by hand: added at the end, moved, counted without the trash and hidden libraries", async () => {
  const { db } = at.app;
  const secret = await addLibrary(at, "Secret", { nsfw: true });
  const [a, b, c] = [
    await addFile(at, family, "a.jpg"),
    await addFile(at, secret, "b.jpg"),
    await addFile(at, family, "c.jpg"),
  ];
  const { id } = await createCollection(db, { name: "Mine" }, 0);
  expect(addMembers(db, id, [c.id, a.id, a.id, 999], 0)).toEqual([c.id, a.id]);
  expect(addMembers(db, id, [a.id, b.id], 0)).toEqual([b.id]);
  expect(await names(id)).toEqual(["c.jpg", "a.jpg", "b.jpg"]);
  expect(moveMember(db, id, b.id, c.id, 0)).toBe(true);
  expect(moveMember(db, id, c.id, null, 0)).toBe(true);
  expect(await names(id)).toEqual(["b.jpg", "a.jpg", "c.jpg"]);
  // So often that the room between two is used up.
  for (let i = 0; i < 40; i++) moveMember(db, id, [b, a, c][i % 3]!.id, [c, b, a][i % 3]!.id, 0);
  const positions = (await db.select().from(collectionFile)).map((row) => row.position);
  expect(new Set(positions).size).toBe(3);
  expect(moveMember(db, id, 999, a.id, 0)).toBe(false);
  await db.update(file).set({ trashedAt: new Date() }).where(eq(file.id, a.id));
  expect(await countFilesOf(db, id, [secret.id])).toEqual({ shown: 1, hidden: 1 });
  expect(await names(id, [secret.id])).toEqual(["c.jpg"]);
  await db.delete(collection);
  expect(await db.select().from(collectionFile)).toEqual([]);
});
