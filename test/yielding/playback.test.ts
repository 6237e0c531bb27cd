// Work makes way while somebody plays something, and goes on when nobody has for a while. No server holds it for ever.

import { beforeEach, describe, expect, test } from "bun:test";
import type { YieldSetting } from "../../src/settings/yield.ts";
import { yieldDefault } from "../../src/settings/yield.ts";
import { type Address, ServerFault, type ServerSession } from "../../src/yielding/media-server.ts";
import { type OwnReport, type PlaybackSource, playbackSource } from "../../src/yielding/playback.ts";
import { FakeClock } from "../support/fake-clock.ts";

const signal = new AbortController().signal;
const jellyfin = { type: "jellyfin", url: "http://nas:8096", token: "t1" } as const;
const plex = { name: "Attic", type: "plex", url: "http://attic:32400", token: "t2" } as const;
const heat: ServerSession = { id: "1", who: "Anna", title: "Heat", isAudio: false, position: 1 };
const watching: OwnReport = {
  userId: "u1",
  who: "Anna",
  fileId: 7,
  title: "holiday.mp4",
  isAudio: false,
  playing: true,
};

let clock: FakeClock;
let setting: YieldSetting;
let answers: Map<string, ServerSession[] | Error>;
let source: PlaybackSource;

beforeEach(() => {
  clock = new FakeClock();
  setting = structuredClone(yieldDefault);
  answers = new Map();
  source = playbackSource({
    setting: () => setting,
    exempt: ({ queue }) => queue === "imageproxy",
    now: () => clock.now(),
    ask: async ({ url }: Address) => {
      const answer = answers.get(url) ?? [];
      if (answer instanceof Error) throw answer;
      return answer.map((session) => ({ ...session, position: clock.now() }));
    },
  });
});

const hold = () => source.found(clock.now())[0];
const poll = async (ms = 15_000) => {
  await clock.advance(ms);
  await source.step(signal);
};
const pass = async (ms: number) => {
  await clock.advance(ms);
  source.settle();
};

describe("Sprocket's own player", () => {
  test("holds from the first report on, and says who watches what", () => {
    expect(hold()).toBeUndefined();
    source.report(watching);
    expect(hold()).toMatchObject({
      code: "playback",
      text: "Sprocket: Anna watches “holiday.mp4”",
      mode: "freeze",
      until: null,
    });
    expect(hold()!.holds({ queue: "hash", kind: "file-hash", category: "cpu" })).toBe(true);
    expect(hold()!.holds({ queue: "imageproxy", kind: "image-transform", category: "cpu" })).toBe(false);
  });
  test("a pause ends it after the grace, whose end is known", async () => {
    source.report(watching);
    await pass(20_000);
    source.report({ ...watching, playing: false });
    expect(hold()).toMatchObject({
      text: "Playback has ended; work goes on if it stays so",
      until: new Date(clock.now() + 60_000),
    });
    await pass(59_000);
    expect(hold()).toBeDefined();
    await pass(1_000);
    expect(hold()).toBeUndefined();
  });
  test("somebody who goes on within the grace was never away", async () => {
    source.report(watching);
    const { since } = hold()!;
    source.report({ ...watching, playing: false });
    await pass(50_000);
    source.report(watching);
    await pass(50_000);
    expect(hold()!.since).toEqual(since);
  });
  test("a page that was closed without a word is forgotten after 90 s", async () => {
    source.report(watching);
    await pass(89_000);
    expect(source.playing()).toHaveLength(1);
    await pass(1_000);
    expect(source.playing()).toHaveLength(0);
  });
  test("each player counts by itself", async () => {
    source.report(watching);
    source.report({ ...watching, userId: "u2", who: "Ben", isAudio: true });
    expect(hold()!.text).toBe("Sprocket: Anna watches “holiday.mp4”, and 1 more");
    source.report({ ...watching, playing: false });
    expect(hold()!.text).toBe("Sprocket: Ben listens to “holiday.mp4”");
  });
  test("a script that reports without end fills no memory", () => {
    for (let fileId = 0; fileId < 1000; fileId++) source.report({ ...watching, fileId });
    expect(source.playing()).toHaveLength(10);
  });
  test("does not count when it is switched off", () => {
    setting.playback.own = false;
    source.report(watching);
    expect(hold()).toBeUndefined();
  });
});

