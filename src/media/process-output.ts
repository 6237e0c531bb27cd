// What a tool prints, kept within bounds.

/** The last bytes of a stream. */
export class Tail {
  private pieces: Uint8Array[] = [];
  private size = 0;
  constructor(private readonly keep: number) {}
  push(bytes: Uint8Array) {
    this.pieces.push(bytes);
    this.size += bytes.length;
    while (this.pieces.length > 1 && this.size - this.pieces[0]!.length >= this.keep)
      this.size -= this.pieces.shift()!.length;
  }
  text(): string {
    return new TextDecoder().decode(Buffer.concat(this.pieces).subarray(-this.keep));
  }
}

/** A whole stream, up to a bound. */
export class Collected {
  private readonly pieces: Uint8Array[] = [];
  private size = 0;
  constructor(private readonly max: number) {}
  push(bytes: Uint8Array): boolean {
    this.size += bytes.length;
    if (this.size > this.max) return false;
    this.pieces.push(bytes);
    return true;
  }
  bytes(): Uint8Array {
    return Buffer.concat(this.pieces);
  }
}

/** Whole lines of a stream that comes in pieces; `flush` hands out the last one. */
export function lineSplitter(onLine: (line: string) => void) {
  const decoder = new TextDecoder();
  let rest = "";
  return {
    push(bytes: Uint8Array) {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split(/\r?\n|\r/);
      // A tool that never ends its line must not fill the memory.
      rest = parts.pop()!.slice(-65536);
      for (const line of parts) onLine(line);
    },
    flush() {
      if (rest) onLine(rest);
    },
  };
}
