// Finds videos.

import { scanKind } from "./scan.ts";

export const libraryScan = scanKind({
  name: "library-scan",
  alias: "scan",
  label: "Video scan",
  description: "Finds new, changed, moved and missing videos of a library",
  type: "video",
});
