// Metadata, hashes and waveforms of files as they come and change; and which files lack them.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { backfillStrike, file } from "../../src/db/tables/library.ts";
import { audioWaveform } from "../../src/jobs/audio-waveform.ts";
import { derived } from "../../src/jobs/derived.ts";
import { failureCodes, failureOf } from "../../src/jobs/failures.ts";
import { fileHash } from "../../src/jobs/file-hash.ts";
import { fileMetadata } from "../../src/jobs/file-metadata.ts";
import { imageThumbnail } from "../../src/jobs/image-thumbnail.ts";
import { imageTransform } from "../../src/jobs/image-transform.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { videoPoster } from "../../src/jobs/video-poster.ts";
import { derivativePath, findDerivative } from "../../src/library/derivatives.ts";
import { getFile, saveFacts } from "../../src/library/files.ts";
import { GiveUp, JobFailure } from "../../src/runtime/errors.ts";
import { asNobody } from "../support/as-nobody.ts";
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
const jpeg = (background: string) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background } })
    .jpeg()
    .toBuffer();
async function put(name: string, content: string | Uint8Array) {
  writeFileSync(join(at.root, name), content);
  return await at.adopt(name);
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (e) => e.code ?? e.name,
  );

describe("file-metadata", () => {
  test("starts the cascade also when a scan finds the file changed while it runs", async () => {
    const row = await put("changes.jpg", await jpeg("green"));
    await saveFacts(at.tools.db, row.id, { metadataAt: new Date(1) }, 1);
    at.asked.length = 0;
    const { readImage } = at.tools.media;
    const media = Object.assign(Object.create(at.tools.media), {
      async readImage(...args: Parameters<typeof readImage>) {
        const reading = await readImage.apply(at.tools.media, args);
        // As scan-batch.ts does; the scan's own request is skipped, since this job is open.
        await saveFacts(at.tools.db, row.id, { metadataAt: null, width: null }, 2);
        return reading;
      },
    });
    await at.run(fileMetadata, { fileId: row.id }, { tools: { ...at.tools, media } });
    expect(at.asked.map((one) => one.kind)).toContain("image-thumbnail");
    expect(await getFile(at.tools.db, row.id)).toMatchObject({ width: 64, metadataAt: expect.any(Date) });
    at.asked.length = 0;
    await at.run(fileMetadata, { fileId: row.id });
    expect(at.asked).toEqual([]);
  });

  test("says in its log what it found", async () => {
    const row = await put("told.jpg", await jpeg("red"));
    const { lines } = await at.run(fileMetadata, { fileId: row.id });
    expect(lines.join()).toMatch(/^jpeg, 64×48, 0\.\d kB$/);
    const made = await at.run(imageThumbnail, { fileId: row.id });
    expect(made.lines[0]).toMatch(/^thumbnail webp-240: \d+×\d+, 0\.\d kB$/);
    expect(made.lines.length).toBe(3);
  });

  test("marks a damaged file, and clears the mark when the file is whole again", async () => {
    const noise = {
      create: { width: 64, height: 48, channels: 3, noise: { type: "gaussian", mean: 128, sigma: 30 } },
    } as const;
    const whole = await sharp(noise as never)
      .jpeg()
      .toBuffer();
    const row = await put("comes-late.jpg", whole.subarray(0, whole.length / 2));
    expect(await codeOf(at.run(fileMetadata, { fileId: row.id }))).toBe("input.truncated");
    expect((await getFile(at.tools.db, row.id)).state).toBe("invalid");
    writeFileSync(join(at.root, "comes-late.jpg"), whole);
    await at.run(fileMetadata, { fileId: row.id });
    expect(await getFile(at.tools.db, row.id)).toMatchObject({
      state: "ok",
      reasonCode: null,
      reason: null,
      width: 64,
    });
  });

  test("leaves a quarantined file quarantined", async () => {
    const row = await put("held.jpg", await jpeg("red"));
    await saveFacts(at.tools.db, row.id, { state: "quarantined", reasonCode: "tool.crashed" }, 0);
    await at.run(fileMetadata, { fileId: row.id });
    expect(await getFile(at.tools.db, row.id)).toMatchObject({
      state: "quarantined",
      reasonCode: "tool.crashed",
      width: 64,
    });
  });

  test("tells that a file changed", async () => {
    const seen: number[] = [];
    at.tools.events.subscribe((e) => e.topic === "file" && seen.push(e.id));
    const row = await put("seen.jpg", await jpeg("red"));
    await at.run(fileMetadata, { fileId: row.id });
    expect(seen).toEqual([row.id]);
  });

  test("of a file that is not there is input.missing, and marks nothing", async () => {
    const row = await put("gone.jpg", await jpeg("red"));
    rmSync(join(at.root, "gone.jpg"));
    for (const kind of [fileMetadata, fileHash, imageThumbnail, videoPoster, audioWaveform, imageTransform])
      expect(await codeOf(at.run(kind as typeof fileHash, { fileId: row.id }))).toBe("input.missing");
    expect((await getFile(at.tools.db, row.id)).state).toBe("ok");
  });

  test.skipIf(!hasFfmpeg)("of a film: streams, chapters, place and date", async () => {
    const notes = join(made.folder, "notes.txt");
    writeFileSync(
      notes,
      ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=1000\ntitle=Two\n",
    );
    const subtitles = join(made.folder, "s.srt");
    writeFileSync(subtitles, "1\n00:00:00,000 --> 00:00:00,900\nHello\n");
    const path = made.make(
      "film.mov",
      "-f",
      "lavfi",
      "-i",
      "testsrc2=size=160x120:rate=10:duration=1",
      "-f",
      "lavfi",
      "-i",
      "sine=duration=1",
      "-i",
      subtitles,
      "-i",
      notes,
      "-map",
      "0",
      "-map",
      "1",
      "-map",
      "2",
      "-map_metadata",
      "3",
      "-c:s",
      "mov_text",
      "-movflags",
      "use_metadata_tags",
      "-metadata",
      "com.apple.quicktime.creationdate=2021-07-01T12:00:00+0200",
      "-metadata",
      "com.apple.quicktime.location.ISO6709=+52.5200+013.4050+034.0/",
    );
    const row = await at.add(path);
    const { progress } = await at.run(fileMetadata, { fileId: row.id });
    expect(progress.at(-1)).toBe(100);
    expect(await getFile(at.tools.db, row.id)).toMatchObject({
      state: "ok",
      capturedAt: new Date("2021-07-01T10:00:00Z"),
      capturedOffsetMin: 120,
      capturedFrom: "container",
      gpsLat: 52.52,
      gpsLon: 13.405,
      gpsAlt: 34,
      codecs: { container: "mov", video: "h264", audio: "aac", subtitles: ["mov_text"] },
      metadata: {
        chapters: [
          { startS: 0, endS: 0.5, title: "One" },
          { startS: 0.5, endS: 1, title: "Two" },
        ],
        audioTracks: [{ codec: "aac", channels: 1 }],
        subtitleTracks: [{ codec: "mov_text" }],
      },
    });
  });

  test("rejects dates that no camera means", async () => {
    const dated = (text: string) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
        .withExif({ IFD2: { DateTimeOriginal: text } })
        .jpeg()
        .toBuffer();
    for (const [n, text] of [
      "0000:00:00 00:00:00",
      "    :  :     :  :  ",
      "2099:01:01 00:00:00",
      "2020:13:01 00:00:00",
    ].entries()) {
      const row = await put(`date-${n}.jpg`, await dated(text));
      await at.run(fileMetadata, { fileId: row.id });
      expect((await getFile(at.tools.db, row.id)).capturedFrom).toBe("file");
    }
    const row = await put("date.jpg", await dated("2020:02:29 01:02:03"));
    await at.run(fileMetadata, { fileId: row.id });
    expect((await getFile(at.tools.db, row.id)).capturedAt).toEqual(new Date("2020-02-29T01:02:03Z"));
  });
});

