// A file on its way to another library: however it ends, and whenever the server dies, it is whole at one of two places.

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { link } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { asc, eq } from "drizzle-orm";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { type OpenDb, openSqlite } from "../../src/db/open.sqlite.ts";
import { derivative, file, library } from "../../src/db/tables/library.ts";
import { getFile } from "../../src/library/files.ts";
import { getLibrary } from "../../src/library/libraries.ts";
import { type MoveParts, moveFile } from "../../src/library/move-file.ts";
import { openMoves } from "../../src/library/move-journal.ts";
import { scanLibrary } from "../../src/library/scan.ts";
import { unfinishedMoves } from "../../src/library/settle-move.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { dataPaths } from "../../src/runtime/data-folder.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { refusing } from "../support/refusing-link.ts";

setDefaultTimeout(30_000);

const bytes = Buffer.alloc(3_000_000, "film");
const when = new Date("2021-03-04T05:06:07.123Z");
let base: string;
let open: OpenDb;
let database: string;
const never = new AbortController().signal;
const place = (...parts: string[]) => join(base, ...parts);
const scanParts = () => ({
  db: open.db,
  paths: dataPaths(place("data")),
  clock: systemClock,
  events: new EventBus(),
});

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), "sprocket-move-"));
  database = place("sprocket.db");
  open = openSqlite(database);
  migrate(open.sqlite, migrations);
  for (const [id, name] of [
    [1, "one"],
    [2, "two"],
  ] as const) {
    mkdirSync(place(name));
    await open.db.insert(library).values({
      id,
      name,
      path: place(name),
      scanVideos: true,
      scanImages: true,
      scanAudio: true,
      nsfw: false,
      public: false,
      watch: false,
      readOnly: false,
      recognise: { objects: false, faces: false, audio: false, transcribe: false },
      createdAt: new Date(),
    });
  }
  put("one/trip/naïve – 名前.mp4", bytes);
  put("one/trip/naïve – 名前.nfo", "<movie/>");
  put("one/trip/naïve – 名前.en.srt", "1\n");
  put("one/trip/naïve – 名前 2.mp4", "another");
  put("one/trip/naïve – 名前 2.srt", "its own");
  // A film's cover has its name, and still not its sidecars.
  put("one/trip/naïve – 名前.jpg", "cover");
  chmodSync(place("one/trip/naïve – 名前.mp4"), 0o664);
  chmodSync(place("two"), 0o775);
  await scan(1);
});
afterEach(() => {
  open.close();
  rmSync(base, { recursive: true, force: true });
});

function put(path: string, content: string | Buffer) {
  mkdirSync(dirname(place(path)), { recursive: true });
  writeFileSync(place(path), content);
  utimesSync(place(path), when, when);
}

const scan = (libraryId: number) =>
  scanLibrary(
    scanParts(),
    { libraryId, type: "video", scanId: Math.floor(Math.random() * 1e9) },
    { signal: never, progress: () => {}, log: () => {}, found: async () => {} },
  );
const filmId = async () =>
  (await open.db.select().from(file).orderBy(asc(file.id))).find((row) => row.sizeBytes === bytes.length)!.id;

async function move(parts: Partial<MoveParts> = {}, over: { signal?: AbortSignal; folder?: string } = {}) {
  const lines: string[] = [];
  const progress: number[] = [];
  const row = await getFile(open.db, await filmId());
  const path = await moveFile(
    { db: open.db, clock: systemClock, ...parts },
    {
      row,
      from: await getLibrary(open.db, 1),
      to: await getLibrary(open.db, 2),
      folder: over.folder ?? "films/new",
    },
    {
      signal: over.signal ?? never,
      progress: (percent) => void progress.push(percent),
      log: (line) => void lines.push(line),
      pausePoint: async () => {},
    },
  );
  return { path, lines, progress };
}

const moveAndDie = (step: string, way: string) =>
  Bun.spawnSync([process.execPath, join(import.meta.dir, "../support/move-and-die.ts"), database, step, way]);
