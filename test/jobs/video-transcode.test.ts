// Films made for browsers, by real encodes: what comes out, what is left alone, and what a pause or a cancel leaves behind.

import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { derived } from "../../src/jobs/derived.ts";
import { videoTranscode } from "../../src/jobs/video-transcode.ts";
import { derivativePath, findDerivative, listDerivatives } from "../../src/library/derivatives.ts";
import { markInvalid, saveFacts } from "../../src/library/files.ts";
import { input, runFfmpeg } from "../../src/media/ffmpeg.ts";
import { processesOf } from "../../src/media/process.ts";
import { JobFailure } from "../../src/runtime/errors.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";
import { processesAbout, stateOf, until } from "../support/processes.ts";

// Machines that build for others are slow.
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

const picture = (size = "160x120", seconds = 1, rate = 25) =>
  `-f lavfi -i testsrc2=s=${size}:r=${rate}:d=${seconds}`.split(" ");
const sound = (hz = 440, seconds = 1) => `-f lavfi -i sine=f=${hz}:d=${seconds}`.split(" ");
const x264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p".split(" ");
const quick = { preset: "ultrafast" } as const;
const leftovers = () => (existsSync(at.tools.paths.tmp) ? readdirSync(at.tools.paths.tmp) : []);
const kept = () => {
  if (!existsSync(at.tools.paths.derivatives)) return 0;
  const entries = readdirSync(at.tools.paths.derivatives, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
};

/** Transcodes a film and looks at what came out; every frame of it must decode without complaint. */
async function transcode(path: string, more: object = {}, over: object = {}) {
  const row = await at.add(path);
  const log = await at.run(videoTranscode, { fileId: row.id, ...quick, ...more }, over);
  const found = await findDerivative(at.tools.db, row.id, "transcode");
  if (!found) return { ...log, row, made: undefined!, probe: undefined!, path: "", frames: 0 };
  const result = derivativePath(at.tools.paths, found);
  const probe = await at.tools.media.probe(result);
  const decoded = await runFfmpeg("ffmpeg", [...input(result), "-f", "null", "-"]);
  expect(decoded).toMatchObject({ exitCode: 0, stderrTail: "" });
  expect(leftovers()).toEqual([]);
  return { ...log, row, made: found, probe, path: result, frames: decoded.frames };
}

describe.skipIf(!hasFfmpeg)("a film that browsers do not play", () => {
  test("becomes H.264 High 4.1 and AAC stereo, with its index in front, its chapters, and nothing else", async () => {
    const chapters = join(made.folder, "chapters.txt");
    writeFileSync(
      chapters,
      ";FFMETADATA1\nlocation=+51.1782-001.8266/\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=First\n",
    );
    const words = `-map 0 -map 1 -c:v mpeg4 -c:a ac3 -ac 1 -metadata location=+51.1782-001.8266/`.split(" ");
    const path = made.make(
      "old.mkv",
      ...picture(),
      ...sound(),
      "-i",
      chapters,
      ...words,
      "-map_chapters",
      "2",
    );
    const { probe, made: row, path: result, progress, lines } = await transcode(path);
    expect(row).toMatchObject({ variant: "web", mimeType: "video/mp4", width: 160, height: 120 });
    expect(probe.video).toMatchObject({
      codec: "h264",
      profile: "High",
      pixelFormat: "yuv420p",
      width: 160,
      height: 120,
    });
    expect(levelOf(result)).toBe(41);
    expect(probe.audio).toMatchObject([{ codec: "aac", profile: "LC", channels: 2 }]);
    expect(probe.chapters).toMatchObject([{ startS: 0, endS: 1, title: "First" }]);
    expect(probe.tags).not.toHaveProperty("location");
    expect(probe.durationS).toBeCloseTo(1, 1);
    const bytes = readFileSync(result, "latin1");
    expect(bytes.indexOf("moov")).toBeLessThan(bytes.indexOf("mdat"));
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBeGreaterThan(50);
    expect(lines[0]).toBe("Encoding 160×120 → 160×120 because browsers do not play matroska files.");
    expect(lines.at(-1)).toMatch(/^h264 160×120, aac sound, [\d.]+ kB of [\d.]+ kB, in [\d.]+ s\.$/);
  });

  test("keeps its shape: odd sides become even, odd pixels square, and what is turned stands upright", async () => {
    const odd = made.make("odd.mkv", ...picture("161x121"), "-c:v", "ffv1");
    expect((await transcode(odd)).probe.video).toMatchObject({ width: 160, height: 120, rotation: 0 });
    const wide = made.make("wide.avi", ...picture("144x120"), "-vf", "setsar=16/15", "-c:v", "mpeg4");
    expect((await transcode(wide)).probe.video).toMatchObject({ codedWidth: 154, width: 154, height: 120 });
    const upright = made.make("upright.mp4", ...picture(), "-c:v", "mpeg4");
    const turned = made.make("turned.mp4", "-i", upright, "-c", "copy", "-metadata:s:v", "rotate=90");
    expect((await transcode(turned)).probe.video).toMatchObject({
      codedWidth: 120,
      codedHeight: 160,
      rotation: 0,
    });
  });

  test("is no larger than asked, and has no more frames than level 4.1 carries", async () => {
    const large = made.make("large.mkv", ...picture("2000x1000", 0.4, 60), "-c:v", "mpeg4", "-b:v", "9M");
    const { probe, frames } = await transcode(large);
    expect(probe.video).toMatchObject({ width: 1920, height: 960, fps: 60 / 2 });
    expect(frames).toBe(12);
    const smaller = made.make("smaller.mkv", "-i", large, "-c", "copy");
    const small = await transcode(smaller, { maxHeight: 144, targetBitrate: 200 });
    expect(small.probe.video).toMatchObject({ width: 256, height: 128, fps: 60 });
  });

  test("loses what is more than 8 bits, and HDR becomes ordinary colours", async () => {
    const deep = made.make(
      "deep.mp4",
      ...picture(),
      ..."-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le".split(" "),
    );
    expect((await transcode(deep)).probe.video).toMatchObject({ pixelFormat: "yuv420p", profile: "High" });
    const colours = "-pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc";
    const hdr = made.make("hdr.mkv", ...picture("160x120", 0.4), "-c:v", "ffv1", ...colours.split(" "));
    const { probe, lines } = await transcode(hdr);
    expect(probe.video).toMatchObject({ pixelFormat: "yuv420p", hdr: null, colorTransfer: "bt709" });
    expect(lines[0]).toContain("HDR to ordinary colours");
  });

  test("is deinterlaced", async () => {
    // A bar that moves with every field.
    const bar =
      "color=black:s=160x120:r=50:d=1,geq=lum='if(between(mod(X-N*7\\,160)\\,0\\,40)\\,235\\,16)':cb=128:cr=128";
    const words = "-vf tinterlace=interleave_top,fieldorder=tff -flags +ildct+ilme -c:v mpeg2video -b:v 3M";
    const path = made.make("fields.mpg", "-f", "lavfi", "-i", bar, ...words.split(" "));
    expect(await combed(path)).toBeGreaterThan(20);
    const { probe, path: result, lines } = await transcode(path);
    expect(probe.video).toMatchObject({ interlaced: false, fps: 25 });
    expect(await combed(result)).toBe(0);
    expect(lines[0]).toContain("deinterlaced");
  });

  test("may be silent, and of two sounds the one marked as default is kept", async () => {
    const silent = made.make("silent.avi", ...picture(), "-c:v", "mpeg4");
    expect((await transcode(silent)).probe.audio).toEqual([]);
    const words = "-map 0 -map 1 -map 2 -c:v mpeg4 -c:a ac3 -disposition:a:0 0 -disposition:a:1 default";
    const two = made.make("two.mkv", ...picture(), ...sound(300), ...sound(3000), ...words.split(" "));
    const { probe, path } = await transcode(two);
    expect(probe.audio).toHaveLength(1);
    expect(await pitch(path)).toBeGreaterThan(2000);
  });

  test("whose sound starts later is as long as both together", async () => {
    const words = "-map 0 -map 1 -c:v mpeg4 -c:a ac3".split(" ");
    const path = made.make("late.mp4", ...picture(), "-itsoffset", "0.8", ...sound(), ...words);
    const { probe } = await transcode(path);
    expect(probe.durationS).toBeCloseTo(1.8, 1);
  });

  test("whose frames come unevenly keeps their times", async () => {
    const words = "-vf select='not(between(n\\,10\\,39))' -vsync vfr -c:v mpeg4 -video_track_timescale 90000";
    const path = made.make("uneven.mp4", ...picture("160x120", 2), ...words.split(" "));
    const { probe, frames } = await transcode(path);
    expect(frames).toBe(20);
    expect(probe.durationS).toBeCloseTo(2, 1);
  });
});

describe.skipIf(!hasFfmpeg)("streams that browsers play", () => {
  test("in a film for browsers already: nothing is made, and the reason is said", async () => {
    const path = made.make("fine.mp4", ...picture(), ...sound(), ...x264, "-c:a", "aac");
    const { result, made: row } = await transcode(path);
    expect(result).toEqual({ notNeeded: "already playable: h264 160×120, aac sound" });
    expect(row).toBeUndefined();
  });

  test("in a wrong container are put into another, untouched", async () => {
    const path = made.make("wrong.mkv", ...picture(), ...sound(), ...x264, "-c:a", "aac");
    const { path: result, lines } = await transcode(path);
    expect(await pictureHash(result)).toBe(await pictureHash(path));
    expect(lines[0]).toStartWith("Putting the streams into mp4 as they are");
    const vp9 = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus".split(" ");
    const open = made.make("open.mkv", ...picture("160x120", 0.5), ...sound(440, 0.5), ...vp9);
    expect((await transcode(open)).made.mimeType).toBe("video/webm");
  });

  test("next to a sound that does not play keep the picture", async () => {
    const path = made.make("sound.mp4", ...picture(), ...sound(), ...x264, "-c:a", "ac3");
    const { path: result, probe } = await transcode(path);
    expect(await pictureHash(result)).toBe(await pictureHash(path));
    expect(probe.audio).toMatchObject([{ codec: "aac", channels: 2 }]);
  });

  test("that cannot be taken over are encoded", async () => {
    const { media } = at.tools;
    const refusing = {
      ...media,
      ffmpeg: (args: string[], options?: object) =>
        args.includes("copy")
          ? Promise.reject(new JobFailure("tool.crashed", "no times"))
          : media.ffmpeg(args, options),
    };
    const path = made.make("timeless.mkv", ...picture(), ...x264);
    const { probe, lines } = await transcode(path, {}, { tools: { ...at.tools, media: refusing } });
    expect(probe.durationS).toBeCloseTo(1, 1);
    expect(lines).toContain("The streams cannot be taken over: no times");
  });

  test("in a container without times for its frames are encoded at once", async () => {
    const words = "-c:v libx264 -preset veryfast -bf 3 -pix_fmt yuv420p".split(" ");
    const { lines } = await transcode(made.make("timeless.avi", ...picture(), ...words));
    expect(lines[0]).toStartWith("Encoding");
  });

  test("without a picture: nothing to do", async () => {
    const path = made.make("sound-only.mp4", ...sound(), "-c:a", "aac");
    expect((await transcode(path)).result).toEqual({ notNeeded: "There is no picture in the file." });
  });
});

describe.skipIf(!hasFfmpeg)("a damaged film", () => {
  test("that was cut off fails as truncated, and nothing is kept", async () => {
    const path = made.make("cut.mp4", ...picture("320x240", 4), "-c:v", "mpeg4", "-movflags", "+faststart");
    truncateSync(path, Math.round(readFileSync(path).length * 0.6));
    const row = await at.add(path);
    const before = kept();
    const run = (kind = videoTranscode) => at.run(kind, { fileId: row.id, ...quick });
    expect(await run().catch((e) => e)).toMatchObject({ name: "GiveUp", code: "input.truncated" });
    expect(kept()).toBe(before);
    expect(leftovers()).toEqual([]);
    await markInvalid(at.tools.db, row.id, "input.truncated", "cut off", Date.now());
    expect((await run(derived(videoTranscode))).result?.notNeeded).toContain("damaged");
  });

  test("of which no frame can be decoded fails as corrupt, and nothing is kept", async () => {
    const deep = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le -movflags +faststart".split(" ");
    const path = made.make("noise.mp4", ...picture(), ...deep);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x55, bytes.indexOf("mdat") + 4));
    const row = await at.add(path);
    const before = kept();
    expect(await at.run(videoTranscode, { fileId: row.id, ...quick }).catch((e) => e)).toMatchObject({
      name: "GiveUp",
      code: "input.corrupt",
    });
    expect(kept()).toBe(before);
    expect(leftovers()).toEqual([]);
  });

  test("that changes while it is encoded is not kept", async () => {
    const row = await at.add(made.make("grows.avi", ...picture(), "-c:v", "mpeg4"));
    const log = (line: string) =>
      line.startsWith("Encoding") && writeFileSync(join(at.root, row.path), "x", { flag: "a" });
    const failed = await at.run(videoTranscode, { fileId: row.id, ...quick }, { log }).catch((e) => e);
    expect(failed.code).toBe("input.changed");
    expect(await listDerivatives(at.tools.db, row.id)).toEqual([]);
    expect(leftovers()).toEqual([]);
  });
});

