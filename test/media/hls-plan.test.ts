// Which sizes, rates and sound tracks an adaptive stream gets, and what its playlists say.

import { describe, expect, test } from "bun:test";
import type { Film } from "../../src/media/encode-plan.ts";
import { planHls, steadyRate } from "../../src/media/hls-plan.ts";
import { bitrates, parsePlaylist } from "../../src/media/hls-rendition.ts";

const video = {
  index: 0,
  codec: "hevc",
  pixelFormat: "yuv420p",
  interlaced: false,
  hdr: null,
  fps: 25,
  width: 1920,
  height: 1080,
};
const film = (over: object = {}, audio: object[] = []) =>
  ({ video: { ...video, ...over }, audio }) as unknown as Film;
const sizes = (over: object) => planHls(film(over)).rungs.map((r) => `${r.width}x${r.height}/${r.kbps}`);

describe("the sizes", () => {
  test("are those of the ladder that the film has", () => {
    expect(sizes({ width: 3840, height: 2160 })).toEqual([
      "1920x1080/5200",
      "1280x720/2800",
      "854x480/1400",
      "640x360/850",
      "426x240/450",
    ]);
    expect(sizes({ width: 1280, height: 720 })[0]).toBe("1280x720/2800");
    expect(sizes({ width: 853, height: 479 })[0]).toBe("852x478/1400");
  });

  test("of a wide film fill the width of their rung", () => {
    expect(sizes({ width: 1920, height: 800 }).slice(0, 2)).toEqual(["1920x800/5200", "1280x534/2800"]);
  });

  test("of an upright film stand upright", () => {
    expect(sizes({ width: 1080, height: 1920 })[1]).toBe("720x1280/2800");
  });

  test("of a film below the ladder is its own, made even", () => {
    expect(sizes({ width: 161, height: 121 })).toEqual(["160x120/450"]);
  });
});

describe("the frame rate", () => {
  test.each([
    [23.976, 23.976, "24000/1001"],
    [29.97, 29.97, "30000/1001"],
    [25, 50, "25/1"],
    [60, 60, "60/1"],
    [119.88, 119.88, "60000/1001"],
    [15.367, 30, "30/1"],
    [29.91, null, "30000/1001"],
    [18.3, 90_000, "20/1"],
    [1, 1, "1000/1000"],
    [null, null, "30/1"],
  ] as const)("of %p frames, at most %p, is %p", (fps, nominalFps, rate) => {
    expect(steadyRate({ fps, nominalFps }).rate).toBe(rate);
  });

  test("is halved where players of level 4.1 could not follow", () => {
    expect(planHls(film({ fps: 60 })).rate).toBe("30/1");
    expect(planHls(film({ fps: 59.94, width: 1280, height: 720 })).rate).toBe("60000/1001");
  });
});

describe("the sound", () => {
  const track = (index: number, over: object = {}) => ({ index, codec: "ac3", channels: 6, ...over });

  test("has every track, the default one first, named by title or language", () => {
    const { sounds } = planHls(
      film({}, [
        track(1, { language: "ger" }),
        track(2, { language: "eng", isDefault: true }),
        track(3, { language: "eng", title: 'The "director"\nspeaks', isExtra: true }),
        track(4, { language: "eng" }),
        track(5, { language: "not a language" }),
        track(6, { codec: "unknown" }),
      ]),
    );
    expect(sounds.map((s) => [s.index, s.label, s.language, s.isDefault])).toEqual([
      [2, "English", "en", true],
      [1, "German", "de", false],
      [3, "The director speaks", "en", false],
      [4, "English 2", "en", false],
      [5, "Sound", null, false],
    ]);
  });
});

test("a playlist is read, and known to be cut off without its end", () => {
  const whole =
    "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6.0,\n0.m4s\n#EXTINF:1.5,\n1.m4s\n#EXT-X-ENDLIST\n";
  expect(parsePlaylist(whole)).toEqual({
    targetS: 6,
    isWhole: true,
    segments: [
      { uri: "0.m4s", durationS: 6 },
      { uri: "1.m4s", durationS: 1.5 },
    ],
  });
  expect(parsePlaylist(whole.replace("#EXT-X-ENDLIST\n", "")).isWhole).toBe(false);
});

test("the peak counts stretches of about a segment: a dense last half second is none", () => {
  const segment = (durationS: number, bytes: number) => ({
    ...{ start: 0, frames: 1, beginsWithKeyframe: true },
    durationS,
    bytes,
  });
  const segments = [segment(6, 6000), segment(6, 12_000), segment(0.5, 50_000)];
  const rates = bitrates({ segments, bytes: 68_000, durationS: 12.5 }, 6);
  expect(rates.average).toBe(43_520);
  expect(rates.peak).toBe(Math.ceil((8 * 62_000) / 6.5));
  const calm = bitrates({ segments: segments.slice(0, 2), bytes: 18_000, durationS: 12 }, 6);
  expect(calm).toEqual({ average: 12_000, peak: 16_000 });
});
