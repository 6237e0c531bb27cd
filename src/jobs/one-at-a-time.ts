// Jobs that would do the same work at the same moment do it one after another; the later ones then find it done.

import type { Run } from "../queue/kind.ts";

/** Waits while another run holds `key`, however that ends. */
export async function alone<T>(
  { tools, signal }: Pick<Run<unknown, object>, "tools" | "signal">,
  key: string,
  work: () => Promise<T>,
): Promise<T> {
  const held = heldBy(tools);
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  aborted.promise.catch(() => {});
  try {
    for (let before = held.get(key); before; before = held.get(key))
      await Promise.race([before, aborted.promise]);
    signal.throwIfAborted();
    const done = Promise.withResolvers<void>();
    held.set(key, done.promise);
    try {
      return await work();
    } finally {
      held.delete(key);
      done.resolve();
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

const byTools = new WeakMap<object, Map<string, Promise<void>>>();

function heldBy(tools: object): Map<string, Promise<void>> {
  let held = byTools.get(tools);
  if (!held) {
    held = new Map();
    byTools.set(tools, held);
  }
  return held;
}