describe.skipIf(!hasFfmpeg)("a long encode", () => {
  let film: number;
  let abort: AbortController;
  beforeAll(async () => {
    const words = "-c:v mpeg4 -q:v 4 -g 300 -c:a ac3".split(" ");
    film = (await at.add(made.make("long.mkv", ...picture("640x480", 6), ...sound(440, 6), ...words))).id;
  });
  afterEach(() => abort.abort(new DOMException("over", "AbortError")));

  /** Under way, and far from done. */
  async function started() {
    abort = new AbortController();
    let percent = 0;
    const progress = (p: number) => {
      percent = p;
    };
    const done = at.run(
      videoTranscode,
      { fileId: film, preset: "medium" },
      { signal: abort.signal, progress },
    );
    done.catch(() => {});
    await until(() => percent > 1);
    const pids = processesAbout(at.tools.paths.tmp);
    expect(pids.length).toBeGreaterThan(0);
    expect(percent).toBeLessThan(90);
    return { done, pids, processes: processesOf(abort.signal), percent: () => percent };
  }
  const result = async () => {
    const found = (await findDerivative(at.tools.db, film, "transcode"))!;
    return new Bun.CryptoHasher("sha256")
      .update(readFileSync(derivativePath(at.tools.paths, found)))
      .digest("hex");
  };

  test("that is frozen and thawed makes the same film, to the byte", async () => {
    const whole = await started();
    const before = whole.processes.cpuMs()!;
    await until(() => whole.processes.cpuMs()! > before);
    await whole.done;
    const uninterrupted = await result();

    const { done, pids, processes, percent } = await started();
    processes.freeze();
    await until(() => pids.every((pid) => stateOf(pid) === "T"));
    // What it had said already is still on its way.
    await still(() => `${processes.cpuMs()} ${percent()}`, 400);
    processes.thaw();
    await done;
    expect(await result()).toBe(uninterrupted);
  });

  for (const [when, freeze] of [
    ["while it runs", false],
    ["while it is frozen", true],
  ] as const)
    test(`that is cancelled ${when} is gone within two seconds, and so is what it had written`, async () => {
      const earlier = await listDerivatives(at.tools.db, film);
      const files = kept();
      const { done, pids, processes } = await started();
      if (freeze) processes.freeze();
      if (freeze) await until(() => pids.every((pid) => stateOf(pid) === "T"));
      const abortedAt = performance.now();
      abort.abort(new DOMException("cancelled", "AbortError"));
      expect(await done.catch((e) => e.name)).toBe("AbortError");
      expect(performance.now() - abortedAt).toBeLessThan(2000);
      expect(processesAbout(at.tools.paths.tmp)).toEqual([]);
      expect(leftovers()).toEqual([]);
      expect(kept()).toBe(files);
      expect(await listDerivatives(at.tools.db, film)).toEqual(earlier);
    });
});

