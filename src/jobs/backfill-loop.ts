// Looks every hour for what should be there and is not, for the kinds that every file needs: a crash between a scan and its
// cascade, a failure that has passed. Three failures, and it leaves a file alone (backfill-strikes.ts).

import type { Queue } from "../queue/queue.ts";
import type { Logger } from "../runtime/log.ts";
import type { Loop } from "../runtime/service.ts";
import type { Tools } from "./tools.ts";

export interface BackfillParts {
  queue: Pick<Queue<Tools>, "catalogue" | "enqueuePending">;
  log: Logger;
}

export function backfillLoop({ queue, log }: BackfillParts): Loop {
  return {
    name: "backfill",
    everyMs: 60 * 60_000,
    async step(signal) {
      for (const kind of queue.catalogue.kinds.filter((k) => k.backfillsItself)) {
        signal.throwIfAborted();
        const { enqueued } = await queue.enqueuePending(kind, { origin: "backfill", backfill: true });
        if (enqueued > 0) log.info(`Backfill: ${enqueued} files lacked ${kind.name}`);
      }
    },
  };
}
