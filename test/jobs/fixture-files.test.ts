// Every fixture goes through the metadata job: the whole ones are ok, the broken ones say what is wrong with them.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileMetadata } from "../../src/jobs/file-metadata.ts";
import { getFile } from "../../src/library/files.ts";
import { GiveUp } from "../../src/runtime/errors.ts";
import { fixtures } from "../support/fixtures.ts";
import { hasFfmpeg } from "../support/made-media.ts";
import { fileTime, type MediaTools, mediaTools } from "../support/media-tools.ts";

// Machines that build for others are slow.
setDefaultTimeout(30_000);

const list = (folder: string) =>
  fixtures ? readdirSync(join(fixtures, "media", folder)).filter((name) => !name.endsWith(".tsv")) : [];

describe.skipIf(!fixtures || !hasFfmpeg)("the fixtures (beside the checkout, with ffmpeg)", () => {
  let at: MediaTools;
  let copies = 0;
  beforeAll(async () => {
    at = await mediaTools();
  });
  afterAll(() => at.close());

  async function examine(folder: string, name: string) {
    const added = await at.add(join(fixtures!, "media", folder, name), `${++copies}/${name}`);
    const error = await at.run(fileMetadata, { fileId: added.id }).then(
      () => undefined,
      (e) => e,
    );
    return { row: await getFile(at.tools.db, added.id), error };
  }

  for (const folder of ["photos", "faces", "videos", "audio"])
    for (const name of list(folder))
      test(`${folder}/${name} is ok`, async () => {
        const { row, error } = await examine(folder, name);
        expect(error).toBeUndefined();
        expect(row).toMatchObject({ state: "ok", reasonCode: null });
        expect(row.metadataAt).not.toBeNull();
        if (row.type !== "audio") expect(row.width).toBeGreaterThan(0);
        if (row.type !== "image") expect(row.durationS).toBeGreaterThan(0);
      });

  const broken: Record<string, string> = {
    "bitflips.jpg": "input.corrupt",
    "bitflips.mp4": "input.corrupt",
    "empty.jpg": "input.truncated",
    "empty.mp4": "input.truncated",
    "fuzz-1.heic": "input.corrupt",
    "fuzz-2.heic": "input.corrupt",
    "half.jpg": "input.truncated",
    "half.mp3": "input.truncated",
    "noise.png": "input.corrupt",
    "text-named.mkv": "input.unsupported",
    "truncated.mp4": "input.truncated",
  };

  test("every broken fixture is expected here", () => {
    expect(list("broken").sort()).toEqual(Object.keys(broken).sort());
  });

  for (const [name, code] of Object.entries(broken))
    test(`broken/${name} is ${code}`, async () => {
      const { row, error } = await examine("broken", name);
      expect(row).toMatchObject({ state: "invalid", reasonCode: code });
      expect(row.reason!.length).toBeGreaterThan(10);
      expect(row.metadataAt).not.toBeNull();
      expect(error).toBeInstanceOf(GiveUp);
      expect(error.code).toBe(code);
    });

  // Read once by exiftool 12.57 and written down.
  const facts: Record<string, object> = {
    "photos/IMG_20200124_231153.jpg": {
      // 23:11:53 on the camera's clock, 02:11:51 by GPS.
      capturedAt: new Date("2020-01-25T02:11:53.332Z"),
      capturedOffsetMin: -180,
      capturedFrom: "exif",
      gpsLat: -15.83567,
      gpsAlt: 1134.113,
      width: 4000,
      height: 3000,
      camera: expect.objectContaining({
        make: "Xiaomi",
        model: "Mi A3",
        iso: 1792,
        aperture: 1.79,
        exposureS: 0.05,
        focalLengthMm: 4.71,
        orientation: 3,
      }),
    },
    "photos/IMG_20200827_231612.jpg": {
      capturedAt: new Date("2020-08-28T02:16:12.007Z"),
      capturedOffsetMin: -180,
      gpsLat: -15.835554,
      gpsLon: -48.015791,
      gpsAlt: 1133.4,
    },
    "photos/IMG_3578.heic": {
      capturedAt: new Date("2020-04-17T16:03:40.031Z"),
      capturedOffsetMin: -360,
      width: 4032,
      height: 3024,
      gpsLat: null,
      camera: expect.objectContaining({
        make: "Apple",
        model: "iPhone XR",
        lens: "iPhone XR back camera 4.25mm f/1.8",
        iso: 320,
        aperture: 1.8,
      }),
    },
    "photos/Stonehenge.heic": {
      capturedAt: new Date("2015-07-16T15:38:54Z"),
      capturedOffsetMin: null,
      gpsAlt: 97,
      width: 300,
      height: 200,
      camera: expect.objectContaining({
        model: "NIKON D5300",
        iso: 200,
        aperture: 10,
        exposureS: 0.0025,
        focalLengthMm: 44,
      }),
    },
    "photos/IMG_1054.JPG": {
      capturedAt: new Date("2020-09-12T11:49:38Z"),
      capturedFrom: "exif",
      gpsLat: null,
      width: 1280,
      height: 960,
      camera: expect.objectContaining({
        model: "Canon PowerShot SX530 HS",
        iso: 100,
        aperture: 4.5,
        exposureS: 0.00125,
        focalLengthMm: 14.368,
      }),
    },
    "photos/CanonRaw.cr2": {
      capturedAt: new Date("2005-08-03T18:59:18Z"),
      width: 3456,
      height: 2304,
      mimeType: "image/x-canon-cr2",
      camera: expect.objectContaining({
        model: "Canon EOS 350D DIGITAL",
        iso: 400,
        aperture: 8,
        focalLengthMm: 55,
      }),
    },
    "photos/DNG.dng": { capturedAt: new Date("2005-08-03T18:59:18Z"), width: 3516, height: 2328 },
    "photos/Nikon.nef": {
      capturedAt: new Date("2004-06-09T16:02:35Z"),
      width: 3040,
      height: 2014,
      camera: expect.objectContaining({
        make: "NIKON CORPORATION",
        model: "NIKON D70",
        iso: 200,
        aperture: 3.5,
        focalLengthMm: 18,
      }),
    },
    "photos/Reagan.jxl": {
      capturedAt: new Date("2004-06-21T23:37:53.060Z"),
      width: 200,
      height: 130,
      camera: expect.objectContaining({ model: "NIKON D1X", aperture: 5, exposureS: 0.008 }),
    },
    "photos/chelsea.png": {
      capturedAt: new Date("2009-02-09T11:11:30Z"),
      capturedFrom: "xmp",
      width: 451,
      height: 300,
      camera: expect.objectContaining({
        model: "PENTAX K100D Super",
        iso: 800,
        aperture: 8,
        focalLengthMm: 55,
      }),
    },
    "photos/coffee.png": {
      capturedAt: fileTime,
      capturedFrom: "file",
      capturedOffsetMin: null,
      width: 600,
      height: 400,
    },
    "faces/obama.jpg": { capturedAt: new Date("2012-12-06T15:46:01Z"), width: 910, height: 1137 },
    "videos/VID_20191220_170832.mp4": {
      capturedAt: new Date("2019-12-20T20:08:34Z"),
      capturedFrom: "container",
      gpsLat: -15.8355,
      gpsLon: -48.0153,
      width: 1920,
      height: 1080,
      codecs: expect.objectContaining({ video: "h264", audio: "aac" }),
    },
    // Its container says 1904: a clock that nobody set.
    "videos/movie-hello.mp4": { capturedAt: fileTime, capturedFrom: "file", width: 1280, height: 720 },
    "videos/vtest.avi": {
      durationS: 79.5,
      width: 768,
      height: 576,
      codecs: { container: "avi", video: "msmpeg4v3" },
    },
    "audio/jfk.flac": { durationS: 11, width: null, codecs: { container: "flac", audio: "flac" } },
    "audio/debian.mp3": {
      metadata: expect.objectContaining({ tags: expect.objectContaining({ artist: "Eriberto Mota" }) }),
    },
  };
  for (const [path, expected] of Object.entries(facts))
    test(`the facts of ${path}`, async () => {
      const [folder, name] = path.split("/") as [string, string];
      expect((await examine(folder, name)).row).toMatchObject(expected);
    });
});
