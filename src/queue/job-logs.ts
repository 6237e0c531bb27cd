// Logs that outgrew the database: <logs>/jobs/<id>/<attempt>.log. They go when their job goes.

import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Service } from "../runtime/service.ts";

export function jobLogPath(logsFolder: string, jobId: number, attempt: number): string {
  return join(folderOf(logsFolder, jobId), `${attempt}.log`);
}

/** The first `limitBytes` of an attempt's whole log; undefined where the database holds all of it. */
export async function readJobLog(
  logsFolder: string,
  jobId: number,
  attempt: number,
  limitBytes = 4_000_000,
): Promise<string | undefined> {
  const file = await open(jobLogPath(logsFolder, jobId, attempt)).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, limitBytes));
    await file.read(buffer, 0, buffer.length, 0);
    return (
      buffer.toString("utf8") +
      (size > limitBytes ? `… ${size - limitBytes} more bytes in the log file.\n` : "")
    );
  } finally {
    await file.close();
  }
}

/** Removes the files of jobs that are removed or pruned. */
export function jobLogRemover(parts: { logsFolder: string; events: EventBus; log: Logger }): Service {
  let stop = () => {};
  return {
    name: "job logs",
    start() {
      stop = parts.events.subscribe((e) => {
        if (e.topic !== "job" || e.what !== "removed") return;
        rm(folderOf(parts.logsFolder, e.id), { recursive: true, force: true }).catch((error) =>
          parts.log.warn("a job's log was not removed", { job_id: e.id, error }),
        );
      });
    },
    stop: () => stop(),
  };
}

function folderOf(logsFolder: string, jobId: number): string {
  return join(logsFolder, "jobs", String(jobId));
}