describe("a file that may not be read", () => {
  test.each([fileHash, fileMetadata] as const)(
    "%# is no fault of the server and is not tried again by itself",
    async (kind) => {
      const row = await put(`locked-${kind.name}.jpg`, await jpeg("blue"));
      chmodSync(join(at.root, row.path), 0);
      const error = await asNobody(() =>
        at.run<{ fileId: number }>(kind, { fileId: row.id }).catch((e) => e),
      );
      expect(failureOf(error)).toMatchObject({ code: "input.unreadable", retryable: false });
      expect((await getFile(at.tools.db, row.id)).metadataAt).toBeNull();
    },
  );

  test.each([
    ["open", "input.unreadable"],
    ["mkdir", "disk.readonly"],
  ])("and a bare EACCES of %s is %s", (syscall, code) => {
    expect(failureOf(Object.assign(new Error("denied"), { code: "EACCES", syscall })).code).toBe(code);
  });
});

describe("file-hash", () => {
  test("writes the SHA-256 and tells of duplicates", async () => {
    const one = await put("one.wav", "the same");
    const two = await put("two.wav", "the same");
    await at.run(fileHash, { fileId: one.id });
    const { lines } = await at.run(fileHash, { fileId: two.id });
    expect((await getFile(at.tools.db, two.id)).sha256).toBe(
      new Bun.CryptoHasher("sha256").update("the same").digest("hex"),
    );
    expect(lines).toEqual([expect.stringMatching(/^[0-9a-f]{64} of 0\.0 kB$/), "The same as 1 other file."]);
  });

  test("keeps no hash of a file that was replaced meanwhile", async () => {
    const row = await put("moving.wav", Buffer.alloc(2 << 20));
    const replace = () => writeFileSync(join(at.root, "moving.wav"), "other");
    expect(await codeOf(at.run(fileHash, { fileId: row.id }, { progress: replace }))).toBe("input.changed");
    expect((await getFile(at.tools.db, row.id)).sha256).toBeNull();
  });
});

