// Fingerprints of pictures and sounds, of real fixtures: near for the same in another size, format or encoding, far for others.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { nearDuplicate } from "../../src/db/tables/media.ts";
import { audioFingerprint } from "../../src/jobs/audio-fingerprint.ts";
import { imageFingerprint } from "../../src/jobs/image-fingerprint.ts";
import { saveFacts } from "../../src/library/files.ts";
import { fingerprintsOf } from "../../src/library/fingerprints.ts";
import { bitsApart } from "../../src/library/near-duplicates.ts";
import { chromaprintDistance, wordsOf } from "../../src/media/chromaprint-distance.ts";
import { oshash } from "../../src/media/oshash.ts";
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

async function hashOf(path: string, size?: { width: number; height: number }) {
  const row = await at.add(path);
  if (size) await saveFacts(at.tools.db, row.id, size, Date.now());
  const { lines } = await at.run(imageFingerprint, { fileId: row.id });
  return { row, lines, hash: (await fingerprintsOf(at.tools.db, [row.id])).get(row.id)?.phash };
}

/** A picture that is like no other: blobs of colour by a seed. */
async function picture(name: string, seed: number, of: (image: Sharp) => Sharp): Promise<string> {
  const cells = Uint8Array.from(
    { length: 8 * 6 * 3 },
    (_, n) => (n * n * 7 + seed * 97 * (n % 13) + seed) % 256,
  );
  const blobs = sharp(cells, { raw: { width: 8, height: 6, channels: 3 } }).resize(480, 360, {
    kernel: "cubic",
  });
  const path = join(made.folder, name);
  await of(sharp(await blobs.png().toBuffer())).toFile(path);
  return path;
}

