// What follows when a scan finds a new or changed file, as data: first what it is, then, once that is known, what is made
// of it. Rows may name kinds that this build does not have yet: they are passed over until it does.

import type { FileType, Recognise } from "../db/tables/library.ts";

export interface CascadeRow {
  kind: string;
  /** Enqueued by the scan itself, or when `file-metadata` has looked at the file. */
  after: "scan" | "metadata";
  types: FileType[];
  /** Only in libraries that ask for it. */
  when?: keyof Recognise;
}

const all: FileType[] = ["video", "image", "audio"];

export const cascade: CascadeRow[] = [
  { kind: "file-metadata", after: "scan", types: all },
  { kind: "file-hash", after: "scan", types: all },
  { kind: "video-poster", after: "metadata", types: ["video"] },
  { kind: "image-thumbnail", after: "metadata", types: ["image"] },
  { kind: "audio-waveform", after: "metadata", types: ["video", "audio"] },
  { kind: "video-fingerprint", after: "metadata", types: ["video"] },
  { kind: "image-fingerprint", after: "metadata", types: ["image"] },
  { kind: "audio-fingerprint", after: "metadata", types: ["audio"] },
  { kind: "extract-subtitles", after: "metadata", types: ["video"] },
  { kind: "video-preview", after: "metadata", types: ["video"] },
  { kind: "video-sprite", after: "metadata", types: ["video"] },
  // Ends as `not_needed` where browsers can play the file as it is.
  { kind: "video-transcode", after: "metadata", types: ["video"] },
  { kind: "object-detect", after: "metadata", types: ["video", "image"], when: "objects" },
  { kind: "face-detect", after: "metadata", types: ["video", "image"], when: "faces" },
  { kind: "audio-tag", after: "metadata", types: ["video", "audio"], when: "audio" },
  { kind: "transcribe", after: "metadata", types: ["video", "audio"], when: "transcribe" },
];

/** The kinds to enqueue for a file of this type, in order; `after` leaves out the other part. */
export function cascadeOf(
  type: FileType,
  recognise: Recognise,
  knows: (kind: string) => boolean,
  after?: CascadeRow["after"],
): string[] {
  return cascade
    .filter((row) => row.types.includes(type) && (!row.when || recognise[row.when]) && knows(row.kind))
    .filter((row) => !after || row.after === after)
    .map((row) => row.kind);
}
