// Films made of several, and moving pictures: what is in them, frame by frame, and where they go.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { type FileRow, file, library } from "../../src/db/tables/library.ts";
import type { ExportRow } from "../../src/db/tables/media.ts";
import { compileGif } from "../../src/jobs/compile-gif.ts";
import { compileMega } from "../../src/jobs/compile-mega.ts";
import { compileQuad } from "../../src/jobs/compile-quad.ts";
import { compileRandom } from "../../src/jobs/compile-random.ts";
import { exportPath, exportSources, exportsOfJob } from "../../src/library/exports.ts";
import { getFile, saveFacts } from "../../src/library/files.ts";
import { colourAt, quarterColours, soundSeconds } from "../support/decoded.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

setDefaultTimeout(60_000);

const made = madeMedia();
let at: MediaTools;
const films: Record<string, FileRow> = {};
beforeAll(async () => {
  if (!hasFfmpeg) return;
  at = await mediaTools();
  const x264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac".split(" ");
  const plain = (colour: string, size: string, rate: string, seconds: number) =>
    `-f lavfi -i color=${colour}:s=${size}:r=${rate}:d=${seconds}`.split(" ");
  const sound = (seconds: number) => `-f lavfi -i sine=f=440:d=${seconds}`.split(" ");
  const all = {
    red: made.make("red.mp4", ...plain("red", "320x180", "25", 1), ...sound(1), ...x264),
    green: made.make("green = a;b#c.mkv", ...plain("0x00ff00", "180x320", "30000/1001", 2), ...x264),
    blue: made.make("blue 名前.mp4", ...plain("blue", "322x180", "30", 1.5), ...sound(1.5), ...x264),
    white: made.make("white.mp4", ...plain("white", "320x240", "50", 1), ...sound(1), ...x264),
  };
  for (const [name, path] of Object.entries(all)) films[name] = await examined(await at.add(path));
});
afterAll(async () => {
  await at?.close();
  await made.remove();
});

async function examined(row: FileRow): Promise<FileRow> {
  const { video, durationS } = await at.tools.media.probe(join(at.root, row.path));
  await saveFacts(at.tools.db, row.id, { width: video!.width, height: video!.height, durationS }, 0);
  return await getFile(at.tools.db, row.id);
}

const leftovers = () => (existsSync(at.tools.paths.tmp) ? readdirSync(at.tools.paths.tmp) : []);
let jobs = 100;

async function compile(kind: Parameters<MediaTools["run"]>[0], params: object, over: object = {}) {
  const id = ++jobs;
  const log = await at.run(kind, params, { id, ...over });
  const [row] = await exportsOfJob(at.tools.db, id);
  expect(leftovers()).toEqual([]);
  const path = row ? pathOf(row) : "";
  return { ...log, id, row: row!, path };
}

function pathOf(row: ExportRow): string {
  return exportPath(at.tools.paths, row) ?? "";
}

const isNear = (colour: number[], wanted: number[]) =>
  colour.every((one, n) => Math.abs(one - wanted[n]!) < 40);
const [red, green, blue, white, black] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
  [0, 0, 0],
];