describe.skipIf(!hasFfmpeg)("audio-waveform", () => {
  test("keeps the peaks as JSON, of films too", async () => {
    const row = await at.add(
      made.make(
        "loud.mp4",
        "-f",
        "lavfi",
        "-i",
        "testsrc=duration=2:rate=5",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=2",
      ),
    );
    const { progress } = await at.run(audioWaveform, { fileId: row.id });
    const kept = (await findDerivative(at.tools.db, row.id, "waveform", "json"))!;
    const wave = await Bun.file(derivativePath(at.tools.paths, kept)).json();
    expect(Math.abs(wave.length - 100)).toBeLessThanOrEqual(3);
    expect(kept.mimeType).toBe("application/json");
    expect(progress.at(-1)).toBeGreaterThan(90);
  });

  test("is not needed where there is no sound", async () => {
    const row = await at.add(made.make("silent.mp4", "-f", "lavfi", "-i", "testsrc=duration=1:rate=5"));
    expect((await at.run(audioWaveform, { fileId: row.id })).result).toEqual({
      notNeeded: "There is no sound in the file.",
    });
  });

  test("cancelled, it leaves nothing", async () => {
    const row = await at.add(made.make("lengthy.flac", "-f", "lavfi", "-i", "sine=duration=900"));
    const abort = new AbortController();
    const running = at.run(
      audioWaveform,
      { fileId: row.id },
      { signal: abort.signal, progress: () => abort.abort() },
    );
    expect(await codeOf(running)).toBe(20);
    expect(await findDerivative(at.tools.db, row.id, "waveform")).toBeUndefined();
    expect(existsSync(at.tools.paths.tmp) ? readdirSync(at.tools.paths.tmp) : []).toEqual([]);
  });
});

describe("what comes next", () => {
  const next = (from: number) =>
    at.asked.slice(from).map(({ kind, params, backfill }) => ({ kind, params, backfill }));

  test("the first look at a file enqueues what is made of it; a later one enqueues nothing", async () => {
    const row = await put("next.jpg", await jpeg("blue"));
    const before = at.asked.length;
    await at.run(fileMetadata, { fileId: row.id });
    const thumbnail = { kind: "image-thumbnail", params: { fileId: row.id }, backfill: false };
    expect(next(before)).toContainEqual(thumbnail);
    expect(next(before).map((a) => a.kind)).not.toContain("object-detect");
    const after = at.asked.length;
    await at.run(fileMetadata, { fileId: row.id });
    expect(next(after)).toEqual([]);
  });

  test("on a damaged file nothing more can fail for the same reason", async () => {
    const row = await put("noise.jpg", "no picture at all");
    const thumbnail = derived(imageThumbnail);
    await expect(at.run(thumbnail, { fileId: row.id })).rejects.toMatchObject({ code: "input.unsupported" });
    await expect(at.run(fileMetadata, { fileId: row.id })).rejects.toMatchObject({
      code: "input.unsupported",
    });
    expect((await at.run(thumbnail, { fileId: row.id })).result).toEqual({
      notNeeded: "nothing can be made of the file, which is damaged (input.unsupported)",
    });
  });
});

