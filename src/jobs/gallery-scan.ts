// Finds images.

import { scanKind } from "./scan.ts";

export const galleryScan = scanKind({
  name: "gallery-scan",
  label: "Image scan",
  description: "Finds new, changed, moved and missing images of a library",
  type: "image",
});
