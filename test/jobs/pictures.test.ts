// Thumbnails, posters and transforms, on real pictures and on films made here.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { imageThumbnail } from "../../src/jobs/image-thumbnail.ts";
import {
  cachedTransform,
  imageTransform,
  transformImage,
  transformParams,
} from "../../src/jobs/image-transform.ts";
import { videoPoster } from "../../src/jobs/video-poster.ts";
import { derivativePath, findDerivative, listDerivatives } from "../../src/library/derivatives.ts";
import { fixtures } from "../support/fixtures.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

// Machines that build for others are slow.
setDefaultTimeout(30_000);

const made = madeMedia();
let at: MediaTools;
beforeAll(async () => {
  at = await mediaTools();
});
afterAll(async () => {
  await at.close();
  await made.remove();
});
const never = new AbortController().signal;
const pathOf = async (fileId: number, kind: string, variant: string) =>
  derivativePath(at.tools.paths, (await findDerivative(at.tools.db, fileId, kind, variant))!);
const pixel = async (path: string, x: number, y: number) => {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return [
    ...data.subarray((Math.round(y * (info.height - 1)) * info.width + Math.round(x * (info.width - 1))) * 3),
  ].slice(0, 3);
};
const leftovers = () => (existsSync(at.tools.paths.tmp) ? readdirSync(at.tools.paths.tmp) : []);

