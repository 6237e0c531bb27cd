// Random histories of a whole queue: a worker that stops and crashes, people who move jobs, pauses, holds and settings that
// change, runs that end in every way. After every step the promises of the queue are checked; at the end everything open
// must get done. `histories.property.test.ts` runs a few, `test/soak.ts` as many as you like.

import fc from "fast-check";
import { z } from "zod";
import type { Limits } from "../../src/queue/budget.ts";
import type { Hold } from "../../src/queue/hold.ts";
import { type Move, mayMove, type PauseEnd } from "../../src/queue/job.ts";
import { everyQueue, type Lane } from "../../src/queue/job-store.ts";
import type { JobKind, Run } from "../../src/queue/kind.ts";
import { pauseOf } from "../../src/queue/pause.ts";
import { endPlaybackPauses, pauseQueue, resumeEverything, resumeQueue } from "../../src/queue/pausing.ts";
import { reapAll, reaperLoop } from "../../src/queue/reaper.ts";
import { Worker } from "../../src/queue/worker.ts";
import { GiveUp, JobFailure, RetryLater } from "../../src/runtime/errors.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import type { ProcessesOf } from "../../src/runtime/run-processes.ts";
import { faultsOfRows, faultsOfTallies } from "../support/histories/row-promises.ts";
import { kindRows, queues, type Step, someHolds, someStep } from "../support/histories/steps.ts";
import { testKind, testQueue } from "../support/queue.ts";
import { seeded } from "../support/seeded.ts";

/** What the worker grants to a run that was stopped and does not end. */
const abandonAfterMs = 10_000;

export interface HistoriesOptions {
  histories: number;
  seed: number;
  steps?: number;
  /** Of one history that failed. */
  path?: string;
}

/** Throws with the shortest history that breaks a promise. */
export async function checkHistories({ histories, seed, steps = 60, path }: HistoriesOptions): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someStep, { minLength: 1, maxLength: steps, size: "max" }),
      fc.nat(),
      async (history, random) => {
        const world = openWorld(random);
        try {
          await world.start();
          for (const { step, waits } of history) {
            await world.take(step);
            if (waits) await world.check();
          }
          await world.finishEverything();
        } finally {
          world.close();
        }
      },
    ),
    { seed, numRuns: histories, path, endOnFailure: path !== undefined },
  );
}

/** A worker's process: once dead, nothing it does has an effect any more. */
interface Life {
  isDead: boolean;
}

interface LiveRun {
  job: Run<any>;
  lane: Pick<Lane, "queue" | "category" | "vramMb">;
  processes: { life: Life; isFrozen: boolean };
  isDeaf: boolean;
  abortedAt?: number;
  end(how: string): void;
}

