// The whole server: opens the parts, starts the services in order and stops them in reverse.

import { hostname } from "node:os";
import { openAccounts } from "../accounts/accounts.ts";
import { failureCounts } from "../healing/failure-counts.ts";
import { healingWatch } from "../healing/healing-watch.ts";
import { liveStateLoop } from "../healing/live-state.ts";
import { liveFacts } from "../http/api/job-view.ts";
import { createApp } from "../http/app.ts";
import { Checkup } from "../http/checks/checkup.ts";
import type { App } from "../http/context.ts";
import { openOperations } from "../http/operations.ts";
import { checkTool } from "../http/readiness.ts";
import { Arrivals } from "../http/uploads/arrivals.ts";
import { backfillLoop } from "../jobs/backfill-loop.ts";
import { backfillStrikes } from "../jobs/backfill-strikes.ts";
import { scanKinds } from "../jobs/scan.ts";
import { upkeepLoop } from "../jobs/upkeep-loop.ts";
import { autoScanLoop } from "../library/auto-scan.ts";
import { formerLives } from "../library/content-life.ts";
import { derivativeSweep } from "../library/derivative-sweep.ts";
import { fileTextIndexer } from "../library/file-text.ts";
import { unfinishedMoves } from "../library/settle-move.ts";
import { transformCacheLoop } from "../library/transform-cache.ts";
import { uploadSweep } from "../library/uploads.ts";
import { libraryWatch } from "../library/watch.ts";
import { processesOf } from "../media/process.ts";
import { jobLogRemover } from "../queue/job-logs.ts";
import type { Lease } from "../queue/job-store.ts";
import { failuresKeptTimes } from "../queue/pruner.ts";
import { reapAll, reaperLoop } from "../queue/reaper.ts";
import { textIndexer } from "../queue/text-indexer.ts";
import { Worker } from "../queue/worker.ts";
import type { Config } from "../runtime/config.ts";
import { openDataFolder } from "../runtime/data-folder.ts";
import type { Logger } from "../runtime/log.ts";
import { loopService, type Service } from "../runtime/service.ts";
import { version } from "../runtime/version.ts";
import { playbackPauses } from "../yielding/playback-pauses.ts";
import { openYielding } from "../yielding/yielding.ts";
import { openAndMigrate } from "./database.ts";
import { type Engine, openEngine } from "./engine.ts";
import { addFolders } from "./folders.ts";
import { idleMemoryLoop } from "./idle-memory.ts";
import { listen } from "./listen.ts";

export interface RunningServer {
  /** Where it answers: `http://127.0.0.1:8420`. */
  url: string;
  /** Running jobs go back to waiting; then everything closes. */
  stop(): Promise<void>;
}

