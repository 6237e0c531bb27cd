import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { file } from "../../src/db/tables/library.ts";
import { derivativesFolder, writeDerivative } from "../../src/library/derivatives.ts";
import {
  checkLibraryPath,
  createLibrary,
  getLibrary,
  removeLibrary,
  updateLibrary,
} from "../../src/library/libraries.ts";
import { NotFound, Refused } from "../../src/runtime/errors.ts";
import { type MediaFolder, mediaFolder } from "../support/media-folder.ts";

let at: MediaFolder;
beforeEach(() => {
  at = mediaFolder();
  mkdirSync(at.parts.paths.root);
});
afterEach(() => at.remove());

describe("a folder may not become a library", () => {
  const cases: [string, string, () => string][] = [
    ["when it is missing", "library.path.missing", () => join(at.top, "nowhere")],
    ["when it is a file", "library.path.file", () => at.put("a.jpg")],
    ["when its path is relative", "library.path.relative", () => "media"],
    ["when it is the data folder", "library.path.data", () => at.parts.paths.root],
    [
      "when it lies in the data folder",
      "library.path.data",
      () => {
        mkdirSync(at.parts.paths.cache);
        return at.parts.paths.cache;
      },
    ],
    ["when it contains the data folder", "library.path.data", () => at.top],
    [
      "when a symlink leads into the data folder",
      "library.path.data",
      () => {
        symlinkSync(at.parts.paths.root, join(at.top, "link"));
        return join(at.top, "link");
      },
    ],
    ["when it is everything", "library.path.data", () => "/"],
    ["when it is the system's", "library.path.system", () => "/proc"],
  ];
  test.each(cases)("%s", async (_, code, path) => {
    const error = await checkLibraryPath(at.parts, path()).catch((e) => e);
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({ status: 422, code, more: { errors: [{ path: ["path"] }] } });
  });

  test("when it is a library already, inside one, or around one, by whatever way it is named", async () => {
    mkdirSync(join(at.media, "sub/deep"), { recursive: true });
    await createLibrary(at.parts, { path: join(at.media, "sub") });
    symlinkSync(join(at.media, "sub"), join(at.top, "alias"));
    const codes = [];
    for (const path of [
      join(at.media, "sub"),
      join(at.media, "sub/deep"),
      at.media,
      join(at.top, "alias/deep"),
      `${at.media}/sub/../sub/`,
    ])
      codes.push(await checkLibraryPath(at.parts, path).catch((e) => e.code));
    expect(codes).toEqual([
      "library.path.taken",
      "library.path.overlaps",
      "library.path.overlaps",
      "library.path.overlaps",
      "library.path.taken",
    ]);
  });

  test("but a neighbour whose name begins alike may", async () => {
    mkdirSync(join(at.top, "media2"));
    await createLibrary(at.parts, { path: at.media });
    expect(await checkLibraryPath(at.parts, join(at.top, "media2"))).toEndWith("/media2");
  });
});

test("a library is named after its folder, looks for everything, and shows nothing of itself in the folder", async () => {
  const before = statSync(at.media);
  const row = await createLibrary(at.parts, { path: `${at.media}/` });
  expect(row).toMatchObject({
    name: "media",
    path: at.media,
    scanVideos: true,
    scanImages: true,
    scanAudio: true,
    nsfw: false,
  });
  expect(row.recognise).toEqual({ objects: false, faces: false, audio: false, transcribe: false });
  expect(readdirSync(at.media)).toEqual([]);
  expect(statSync(at.media)).toMatchObject({ mode: before.mode, uid: before.uid, mtimeMs: before.mtimeMs });
});

test("a change touches what it names and nothing else", async () => {
  const { id } = await createLibrary(at.parts, {
    path: at.media,
    scan: { audio: false },
    recognise: { faces: true },
  });
  const row = await updateLibrary(at.parts, id, {
    name: "Family",
    recognise: { objects: true },
    scan: { videos: false },
  });
  expect(row).toMatchObject({
    name: "Family",
    path: at.media,
    scanVideos: false,
    scanImages: true,
    scanAudio: false,
  });
  expect(row.recognise).toMatchObject({ faces: true, objects: true });
});

test("a library may be changed without overlapping itself, but not onto another", async () => {
  mkdirSync(join(at.top, "two"));
  const one = await createLibrary(at.parts, { path: at.media });
  await createLibrary(at.parts, { path: join(at.top, "two") });
  expect((await updateLibrary(at.parts, one.id, { path: at.media })).path).toBe(at.media);
  expect(updateLibrary(at.parts, one.id, { path: join(at.top, "two") })).rejects.toMatchObject({
    status: 422,
  });
});

test("removing one removes rows and derivatives, and leaves every media file", async () => {
  const path = at.put("a.jpg");
  const id = await at.library();
  await at.scan(id);
  const [row] = await at.parts.db.select().from(file);
  const form = { extension: "webp", mimeType: "image/webp" };
  await writeDerivative(at.parts, row!.id, "thumbnail", "webp-240", form, async (to) =>
    writeFileSync(to, "x"),
  );
  expect(existsSync(derivativesFolder(at.parts.paths, row!.id))).toBe(true);
  await removeLibrary(at.parts, id);
  expect(await at.parts.db.select().from(file)).toEqual([]);
  expect(getLibrary(at.parts.db, id)).rejects.toBeInstanceOf(NotFound);
  expect(existsSync(derivativesFolder(at.parts.paths, row!.id))).toBe(false);
  expect(existsSync(path)).toBe(true);
});
