// The whole server in memory, with a clock that tests step, and browsers that remember their cookies.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hono } from "hono";
import { openAccounts } from "../../src/accounts/accounts.ts";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { openSqliteFailedLog } from "../../src/history/failed-log.sqlite.ts";
import { openHistory } from "../../src/history/history.ts";
import { openSqliteMeasureStore } from "../../src/history/measure-store.sqlite.ts";
import { Checkup } from "../../src/http/checks/checkup.ts";
import type { App, Env } from "../../src/http/context.ts";
import { openOperations } from "../../src/http/operations.ts";
import { Arrivals } from "../../src/http/uploads/arrivals.ts";
import { createCatalogue } from "../../src/jobs/index.ts";
import { scanKinds } from "../../src/jobs/scan.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { openMedia } from "../../src/media/media.ts";
import { processesOf } from "../../src/media/process.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import type { Catalogue } from "../../src/queue/kind.ts";
import { pruneJobs } from "../../src/queue/pruner.ts";
import { Queue } from "../../src/queue/queue.ts";
import { Worker } from "../../src/queue/worker.ts";
import { type Config, readConfig } from "../../src/runtime/config.ts";
import { dataPaths } from "../../src/runtime/data-folder.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { type Logger, silentLogger } from "../../src/runtime/log.ts";
import { fileWords } from "../../src/search/file-words.ts";
import { leafReader } from "../../src/search/rules.ts";
import { openSettings } from "../../src/settings/settings.ts";
import { openYielding } from "../../src/yielding/yielding.ts";
import { FakeClock } from "./fake-clock.ts";

export interface TestApp extends App {
  clock: FakeClock;
  /** Ends tools and removes the data folder. */
  close(): Promise<void>;
}

export interface TestAppOptions {
  config?: Partial<Config>;
  catalogue?: Catalogue<Tools>;
  log?: Logger;
}

export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const dataFolder = mkdtempSync(join(tmpdir(), "sprocket-app-"));
  const config: Config = { ...readConfig({ dataFolder }, {}, dataFolder), ...options.config };
  const paths = dataPaths(dataFolder);
  for (const path of [
    paths.derivatives,
    paths.cache,
    paths.models,
    paths.logs,
    paths.backups,
    paths.uploads,
    paths.tmp,
  ])
    mkdirSync(path, { recursive: true });
  const log = options.log ?? silentLogger;
  const clock = new FakeClock();
  const events = new EventBus();
  const { sqlite, db, close } = openSqlite(":memory:");
  migrate(sqlite, migrations);
  const catalogue = options.catalogue ?? createCatalogue();
  const kinds = catalogue.kinds.map(({ name }) => name);
  const queues = catalogue.queues.map(({ name }) => name);
  const settings = await openSettings(db, config, events, clock, kinds, queues);
  const accounts = await openAccounts({ db, settings, clock, log, config });
  const store = openSqliteJobStore(sqlite);
  const media = openMedia({
    ffmpegPath: config.ffmpeg,
    ffprobePath: config.ffprobe,
    cacheFolder: paths.cache,
    tmpFolder: paths.tmp,
    log,
    clock,
  });
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
    version: { version: "1.0.0", commit: null },
  });
  const yielding = openYielding({
    settings,
    catalogue,
    store,
    clock,
    log,
    events,
    dataFolder,
    isWorking: () => false,
    vramBudgetMb: () => worker.limits().vramBudgetMb,
    record: history.record,
  });
  const worker = new Worker({
    store,
    catalogue,
    tools,
    events,
    clock,
    log,
    limits: () => ({
      multiplier: settings.get("concurrencyMultiplier"),
      category: settings.get("categoryLimits"),
      vramBudgetMb: settings.get("vramBudgetMb") ?? 0,
    }),
    logsFolder: paths.logs,
    processesOf,
    measure: history.measure,
    holds: yielding.holds,
    name: "test-worker",
  });
  const startedAt = new Date(clock.now());
  const parts: App = {
    config,
    paths,
    db,
    queue,
    store,
    worker,
    yielding,
    operations: openOperations({ db, store, events, clock, log, heldBack: (id) => queue.heldBack(id) }),
    accounts,
    settings,
    media,
    history,
    tools,
    events,
    clock,
    log,
    arrivals: new Arrivals({ db, paths, clock, events, tools, log }),
    checkup: new Checkup({ settings, db, paths, clock, log, config, media, worker, startedAt }),
    startedAt,
  };
  return {
    ...parts,
    clock,
    async close() {
      await media.stop();
      close();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

export interface Browser {
  /** A string body is a form, an object is JSON. Redirects are answers. */
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  cookies: Map<string, string>;
}

/** Somebody at `address` who keeps cookies as a browser does. */
export function browser(site: Hono<Env>, address = "127.0.0.1", host = "localhost:8420"): Browser {
  const cookies = new Map<string, string>();
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const all = new Headers({ host, ...headers });
    if (cookies.size > 0) all.set("cookie", [...cookies].map(([k, v]) => `${k}=${v}`).join("; "));
    if (body !== undefined && !all.has("content-type"))
      all.set(
        "content-type",
        typeof body === "string" ? "application/x-www-form-urlencoded" : "application/json",
      );
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const server = { requestIP: () => ({ address, family: "IPv4", port: 50_000 }) };
    const answer = await site.request(
      `http://${host}${path}`,
      { method, headers: all, body: text as string },
      server,
    );
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0]!.split(/=(.*)/s) as [string, string];
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  return Object.assign(ask, { cookies });
}

export const ownerInput = {
  email: "owner@example.org",
  password: "correct horse battery",
  name: "Olga Owner",
};
export const memberInput = {
  email: "member@example.org",
  password: "staple horse battery",
  name: "Max Member",
};

/** The first account, signed in. */
export async function ownerBrowser(site: Hono<Env>): Promise<Browser> {
  const owner = browser(site);
  const answer = await owner("POST", "/api/auth/sign-up", ownerInput);
  if (answer.status !== 201) throw new Error(`The owner could not sign up: ${await answer.text()}`);
  return owner;
}

/** A member, signed in. There must be an owner. */
export async function memberBrowser(app: App, site: Hono<Env>): Promise<Browser> {
  await app.accounts.createUser({ ...memberInput, role: "member" });
  const member = browser(site, "192.0.2.7", "nas.local:8420");
  const answer = await member("POST", "/api/auth/sign-in", memberInput);
  if (answer.status !== 200) throw new Error(`The member could not sign in: ${await answer.text()}`);
  return member;
}
