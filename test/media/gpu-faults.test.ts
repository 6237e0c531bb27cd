// What GPU encoders were heard to say when they failed, and what we make of it.

import { expect, test } from "bun:test";
import { ffmpegFailure } from "../../src/media/ffmpeg.ts";
import { gpuFault } from "../../src/media/gpu-faults.ts";

const recorded: [what: string, said: string, code: "gpu.lost" | "gpu.memory", cause: string, fix: string][] =
  [
    [
      "a container without “video” among the driver's capabilities",
      `[h264_nvenc @ 0x55d0c8a3a2c0] Cannot load libnvidia-encode.so.1
[h264_nvenc @ 0x55d0c8a3a2c0] The minimum required Nvidia driver for nvenc is (unknown) or newer
Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0 - maybe incorrect parameters such as bit_rate, rate, width or height`,
      "gpu.lost",
      "libnvidia-encode.so.1",
      "NVIDIA_DRIVER_CAPABILITIES=compute,video,utility",
    ],
    [
      "a machine without the driver",
      `[h264_nvenc @ 0x5618b8b2e800] Cannot load libcuda.so.1
Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0`,
      "gpu.lost",
      "libcuda.so.1",
      "Install the NVIDIA driver",
    ],
    [
      "a driver that is too old",
      `[h264_nvenc @ 0x564f5ac65a80] Driver does not support the required nvenc API version. Required: 12.1 Found: 11.1
[h264_nvenc @ 0x564f5ac65a80] The minimum required Nvidia driver for nvenc is 530.41.03 or newer
[vost#0:0/h264_nvenc @ 0x564f5ac65700] Error while opening encoder - maybe incorrect parameters such as bit_rate, rate, width or height.`,
      "gpu.lost",
      "this ffmpeg needs 530.41.03 or newer",
      "Update the driver on the host to 530.41.03",
    ],
    [
      "a GeForce with all its sessions in use",
      `[h264_nvenc @ 0x5581a7f0c040] OpenEncodeSessionEx failed: out of memory (10): (no details)
[h264_nvenc @ 0x5581a7f0c040] No capable devices found
Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0`,
      "gpu.memory",
      "its limit of sessions or its memory",
      "Run fewer jobs at once",
    ],
    [
      "a GeForce with an older driver and all its sessions in use",
      "[h264_nvenc @ 0x2a41f80] OpenEncodeSessionEx failed: incompatible client key (21): (no details)",
      "gpu.memory",
      "its limit of sessions",
      "update the driver",
    ],
    [
      "a card for computing, which has no encoder",
      `[h264_nvenc @ 0x55f3f6a0b540] OpenEncodeSessionEx failed: unsupported device (2): (no details)
[h264_nvenc @ 0x55f3f6a0b540] No capable devices found`,
      "gpu.lost",
      "no encoder for H.264",
      "Nothing to mend",
    ],
    [
      "a container that was not given the card",
      `[h264_nvenc @ 0x56147ffa2280] cu->cuInit(0) failed -> CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected`,
      "gpu.lost",
      "finds no NVIDIA card",
      "--gpus all",
    ],
    [
      "a driver that was updated under a running machine",
      "[AVHWDeviceContext @ 0x56006] cu->cuInit(0) failed -> CUDA_ERROR_SYSTEM_DRIVER_MISMATCH: system has unsupported display driver / cuda driver combination",
      "gpu.lost",
      "different versions",
      "Restart the machine",
    ],
    [
      "a card whose memory others use",
      "[h264_nvenc @ 0x55a] dl_fn->cuda_dl->cuCtxCreate(&ctx->cu_context_internal, 0, cu_device) failed -> CUDA_ERROR_OUT_OF_MEMORY: out of memory",
      "gpu.memory",
      "memory is used up",
      "VRAM budget",
    ],
    [
      "a card that fell off the bus in the middle of a film",
      `[h264_nvenc @ 0x55b5c8e12a40] EncodePicture failed!: generic error (20): Failed to map input resource
Video encoding failed`,
      "gpu.lost",
      "stopped answering",
      "Restart",
    ],
    [
      "a render device that the user may not open",
      `[AVHWDeviceContext @ 0x5647b7f8b940] Failed to open /dev/dri/renderD128: Permission denied
Device creation failed: -13.
Failed to set value 'vaapi=gpu:/dev/dri/renderD128' for option 'init_hw_device': Permission denied`,
      "gpu.lost",
      "may not use the render device",
      "--group-add",
    ],
    [
      "an image without Intel's driver",
      `[AVHWDeviceContext @ 0x5590c6a31a80] libva: /usr/lib/x86_64-linux-gnu/dri/iHD_drv_video.so init failed
[AVHWDeviceContext @ 0x5590c6a31a80] Failed to initialise VAAPI connection: 18 (invalid parameter).
Device creation failed: -5.`,
      "gpu.lost",
      "no working VAAPI driver",
      "intel-media-va-driver",
    ],
    [
      "a driver that was built without H.264",
      `[h264_vaapi @ 0x55d1d3aab680] No usable encoding profile found.
Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0`,
      "gpu.lost",
      "has no encoder for H.264",
      "intel-media-va-driver-non-free",
    ],
    [
      "Intel's encoder after the chip hung",
      "[h264_vaapi @ 0x563f80a1bc40] Failed to end picture encode issue: 23 (internal encoding error).",
      "gpu.lost",
      "stopped answering",
      "Restart",
    ],
    [
      "a small GPU with no room for surfaces",
      "[h264_vaapi @ 0x5570] Failed to create surface: 2 (resource allocation failed).",
      "gpu.memory",
      "memory is used up",
      "fewer jobs",
    ],
    [
      "Quick Sync without its runtime",
      `[AVHWDeviceContext @ 0x55f41a5f6a80] Error initializing an MFX session: -3.
Device creation failed: -1313558101.`,
      "gpu.lost",
      "runtime for Quick Sync",
      "libmfx-gen1.2",
    ],
    [
      "Quick Sync after the chip hung",
      "[h264_qsv @ 0x5636c3e1c2c0] Error during encoding: device failed (-17)",
      "gpu.lost",
      "stopped answering",
      "Restart",
    ],
    [
      "AMF without AMD's own driver",
      "[h264_amf @ 0x55e5b0f13c00] DLL libamfrt64.so.1 failed to open",
      "gpu.lost",
      "AMF runtime is not installed",
      "VAAPI",
    ],
    [
      "macOS with its encoder in use",
      "[h264_videotoolbox @ 0x7f9] Error: cannot create compression session: -12903",
      "gpu.lost",
      "no hardware encoder",
      "the CPU encodes",
    ],
  ];

for (const [what, said, code, cause, fix] of recorded)
  test(`${what}: the cause and what to do`, () => {
    expect(gpuFault(said)).toMatchObject({
      code,
      cause: expect.stringContaining(cause),
      fix: expect.stringContaining(fix),
    });
    expect(ffmpegFailure({ exitCode: 1, stderrTail: said })).toMatchObject({ name: "JobFailure", code });
  });

test("what nobody has heard before is repeated as it was said", () => {
  expect(gpuFault("[h264_nvenc @ 0x1] Something new (99)")?.cause).toBe("Something new (99)");
});

test("what a file's decoder says is not the GPU's fault", () => {
  for (const said of [
    "[h264 @ 0x55] error while decoding MB 12 30, bytestream -5",
    "[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55] moov atom not found",
    "[aac @ 0x55] Cannot allocate memory",
    "/films/vaapi and nvenc.mkv: Permission denied",
  ])
    expect(gpuFault(said)).toBeUndefined();
});
