// Non-strict weighted choice between queues: each pick goes to a queue with work in proportion to its weight, so that a
// light queue waits longer but never for ever, and a lone one gets everything.

export interface Weighted {
  weight: number;
}

/** `random` in [0, 1). Undefined when nothing has a positive weight. */
export function pickWeighted<T extends Weighted>(from: readonly T[], random: number): T | undefined {
  let total = 0;
  for (const item of from) total += Math.max(0, item.weight);
  let left = random * total;
  for (const item of from) {
    left -= Math.max(0, item.weight);
    if (left < 0) return item;
  }
  return undefined;
}
