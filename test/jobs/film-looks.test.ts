// Preview, sprite and fingerprint of films, by real decodes: what each shows of which time, and that one look at a film serves
// all three.

import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { derivative } from "../../src/db/tables/library.ts";
import { fingerprint, nearDuplicate } from "../../src/db/tables/media.ts";
import { derived } from "../../src/jobs/derived.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { videoFingerprint } from "../../src/jobs/video-fingerprint.ts";
import { videoPreview } from "../../src/jobs/video-preview.ts";
import { videoSprite } from "../../src/jobs/video-sprite.ts";
import { derivativePath, findDerivative } from "../../src/library/derivatives.ts";
import { saveFacts } from "../../src/library/files.ts";
import { fingerprintsOf } from "../../src/library/fingerprints.ts";
import { bitsApart } from "../../src/library/near-duplicates.ts";
import { input, runFfmpeg } from "../../src/media/ffmpeg.ts";
import { lookThrough } from "../../src/media/film-pass.ts";
import { planFilm, type Wanted } from "../../src/media/film-plan.ts";
import type { JobKind } from "../../src/queue/kind.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

setDefaultTimeout(60_000);

const made = madeMedia();
let at: MediaTools;
beforeAll(async () => {
  at = await mediaTools();
});
afterAll(async () => {
  await at.close();
  await made.remove();
});
afterEach(() => expect(existsSync(at.tools.paths.tmp) ? readdirSync(at.tools.paths.tmp) : []).toEqual([]));

const x264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p".split(" ");
/** The picture's brightness says the time: 8 levels a second, for 20 s at most. */
const greyByTime = (seconds: number, size = "96x64", rate = 25) => [
  ...["-f", "lavfi", "-i", `color=black:s=${size}:r=${rate}:d=${seconds}`],
  ...["-vf", "geq=lum='40+8*T':cb=128:cr=128"],
];
/** A lively film, other for each of `n`. */
const lively = (n: number, seconds = 8, size = "320x180") => [
  ...["-f", "lavfi", "-i", `mandelbrot=s=${size}:r=12:start_scale=${1 + n}:end_scale=0.0${n + 1}`],
  ...["-t", String(seconds)],
];