test("a backfill finds films that are known not to play and have nothing made for browsers", async () => {
  const own = await mediaTools();
  const path = join(made.folder, "any");
  writeFileSync(path, "x");
  const add = async (name: string, codecs: object | null, pixelFormat = "yuv420p") => {
    const row = await own.add(path, name);
    await saveFacts(own.tools.db, row.id, { codecs, metadata: { video: { pixelFormat } } }, Date.now());
    return row.id;
  };
  const wanted = [
    await add("a.mp4", { container: "mov", video: "hevc", audio: "aac" }),
    await add("b.mkv", { container: "matroska", video: "h264" }),
    await add("c.mp4", { container: "mov", video: "h264" }, "yuv420p10le"),
  ];
  await add("fine.mp4", { container: "mov", video: "h264", audio: "aac" });
  await add("sound.mp4", { container: "mov", audio: "ac3" });
  await add("unknown.mkv", null);
  const found = async () => {
    const ids: number[] = [];
    for await (const { fileId } of videoTranscode.pending!(own.tools)) ids.push(fileId);
    return ids;
  };
  expect(await found()).toEqual(wanted);
  await own.close();
});

/** Waits until what is looked at has not changed for a while. */
async function still(look: () => string, forMs: number): Promise<void> {
  let seen = { at: performance.now(), value: look() };
  await until(() => {
    const value = look();
    if (value !== seen.value) seen = { at: performance.now(), value };
    return performance.now() - seen.at > forMs;
  });
}

