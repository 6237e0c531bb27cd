// Encoders are proven by what they encode, and a GPU that fails costs time, never a film.

import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encoderMemory } from "../../src/jobs/encoder-memory.ts";
import { videoTranscode } from "../../src/jobs/video-transcode.ts";
import { derivativePath, findDerivative } from "../../src/library/derivatives.ts";
import { proveEncoders } from "../../src/media/encoder-proof.ts";
import { findGpuDevices } from "../../src/media/gpu-devices.ts";
import { type FakeGpu, fakeGpu } from "../support/fake-gpu.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

setDefaultTimeout(60_000);

const lost =
  "[h264_nvenc @ 0x55b5c8e12a40] EncodePicture failed!: generic error (20): Failed to map input resource";
const full = "[h264_nvenc @ 0x5581a7f0c040] OpenEncodeSessionEx failed: out of memory (10): (no details)";

describe.skipIf(!hasFfmpeg)("an encoder", () => {
  let gpu: FakeGpu;
  beforeEach(() => {
    gpu = fakeGpu();
  });
  afterEach(() => gpu.remove());
  const verdict = async () => (await gpu.media.encoders.prove()).verdicts[0]!;

  test("is proven when the frames it encoded decode to what went in, and is used then", async () => {
    expect(await verdict()).toMatchObject({ result: "proven", encoder: { label: "NVENC" } });
    expect((await gpu.media.encoders.best()).name).toBe("h264_nvenc");
  });

  test("that makes black frames without a word is not", async () => {
    gpu.becomes("black");
    expect((await verdict()).cause).toContain("comparing them failed: the frames show something else");
    expect((await gpu.media.encoders.best()).name).toBe("libx264");
  });

  test("that loses frames is not", async () => {
    gpu.becomes("short");
    expect((await verdict()).cause).toBe("comparing them failed: 5 of 10 frames came out");
  });

  test("that does not begin says which test failed, why, and what to do", async () => {
    gpu.becomes("fails", "[h264_nvenc @ 0x5618] Cannot load libcuda.so.1");
    expect(await verdict()).toMatchObject({
      result: "failed",
      cause: "encoding ten frames failed: the NVIDIA driver's library libcuda.so.1 is missing",
      fix: expect.stringContaining("Install the NVIDIA driver"),
    });
  });

  test("that was proven stays so while a later proof finds all its sessions in use", async () => {
    await verdict();
    gpu.becomes("fails", full);
    expect((await verdict()).result).toBe("proven");
    gpu.becomes("fails", lost);
    expect((await verdict()).result).toBe("failed");
  });

  test("that this ffmpeg lacks, or whose device is closed to us, is named without being tried", async () => {
    const render = {
      path: "/dev/dri/renderD128",
      vendor: "amd",
      mayUse: false,
      gid: 993,
      group: "render",
    } as const;
    const devices = { render: [render], nvidia: true, inMachine: new Set<never>(), isMac: false };
    const parts = { ffmpeg: () => Promise.reject(new Error("tried")), tmpFolder: "/nowhere" };
    const able = { encoders: new Set(["h264_vaapi"]) };
    const [nvenc, vaapi] = await proveEncoders(parts, able, devices);
    expect(nvenc!.cause).toBe("this ffmpeg was built without h264_nvenc");
    expect(vaapi!.cause).toContain("may not use /dev/dri/renderD128, which belongs to group render (993)");
    expect(vaapi!.fix).toContain('--group-add 993, in a compose file group_add: ["993"]');
  });

  test("takes of the GPU's memory what there is, and nothing while the CPU does the work", async () => {
    const needed = () => encoderMemory(4000)(gpu);
    expect(needed()).toBe(0);
    await verdict();
    expect(needed()).toBe(4000);
    gpu.media.vramBudgetMb = 2048;
    expect(needed()).toBe(2048);
    gpu.becomes("fails", lost);
    await verdict();
    expect(needed()).toBe(0);
  });
});

