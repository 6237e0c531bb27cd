// Which format a picture is in, by its first bytes; the name only tells RAW files from the TIFF they are built on.

import { open } from "node:fs/promises";
import { extname } from "node:path";

export type ImageFormat =
  | "jpeg"
  | "png"
  | "gif"
  | "webp"
  | "tiff"
  | "avif"
  | "heic"
  | "jxl"
  | "bmp"
  | "svg"
  | "raw"
  | "text"
  | "empty"
  | "unknown";

export async function imageFormat(path: string): Promise<ImageFormat> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return formatOf(buffer.subarray(0, bytesRead), extname(path).toLowerCase());
  } finally {
    await handle.close();
  }
}

/** `extension` with its dot, in lower case. */
export function formatOf(head: Buffer, extension: string): ImageFormat {
  if (head.length === 0) return "empty";
  const ascii = (from: number, to: number) => head.toString("latin1", from, to);
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "jpeg";
  if (ascii(0, 8) === "\x89PNG\r\n\x1a\n") return "png";
  if (/^GIF8[79]a/.test(ascii(0, 6))) return "gif";
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return "webp";
  if ((head[0] === 0xff && head[1] === 0x0a) || ascii(4, 12) === "JXL \r\n\x87\n") return "jxl";
  if (ascii(0, 2) === "BM" && head.length > 26 && head.readUInt32LE(14) <= 124) return "bmp";
  if (ascii(4, 8) === "ftyp") return isoFormat(head);
  if (ascii(0, 8) === "FUJIFILM") return "raw";
  if (/^(II\*\0|MM\0\*|II\+\0|MM\0\+|IIRO|IIRS|MMOR|IIU\0)/.test(ascii(0, 4)))
    return rawExtensions.has(extension) || !/^(II\*\0|MM\0\*|II\+\0|MM\0\+)/.test(ascii(0, 4))
      ? "raw"
      : "tiff";
  if (isText(head)) return /<svg[\s>]/i.test(head.toString("utf8")) ? "svg" : "text";
  return "unknown";
}

/** Plain text: no control characters but tabs and line ends. */
export function isText(head: Buffer): boolean {
  return (
    head.length > 0 &&
    head.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13) &&
    head.every((b) => b !== 0x7f)
  );
}

function isoFormat(head: Buffer): ImageFormat {
  const length = Math.min(head.readUInt32BE(0), head.length);
  const brands = head.toString("latin1", 8, Math.max(12, length));
  if (/^crx /.test(brands)) return "raw";
  if (/avif|avis/.test(brands)) return "avif";
  if (/heic|heix|hevc|hevx|heim|heis|mif1|msf1/.test(brands)) return "heic";
  return "unknown";
}

const rawExtensions = new Set([
  ".cr2",
  ".cr3",
  ".nef",
  ".nrw",
  ".dng",
  ".arw",
  ".sr2",
  ".srf",
  ".orf",
  ".rw2",
  ".raf",
  ".pef",
  ".srw",
  ".3fr",
  ".erf",
  ".kdc",
  ".mos",
  ".mrw",
  ".iiq",
  ".rwl",
]);