const decoder = new TextDecoder();
const said = (...words: string[]) => decoder.decode(Bun.spawnSync(words).stdout).trim();
const levelOf = (path: string) =>
  Number(
    said(
      "ffprobe",
      "-v",
      "error",
      "-select_streams",
      "v",
      "-show_entries",
      "stream=level",
      "-of",
      "csv=p=0",
      path,
    ),
  );

/** Of the coded frames, whatever container they are in. */
async function pictureHash(path: string): Promise<string> {
  return said("ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-f", "framemd5", "-").replaceAll(
    /^#.*\n/gm,
    "",
  );
}

/** How many frames look interlaced. */
async function combed(path: string): Promise<number> {
  const words = ["ffmpeg", "-nostats", "-i", path, "-vf", "idet", "-f", "null", "-"];
  const told = decoder.decode(Bun.spawnSync(words).stderr);
  const [, tff, bff] = /Multi frame detection: TFF: *(\d+) BFF: *(\d+)/.exec(told)!;
  return Number(tff) + Number(bff);
}

/** Of a pure tone, in Hz: how often it crosses nothing. */
async function pitch(path: string): Promise<number> {
  const { stdout } = Bun.spawnSync(`ffmpeg -v error -i ${path} -ac 1 -ar 16000 -f s16le -`.split(" "));
  const samples = new Int16Array(
    stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + (stdout.byteLength & ~1)),
  );
  let crossings = 0;
  for (let i = 1; i < samples.length; i++) if (samples[i - 1]! < 0 !== samples[i]! < 0) crossings++;
  return (crossings * 16000) / samples.length / 2;
}
