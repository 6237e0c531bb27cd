// All reasons to make way in one list, kept up to date by the clock and announced when it changes in substance.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { createCatalogue } from "../../src/jobs/index.ts";
import { type LaneTally, noTally, type QueueState } from "../../src/queue/job-store.ts";
import { readConfig } from "../../src/runtime/config.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { openSettings, type Settings } from "../../src/settings/settings.ts";
import type { ServerSession } from "../../src/yielding/media-server.ts";
import { openYielding, type Yielding } from "../../src/yielding/yielding.ts";
import { FakeClock } from "../support/fake-clock.ts";

const lanes = {
  picture: { queue: "imageproxy", kind: "image-transform", category: "cpu" },
  poster: { queue: "thumbnail", kind: "video-poster", category: "cpu" },
  hash: { queue: "hash", kind: "file-hash", category: "cpu" },
} as const;
const heat: ServerSession = { id: "1", who: "Anna", title: "Heat", isAudio: false, position: null };

let clock: FakeClock;
let settings: Settings;
let yielding: Yielding;
let announced: number;
let recorded: { event: string; detail: string }[];
let world: {
  freeBytes: number;
  others: number;
  sessions: ServerSession[];
  tallies: LaneTally[];
  states: QueueState[];
};

beforeEach(async () => {
  // A Thursday, at midnight.
  clock = new FakeClock();
  const { db, sqlite } = openSqlite(":memory:");
  migrate(sqlite, migrations);
  const events = new EventBus();
  settings = await openSettings(db, readConfig({}, {}), events, clock);
  announced = 0;
  recorded = [];
  events.subscribe(({ topic }) => {
    if (topic === "hold") announced++;
  });
  world = { freeBytes: 500e9, others: 0, sessions: [], tallies: [], states: [] };
  let [total, busy] = [0, 0];
  yielding = openYielding({
    settings,
    catalogue: createCatalogue(),
    store: {
      tallies: async () => world.tallies,
      nextDue: async () => undefined,
      queueStates: async () => world.states,
    },
    clock,
    log: silentLogger,
    events,
    dataFolder: "/data",
    isWorking: () => true,
    vramBudgetMb: () => 0,
    record: async (entry) => void recorded.push(entry),
    world: {
      disk: async () => ({ freeBytes: world.freeBytes, totalBytes: 1e12 }),
      cpu: async () => {
        total += 100;
        busy += world.others;
        return { cores: 4, total, busy, own: 0 };
      },
      ask: async () => world.sessions,
    },
  });
});
afterEach(() => yielding.stop());

const held = () =>
  Object.entries(lanes)
    .filter(([, lane]) => yielding.holds().some((hold) => hold.holds(lane)))
    .map(([name]) => name);
const codes = () => yielding.holds().map(({ code }) => code);

test("with nothing in the way nothing is held, whatever time passes", async () => {
  await yielding.start();
  await clock.advance(600_000);
  expect([codes(), announced]).toEqual([[], 0]);
});

describe("before the first job can begin", () => {
  test("a disk that is low holds those who write", async () => {
    world.freeBytes = 1e9;
    await yielding.start();
    expect(held()).toEqual(["picture", "poster"]);
  });
  test("a window that is open holds all but what somebody waits for", async () => {
    await settings.change({ yield: { quietHours: [{ from: "23:00", to: "07:00" }] } }, null);
    await yielding.start();
    expect(held()).toEqual(["poster", "hash"]);
  });
});

test("a window opens and closes on time, and each is announced once", async () => {
  await settings.change({ yield: { quietHours: [{ from: "00:05", to: "00:10" }] } }, null);
  await yielding.start();
  await clock.advance(299_000);
  expect(codes()).toEqual([]);
  await clock.advance(1_000);
  expect(codes()).toEqual(["window"]);
  await clock.advance(299_000);
  expect([codes(), announced]).toEqual([["window"], 1]);
  await clock.advance(1_000);
  expect([codes(), announced]).toEqual([[], 2]);
});

