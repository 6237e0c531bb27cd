// What holds the whole server back now, for the strip above the queues: a pause of everything, what it yields to, stuck runs.

import type { ServerState } from "../../../views/parts/server-state.tsx";
import type { Hold } from "../../queue/hold.ts";
import { pauseEndsAt } from "../../queue/job.ts";
import { everyQueue } from "../../queue/job-store.ts";
import { pauseOf } from "../../queue/pause.ts";
import type { App } from "../context.ts";

export async function serverState(
  app: App,
  queues: { name: string; stuckJobs: unknown[] }[],
): Promise<ServerState> {
  const states = (await app.store.queueStates()).filter((state) => state.queue === everyQueue);
  const pause = pauseOf(new Map(states.map((s) => [s.queue, s])), everyQueue, app.clock.now());
  const endsAt = pauseEndsAt(pause?.ends ?? null);
  return {
    pause: pause
      ? {
          by: pause.by,
          until: endsAt === null ? null : new Date(endsAt),
          untilPlaybackEnds: pause.ends === "playback",
          isFrozen: pause.mode === "freeze",
        }
      : null,
    holds: app.yielding.holds().flatMap((hold) => heldBy(app, hold)),
    stuck: queues.reduce((n, q) => n + q.stuckJobs.length, 0),
  };
}

/** Named only while it has something to hold: quiet hours for queues without kinds are nobody's news. */
function heldBy({ queue }: Pick<App, "queue">, hold: Hold): ServerState["holds"] {
  const { code, text, until, mode } = hold;
  const { kinds, queues } = queue.catalogue;
  const held = new Set(
    kinds
      .filter(({ name: kind, queue, category }) => hold.holds({ kind, queue, category }))
      .map((kind) => kind.queue),
  );
  if (held.size === 0) return [];
  const served = queues.filter(
    ({ name, interactive }) => !interactive && kinds.some((k) => k.queue === name),
  );
  const isAll = served.length > 1 && served.every(({ name }) => held.has(name));
  return [{ code, text, until, isFrozen: mode === "freeze", queues: isAll ? null : [...held] }];
}
