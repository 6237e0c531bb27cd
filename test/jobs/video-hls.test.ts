// Adaptive streams, by real encodes: what players rely on is measured in the segments themselves.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { dirname, join } from "node:path";
import { videoHls } from "../../src/jobs/video-hls.ts";
import { derivativePath, findDerivative } from "../../src/library/derivatives.ts";
import { parsePlaylist } from "../../src/media/hls-rendition.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";
import { processesAbout, until } from "../support/processes.ts";

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

const h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p".split(" ");
const testPicture = (size: string, seconds: number, rate: string | number = 25) => [
  ...["-f", "lavfi", "-i", `testsrc2=s=${size}:r=${rate}:d=${seconds}`],
];
const tone = (hz: number, seconds: number) => ["-f", "lavfi", "-i", `sine=f=${hz}:d=${seconds}`];

describe.skipIf(!hasFfmpeg)("a film with two tracks of sound", () => {
  let folder: string;
  let lines: string[];
  let progress: number[];
  beforeAll(async () => {
    const words =
      "-map 0:v -map 1:a -map 2:a -c:a aac -metadata:s:a:0 language=eng -metadata:s:a:1 language=deu";
    const inputs = [...testPicture("640x360", 14, "30000/1001"), ...tone(440, 14), ...tone(880, 14)];
    const path = made.make(hostile, ...inputs, ...h264, ...words.split(" "));
    const row = await at.add(path);
    ({ lines, progress } = await at.run(videoHls, { fileId: row.id }));
    folder = await streamOf(row.id);
  });

  test("gets a master playlist whose figures are true", async () => {
    const master = readFileSync(join(folder, "index.m3u8"), "utf8");
    const streams = streamsOf(master);
    expect(streams.map(({ uri, attributes }) => [uri, attributes.RESOLUTION])).toEqual([
      ["v360/index.m3u8", "640x360"],
      ["v240/index.m3u8", "426x240"],
    ]);
    for (const { uri, attributes } of streams) {
      const { stream } = packetsOf(join(folder, dirname(uri)));
      expect(`${stream.width}x${stream.height}`).toBe(attributes.RESOLUTION!);
      expect(stream).toMatchObject({ codec_name: "h264", profile: "High", pix_fmt: "yuv420p" });
      expect(attributes.CODECS).toBe(`avc1.6400${Number(stream.level).toString(16)},mp4a.40.2`);
      expect(attributes).toMatchObject({ "FRAME-RATE": "29.970", AUDIO: "sound" });
      const most = [dirname(uri), "a0"].map((name) => heaviest(join(folder, name))).reduce((a, b) => a + b);
      expect(Number(attributes.BANDWIDTH)).toBeGreaterThanOrEqual(most);
      expect(Number(attributes["AVERAGE-BANDWIDTH"])).toBeLessThanOrEqual(Number(attributes.BANDWIDTH));
    }
    expect(master.match(/#EXT-X-MEDIA:.*/g)).toEqual([
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="a0/index.m3u8"',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="German",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",URI="a1/index.m3u8"',
    ]);
  });

  test("has segments of six seconds that begin with the same keyframe in every size", () => {
    const renditions = ["v360", "v240"].map((name) => join(folder, name));
    const [first, second] = renditions.map((place) => {
      const { packets } = packetsOf(place);
      const keyframes = packets.filter((p) => p.flags.startsWith("K")).map((p) => Number(p.pts_time));
      expect(packets).toHaveLength(420);
      return keyframes;
    });
    expect(first).toEqual(second!);
    // The first frame that is shown at or after every second second.
    const wanted = [0, 2, 4, 6, 8, 10, 12].map((s) => (Math.ceil((s * 30000) / 1001) * 1001) / 30000);
    expect(first).toEqual(wanted.map((seconds) => expect.closeTo(seconds, 3)));
    for (const place of renditions) {
      const { segments, isWhole, targetS } = parsePlaylist(readFileSync(join(place, "index.m3u8"), "utf8"));
      expect([isWhole, targetS, segments.length]).toEqual([true, 6, 3]);
      expect(segments.map((s) => s.durationS)).toEqual(
        [6.006, 6.006, 2.002].map((s) => expect.closeTo(s, 2)),
      );
    }
  });

  test("begins at nothing with picture and sound, and lasts as long as it did", () => {
    for (const name of ["v360", "v240", "a0", "a1"]) {
      const { packets } = packetsOf(join(folder, name));
      const shown = packets.map((p) => Number(p.pts_time));
      // Sound has a packet ahead that only prepares its decoder.
      expect(Math.min(...shown)).toBeCloseTo(name.startsWith("a") ? -1024 / 48000 : 0, 3);
      expect(Math.abs(Math.max(...shown) - 14)).toBeLessThan(0.06);
    }
  });

  test("plays each track of sound as its own", () => {
    expect(Math.abs(pitch(join(folder, "a0", "index.m3u8")) - 440)).toBeLessThan(5);
    expect(Math.abs(pitch(join(folder, "a1", "index.m3u8")) - 880)).toBeLessThan(5);
  });

  test("shows in every size what the film shows at that time", () => {
    const path = join(at.root, hostile);
    for (const seconds of [0, 6.1, 13]) {
      const wanted = frameAt(path, seconds);
      for (const name of ["v360", "v240"])
        expect(difference(frameAt(join(folder, name, "index.m3u8"), seconds), wanted)).toBeLessThan(6);
    }
  });

  test("tells what it makes, and how far it is", () => {
    expect(lines[0]).toBe("Encoding 640×360, 426×240; 29.97 frames a second; 2 tracks of sound.");
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(98);
  });
});