describe.skipIf(!hasFfmpeg)("a compilation at random", () => {
  test("joins films of every size, rate and sound into one, the same for the same job", async () => {
    const one = await compile(compileRandom, { count: 3, maxDuration: 2.5 });
    const look = await at.tools.media.probe(one.path);
    expect(look.video).toMatchObject({ codec: "h264", profile: "High", pixelFormat: "yuv420p" });
    expect(look.audio).toMatchObject([{ codec: "aac", channels: 2, sampleRate: 48000 }]);
    const sources = await exportSources(at.tools.db, one.row.id);
    const lengths = sources.map((id) => Object.values(films).find((film) => film.id === id)!.durationS!);
    expect(look.video!.durationS).toBeCloseTo(
      lengths.reduce((a, b) => a + b, 0),
      1,
    );
    expect(look.audio[0]!.durationS).toBeCloseTo(look.video!.durationS!, 1);
    expect(look.chapters).toHaveLength(3);
    expect(one.progress.at(-1)).toBe(99);
    const again = await at.run(compileRandom, { count: 3, maxDuration: 2.5 }, { id: one.id });
    expect(again.lines.filter((line) => line.startsWith("Drawn"))).toEqual(
      one.lines.filter((line) => line.startsWith("Drawn")),
    );
    expect(await exportsOfJob(at.tools.db, one.id)).toHaveLength(1);
  });

  test("draws by length and shape, and says how many there are when they are too few", async () => {
    const few = (params: object) => expect(compile(compileRandom, params)).rejects;
    await few({ count: 2, orientation: "portrait" }).toMatchObject({
      code: "input.few",
      message: expect.stringContaining("Only 1 video fits"),
    });
    await few({ count: 2, minDuration: 100 }).toMatchObject({
      message: expect.stringContaining("No video fits"),
    });
  });

  test("takes nothing from NSFW libraries or the trash unless that library is asked for", async () => {
    const { db } = at.tools;
    await db.update(library).set({ nsfw: true }).where(eq(library.id, 1));
    expect(compile(compileRandom, { count: 2 })).rejects.toMatchObject({ code: "input.few" });
    await db
      .update(file)
      .set({ trashedAt: new Date(0) })
      .where(eq(file.id, films.white!.id));
    const { row } = await compile(compileRandom, { count: 3, libraryId: 1 });
    expect(await exportSources(db, row.id)).not.toContain(films.white!.id);
    await db.update(file).set({ trashedAt: null }).where(eq(file.id, films.white!.id));
    await db.update(library).set({ nsfw: false }).where(eq(library.id, 1));
  });

  test("goes into a folder of a library that may be written to, beside what is there", async () => {
    mkdirSync(join(at.root, "films"));
    chmodSync(join(at.root, "films"), 0o775);
    writeFileSync(join(at.root, "films", "Best.mp4"), "somebody's own");
    const params = { count: 2, libraryId: 1, outputPath: "films/Best.mp4" };
    const { row, lines } = await compile(compileRandom, params);
    expect(readdirSync(join(at.root, "films")).sort()).toEqual(["Best (2).mp4", "Best.mp4"]);
    expect(await Bun.file(join(at.root, "films", "Best.mp4")).text()).toBe("somebody's own");
    // For those to read who may read the folder.
    expect(statSync(join(at.root, "films", "Best (2).mp4")).mode & 0o777).toBe(0o664);
    const made = await getFile(at.tools.db, row.fileId!);
    expect(made).toMatchObject({ path: "films/Best (2).mp4", type: "video", sizeBytes: row.sizeBytes });
    expect(lines.at(-1)).toContain("films/Best (2).mp4");
    expect(at.asked.filter((one) => (one.params as { fileId: number }).fileId === made.id)).toHaveLength(2);
    // What was compiled is not compiled again.
    await examined(made);
    expect(compile(compileRandom, { count: 5 })).rejects.toMatchObject({
      message: expect.stringContaining("Only 4"),
    });
  });

  test("is refused where it could not be put", async () => {
    const asked = (params: object) => compileRandom.about(compileRandom.params.parse(params), at.tools);
    const faultAt = (name: string) => ({ status: 422, more: { errors: [{ path: ["params", name] }] } });
    expect(asked({ outputPath: "films" })).rejects.toMatchObject(faultAt("libraryId"));
    expect(asked({ libraryId: 9 })).rejects.toMatchObject(faultAt("libraryId"));
    for (const outputPath of ["../out", "/etc", "a/../../b.mp4", ".hidden/x.mp4"])
      expect(asked({ libraryId: 1, outputPath })).rejects.toMatchObject(faultAt("outputPath"));
    await at.tools.db.update(library).set({ readOnly: true }).where(eq(library.id, 1));
    expect(asked({ libraryId: 1, outputPath: "films" })).rejects.toMatchObject(faultAt("outputPath"));
    expect(await asked({ libraryId: 1 })).toMatchObject({ type: "library", id: 1 });
    await at.tools.db.update(library).set({ readOnly: false }).where(eq(library.id, 1));
  });

  test.skipIf(process.getuid?.() === 0)(
    "fails before the work where the disk lets nothing be written",
    async () => {
      mkdirSync(join(at.root, "shut"), { mode: 0o500 });
      const failed = compile(compileRandom, { count: 2, libraryId: 1, outputPath: "shut" });
      expect(failed).rejects.toMatchObject({ code: "disk.readonly" });
      chmodSync(join(at.root, "shut"), 0o700);
    },
  );
});

describe.skipIf(!hasFfmpeg)("a large compilation", () => {
  test("has a card before each film and a chapter for each, in the order that was asked for", async () => {
    const { red: a, green: b, blue: c } = films;
    await saveFacts(
      at.tools.db,
      a!.id,
      { capturedAt: new Date("2021-07-14T22:30:00Z"), capturedFrom: "exif" },
      0,
    );
    const fileIds = [c!.id, a!.id, b!.id];
    const { path, row } = await compile(compileMega, { fileIds, title: "Our: years" });
    const { chapters, video, tags } = await at.tools.media.probe(path);
    expect(tags.title).toBe("Our: years");
    expect(chapters.map(({ title }) => title)).toEqual(["blue 名前", "red", "green = a;b#c"]);
    expect(chapters.map(({ startS }) => Math.round(startS * 10) / 10)).toEqual([0, 4.5, 8.5]);
    expect(video!.durationS).toBeCloseTo(13.5, 1);
    // Sound of every kind of source, silence among them, without a gap.
    expect(soundSeconds(path)).toBeCloseTo(13.5, 1);
    expect(row).toMatchObject({ title: "Our: years", width: 640, height: 360 });
    const seen = [1, 3.5, 5.5, 8, 9.5, 12.5].map((seconds) => colourAt(path, seconds));
    expect(seen.map((one, n) => isNear(one, [black, blue, black, red, black, green][n]!))).toEqual(
      seen.map(() => true),
    );
  });

  test("leaves out a film that is damaged, and says so", async () => {
    const broken = await at.add(
      made.make("broken.mkv", ..."-f lavfi -i testsrc2=s=320x180:d=4 -c:v libx264".split(" ")),
    );
    truncateSync(join(at.root, "broken.mkv"), 40_000);
    const fileIds = [films.red!.id, broken.id, films.white!.id];
    const { path, lines } = await compile(compileMega, { fileIds, titleCards: false });
    const { chapters, video } = await at.tools.media.probe(path);
    expect(chapters.map(({ title }) => title)).toEqual(["red", "white"]);
    expect(video!.durationS).toBeCloseTo(2, 1);
    expect(lines.join("\n")).toContain("Left out broken");
  });
});

