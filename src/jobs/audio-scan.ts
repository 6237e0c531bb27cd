// Finds audio files.

import { scanKind } from "./scan.ts";

export const audioScan = scanKind({
  name: "audio-scan",
  label: "Audio scan",
  description: "Finds new, changed, moved and missing audio files of a library",
  type: "audio",
});
