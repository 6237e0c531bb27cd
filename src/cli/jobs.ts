// `sprocket jobs`.

import { withStringIds } from "../http/api/job-view.ts";
import { createCatalogue } from "../jobs/index.ts";
import type { Job, JobStatus } from "../queue/job.ts";
import { openSqliteJobStore } from "../queue/job-store.sqlite.ts";
import type { JobFilter, ListedStatus } from "../queue/job-store.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { systemClock } from "../runtime/clock.ts";
import { type Flags, readConfig } from "../runtime/config.ts";
import { EventBus } from "../runtime/events.ts";
import { nearest } from "../runtime/nearest.ts";
import { openSettings } from "../settings/settings.ts";
import { columns } from "./columns.ts";
import { openBeside } from "./database.ts";
import { heldBack } from "./held-back.ts";

export interface JobsOptions {
  status?: ListedStatus | "queued";
  queue?: string;
  limit: string;
  json?: boolean;
}

export async function jobs(options: JobsOptions, flags: Flags): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
    throw new CannotStart(`--limit ${options.limit} is not right: it must be a number from 1 to 10000.`, 2);
  const catalogue = createCatalogue();
  const filter: JobFilter = {};
  if (options.queue) {
    if (!catalogue.queueByName.has(options.queue))
      throw unknownQueue(options.queue, [...catalogue.queueByName.keys()]);
    filter.queue = [options.queue];
  }
  const config = readConfig(flags);
  const open = openBeside(config.dataFolder);
  const store = openSqliteJobStore(open.sqlite);
  try {
    const settings = await openSettings(open.db, config, new EventBus(), systemClock);
    const held = await heldBack(store, catalogue, settings, systemClock.now());
    const statusOf = ({ id, status }: Job) => (held.some((one) => one.id === id) ? "queued" : status);
    if (options.status === "queued") filter.ids = held.map(({ id }) => id);
    else if (options.status) filter.status = [options.status];
    if (options.status === "pending") filter.exceptIds = held;
    const page = await store.list(filter, "newest", 0, limit);
    if (options.json) {
      const typeOf = (job: Job) => catalogue.find(job.kind)?.alias ?? job.kind;
      console.log(
        JSON.stringify(
          { data: page.jobs.map((job) => inJson(job, typeOf(job), statusOf(job))), total: page.total },
          null,
          2,
        ),
      );
      return 0;
    }
    const rows = page.jobs.map((job) => inColumns(job, statusOf(job)));
    if (page.total === 0) console.log("No jobs.");
    else console.log(columns([["ID", "STATUS", "QUEUE", "KIND", "TARGET", ""], ...rows]));
    if (page.total > page.jobs.length)
      console.log(`${page.total - page.jobs.length} more; --limit shows them.`);
    return 0;
  } finally {
    store.close();
    open.close();
  }
}

function inColumns(job: Job, status: JobStatus): string[] {
  const shown =
    status === "running" && job.progress !== null ? `running ${Math.round(job.progress)} %` : status;
  const why = job.failure
    ? `${job.failure.code}: ${job.failure.message.split("\n")[0]}`
    : (job.outcomeNote ?? "");
  return [String(job.id), shown, job.queue, job.kind, job.subject.label, why];
}

/** Named as in the media jobs API. */
function inJson(job: Job, type: string, status: JobStatus): Record<string, unknown> {
  const { id, kind, queue, progress, priority, subject, retryCount, maxRetries, failure, worker } = job;
  const params = withStringIds(job.params);
  const target = {
    type: subject.type,
    id: subject.id === null ? null : String(subject.id),
    label: subject.label,
  };
  const { runAt, createdAt, startedAt, finishedAt: completedAt, outcomeNote } = job;
  return {
    ...{
      id: String(id),
      type,
      kind,
      queue,
      status,
      progress,
      priority,
      params,
      target,
      retryCount,
      maxRetries,
    },
    ...{ runAt, createdAt, startedAt, completedAt, worker, outcomeNote, failure },
  };
}

function unknownQueue(name: string, queues: string[]): CannotStart {
  const near = nearest(name, queues);
  return new CannotStart(
    `There is no queue ${name}; ${near ? `did you mean ${near}?` : `there are ${queues.join(", ")}.`}`,
    2,
  );
}
