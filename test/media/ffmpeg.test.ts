import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkAv, decodeWindows } from "../../src/media/av-check.ts";
import { detectCapabilities } from "../../src/media/capabilities.ts";
import { claimedSizeBytes } from "../../src/media/container-end.ts";
import { ffmpegFailure, input, makeWithFfmpeg } from "../../src/media/ffmpeg.ts";
import { probeFile, toProbe } from "../../src/media/ffprobe.ts";
import { GiveUp } from "../../src/runtime/errors.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";

// Machines that build for others are slow.
setDefaultTimeout(30_000);

const made = madeMedia();
afterAll(() => made.remove());
const picture = (size: string, s = 2) => ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=25:duration=${s}`];
const sound = (s = 2) => ["-f", "lavfi", "-i", `sine=frequency=440:duration=${s}`];
const probe = (path: string) => probeFile("ffprobe", path);
const check = async (path: string) =>
  (await checkAv(path, await probe(path), { ffmpegPath: "ffmpeg", sizeBytes: statSync(path).size }))?.code;

describe.skipIf(!hasFfmpeg)("a probe", () => {
  test("says what streams there are", async () => {
    const path = made.make(
      "av.mp4",
      ...picture("320x240"),
      ...sound(),
      "-c:v",
      "libx264",
      "-c:a",
      "aac",
      "-metadata",
      "title=Home",
    );
    expect(await probe(path)).toMatchObject({
      container: "mov",
      video: {
        codec: "h264",
        width: 320,
        height: 240,
        rotation: 0,
        fps: 25,
        frames: 50,
        hdr: null,
        bitDepth: 8,
      },
      audio: [{ codec: "aac", channels: 1, sampleRate: 44100 }],
      subtitles: [],
      tags: { title: "Home" },
    });
    expect((await probe(path)).durationS).toBeCloseTo(2, 1);
  });

  test("turns the size with the picture", async () => {
    const plain = made.make("plain.mp4", ...picture("320x240", 0.2));
    const path = made.make("turned.mp4", "-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90");
    expect((await probe(path)).video).toMatchObject({ codedWidth: 320, width: 240, height: 320 });
  });

  test("counts turns clockwise, as a phone held upright writes them", () => {
    const stream = (more: object) => ({
      index: 0,
      codec_type: "video",
      codec_name: "h264",
      width: 1920,
      height: 1080,
      ...more,
    });
    const rotation = (more: object) =>
      toProbe({ format: { format_name: "mov,mp4" }, streams: [stream(more)] }).video?.rotation;
    expect(rotation({ side_data_list: [{ side_data_type: "Display Matrix", rotation: -90 }] })).toBe(90);
    expect(rotation({ side_data_list: [{ side_data_type: "Display Matrix", rotation: 90 }] })).toBe(270);
    expect(rotation({ tags: { rotate: "90" } })).toBe(90);
    expect(rotation({ tags: { rotate: "180" } })).toBe(180);
    expect(rotation({})).toBe(0);
  });

  test("does not count the days that a subtitle without an end is given", () => {
    const tags = { DURATION: "00:00:24.023000000" };
    const streams = [
      { index: 0, codec_type: "video", tags },
      { index: 1, codec_type: "audio", tags: { DURATION: "00:00:25.5" } },
      { index: 2, codec_type: "subtitle", codec_name: "dvb_subtitle", tags: { DURATION: "1193:03:02.318" } },
    ];
    const format = { format_name: "matroska,webm", duration: "4294982.318", bit_rate: "37" };
    expect(toProbe({ format, streams })).toMatchObject({ durationS: 25.5, bitrateKbps: null });
    expect(toProbe({ format, streams: streams.slice(0, 2) }).durationS).toBe(4294982.318);
  });

  test("counts wide pixels as wide", async () => {
    const path = made.make("wide.mp4", ...picture("720x576", 0.2), "-vf", "setsar=64/45");
    expect((await probe(path)).video).toMatchObject({ codedWidth: 720, width: 1024, height: 576 });
  });

  test("knows HDR and ten bits", async () => {
    const hdr = [
      "-c:v",
      "libx265",
      "-x265-params",
      "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
    ];
    const path = made.make("hdr.mp4", ...picture("160x120", 0.2), "-pix_fmt", "yuv420p10le", ...hdr);
    expect((await probe(path)).video).toMatchObject({ hdr: "hdr10", bitDepth: 10 });
  });

  test("takes a cover for a cover, not for a film", async () => {
    const cover = made.make("cover.jpg", ...picture("64x64", 0.04), "-frames:v", "1");
    const path = made.make(
      "song.mp3",
      ...sound(),
      "-i",
      cover,
      "-map",
      "0:a",
      "-map",
      "1:v",
      "-disposition:v",
      "attached_pic",
    );
    expect(await probe(path)).toMatchObject({ video: null, hasCoverArt: true, audio: [{ codec: "mp3" }] });
  });

  test("refuses a list of other files that bears a film's name", async () => {
    const film = made.make("secret.mp4", ...picture("64x64", 0.2));
    const lists = {
      "hls.mp4": `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n${film}\n#EXT-X-ENDLIST\n`,
      "concat.mp4": `ffconcat version 1.0\nfile '${film}'\n`,
      "net.mkv": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
    };
    for (const [name, content] of Object.entries(lists)) {
      const path = join(made.folder, name);
      writeFileSync(path, content);
      const error = await probe(path).catch((e) => e);
      expect(error).toBeInstanceOf(GiveUp);
      expect(error.code).toBe("input.unsupported");
      expect(await makeWithFfmpeg("ffmpeg", [...input(path), "-f", "null", "-"]).catch((e) => e.code)).toBe(
        "input.unsupported",
      );
    }
  });

  test("reads names that look like options, addresses and patterns", async () => {
    const path = made.make("x.mp4", ...picture("64x64", 0.2));
    for (const name of [
      "-i.mp4",
      "http:x.mp4",
      "a%03d.mp4",
      "naïve – quote'\" $(x) ; 名前.mp4",
      "concat:a|b.mp4",
    ]) {
      copyFileSync(path, join(made.folder, name));
      expect((await probe(join(made.folder, name))).video?.width).toBe(64);
    }
  });
});

