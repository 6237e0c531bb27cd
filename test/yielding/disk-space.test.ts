// A disk that runs low stops those who write, and lets them go on by itself.

import { describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { type DiskSpace, diskSource, neededBytes } from "../../src/yielding/disk-space.ts";
import { FakeClock } from "../support/fake-clock.ts";

const signal = new AbortController().signal;
const transcode = { queue: "video-transcode", kind: "video-transcode", category: "cpu" } as const;
const hash = { queue: "hash", kind: "file-hash", category: "cpu" } as const;

function setUp(diskFreeMb = 2048, totalBytes = 4e12) {
  const clock = new FakeClock();
  const world = { free: 100e9, looks: 0, diskFreeMb };
  const source = diskSource({
    dataFolder: "/data",
    diskFreeMb: () => world.diskFreeMb,
    writes: ({ kind }) => kind !== "file-hash",
    now: () => clock.now(),
    read: async (): Promise<DiskSpace> => {
      world.looks++;
      return { freeBytes: world.free, totalBytes };
    },
  });
  const look = async (free: number) => {
    world.free = free;
    await clock.advance(30_000);
    await source.step(signal);
    return source.found(clock.now())[0];
  };
  return { clock, world, source, look };
}

describe("a disk that runs low", () => {
  test("holds jobs that write, and no others; the sentence has both figures", async () => {
    const { look } = setUp();
    const hold = (await look(1.2e9))!;
    expect(hold).toMatchObject({
      code: "disk",
      text: "1.2 GB are free, jobs that write need 2.0 GB",
      until: null,
      mode: "drain",
    });
    expect([hold.holds(transcode), hold.holds(hash)]).toEqual([true, false]);
  });
  test("at the threshold itself nothing is held", async () => {
    const { look } = setUp();
    expect(await look(2.048e9)).toBeUndefined();
    expect(await look(2.047e9)).toBeDefined();
  });
  test("lets go by itself once there is a tenth more than needed", async () => {
    const { look } = setUp();
    const { since } = (await look(1.9e9))!;
    expect((await look(2.2e9))!.since).toEqual(since);
    expect(await look(2.26e9)).toBeUndefined();
  });
  test("below half of it what runs stands still too, until there is room for all", async () => {
    const { look } = setUp();
    expect((await look(1.1e9))!.mode).toBe("drain");
    const frozen = (await look(1.0e9))!;
    expect(frozen.mode).toBe("freeze");
    expect((await look(1.9e9))!.mode).toBe("freeze");
    expect(await look(3e9)).toBeUndefined();
    expect((await look(1.9e9))!.mode).toBe("drain");
  });
  test("another figure is no other hold; another mode is", async () => {
    const { look } = setUp();
    const substance = (await look(1.9e9))!.substance;
    expect((await look(1.8e9))!.substance).toBe(substance);
    expect((await look(0.5e9))!.substance).not.toBe(substance);
  });
  test("0 looks at nothing", async () => {
    const { look } = setUp(0);
    expect(await look(0)).toBeUndefined();
  });
});

describe("a small disk", () => {
  test("needs 5 % of itself, and says so", async () => {
    const { look } = setUp(2048, 8e9);
    expect(await look(0.5e9)).toBeUndefined();
    expect((await look(0.3e9))!.text).toBe(
      "300 MB are free, jobs that write need 400 MB, 5 % of this disk of 8.0 GB",
    );
  });
  test("what is asked for is never exceeded", () => {
    expect(neededBytes(100, { totalBytes: 900e6 })).toBe(45e6);
    expect(neededBytes(2048, { totalBytes: 20.48e9 })).toBe(2.048e9);
    expect(neededBytes(2048, { totalBytes: 20.4e9 })).toBe(1.02e9);
  });
});

test("a disk with room is looked at every 30 s, one that runs low every 10 s", async () => {
  const { clock, world, source } = setUp();
  const looksIn = async (seconds: number) => {
    const before = world.looks;
    for (let s = 0; s < seconds; s += 10) {
      await clock.advance(10_000);
      await source.step(signal);
    }
    return world.looks - before;
  };
  expect(await looksIn(90)).toBe(3);
  world.free = 4e9;
  await looksIn(30);
  expect(await looksIn(90)).toBe(9);
});

test("another threshold is looked at in the next turn", async () => {
  const { clock, world, source, look } = setUp();
  await look(50e9);
  world.diskFreeMb = 60_000;
  await clock.advance(10_000);
  await source.step(signal);
  expect(source.found(clock.now())[0]!.text).toContain("need 60.0 GB");
});

test("a real folder's disk can be read", async () => {
  const source = diskSource({
    dataFolder: tmpdir(),
    diskFreeMb: () => 1,
    writes: () => true,
    now: () => 0,
  });
  await source.step(signal);
  expect(source.current()!.totalBytes).toBeGreaterThan(source.current()!.freeBytes);
});

test("a clock that is set back by hours does not close its eyes for hours", async () => {
  const { clock, world, source, look } = setUp();
  await look(100e9);
  clock.set(clock.now() - 5 * 3_600_000);
  world.free = 1e9;
  await clock.advance(10_000);
  await source.step(signal);
  expect(source.found(clock.now())).toMatchObject([{ code: "disk" }]);
});