describe.skipIf(!hasFfmpeg)("a film on the GPU", () => {
  const made = madeMedia();
  let at: MediaTools;
  let gpu: FakeGpu;
  let film: number;
  beforeAll(async () => {
    at = await mediaTools();
    const picture = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1"];
    film = (await at.add(made.make("film.avi", ...picture, "-c:v", "mpeg4"))).id;
  });
  beforeEach(() => {
    gpu = fakeGpu();
    at.tools.media = gpu.media;
  });
  afterEach(() => gpu.remove());
  afterAll(async () => {
    await at.close();
    await made.remove();
  });
  const transcode = async (fileId = film) =>
    (await at.run(videoTranscode, { fileId, preset: "ultrafast" })).lines;
  const result = async () => {
    const row = (await findDerivative(at.tools.db, film, "transcode"))!;
    return await gpu.media.probe(derivativePath(at.tools.paths, row));
  };

  test("is encoded there, and the log says so", async () => {
    expect((await transcode())[0]).toContain("by NVENC");
    expect((await result()).video).toMatchObject({ codec: "h264", width: 320, height: 240 });
  });

  for (const [what, said, words] of [
    ["stops answering", lost, "the card stopped answering"],
    ["has no memory left", full, "its limit of sessions or its memory is used up"],
    ["crashes without a word of its own", "Segmentation fault", "ffmpeg failed with code 1"],
  ] as const)
    test(`that ${what} in the middle is encoded by the CPU in the same job, with one line about it`, async () => {
      gpu.becomes("fails-films", said);
      const lines = await transcode();
      const about = lines.filter((line) => line.includes("encoding again from the start on the CPU"));
      expect(about).toHaveLength(1);
      expect(about[0]).toContain(words);
      expect((await result()).durationS).toBeCloseTo(1, 1);
    });

  test("that fails three times in a row is left alone, until a proof finds it well", async () => {
    gpu.becomes("fails-films", lost);
    for (let n = 0; n < 3; n++) await transcode();
    expect(gpu.media.encoders.known!.verdicts[0]).toMatchObject({
      result: "aside",
      cause: expect.stringContaining("failed in 3 jobs in a row"),
    });
    expect((await transcode()).join()).not.toMatch(/NVENC|again/);
    gpu.becomes("works");
    await gpu.media.encoders.prove();
    expect((await transcode())[0]).toContain("by NVENC");
  });

  test("is not blamed for a film that the CPU cannot encode either", async () => {
    gpu.becomes("fails-films", "Conversion failed!");
    const picture = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=4"];
    const cut = made.make("cut.mp4", ...picture, "-c:v", "mpeg4", "-movflags", "+faststart");
    truncateSync(cut, Math.round(statSync(cut).size * 0.6));
    const { id } = await at.add(cut);
    for (let n = 0; n < 3; n++) expect(await transcode(id).catch((e) => e.code)).toBe("input.truncated");
    expect(gpu.media.encoders.known!.verdicts[0]!.result).toBe("proven");
  });

  test("that is too small for a GPU goes to the CPU at once", async () => {
    const picture = ["-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=0.4"];
    const { id } = await at.add(made.make("tiny.avi", ...picture, "-c:v", "mpeg4"));
    expect((await transcode(id)).join()).not.toContain("NVENC");
  });
});

test("render devices come with their vendor and group, and cards that were not passed in are seen all the same", async () => {
  const root = mkdtempSync(join(tmpdir(), "sprocket-devices-"));
  const put = (path: string, text = "") => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put("dev/dri/card0");
  put("dev/dri/renderD128");
  put("sys/class/drm/renderD128/device/vendor", "0x8086\n");
  put("sys/bus/pci/devices/0000:00:02.0/class", "0x030000\n");
  put("sys/bus/pci/devices/0000:00:02.0/vendor", "0x8086\n");
  put("sys/bus/pci/devices/0000:01:00.0/class", "0x030000\n");
  put("sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n");
  put("sys/bus/pci/devices/0000:02:00.0/class", "0x010802\n");
  put("sys/bus/pci/devices/0000:02:00.0/vendor", "0x1002\n");
  put("etc/group", `root:x:${process.getegid!()}:\n`);
  const places = { dev: join(root, "dev"), sys: join(root, "sys"), etcGroup: join(root, "etc/group") };
  const found = await findGpuDevices(places);
  const path = join(root, "dev/dri/renderD128");
  expect(found.render).toEqual([
    { path, vendor: "intel", mayUse: true, gid: process.getegid!(), group: "root" },
  ]);
  expect(found).toMatchObject({ nvidia: false, inMachine: new Set(["intel", "nvidia"]) });
  put("dev/nvidia0");
  expect((await findGpuDevices(places)).nvidia).toBe(true);
  rmSync(root, { recursive: true });
});