describe.skipIf(!hasFfmpeg)("four at once", () => {
  const ids = () => ["red", "green", "blue", "white"].map((name) => films[name]!.id);

  test("stand two above two until the shortest ends", async () => {
    const { path, row } = await compile(compileQuad, { fileIds: ids() });
    const { video, audio } = await at.tools.media.probe(path);
    expect(video!.durationS).toBeCloseTo(1, 1);
    expect(video!.matrix).toBe("bt709");
    expect(audio).toMatchObject([{ codec: "aac" }]);
    expect([row.width! % 4, row.height! % 4]).toEqual([0, 0]);
    const seen = quarterColours(path, 0.5);
    expect(seen.map((one, n) => isNear(one, [red, green, blue, white][n]!))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  test("or until the longest does, while the others begin anew", async () => {
    const { path } = await compile(compileQuad, { fileIds: ids(), ends: "loop", sound: "second" });
    const { video, audio } = await at.tools.media.probe(path);
    expect([video!.durationS, audio[0]!.durationS].map((s) => Math.round(s! * 10) / 10)).toEqual([2, 2]);
    expect(quarterColours(path, 1.8).map((one, n) => isNear(one, [red, green, blue, white][n]!))).toEqual(
      Array(4).fill(true),
    );
  });
});

describe.skipIf(!hasFfmpeg)("a moving picture", () => {
  test("is a GIF that goes on for ever, as wide and as fast as was asked for", async () => {
    const params = { fileId: films.blue!.id, startMs: 250, endMs: 1250, width: 100, fps: 10 };
    const { row, path, progress } = await compile(compileGif, params);
    expect(row).toMatchObject({ mimeType: "image/gif", width: 100, height: 56, durationMs: 1000 });
    expect(await at.tools.media.probe(path)).toMatchObject({ container: "gif", durationS: 1 });
    expect(isNear(colourAt(path, 0.5), blue!)).toBe(true);
    const bytes = Buffer.from(await Bun.file(path).arrayBuffer());
    expect(bytes.subarray(0, 6).toString()).toBe("GIF89a");
    const loop = bytes.indexOf("NETSCAPE2.0") + "NETSCAPE2.0".length;
    expect([...bytes.subarray(loop, loop + 5)]).toEqual([3, 1, 0, 0, 0]);
    expect(progress.at(-1)).toBeGreaterThan(90);
  });

  test("or an animated WebP", async () => {
    const { encoders } = await at.tools.media.capabilities();
    if (!encoders.has("libwebp_anim")) return;
    const lively = await at.add(made.make("lively.mp4", ..."-f lavfi -i testsrc2=s=160x90:d=1".split(" ")));
    const params = { fileId: lively.id, startMs: 0, endMs: 1000, format: "webp", fps: 10, width: 64 };
    const { path, row } = await compile(compileGif, params);
    expect(row.mimeType).toBe("image/webp");
    const bytes = Buffer.from(await Bun.file(path).arrayBuffer());
    // Loop count 0 behind the background colour: for ever.
    expect(bytes.readUInt16LE(bytes.indexOf("ANIM") + 12)).toBe(0);
  });

  test("of more than a minute, or of too many frames, is refused with the reason", async () => {
    await saveFacts(at.tools.db, films.red!.id, { durationS: 500 }, 0);
    const asked = (params: object) =>
      compileGif.about(compileGif.params.parse({ fileId: films.red!.id, startMs: 0, ...params }), at.tools);
    expect(asked({ endMs: 61_000 })).rejects.toMatchObject({
      message: expect.stringContaining("a minute at most"),
    });
    expect(asked({ endMs: 50_000, fps: 30 })).rejects.toMatchObject({
      message: expect.stringContaining("1500 frames"),
    });
  });
});

describe.skipIf(!hasFfmpeg)("a compilation that is cancelled", () => {
  test("leaves nothing behind", async () => {
    const ending = new AbortController();
    const progress = (percent: number) => void (percent > 20 && ending.abort());
    const id = ++jobs;
    const cancelled = at.run(
      compileMega,
      { fileIds: Object.values(films).map((one) => one.id), titleCards: true },
      { id, signal: ending.signal, progress },
    );
    expect(cancelled).rejects.toBeDefined();
    await cancelled.catch(() => {});
    expect(leftovers()).toEqual([]);
    expect(await exportsOfJob(at.tools.db, id)).toEqual([]);
    expect(existsSync(join(at.tools.paths.exports, String(id)))).toBe(false);
  });
});
