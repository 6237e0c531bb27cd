// In-process hints that something changed. They carry ids, never payloads, and may be lost: polling is the truth.

export type Event =
  | {
      topic: "job";
      id: number;
      queue: string;
      what: "added" | "started" | "progress" | "settled" | "moved" | "removed";
    }
  | { topic: "queue"; queue: string }
  | { topic: "file"; id: number }
  | { topic: "library"; id: number }
  /** What the server yields to has changed: somebody watches, a window opened, the disk is low. */
  | { topic: "hold" }
  /** The history has a new entry. */
  | { topic: "history" }
  | { topic: "operation"; id: number }
  | { topic: "setting"; key: string };

export class EventBus {
  private readonly listeners = new Set<(e: Event) => void>();

  publish(e: Event): void {
    for (const listener of this.listeners) listener(e);
  }

  /** Calls `listener` for each event until `signal` aborts or the returned function is called. */
  subscribe(listener: (e: Event) => void, signal?: AbortSignal): () => void {
    this.listeners.add(listener);
    const stop = () => void this.listeners.delete(listener);
    signal?.addEventListener("abort", stop, { once: true });
    return stop;
  }
}