describe.skipIf(!hasFfmpeg)("a film that is", () => {
  const streamed = async (name: string, ...words: string[]) => {
    const row = await at.add(made.make(name, ...words));
    await at.run(videoHls, { fileId: row.id });
    return { id: row.id, folder: await streamOf(row.id) };
  };
  const streams = (folder: string) => streamsOf(readFileSync(join(folder, "index.m3u8"), "utf8"));

  test("silent has no sound in its playlist", async () => {
    const { folder } = await streamed("silent.mkv", ...testPicture("426x240", 2), ...h264);
    expect(readFileSync(join(folder, "index.m3u8"), "utf8")).not.toMatch(/AUDIO|mp4a/);
  });

  test("turned stands upright, in colours of eight bits", async () => {
    const deep = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le".split(" ");
    const flat = made.make("flat.mp4", ...testPicture("426x240", 1), ...deep);
    const words = `-i ${flat} -c copy -metadata:s:v rotate=90`.split(" ");
    const { folder } = await streamed("turned.mp4", ...words);
    expect(streams(folder)[0]!.attributes.RESOLUTION).toBe("240x426");
    expect(packetsOf(join(folder, "v240")).stream.pix_fmt).toBe("yuv420p");
  });

  test("interlaced comes out without combs, at its rate of whole frames", async () => {
    const words =
      "-vf tinterlace=interleave_top,fieldorder=tff -flags +ilme+ildct -c:v mpeg2video -q:v 2".split(" ");
    const { folder } = await streamed("woven.mpg", ...testPicture("352x288", 4, 50), ...words);
    expect(streams(folder)[0]!.attributes["FRAME-RATE"]).toBe("25.000");
    expect(combed(join(folder, "v240", "index.m3u8"))).toBe(0);
  });

  test("shown in uneven frames gets even ones", async () => {
    const slow = "select='if(lt(t,1),1,not(mod(n,3)))'";
    const words = ["-vf", slow, "-fps_mode", "vfr", ...h264];
    const { folder } = await streamed("uneven.mkv", ...testPicture("320x240", 3, 30), ...words);
    const times = packetsOf(join(folder, "v240")).packets.map((p) => Number(p.pts_time));
    const steps = times.toSorted((a, b) => a - b).map((t, n, all) => (n === 0 ? 1 / 30 : t - all[n - 1]!));
    for (const step of steps) expect(step).toBeCloseTo(1 / 30, 3);
    expect(times).toHaveLength(88);
  });

  test("without a picture needs no stream", async () => {
    const row = await at.add(made.make("sound.mp4", ...tone(440, 1), "-c:a", "aac"));
    const { result } = await at.run(videoHls, { fileId: row.id });
    expect(result).toEqual({ notNeeded: "There is no picture in the file." });
  });

  test("cut off fails as truncated, and nothing is kept", async () => {
    const path = made.make(
      "cut.mp4",
      ...testPicture("320x240", 6),
      "-c:v",
      "mpeg4",
      "-movflags",
      "+faststart",
    );
    truncateSync(path, Math.round(statSync(path).size * 0.5));
    const row = await at.add(path);
    expect(await at.run(videoHls, { fileId: row.id }).catch((e) => e)).toMatchObject({
      code: "input.truncated",
    });
    expect(await findDerivative(at.tools.db, row.id, "hls")).toBeUndefined();
    expect(leftovers()).toEqual([]);
  });

  test("done again replaces its stream, and a cancel leaves the old one whole", async () => {
    const words = [...testPicture("426x240", 8), ...tone(440, 8), ...h264, "-c:a", "aac"];
    const { id, folder } = await streamed("again.mkv", ...words);
    await at.run(videoHls, { fileId: id });
    const now = await streamOf(id);
    expect(now).not.toBe(folder);
    expect(existsSync(folder)).toBe(false);
    const abort = new AbortController();
    const run = at.run(videoHls, { fileId: id }, { signal: abort.signal });
    run.catch(() => {});
    await until(() => processesAbout(at.tools.paths.tmp).length > 0);
    abort.abort(new DOMException("cancelled", "AbortError"));
    expect(await run.catch((e) => e.name)).toBe("AbortError");
    expect(processesAbout(at.tools.paths.tmp)).toEqual([]);
    expect(leftovers()).toEqual([]);
    expect(await streamOf(id)).toBe(now);
    expect(readdirSync(now).sort()).toEqual(["a0", "index.m3u8", "v240"]);
  });
});

