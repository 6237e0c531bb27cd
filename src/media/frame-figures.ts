// Brightness, contrast, detail and motion of small grey frames that come as a stream of bytes.

export interface FrameFigure {
  brightness: number;
  /** Standard deviation of the pixels. */
  contrast: number;
  detail: number;
  /** Mean difference from the frame before. */
  motion: number;
}

export class FrameFigures {
  readonly frames: FrameFigure[] = [];
  private current: Uint8Array;
  private before: Uint8Array;
  private filled = 0;

  constructor(
    private readonly width: number,
    height: number,
  ) {
    this.current = new Uint8Array(width * height);
    this.before = new Uint8Array(width * height);
  }

  /** In pieces of any length. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + this.current.length - this.filled);
      this.current.set(piece, this.filled);
      this.filled += piece.length;
      at += piece.length;
      if (this.filled === this.current.length) this.close();
    }
  }

  private close(): void {
    const { current, before, width } = this;
    let sum = 0;
    let squares = 0;
    let steps = 0;
    let change = 0;
    for (let i = 0; i < current.length; i++) {
      const pixel = current[i]!;
      sum += pixel;
      squares += pixel * pixel;
      change += Math.abs(pixel - before[i]!);
      if (i >= width && i % width > 0)
        steps += Math.abs(pixel - current[i - 1]!) + Math.abs(pixel - current[i - width]!);
    }
    const count = current.length;
    const brightness = sum / count;
    this.frames.push({
      brightness,
      contrast: Math.sqrt(Math.max(0, squares / count - brightness ** 2)),
      detail: steps / (2 * count),
      motion: this.frames.length === 0 ? 0 : change / count,
    });
    [this.current, this.before] = [before, current];
    this.filled = 0;
  }
}
