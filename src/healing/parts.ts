// What healing works with; the server's record of parts has all of it.

import type { Db } from "../db/open.sqlite.ts";
import type { History } from "../history/history.ts";
import type { Tools } from "../jobs/tools.ts";
import type { JobStore } from "../queue/job-store.ts";
import type { Queue } from "../queue/queue.ts";
import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Settings } from "../settings/settings.ts";

export interface HealingParts {
  db: Db;
  store: JobStore;
  queue: Queue<Tools>;
  settings: Settings;
  events: EventBus;
  clock: Clock;
  log: Logger;
  /** Runs that are ended from outside are not measured by their worker. */
  history?: Pick<History, "addFailure">;
}
