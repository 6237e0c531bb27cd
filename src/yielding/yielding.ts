// What the server makes way for, all reasons in one list. The worker asks at every draw, so the list is kept; it is made anew
// when a reason has looked around, and announced when it has changed in substance.

import type { Hold } from "../queue/hold.ts";
import type { JobStore } from "../queue/job-store.ts";
import type { Catalogue } from "../queue/kind.ts";
import { pauseOf } from "../queue/pause.ts";
import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import { loopService, type Service } from "../runtime/service.ts";
import type { Settings } from "../settings/settings.ts";
import { cpuLoadSource, type LoadNow, type LoadParts } from "./cpu-load.ts";
import { type DiskNow, type DiskParts, diskSource } from "./disk-space.ts";
import { type HoldEntry, holdEntries } from "./hold-history.ts";
import { importModeSource } from "./import-mode.ts";
import {
  type OwnReport,
  type PlaybackNow,
  type PlaybackParts,
  type PlaybackServerState,
  playbackSource,
} from "./playback.ts";
import { nextOpening, windowHolds } from "./quiet-hours.ts";
import type { Found, HeldLane, HoldSource } from "./source.ts";

export type { OwnReport, PlaybackNow, PlaybackServerState } from "./playback.ts";

export interface YieldingParts {
  settings: Settings;
  catalogue: Catalogue;
  store: Pick<JobStore, "tallies" | "nextDue" | "queueStates">;
  clock: Clock;
  log: Logger;
  events: EventBus;
  dataFolder: string;
  isWorking(): boolean;
  /** What needs more can never run, so nothing waits for it. */
  vramBudgetMb(): number;
  /** Into the history. */
  record(entry: HoldEntry | { event: "import"; detail: string }): Promise<void>;
  /** For tests: instead of this machine and the network. */
  world?: { cpu?: LoadParts["read"]; disk?: DiskParts["read"]; ask?: PlaybackParts["ask"] };
}

export interface Yielding extends Service {
  holds(): readonly Hold[];
  /** What the settings page and the API show of it. */
  state(): YieldingState;
  playing(): PlaybackNow[];
  servers(): PlaybackServerState[];
  isPlaying(): boolean;
  /** A page of ours plays a file, or has stopped. */
  report(report: OwnReport): void;
  onPlaybackEnded(listener: () => void): () => void;
  /** The first moment from `at` on at which no quiet hours rest this work; null when they always do. */
  nextOpening(lane: HeldLane, at: number): Date | null;
}

export interface YieldingState {
  holds: Pick<Hold, "code" | "text" | "since" | "until" | "mode">[];
  playing: PlaybackNow[];
  servers: PlaybackServerState[];
  /** Of other programs; null while it is not looked at. */
  load: LoadNow | null;
  disk: DiskNow | null;
}

/** Windows and the ends of playback are kept to this. */
const tickMs = 1_000;

export function openYielding(parts: YieldingParts): Yielding {
  const { settings, catalogue, store, clock, log, events } = parts;
  const now = () => clock.now();
  const exempt = ({ queue }: HeldLane) => catalogue.queueByName.get(queue)?.interactive === true;
  const setting = () => settings.get("yield");
  let paused = new Set<string>();

  const load = cpuLoadSource({ setting, exempt, now, isWorking: parts.isWorking, read: parts.world?.cpu });
  const disk = diskSource({
    dataFolder: parts.dataFolder,
    diskFreeMb: () => setting().diskFreeMb,
    writes: ({ kind }) => catalogue.find(kind)?.writes !== false,
    now,
    read: parts.world?.disk,
  });
  const playback = playbackSource({ setting, exempt, now, ask: parts.world?.ask });
  const imports = importModeSource({
    catalogue,
    setting: () => settings.get("importMode"),
    tallies: async () => {
      paused = await pausedQueues(parts);
      return store.tallies();
    },
    nextDue: () => store.nextDue(),
    standsStill: ({ queue, vramMb }) => paused.has(queue) || vramMb > parts.vramBudgetMb(),
    now,
    async finish() {
      await settings.change({ importMode: { enabled: false } }, null);
      log.info("The import is done; import mode is off");
      await parts.record({ event: "import", detail: "Everything has drained; import mode is off" });
    },
  });

  let list: readonly Found[] = [];
  let substance = "";

  function refresh(): void {
    playback.settle();
    const { quietHours, mode } = setting();
    const before = list;
    list = [
      ...disk.found(now()),
      ...windowHolds(quietHours, now(), { mode, exempt }),
      ...playback.found(now()),
      ...load.found(now()),
      ...imports.found(now()),
    ];
    const after = list.map((found) => found.substance).join("\n");
    if (after === substance) return;
    substance = after;
    events.publish({ topic: "hold" });
    for (const entry of holdEntries(before, list)) {
      log.info(entry.event === "held" ? "Work makes way" : "Work goes on", { why: entry.detail });
      parts.record(entry).catch((error) => log.error("a hold was not written to the history", { error }));
    }
  }

  const looks: HoldSource[] = [load, disk, playback, imports];
  const look = async (source: HoldSource, signal: AbortSignal) => {
    await source.step(signal);
    refresh();
  };
  const services = [
    ...looks.map((source) => loopService({ ...source, step: (signal) => look(source, signal) }, clock, log)),
    loopService({ name: "yielding", everyMs: tickMs, step: async () => refresh() }, clock, log),
  ];
  const stopping = new AbortController();

  /** At once, not when the next turn comes. */
  function tryLook(source: HoldSource): Promise<void> {
    return look(source, stopping.signal).catch((error) => log.error(`${source.name} failed`, { error }));
  }

  return {
    name: "yielding",
    async start() {
      // Before the first job begins: a disk that is full and a window that is open hold from the start.
      await Promise.all([disk, imports].map((source) => tryLook(source)));
      for (const service of services) await service.start();
      events.subscribe((event) => {
        if (event.topic === "setting" && ["yield", "importMode"].includes(event.key))
          for (const source of [disk, playback, imports]) void tryLook(source);
      }, stopping.signal);
    },
    async stop() {
      stopping.abort();
      await Promise.all(services.map((service) => service.stop()));
    },
    holds: () => list,
    state: () => ({
      holds: list
        .filter(({ isIdle }) => !isIdle)
        .map(({ code, text, since, until, mode }) => ({ code, text, since, until, mode })),
      playing: playback.playing(),
      servers: playback.servers(),
      load: load.current() ?? null,
      disk: disk.current() ?? null,
    }),
    playing: playback.playing,
    servers: playback.servers,
    isPlaying: playback.isPlaying,
    report(report) {
      playback.report(report);
      refresh();
    },
    onPlaybackEnded: playback.onEnded,
    nextOpening: (lane, at) => nextOpening(setting().quietHours, lane, at),
  };
}

async function pausedQueues({ store, catalogue, clock }: YieldingParts): Promise<Set<string>> {
  const states = new Map((await store.queueStates()).map((state) => [state.queue, state]));
  const names = catalogue.queues.map(({ name }) => name);
  return new Set(names.filter((name) => pauseOf(states, name, clock.now()) !== undefined));
}