describe("image-thumbnail", () => {
  test("makes a square, a small one and a preview, upright, without metadata", async () => {
    const path = join(made.folder, "turned.jpg");
    await sharp({ create: { width: 2000, height: 1000, channels: 3, background: "blue" } })
      .composite([
        { input: { create: { width: 1000, height: 1000, channels: 3, background: "red" } }, left: 0, top: 0 },
      ])
      .withExif({ IFD0: { Make: "Secret", Orientation: "6" } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(path);
    const row = await at.add(path);
    await at.run(imageThumbnail, { fileId: row.id });
    const rows = await listDerivatives(at.tools.db, row.id);
    expect(rows.map((r) => [r.kind, r.variant, r.width, r.height, r.mimeType])).toEqual([
      ["preview", "webp-1440", 720, 1440, "image/webp"],
      ["thumbnail", "webp-240", 240, 240, "image/webp"],
      ["thumbnail", "webp-640", 640, 1280, "image/webp"],
    ]);
    const preview = await pathOf(row.id, "preview", "webp-1440");
    // Orientation 6: the stored left is the shown top.
    expect((await pixel(preview, 0.5, 0.1))[0]).toBeGreaterThan(200);
    expect((await pixel(preview, 0.5, 0.9))[2]).toBeGreaterThan(200);
    expect((await sharp(preview).metadata()).exif).toBeUndefined();
    expect(leftovers()).toEqual([]);
  });

  test("never enlarges, and a second run replaces the first", async () => {
    const path = join(made.folder, "tiny.png");
    await sharp({
      create: { width: 50, height: 40, channels: 4, background: { r: 0, g: 255, b: 0, alpha: 0.5 } },
    })
      .png()
      .toFile(path);
    const row = await at.add(path);
    await at.run(imageThumbnail, { fileId: row.id });
    const before = await listDerivatives(at.tools.db, row.id);
    await at.run(imageThumbnail, { fileId: row.id });
    const after = await listDerivatives(at.tools.db, row.id);
    expect(after.map((r) => [r.variant, r.width, r.height])).toEqual(
      before.map((r) => [r.variant, r.width, r.height]),
    );
    expect(after.find((r) => r.kind === "preview")).toMatchObject({ width: 50, height: 40 });
    for (const old of before) expect(existsSync(derivativePath(at.tools.paths, old))).toBe(false);
    expect((await sharp(await pathOf(row.id, "preview", "webp-1440")).metadata()).hasAlpha).toBe(true);
  });

  test("takes the first frame of an animation, and 16-bit, grey and CMYK pictures", async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 60, height: 60, channels: 3, background } })
        .png()
        .toBuffer();
    const gif = join(made.folder, "moving.gif");
    await sharp([await frame("red"), await frame("blue")], { join: { animated: true } })
      .gif()
      .toFile(gif);
    const grey = join(made.folder, "grey.png");
    await sharp(await frame("white"))
      .toColourspace("grey16")
      .png()
      .toFile(grey);
    const cmyk = join(made.folder, "cmyk.tif");
    await sharp(await frame("red"))
      .toColourspace("cmyk")
      .tiff()
      .toFile(cmyk);
    for (const path of [gif, grey, cmyk]) {
      const row = await at.add(path);
      await at.run(imageThumbnail, { fileId: row.id });
      const preview = await pathOf(row.id, "preview", "webp-1440");
      expect((await sharp(preview).metadata()).pages ?? 1).toBe(1);
      expect((await pixel(preview, 0.5, 0.5))[0]).toBeGreaterThan(200);
    }
  });

  test("says what is wrong with a picture, keeps nothing, and does not touch the file", async () => {
    const whole = await sharp({ create: { width: 900, height: 900, channels: 3, background: "red" } })
      .jpeg()
      .toBuffer();
    writeFileSync(join(at.root, "cut.jpg"), whole.subarray(0, whole.length / 2));
    const row = await at.adopt("cut.jpg");
    expect(await at.run(imageThumbnail, { fileId: row.id }).catch((e) => [e.name, e.code])).toEqual([
      "GiveUp",
      "input.truncated",
    ]);
    expect(await listDerivatives(at.tools.db, row.id)).toEqual([]);
    expect(leftovers()).toEqual([]);
    expect(statSync(join(at.root, "cut.jpg")).size).toBe(Math.floor(whole.length / 2));
  });

  test("cancelled, it leaves nothing", async () => {
    const path = join(made.folder, "large.png");
    await sharp({ create: { width: 3000, height: 3000, channels: 3, background: "red" } })
      .png()
      .toFile(path);
    const row = await at.add(path);
    const abort = new AbortController();
    const running = at.run(imageThumbnail, { fileId: row.id }, { signal: abort.signal });
    setImmediate(() => abort.abort());
    expect(await running.catch((e) => e.name)).toBe("AbortError");
    expect(await listDerivatives(at.tools.db, row.id)).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test.skipIf(!fixtures)("reads HEIC in its own colours, AVIF and JPEG XL", async () => {
    let heic = 0;
    for (const [name, width, height] of [
      ["IMG_3578.heic", 1440, 1080],
      ["example.avif", 800, 533],
      ["Reagan.jxl", 200, 130],
    ] as const) {
      const row = await at.add(join(fixtures!, "media/photos", name));
      await at.run(imageThumbnail, { fileId: row.id });
      expect(await findDerivative(at.tools.db, row.id, "preview")).toMatchObject({ width, height });
      heic ||= row.id;
    }
    // The iPhone's Display P3 values, taken for sRGB, would have a mean of 110.8 in blue; converted it is 106.3.
    expect((await sharp(await pathOf(heic, "preview", "webp-1440")).stats()).channels[2]!.mean).toBeLessThan(
      108.5,
    );
  });

  test("shows a RAW file by its largest embedded preview, turned as the RAW file says", async () => {
    const preview = await sharp({ create: { width: 300, height: 200, channels: 3, background: "red" } })
      .jpeg()
      .toBuffer();
    writeFileSync(join(at.root, "photo.arw"), rawFile(preview, 8));
    const row = await at.adopt("photo.arw");
    await at.run(imageThumbnail, { fileId: row.id });
    expect(await findDerivative(at.tools.db, row.id, "preview")).toMatchObject({ width: 200, height: 300 });
  });

  test.skipIf(!fixtures)("says that a RAW file has no preview", async () => {
    for (const name of ["CanonRaw.cr2", "DNG.dng", "Nikon.nef"]) {
      const row = await at.add(join(fixtures!, "media/photos", name));
      const error = await at.run(imageThumbnail, { fileId: row.id }).catch((e) => e);
      expect(error.code).toBe("input.unsupported");
      expect(error.message).toContain("no embedded preview");
    }
  });
});

