// What GPU encoders say when they fail, in words that help: cause and fix, read off the error output of ffmpeg.

export interface GpuFault {
  code: "gpu.lost" | "gpu.memory";
  cause: string;
  fix: string;
}

/** Undefined when no line of it comes from a GPU's encoder or driver. */
export function gpuFault(stderr: string): GpuFault | undefined {
  const said = stderr
    .split("\n")
    .filter((line) => ofGpu.test(line))
    .join("\n");
  if (!said) return undefined;
  for (const [pattern, cause, fix, code = "gpu.lost"] of known) {
    const match = pattern.exec(said);
    if (match)
      return { code, cause: cause.replace("$1", match[1] ?? ""), fix: fix.replace("$1", match[1] ?? "") };
  }
  const first = said.split("\n")[0]!.replace(/^\[[^\]]*\]\s*/, "");
  return {
    code: "gpu.lost",
    cause: first,
    fix: "The CPU encodes instead. Look whether the GPU's driver is up to date.",
  };
}

const ofGpu =
  /^\[[^\]]*(?:nvenc|_qsv|vaapi|_amf|videotoolbox|AVHWDevice|AVHWFrames|hwupload)[^\]]* @ 0x|CUDA_ERROR_|^Device creation failed/i;

const container =
  "In a container, run it with --gpus all (or runtime: nvidia) and NVIDIA_DRIVER_CAPABILITIES=compute,video,utility";
const sessions =
  "Run fewer jobs at once (Settings, limit of GPU encoding), close other programs that encode on this card, or update the driver: newer ones allow more sessions.";
const restart =
  "Restart the container; if that does not help, the machine. Newer drivers mend most of these.";

type Row = [said: RegExp, cause: string, fix: string, code?: GpuFault["code"]];

/** The first that fits counts. */
const known: Row[] = [
  // NVENC
  [
    /Cannot load libnvidia-encode/i,
    "the driver's library for encoding, libnvidia-encode.so.1, is missing",
    `Install the driver's encoding library (Debian, Ubuntu: libnvidia-encode1). ${container}: without “video” it is not passed in.`,
  ],
  [
    /Cannot load libcuda|Cannot load nvcuda/i,
    "the NVIDIA driver's library libcuda.so.1 is missing",
    `Install the NVIDIA driver. ${container}.`,
  ],
  [
    /minimum required Nvidia driver for nvenc is ([\d.]+)/i,
    "the NVIDIA driver is too old: this ffmpeg needs $1 or newer",
    "Update the driver on the host to $1 or newer.",
  ],
  [
    /Driver does not support the required nvenc API version. Required: ([\d.]+)/i,
    "the NVIDIA driver is too old for NVENC $1",
    "Update the driver on the host.",
  ],
  [
    /OpenEncodeSessionEx failed: (?:out of memory|incompatible client key)/i,
    "the card opens no further encoding session: its limit of sessions or its memory is used up",
    sessions,
    "gpu.memory",
  ],
  [
    /CUDA_ERROR_OUT_OF_MEMORY|NV_ENC_ERR_OUT_OF_MEMORY|CreateInputBuffer failed: out of memory/i,
    "the GPU's memory is used up",
    "Set the VRAM budget lower than what other programs leave free.",
    "gpu.memory",
  ],
  [
    /CUDA_ERROR_(?:NO_DEVICE|INVALID_DEVICE)/,
    "the driver finds no NVIDIA card",
    `${container}. On the host, nvidia-smi must list the card.`,
  ],
  [
    /CUDA_ERROR_(?:SYSTEM_DRIVER_MISMATCH|COMPAT_NOT_SUPPORTED\w*)|version mismatch/i,
    "the NVIDIA driver and its libraries are of different versions, as after an update",
    "Restart the machine, then the container.",
  ],
  [
    /OpenEncodeSessionEx failed: (?:no encode device|unsupported device)|No (?:NVENC )?capable devices found|doesn't support required NVENC features/i,
    "this card has no encoder for H.264",
    "Nothing to mend: cards made for computing (A100, H100) and the smallest ones (GT 1030) have none. The CPU encodes instead.",
  ],
  [/(CUDA_ERROR_\w+)/, "the NVIDIA driver answered $1", restart],
  [
    /nvenc[\s\S]*(?:device (?:not exist|lost)|invalid device|generic error)/i,
    "the card stopped answering",
    restart,
  ],
  // Intel and AMD
  [
    /Permission denied/i,
    "the user may not use the render device",
    "Add the user to the group that owns /dev/dri/renderD128 (render or video), in a container with --group-add and the group's number.",
  ],
  [
    /No usable encoding (?:profile|entrypoint)/i,
    "the GPU's driver has no encoder for H.264",
    "Install the full driver: for Intel intel-media-va-driver-non-free, for AMD mesa-va-drivers as your distribution's free repository has it.",
  ],
  [
    /Failed to initiali[sz]e VAAPI connection|No VA display found|drv_video\.so init failed|libva.*(?:open|init) .*failed/i,
    "there is no working VAAPI driver for this GPU",
    "Install it: for Intel intel-media-va-driver (before 2014: i965-va-driver), for AMD mesa-va-drivers. In a container it must be in the image, and /dev/dri passed in.",
  ],
  [
    /resource allocation failed|surface .*: 2 \(|AMF_OUT_OF_MEMORY|failed to allocate memory \(-4\)|MFX_ERR_MEMORY_ALLOC/i,
    "the GPU's memory is used up",
    "Run fewer jobs at once, or set the VRAM budget lower.",
    "gpu.memory",
  ],
  [
    /Error (?:initializing|creating) an? (?:internal )?MFX session.*(?:unsupported|-3|-9)|MFX session: -[39]\b/i,
    "Intel's runtime for Quick Sync is missing or too old for this chip",
    "Install libmfx-gen1.2 (chips since 2020) or libmfx1 (older), besides intel-media-va-driver. VAAPI is used meanwhile where it works.",
  ],
  [
    /Low power mode is unsupported|Selected ratecontrol mode is unsupported|codec type is unsupported|RC mode compatible/i,
    "the chip does not encode in this way",
    "On Intel since 2020, load the HuC firmware (i915.enable_guc=2 or 3). VAAPI is used meanwhile where it works.",
  ],
  [
    /device failed \(-17\)|GPU hang|\(-21\)|Failed to (?:end|sync|issue|begin) .*(?:operation failed|encoding error|internal)|hardware busy/i,
    "the GPU stopped answering",
    restart,
  ],
  // AMF, VideoToolbox
  [
    /DLL .*amfrt.* failed to open|amfrt64.*(?:not found|failed)/i,
    "AMD's AMF runtime is not installed",
    "Nothing to mend where VAAPI works: it uses the same encoder. AMF comes with the amdgpu-pro driver.",
  ],
  [
    /CreateComponent\(\w+\) failed/i,
    "AMF finds no encoder in this GPU",
    "Use VAAPI: install mesa-va-drivers.",
  ],
  [
    /cannot create compression session/i,
    "macOS gives no hardware encoder",
    "It may be in use by other programs; the CPU encodes instead.",
  ],
];