describe.skipIf(!hasFfmpeg)("a check", () => {
  const film = () => made.make("film.mp4", ...picture("320x240"), ...sound());

  test("passes a whole file", async () => {
    expect(await check(film())).toBeUndefined();
  });

  for (const name of [
    "a.mkv",
    "a.webm",
    "a.avi",
    "a.ts",
    "a.flv",
    "a.ogg",
    "a.wav",
    "a.flac",
    "a.mp3",
    "a.m4a",
    "a.opus",
  ])
    test(`passes a whole ${name.slice(2)}`, async () => {
      expect(await check(made.make(name, ...picture("64x64", 1), ...sound(1)))).toBeUndefined();
    });

  for (const name of ["cut.mp4", "cut.mkv", "cut.avi", "cut.wav", "cut.mp3", "cut.mov"])
    test(`finds that ${name} was cut off`, async () => {
      film();
      const from = join(made.folder, "film.mp4");
      const path = made.make(name, "-i", from, ...(name === "cut.mp4" ? ["-movflags", "faststart"] : []));
      truncateSync(path, Math.floor(statSync(path).size * 0.6));
      const code = await check(path).catch((e) => e.code);
      expect(code).toBe("input.truncated");
    });

  test("finds a sound cut off whose container counts no bytes", async () => {
    const path = made.make("cut.flac", ...sound(20));
    truncateSync(path, Math.floor(statSync(path).size * 0.6));
    expect(await check(path)).toBe("input.truncated");
  });

  test("finds flipped bytes", async () => {
    const path = film();
    const bytes = readFileSync(path);
    for (let at = Math.floor(bytes.length * 0.2); at < bytes.length * 0.8; at += 997) bytes[at]! ^= 0x55;
    writeFileSync(path, bytes);
    expect(await check(path)).toBe("input.corrupt");
  });

  test("looks at the beginning, the middle and the end of a long film, wherever it is cut", () => {
    expect(decodeWindows(20, 30)).toEqual([{ startS: 0, lengthS: null }]);
    expect(decodeWindows(7200, 30).map((w) => w.startS)).toEqual([0, 3600, 7196]);
  });

  test("passes a long film, and finds what is missing at its end", async () => {
    const path = made.make(
      "long.mkv",
      "-f",
      "lavfi",
      "-i",
      "color=gray:size=64x64:rate=5:duration=90",
      "-g",
      "5",
    );
    expect(await check(path)).toBeUndefined();
    const promised = { ...(await probe(path)), durationS: 94 };
    const options = { ffmpegPath: "ffmpeg", sizeBytes: statSync(path).size };
    expect((await checkAv(path, promised, options))?.code).toBe("input.truncated");
  });

  test("takes what a seek into the middle of a frame brings for no damage, and damage for damage all the same", async () => {
    const path = made.make(
      "tape.mpg",
      ...["-f", "lavfi", "-i", "testsrc2=size=352x288:rate=25:duration=64"],
      ...["-f", "lavfi", "-i", "sine=frequency=440:beep_factor=4:sample_rate=48000:duration=64"],
      ...["-c:v", "mpeg2video", "-b:v", "3M", "-c:a", "mp2", "-b:a", "384k"],
    );
    const facts = await probe(path);
    const options = { ffmpegPath: "ffmpeg", sizeBytes: statSync(path).size };
    // Where the middle lies decides into what it falls.
    for (const durationS of [facts.durationS!, 33.1, 62.9])
      expect(await checkAv(path, { ...facts, durationS }, options)).toBeUndefined();
    const bytes = readFileSync(path);
    for (let at = Math.floor(bytes.length * 0.42); at < bytes.length * 0.62; at += 401) bytes[at]! ^= 0x55;
    writeFileSync(path, bytes);
    expect(await check(path)).toBe("input.corrupt");
  });

  test("lets the size of a file decide where its container says it", async () => {
    const path = film();
    expect(await claimedSizeBytes(path)).toBe(statSync(path).size);
    const song = made.make("size.mp3", ...sound());
    expect(await claimedSizeBytes(song)).toBe(statSync(song).size);
    writeFileSync(join(made.folder, "text.txt"), "hello, this is no film at all");
    expect(await claimedSizeBytes(join(made.folder, "text.txt"))).toBeNull();
  });
});

