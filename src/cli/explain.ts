// `sprocket explain`: why a file or a job is where it is. Reads the database only; what a running server alone knows it
// finds noted there.

import { existsSync } from "node:fs";
import type { FileExplanation } from "../healing/explain-file.ts";
import { type ExplainParts, explainJob, type JobExplanation } from "../healing/explain-job.ts";
import { explainPath, type PathExplanation } from "../healing/explain-path.ts";
import { notedEveryS, readLiveState } from "../healing/live-state.ts";
import { estimateStart } from "../history/eta.ts";
import { openSqliteMeasureStore } from "../history/measure-store.sqlite.ts";
import { Measures } from "../history/measures.ts";
import { createCatalogue } from "../jobs/index.ts";
import { openSqliteJobStore } from "../queue/job-store.sqlite.ts";
import { inWords } from "../queue/time-words.ts";
import type { LiveFacts } from "../queue/whys.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { systemClock } from "../runtime/clock.ts";
import { type Flags, readConfig } from "../runtime/config.ts";
import { serverPid } from "../runtime/data-folder.ts";
import { EventBus } from "../runtime/events.ts";
import { silentLogger } from "../runtime/log.ts";
import { openSettings } from "../settings/settings.ts";
import { openBeside } from "./database.ts";
import { printFile, printJob } from "./explain-text.ts";

export type Explanation = FileExplanation | JobExplanation | PathExplanation;

/** What is known of the process that runs the jobs. */
export interface ServerNote {
  runs: boolean;
  pid: number | null;
  /** When it last noted what holds work back; it looks every few seconds, and writes when something has changed. */
  notedAt: string | null;
  text: string;
}

/** 0 explained, 1 nothing is known of it, 2 wrong usage. */
export async function explain(named: string, options: { json?: boolean }, flags: Flags): Promise<number> {
  if (named.trim() === "") throw new CannotStart("Name a file or the number of a job.", 2);
  const config = readConfig(flags);
  const open = openBeside(config.dataFolder);
  // Whatever happens here, nothing is to be changed.
  open.sqlite.exec("PRAGMA query_only = ON");
  const store = openSqliteJobStore(open.sqlite);
  try {
    const now = systemClock.now();
    const { note, live } = await readServer(open.db, config.dataFolder, now);
    const measures = new Measures({
      measures: openSqliteMeasureStore(open.sqlite),
      store,
      clock: systemClock,
      log: silentLogger,
    });
    await measures.load();
    const parts: ExplainParts = {
      db: open.db,
      store,
      catalogue: createCatalogue(),
      settings: await openSettings(open.db, config, new EventBus(), systemClock),
      live,
      logsFolder: open.paths.logs,
      now,
      timeAhead: (queue, ahead, parallel) =>
        estimateStart({ ahead, runMs: measures.runTimes(queue), parallel, rate: null }),
    };
    const answer = await explainNamed(parts, named);
    if (options.json) console.log(JSON.stringify({ ...answer, server: note }, null, 2));
    else print(answer, note, now);
    return answer.subject === "path" ? 1 : 0;
  } finally {
    store.close();
    open.close();
  }
}

/** A number is a job; `./17` is a file of that name. */
async function explainNamed(parts: ExplainParts, named: string): Promise<Explanation> {
  if (!/^[1-9]\d{0,14}$/.test(named) || existsSync(named)) return await explainPath(parts, named);
  const job = await parts.store.get(Number(named));
  if (!job) throw new CannotStart(`There is no job ${named}; \`sprocket jobs\` lists them.`);
  return await explainJob(parts, job);
}

async function readServer(
  db: ExplainParts["db"],
  dataFolder: string,
  now: number,
): Promise<{ note: ServerNote; live: LiveFacts }> {
  const pid = serverPid(dataFolder);
  if (pid === undefined)
    return {
      note: { runs: false, pid: null, notedAt: null, text: "No server runs on this data folder." },
      live: unserved,
    };
  const noted = await readLiveState(db);
  if (noted?.pid !== pid)
    return {
      note: {
        runs: true,
        pid,
        notedAt: null,
        text: `The server (process ${pid}) has not noted yet what holds work back; ask again in ${notedEveryS} s.`,
      },
      live: { ...unserved, isServed: true },
    };
  return {
    note: {
      runs: true,
      pid,
      notedAt: noted.at.toISOString(),
      text: `As the server (process ${pid}) noted it ${inWords(now - noted.at.getTime())} ago; it notes every change within ${notedEveryS} s.`,
    },
    live: noted.live,
  };
}

function print(answer: Explanation, note: ServerNote, now: number): void {
  if (answer.subject === "path") console.log(`${answer.path}\n${answer.text}.`);
  else console.log(answer.subject === "file" ? printFile(answer, now) : printJob(answer, now));
  if (answer.subject !== "path") console.log(`\n${note.text}`);
}

const unserved: LiveFacts = {
  blocked: () => undefined,
  holds: () => [],
  waitsForSlot: () => false,
  queueLimit: () => 1,
  isServed: false,
};