describe("a picture's phash", () => {
  test("stays near when it is made smaller, saved anew, or stored lying on its side", async () => {
    const first = await hashOf(await picture("first.png", 1, (image) => image), { width: 480, height: 360 });
    const small = await picture("small.webp", 1, (image) => image.resize(160).webp({ quality: 40 }));
    const again = await hashOf(small, { width: 160, height: 120 });
    const turned = await picture("turned.jpg", 1, (image) =>
      image.rotate(270).jpeg({ quality: 50 }).withMetadata({ orientation: 6 }),
    );
    const other = await hashOf(await picture("other.png", 5, (image) => image), { width: 480, height: 360 });
    expect(bitsApart(first.hash!, again.hash!)).toBeLessThanOrEqual(4);
    expect(bitsApart(first.hash!, (await hashOf(turned)).hash!)).toBeLessThanOrEqual(4);
    expect(bitsApart(first.hash!, other.hash!)).toBeGreaterThan(16);
    expect(again.lines).toEqual([`phash ${again.hash}; 1 look much the same`]);
    const pairs = await at.tools.db.select().from(nearDuplicate);
    expect(pairs).toContainEqual({
      ...{ fileId: first.row.id, otherId: again.row.id, type: "phash", dismissedAt: null },
      distance: bitsApart(first.hash!, again.hash!),
    });
    expect(pairs.some(({ fileId, otherId }) => [fileId, otherId].includes(other.row.id))).toBeFalse();
  });

  test("means nothing of one colour, whatever colour that is, and counts what is clear as white", async () => {
    const plain = (r: number) =>
      sharp({ create: { width: 60, height: 60, channels: 3, background: { r, g: 9, b: 9 } } });
    for (const r of [0, 200]) {
      await plain(r)
        .png()
        .toFile(join(made.folder, `plain-${r}.png`));
      const { hash, lines } = await hashOf(join(made.folder, `plain-${r}.png`));
      expect({ hash, lines }).toEqual({
        hash: undefined,
        lines: ["No phash: the picture is all of one colour."],
      });
    }
    const clear = join(made.folder, "clear.png");
    await sharp({
      create: { width: 60, height: 60, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toFile(clear);
    expect((await hashOf(clear)).hash).toBeUndefined();
  });

  test("forgets what it was near to when the picture is another", async () => {
    const { row } = await hashOf(await picture("exchanged.png", 1, (image) => image), {
      width: 480,
      height: 360,
    });
    const pairsOf = async () =>
      (await at.tools.db.select().from(nearDuplicate)).filter((pair) => pair.otherId === row.id);
    expect(await pairsOf()).not.toEqual([]);
    writeFileSync(
      join(at.root, "exchanged.png"),
      await Bun.file(await picture("9.png", 9, (i) => i)).bytes(),
    );
    await at.run(imageFingerprint, { fileId: row.id });
    expect(await pairsOf()).toEqual([]);
  });
});

describe("oshash", () => {
  test("is the size plus the sums of the first and the last 64 KiB, in 64 bits", async () => {
    const of = async (bytes: Uint8Array) => {
      const path = join(made.folder, "hashed.bin");
      writeFileSync(path, bytes);
      return await oshash(path);
    };
    expect(await of(new Uint8Array(131_072))).toBe("0000000000020000");
    // 16,384 times 2⁶⁴−1 wraps around to −16,384.
    expect(await of(new Uint8Array(131_072).fill(255))).toBe(
      (131_072n - 16_384n).toString(16).padStart(16, "0"),
    );
    const numbered = new Uint8Array(200_000);
    new DataView(numbered.buffer).setBigUint64(8, 0x0102030405060708n, true);
    new DataView(numbered.buffer).setBigUint64(100_000, 0xffffn, true);
    expect(await of(numbered)).toBe((0x0102030405060708n + 200_000n).toString(16).padStart(16, "0"));
    expect(await of(new Uint8Array(65_535))).toBeNull();
  });
});

/** Notes that go up and down by a seed, with a rhythm. */
const tune = (seed: number) => [
  ...["-f", "lavfi", "-i"],
  `aevalsrc='0.4*sin(2*PI*t*(220+40*mod(floor(t*3)*${seed},11)))*exp(-2*mod(t*3,1))+0.2*sin(2*PI*t*(550+60*mod(floor(t*2)*${seed + 2},7)))':s=44100:d=20`,
];

describe.skipIf(!hasFfmpeg)("a sound's Chromaprint", () => {
  test("stays near in another encoding, and is far for another sound", async () => {
    const of = async (name: string, ...args: string[]) => {
      const row = await at.add(made.make(name, ...args));
      await saveFacts(at.tools.db, row.id, { durationS: 20 }, Date.now());
      const { lines } = await at.run(audioFingerprint, { fileId: row.id });
      const prints = (await fingerprintsOf(at.tools.db, [row.id])).get(row.id);
      return { row, lines, print: prints!.chromaprint! };
    };
    const first = await of("tune.flac", ...tune(3));
    const again = await of("again.ogg", ...tune(3), "-c:a", "libvorbis", "-b:a", "48k", "-ac", "1");
    const other = await of("other.flac", ...tune(8));
    expect(first.print).toMatch(/^AQ[A-Za-z0-9_-]+$/);
    expect(chromaprintDistance(first.print, again.print)).toBeLessThanOrEqual(8);
    expect(chromaprintDistance(first.print, other.print)).toBeGreaterThan(12);
    expect(again.lines[0]).toEndWith("; 1 sound much the same");
    expect(other.lines[0]).toEndWith("; 0 sound much the same");
  });

  test("holds the words that Chromaprint found", async () => {
    const raw = made.make("raw.fp", ...tune(5), "-f", "chromaprint", "-fp_format", "raw");
    const packed = made.make("packed.fp", ...tune(5), "-f", "chromaprint", "-fp_format", "base64");
    const words = new Int32Array(await Bun.file(raw).arrayBuffer());
    expect(words.length).toBeGreaterThan(100);
    expect(wordsOf(await Bun.file(packed).text())).toEqual(words);
  });

  test("says nothing of silence and of what is too short", async () => {
    const none = "-f lavfi -i anullsrc=r=44100:cl=stereo:d=10".split(" ");
    const silence = await at.add(made.make("silence.flac", ...none));
    const quiet = await at.run(audioFingerprint, { fileId: silence.id });
    expect(quiet.lines[0]).toEndWith("; 0 sound much the same");
    const blip = await at.add(made.make("blip.flac", "-f", "lavfi", "-i", "sine=d=0.2"));
    const { result } = await at.run(audioFingerprint, { fileId: blip.id });
    expect(result).toEqual({ notNeeded: "The sound is too short for a fingerprint." });
  });
});