describe.skipIf(!hasFfmpeg)("video-poster", () => {
  const film = (name: string, ...args: string[]) => at.add(made.make(name, ...args));
  const source = (text: string) => ["-f", "lavfi", "-i", text];

  test("makes a WebP of 480 and a JPEG of 1280, never larger than the film", async () => {
    const row = await film("large.mp4", ...source("testsrc2=size=1920x1080:rate=5:duration=1"));
    await at.run(videoPoster, { fileId: row.id });
    const rows = await listDerivatives(at.tools.db, row.id);
    expect(rows.map((r) => [r.kind, r.variant, r.width, r.height])).toEqual([
      ["poster", "jpeg-1280", 1280, 720],
      ["poster", "webp-480", 480, 270],
    ]);
    const small = await film("small.mp4", ...source("testsrc2=size=322x182:rate=5:duration=1"));
    await at.run(videoPoster, { fileId: small.id });
    expect(await findDerivative(at.tools.db, small.id, "poster", "jpeg-1280")).toMatchObject({
      width: 322,
      height: 182,
    });
    expect(leftovers()).toEqual([]);
  });

  test("passes over black frames", async () => {
    // Black for the first 45 %.
    const row = await film(
      "dark.mp4",
      ...source("testsrc2=size=160x120:rate=10:duration=4"),
      "-vf",
      "drawbox=c=black:t=fill:enable='lt(t,1.8)'",
    );
    const { lines } = await at.run(videoPoster, { fileId: row.id });
    expect(lines.join()).toContain("nearly blank");
    const { channels } = await sharp(await pathOf(row.id, "poster", "webp-480")).stats();
    expect(channels[0]!.stdev).toBeGreaterThan(20);
  });

  test("of an all-black film is a black picture, not a failure", async () => {
    const row = await film("black.mp4", ...source("color=black:size=64x64:rate=10:duration=1"));
    await at.run(videoPoster, { fileId: row.id });
    expect(await findDerivative(at.tools.db, row.id, "poster", "webp-480")).toBeDefined();
  });

  test("stands upright and has square pixels", async () => {
    made.make(
      "flat.mp4",
      ...source("color=blue:size=320x160:rate=5:duration=1"),
      "-vf",
      "drawbox=w=160:c=red:t=fill",
    );
    const row = await film(
      "upright.mp4",
      "-i",
      join(made.folder, "flat.mp4"),
      "-c",
      "copy",
      "-metadata:s:v",
      "rotate=90",
    );
    await at.run(videoPoster, { fileId: row.id });
    expect(await findDerivative(at.tools.db, row.id, "poster", "webp-480")).toMatchObject({
      width: 160,
      height: 320,
    });
    const { rotation } = (await at.tools.media.probe(join(at.root, "upright.mp4"))).video!;
    // Turned by 90° clockwise the left half is on top, by 270° below.
    const red = await pixel(await pathOf(row.id, "poster", "webp-480"), 0.5, rotation === 90 ? 0.1 : 0.9);
    expect(red[0]).toBeGreaterThan(180);
    const wide = await film(
      "wide.mp4",
      ...source("testsrc2=size=360x288:rate=5:duration=1"),
      "-vf",
      "setsar=2",
    );
    await at.run(videoPoster, { fileId: wide.id });
    expect(await findDerivative(at.tools.db, wide.id, "poster", "jpeg-1280")).toMatchObject({
      width: 720,
      height: 288,
    });
  });

  test("of an HDR film is in ordinary colours", async () => {
    const hdr = [
      "-c:v",
      "libx265",
      "-pix_fmt",
      "yuv420p10le",
      "-x265-params",
      "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
    ];
    const row = await film("hdr.mp4", ...source("testsrc2=size=160x120:rate=5:duration=1"), ...hdr);
    const { lines } = await at.run(videoPoster, { fileId: row.id });
    expect(lines).toEqual([]);
    const poster = await sharp(await pathOf(row.id, "poster", "jpeg-1280")).metadata();
    expect(poster).toMatchObject({ width: 160, height: 120, space: "srgb" });
  });

  test("takes the moment that was asked for, and the width", async () => {
    const row = await film(
      "moment.mp4",
      ...source("color=red:size=640x360:rate=10:duration=2"),
      "-vf",
      "drawbox=c=blue:t=fill:enable='gte(t,1)'",
    );
    await at.run(videoPoster, { fileId: row.id, timestamp: 1.5, width: 320 });
    expect((await pixel(await pathOf(row.id, "poster", "webp-320"), 0.5, 0.5))[2]).toBeGreaterThan(180);
    await at.run(videoPoster, { fileId: row.id, timestamp: 0.2 });
    expect((await pixel(await pathOf(row.id, "poster", "webp-480"), 0.5, 0.5))[0]).toBeGreaterThan(180);
    await at.run(videoPoster, { fileId: row.id, timestamp: 999 });
    expect((await pixel(await pathOf(row.id, "poster", "webp-480"), 0.5, 0.5))[2]).toBeGreaterThan(180);
  });

  test("is not needed where there is no picture", async () => {
    const row = await film("sound.mp4", ...source("sine=duration=1"));
    expect((await at.run(videoPoster, { fileId: row.id })).result?.notNeeded).toContain("no picture");
  });

  test("fails with the file's fault", async () => {
    writeFileSync(join(at.root, "bad.mp4"), Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9]));
    const row = await at.adopt("bad.mp4");
    expect(await at.run(videoPoster, { fileId: row.id }).catch((e) => [e.name, e.code])).toEqual([
      "GiveUp",
      "input.corrupt",
    ]);
  });
});

