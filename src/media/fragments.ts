// What the pieces of a fragmented MP4 say of themselves: their codec, when they begin, and how many frames they hold. Reads
// the boxes that tell, and skips the media.

import { open } from "node:fs/promises";

export interface InitSegment {
  timescale: number;
  /** As a playlist names it: `avc1.640029`, `mp4a.40.2`. */
  codec: string;
  /** What is shown at 0; what comes before is for decoders only. */
  zeroAt: number;
}

export interface Segment {
  /** When its first frame is shown, in units of the timescale. */
  start: number;
  durationTicks: number;
  frames: number;
  beginsWithKeyframe: boolean;
}

export function readInit(bytes: Uint8Array): InitSegment {
  const boxes = [...walk(view(bytes), ["moov", "trak", "mdia", "edts", "minf", "stbl"])];
  const find = (type: string) => boxes.find((box) => box.type === type)?.body;
  const mdhd = find("mdhd");
  if (!mdhd) throw new Error("There is no track in it.");
  const elst = find("elst");
  const timescale = mdhd.getUint32(mdhd.getUint8(0) === 1 ? 20 : 12);
  const zeroAt = elst && elst.getUint32(4) > 0 ? Math.max(0, mediaTime(elst)) : 0;
  return { timescale, codec: codecOf(bytes), zeroAt };
}

/** The box headers of a segment, and its index in between: never its media. */
export async function readSegment(path: string, { zeroAt }: InitSegment): Promise<Segment> {
  const file = await open(path);
  const found: Segment = { start: 0, durationTicks: 0, frames: 0, beginsWithKeyframe: false };
  let isFirst = true;
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(8);
    for (let at = 0; at + 8 <= size; ) {
      await file.read(head, 0, 8, at);
      const length = head.readUInt32BE(0);
      if (length < 8 || at + length > size) throw new Error(`${path} is not whole.`);
      if (head.toString("latin1", 4, 8) === "moof") {
        const body = Buffer.alloc(length);
        await file.read(body, 0, length, at);
        const part = fragment(body);
        if (isFirst)
          Object.assign(found, { ...part, start: part.start - zeroAt, frames: 0, durationTicks: 0 });
        found.frames += part.frames;
        found.durationTicks += part.durationTicks;
        isFirst = false;
      }
      at += length;
    }
  } finally {
    await file.close();
  }
  if (isFirst) throw new Error(`${path} holds no fragment.`);
  return found;
}

interface Box {
  type: string;
  body: DataView;
}

/** All boxes, also those within the named ones. */
function* walk(data: DataView, into: string[], from = 0): Generator<Box> {
  for (let at = from; at + 8 <= data.byteLength; ) {
    const length = data.getUint32(at);
    if (length < 8 || at + length > data.byteLength) return;
    const type = String.fromCharCode(...[4, 5, 6, 7].map((n) => data.getUint8(at + n)));
    const body = new DataView(data.buffer, data.byteOffset + at + 8, length - 8);
    yield { type, body };
    if (into.includes(type)) yield* walk(body, into);
    at += length;
  }
}

function fragment(moof: Uint8Array): Segment {
  const boxes = [...walk(view(moof), ["moof", "traf"])];
  const find = (type: string) => boxes.find((box) => box.type === type)?.body;
  const [tfhd, tfdt] = [find("tfhd"), find("tfdt")];
  const usual = tfhd ? usualSample(tfhd) : { duration: 0, flags: 0 };
  const decodedAt = !tfdt ? 0 : tfdt.getUint8(0) === 1 ? Number(tfdt.getBigUint64(4)) : tfdt.getUint32(4);
  const made: Segment = { start: decodedAt, durationTicks: 0, frames: 0, beginsWithKeyframe: false };
  for (const { type, body } of boxes) {
    if (type !== "trun") continue;
    const run = samples(body, usual);
    if (made.frames === 0) {
      made.start += run.firstOffset;
      made.beginsWithKeyframe = (run.firstFlags & notSync) === 0;
    }
    made.frames += run.frames;
    made.durationTicks += run.durationTicks;
  }
  return made;
}

const notSync = 0x10000;

function usualSample(tfhd: DataView): { duration: number; flags: number } {
  const has = tfhd.getUint32(0);
  let at = 8;
  if (has & 0x1) at += 8;
  if (has & 0x2) at += 4;
  const duration = has & 0x8 ? tfhd.getUint32(at) : 0;
  if (has & 0x8) at += 4;
  if (has & 0x10) at += 4;
  return { duration, flags: has & 0x20 ? tfhd.getUint32(at) : 0 };
}

function samples(trun: DataView, usual: { duration: number; flags: number }) {
  const has = trun.getUint32(0);
  const frames = trun.getUint32(4);
  let at = 8 + (has & 0x1 ? 4 : 0);
  let firstFlags = has & 0x4 ? trun.getUint32(at) : usual.flags;
  if (has & 0x4) at += 4;
  let durationTicks = 0;
  let firstOffset = 0;
  for (let n = 0; n < frames; n++) {
    durationTicks += has & 0x100 ? trun.getUint32(at) : usual.duration;
    if (has & 0x100) at += 4;
    if (has & 0x200) at += 4;
    if (has & 0x400 && n === 0) firstFlags = trun.getUint32(at);
    if (has & 0x400) at += 4;
    if (has & 0x800 && n === 0) firstOffset = trun.getInt32(at);
    if (has & 0x800) at += 4;
  }
  return { frames, durationTicks, firstFlags, firstOffset };
}

function mediaTime(elst: DataView): number {
  return elst.getUint8(0) === 1 ? Number(elst.getBigInt64(16)) : elst.getInt32(12);
}

function codecOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const avc = text.indexOf("avcC");
  if (avc >= 0) return `avc1.${text.toString("hex", avc + 5, avc + 8)}`;
  if (text.includes("mp4a")) return "mp4a.40.2";
  throw new Error("It holds neither H.264 nor AAC.");
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
