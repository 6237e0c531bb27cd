// GPU memory that an encode reserves: nothing while the CPU encodes, or a GPU without memory of its own.

import type { Tools } from "./tools.ts";

export function encoderMemory(wantedMb: number) {
  // A card that has less is still used, by one job at a time.
  return ({ media }: Pick<Tools, "media">): number =>
    media.encoders.onGpu ? Math.min(wantedMb, media.vramBudgetMb) : 0;
}
