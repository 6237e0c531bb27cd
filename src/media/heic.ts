// HEIC by libheif in WebAssembly: sharp's own build has no HEVC decoder. Runs in the native child only.

import { readFile, stat } from "node:fs/promises";
import { GiveUp } from "../runtime/errors.ts";

export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 3 | 4;
  icc: Buffer | null;
}

/** The primary picture, turned as its container says. One at a time: a picture of 12 MP takes 180 MB. */
export function decodeHeic(path: string): Promise<Pixels> {
  const mine = last.then(() => decode(path));
  last = mine.catch(() => {});
  return mine;
}

let last: Promise<unknown> = Promise.resolve();

interface HeifImage {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  has_alpha_channel?(): boolean;
  display(
    into: { data: Uint8ClampedArray; width: number; height: number },
    done: (filled: unknown) => void,
  ): void;
  free(): void;
}

async function decode(path: string): Promise<Pixels> {
  if ((await stat(path)).size > maxFileBytes)
    throw new GiveUp("input.unsupported", "HEIC files over 200 MB are not read.");
  const bytes = await readFile(path);
  const { default: libheif } = (await import("libheif-js/wasm-bundle.js" as string)) as {
    default: { HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] } };
  };
  const images = silently(() => new libheif.HeifDecoder().decode(bytes));
  try {
    const image = images.find((i) => i.is_primary()) ?? images[0];
    if (!image) throw damaged(bytes);
    const [width, height] = [image.get_width(), image.get_height()];
    if (!(width > 0 && height > 0)) throw damaged(bytes);
    if (width * height > maxPixels)
      throw new GiveUp("input.unsupported", `A HEIC picture of ${width}×${height} is too large to be read.`);
    const rgba = new Uint8ClampedArray(width * height * 4);
    const filled = await new Promise((resolve) => image.display({ data: rgba, width, height }, resolve));
    if (!filled) throw damaged(bytes);
    const data = new Uint8Array(rgba.buffer);
    const pixels = { width, height, icc: iccOf(bytes) };
    return isOpaque(data)
      ? { ...pixels, data: withoutAlpha(data), channels: 3 }
      : { ...pixels, data, channels: 4 };
  } finally {
    for (const image of images) image.free();
  }
}

function damaged(bytes: Buffer): GiveUp {
  // The boxes at the front say where the picture's data lies; a cut copy has the boxes and not the data.
  const cut = topLevelEnd(bytes) > bytes.length;
  return cut
    ? new GiveUp("input.truncated", "The HEIC file ends before its picture does.")
    : new GiveUp("input.corrupt", "libheif cannot decode the picture.");
}

function topLevelEnd(bytes: Buffer): number {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    if (length < 8 || !/^[\x20-\x7e]{4}$/.test(bytes.toString("latin1", at + 4, at + 8))) return at;
    at += length;
  }
  return at;
}

/** The ICC profile in the first `colr` box; libheif's JavaScript does not hand it out. */
function iccOf(bytes: Buffer): Buffer | null {
  for (const kind of ["colrprof", "colrrICC"]) {
    const at = bytes.indexOf(kind, 0, "latin1");
    if (at < 4 || at > 1 << 20) continue;
    const length = bytes.readUInt32BE(at - 4);
    if (length > 12 + 128 && at - 4 + length <= bytes.length) return bytes.subarray(at + 8, at - 4 + length);
  }
  return null;
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  // In place: three bytes forward for every four.
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgba[to] = rgba[from]!;
    rgba[to + 1] = rgba[from + 1]!;
    rgba[to + 2] = rgba[from + 2]!;
  }
  return rgba.subarray(0, (rgba.length / 4) * 3);
}

/** libheif-js prints its complaints; the error says the same to whoever asked. */
function silently<T>(f: () => T): T {
  const { log, error } = console;
  console.log = console.error = () => {};
  try {
    return f();
  } finally {
    console.log = log;
    console.error = error;
  }
}

const maxFileBytes = 200 << 20;
const maxPixels = 100e6;
