// Walks the directories of a TIFF-built file (TIFF, and most RAW formats) without reading its pixels.

import { type FileHandle, open } from "node:fs/promises";

export interface TiffDirectory {
  /** Numeric values by tag; texts and blobs are left out, their offset and length are in `places`. */
  values: Map<number, number[]>;
  places: Map<number, { offset: number; sizeBytes: number }>;
}

/** Directories of the chain, with their SubIFDs and the EXIF directory. A damaged one ends the walk, not the answer. */
export async function tiffDirectories(handle: FileHandle): Promise<TiffDirectory[]> {
  const head = await bytesAt(handle, 0, 8);
  if (head.length < 8) return [];
  const little = head.toString("latin1", 0, 2) === "II";
  const u16 = (b: Buffer, at: number) => (little ? b.readUInt16LE(at) : b.readUInt16BE(at));
  const u32 = (b: Buffer, at: number) => (little ? b.readUInt32LE(at) : b.readUInt32BE(at));
  const found: TiffDirectory[] = [];
  const seen = new Set<number>();
  const ahead = [u32(head, 4)];

  while (ahead.length > 0 && found.length < 64) {
    const at = ahead.shift()!;
    if (at < 8 || seen.has(at)) continue;
    seen.add(at);
    const count = await bytesAt(handle, at, 2);
    if (count.length < 2) continue;
    const entries = u16(count, 0);
    const table = await bytesAt(handle, at + 2, entries * 12 + 4);
    if (entries > 1000 || table.length < entries * 12) continue;
    const directory: TiffDirectory = { values: new Map(), places: new Map() };
    for (let n = 0; n < entries; n++)
      await readEntry(directory, at + 2 + n * 12, table.subarray(n * 12, n * 12 + 12));
    found.push(directory);
    for (const tag of [subIfds, exifIfd]) ahead.push(...(directory.values.get(tag) ?? []));
    if (table.length >= entries * 12 + 4) ahead.push(u32(table, entries * 12));
  }
  return found;

  async function readEntry(directory: TiffDirectory, entryAt: number, entry: Buffer) {
    const [tag, type, n] = [u16(entry, 0), u16(entry, 2), u32(entry, 4)];
    const unit = unitBytes[type];
    if (!unit) return;
    const sizeBytes = unit * n;
    const offset = sizeBytes <= 4 ? entryAt + 8 : u32(entry, 8);
    directory.places.set(tag, { offset, sizeBytes });
    if (![1, 3, 4, 13].includes(type) || sizeBytes > 65536) return;
    const bytes = sizeBytes <= 4 ? entry.subarray(8) : await bytesAt(handle, offset, sizeBytes);
    if (bytes.length < sizeBytes) return;
    const values = Array.from({ length: n }, (_, i) =>
      unit === 1 ? bytes[i]! : unit === 2 ? u16(bytes, i * 2) : u32(bytes, i * 4),
    );
    directory.values.set(tag, values);
  }
}

/** The byte after the last strip or tile of pixels that a directory names; 0 when none does. */
export async function claimedStripEnd(path: string): Promise<number> {
  const handle = await open(path, "r");
  try {
    let end = 0;
    for (const { values } of await tiffDirectories(handle)) {
      for (const [at, length] of [
        [0x111, 0x117],
        [0x144, 0x145],
        [0x201, 0x202],
      ] as const) {
        const [offsets, sizes] = [values.get(at) ?? [], values.get(length) ?? []];
        offsets.forEach((offset, i) => {
          end = Math.max(end, offset + (sizes[i] ?? 0));
        });
      }
    }
    return end;
  } finally {
    await handle.close();
  }
}

export async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

const subIfds = 0x14a;
const exifIfd = 0x8769;
const unitBytes: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
};
