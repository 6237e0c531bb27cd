// What the server asks of itself by the clock: the nightly backup and, once a day, forgetting old history. Asked as jobs, so
// that it shows, waits its turn and makes way like all other work. A night that was missed is made up for at the start.

import { lastHour } from "../library/backups.ts";
import type { Params } from "../queue/job.ts";
import type { Enqueuer } from "../queue/queue.ts";
import type { Loop } from "../runtime/service.ts";
import { isBackupDue } from "./backup.ts";
import type { Tools } from "./tools.ts";

export type UpkeepParts = Pick<Tools, "settings" | "paths" | "clock"> & { queue: Enqueuer };

export function upkeepLoop(parts: UpkeepParts): Loop {
  /** When each was last asked for: what fails is not asked for again before the next night. */
  let asked = { backup: Number.NEGATIVE_INFINITY, history: Number.NEGATIVE_INFINITY };
  return {
    name: "upkeep",
    everyMs: 5 * 60_000,
    atStart: true,
    async step() {
      const now = parts.clock.now();
      const struck = lastHour(parts.settings.get("backup").hour, now).getTime();
      if (asked.backup < struck && (await isBackupDue(parts))) {
        asked = { ...asked, backup: now };
        await ask(parts, "backup", { byHand: false });
      }
      if (now - asked.history < dayMs && now >= asked.history) return;
      asked = { ...asked, history: now };
      await ask(parts, "prune-history", {});
    },
  };
}

const dayMs = 86_400_000;

async function ask({ queue }: UpkeepParts, kind: string, params: Params): Promise<void> {
  await queue.enqueueMany([{ kind, params, origin: "upkeep", backfill: true }]);
}
