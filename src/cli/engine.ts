// The queue with everything a job may use, joined once: the server runs it, commands enqueue into it.

import type { OpenDb } from "../db/open.sqlite.ts";
import { openSqliteFailedLog } from "../history/failed-log.sqlite.ts";
import { type History, openHistory } from "../history/history.ts";
import { openSqliteMeasureStore } from "../history/measure-store.sqlite.ts";
import { createCatalogue } from "../jobs/index.ts";
import { scanKinds } from "../jobs/scan.ts";
import type { Tools } from "../jobs/tools.ts";
import { type Media, openMedia } from "../media/media.ts";
import { openSqliteJobStore } from "../queue/job-store.sqlite.ts";
import type { JobStore } from "../queue/job-store.ts";
import { pruneJobs } from "../queue/pruner.ts";
import { Queue } from "../queue/queue.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import { version } from "../runtime/version.ts";
import { fileWords } from "../search/file-words.ts";
import { leafReader } from "../search/rules.ts";
import { openSettings, type Settings } from "../settings/settings.ts";

export interface Engine {
  db: OpenDb["db"];
  paths: DataPaths;
  config: Config;
  events: EventBus;
  clock: Clock;
  log: Logger;
  settings: Settings;
  media: Media;
  store: JobStore;
  queue: Queue<Tools>;
  tools: Tools;
  history: History;
}

/** Starts nothing and spawns nothing. */
export async function openEngine(
  config: Config,
  { db, sqlite }: OpenDb,
  paths: DataPaths,
  log: Logger,
  catalogue = createCatalogue(),
): Promise<Engine> {
  const events = new EventBus();
  const clock = systemClock;
  const kinds = catalogue.kinds.map(({ name }) => name);
  const queues = catalogue.queues.map(({ name }) => name);
  const settings = await openSettings(db, config, events, clock, kinds, queues);
  const media = openMedia({
    ffmpegPath: config.ffmpeg,
    ffprobePath: config.ffprobe,
    cacheFolder: paths.cache,
    tmpFolder: paths.tmp,
    log,
    clock,
  });
  const store = openSqliteJobStore(sqlite);
  const queue: Queue<Tools> = new Queue<Tools>(store, catalogue, () => tools, events, clock);
  const retention = () => settings.get("retention");
  const forget: Tools["forget"] = async (signal, progress) => {
    const jobs = await pruneJobs({ store, events, clock, retention }, signal, (n) =>
      progress(Math.min(90, n / 100)),
    );
    return { jobs, events: await history.prune() };
  };
  const readRules = async () => leafReader(await fileWords(db, catalogue), clock.now());
  const tools: Tools = {
    db,
    queue,
    media,
    paths,
    settings,
    events,
    clock,
    log,
    readRules,
    forget,
    prewarms: config.imagePrewarm,
  };
  const history = openHistory({
    db,
    store,
    measures: openSqliteMeasureStore(sqlite),
    failed: openSqliteFailedLog(sqlite),
    events,
    clock,
    log,
    retention,
    scanKinds: Object.values(scanKinds),
    version,
  });
  return { db, paths, config, events, clock, log, settings, media, store, queue, tools, history };
}
