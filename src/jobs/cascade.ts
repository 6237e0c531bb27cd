// What follows when a scan finds a new or changed file, as data. Rows may name kinds that this build does not have yet:
// they are passed over until it does.

import type { FileType, Recognise } from "../db/tables/library.ts";

export interface CascadeRow {
  kind: string;
  types: FileType[];
  /** Only in libraries that ask for it. */
  when?: keyof Recognise;
}

const all: FileType[] = ["video", "image", "audio"];

export const cascade: CascadeRow[] = [
  { kind: "file-metadata", types: all },
  { kind: "file-hash", types: all },
  { kind: "video-poster", types: ["video"] },
  { kind: "image-thumbnail", types: ["image"] },
  { kind: "audio-waveform", types: ["video", "audio"] },
  { kind: "video-fingerprint", types: ["video"] },
  { kind: "image-fingerprint", types: ["image"] },
  { kind: "audio-fingerprint", types: ["audio"] },
  { kind: "extract-subtitles", types: ["video"] },
  { kind: "video-preview", types: ["video"] },
  { kind: "video-sprite", types: ["video"] },
  // Ends as `not_needed` where browsers can play the file as it is.
  { kind: "video-transcode", types: ["video"] },
  { kind: "object-detect", types: ["video", "image"], when: "objects" },
  { kind: "face-detect", types: ["video", "image"], when: "faces" },
  { kind: "audio-tag", types: ["video", "audio"], when: "audio" },
  { kind: "transcribe", types: ["video", "audio"], when: "transcribe" },
];

/** The kinds to enqueue for a file of this type, in order. */
export function cascadeOf(type: FileType, recognise: Recognise, knows: (kind: string) => boolean): string[] {
  return cascade
    .filter((row) => row.types.includes(type) && (!row.when || recognise[row.when]) && knows(row.kind))
    .map((row) => row.kind);
}
