import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { type FileRow, file, library } from "../../src/db/tables/library.ts";
import { findDerivative, writeDerivative } from "../../src/library/derivatives.ts";
import { getFile, listFiles, markInvalid, saveFacts, trashFile } from "../../src/library/files.ts";
import { recogniseMoved } from "../../src/library/moves.ts";
import { nodeFs, type ScanFs } from "../../src/library/walk.ts";
import { GiveUp } from "../../src/runtime/errors.ts";
import { type MediaFolder, mediaFolder } from "../support/media-folder.ts";

let at: MediaFolder;
beforeEach(() => {
  at = mediaFolder();
});
afterEach(() => at.remove());

const rows = async () => await at.parts.db.select().from(file).orderBy(file.path);
const states = async () => Object.fromEntries((await rows()).map((row) => [row.path, row.state]));
const paths = async () => (await rows()).map((row) => row.path);
const rowAt = async (path: string) => (await rows()).find((row) => row.path === path) as FileRow;

const picture = (fileId: number) =>
  writeDerivative(
    at.parts,
    fileId,
    "thumbnail",
    "webp-240",
    { extension: "webp", mimeType: "image/webp" },
    async (to) => writeFileSync(to, "x"),
  );

describe("what a scan finds", () => {
  test("media of its type at any depth, whatever the case of their extension", async () => {
    at.put("a.jpg");
    at.put("2024/summer/B.JPEG");
    at.put("2024/clip.mp4");
    at.put("notes.txt");
    const id = await at.library();
    const { added, seen } = await at.scan(id, "image");
    expect([added, seen]).toEqual([2, 2]);
    expect(await paths()).toEqual(["2024/summer/B.JPEG", "a.jpg"]);
    await at.scan(id, "video");
    expect((await rowAt("2024/clip.mp4")).type).toBe("video");
  });

  test("of each type, and the note tells of all of them", async () => {
    at.put("a.jpg");
    at.put("b.mp4");
    const id = await at.library();
    await at.scan(id, "image");
    await at.scan(id, "video");
    at.put("c.jpg");
    await at.scan(id, "image");
    const [row] = await at.parts.db.select().from(library).where(eq(library.id, id));
    expect(row!.lastScanNote).toBe("1 video seen: 1 new. 2 images seen: 1 new.");
  });

  test("a type that the library does not hold is left out of the note", async () => {
    at.put("a.jpg");
    const id = await at.library();
    await at.scan(id, "video");
    await at.scan(id, "image");
    await at.scan(id, "audio");
    const [row] = await at.parts.db.select().from(library).where(eq(library.id, id));
    expect(row!.lastScanNote).toBe("1 image seen: 1 new.");
  });

  test("names with accents, quotes, spaces, shell characters and other scripts", async () => {
    const name = `naïve – quote'" $(x) ; 名前.png`;
    at.put(`söme folder/${name}`);
    at.put(" leading and trailing .png");
    at.put("100%_done.png");
    await at.scan(await at.library());
    expect(await paths()).toEqual([" leading and trailing .png", "100%_done.png", `söme folder/${name}`]);
  });

  test("nothing hidden, nothing of the NAS, no sidecars", async () => {
    for (const path of [
      "._a.jpg",
      ".hidden/a.jpg",
      "@eaDir/a.jpg",
      "#recycle/a.jpg",
      "lost+found/a.jpg",
      "$RECYCLE.BIN/a.jpg",
    ])
      at.put(path);
    at.put("Thumbs.db");
    at.put("a.xmp");
    at.put("jpg");
    await at.scan(await at.library());
    expect(await paths()).toEqual([]);
  });

  test("a .ts file only if it is a transport stream: the others are source code", async () => {
    const packet = "G".padEnd(188, "x");
    at.put("film.TS", packet + packet);
    at.put("src/main.ts", 'import { readFileSync } from "node:fs";\n'.repeat(20));
    at.put("src/empty.ts", "");
    const id = await at.library();
    const { seen, log } = await at.scan(id, "video");
    expect(await paths()).toEqual(["film.TS"]);
    expect([seen, log.join()]).toEqual([1, expect.not.stringContaining("Could not read")]);
  });

  test("a .ts file that cannot be read keeps its state", async () => {
    const packet = "G".padEnd(188, "x");
    at.put("film.ts", packet + packet);
    const id = await at.library();
    await at.scan(id, "video");
    const fs: ScanFs = {
      ...nodeFs,
      head: () => Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" })),
    };
    expect(await at.scan(id, "video", { fs })).toMatchObject({ unreadable: 1, missing: 0 });
    expect(await states()).toEqual({ "film.ts": "ok" });
  });

  test("no symlink is followed, neither out of the root nor round in circles", async () => {
    at.put("a.jpg");
    mkdirSync(join(at.top, "elsewhere"));
    writeFileSync(join(at.top, "elsewhere/secret.jpg"), "x");
    symlinkSync(join(at.top, "elsewhere"), join(at.media, "out"));
    symlinkSync(join(at.top, "elsewhere/secret.jpg"), join(at.media, "secret.jpg"));
    symlinkSync(at.media, join(at.media, "loop"));
    const { log } = await at.scan(await at.library());
    expect(await paths()).toEqual(["a.jpg"]);
    expect(log).toContain("3 symbolic links were not followed.");
  });

  test("a name that is not valid UTF-8 is counted and passed over; the rest is found", async () => {
    at.put("good.jpg");
    const bad = Buffer.concat([
      Buffer.from(`${at.media}/bad`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(".jpg"),
    ]);
    writeFileSync(bad, "x");
    const { badNames, log } = await at.scan(await at.library());
    expect(badNames).toBe(1);
    expect(log.join()).toContain("not valid UTF-8");
    expect(await paths()).toEqual(["good.jpg"]);
    rmSync(bad);
  });

  test("more files than one batch holds, with progress that never claims the end", async () => {
    for (let i = 0; i < 450; i++) at.put(`f${i % 7}/${i}.jpg`);
    const { added, batches, progress } = await at.scan(await at.library());
    expect(added).toBe(450);
    expect(batches.length).toBe(5);
    expect(Math.max(...progress)).toBeLessThan(100);
  });
});

describe("a second scan", () => {
  test("of unchanged files finds nothing new and keeps what is known", async () => {
    at.put("a.jpg");
    const id = await at.library();
    await at.scan(id);
    const before = await rowAt("a.jpg");
    await saveFacts(at.parts.db, before.id, { sha256: "aa", width: 3 }, 1);
    const { added, changed, batches } = await at.scan(id);
    expect([added, changed]).toEqual([0, 0]);
    expect(batches[0]!.unchanged).toEqual([before.id]);
    expect(await rowAt("a.jpg")).toMatchObject({ id: before.id, sha256: "aa", width: 3 });
  });

  test.each([
    [
      "size",
      (path: string) => {
        appendFileSync(path, "more");
        utimesSync(path, 1_700_000_000, 1_700_000_000);
      },
    ],
    ["time", (path: string) => utimesSync(path, 1_800_000_000, 1_800_000_000)],
  ])("takes a file of another %s for changed: same row, facts and derivatives void", async (_, change) => {
    const path = at.put("a.jpg");
    const id = await at.library();
    await at.scan(id);
    const before = await rowAt("a.jpg");
    await markInvalid(at.parts.db, before.id, "input.truncated", "cut", 1);
    await saveFacts(at.parts.db, before.id, { sha256: "aa", metadataAt: new Date(), width: 3 }, 1);
    await picture(before.id);
    change(path);
    const { changed, batches } = await at.scan(id);
    expect(changed).toBe(1);
    expect(batches[0]!.changed).toEqual([before.id]);
    expect(await rowAt("a.jpg")).toMatchObject({
      id: before.id,
      sha256: null,
      metadataAt: null,
      width: null,
      state: "ok",
      reasonCode: null,
    });
    expect(await findDerivative(at.parts.db, before.id, "thumbnail")).toBeUndefined();
  });

  test("marks a deleted file as missing, keeps its row, and takes it back when it returns", async () => {
    const path = at.put("a.jpg");
    at.put("b.jpg");
    const id = await at.library();
    await at.scan(id);
    const { id: fileId } = await rowAt("a.jpg");
    renameSync(path, join(at.top, "aside"));
    expect((await at.scan(id)).missing).toBe(1);
    expect(await states()).toEqual({ "a.jpg": "missing", "b.jpg": "ok" });
    expect((await at.scan(id)).missing).toBe(0);
    renameSync(join(at.top, "aside"), path);
    expect((await at.scan(id)).returned).toBe(1);
    expect(await rowAt("a.jpg")).toMatchObject({ id: fileId, state: "ok", missingSince: null });
  });

  test("an invalid file that was away comes back invalid", async () => {
    const path = at.put("a.jpg");
    at.put("b.jpg");
    const id = await at.library();
    await at.scan(id);
    await markInvalid(at.parts.db, (await rowAt("a.jpg")).id, "input.corrupt", "bits", 1);
    renameSync(path, join(at.top, "aside"));
    await at.scan(id);
    renameSync(join(at.top, "aside"), path);
    await at.scan(id);
    expect(await rowAt("a.jpg")).toMatchObject({ state: "invalid", reasonCode: "input.corrupt" });
  });

  test("touches only files of its own type", async () => {
    const clip = at.put("clip.mp4");
    at.put("a.jpg");
    const id = await at.library();
    await at.scan(id, "video");
    rmSync(clip);
    await at.scan(id, "image");
    expect(await states()).toEqual({ "a.jpg": "ok", "clip.mp4": "ok" });
  });

  test("a trashed file stays in the trash and starts no work", async () => {
    const path = at.put("a.jpg");
    const id = await at.library();
    await at.scan(id);
    await trashFile(at.parts.db, (await rowAt("a.jpg")).id, 5);
    appendFileSync(path, "more");
    const { batches } = await at.scan(id);
    expect(batches[0]).toMatchObject({ added: [], changed: [], unchanged: [] });
    expect((await rowAt("a.jpg")).trashedAt).toEqual(new Date(5));
  });
});

describe("a moved file keeps its row", () => {
  test("when it is renamed, or moves to another folder", async () => {
    const path = at.put("a.jpg");
    const id = await at.library();
    await at.scan(id);
    const before = await rowAt("a.jpg");
    mkdirSync(join(at.media, "deep/er"), { recursive: true });
    renameSync(path, join(at.media, "deep/er/b.jpg"));
    const { moved, added, missing } = await at.scan(id);
    expect([moved, added, missing]).toEqual([1, 0, 0]);
    expect(await rows()).toMatchObject([
      { id: before.id, path: "deep/er/b.jpg", name: "b.jpg", state: "ok" },
    ]);
    const { files } = await listFiles(at.parts.db, { libraryId: id, folder: "deep/er" });
    expect(files.map((row) => row.id)).toEqual([before.id]);
  });

  test("when only the case of its name changes", async () => {
    const path = at.put("holiday.jpg");
    const id = await at.library();
    await at.scan(id);
    const before = await rowAt("holiday.jpg");
    renameSync(path, join(at.media, "Holiday.JPG"));
    await at.scan(id);
    expect(await rows()).toMatchObject([{ id: before.id, path: "Holiday.JPG" }]);
  });

  test("when its whole folder is renamed", async () => {
    for (let i = 0; i < 30; i++) at.put(`old/${i}.jpg`);
    const id = await at.library();
    await at.scan(id);
    const ids = (await rows()).map((row) => row.id).sort();
    renameSync(join(at.media, "old"), join(at.media, "new"));
    expect((await at.scan(id)).moved).toBe(30);
    expect((await rows()).map((row) => row.id).sort()).toEqual(ids);
  });

  test("when files are numbered anew, each taking the next one's name; so do its pictures", async () => {
    for (const n of [1, 2, 3]) at.put(`IMG_${n}.jpg`);
    const id = await at.library();
    await at.scan(id);
    const ids = (await rows()).map((row) => row.id);
    for (const one of ids) await picture(one);
    for (const n of [3, 2, 1]) renameSync(join(at.media, `IMG_${n}.jpg`), join(at.media, `IMG_${n + 1}.jpg`));
    expect(await at.scan(id)).toMatchObject({ moved: 3, added: 0, changed: 0, missing: 0 });
    expect((await rows()).map((row) => [row.id, row.path, row.state])).toEqual([
      [ids[0]!, "IMG_2.jpg", "ok"],
      [ids[1]!, "IMG_3.jpg", "ok"],
      [ids[2]!, "IMG_4.jpg", "ok"],
    ]);
    for (const one of ids) expect(await findDerivative(at.parts.db, one, "thumbnail")).toBeDefined();
  });

  test("when so many are numbered anew that they are in different batches", async () => {
    const name = (n: number) => `${String(n).padStart(3, "0")}.jpg`;
    for (let n = 0; n < 250; n++) at.put(name(n));
    const id = await at.library();
    await at.scan(id);
    const ids = (await rows()).map((row) => row.id);
    for (let n = 249; n >= 0; n--) renameSync(join(at.media, name(n)), join(at.media, name(n + 1)));
    expect(await at.scan(id)).toMatchObject({ moved: 250, added: 0, changed: 0, missing: 0 });
    expect((await rows()).map((row) => row.id)).toEqual(ids);
    expect((await paths())[0]).toBe(name(1));
    expect(await at.scan(id)).toMatchObject({ moved: 0, added: 0, changed: 0, missing: 0 });
  });

  test("when two swap their names, even when they are of one size and time", async () => {
    const path = (name: string) => join(at.media, name);
    at.put("a.jpg", "one");
    at.put("b.jpg", "two");
    const id = await at.library();
    await at.scan(id);
    const [a, b] = await rows();
    renameSync(path("a.jpg"), path("aside"));
    renameSync(path("b.jpg"), path("a.jpg"));
    renameSync(path("aside"), path("b.jpg"));
    expect(await at.scan(id)).toMatchObject({ moved: 2, changed: 0, missing: 0 });
    expect((await rows()).map((row) => [row.id, row.path])).toEqual([
      [b!.id, "a.jpg"],
      [a!.id, "b.jpg"],
    ]);
  });

  test("when it is moved onto another, whose row is missing from then on", async () => {
    at.put("a.jpg", "one");
    const b = at.put("b.jpg", "another");
    const id = await at.library();
    await at.scan(id);
    const [before, over] = await rows();
    renameSync(join(at.media, "a.jpg"), b);
    expect(await at.scan(id)).toMatchObject({ moved: 1, changed: 0, missing: 1 });
    expect(await rowAt("b.jpg")).toMatchObject({ id: before!.id, state: "ok" });
    expect(await getFile(at.parts.db, over!.id)).toMatchObject({ name: "b.jpg", state: "missing" });
  });

  test("but where a file system has numbered its files anew, all stay what they are", async () => {
    for (const name of ["a.jpg", "b.jpg"]) at.put(name);
    const id = await at.library();
    await at.scan(id);
    const before = await rows();
    const renumbered: ScanFs = {
      ...nodeFs,
      lstat: async (path) => {
        const s = await nodeFs.lstat(path);
        return { ...s, inode: `9${s.inode}` };
      },
    };
    expect(await at.scan(id, "image", { fs: renumbered })).toMatchObject({
      moved: 0,
      changed: 0,
      missing: 0,
    });
    expect((await rows()).map((row) => [row.id, row.path])).toEqual(before.map((row) => [row.id, row.path]));
  });

  test("when it moves to another library", async () => {
    const other = join(at.top, "other");
    mkdirSync(other);
    const path = at.put("a.jpg");
    at.put("b.jpg");
    const one = await at.library();
    const two = await at.library({ path: other });
    await at.scan(one);
    const before = await rowAt("a.jpg");
    renameSync(path, join(other, "a.jpg"));
    expect((await at.scan(two)).moved).toBe(1);
    expect(await rowAt("a.jpg")).toMatchObject({ id: before.id, libraryId: two });
  });

  test("but not out of a library whose root is gone: its disk may come back", async () => {
    const other = join(at.top, "other");
    mkdirSync(other);
    at.put("a.jpg");
    const one = await at.library();
    const two = await at.library({ path: other });
    await at.scan(one);
    renameSync(at.media, join(at.top, "unmounted"));
    linkSync(join(at.top, "unmounted/a.jpg"), join(other, "a.jpg"));
    expect((await at.scan(two)).moved).toBe(0);
    expect((await rows()).map((row) => row.libraryId).sort()).toEqual([one, two]);
  });

  test("but a new file that was given the inode of a deleted one is new, even of the same size and time", async () => {
    const path = at.put("a.jpg");
    at.put("c.jpg");
    const id = await at.library();
    await at.scan(id);
    rmSync(path);
    at.put("b.jpg");
    expect(await at.scan(id)).toMatchObject({ moved: 0, added: 1, missing: 1 });
  });

  test("a hard link is a second file", async () => {
    const path = at.put("a.jpg");
    const id = await at.library();
    await at.scan(id);
    linkSync(path, join(at.media, "b.jpg"));
    expect((await at.scan(id)).added).toBe(1);
    expect(await paths()).toEqual(["a.jpg", "b.jpg"]);
  });

  test("across devices: copied and deleted, it is known again by its hash", async () => {
    const path = at.put("a.jpg", "content");
    const id = await at.library();
    await at.scan(id);
    const old = await rowAt("a.jpg");
    await saveFacts(at.parts.db, old.id, { sha256: "same", width: 7 }, 1);
    rmSync(path);
    await at.parts.clock.advance(1000);
    at.put("moved/a.jpg", "content", 1_800_000_000);
    await at.scan(id);
    const fresh = await rowAt("moved/a.jpg");
    await saveFacts(at.parts.db, fresh.id, { sha256: "same" }, 2);
    expect((await recogniseMoved(at.parts, fresh.id)).id).toBe(old.id);
    expect(await rows()).toMatchObject([{ id: old.id, path: "moved/a.jpg", width: 7, state: "ok" }]);
    // Jobs enqueued for the new row, and links to it, go on working.
    expect((await getFile(at.parts.db, fresh.id)).id).toBe(old.id);
  });

  test("also when hashing is done before the scan knows that the old place is empty", async () => {
    const path = at.put("a.jpg", "content");
    const id = await at.library();
    await at.scan(id);
    const old = await rowAt("a.jpg");
    await saveFacts(at.parts.db, old.id, { sha256: "same" }, 1);
    await at.parts.clock.advance(1000);
    rmSync(path);
    at.put("b.jpg", "content", 1_800_000_000);
    const { scanLibrary } = await import("../../src/library/scan.ts");
    const hashed = async () => {
      const fresh = await rowAt("b.jpg");
      await saveFacts(at.parts.db, fresh.id, { sha256: "same" }, 2);
      expect((await recogniseMoved(at.parts, fresh.id)).id).toBe(fresh.id);
    };
    const hooks = { signal: new AbortController().signal, progress() {}, log() {}, found: hashed };
    const { missing } = await scanLibrary(at.parts, { libraryId: id, type: "image", scanId: 99 }, hooks);
    expect(missing).toBe(0);
    expect(await rows()).toMatchObject([{ id: old.id, path: "b.jpg", state: "ok" }]);
  });

  test("but of two copies that stood side by side, the one that is deleted is missing", async () => {
    const path = at.put("a.jpg", "content");
    at.put("b.jpg", "content", 1_800_000_000);
    const id = await at.library();
    await at.scan(id);
    for (const row of await rows()) {
      await saveFacts(at.parts.db, row.id, { sha256: "same" }, 1);
      await recogniseMoved(at.parts, row.id);
    }
    await at.parts.clock.advance(1000);
    rmSync(path);
    expect((await at.scan(id)).missing).toBe(1);
    expect(await states()).toEqual({ "a.jpg": "missing", "b.jpg": "ok" });
  });

  test("even in two libraries of which the first was not scanned since", async () => {
    const other = join(at.top, "other");
    mkdirSync(other);
    const path = at.put("a.jpg", "content");
    at.put("stays.jpg");
    writeFileSync(join(other, "copy.jpg"), "content");
    const [one, two] = [await at.library(), await at.library({ path: other })];
    await at.scan(one);
    await saveFacts(at.parts.db, (await rowAt("a.jpg")).id, { sha256: "same" }, 1);
    await at.parts.clock.advance(1000);
    await at.scan(two);
    await at.parts.clock.advance(1000);
    const fresh = await rowAt("copy.jpg");
    await saveFacts(at.parts.db, fresh.id, { sha256: "same" }, 2);
    await recogniseMoved(at.parts, fresh.id);
    rmSync(path);
    await at.scan(one);
    expect(await rowAt("a.jpg")).toMatchObject({ libraryId: one, state: "missing" });
    expect(await rowAt("copy.jpg")).toMatchObject({ id: fresh.id, libraryId: two, state: "ok" });
  });
});

describe("a root that is not what it was never costs a row", () => {
  const refusal = async (id: number) => {
    const error = await at.scan(id).catch((e) => e);
    expect(error).toBeInstanceOf(GiveUp);
    expect(error.code).toBe("input.missing");
    const [row] = await at.parts.db.select().from(library).where(eq(library.id, id));
    expect(row!.lastScanNote).toBe(error.message);
    return error.message as string;
  };
  const scanned = async (count = 3) => {
    for (let i = 0; i < count; i++) at.put(`${i}.jpg`);
    const id = await at.library();
    await at.scan(id);
    return id;
  };
  const allOk = async () => expect(new Set(Object.values(await states()))).toEqual(new Set(["ok"]));

  test("gone altogether", async () => {
    const id = await scanned();
    renameSync(at.media, join(at.top, "unmounted"));
    expect(await refusal(id)).toContain("is its disk mounted?");
    await allOk();
  });

  test("an empty mount point in its place", async () => {
    const id = await scanned();
    renameSync(at.media, join(at.top, "unmounted"));
    mkdirSync(at.media);
    expect(await refusal(id)).toContain("is empty of a sudden; it held 3 files");
    await allOk();
    // And when the disk is back, all is as before.
    rmSync(at.media, { recursive: true });
    renameSync(join(at.top, "unmounted"), at.media);
    expect(await at.scan(id)).toMatchObject({ added: 0, missing: 0, seen: 3 });
  });

  test("the same folder, emptied", async () => {
    const id = await scanned(25);
    for (let i = 0; i < 25; i++) rmSync(join(at.media, `${i}.jpg`));
    await refusal(id);
    await allOk();
  });

  test("a mount point that holds only what is passed over", async () => {
    const id = await scanned();
    renameSync(at.media, join(at.top, "unmounted"));
    mkdirSync(join(at.media, "lost+found"), { recursive: true });
    await refusal(id);
    await allOk();
  });

  test("another folder with other files in its place", async () => {
    const id = await scanned();
    renameSync(at.media, join(at.top, "unmounted"));
    at.put("other.jpg");
    expect(await refusal(id)).toContain("is another folder than before");
    expect(await states()).toMatchObject({ "0.jpg": "ok", "1.jpg": "ok", "2.jpg": "ok" });
  });

  test("a small library in whose place lies a folder with one of its names: nothing is written", async () => {
    const id = await scanned(4);
    const before = await rows();
    const kept = await picture(before[0]!.id);
    renameSync(at.media, join(at.top, "unmounted"));
    at.put("0.jpg", "another picture");
    at.put("stranger.jpg");
    expect(await refusal(id)).toContain("is another folder than before and holds none of its 4 images");
    expect(await rows()).toEqual(before);
    expect((await findDerivative(at.parts.db, before[0]!.id, "thumbnail"))?.path).toBe(kept.path);
  });

  test("and a scan for a type that the library does not hold writes nothing either", async () => {
    const id = await scanned();
    renameSync(at.media, join(at.top, "unmounted"));
    at.put("other.jpg");
    at.put("other.mp3");
    expect((await at.scan(id, "audio").catch((e) => e)).code).toBe("input.missing");
    expect((await paths()).length).toBe(3);
    expect(await refusal(id)).toContain("is another folder than before");
    expect(await states()).toMatchObject({ "0.jpg": "ok", "1.jpg": "ok", "2.jpg": "ok" });
  });

  test("another folder that lacks most of many files", async () => {
    const id = await scanned(30);
    renameSync(at.media, join(at.top, "unmounted"));
    for (let i = 0; i < 5; i++) at.put(`${i}.jpg`);
    expect(await refusal(id)).toContain("lacks 25 of its 30 images");
    await allOk();
  });

  test("unreadable", async () => {
    const id = await scanned();
    const fs: ScanFs = {
      ...nodeFs,
      opendir: () => Promise.reject(Object.assign(new Error("EIO: i/o error"), { code: "EIO" })),
    };
    const error = await at.scan(id, "image", { fs }).catch((e) => e);
    expect(error).toBeInstanceOf(GiveUp);
    expect(error.message).toContain("EIO");
    await allOk();
  });

  test("unmounted in the middle of the scan", async () => {
    for (let i = 0; i < 3; i++) at.put(`f${i}/a.jpg`);
    const id = await at.library();
    await at.scan(id);
    let opened = 0;
    const fs: ScanFs = {
      ...nodeFs,
      opendir(path) {
        if (++opened === 4) {
          renameSync(at.media, join(at.top, "unmounted"));
          mkdirSync(at.media);
        }
        return nodeFs.opendir(path);
      },
    };
    const error = await at.scan(id, "image", { fs }).catch((e) => e);
    expect(error.message).toContain("was exchanged during the scan");
    await allOk();
  });

  test("restored from a backup, with all its files, it is accepted", async () => {
    const id = await scanned();
    renameSync(at.media, join(at.top, "old"));
    for (let i = 0; i < 3; i++) at.put(`${i}.jpg`);
    expect(await at.scan(id)).toMatchObject({ added: 0, changed: 0, missing: 0 });
    rmSync(join(at.media, "2.jpg"));
    expect((await at.scan(id)).missing).toBe(1);
  });

  test("whoever says that the files are really gone is believed", async () => {
    const id = await scanned();
    for (let i = 0; i < 3; i++) rmSync(join(at.media, `${i}.jpg`));
    expect((await at.scan(id, "image", { acceptMissing: true })).missing).toBe(3);
    expect((await rows()).length).toBe(3);
  });
});

describe("what could not be read", () => {
  const failing = (where: string, code: string): ScanFs => ({
    ...nodeFs,
    opendir: (path) =>
      path.endsWith(where) ? Promise.reject(Object.assign(new Error(code), { code })) : nodeFs.opendir(path),
  });

  test.each(["EACCES", "EIO"])(
    "a folder that answers %s: its files and those below keep their state, and the log says so",
    async (code) => {
      at.put("a.jpg");
      at.put("locked/b.jpg");
      at.put("locked/deep/c.jpg");
      const id = await at.library();
      await at.scan(id);
      rmSync(join(at.media, "a.jpg"));
      at.put("d.jpg");
      const { missing, unreadable, log } = await at.scan(id, "image", { fs: failing("/locked", code) });
      expect([missing, unreadable]).toEqual([1, 1]);
      expect(log).toContain(`Could not read locked (${code}); what is known of it stays as it is.`);
      expect(await states()).toEqual({
        "a.jpg": "missing",
        "d.jpg": "ok",
        "locked/b.jpg": "ok",
        "locked/deep/c.jpg": "ok",
      });
    },
  );

  test("a file that cannot be looked at keeps its state", async () => {
    at.put("bad.jpg");
    at.put("good.jpg");
    const id = await at.library();
    await at.scan(id);
    const fs: ScanFs = {
      ...nodeFs,
      lstat: (path) =>
        path.endsWith("bad.jpg")
          ? Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" }))
          : nodeFs.lstat(path),
    };
    expect((await at.scan(id, "image", { fs })).missing).toBe(0);
    expect(await states()).toEqual({ "bad.jpg": "ok", "good.jpg": "ok" });
  });

  test("a scan that is cancelled marks nothing", async () => {
    at.put("a.jpg");
    const id = await at.library();
    await at.scan(id);
    rmSync(join(at.media, "a.jpg"));
    at.put("b.jpg");
    const { scanLibrary } = await import("../../src/library/scan.ts");
    const abort = new AbortController();
    const hooks = { signal: abort.signal, progress() {}, log() {}, found: async () => abort.abort() };
    await expect(
      scanLibrary(at.parts, { libraryId: id, type: "image", scanId: 99 }, hooks),
    ).rejects.toThrow();
    expect((await rowAt("a.jpg")).state).toBe("ok");
  });

  test("a scan that is paused goes on when the pause is over", async () => {
    at.put("a.jpg");
    const id = await at.library();
    await at.scan(id);
    rmSync(join(at.media, "a.jpg"));
    at.put("b.jpg");
    const { scanLibrary } = await import("../../src/library/scan.ts");
    const reached = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    const hooks = {
      signal: new AbortController().signal,
      progress() {},
      log() {},
      found: async () => {},
      pausePoint() {
        reached.resolve();
        return over.promise;
      },
    };
    const scanned = scanLibrary(at.parts, { libraryId: id, type: "image", scanId: 99 }, hooks);
    await reached.promise;
    expect((await rowAt("a.jpg")).state).toBe("ok");
    over.resolve();
    expect(await scanned).toMatchObject({ added: 1, missing: 1 });
  });
});
