// Text of unknown encoding: by its mark, as UTF-8, as UTF-16 without a mark, else as what old programs wrote.

/** `fallback`: what bytes that are no Unicode are read as. */
export function decodeText(bytes: Uint8Array, fallback = "windows-1252"): string {
  return new TextDecoder(encodingOf(bytes, fallback)).decode(bytes).replace(/^\ufeff/, "");
}

export function encodingOf(bytes: Uint8Array, fallback: string): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const head = bytes.subarray(0, 1024);
  // Of Latin text in UTF-16 every other byte is zero.
  const zeros = (from: number) => head.filter((byte, at) => at % 2 === from && byte === 0).length;
  if (zeros(1) > head.length / 5 && zeros(0) < head.length / 50) return "utf-16le";
  if (zeros(0) > head.length / 5 && zeros(1) < head.length / 50) return "utf-16be";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return "utf-8";
  } catch {
    return fallback;
  }
}
