// Ends what somebody paused "until playback ends" when nobody watches any more.

import type { JobStore } from "../queue/job-store.ts";
import { endPlaybackPauses } from "../queue/pausing.ts";
import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Service } from "../runtime/service.ts";
import type { Yielding } from "./yielding.ts";

export interface PlaybackPausesParts {
  yielding: Pick<Yielding, "onPlaybackEnded">;
  store: JobStore;
  events: EventBus;
  clock: Clock;
  log: Logger;
  record: (entry: { event: "resumed"; queue?: string; jobId?: number; detail: string }) => Promise<void>;
}

export function playbackPauses(parts: PlaybackPausesParts): Service {
  let stop = () => {};
  return {
    name: "pauses until playback ends",
    start() {
      stop = parts.yielding.onPlaybackEnded(() => {
        end(parts).catch((error) => parts.log.error("pauses until playback ends did not end", { error }));
      });
    },
    stop: () => stop(),
  };
}

async function end({ store, events, clock, record }: PlaybackPausesParts): Promise<void> {
  const { queues, jobIds } = await endPlaybackPauses(store, clock.now());
  for (const queue of queues) {
    events.publish({ topic: "queue", queue });
    await record({ event: "resumed", queue, detail: "Playback ended" });
  }
  for (const id of jobIds) events.publish({ topic: "job", id, queue: "", what: "moved" });
  if (jobIds.length > mostNamed)
    await record({
      event: "resumed",
      detail: `Playback ended: ${jobIds.length.toLocaleString("en")} jobs go on`,
    });
  else for (const jobId of jobIds) await record({ event: "resumed", jobId, detail: "Playback ended" });
}

/** More than so many were paused together: one line of the history tells of them. */
const mostNamed = 20;
