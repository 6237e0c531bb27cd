// What keeps a queue from working now besides a pause: the server makes way for something, or the machine has no room left.

import type { QueueHold } from "../../../views/parts/queue-state.tsx";
import type { Blocked } from "../../queue/budget.ts";
import type { LaneTally } from "../../queue/job-store.ts";
import type { App } from "../context.ts";

/** What all kinds of a queue yield to; import mode only while there is something to hold. */
export function holdOf(app: App, queue: string, hasWork: boolean): QueueHold | null {
  const kinds = app.queue.catalogue.kinds.filter((kind) => kind.queue === queue);
  if (kinds.length === 0) return null;
  const hold = app.yielding
    .holds()
    .find(
      (h) =>
        (h.code !== "import" || hasWork) &&
        kinds.every(({ name, category }) => h.holds({ queue, kind: name, category })),
    );
  if (!hold) return null;
  const { code, text, until, mode } = hold;
  return { code, text, until, isFrozen: mode === "freeze" };
}

/** What none of the lanes that wait can start for; null where one may, or only its own queue's limit is reached. */
export function lackOf(app: App, lanes: readonly LaneTally[]): string | null {
  const waiting = lanes.filter((tally) => tally.waiting > 0);
  const blocks = waiting.map(({ lane }) => app.worker.blocked(lane));
  if (blocks.length === 0 || blocks.some((b) => !b || b.by === "queue" || b.by === "hold")) return null;
  return lackInWords(blocks[0]!);
}

const slots = { cpu: "CPU", gpu_encode: "GPU encoding", gpu_ai: "GPU recognition" };

function lackInWords(b: Blocked): string | null {
  if (b.by === "category") return `no ${slots[b.category]} slot free`;
  if (b.by === "vram" || b.by === "reservation") return "too little GPU memory free";
  if (b.by === "vram-never")
    return b.budgetMb === 0 ? "no GPU memory known" : "needs more GPU memory than there is";
  return null;
}
