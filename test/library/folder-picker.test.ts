import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pickFolder } from "../../src/library/folder-picker.ts";
import { type MediaFolder, mediaFolder } from "../support/media-folder.ts";

let at: MediaFolder;
beforeEach(() => {
  at = mediaFolder();
});
afterEach(() => at.remove());

test("shows subfolders in natural order, rights, and the media directly inside", async () => {
  for (const path of [
    "10/a.jpg",
    "2/a.jpg",
    ".hidden/a.jpg",
    "@eaDir/a.jpg",
    "a.jpg",
    "b.mp4",
    "c.mp3",
    "d.txt",
    "source.ts",
  ])
    at.put(path);
  expect(await pickFolder(at.media)).toEqual({
    path: at.media,
    parent: at.top,
    readable: true,
    writable: true,
    entries: [
      { name: "2", path: join(at.media, "2") },
      { name: "10", path: join(at.media, "10") },
    ],
    counts: { folders: 2, videos: 1, images: 1, audio: 1 },
    isCut: false,
  });
});

test("the top has no parent and hides what belongs to the system", async () => {
  const { parent, entries } = await pickFolder("/");
  expect(parent).toBeNull();
  expect(entries.map((one) => one.name)).not.toContain("proc");
});

test.each([
  ["a relative path", () => "media", "library.path.relative"],
  ["a missing folder", () => join(at.top, "nowhere"), "library.path.missing"],
  ["a file", () => at.put("a.jpg"), "library.path.file"],
  ["the system's", () => "/proc/1", "library.path.system"],
])("%s is refused", async (_, path, code) => {
  mkdirSync(join(at.top, "x"));
  expect(pickFolder(path())).rejects.toMatchObject({ status: 422, code });
});
