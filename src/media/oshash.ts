// The hash by which OpenSubtitles and Stash know a film: its size plus the sums of its first and last 64 KiB, taken as
// little-endian numbers of 64 bits. Shorter files have none.

import { open } from "node:fs/promises";
import { bytesAt } from "./tiff.ts";

/** 16 hexadecimal digits; null of a file that is shorter than one piece. */
export async function oshash(path: string): Promise<string | null> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    if (size < pieceBytes) return null;
    let sum = BigInt(size);
    for (const at of [0, size - pieceBytes]) {
      const piece = await bytesAt(handle, at, pieceBytes);
      for (let i = 0; i + 8 <= piece.length; i += 8) sum += piece.readBigUInt64LE(i);
    }
    return BigInt.asUintN(64, sum).toString(16).padStart(16, "0");
  } finally {
    await handle.close();
  }
}

const pieceBytes = 65536;