/** `CannotStart` says in one line what is in the way. */
export async function startServer(config: Config, folders: string[], log: Logger): Promise<RunningServer> {
  // What is open so far, closed in reverse: by stop(), or at once when a later part cannot start.
  const closing: { name: string; close(): unknown }[] = [];
  const closeAll = async () => {
    for (const { name, close } of closing.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        log.error(`stopping ${name} failed`, { error });
      }
    }
  };
  try {
    const folder = openDataFolder(config.dataFolder);
    closing.push({ name: "data folder", close: folder.release });
    const database = openAndMigrate(folder.paths, log);
    closing.push({ name: "database", close: database.close });
    const engine = await openEngine(config, database, folder.paths, log);
    closing.push({ name: "job store", close: () => engine.store.close() });
    for (const key of engine.settings.ignored)
      log.warn(`The setting ${key} is not one this build can read; its default holds`);
    const made = await addFolders(engine, folders);
    for (const { name, path } of made) log.info(`Made a library of ${path}`, { library: name });
    warnOfMissingTools(config, log);

    // Bound early: a port that is taken stops the start, and the setup link needs the port. Requests wait for the app.
    const http = listen(config);
    closing.push({ name: "http", close: http.stop });
    const app = await openApp(engine, { ...config, port: http.port });
    for (const service of services(engine, app)) {
      await service.start();
      closing.push({ name: service.name, close: () => service.stop() });
    }
    http.serve(createApp(app).fetch);
    await announce(app, http.url);
    return { url: http.url, stop: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

export async function openApp(engine: Engine, config: Config): Promise<App> {
  const { settings, clock, log, db } = engine;
  const yielding = openYielding({
    ...engine,
    catalogue: engine.queue.catalogue,
    dataFolder: config.dataFolder,
    isWorking: () => worker.running().length > 0,
    vramBudgetMb: () => worker.limits().vramBudgetMb,
    record: engine.history.record,
  });
  const worker = new Worker({
    ...engine,
    holds: yielding.holds,
    catalogue: engine.queue.catalogue,
    limits: () => ({
      multiplier: settings.get("concurrencyMultiplier"),
      category: settings.get("categoryLimits"),
      vramBudgetMb: settings.get("vramBudgetMb") ?? engine.media.vramBudgetMb,
    }),
    logsFolder: engine.paths.logs,
    processesOf,
    onRestart: () => engine.media.native.restart(),
    measure: engine.history.measure,
    name: `${hostname()}-${process.pid}-${crypto.randomUUID().slice(0, 4)}`,
  });
  const accounts = await openAccounts({ db, settings, clock, log, config });
  const operations = openOperations({ ...engine, heldBack: (id) => engine.queue.heldBack(id) });
  const startedAt = new Date(clock.now());
  const checkup = new Checkup({ ...engine, config, worker, startedAt });
  const arrivals = new Arrivals(engine);
  return { ...engine, config, worker, yielding, operations, accounts, checkup, arrivals, startedAt };
}

/** In the order of their start. */
export function services(
  { settings, ...engine }: Engine,
  {
    worker,
    yielding,
    operations,
    checkup,
    arrivals,
  }: Pick<App, "worker" | "yielding" | "operations" | "checkup" | "arrivals">,
): Service[] {
  const { clock, log } = engine;
  const { catalogue } = engine.queue;
  const reaper = {
    ...engine,
    policy: () => settings.get("orphanPolicy"),
    holds: (lease: Lease) => worker.holds(lease),
    orphaned: engine.history.orphaned,
  };
  return [
    engine.media,
    ...engine.history.services(),
    // Before the orphans of the last run, which count as failures too.
    backfillStrikes(engine),
    failureCounts({ ...engine, settings }),
    // This process holds the data folder, so whoever ran these jobs is dead.
    { name: "orphans of the last run", start: async () => void (await reapAll(reaper)), stop: () => {} },
    jobLogRemover({ ...engine, logsFolder: engine.paths.logs }),
    loopService(reaperLoop(reaper), clock, log),
    loopService(textIndexer(engine), clock, log),
    loopService(fileTextIndexer(engine), clock, log),
    loopService(upkeepLoop({ ...engine, settings }), clock, log),
    loopService(autoScanLoop({ ...engine, settings, scanKinds }), clock, log),
    loopService(backfillLoop(engine), clock, log),
    loopService(transformCacheLoop(engine), clock, log),
    loopService(unfinishedMoves(engine), clock, log),
    loopService(uploadSweep(engine), clock, log),
    loopService(arrivals.loop(), clock, log),
    loopService(derivativeSweep(engine, clock.now()), clock, log),
    loopService(idleMemoryLoop({ ...engine, worker }), clock, log),
    loopService(healingWatch({ ...engine, settings, worker }), clock, log),
    loopService(
      formerLives({ ...engine, keptDays: () => failuresKeptTimes * settings.get("retention").days }),
      clock,
      log,
    ),
    loopService(
      liveStateLoop({ ...engine, catalogue, live: liveFacts({ worker, queue: engine.queue }) }),
      clock,
      log,
    ),
    // The first time a minute after the start, when nobody waits for anything.
    loopService({ name: "checkup", everyMs: 60_000, step: () => checkup.tryTools() }, clock, log),
    libraryWatch({ ...engine, scanKinds }),
    operations,
    yielding,
    playbackPauses({ ...engine, yielding, record: engine.history.record }),
    // Last, so that it stops first: its jobs are handed back before anything else may keep the end waiting.
    worker,
  ];
}

function warnOfMissingTools(config: Config, log: Logger): void {
  for (const name of ["ffmpeg", "ffprobe"] as const) {
    const { result, detail, fix } = checkTool(name, config[name]);
    if (result !== "ok") log.warn(`${name}: ${detail}. Jobs that need it fail with tool.missing. ${fix}`);
  }
}

/** The line with the address comes last: whoever waits for it finds everything ready. */
async function announce({ accounts, config, log }: App, url: string): Promise<void> {
  const links = (await accounts.isFirstRun()) ? accounts.setupLinks() : [];
  for (const link of links) log.info(`First run: create the owner's account at ${link}`);
  log.info(`Sprocket ${version.version} listens on ${url}${config.basePath}`, {
    dataFolder: config.dataFolder,
  });
}
