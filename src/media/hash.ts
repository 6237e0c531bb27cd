// SHA-256 of a file, streamed. The event loop turns between pieces; a file that changes meanwhile has no hash.

import { open } from "node:fs/promises";
import { GiveUp, isForbidden, JobFailure } from "../runtime/errors.ts";

export interface HashOptions {
  signal?: AbortSignal;
  onProgress?: (percent: number) => void;
  /** Awaited before each piece: while it is pending, nothing is read. */
  pausePoint?: () => Promise<void>;
}

/** Lower-case hex. Throws `GiveUp` with `input.missing` or `input.unreadable`, or `JobFailure("input.changed")`. */
export async function hashFile(
  path: string,
  { signal, onProgress, pausePoint }: HashOptions = {},
): Promise<string> {
  const handle = await open(path, "r").catch((error) => {
    const code = isForbidden(error) ? "input.unreadable" : "input.missing";
    throw new GiveUp(code, `The file cannot be opened: ${error.message}`);
  });
  try {
    const before = await handle.stat();
    const hasher = new Bun.CryptoHasher("sha256");
    const piece = Buffer.allocUnsafe(pieceBytes);
    let done = 0;
    for (;;) {
      await pausePoint?.();
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(piece, 0, pieceBytes, done);
      if (bytesRead === 0) break;
      hasher.update(piece.subarray(0, bytesRead));
      done += bytesRead;
      onProgress?.(before.size > 0 ? Math.min(100, (100 * done) / before.size) : 100);
    }
    const after = await handle.stat();
    if (done !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      throw new JobFailure("input.changed", "The file changed while it was read.");
    return hasher.digest("hex");
  } finally {
    await handle.close();
  }
}

// 1 MB hashes in about a millisecond, so that nothing else waits for it.
const pieceBytes = 1 << 20;
