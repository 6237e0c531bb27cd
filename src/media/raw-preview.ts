// The JPEG that a camera puts into its RAW file. The largest one that is whole stands for the picture.

import { type FileHandle, open } from "node:fs/promises";
import { GiveUp } from "../runtime/errors.ts";
import { bytesAt, tiffDirectories } from "./tiff.ts";

export interface RawPreview {
  offset: number;
  sizeBytes: number;
  width: number;
  height: number;
  /** EXIF orientation 1–8 of the RAW file, for a preview that carries none. */
  orientation: number;
}

/** Throws `GiveUp("input.unsupported")` where there is no preview. */
export async function findRawPreview(path: string): Promise<RawPreview> {
  const handle = await open(path, "r");
  try {
    const { places, orientation } = await listed(handle);
    const candidates: RawPreview[] = [];
    for (const place of [...places, ...(await scanned(handle))]) {
      const size = await jpegSize(handle, place.offset, place.sizeBytes);
      if (size) candidates.push({ ...place, ...size, orientation });
    }
    const largest = candidates.sort(
      (a, b) => b.width * b.height - a.width * a.height || b.sizeBytes - a.sizeBytes,
    )[0];
    if (largest) return largest;
  } finally {
    await handle.close();
  }
  throw new GiveUp(
    "input.unsupported",
    "This RAW file holds no embedded preview, and its sensor data is not developed here.",
  );
}

/** Width and height of a RAW picture: those of its largest directory. */
export async function rawSize(path: string): Promise<{ width: number; height: number } | null> {
  const handle = await open(path, "r");
  try {
    let best: { width: number; height: number } | null = null;
    for (const { values } of await tiffDirectories(handle)) {
      for (const [w, h] of [
        [0x100, 0x101],
        [0xa002, 0xa003],
      ] as const) {
        const [width, height] = [values.get(w)?.[0] ?? 0, values.get(h)?.[0] ?? 0];
        if (width && height && width * height > (best?.width ?? 0) * (best?.height ?? 0))
          best = { width, height };
      }
    }
    return best;
  } finally {
    await handle.close();
  }
}

interface Place {
  offset: number;
  sizeBytes: number;
}

/** What the directories name: previews, JPEG strips, Panasonic's and Fujifilm's own places. */
async function listed(handle: FileHandle): Promise<{ places: Place[]; orientation: number }> {
  const head = await bytesAt(handle, 0, 96);
  if (head.toString("latin1", 0, 8) === "FUJIFILM")
    return { places: [{ offset: head.readUInt32BE(84), sizeBytes: head.readUInt32BE(88) }], orientation: 1 };
  const places: Place[] = [];
  const directories = await tiffDirectories(handle);
  for (const { values, places: blobs } of directories) {
    const pair = (at: number, length: number) => {
      const [offset, sizeBytes] = [values.get(at), values.get(length)];
      if (offset?.length === 1 && sizeBytes?.length === 1)
        places.push({ offset: offset[0]!, sizeBytes: sizeBytes[0]! });
    };
    pair(0x201, 0x202);
    pair(0x111, 0x117);
    const panasonic = blobs.get(0x2e);
    if (panasonic) places.push(panasonic);
  }
  return { places, orientation: directories.find((d) => d.values.has(0x112))?.values.get(0x112)?.[0] ?? 1 };
}

/** For previews that only maker notes know (Olympus, Pentax) or other containers (CR3): JPEG starts near the front. */
async function scanned(handle: FileHandle): Promise<Place[]> {
  const { size } = await handle.stat();
  const front = await bytesAt(handle, 0, Math.min(size, 24 << 20));
  const places: Place[] = [];
  for (
    let at = front.indexOf(startOfJpeg);
    at >= 0 && places.length < 32;
    at = front.indexOf(startOfJpeg, at + 3)
  )
    places.push({ offset: at, sizeBytes: size - at });
  return places;
}

const startOfJpeg = Buffer.from([0xff, 0xd8, 0xff]);

/** Size of a baseline or progressive JPEG; null for anything else, such as the lossless JPEG of sensor data. */
async function jpegSize(handle: FileHandle, offset: number, sizeBytes: number) {
  if (sizeBytes < 128) return null;
  const bytes = await bytesAt(handle, offset, Math.min(sizeBytes, 256 << 10));
  if (bytes.length < 128 || !bytes.subarray(0, 3).equals(startOfJpeg)) return null;
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!;
    if (marker === 0xc3 || marker === 0xda || marker === 0xd9) return null;
    if (marker >= 0xc0 && marker <= 0xc2)
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}
