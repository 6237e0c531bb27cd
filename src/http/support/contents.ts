// What a support bundle holds, a file each. Every string on its way into it goes through the stand-ins.

import { arch, cpus, release, totalmem } from "node:os";
import { sql } from "drizzle-orm";
import type { Db } from "../../db/open.sqlite.ts";
import { problems } from "../../healing/problems.ts";
import type { History } from "../../history/history.ts";
import { fileStats, libraryCounts, noFiles } from "../../library/file-stats.ts";
import { listLibraries } from "../../library/libraries.ts";
import type { JobStore } from "../../queue/job-store.ts";
import { type Config, describeConfig } from "../../runtime/config.ts";
import type { DataPaths } from "../../runtime/data-folder.ts";
import type { Logger } from "../../runtime/log.ts";
import { version } from "../../runtime/version.ts";
import type { Settings } from "../../settings/settings.ts";
import { schemaOf, sizeOf } from "../checks/database.ts";
import type { Check } from "../readiness.ts";
import type { StandIns } from "./stand-ins.ts";

export interface BundleParts {
  config: Config;
  paths: DataPaths;
  db: Db;
  settings: Pick<Settings, "all">;
  store: JobStore;
  history: Pick<History, "events" | "failed">;
  /** Its newest lines, where the server itself makes the bundle. */
  log: Logger;
  startedAt: Date | null;
}

export interface BundleAsk {
  checks: Check[];
  /** Keeps paths and names of files: where the trouble is about them. */
  withPaths: boolean;
}

interface Content {
  file: string;
  /** Told before it is made. */
  holds: string;
  make(parts: BundleParts, names: StandIns, ask: BundleAsk): unknown;
}

const mostCauses = 50;
const mostFailures = 200;
const mostEvents = 500;

export const contents: Content[] = [
  { file: "version.json", holds: "version, build, operating system, processor, memory", make: machine },
  {
    file: "checks.json",
    holds: "every check of the Health page with its result",
    make: (_, names, { checks }) => names.inValue(checks),
  },
  {
    file: "config.json",
    holds: "the configuration and where each value comes from; secrets removed",
    make: ({ config }, names) => names.inValue(describeConfig(config)),
  },
  {
    file: "settings.json",
    holds: "the settings; tokens and addresses of other servers removed",
    make: ({ settings }, names) =>
      Object.fromEntries(settings.all().map(({ key, value }) => [key, names.inValue(value)])),
  },
  {
    file: "libraries.json",
    holds: "each library's settings, number of files and last scan",
    make: libraries,
  },
  { file: "queues.json", holds: "counts per queue and kind, and what is paused", make: queues },
  {
    file: "failures.json",
    holds: "failures by cause with their messages, and the newest jobs that failed",
    make: failures,
  },
  {
    file: "events.json",
    holds: `the last ${mostEvents} entries of the history`,
    make: async ({ history }, names) =>
      (await history.events({}, mostEvents)).map(({ filePath, ...event }) => ({
        ...names.inValue(event),
        file: filePath === null ? null : names.file(filePath),
      })),
  },
  { file: "log.jsonl", holds: "the newest lines of the server's log", make: log },
  { file: "database.json", holds: "schema, sizes, and how many rows each table has", make: database },
];

function machine({ startedAt }: BundleParts) {
  const [cpu] = cpus();
  return {
    ...version,
    bun: Bun.version,
    system: `${process.platform} ${release()} ${arch()}`,
    processor: cpu ? `${cpus().length} × ${cpu.model.trim()}` : null,
    memoryBytes: totalmem(),
    rssBytes: process.memoryUsage.rss(),
    startedAt,
    madeAt: new Date(),
  };
}

async function libraries({ db }: BundleParts, names: StandIns) {
  const [rows, counts] = [await listLibraries(db), await libraryCounts(db)];
  return {
    ...(await fileStats(db, counts)),
    each: rows.map(({ rootIdentity: _, ...row }: (typeof rows)[number] & { rootIdentity?: unknown }) => ({
      ...names.inValue(row),
      counts: counts.get(row.id) ?? noFiles(),
    })),
  };
}

async function queues({ store }: BundleParts, names: StandIns) {
  const [lanes, states] = [await store.tallies(), await store.queueStates()];
  return { lanes, states: names.inValue(states) };
}

async function failures({ store, history }: BundleParts, names: StandIns) {
  const causes = await problems({ store }, [], 0, mostCauses);
  return {
    causes: causes.total,
    // Field by field: what is added to a problem one day may name files.
    mostFrequent: causes.problems.map((p) => ({
      ...{ fingerprint: p.fingerprint, code: p.code, kinds: p.kinds, count: p.count, files: p.files },
      ...{ firstAt: p.firstAt, lastAt: p.lastAt, done: p.done },
      message: names.inText(p.message, p.samples[0]?.label),
      jobIds: p.samples.map(({ jobId }) => jobId),
    })),
    newest: history.failed.list({}, mostFailures).map((job) => ({
      ...{ id: job.id, queue: job.queue, kind: job.kind, code: job.code, attempts: job.attempts },
      ...{ startedAt: job.startedAt, finishedAt: job.finishedAt, acknowledgedAt: job.acknowledgedAt },
      file: names.file(job.label),
      message: names.inText(job.message, job.label),
    })),
  };
}

function log({ log: { recent } }: BundleParts, names: StandIns): string {
  const lines = recent?.() ?? [];
  if (lines.length === 0)
    return "Not at hand: the server's log is what it prints (journalctl, docker logs). The bundle of the Health page has its newest lines.\n";
  return lines
    .map(({ fields, ...line }) => `${JSON.stringify({ ...names.inValue(line), ...names.inValue(fields) })}\n`)
    .join("");
}

async function database({ db, paths }: BundleParts) {
  const tables = db.all<{ name: string }>(
    sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
  );
  return {
    schema: schemaOf(db),
    sqlite: figure(db, "SELECT sqlite_version()"),
    bytes: await sizeOf(paths.database),
    logBytes: await sizeOf(`${paths.database}-wal`),
    pages: figure(db, "PRAGMA page_count"),
    freePages: figure(db, "PRAGMA freelist_count"),
    rowsUpTo: Object.fromEntries(tables.map(({ name }) => [name, rowsIn(db, name)])),
  };
}

/** The highest row id where there are ids: counting a million rows takes too long. Else a count that gives up early. */
function rowsIn(db: Db, table: string): unknown {
  const quoted = `"${table.replaceAll('"', '""')}"`;
  try {
    return figure(db, `SELECT max(rowid) FROM ${quoted}`) ?? 0;
  } catch {
    return figure(db, `SELECT count(*) FROM (SELECT 1 FROM ${quoted} LIMIT 10000)`);
  }
}

function figure(db: Db, query: string): unknown {
  return Object.values(db.all<Record<string, unknown>>(sql.raw(query))[0] ?? {})[0];
}
