// `sprocket enqueue`.

import { realpath } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import type { Db } from "../db/open.sqlite.ts";
import { withStringIds } from "../http/api/job-view.ts";
import { findFileAt } from "../library/files.ts";
import { listLibraries } from "../library/libraries.ts";
import { isWithin } from "../library/library-path.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { type Flags, readConfig } from "../runtime/config.ts";
import { Refused } from "../runtime/errors.ts";
import { silentLogger } from "../runtime/log.ts";
import { openBeside } from "./database.ts";
import { openEngine } from "./engine.ts";
import { whenItRuns } from "./scan.ts";

export interface EnqueueOptions {
  file?: string;
  params?: string;
  priority: string;
  json?: boolean;
}

export async function enqueue(type: string, options: EnqueueOptions, flags: Flags): Promise<number> {
  const params = parsedParams(options.params);
  const priority = Number(options.priority);
  if (!Number.isInteger(priority) || priority < 1 || priority > 10)
    throw new CannotStart(
      `--priority ${options.priority} is not right: it must be a number from 1 to 10.`,
      2,
    );
  const config = readConfig(flags);
  const open = openBeside(config.dataFolder);
  try {
    const { db, queue } = await openEngine(config, open, open.paths, silentLogger);
    if (options.file !== undefined) params.fileId = await fileIdAt(db, options.file);
    const { id, deduplicated } = await queue.enqueue(type, params, { priority, origin: "cli" });
    if (options.json)
      console.log(JSON.stringify({ id: String(id), type, params: withStringIds(params), deduplicated }));
    else if (deduplicated) console.log(`Job ${id} does this already; nothing was enqueued.`);
    else console.log(`Enqueued job ${id}.${whenItRuns(open.isServed)}`);
    return 0;
  } catch (error) {
    throw error instanceof Refused ? new CannotStart(withFaults(error), 2) : error;
  } finally {
    open.close();
  }
}

function parsedParams(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Told below, like any other text that is no object.
  }
  throw new CannotStart(`--params must be a JSON object such as '{"libraryId":1}'; it is ${text}`, 2);
}

async function fileIdAt(db: Db, named: string): Promise<number> {
  const path = await realpath(named).catch(() => resolve(named));
  const library = (await listLibraries(db)).find((row) => isWithin(row.path, path));
  if (!library)
    throw new CannotStart(`${path} lies in no library; \`sprocket serve FOLDER\` makes one of its folder.`);
  const row = await findFileAt(db, library.id, relative(library.path, path).split(sep).join("/"));
  if (!row) throw new CannotStart(`${path} is not known yet; run \`sprocket scan ${library.id}\` first.`);
  return row.id;
}

function withFaults({ message, more }: Refused): string {
  const faults = more.errors?.map((fault) => `${fault.path.join(".")}: ${fault.message}`) ?? [];
  return [message, ...faults].join(" ");
}