test.skipIf(!hasFfmpeg)("progress runs from nothing to all", async () => {
  const seen: number[] = [];
  const out = join(made.folder, "progress.mp4");
  const result = await makeWithFfmpeg("ffmpeg", ["-f", "lavfi", "-i", "testsrc=duration=3", out], {
    durationS: 3,
    onProgress: (percent) => seen.push(percent),
  });
  expect(result.frames).toBe(75);
  expect(seen.at(-1)).toBeGreaterThan(95);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test.skipIf(!hasFfmpeg)("a look at a short film says on its way how far it is", async () => {
  const path = made.make("way.mp4", ...picture("64x64", 1));
  const seen: number[] = [];
  const options = { ffmpegPath: "ffmpeg", sizeBytes: statSync(path).size };
  await checkAv(path, await probe(path), { ...options, onProgress: (percent) => seen.push(percent) });
  expect(seen.length).toBeGreaterThan(1);
  expect(seen.at(-1)).toBe(100);
});

test("damage is told from a fault of the tool, whichever decoder says it", () => {
  const said = [
    "[libjxl @ 0x1] Unknown libjxl decode error",
    "Cannot determine format of input stream 0:0 after EOF\nError marking filters as finished",
  ];
  for (const stderrTail of said)
    expect(ffmpegFailure({ exitCode: 1, stderrTail })).toMatchObject({ code: "input.corrupt" });
});

test.skipIf(!hasFfmpeg)("progress goes by frames where it is known how many there are", async () => {
  const seen: number[] = [];
  const args = [...picture("64x64", 1), "-c:v", "libx264", join(made.folder, "frames.mp4")];
  await makeWithFfmpeg("ffmpeg", args, {
    durationS: 1,
    frames: 50,
    onProgress: (percent) => seen.push(percent),
  });
  // The encoder works on when it has got all: half of the frames are half of 95 %.
  expect(seen.at(-1)).toBe(47.5);
});

test.skipIf(!hasFfmpeg)("the abilities of ffmpeg are listed", async () => {
  const abilities = await detectCapabilities("ffmpeg", "ffprobe");
  expect(abilities.ffmpegVersion).toMatch(/^\d|^n?\d|^N-/i);
  expect(abilities.encoders.has("libx264") || abilities.encoders.has("mpeg4")).toBe(true);
  expect(abilities.decoders.has("h264")).toBe(true);
  expect(abilities.filters.has("scale")).toBe(true);
  expect((await detectCapabilities("no-such-ffmpeg", "ffprobe")).fault).toContain("no-such-ffmpeg");
});