/** Cues with what each shows, as a player would cut it out. */
async function spriteOf(fileId: number) {
  const row = (await findDerivative(at.tools.db, fileId, "sprite", "web"))!;
  const path = derivativePath(at.tools.paths, row);
  const cue = /^([\d:.]+) --> ([\d:.]+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm;
  const cues = [...readFileSync(path, "utf8").matchAll(cue)].map((m) => {
    const [left, top, width, height] = m.slice(4).map(Number) as [number, number, number, number];
    return { fromS: seconds(m[1]!), toS: seconds(m[2]!), sheet: m[3]!, area: { left, top, width, height } };
  });
  const lumas: number[] = [];
  for (const { sheet, area } of cues) {
    const tile = sharp(join(dirname(path), sheet))
      .extract(area)
      .greyscale();
    lumas.push((await sharp(await tile.png().toBuffer()).stats()).channels[0]!.mean);
  }
  return { row, cues, lumas, sheets: readdirSync(dirname(path)).filter((name) => name.endsWith(".jpg")) };
}

const seconds = (clock: string) => clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
const shownAt = (timeS: number) => ((40 + 8 * timeS - 16) * 255) / 219;
const hashOf = async (fileId: number) => (await fingerprintsOf(at.tools.db, [fileId])).get(fileId)?.phash;

describe.skipIf(!hasFfmpeg)("seek-bar pictures", () => {
  test("show the frame of their cue's time, without gaps from the start to the end", async () => {
    const row = await at.add(made.make("grey.mkv", ...greyByTime(20), ...x264));
    const { progress } = await at.run(videoSprite, { fileId: row.id });
    const { cues, lumas, row: kept, sheets } = await spriteOf(row.id);
    expect(kept).toMatchObject({ mimeType: "text/vtt", width: 96, height: 64 });
    expect(kept.facts).toEqual({
      ...{ intervalMs: 6667, tileWidth: 96, tileHeight: 64, columns: 3, rows: 1, sheets: 1 },
    });
    expect(sheets).toEqual(["sheet-001.jpg"]);
    expect(cues.map(({ fromS }) => fromS)).toEqual([0, 6.68, 13.36]);
    expect(cues.map(({ toS }) => toS)).toEqual([6.68, 13.36, 20]);
    for (const [n, { fromS }] of cues.entries()) expect(Math.abs(lumas[n]! - shownAt(fromS))).toBeLessThan(4);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });

  test("of a long film come of its key frames, each with the time it really has", async () => {
    const words = [...x264, "-g", "37", "-keyint_min", "37", "-sc_threshold", "0"];
    const { sprite, lines } = await jumped(made.make("keys.mp4", ...greyByTime(20), ...words), "sprite");
    expect(lines).toEqual([]);
    expect(sprite!.timesS).toEqual([0, 7.4, 14.8]);
    expect(sprite!.sheets).toHaveLength(1);
    const tile = (n: number) =>
      sharp(sprite!.sheets[0]).extract({ left: 96 * n, top: 0, width: 96, height: 64 });
    for (const [n, timeS] of sprite!.timesS.entries()) {
      const { channels } = await sharp(await tile(n).greyscale().png().toBuffer()).stats();
      expect(Math.abs(channels[0]!.mean - shownAt(timeS))).toBeLessThan(4);
    }
  });

  test("come of all frames where key frames stand too far apart", async () => {
    const words = [...x264, "-g", "1000", "-sc_threshold", "0"];
    const { sprite, lines } = await jumped(made.make("one-key.mp4", ...greyByTime(20), ...words), "sprite");
    expect(lines).toEqual(["1 key frames do for 3 pictures: every frame is decoded."]);
    expect(sprite!.timesS).toEqual([0, 6.68, 13.36]);
  });

  test("stand upright, and keep the shape of a film with odd sides and odd pixels", async () => {
    const path = made.make("turned.mp4", ...lively(1, 3), ...x264);
    const row = await at.add(
      made.make("upright.mp4", "-i", path, "-c", "copy", "-metadata:s:v", "rotate=90"),
    );
    await at.run(videoSprite, { fileId: row.id });
    expect((await spriteOf(row.id)).row).toMatchObject({ width: 102, height: 180 });
    expect(await findDerivative(at.tools.db, row.id, "preview")).toMatchObject({ width: 180, height: 320 });
    const odd = await at.add(
      made.make("odd.mkv", ...lively(2, 3, "161x121"), "-vf", "setsar=2", "-c:v", "ffv1"),
    );
    await at.run(videoSprite, { fileId: odd.id });
    expect((await spriteOf(odd.id)).row).toMatchObject({ width: 320, height: 120 });
  });
});

describe.skipIf(!hasFfmpeg)("a preview", () => {
  test("is twelve clips of 0.75 s from across the film, silent, with its index in front", async () => {
    const sound = ["-f", "lavfi", "-i", "sine=440:d=20"];
    const row = await at.add(made.make("clips.mkv", ...sound, ...greyByTime(20), ...x264, "-c:a", "aac"));
    await at.run(videoPreview, { fileId: row.id });
    const { path, probe, lumas } = await previewOf(row.id);
    expect(probe.video).toMatchObject({
      codec: "h264",
      pixelFormat: "yuv420p",
      width: 96,
      height: 64,
      fps: 24,
    });
    expect(probe.audio).toEqual([]);
    const bytes = readFileSync(path, "latin1");
    expect(bytes.indexOf("moov")).toBeLessThan(bytes.indexOf("mdat"));
    expectClips(lumas, 20);
  });

  test("of a long film is made of the same clips by jumping to them", async () => {
    const { preview, frames } = await jumped(made.make("jumps.mkv", ...greyByTime(20), ...x264), "preview");
    expectClips(await lumasIn(preview!), 20);
    expect(frames).toBeUndefined();
  });

  test("of a short film has fewer clips, and of a very short one is all of it", async () => {
    const short = await at.add(made.make("short.mp4", ...lively(3, 4), ...x264));
    await at.run(videoPreview, { fileId: short.id });
    expect((await previewOf(short.id)).lumas).toHaveLength(2 * 18);
    const blink = await at.add(made.make("blink.mp4", ...lively(4, 1), ...x264));
    await at.run(videoPreview, { fileId: blink.id });
    expect((await previewOf(blink.id)).probe.durationS).toBeCloseTo(1, 1);
  });
});

describe.skipIf(!hasFfmpeg)("a film's fingerprint", () => {
  test("stays near in another size, container and encoding, also by jumping, and is far for another film", async () => {
    const path = made.make("first.mkv", ...lively(1), ...x264);
    const first = await at.add(path);
    await at.run(videoFingerprint, { fileId: first.id });
    const again = ["-i", path, "-vf", "scale=200:-2", "-r", "25", "-c:v", "mpeg4", "-q:v", "12"];
    const second = await at.add(made.make("second.avi", ...again));
    for (const { id } of [first, second]) await saveFacts(at.tools.db, id, { durationS: 8 }, Date.now());
    const { lines } = await at.run(videoFingerprint, { fileId: second.id });
    const other = await at.add(
      made.make("other.mkv", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=12:d=8", ...x264),
    );
    await at.run(videoFingerprint, { fileId: other.id });
    const [a, b, c] = await Promise.all([first, second, other].map(({ id }) => hashOf(id)));
    expect(bitsApart(a!, b!)).toBeLessThanOrEqual(8);
    expect(bitsApart(a!, c!)).toBeGreaterThan(16);
    expect(lines.at(-1)).toMatch(/^Fingerprint: oshash .+, phash [0-9a-f]{16}; 1 look much the same$/);
    const { frames } = await jumped(path, "frames");
    const { hash } = await at.tools.media.native.call("image.hash", { paths: frames! });
    expect(bitsApart(a!, hash!)).toBeLessThanOrEqual(4);
  });

  test("of a film of one colour says nothing and is near to none", async () => {
    const rows = [];
    for (const colour of ["black", "blue"]) {
      const path = made.make(`${colour}.mp4`, "-f", "lavfi", "-i", `color=${colour}:s=64x64:d=2`, ...x264);
      const row = await at.add(path);
      rows.push(row);
      await at.run(videoFingerprint, { fileId: row.id });
      expect(await hashOf(row.id)).toBeUndefined();
    }
    const ids = rows.map(({ id }) => id);
    const pairs = await at.tools.db.select().from(nearDuplicate).where(eq(nearDuplicate.fileId, ids[0]!));
    expect(pairs).toEqual([]);
    expect(await pending(videoFingerprint)).not.toContain(ids[0]!);
  });
});

describe.skipIf(!hasFfmpeg)("one look at a film", () => {
  const path = () => made.make("together.mp4", ...lively(5, 6), ...x264);

  test("makes all three; those that were asked before find theirs made, those asked anew make it anew", async () => {
    const row = await at.add(path(), "naïve – quote'\" $(x) ; 名前.mp4");
    const askedAt = Date.now();
    const { lines } = await at.run(videoFingerprint, { fileId: row.id }, { readyAt: askedAt });
    expect(lines[0]).toBe("Along with it, in the same look at the film: preview and sprite.");
    const before = await findDerivative(at.tools.db, row.id, "sprite", "web");
    for (const kind of [videoPreview, videoSprite, videoFingerprint]) {
      const { result } = await at.run(kind, { fileId: row.id }, { readyAt: askedAt });
      expect(result).toEqual({ notNeeded: "it was made along with what another job made of the film" });
    }
    const again = await at.run(videoSprite, { fileId: row.id }, { readyAt: Date.now() + 1 });
    expect(again.result).toBeUndefined();
    expect(again.lines.map((line) => line.split(":")[0])).toEqual(["Sprite"]);
    const after = await findDerivative(at.tools.db, row.id, "sprite", "web");
    expect(after!.path).not.toBe(before!.path);
    expect(existsSync(derivativePath(at.tools.paths, before!))).toBeFalse();
  });

  test("is looked only once by jobs that run at the same time", async () => {
    const row = await at.add(path(), "at-once.mp4");
    const kinds = [videoPreview, videoSprite, videoFingerprint];
    const readyAt = Date.now();
    const runs = await Promise.all(kinds.map((kind) => at.run(kind, { fileId: row.id }, { readyAt })));
    expect(runs.filter(({ result }) => result?.notNeeded)).toHaveLength(2);
  });

  test("leaves nothing when it is cancelled", async () => {
    const row = await at.add(path(), "cancelled.mp4");
    const abort = new AbortController();
    const progress = () => abort.abort(new Error("cancelled"));
    const run = at.run(videoSprite, { fileId: row.id }, { signal: abort.signal, progress });
    expect(run).rejects.toThrow("cancelled");
    await run.catch(() => {});
    expect(await at.tools.db.select().from(derivative).where(eq(derivative.fileId, row.id))).toEqual([]);
    expect(await at.tools.db.select().from(fingerprint).where(eq(fingerprint.fileId, row.id))).toEqual([]);
  });

  test("makes what it can of a film that was cut off, and nothing of sound alone", async () => {
    const cut = made.make("cut.mkv", ...greyByTime(12), ...x264, "-g", "10");
    truncateSync(cut, Math.floor(Bun.file(cut).size / 2));
    const row = await at.add(cut);
    await at.run(derived(videoSprite), { fileId: row.id });
    expect((await spriteOf(row.id)).cues.at(-1)!.toS).toBeCloseTo(12, 1);
    const sound = await at.add(made.make("sound.mp4", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac"));
    const { result } = await at.run(videoSprite, { fileId: sound.id });
    expect(result).toEqual({ notNeeded: "There is no picture in the file." });
  });

  test("of a file that changes meanwhile is thrown away", async () => {
    const row = await at.add(path(), "changing.mp4");
    const progress = () => writeFileSync(join(at.root, "changing.mp4"), "x");
    const run = at.run(videoPreview, { fileId: row.id }, { progress });
    expect(run).rejects.toMatchObject({ code: "input.changed" });
    await run.catch(() => {});
    expect(await at.tools.db.select().from(derivative).where(eq(derivative.fileId, row.id))).toEqual([]);
    await saveFacts(at.tools.db, row.id, { trashedAt: new Date() }, Date.now());
  });

  test("is asked of those that lack it", async () => {
    const row = await at.add(path(), "lacking.mp4");
    for (const kind of [videoPreview, videoSprite, videoFingerprint])
      expect(await pending(kind)).toContain(row.id);
    await at.run(videoPreview, { fileId: row.id });
    for (const kind of [videoPreview, videoSprite, videoFingerprint])
      expect(await pending(kind)).not.toContain(row.id);
  });
});

/** As a film so long that it is not decoded as a whole. */
async function jumped(path: string, what: keyof Wanted) {
  const { video, durationS } = await at.tools.media.probe(path);
  const plan = { ...planFilm(video!, durationS!), pixels: Number.POSITIVE_INFINITY };
  const film = { path, video: video!, sizeBytes: Bun.file(path).size, plan };
  const folder = mkdtempSync(join(made.folder, "jumped-"));
  const wanted = { preview: false, sprite: false, frames: false, [what]: true };
  const lines: string[] = [];
  return {
    lines,
    ...(await lookThrough(at.tools.media, film, wanted, folder, { log: (l) => lines.push(l) })),
  };
}

async function previewOf(fileId: number) {
  const row = (await findDerivative(at.tools.db, fileId, "preview", "mp4-640"))!;
  const path = derivativePath(at.tools.paths, row);
  return { path, probe: await at.tools.media.probe(path), lumas: await lumasIn(path) };
}

/** The brightness of each frame. */
async function lumasIn(path: string): Promise<number[]> {
  const lumas: number[] = [];
  const words = ["-vf", "scale=1:1:flags=area,format=gray", "-f", "rawvideo", "pipe:1"];
  const onBytes = (bytes: Uint8Array) => void lumas.push(...bytes);
  const { exitCode, stderrTail } = await runFfmpeg("ffmpeg", [...input(path), ...words], { onBytes });
  expect({ exitCode, stderrTail }).toEqual({ exitCode: 0, stderrTail: "" });
  return lumas;
}

/** Twelve of 18 frames, which begin at every second twenty-fifth of the film's inner nine tenths. */
function expectClips(lumas: number[], durationS: number) {
  expect(lumas).toHaveLength(12 * 18);
  for (const [n, luma] of lumas.entries()) {
    const timeS = durationS * (0.05 + 0.036 * (1 + 2 * Math.floor(n / 18))) + (n % 18) / 24;
    expect(Math.abs(luma - shownAt(timeS))).toBeLessThan(4);
  }
}

async function pending(kind: JobKind<{ fileId: number }, Tools>): Promise<number[]> {
  const ids: number[] = [];
  for await (const { fileId } of kind.pending!(at.tools)) ids.push(fileId);
  return ids;
}