describe("what is pending", () => {
  const ids = async (kind: { pending?(tools: Tools): AsyncIterable<{ fileId: number }> }) =>
    (await Array.fromAsync(kind.pending!(at.tools))).map((p) => p.fileId);

  test("are the files that lack the result, in order, without trash, missing and struck out ones", async () => {
    const picture = await jpeg("green");
    const fresh = await put("fresh.jpg", picture);
    const trashed = await put("trashed.jpg", picture);
    const missing = await put("missing.jpg", picture);
    const struck = await put("struck.jpg", picture);
    const invalid = await put("invalid.jpg", picture);
    await at.tools.db.update(file).set({ trashedAt: new Date() }).where(eq(file.id, trashed.id));
    await at.tools.db.update(file).set({ state: "missing" }).where(eq(file.id, missing.id));
    await at.tools.db.update(file).set({ state: "invalid" }).where(eq(file.id, invalid.id));
    for (const kind of ["file-metadata", "file-hash", "image-thumbnail"])
      await at.tools.db.insert(backfillStrike).values({ fileId: struck.id, kind, strikes: 3 });

    const mine = (found: number[]) => found.filter((id) => id >= fresh.id);
    expect(mine(await ids(fileHash))).toEqual([fresh.id, invalid.id]);
    expect(mine(await ids(fileMetadata))).toEqual([fresh.id, invalid.id]);
    expect(mine(await ids(imageThumbnail))).toEqual([fresh.id]);
    expect(mine(await ids(videoPoster))).toEqual([]);

    for (const kind of [fileHash, fileMetadata, imageThumbnail]) await at.run(kind, { fileId: fresh.id });
    expect(await ids(fileHash)).not.toContain(fresh.id);
    expect(await ids(fileMetadata)).not.toContain(fresh.id);
    expect(await ids(imageThumbnail)).not.toContain(fresh.id);
  });

  test("runs past one page", async () => {
    const row = await put("many.jpg", "x");
    const { id, ...same } = row;
    const many = Array.from({ length: 1200 }, (_, n) => ({ ...same, path: `many/${n}.jpg` }));
    for (let n = 0; n < many.length; n += 100) await at.tools.db.insert(file).values(many.slice(n, n + 100));
    const found = await ids(fileHash);
    expect(found.filter((n) => n > id).length).toBe(1200);
    expect(found).toEqual([...found].sort((a, b) => a - b));
  });

  test("a waveform is pending where sound is known", async () => {
    const quiet = await put("quiet.mp4", "x");
    const loud = await put("with-sound.mp4", "x");
    await saveFacts(at.tools.db, quiet.id, { codecs: { video: "h264" } }, 0);
    await saveFacts(at.tools.db, loud.id, { codecs: { video: "h264", audio: "aac" } }, 0);
    const found = await ids(audioWaveform);
    expect(found).toContain(loud.id);
    expect(found).not.toContain(quiet.id);
  });
});

describe("a job about a file", () => {
  test("is named by its path, takes ids as words, and happens once at a time", async () => {
    const row = await put("named.jpg", "x");
    expect(await fileHash.about({ fileId: row.id }, at.tools)).toEqual({
      type: "file",
      id: row.id,
      label: "named.jpg",
      group: 1,
    });
    expect(fileHash.params.parse({ fileId: "12" })).toEqual({ fileId: 12 });
    for (const bad of [{}, { fileId: 0 }, { fileId: "x" }, { fileId: true }, { fileId: 1, more: 2 }])
      expect(fileHash.params.safeParse(bad).success).toBe(false);
    expect(videoPoster.dedupKey!({ fileId: 1 })).not.toBe(videoPoster.dedupKey!({ fileId: 1, timestamp: 2 }));
  });
});

describe("failures", () => {
  test("all have a meaning and a next step", () => {
    for (const [code, { meaning, nextStep }] of Object.entries(failureCodes)) {
      expect(code).toMatch(/^[a-z]+(\.[a-z-]+)?$/);
      expect(meaning.length).toBeGreaterThan(15);
      expect(nextStep.length).toBeGreaterThan(10);
    }
  });

  test("are told from what was thrown", () => {
    expect(failureOf(new GiveUp("input.changed", "x"))).toMatchObject({
      code: "input.changed",
      retryable: false,
    });
    expect(failureOf(new JobFailure("input.changed", "x"))).toMatchObject({
      code: "input.changed",
      retryable: true,
    });
    expect(failureOf(new JobFailure("tool.crashed", "x"))).toMatchObject({
      code: "tool.crashed",
      retryable: true,
    });
    expect(failureOf(Object.assign(new Error("x"), { code: "ENOSPC" })).code).toBe("disk.full");
    expect(failureOf(Object.assign(new Error("x"), { code: "EROFS" })).code).toBe("disk.readonly");
    expect(failureOf(new DOMException("x", "AbortError")).code).toBe("job.cancelled");
    expect(failureOf(new TypeError("x"))).toMatchObject({ code: "internal", message: "x" });
    expect(failureOf("x")).toMatchObject({ code: "internal", message: "x" });
  });
});