const everything = (name: string) =>
  (readdirSync(place(name), { recursive: true }) as string[])
    .filter((path) => statSync(place(name, path)).isFile())
    .sort();
const stays = ["trip/naïve – 名前 2.mp4", "trip/naïve – 名前 2.srt", "trip/naïve – 名前.jpg"];
const moved = ["films/new/naïve – 名前.en.srt", "films/new/naïve – 名前.mp4", "films/new/naïve – 名前.nfo"];
const ways = {
  link,
  copy: refusing("EXDEV"),
  rename: refusing("EPERM"),
};

describe.each(["link", "copy", "rename"] as const)("by %s", (way) => {
  test("the file arrives whole with its time and its sidecars, and keeps its row", async () => {
    const id = await filmId();
    await open.db.insert(derivative).values({
      fileId: id,
      kind: "poster",
      variant: "x",
      path: "x",
      mimeType: "image/webp",
      sizeBytes: 1,
      createdAt: new Date(),
    });
    const { path, progress } = await move({ linkFile: ways[way] });
    expect(path).toBe("films/new/naïve – 名前.mp4");
    expect(everything("one")).toEqual(stays);
    expect(everything("two")).toEqual(moved);
    expect(readFileSync(place("two", path)).equals(bytes)).toBe(true);
    expect(statSync(place("two", path)).mtimeMs).toBe(when.getTime());
    expect(statSync(place("two", path)).mode & 0o777).toBe(0o664);
    expect(statSync(place("two/films/new")).mode & 0o777).toBe(0o775);
    expect(await getFile(open.db, id)).toMatchObject({ libraryId: 2, path, state: "ok" });
    expect(await open.db.select().from(derivative)).toMatchObject([{ fileId: id }]);
    expect(progress.at(-1)).toBe(100);
    expect(progress.toSorted((a, b) => a - b)).toEqual(progress);
  });

  test("scans of both libraries afterwards find nothing new and nothing missing", async () => {
    const id = await filmId();
    await move({ linkFile: ways[way] });
    expect(await scan(2)).toMatchObject({ seen: 1, added: 0, changed: 0, moved: 0, missing: 0 });
    expect(await scan(1)).toMatchObject({ seen: 1, added: 0, changed: 0, moved: 0, missing: 0 });
    expect((await getFile(open.db, id)).state).toBe("ok");
  });

  test("nothing is written over: a taken name gets a number, and its sidecars with it", async () => {
    put("two/films/new/naïve – 名前.mp4", "somebody's");
    put("two/films/new/naïve – 名前 (2).nfo", "somebody's note");
    const { path, lines } = await move({ linkFile: ways[way] });
    expect(path).toBe("films/new/naïve – 名前 (2).mp4");
    expect(readFileSync(place("two/films/new/naïve – 名前.mp4"), "utf8")).toBe("somebody's");
    expect(readFileSync(place("two/films/new/naïve – 名前 (2).nfo"), "utf8")).toBe("somebody's note");
    expect(existsSync(place("one/trip/naïve – 名前.nfo"))).toBe(true);
    expect(lines.join()).toContain("another file of that name");
  });

  const steps = ["begun", "copied", "placed", "switched", "removed", "sidecars"].filter(
    (step) => step !== "copied" || way === "copy",
  );
  test.each(steps)(
    "killed when it was %s, it is at one place, whole, once, and the rest is cleared away",
    async (step) => {
      const id = await filmId();
      open.close();
      const died = moveAndDie(step, way);
      open = openSqlite(database);
      expect(died.signalCode).toBe("SIGKILL");
      const copies = () =>
        [...everything("one").map((p) => `one/${p}`), ...everything("two").map((p) => `two/${p}`)].filter(
          (path) => statSync(place(path)).size === bytes.length && !path.includes(".sprocket-"),
        );
      expect(copies().length).toBeGreaterThan(0);
      // A scan may come before anybody clears up.
      await scan(1);
      await scan(2);
      expect(
        (await open.db.select().from(file)).filter((row) => row.sizeBytes === bytes.length),
      ).toHaveLength(1);
      await unfinishedMoves({ db: open.db, clock: systemClock, log: silentLogger }).step(never);
      expect(await openMoves(open.db)).toEqual([]);
      expect(copies()).toHaveLength(1);
      const row = await getFile(open.db, id);
      const [at] = copies();
      expect(at).toBe(`${row.libraryId === 1 ? "one" : "two"}/${row.path}`);
      expect(readFileSync(place(at!)).equals(bytes)).toBe(true);
      const isThere =
        ["switched", "removed", "sidecars"].includes(step) || (way === "rename" && step === "placed");
      expect(row.libraryId).toBe(isThere ? 2 : 1);
      expect(everything("two")).toEqual(isThere ? moved : []);
      expect(await scan(1)).toMatchObject({ added: 0, missing: 0 });
      expect(await scan(2)).toMatchObject({ added: 0, missing: 0 });
      expect(await getFile(open.db, id)).toMatchObject({ state: "ok" });
    },
  );
});

