// What a run of a job kind may use. One record, built in main.ts; a test builds a smaller one.

import type { Db } from "../db/open.sqlite.ts";
import type { RuleReader } from "../library/collection-rule.ts";
import type { Media } from "../media/media.ts";
import type { Enqueuer } from "../queue/queue.ts";
import type { Clock } from "../runtime/clock.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Settings } from "../settings/settings.ts";

export interface Tools {
  db: Db;
  queue: Enqueuer;
  media: Media;
  paths: DataPaths;
  settings: Settings;
  events: EventBus;
  clock: Clock;
  log: Logger;
  /** What the rules of dynamic collections mean; the search knows. */
  readRules: RuleReader;
  /** Removes finished jobs and events that the retention setting keeps no longer. */
  forget(signal: AbortSignal, progress: (percent: number) => void): Promise<{ jobs: number; events: number }>;
  /** Whether pictures are made before anybody asks: SPROCKET_IMAGE_PREWARM. */
  prewarms: boolean;
}
