// When a failed job is tried again: after 2, 4, 8 minutes, doubling, as long as it has retries left.

/** `retryCount` is how many retries came before. */
export function backoffMs(retryCount: number): number {
  return 2 ** (Math.min(retryCount, 8) + 1) * 60_000;
}