function openWorld(seed: number) {
  const random = seeded(seed);
  const live = new Set<LiveRun>();
  const faults: string[] = [];
  /** All that were acknowledged and not removed. */
  const known = new Set<number>();
  const processes = new Map<AbortSignal, LiveRun["processes"]>();
  let holds: Hold[] = [];
  let isFinishing = false;
  let isRestarting = false;
  let life: Life = { isDead: false };

  const kinds = kindRows.map(
    (row): JobKind =>
      testKind({
        ...row,
        maxRetries: 2,
        params: z.looseObject({ vramMb: z.number(), group: z.number() }),
        about: ({ group }) => ({ type: "none", id: null, label: "", group }),
        dedupKey: ({ key }) => (key === null ? null : String(key)),
        act: (job) => run(job, row),
      }),
  );
  const t = testQueue(kinds, { limits: { vramBudgetMb: 16_000 } });
  const { clock, store, queue, events, sqlite, limits } = t;
  /** As wide as they were since everything last came to rest: a claim under way may still go by them. */
  let widest = snapshot();
  let workers = 0;
  let worker = newWorker();

  function newWorker(): Worker {
    const mine: Life = { isDead: false };
    life = mine;
    const processesOf: ProcessesOf = (signal) => {
      const state = { life: mine, isFrozen: false };
      processes.set(signal, state);
      return {
        freeze() {
          state.isFrozen = true;
        },
        thaw() {
          state.isFrozen = false;
          const thawed = [...live].find((r) => r.job.signal === signal);
          if (thawed) checkLimits(thawed, "goes on");
        },
        cpuMs: () => undefined,
      };
    };
    return new Worker({
      store: mortal(store, mine),
      catalogue: queue.catalogue,
      tools: {},
      events: mortal(events, mine),
      clock,
      log: silentLogger,
      limits: () => limits,
      logsFolder: t.logsFolder,
      name: `w${workers++}`,
      random,
      holds: () => holds,
      processesOf,
    });
  }

  async function run(job: Run<any>, { queue, category }: (typeof kindRows)[number]) {
    const { promise, resolve, reject } = Promise.withResolvers<undefined | { notNeeded: string }>();
    const me: LiveRun = {
      job,
      lane: { queue, category, vramMb: job.params.vramMb },
      processes: processes.get(job.signal)!,
      isDeaf: job.params.isDeaf,
      end(how) {
        if (how === "complete") resolve(undefined);
        else if (how === "not needed") resolve({ notNeeded: "there is nothing to do" });
        else if (how === "fail") reject(new JobFailure("tool.crashed", "boom"));
        else if (how === "give up") reject(new GiveUp("input.truncated", "moov atom not found"));
        else if (how === "later") reject(new RetryLater(30_000, "model.busy", "not now"));
        else reject(new Error("a bug"));
      },
    };
    job.signal.addEventListener("abort", () => {
      me.abortedAt = clock.now();
      if (!me.isDeaf || isFinishing) reject(job.signal.reason);
    });
    for (const other of live)
      if (other.job.id === job.id && other.job.attempt === job.attempt)
        faults.push(`attempt ${job.attempt} of job ${job.id} runs twice`);
    live.add(me);
    checkLimits(me, "starts");
    if (isFinishing) me.end("complete");
    try {
      return await promise;
    } finally {
      live.delete(me);
    }
  }

  /** At the moment a run starts or goes on. */
  function checkLimits({ job, lane }: LiveRun, what: string): void {
    const there = [...live].filter((r) => !r.processes.life.isDead && !isAbandoned(r));
    const active = there.filter((r) => !r.processes.isFrozen);
    const inQueue = active.filter((r) => r.lane.queue === lane.queue).length;
    const inCategory = active.filter((r) => r.lane.category === lane.category).length;
    const vramMb = there.reduce((sum, r) => sum + r.lane.vramMb, 0);
    const most = widest;
    if (inQueue > most.queue[lane.queue]!)
      faults.push(`job ${job.id} ${what}: ${inQueue} in ${lane.queue} of ${most.queue[lane.queue]}`);
    if (inCategory > most.category[lane.category])
      faults.push(`job ${job.id} ${what}: ${inCategory} ${lane.category} of ${most.category[lane.category]}`);
    if (what === "starts" && lane.vramMb > 0 && vramMb > most.vramMb)
      faults.push(`job ${job.id} ${what}: ${vramMb} MB of ${most.vramMb}`);
  }

  function isAbandoned({ abortedAt }: LiveRun): boolean {
    return abortedAt !== undefined && clock.now() - abortedAt >= abandonAfterMs;
  }

  function snapshot() {
    const specs = [...queue.catalogue.queueByName.values()];
    const overrides = new Map(
      (
        sqlite.query("SELECT queue, concurrency FROM queue_state").all() as {
          queue: string;
          concurrency: number | null;
        }[]
      ).map((s) => [s.queue, s.concurrency]),
    );
    return {
      queue: Object.fromEntries(
        specs.map(({ name, base }) => [
          name,
          overrides.get(name) ?? Math.max(1, Math.round(base * limits.multiplier)),
        ]),
      ) as Record<string, number>,
      category: { ...limits.category },
      vramMb: limits.vramBudgetMb,
    };
  }

  function widen(): void {
    const now = snapshot();
    const wider = (a: Record<string, number>, b: Record<string, number>) =>
      Object.fromEntries(Object.keys(a).map((k) => [k, Math.max(a[k]!, b[k]!)])) as any;
    widest = {
      queue: wider(widest.queue, now.queue),
      category: wider(widest.category, now.category),
      vramMb: Math.max(widest.vramMb, now.vramMb),
    };
  }

  function endOf(name: string): PauseEnd {
    if (name === "soon") return { at: clock.now() + 700 };
    if (name === "late") return { at: clock.now() + 300_000 };
    return name === "playback" ? "playback" : null;
  }

  const pick = <T>(from: Iterable<T>, n: number): T | undefined => {
    const all = [...from];
    return all[n % Math.max(1, all.length)];
  };
  const say = (name: string) => events.publish({ topic: "queue", queue: name });

  async function move(id: number, verb: Move, until: PauseEnd) {
    const moved = await store.move(id, verb, "ada", clock.now(), until);
    if (!moved) return void faults.push(`job ${id} is lost`);
    if (verb === "remove" && moved.moved) known.delete(id);
    const isTakenOver = verb === "pause" && moved.from === "paused";
    if (moved.moved !== mayMove(verb, moved.from) && moved.openAs === undefined && !isTakenOver)
      if (!(verb === "acknowledge" || verb === "unacknowledge"))
        // Cleared failures are failed jobs: clearing one again changes nothing.
        faults.push(`${verb} of job ${id}, which was ${moved.from}, answered ${moved.moved}`);
    if (moved.moved)
      events.publish({ topic: "job", id, queue: "", what: verb === "remove" ? "removed" : "moved" });
  }

  async function take(step: Step): Promise<void> {
    switch (step.do) {
      case "enqueue": {
        const { kind, key, vramMb, group, isDeaf, priority, backfill, delayS, count } = step;
        for (let i = 0; i < count; i++) {
          const runAt = delayS === 0 ? undefined : new Date(clock.now() + delayS * 1000);
          const params = { key: key === null ? null : key + i, vramMb, group, isDeaf };
          const options = { priority, backfill, runAt, vramMb };
          const { id, deduplicated } = await queue.enqueue(kindRows[kind]!.name, params, options);
          if (known.has(id) !== deduplicated) faults.push(`job ${id}: deduplicated is ${deduplicated}`);
          known.add(id);
        }
        return;
      }
      case "end":
        // One without processes may end although it is to stand still.
        return pick(
          [...live].filter((r) => !r.processes.life.isDead),
          step.nth,
        )?.end(step.how);
      case "move": {
        const id = pick(known, step.nth);
        return id === undefined ? undefined : move(id, step.verb, endOf(step.ends));
      }
      case "order": {
        const id = pick(known, step.nth);
        if (id === undefined) return;
        if (typeof step.to === "number") await store.setPriority(id, step.to);
        else if ((await store.setPosition(id, step.to)) && step.to === "first") {
          const position = await store.position(id);
          if (position !== undefined && position !== 1)
            faults.push(`job ${id} was put first and is ${position}`);
        }
        events.publish({ topic: "job", id, queue: "", what: "moved" });
        return;
      }
      case "pause queue":
        await pauseQueue(
          store,
          step.queue,
          { by: "ada", ends: endOf(step.ends), mode: step.mode },
          clock.now(),
        );
        return say(step.queue);
      case "resume queue":
        if (step.queue === everyQueue) await resumeEverything(store, clock.now());
        else await resumeQueue(store, step.queue, queues, clock.now());
        return say(step.queue);
      case "playback ends": {
        const over = await endPlaybackPauses(store, clock.now());
        for (const name of over.queues) say(name);
        for (const id of over.jobIds) events.publish({ topic: "job", id, queue: "", what: "moved" });
        return;
      }
      case "hold": {
        const one = someHolds[step.which]!;
        holds = holds.includes(one) ? holds.filter((h) => h !== one) : [...holds, one];
        return events.publish({ topic: "hold" });
      }
      case "limits":
        setLimits(step.multiplier, step, step.vramBudgetMb);
        return;
      case "tune": {
        const states = await store.queueStates();
        const state = states.find((s) => s.queue === step.queue) ?? {
          queue: step.queue,
          pausedAt: null,
          pauseEnds: null,
          pausedBy: null,
          pauseMode: "drain" as const,
        };
        await store.setQueueState({ ...state, concurrency: step.concurrency, weight: step.weight });
        widen();
        return say(step.queue);
      }
      case "evict": {
        const id = pick(
          [...live].filter((r) => !r.processes.life.isDead),
          step.nth,
        )?.job.id;
        if (id === undefined) return;
        await store.evict(id, { code: "job.stuck", message: "stuck" }, step.again, clock.now());
        return events.publish({ topic: "job", id, queue: "", what: "moved" });
      }
      case "restart":
        isRestarting = true;
        void worker.restart().finally(() => {
          isRestarting = false;
        });
        return;
      case "stop":
        await settleDeaf();
        await worker.stop();
        life.isDead = true;
        worker = newWorker();
        return worker.start();
      case "kill":
        life.isDead = true;
        await t.settled(3);
        await reapAll({ ...reaperParts(), policy: () => step.policy as "fail" | "retry-once" });
        worker = newWorker();
        return worker.start();
      case "reap":
        return reaperLoop({ ...reaperParts(), policy: () => "fail", holds: (l) => worker.holds(l) }).step(
          new AbortController().signal,
        ) as Promise<void>;
      case "time":
        return step.ms > 20_000 ? clock.leap(step.ms) : clock.advance(step.ms);
    }
  }

  const reaperParts = () => ({ store, events, clock, log: silentLogger });

  /** A clean stop waits in real time for runs that do not end. */
  async function settleDeaf(): Promise<void> {
    for (const r of live) {
      r.isDeaf = false;
      if (r.abortedAt !== undefined) r.end("complete");
    }
    await t.settled(3);
  }

  function setLimits(multiplier: number, category: Limits["category"], vramBudgetMb: number): void {
    limits.multiplier = multiplier;
    limits.category = { cpu: category.cpu, gpu_encode: category.gpu_encode, gpu_ai: category.gpu_ai };
    limits.vramBudgetMb = vramBudgetMb;
    widen();
    events.publish({ topic: "setting", key: "limits" });
  }

  /** When everything has come to rest. */
  async function check(): Promise<void> {
    await t.settled(30);
    widest = snapshot();
    faults.push(...faultsOfRows(sqlite, known), ...faultsOfTallies(sqlite, await store.tallies()));
    checkRuns();
    if (!isRestarting) await checkNothingWaitsInVain();
    if (faults.length > 0) throw new Error(faults.join("\n"));
  }

  /** What the store calls running, runs here, stands still if it is to, and nothing else runs. */
  function checkRuns(): void {
    const rows = sqlite.query("SELECT id, attempt, frozen_at FROM running").all() as {
      id: number;
      attempt: number;
      frozen_at: number | null;
    }[];
    const mine = [...live].filter((r) => r.processes.life === life);
    for (const row of rows) {
      const there = mine.find((r) => r.job.id === row.id && r.job.attempt === row.attempt);
      if (!there) faults.push(`job ${row.id} counts as running and does not run`);
      else if (there.abortedAt !== undefined && !isRestarting)
        faults.push(`job ${row.id} was stopped and counts as running`);
      else if (there.processes.isFrozen !== (row.frozen_at !== null) && !worker.waitsForSlot(row.id))
        faults.push(
          `job ${row.id}: its processes are ${there.processes.isFrozen ? "" : "not "}frozen, its row differs`,
        );
    }
    for (const { job, abortedAt } of mine)
      if (abortedAt === undefined && !rows.some((r) => r.id === job.id && r.attempt === job.attempt))
        faults.push(`job ${job.id} runs without a lease`);
    const held = mine.filter((r) => !isAbandoned(r)).reduce((sum, r) => sum + r.lane.vramMb, 0);
    if (worker.vramUsedMb !== held) faults.push(`${worker.vramUsedMb} MB count as used, ${held} are`);
  }

  /** Whatever could start has started. */
  async function checkNothingWaitsInVain(): Promise<void> {
    const now = clock.now();
    const states = new Map((await store.queueStates()).map((s) => [s.queue, s]));
    const tallies = await store.tallies();
    const mayStart = (lane: Lane) => !pauseOf(states, lane.queue, now) && !holds.some((h) => h.holds(lane));
    for (const { lane, waiting } of tallies) {
      if (waiting === 0 || !mayStart(lane)) continue;
      const why = worker.blocked(lane);
      if (!why) faults.push(`${waiting} ${lane.kind} of ${lane.vramMb} MB wait for nothing`);
      if (why?.by !== "reservation") continue;
      const { forLane } = why;
      const left = tallies.find((x) => x.lane.id === forLane.id)!.waiting;
      if (left === 0 || !mayStart(forLane) || forLane.vramMb > limits.vramBudgetMb)
        faults.push(`${why.heldMb} MB are kept for ${left} ${forLane.kind} that cannot start`);
    }
    for (const { id, lane } of worker.running())
      if (worker.waitsForSlot(id) && !worker.blocked({ ...lane, vramMb: 0 }))
        faults.push(`job ${id} could go on`);
  }

  /** Everything is resumed, nothing is in the way, runs complete: nothing may stay open. */
  async function finishEverything(): Promise<void> {
    isFinishing = true;
    await t.settled(30);
    await settleDeaf();
    await clock.advance(abandonAfterMs + 1_000);
    holds = [];
    events.publish({ topic: "hold" });
    await resumeEverything(store, clock.now());
    setLimits(2, { cpu: 5, gpu_encode: 2, gpu_ai: 1 }, 24_000);
    say(everyQueue);
    for (const id of known) if ((await store.get(id))?.status === "paused") await move(id, "resume", null);
    await t.settled(30);
    const open = new Set<number>();
    for (const id of known) if (!isOver((await store.get(id))?.status)) open.add(id);
    for (let i = 0; i < 40 && open.size > 0; i++) {
      for (const r of live) if (!r.processes.life.isDead && !r.processes.isFrozen) r.end("complete");
      await (i % 4 === 3 ? clock.leap(120_000) : clock.advance(1_000));
      await check();
      for (const id of open) {
        const job = await store.get(id);
        if (job?.status === "completed") open.delete(id);
        else if (isOver(job?.status))
          faults.push(`job ${id} ended ${job?.status} (${job?.failure?.message})`);
      }
    }
    for (const id of open) faults.push(`job ${id} never ran: ${JSON.stringify(await store.get(id))}`);
    await check();
  }

  return {
    start: () => worker.start(),
    take,
    check,
    finishEverything,
    close() {
      life.isDead = true;
      sqlite.close();
    },
  };
}

function isOver(status: string | undefined): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** What a dead process asks for never comes. */
function mortal<T extends object>(target: T, life: Life): T {
  return new Proxy(target, {
    get(of, key) {
      const value = Reflect.get(of, key);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => (life.isDead ? new Promise(() => {}) : value.apply(of, args));
    },
  });
}
