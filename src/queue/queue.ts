// What everyone but the worker does with jobs: enqueue, look, cancel, retry, remove, pause. Knows no product words.

import type { core } from "zod";
import type { Clock } from "../runtime/clock.ts";
import { type Fault, NotFound, Refused } from "../runtime/errors.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Failure, Job, Move, Params, PauseEnd } from "./job.ts";
import type { Inserted, JobFilter, JobStore, NewJob } from "./job-store.ts";
import { type Catalogue, dedupKeyOf, type JobKind, vramOf } from "./kind.ts";

export interface EnqueueOptions {
  priority?: number;
  runAt?: Date;
  /** Yields to fresh work of the same priority. */
  backfill?: boolean;
  /** Who or what asks: a user id, `scan`, `backfill`, `cli`. */
  origin?: string;
  vramMb?: number;
}

export interface Asked extends EnqueueOptions {
  kind: string;
  params: Params;
}

export interface Enqueued {
  enqueued: number;
  skipped: number;
  jobIds: number[];
}

/** The part of the queue that a job kind may use. */
export interface Enqueuer {
  enqueueMany(asked: Asked[]): Promise<Enqueued>;
  /** Whether this build has a kind of that name. */
  knows(kind: string): boolean;
}

export class Queue<Tools = any> implements Enqueuer {
  constructor(
    readonly store: JobStore,
    readonly catalogue: Catalogue<Tools>,
    private readonly tools: () => Tools,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** Validates against the kind's schema: unknown kinds and bad params are `Refused` 422 with the path of each fault. */
  async enqueue(kind: string, params: unknown, options: EnqueueOptions = {}): Promise<Inserted> {
    const spec = this.kindOf(kind);
    const parsed = spec.params.safeParse(params);
    if (!parsed.success) {
      const errors = parsed.error.issues.flatMap(faultsOf);
      throw new Refused(422, "params.invalid", `The parameters of ${spec.name} are not right.`, { errors });
    }
    const job = await this.askedJob(spec, parsed.data as Params, options);
    refuse(job.subject.heldBack);
    const [inserted] = await this.insert([job]);
    return inserted!;
  }

  /**
   * For callers inside the server, whose params are right by construction. One transaction. What is open already, or about
   * something that is held back, is skipped.
   */
  async enqueueMany(asked: Asked[]): Promise<Enqueued> {
    const jobs: NewJob[] = [];
    for (const a of asked) {
      const job = await this.newJob(this.kindOf(a.kind), a.params, a);
      if (!job.subject.heldBack) jobs.push(job);
    }
    const inserted = await this.insert(jobs);
    const fresh = inserted.filter((i) => !i.deduplicated);
    return {
      enqueued: fresh.length,
      skipped: asked.length - fresh.length,
      jobIds: inserted.map((i) => i.id),
    };
  }

  /** "Run" on a queue: everything its kinds know to be missing. */
  async runQueue(queue: string, origin: string): Promise<{ enqueued: number; skipped: number }> {
    if (!this.catalogue.queueByName.has(queue)) throw new NotFound("queue", queue);
    const sum = { enqueued: 0, skipped: 0 };
    for (const kind of this.catalogue.kinds.filter((k) => k.queue === queue && k.pending))
      await this.enqueuePending(kind, { origin, backfill: true }, sum);
    return sum;
  }

  /** Enqueues what `kind.pending` yields, in batches, so that a million files need no million objects. */
  async enqueuePending(
    kind: JobKind<any, Tools>,
    options: EnqueueOptions,
    sum = { enqueued: 0, skipped: 0 },
  ) {
    let batch: Asked[] = [];
    const flush = async () => {
      const { enqueued, skipped } = await this.enqueueMany(batch);
      sum.enqueued += enqueued;
      sum.skipped += skipped;
      batch = [];
    };
    for await (const params of kind.pending?.(this.tools()) ?? []) {
      batch.push({ kind: kind.name, params: params as Params, ...options });
      if (batch.length === 500) await flush();
    }
    if (batch.length > 0) await flush();
    return sum;
  }

  knows(kind: string): boolean {
    return this.catalogue.find(kind) !== undefined;
  }

  async get(id: number): Promise<Job> {
    const job = await this.store.get(id);
    if (!job) throw new NotFound("job", id);
    return job;
  }

  /** Retry, cancel, pause, resume, remove or acknowledge one job. An illegal move is `Refused` 409 naming the state. */
  async move(id: number, verb: Move, by: string | null, pauseEnds: PauseEnd = null): Promise<void> {
    if (verb === "retry") refuse(await this.heldBack(id));
    const moved = await this.store.move(id, verb, by, this.clock.now(), pauseEnds);
    if (!moved) throw new NotFound("job", id);
    if (moved.openAs)
      throw new Refused(409, "job.open", `The same work is already open as job ${moved.openAs}.`);
    if (!moved.moved)
      throw new Refused(
        409,
        "job.state",
        verb === "remove" && moved.from === "paused"
          ? `Job ${id} is paused, in the middle of its run; cancel it first.`
          : `Job ${id} is ${moved.from}; it cannot be ${pastTense[verb]} from there.`,
      );
    const job = await this.store.get(id);
    this.events.publish({
      topic: "job",
      id,
      queue: job?.queue ?? "",
      what: verb === "remove" ? "removed" : "moved",
    });
  }

  /** The same verb on every job that matches; jobs for which it is illegal, or which are held back, are passed over. */
  async moveAll(filter: JobFilter, verb: Move, by: string | null): Promise<number> {
    let done = 0;
    for await (const batch of this.store.idBatches(filter, 500)) {
      const held = await Promise.all(batch.map((id) => (verb === "retry" ? this.heldBack(id) : undefined)));
      const ids = batch.filter((_, i) => !held[i]);
      const results = await Promise.all(ids.map((id) => this.store.move(id, verb, by, this.clock.now())));
      ids.forEach((id, i) => {
        if (!results[i]?.moved) return;
        done++;
        this.events.publish({ topic: "job", id, queue: "", what: verb === "remove" ? "removed" : "moved" });
      });
    }
    return done;
  }

  /** Why a job may not be retried now: what it is about is held back. */
  async heldBack(id: number): Promise<Failure | undefined> {
    const job = await this.store.get(id);
    const kind = job && this.catalogue.find(job.kind);
    if (!kind) return undefined;
    try {
      return (await kind.about(kind.params.parse(job.params), this.tools())).heldBack;
    } catch {
      // What it was about is gone, or its params are those of another version: the run will say so.
      return undefined;
    }
  }

  private kindOf(name: string): JobKind<any, Tools> {
    const spec = this.catalogue.find(name);
    if (spec) return spec;
    throw new Refused(422, "type.unknown", `There is no job type ${name}.`, {
      errors: [
        {
          path: ["type"],
          message: `Unknown type; one of ${this.catalogue.kinds.map((k) => k.alias ?? k.name).join(", ")}`,
        },
      ],
    });
  }

  /** What the params name must exist: that is a fault of theirs. */
  private async askedJob(
    kind: JobKind<any, Tools>,
    params: Params,
    options: EnqueueOptions,
  ): Promise<NewJob> {
    try {
      return await this.newJob(kind, params, options);
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      const errors: Fault[] = [{ path: ["params", `${error.what}Id`], message: error.message }];
      throw new Refused(422, "params.invalid", error.message, { errors });
    }
  }

  private async newJob(kind: JobKind<any, Tools>, params: Params, options: EnqueueOptions): Promise<NewJob> {
    const subject = await kind.about(params, this.tools());
    return {
      queue: kind.queue,
      kind: kind.name,
      category: kind.category,
      // In classes of 100 MB: each class is a lane, and lanes should be few.
      vramMb: Math.ceil((options.vramMb ?? vramOf(kind, this.tools())) / 100) * 100,
      group: subject.group ?? 0,
      params,
      subject,
      priority: options.priority ?? 5,
      backfill: options.backfill ?? false,
      dedupKey: dedupKeyOf(kind, params),
      runAt: options.runAt ?? null,
      maxRetries: kind.maxRetries ?? 3,
      origin: options.origin ?? null,
    };
  }

  private async insert(jobs: NewJob[]): Promise<Inserted[]> {
    if (jobs.length === 0) return [];
    const inserted = await this.store.insert(jobs, this.clock.now());
    inserted.forEach((i, n) => {
      if (!i.deduplicated)
        this.events.publish({ topic: "job", id: i.id, queue: jobs[n]!.queue, what: "added" });
    });
    return inserted;
  }
}

function refuse(heldBack: Failure | undefined): void {
  if (heldBack) throw new Refused(409, heldBack.code, heldBack.message);
}

const pastTense: Record<Move, string> = {
  retry: "retried",
  cancel: "cancelled",
  pause: "paused",
  resume: "resumed",
  remove: "removed",
  acknowledge: "cleared",
  unacknowledge: "brought back",
};

/** A key that the schema does not know is named itself. */
function faultsOf(issue: core.$ZodIssue): Fault[] {
  const path = ["params", ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
  if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key], message: "There is no such parameter." }));
}
