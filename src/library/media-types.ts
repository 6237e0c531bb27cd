// What counts as media, by extension, and which names a scan passes over. Contents are judged by the metadata job.

import type { FileType } from "../db/tables/library.ts";

export interface MediaType {
  type: FileType;
  mimeType: string;
}

/** `undefined` for sidecars, documents and everything else that is no media. */
export function mediaTypeOf(name: string): MediaType | undefined {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? byExtension.get(name.slice(dot + 1).toLowerCase()) : undefined;
}

/** TypeScript shares its extension with films in MPEG transport streams: only their packets, 188 bytes each, begin with 0x47. */
export function mayBeSource(name: string): boolean {
  return /\.ts$/i.test(name);
}

export function isTransportStream(head: Uint8Array): boolean {
  return head[0] === 0x47 && head[transportPacketBytes] === 0x47;
}

export const transportPacketBytes = 188;

/** Hidden entries, and what NAS systems, trash cans and file managers leave behind. */
export function isPassedOver(name: string): boolean {
  return name.startsWith(".") || leftovers.has(name.toLowerCase());
}

const leftovers = new Set([
  "@eadir",
  "@recycle",
  "@recently-snapshot",
  "@tmp",
  "#recycle",
  "#snapshot",
  "$recycle.bin",
  "recycler",
  "system volume information",
  "lost+found",
  "thumbs.db",
  "desktop.ini",
]);

const mimeTypes: Record<FileType, Record<string, string>> = {
  video: {
    "video/mp4": "mp4 m4v",
    "video/quicktime": "mov qt",
    "video/x-matroska": "mkv",
    "video/webm": "webm",
    "video/x-msvideo": "avi",
    "video/mpeg": "mpg mpeg mpe m2v vob",
    "video/mp2t": "ts mts m2ts m2t",
    "video/x-ms-wmv": "wmv asf",
    "video/x-flv": "flv f4v",
    "video/3gpp": "3gp",
    "video/3gpp2": "3g2",
    "video/ogg": "ogv",
    "video/dv": "dv",
    "application/mxf": "mxf",
    "application/vnd.rn-realmedia": "rm rmvb",
  },
  image: {
    "image/jpeg": "jpg jpeg jpe jfif",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/gif": "gif",
    "image/tiff": "tif tiff",
    "image/heic": "heic",
    "image/heif": "heif hif",
    "image/jxl": "jxl",
    "image/bmp": "bmp",
    "image/x-canon-cr2": "cr2",
    "image/x-canon-cr3": "cr3",
    "image/x-nikon-nef": "nef nrw",
    "image/x-adobe-dng": "dng",
    "image/x-sony-arw": "arw sr2",
    "image/x-olympus-orf": "orf",
    "image/x-panasonic-rw2": "rw2",
    "image/x-fuji-raf": "raf",
    "image/x-pentax-pef": "pef",
    "image/x-samsung-srw": "srw",
  },
  audio: {
    "audio/mpeg": "mp3 mp2",
    "audio/mp4": "m4a m4b",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/ogg": "ogg oga",
    "audio/opus": "opus",
    "audio/wav": "wav",
    "audio/aiff": "aif aiff aifc",
    "audio/x-ms-wma": "wma",
    "audio/x-matroska": "mka",
    "audio/x-caf": "caf",
    "audio/amr": "amr",
    "audio/x-ape": "ape",
    "audio/x-wavpack": "wv",
    "audio/ac3": "ac3",
    "audio/vnd.dts": "dts",
  },
};

const byExtension = new Map(
  Object.entries(mimeTypes).flatMap(([type, rows]) =>
    Object.entries(rows).flatMap(([mimeType, extensions]) =>
      extensions.split(" ").map((extension) => [extension, { type: type as FileType, mimeType }] as const),
    ),
  ),
);

/** Without the dot, all of them. */
export const mediaExtensions: readonly string[] = [...byExtension.keys()];