test("cancelled in the middle of a copy, it stays where it was and leaves nothing", async () => {
  const abort = new AbortController();
  const moving = move(
    { linkFile: ways.copy, step: (s) => s === "copied" && abort.abort() },
    { signal: abort.signal },
  );
  expect(await moving.catch((e) => e.name)).toBe("AbortError");
  expect(existsSync(place("two/films"))).toBe(false);
  expect((await getFile(open.db, await filmId())).libraryId).toBe(1);
  expect(await openMoves(open.db)).toEqual([]);
});

test("a library that was made read-only while a film was copied keeps it", async () => {
  const shut = (step: string) =>
    step === "placed" && open.db.update(library).set({ readOnly: true }).where(eq(library.id, 1)).run();
  expect(await move({ linkFile: ways.copy, step: shut }).catch((e) => e.code)).toBe("library.readonly");
  expect(everything("one")).toContain("trip/naïve – 名前.mp4");
  expect(everything("two")).toEqual([]);
});

test("what was written to since its scan does not go anywhere", async () => {
  put("one/trip/naïve – 名前.mp4", Buffer.alloc(bytes.length, "more"));
  utimesSync(place("one/trip/naïve – 名前.mp4"), new Date(), new Date());
  expect(await move().catch((e) => e.code)).toBe("input.changed");
  expect(everything("two")).toEqual([]);
});

test("a disk that has lost bytes is found out, and the original stays", async () => {
  await open.db.update(file).set({ sha256: "0".repeat(64) });
  expect(await move({ linkFile: ways.copy }).catch((e) => e.code)).toBe("input.corrupt");
  expect(everything("two")).toEqual([]);
  expect(everything("one")).toContain("trip/naïve – 名前.mp4");
});

test("an unfinished move waits while a library's root is not there", async () => {
  open.close();
  moveAndDie("copied", "copy");
  open = openSqlite(database);
  rmSync(place("two"), { recursive: true });
  await unfinishedMoves({ db: open.db, clock: systemClock, log: silentLogger }).step(never);
  expect(await openMoves(open.db)).toHaveLength(1);
});

test("taken away by a person after a crash, the empty file that held its new place does not count as it", async () => {
  const id = await filmId();
  open.close();
  moveAndDie("begun", "rename");
  open = openSqlite(database);
  writeFileSync(place("two/films/new/naïve – 名前.mp4"), "");
  rmSync(place("one/trip/naïve – 名前.mp4"));
  await unfinishedMoves({ db: open.db, clock: systemClock, log: silentLogger }).step(never);
  expect(await openMoves(open.db)).toEqual([]);
  expect((await getFile(open.db, id)).libraryId).toBe(1);
});

test("hard links of the user's own are left alone", async () => {
  linkSync(place("one/trip/naïve – 名前.mp4"), place("one/torrent.mp4"));
  await scan(1);
  const { path } = await move();
  expect(existsSync(place("one/torrent.mp4"))).toBe(true);
  expect(readFileSync(place("two", path)).equals(bytes)).toBe(true);
});
