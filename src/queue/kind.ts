// What a job kind is. Each kind is one file in `src/jobs`; this is all the server ever asks of it.

import type { ZodType } from "zod";
import type { Category, Params, Subject } from "./job.ts";

/**
 * Everything the server knows about a kind. `P` is what `params` parses to, `Tools` the record of things a run may use.
 * A run ends by returning (completed), by throwing `GiveUp` (failed, not retried), `RetryLater` (put back, no strike),
 * or anything else (the retry policy decides).
 */
export interface JobKind<P = any, Tools = any> {
  name: string;
  /** In the media jobs API, where the catalogue gives one: `thumbnail_generate`. */
  alias?: string;
  /** For people: `Video poster`. */
  label: string;
  /** One line on what it makes. */
  description: string;
  queue: string;
  category: Category;
  params: ZodType<P>;
  /** GPU memory a run reserves, in MB. */
  vramMb?: number;
  /** In its place, where it depends on the machine; asked anew whenever a job could start. */
  vramHere?(tools: Tools): number;
  /** Automatic retries after a failure that may pass; default 3. */
  maxRetries?: number;
  /** A run without a sign of life for this long counts as stuck. */
  stuckAfterS: number;
  /** False for kinds that write next to nothing: a disk that runs low does not hold them. */
  writes?: boolean;
  /** The kinds of thing that a run leaves behind, so that its results can be told from those of others. */
  makes?: string[];
  about(params: P, tools: Tools): Subject | Promise<Subject>;
  /** At most one open job per key; default: kind and params. `null` allows any number. */
  dedupKey?(params: P): string | null;
  /** Work that is missing and could be enqueued: serves Run, backfill and auto-scan alike. */
  pending?(tools: Tools): AsyncIterable<P>;
  /** What is pending is looked for every hour without anybody asking. */
  backfillsItself?: boolean;
  run(job: Run<P, Tools>): Promise<void | RunResult>;
}

/** Given to `run`. */
export interface Run<P = Params, Tools = unknown> {
  id: number;
  kind: string;
  params: P;
  subject: Subject;
  /** Whatever it enqueues in turn yields to fresh work as well. */
  backfill: boolean;
  /** 1 for the first execution. */
  attempt: number;
  /** When it was enqueued, or fell due again; milliseconds since 1970. */
  readyAt: number;
  tools: Tools;
  /** Aborts on cancel, on a lost lease and on shutdown. Tools must die with it, leaving nothing behind. */
  signal: AbortSignal;
  /** 0–100. Cheap: reports are batched. */
  progress(percent: number): void;
  /** One line for the attempt's log. */
  log(line: string): void;
  /** Resolves at once, or when a pause is over: to be awaited between steps of work that has no process of its own. */
  pausePoint(): Promise<void>;
}

/** A run with nothing to do says why; otherwise it returns nothing. */
export interface RunResult {
  notNeeded: string;
}

/** A queue as the catalogue lists it. */
export interface QueueSpec {
  name: string;
  section: string;
  description: string;
  /** Relative share of picks while several queues have work. */
  weight: number;
  /** Jobs at once before the global multiplier. */
  base: number;
  /** Somebody stands and waits for its jobs: it yields to nothing. */
  interactive?: boolean;
}

/** Lists the kinds once, and finds them by name or alias. */
export class Catalogue<Tools = any> {
  private readonly byName = new Map<string, JobKind<any, Tools>>();
  readonly queueByName = new Map<string, QueueSpec>();

  constructor(
    readonly queues: readonly QueueSpec[],
    readonly kinds: readonly JobKind<any, Tools>[],
  ) {
    for (const queue of queues) this.queueByName.set(queue.name, queue);
    for (const kind of kinds) {
      if (!this.queueByName.has(kind.queue))
        throw new Error(`Kind ${kind.name} names an unknown queue ${kind.queue}.`);
      for (const name of [kind.name, kind.alias]) {
        if (!name) continue;
        if (this.byName.has(name)) throw new Error(`Two kinds are called ${name}.`);
        this.byName.set(name, kind);
      }
    }
  }

  /** By kind name or API alias. */
  find(name: string): JobKind<any, Tools> | undefined {
    return this.byName.get(name);
  }
}

/** What a run of this kind would reserve now. */
export function vramOf<Tools>(kind: JobKind<any, Tools>, tools: Tools): number {
  return kind.vramHere?.(tools) ?? kind.vramMb ?? 0;
}

export function dedupKeyOf<P>(kind: JobKind<P>, params: P): string | null {
  if (kind.dedupKey) {
    const key = kind.dedupKey(params);
    return key === null ? null : `${kind.name}:${key}`;
  }
  return `${kind.name}:${JSON.stringify(params, Object.keys(params as object).sort())}`;
}
