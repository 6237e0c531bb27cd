// Scenes of real films: rows, pictures that show them, and what a second run or a damaged film leaves.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, truncateSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { sceneExtract } from "../../src/jobs/scene-extract.ts";
import { derivativePath, findDerivative } from "../../src/library/derivatives.ts";
import { fileView } from "../../src/library/file-view.ts";
import { scenePicture, scenesOfFiles } from "../../src/library/scenes.ts";
import { cutFilm } from "../support/cut-film.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

setDefaultTimeout(60_000);

const made = madeMedia();
let at: MediaTools;
let path: string;
beforeAll(async () => {
  at = await mediaTools();
  if (hasFfmpeg) path = cutFilm(made);
});
afterAll(async () => {
  await at.close();
  await made.remove();
});

const scenesOf = async (fileId: number) => (await scenesOfFiles(at.tools.db, [fileId])).get(fileId) ?? [];
const folderOf = async (fileId: number) => {
  const row = await findDerivative(at.tools.db, fileId, "scene");
  return row && dirname(derivativePath(at.tools.paths, row));
};
const leftovers = () => (existsSync(at.tools.paths.tmp) ? readdirSync(at.tools.paths.tmp) : []);

describe.skipIf(!hasFfmpeg)("the scenes of a film", () => {
  test("are kept with a picture each that shows the scene", async () => {
    const row = await at.add(path, "naïve – quote'\" $(x) ; 名前.mp4");
    const { progress, lines } = await at.run(sceneExtract, { fileId: row.id });
    const scenes = await scenesOf(row.id);
    expect(scenes.map(({ number, startMs, endMs }) => [number, startMs, endMs])).toEqual([
      [1, 0, 4000],
      [2, 4000, 12000],
      [3, 12000, 16000],
      [4, 16000, 20000],
    ]);
    expect(scenes.map(({ score }) => score !== null)).toEqual([false, true, false, true]);
    const folder = (await folderOf(row.id))!;
    expect(readdirSync(folder).sort()).toEqual([1, 2, 3, 4].map(scenePicture).concat("scenes.json"));
    for (const { number } of scenes) {
      const luma = await at.tools.media.native.call("image.luma", {
        path: join(folder, scenePicture(number)),
      });
      expect(luma.mean).toBeGreaterThan(30);
    }
    expect(JSON.parse(readFileSync(join(folder, "scenes.json"), "utf8"))).toHaveLength(4);
    expect(lines).toEqual(["4 scenes, 4.0 to 8.0 s long"]);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(100);
    expect(leftovers()).toEqual([]);
    const view = await fileView(at.tools.db, row, "/base");
    expect(view.scenes[1]).toMatchObject({ number: 2, startMs: 4000, endMs: 12000 });
    expect(view.scenes[1]!.url).toStartWith(`/base/api/files/${row.id}/scenes/2?v=`);
  });

  test("are found anew by a second run, with nothing left of the first", async () => {
    const row = await at.add(path, "twice.mp4");
    await at.run(sceneExtract, { fileId: row.id });
    const first = await folderOf(row.id);
    await at.run(sceneExtract, { fileId: row.id, threshold: 0.9 });
    expect((await scenesOf(row.id)).length).toBeLessThan(4);
    expect(existsSync(first!)).toBe(false);
    expect(readdirSync((await folderOf(row.id))!)).toHaveLength((await scenesOf(row.id)).length + 1);
  });

  test("of one shot are one", async () => {
    const shot = made.make("shot.mkv", ..."-f lavfi -i testsrc2=s=64x48:r=10:d=3 -c:v mpeg4".split(" "));
    const row = await at.add(shot);
    await at.run(sceneExtract, { fileId: row.id });
    expect(await scenesOf(row.id)).toMatchObject([{ number: 1, startMs: 0, endMs: 3000, score: null }]);
  });

  test("are not kept when the film changes meanwhile, or the run is cancelled", async () => {
    const row = await at.add(path, "changing.mp4");
    const touch = () => utimesSync(join(at.root, "changing.mp4"), new Date(), new Date());
    const changed = at.run(sceneExtract, { fileId: row.id }, { progress: touch });
    await expect(changed).rejects.toMatchObject({ code: "input.changed" });
    const stop = new AbortController();
    const cancelled = at.run(
      sceneExtract,
      { fileId: row.id },
      { signal: stop.signal, progress: () => stop.abort() },
    );
    await expect(cancelled).rejects.toThrow();
    expect(await scenesOf(row.id)).toEqual([]);
    expect(await folderOf(row.id)).toBeUndefined();
    expect(leftovers()).toEqual([]);
  });

  test("of a film that breaks off end where it does; of sound there are none", async () => {
    const row = await at.add(cutFilm(made, "cut-off.mkv"), "cut-off.mkv");
    truncateSync(join(at.root, "cut-off.mkv"), Math.floor(row.sizeBytes / 2));
    await at.run(sceneExtract, { fileId: row.id });
    const last = (await scenesOf(row.id)).at(-1)!;
    expect(last.endMs).toBeGreaterThan(last.startMs);
    expect(last.endMs).toBeLessThan(18_000);
    const sound = made.make("sound.mp4", ..."-f lavfi -i sine=d=1 -c:a aac".split(" "));
    const { result } = await at.run(sceneExtract, { fileId: (await at.add(sound)).id });
    expect(result).toEqual({ notNeeded: "There is no picture in the file." });
  });
});
