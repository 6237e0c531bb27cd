import { expect, test } from "bun:test";
import { obstacleOf, type PlayableFacts } from "../../src/media/playable.ts";

const mp4: PlayableFacts = {
  mimeType: "video/mp4",
  container: "mov",
  video: "h264",
  pixelFormat: "yuv420p",
  audio: "aac",
};
const webm = { ...mp4, mimeType: "video/webm", container: "matroska", video: "vp9", audio: "opus" };

test("films that browsers play have no obstacle", () => {
  for (const facts of [
    mp4,
    { ...mp4, audio: null },
    { ...mp4, audio: "mp3" },
    { ...mp4, mimeType: "video/quicktime" },
    { ...mp4, video: "av1", pixelFormat: "yuv420p10le" },
    webm,
    { ...webm, video: "vp8", audio: "vorbis" },
  ])
    expect([facts, obstacleOf(facts)]).toEqual([facts, undefined]);
});

test("what nobody has looked into is left to the player", () => {
  expect(obstacleOf({ mimeType: "video/mp4" })).toBeUndefined();
  expect(obstacleOf({ mimeType: "video/x-matroska" })).toEqual({ part: "container" });
});

test("the obstacle is named for people", () => {
  expect(obstacleOf({ ...mp4, mimeType: "video/x-matroska", container: "matroska" })).toEqual({
    part: "container",
  });
  expect(obstacleOf({ ...mp4, container: "matroska" })).toEqual({
    part: "container",
    what: "matroska files that are named otherwise",
  });
  expect(obstacleOf({ ...mp4, video: "hevc" })).toEqual({ part: "video", what: "HEVC video" });
  expect(obstacleOf({ ...mp4, pixelFormat: "yuv420p10le" })).toEqual({
    part: "video",
    what: "yuv420p10le H264 video",
  });
  expect(obstacleOf({ ...mp4, audio: "ac3" })).toEqual({ part: "audio", what: "AC3 sound" });
});