describe("image-transform", () => {
  test("is made once, found again, and made anew when the file changes", async () => {
    const path = join(made.folder, "source.png");
    await sharp({ create: { width: 200, height: 100, channels: 3, background: "red" } })
      .png()
      .toFile(path);
    const row = await at.add(path);
    const params = transformParams.parse({
      fileId: String(row.id),
      w: 50,
      h: 50,
      fit: "cover",
      format: "jpeg",
    });
    expect(await cachedTransform(at.tools, params)).toBeUndefined();
    const first = await transformImage(at.tools, params, never);
    expect(first).toMatchObject({ mimeType: "image/jpeg", etag: expect.stringMatching(/^"[0-9a-f]{40}"$/) });
    expect(await sharp(first.path).metadata()).toMatchObject({ width: 50, height: 50, format: "jpeg" });
    expect(await cachedTransform(at.tools, params)).toEqual(first);
    expect((await at.run(imageTransform, params)).result?.notNeeded).toContain("cache");
    utimesSync(join(at.root, "source.png"), 1, 1);
    expect(await cachedTransform(at.tools, params)).toBeUndefined();
    expect((await transformImage(at.tools, params, never)).etag).not.toBe(first.etag);
  });

  test("leaves nothing half-made behind", async () => {
    writeFileSync(join(at.root, "noise.webp"), Buffer.from("RIFF\0\0\0\0WEBPxxxxxxxxxxxxxxxx", "latin1"));
    const row = await at.adopt("noise.webp");
    const params = transformParams.parse({ fileId: row.id, w: 10 });
    expect(await transformImage(at.tools, params, never).catch((e) => e.code)).toMatch(
      /^input\.(corrupt|truncated)$/,
    );
    const kept = readdirSync(join(at.tools.paths.cache, "transform"), { recursive: true }) as string[];
    expect(kept.filter((name) => name.includes(".part-"))).toEqual([]);
  });

  test("refuses sizes over 4096 and unknown formats", () => {
    for (const bad of [{ w: 4097 }, { h: 0 }, { format: "bmp" }, { quality: 101 }, { fit: "x" }, { size: 3 }])
      expect(transformParams.safeParse({ fileId: 1, ...bad }).success).toBe(false);
  });
});

/** The least TIFF that a camera might write: orientation, and a JPEG preview by offset and length. */
function rawFile(preview: Buffer, orientation: number): Buffer {
  const head = Buffer.alloc(8 + 2 + 3 * 12 + 4);
  head.write("II*\0", 0, "latin1");
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(3, 8);
  const entries = [
    [0x112, 3, orientation],
    [0x201, 4, head.length],
    [0x202, 4, preview.length],
  ] as const;
  entries.forEach(([tag, type, value], i) => {
    head.writeUInt16LE(tag, 10 + i * 12);
    head.writeUInt16LE(type, 12 + i * 12);
    head.writeUInt32LE(1, 14 + i * 12);
    head.writeUInt32LE(value, 18 + i * 12);
  });
  return Buffer.concat([head, preview]);
}
