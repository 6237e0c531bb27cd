// Whether a container claims more bytes than the file has: the sure sign of a copy that was cut off, whatever still plays.

import { open } from "node:fs/promises";

/** The size that the file should have at least; null when its container does not say. Reads headers only. */
export async function claimedSizeBytes(path: string): Promise<number | null> {
  const handle = await open(path, "r");
  try {
    const read = async (at: number, length: number) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
      return buffer.subarray(0, bytesRead);
    };
    const head = await read(0, 4096);
    const sizeBytes = (await handle.stat()).size;
    if (head.length < 12) return null;
    if (head.toString("latin1", 4, 8) === "ftyp") return await isoEnd(read, sizeBytes);
    if (head.toString("latin1", 0, 4) === "RIFF") return riffEnd(head);
    if (head.readUInt32BE(0) === 0x1a45dfa3) return matroskaEnd(head);
    return await mp3End(head, read);
  } finally {
    await handle.close();
  }
}

type Read = (at: number, length: number) => Promise<Buffer>;

/** Walks the top-level boxes; the first one that reaches past the end tells. */
async function isoEnd(read: Read, sizeBytes: number): Promise<number | null> {
  let at = 0;
  // A fragmented film has a few boxes a second.
  for (let n = 0; n < 100_000 && at + 8 <= sizeBytes; n++) {
    const box = await read(at, 16);
    if (box.length < 8) return null;
    let length = box.readUInt32BE(0);
    if (length === 1 && box.length === 16) length = Number(box.readBigUInt64BE(8));
    // 0: to the end of the file. A smaller one, or a name that is none, is padding or rubbish after the film.
    if (length < 8 || !/^[\x20-\x7e\xa9]{4}$/.test(box.toString("latin1", 4, 8))) return at;
    at += length;
  }
  return at;
}

function riffEnd(head: Buffer): number | null {
  const length = head.readUInt32LE(4);
  // Writers that never came back to fill it in leave 0 or all ones.
  return length === 0 || length >= 0xfffffff0 ? null : 8 + length;
}

function matroskaEnd(head: Buffer): number | null {
  const ebml = vint(head, 4);
  if (!ebml) return null;
  const at = ebml.next + ebml.value;
  if (at + 12 > head.length || head.readUInt32BE(at) !== 0x18538067) return null;
  const segment = vint(head, at + 4);
  return segment && !segment.unknown ? segment.next + segment.value : null;
}

function vint(bytes: Buffer, at: number): { value: number; next: number; unknown: boolean } | null {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (length < 1 || length > 8 || at + length > bytes.length) return null;
  let value = first & (0xff >> length);
  let unknown = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    value = value * 256 + bytes[at + i]!;
    unknown &&= bytes[at + i] === 0xff;
  }
  return { value, next: at + length, unknown };
}

/** The Xing or Info header of an MP3 counts its own bytes. */
async function mp3End(head: Buffer, read: Read): Promise<number | null> {
  let at = 0;
  if (head.toString("latin1", 0, 3) === "ID3")
    at =
      10 + ((head[6]! & 127) << 21) + ((head[7]! & 127) << 14) + ((head[8]! & 127) << 7) + (head[9]! & 127);
  const frame = await read(at, 64);
  if (frame.length < 64 || frame[0] !== 0xff || (frame[1]! & 0xe6) !== 0xe2) return null;
  const tag = Math.max(frame.indexOf("Xing", 0, "latin1"), frame.indexOf("Info", 0, "latin1"));
  if (tag < 0 || tag + 16 > frame.length || (frame.readUInt32BE(tag + 4) & 3) !== 3) return null;
  return at + frame.readUInt32BE(tag + 12);
}
