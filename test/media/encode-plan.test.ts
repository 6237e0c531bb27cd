import { describe, expect, test } from "bun:test";
import { outputArgs } from "../../src/media/encode.ts";
import {
  audioToPlay,
  type EncodePlan,
  type Film,
  pictureOf,
  planEncode,
} from "../../src/media/encode-plan.ts";
import type { AudioStream, VideoStream } from "../../src/media/ffprobe.ts";
import { cpuEncoder } from "../../src/media/video-encoders.ts";

const h264: VideoStream = {
  index: 0,
  codec: "h264",
  profile: "High",
  pixelFormat: "yuv420p",
  bitDepth: 8,
  codedWidth: 1280,
  codedHeight: 720,
  width: 1280,
  height: 720,
  rotation: 0,
  fps: 25,
  frames: null,
  hdr: null,
  colorTransfer: null,
  matrix: null,
  interlaced: false,
  durationS: 10,
};
const aac: AudioStream = {
  index: 1,
  codec: "aac",
  profile: "LC",
  channels: 2,
  sampleRate: 48_000,
  language: null,
  title: null,
  isDefault: true,
  isExtra: false,
  durationS: 10,
};
const film = (
  video: Partial<VideoStream> = {},
  audio: AudioStream[] = [aac],
  more: Partial<Film> = {},
): Film => ({
  container: "matroska",
  formatName: "matroska,webm",
  durationS: 10,
  bitrateKbps: 3000,
  video: { ...h264, ...video },
  audio,
  subtitles: [],
  hasCoverArt: false,
  chapters: [],
  tags: {},
  ...more,
});
const mkv = "video/x-matroska";
const plans = (of: Film, mimeType = mkv, limits = {}) =>
  (planEncode(of, mimeType, limits) as EncodePlan[]).map(
    ({ container, picture, audio, sound }) =>
      `${container}: ${picture === "copy" ? "copy" : `${picture.width}x${picture.height}`}, ${audio ? sound : "silent"}`,
  );

describe("what is done with a film", () => {
  test("that plays already: nothing, and it says why", () => {
    const mp4 = film({}, [aac], { container: "mov" });
    expect(planEncode(mp4, "video/mp4")).toBe("already playable: h264 1280×720, aac sound");
    expect(planEncode(mp4, "video/mp4", { maxHeight: 720, targetBitrate: 3000 })).toStartWith("already");
  });

  test("that plays but exceeds what somebody asked for: a smaller one", () => {
    const mp4 = film({}, [aac], { container: "mov" });
    expect(plans(mp4, "video/mp4", { maxHeight: 480 })).toEqual(["mp4: 854x480, encode"]);
    expect(plans(mp4, "video/mp4", { targetBitrate: 1000 })).toEqual(["mp4: 1280x720, encode"]);
  });

  test("whose streams play: another container, and encoding should that fail", () => {
    expect(plans(film())).toEqual(["mp4: copy, copy", "mp4: 1280x720, encode"]);
    const vp9 = { codec: "vp9" };
    expect(plans(film(vp9, [{ ...aac, codec: "opus" }]))[0]).toBe("webm: copy, copy");
    expect(plans(film(vp9))[0]).toBe("mp4: copy, copy");
    expect(plans(film({ codec: "vp8" }))).toEqual(["mp4: 1280x720, encode"]);
    expect(plans(film({}, [aac], { container: "avi" }))).toEqual(["mp4: 1280x720, encode"]);
  });

  test("of which only the sound does not play: the picture is taken over", () => {
    const ac3 = { ...aac, codec: "ac3", channels: 6 };
    expect(plans(film({}, [ac3], { container: "mov" }), "video/mp4")[0]).toBe("mp4: copy, encode");
  });

  test("whose picture does not play, or is interlaced: encoding", () => {
    expect(plans(film({ codec: "hevc" }))).toEqual(["mp4: 1280x720, encode"]);
    expect(plans(film({ pixelFormat: "yuv420p10le" }, []))).toEqual(["mp4: 1280x720, silent"]);
    expect(plans(film({ interlaced: true }, [{ ...aac, channels: 6 }]))).toEqual(["mp4: 1280x720, encode"]);
  });

  test("the result must last as long as the streams that are kept, not as a subtitle is said to", () => {
    const length = (video: number | null, audio: number | null, whole: number | null) => {
      const of = film({ durationS: video }, [{ ...aac, durationS: audio }], { durationS: whole });
      const [plan] = planEncode(of, mkv) as EncodePlan[];
      return [plan!.durationS, plan!.upToS];
    };
    expect(length(9, 9.5, 300)).toEqual([9.5, 300]);
    expect(length(10, 12, 10)).toEqual([10, 12]);
    expect(length(null, 9.5, 10)).toEqual([10, 10]);
    expect(length(null, null, null)).toEqual([null, null]);
  });
});

