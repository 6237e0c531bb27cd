// An ffmpeg that has a GPU, as far as anybody can tell: what it is asked to encode by NVENC is encoded by x264, unless the
// test wants it to fail.

import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { proveEncoders } from "../../src/media/encoder-proof.ts";
import { openEncoders } from "../../src/media/encoders.ts";
import type { GpuDevices } from "../../src/media/gpu-devices.ts";
import { type Media, openMedia } from "../../src/media/media.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { silentLogger } from "../../src/runtime/log.ts";

export const nvidiaOnly: GpuDevices = {
  render: [],
  nvidia: true,
  inMachine: new Set(["nvidia"]),
  isMac: false,
};

export interface FakeGpu {
  media: Media;
  /** What it does from now on; `says` goes with `fails`, and with `fails-films`, which lets proofs pass. */
  becomes(mode: "works" | "fails" | "fails-films" | "black" | "short", says?: string): void;
  remove(): Promise<void>;
}

export function fakeGpu(devices: GpuDevices = nvidiaOnly): FakeGpu {
  const folder = mkdtempSync(join(tmpdir(), "sprocket-gpu-"));
  const ffmpegPath = join(folder, "ffmpeg");
  writeFileSync(ffmpegPath, script(folder));
  chmodSync(ffmpegPath, 0o755);
  const parts = {
    cacheFolder: folder,
    tmpFolder: join(folder, "tmp"),
    log: silentLogger,
    clock: systemClock,
  };
  const media = openMedia({ ...parts, ffmpegPath });
  media.vramBudgetMb = 8000;
  media.encoders = openEncoders({
    capabilities: () => media.capabilities(),
    prove: (able, found) => proveEncoders({ ffmpeg: media.ffmpeg, tmpFolder: parts.tmpFolder }, able, found),
    devices: async () => devices,
    log: silentLogger,
  });
  const becomes: FakeGpu["becomes"] = (mode, says = "") => {
    writeFileSync(join(folder, "mode"), mode);
    writeFileSync(join(folder, "says"), says);
  };
  becomes("works");
  return {
    media,
    becomes,
    async remove() {
      await media.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function script(folder: string): string {
  return `#!/bin/bash
real=${Bun.which("ffmpeg")}
case " $* " in *" h264_nvenc "*) ;; *) exec "$real" "$@" ;; esac
mode=$(cat ${folder}/mode)
proof=no; case " $* " in *testsrc2*) proof=yes ;; esac
if [ "$mode" = fails ] || { [ "$mode" = fails-films ] && [ $proof = no ]; }; then cat ${folder}/says >&2; exit 1; fi
words=()
while [ $# -gt 0 ]; do
  case "$1" in
    h264_nvenc) words+=(libx264) ;;
    -preset) words+=(-preset ultrafast); shift ;;
    -tune|-rc|-cq|-spatial-aq|-no-scenecut|-forced-idr) shift ;;
    -b:v) shift ;;
    testsrc2=*) case "$mode" in
      black) words+=("color=black:\${1#testsrc2=}") ;;
      short) words+=("\${1%=*}=0.2") ;;
      *) words+=("$1") ;;
    esac ;;
    *) words+=("$1") ;;
  esac
  shift
done
exec "$real" "\${words[@]}"
`;
}
