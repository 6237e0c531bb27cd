// What lies in a folder and below it, told in a moment or told to be only a part.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { surveyFolder } from "../../src/library/folder-survey.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sprocket-survey-"));
  mkdirSync(join(root, "a/b"), { recursive: true });
  mkdirSync(join(root, "@eaDir"));
  for (const path of ["1.jpg", "a/2.mp4", "a/b/3.flac", "a/b/notes.txt", "@eaDir/thumb.jpg"])
    writeFileSync(join(root, path), "x");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("counts media by type through all folders, without leftovers and other files", async () => {
  expect(await surveyFolder(root, 10_000)).toEqual({
    counts: { video: 1, image: 1, audio: 1 },
    folders: 2,
    isCut: false,
  });
});

test("says when it saw only a part", async () => {
  expect(await surveyFolder(root, 10_000, 2)).toMatchObject({ isCut: true, counts: { image: 1 } });
  expect(await surveyFolder(root, 0)).toMatchObject({ isCut: true });
});

test("a folder that is not there holds nothing", async () => {
  expect(await surveyFolder(join(root, "nowhere"), 10_000)).toMatchObject({ folders: 0, isCut: false });
});