const hostile = "naïve – quote'\" $(x) ; %d 名前.mkv";

async function streamOf(fileId: number): Promise<string> {
  return dirname(derivativePath(at.tools.paths, (await findDerivative(at.tools.db, fileId, "hls"))!));
}

function leftovers(): string[] {
  const { tmp } = at.tools.paths;
  return existsSync(tmp) ? readdirSync(tmp) : [];
}

function streamsOf(master: string) {
  return [...master.matchAll(/#EXT-X-STREAM-INF:(.*)\n(.*)/g)].map(([, words, uri]) => ({
    uri: uri!,
    attributes: Object.fromEntries(
      [...words!.matchAll(/([A-Z-]+)=("[^"]*"|[^,]*)/g)].map(([, key, value]) => [
        key,
        value!.replaceAll('"', ""),
      ]),
    ) as Record<string, string>,
  }));
}

interface Packet {
  pts_time: string;
  flags: string;
}

function packetsOf(rendition: string): { packets: Packet[]; stream: Record<string, string | number> } {
  const asked = "packet=pts_time,flags:stream=codec_name,profile,level,pix_fmt,width,height";
  const words = [
    "ffprobe",
    "-v",
    "error",
    "-of",
    "json",
    "-show_entries",
    asked,
    join(rendition, "index.m3u8"),
  ];
  const { packets, streams } = JSON.parse(new TextDecoder().decode(Bun.spawnSync(words).stdout));
  return { packets, stream: streams[0] };
}

/** Bits a second of its heaviest whole segment. */
function heaviest(rendition: string): number {
  const { segments } = parsePlaylist(readFileSync(join(rendition, "index.m3u8"), "utf8"));
  const whole = segments.filter(({ durationS }) => durationS > 5);
  return Math.max(
    ...whole.map(({ uri, durationS }) => (8 * statSync(join(rendition, uri)).size) / durationS),
  );
}

function decoded(...words: string[]): Uint8Array {
  return Bun.spawnSync(["ffmpeg", "-v", "error", ...words, "-"]).stdout;
}

/** Few pixels of the frame that is shown then. */
function frameAt(path: string, seconds: number): Uint8Array {
  const select = `select='gte(t,${seconds - 0.001})',scale=32:18:flags=area,format=rgb24`;
  return decoded("-i", path, "-vf", select, "-frames:v", "1", "-f", "rawvideo");
}

function difference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(32 * 18 * 3);
  return a.reduce((sum, value, n) => sum + Math.abs(value - b[n]!), 0) / a.length;
}

function pitch(path: string): number {
  const bytes = decoded("-i", path, "-ac", "1", "-ar", "16000", "-f", "s16le");
  const samples = new Int16Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.byteLength & ~1)),
  );
  let crossings = 0;
  for (let i = 1; i < samples.length; i++) if (samples[i - 1]! < 0 !== samples[i]! < 0) crossings++;
  return (crossings * 16000) / samples.length / 2;
}

/** How many frames look interlaced. */
function combed(path: string): number {
  const words = ["ffmpeg", "-nostats", "-i", path, "-vf", "idet", "-f", "null", "-"];
  const told = new TextDecoder().decode(Bun.spawnSync(words).stderr);
  const [, tff, bff] = /Multi frame detection: TFF: *(\d+) BFF: *(\d+)/.exec(told)!;
  return Number(tff) + Number(bff);
}