describe("the picture that comes out", () => {
  const size = (width: number, height: number, maxHeight?: number, fps = 25) => {
    const made = pictureOf({ ...h264, width, height, fps }, maxHeight);
    return [made.width, made.height, made.frameStep];
  };

  test("fits 1080p either way up, with even sides, and is never enlarged", () => {
    expect(size(3840, 2160)).toEqual([1920, 1080, 1]);
    expect(size(2160, 3840)).toEqual([1080, 1920, 1]);
    expect(size(2560, 1080)).toEqual([1920, 810, 1]);
    expect(size(321, 241)).toEqual([320, 240, 1]);
    expect(size(1, 1)).toEqual([2, 2, 1]);
    expect(size(1280, 720, 480)).toEqual([854, 480, 1]);
    expect(size(720, 1280, 480)).toEqual([480, 854, 1]);
  });

  test("has no more frames a second than level 4.1 carries", () => {
    expect(size(1920, 1080, 1080, 30)).toEqual([1920, 1080, 1]);
    expect(size(1920, 1080, 1080, 59.94)).toEqual([1920, 1080, 2]);
    expect(size(1920, 1080, 1080, 120)).toEqual([1920, 1080, 4]);
    expect(size(1280, 720, 1080, 60)).toEqual([1280, 720, 1]);
    expect(size(1280, 720, 1080, 120)).toEqual([1280, 720, 2]);
  });

  test("is deinterlaced where it is or may be interlaced", () => {
    expect(pictureOf({ ...h264, interlaced: true }).deinterlace).toBe(true);
    expect(pictureOf({ ...h264, interlaced: null }).deinterlace).toBe(true);
    expect(pictureOf({ ...h264, interlaced: false }).deinterlace).toBe(false);
    expect(pictureOf({ ...h264, codec: "vp9", interlaced: null }).deinterlace).toBe(false);
  });
});

test("the sound is the default track, else the first; commentaries only where there is nothing else", () => {
  const track = (index: number, more: Partial<AudioStream> = {}) => ({
    ...aac,
    index,
    isDefault: false,
    ...more,
  });
  expect(audioToPlay([])).toBeNull();
  expect(audioToPlay([track(1), track(2, { isDefault: true })])?.index).toBe(2);
  expect(audioToPlay([track(1, { isExtra: true, isDefault: true }), track(2)])?.index).toBe(2);
  expect(audioToPlay([track(1, { codec: "unknown" }), track(2)])?.index).toBe(2);
  expect(audioToPlay([track(1, { isExtra: true })])?.index).toBe(1);
});

describe("the words for ffmpeg", () => {
  const able = {
    filters: new Set(["bwdif"]),
    toneMapping: true,
    ffmpegVersion: "7.1",
  };
  const quality = { preset: "medium", crf: 23 } as const;
  const words = (of: Film, q: Parameters<typeof outputArgs>[1] = quality, can = able) =>
    outputArgs((planEncode(of, mkv) as EncodePlan[]).at(-1)!, q, can, cpuEncoder).join(" ");

  test("limit the bitrate over two seconds where one is asked for", () => {
    expect(words(film(), { ...quality, targetBitrate: 2000 })).toContain("-maxrate 2000k -bufsize 4000k");
    expect(words(film())).not.toContain("-maxrate");
  });

  test("keep a slow preset inside level 4.1", () => {
    expect(words(film(), { ...quality, preset: "veryslow" })).toContain("-refs 4");
    expect(words(film())).not.toContain("-refs");
  });

  test("bring HDR to ordinary colours where this ffmpeg can", () => {
    const hdr = film({ codec: "hevc", pixelFormat: "yuv420p10le", hdr: "hdr10" });
    expect(words(hdr)).toMatch(/tonemap=.*format=yuv420p .*-colorspace bt709/);
    expect(words(hdr, quality, { ...able, toneMapping: false })).not.toMatch(/tonemap|bt709/);
  });

  test("deinterlace by what there is", () => {
    const old = film({ codec: "mpeg2video", interlaced: true });
    expect(words(old)).toContain("bwdif=");
    expect(words(old, quality, { ...able, filters: new Set() })).toContain("yadif=");
  });

  test("keep the times of frames by the option that this ffmpeg knows", () => {
    const before = (ffmpegVersion: string | null) =>
      words(film(), quality, { ...able, ffmpegVersion } as typeof able);
    for (const version of ["5.1.9-0+deb12u1", "n7.0", "N-112-gabc", null])
      expect(before(version)).toContain("-fps_mode vfr");
    for (const version of ["4.4.2-0ubuntu0.22.04.1", "5.0.1"])
      expect(before(version)).toContain("-vsync vfr");
  });

  test("carry no place or name of who recorded it", () => {
    expect(words(film())).toContain("-map_metadata:g -1");
  });
});
