// Pausing and resuming queues, or everything. A pause of everything is a state of its own, so that what was paused before
// it is still paused after it.

import type { PauseEnd } from "./job.ts";
import { everyQueue, type JobStore, type PauseMode, type QueueState } from "./job-store.ts";
import { pauseOf } from "./pause.ts";

export interface PauseAsk {
  by: string | null;
  ends: PauseEnd;
  mode: PauseMode;
}

const unpaused = {
  pausedAt: null,
  pauseEnds: null,
  pausedBy: null,
  pauseMode: "drain",
} satisfies Partial<QueueState>;

/** `queue` may be `everyQueue`. */
export async function pauseQueue(
  store: JobStore,
  queue: string,
  { by, ends, mode }: PauseAsk,
  now: number,
): Promise<void> {
  await store.setQueueState({
    queue,
    pausedAt: new Date(now),
    pauseEnds: ends,
    pausedBy: by,
    pauseMode: mode,
  });
}

/** While everything is paused, the other queues are paused one by one, as they were by that pause. */
export async function resumeQueue(
  store: JobStore,
  queue: string,
  queues: readonly string[],
  now: number,
): Promise<void> {
  const states = new Map((await store.queueStates()).map((s) => [s.queue, s]));
  const all = pauseOf(new Map([...states].filter(([name]) => name === everyQueue)), everyQueue, now);
  if (all) {
    for (const other of queues) {
      const pause = other === queue ? undefined : pauseOf(states, other, now);
      if (pause)
        await store.setQueueState({
          queue: other,
          pausedAt: pause.since,
          pauseEnds: pause.ends,
          pausedBy: pause.by,
          pauseMode: pause.mode,
        });
    }
    await store.setQueueState({ queue: everyQueue, ...unpaused });
  }
  await store.setQueueState({ queue, ...unpaused });
}

/** Everything, what was paused by itself too. Answers the queues that stood still. */
export async function resumeEverything(store: JobStore, now: number): Promise<string[]> {
  const states = await store.queueStates();
  const byName = new Map(states.map((s) => [s.queue, s]));
  const resumed = states.filter((s) => s.pausedAt !== null);
  for (const { queue } of resumed) await store.setQueueState({ queue, ...unpaused });
  return resumed.map((s) => s.queue).filter((name) => pauseOf(byName, name, now));
}

/** Queues and single jobs that were paused until playback ends. Answers what is to be told of them. */
export async function endPlaybackPauses(
  store: JobStore,
  now: number,
): Promise<{ queues: string[]; jobIds: number[] }> {
  const states = (await store.queueStates()).filter((s) => s.pausedAt && s.pauseEnds === "playback");
  for (const { queue } of states) await store.setQueueState({ queue, ...unpaused });
  const jobIds: number[] = [];
  // The store resumes a stretch at a time.
  for (;;) {
    const some = await store.endPlaybackPauses(now);
    if (some.length === 0) return { queues: states.map((s) => s.queue), jobIds };
    jobIds.push(...some);
  }
}
