// What a run of a job kind may use. One record, built in main.ts; a test builds a smaller one.

import type { Db } from "../db/open.sqlite.ts";
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
}