describe("media servers", () => {
  beforeEach(() => {
    setting.playback.servers = [jellyfin, plex];
  });

  test("hold while one of them plays; the sentence has its name", async () => {
    answers.set(plex.url, [heat]);
    await poll();
    expect(hold()!.text).toBe("Attic: Anna watches “Heat”");
    expect(source.servers()).toMatchObject([
      { name: "Jellyfin", type: "jellyfin", ok: true, detail: "Nobody plays anything", playing: [] },
      { name: "Attic", type: "plex", ok: true, detail: "1 playing", playing: [{ who: "Anna" }] },
    ]);
  });
  test("one that cannot be reached keeps what it said last, and counts as nobody after three times", async () => {
    answers.set(jellyfin.url, [heat]);
    await poll();
    answers.set(jellyfin.url, new ServerFault("Nothing answers at this address"));
    await poll();
    await poll();
    expect(source.playing()).toHaveLength(1);
    expect(source.servers()[0]).toMatchObject({
      ok: false,
      detail: "Nothing answers at this address; what it said last counts",
    });
    await poll();
    expect(source.playing()).toHaveLength(0);
    expect(source.servers()[0]!.detail).toBe(
      "Nothing answers at this address, 3 times in a row; it counts as nobody watching",
    );
    await pass(60_000);
    expect(hold()).toBeUndefined();
  });
  test("one that comes back counts again", async () => {
    answers.set(jellyfin.url, new ServerFault("No answer within 5 s"));
    for (let i = 0; i < 5; i++) await poll();
    answers.set(jellyfin.url, [heat]);
    await poll();
    expect(hold()!.text).toBe("Jellyfin: Anna watches “Heat”");
  });
  test("a fault of ours is not shown in its own words: they may hold the token", async () => {
    answers.set(jellyfin.url, new Error("header t1 is bad"));
    await poll();
    expect(source.servers()[0]!.detail).toStartWith("It cannot be asked");
  });
  test("before the first answer it says so", () => {
    expect(source.servers()[0]).toMatchObject({ ok: false, detail: "Not asked yet" });
  });
  test("one that is taken off the list stops counting", async () => {
    answers.set(jellyfin.url, [heat]);
    await poll();
    setting.playback.servers = [];
    await pass(60_000);
    expect(hold()).toBeUndefined();
  });
});

test("a session that has stood at one place for ten minutes was forgotten by its server", async () => {
  setting.playback.servers = [jellyfin];
  const still = playbackSource({
    setting: () => setting,
    exempt: () => false,
    now: () => clock.now(),
    ask: async () => [heat],
  });
  await still.step(signal);
  await clock.advance(9 * 60_000);
  await still.step(signal);
  expect(still.playing()).toHaveLength(1);
  await clock.advance(60_000);
  await still.step(signal);
  expect(still.playing()).toHaveLength(0);
});

test("the end of playback is told once, after the grace", async () => {
  let ended = 0;
  const forget = source.onEnded(() => ended++);
  source.report(watching);
  expect(source.isPlaying()).toBe(true);
  source.report({ ...watching, playing: false });
  await pass(30_000);
  expect([ended, source.isPlaying()]).toEqual([0, true]);
  await pass(30_000);
  await pass(30_000);
  expect([ended, source.isPlaying()]).toEqual([1, false]);
  forget();
  source.report(watching);
  source.report({ ...watching, playing: false });
  await pass(60_000);
  expect(ended).toBe(1);
});

test("a pause that waited through a restart ends, though nobody plays any more", async () => {
  let ended = 0;
  source.onEnded(() => ended++);
  await pass(89_000);
  expect(ended).toBe(0);
  await pass(1_000);
  await pass(600_000);
  expect(ended).toBe(1);
});

test("another film is another thing to announce, the same one is not", async () => {
  setting.playback.servers = [jellyfin];
  answers.set(jellyfin.url, [heat]);
  await poll();
  const { substance } = hold()!;
  await poll();
  expect(hold()!.substance).toBe(substance);
  answers.set(jellyfin.url, [{ ...heat, title: "Ronin" }]);
  await poll();
  expect(hold()!.substance).not.toBe(substance);
});

test("a clock that is set back by hours holds nothing for hours", async () => {
  answers.set(jellyfin.url, [heat]);
  setting.playback.servers = [jellyfin];
  source.report(watching);
  await poll();
  answers.clear();
  clock.set(clock.now() - 5 * 3_600_000);
  await poll();
  expect(source.playing()).toEqual([]);
  await pass(setting.playback.graceS * 1000);
  expect(hold()).toBeUndefined();
});
