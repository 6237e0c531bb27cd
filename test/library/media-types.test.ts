import { expect, test } from "bun:test";
import { isPassedOver, isTransportStream, mediaTypeOf } from "../../src/library/media-types.ts";

test.each([
  ["a.MP4", "video", "video/mp4"],
  ["a.b.mkv", "video", "video/x-matroska"],
  ["IMG.HEIC", "image", "image/heic"],
  ["raw.nef", "image", "image/x-nikon-nef"],
  ["song.flac", "audio", "audio/flac"],
])("%s is %s", (name, type, mimeType) => {
  expect(mediaTypeOf(name)).toEqual({ type, mimeType } as never);
});

test.each(["a.svg", "a.html", "a.xmp", "a.srt", "mp4", ".jpg", "a.jpg.txt", "a."])(
  "%s is no media",
  (name) => {
    expect(mediaTypeOf(name)).toBeUndefined();
  },
);

test.each([".trash-1000", "@eaDir", "Thumbs.db", "#recycle", "LOST+FOUND"])("%s is passed over", (name) => {
  expect(isPassedOver(name)).toBe(true);
});

test("an ordinary name is not passed over", () => {
  expect(isPassedOver("Holiday @ home #1")).toBe(false);
});

test("a transport stream is told by the first bytes of two packets", () => {
  const packets = new Uint8Array(376);
  packets[0] = 0x47;
  expect(isTransportStream(packets)).toBe(false);
  packets[188] = 0x47;
  expect(isTransportStream(packets)).toBe(true);
  expect(isTransportStream(packets.subarray(0, 188))).toBe(false);
  expect(isTransportStream(new TextEncoder().encode("G".padEnd(189, "h")))).toBe(false);
});