test("other programs' load holds after half a minute, and the figure changes in silence", async () => {
  await settings.change({ yield: { cpuLoad: 50, mode: "drain" } }, null);
  world.others = 80;
  await yielding.start();
  await clock.advance(45_000);
  expect(yielding.holds()).toMatchObject([{ code: "load", mode: "drain" }]);
  world.others = 90;
  await clock.advance(30_000);
  expect(yielding.holds()[0]!.text).toContain("90 %");
  expect(announced).toBe(1);
  expect(yielding.state().load).toEqual({ percent: 90, cores: 4 });
});

test("a disk that has room again lets all go on by itself", async () => {
  world.freeBytes = 0.5e9;
  await yielding.start();
  expect(yielding.holds()).toMatchObject([{ code: "disk", mode: "freeze" }]);
  world.freeBytes = 3e9;
  await clock.advance(10_000);
  expect(codes()).toEqual([]);
  expect(recorded.map(({ event }) => event)).toEqual(["held", "resumed"]);
});

test("a film on a media server holds within 15 s, and its end is told after the grace", async () => {
  let ended = 0;
  yielding.onPlaybackEnded(() => ended++);
  const server = { type: "jellyfin", url: "http://nas:8096", token: "t" };
  await settings.change({ yield: { playback: { servers: [server] } } }, null);
  await yielding.start();
  world.sessions = [heat];
  await clock.advance(15_000);
  expect(yielding.holds()).toMatchObject([{ code: "playback", text: "Jellyfin: Anna watches “Heat”" }]);
  world.sessions = [];
  await clock.advance(15_000);
  expect([codes(), ended, yielding.isPlaying()]).toEqual([["playback"], 0, true]);
  await clock.advance(60_000);
  expect([codes(), ended, yielding.isPlaying()]).toEqual([[], 1, false]);
});

test("a setting takes effect at once", async () => {
  await yielding.start();
  await settings.change({ yield: { quietHours: [{ from: "00:00", to: "12:00" }] } }, null);
  await clock.advance(0);
  expect(codes()).toEqual(["window"]);
  await settings.change({ yield: null }, null);
  await clock.advance(0);
  expect(codes()).toEqual([]);
});

describe("import mode", () => {
  const tally = (queue: string, kind: string, waiting: number): LaneTally => ({
    ...noTally(),
    waiting,
    lane: { id: 1, queue, kind, category: "cpu", vramMb: 0, group: 0 },
  });
  const paused = (queue: string): QueueState => ({
    queue,
    pausedAt: new Date(0),
    pauseEnds: null,
    pausedBy: "Anna",
    pauseMode: "drain",
    concurrency: null,
    weight: null,
  });
  beforeEach(async () => {
    await settings.change({ importMode: { enabled: true } }, null);
    world.tallies = [tally("thumbnail", "video-poster", 1204), tally("hash", "file-hash", 3)];
    await yielding.start();
  });

  test("holds a queue until those before it have drained; only what has work is shown", async () => {
    expect(held()).toEqual(["hash"]);
    expect(yielding.state().holds.map(({ text }) => text)).toEqual([
      "Import mode: after thumbnail (1,204 waiting)",
    ]);
    world.tallies = [tally("hash", "file-hash", 3)];
    await clock.advance(2_000);
    expect(held()).toEqual([]);
  });
  test("passes over a queue that somebody has paused", async () => {
    world.states = [paused("thumbnail")];
    await clock.advance(2_000);
    expect(held()).toEqual([]);
  });
  test("switches itself off when all is done, and the history says so", async () => {
    world.tallies = [];
    await clock.advance(64_000);
    expect(settings.get("importMode").enabled).toBe(false);
    expect(recorded).toEqual([{ event: "import", detail: "Everything has drained; import mode is off" }]);
    expect(codes()).toEqual([]);
  });
});

test("when work would go on is known from the windows alone", async () => {
  await settings.change({ yield: { quietHours: [{ from: "23:00", to: "07:00", queues: ["hash"] }] } }, null);
  expect(yielding.nextOpening(lanes.hash, clock.now())).toEqual(new Date("2026-01-01T07:00:00Z"));
  expect(yielding.nextOpening(lanes.poster, clock.now())).toEqual(new Date(clock.now()));
});
