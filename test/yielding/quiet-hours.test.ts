// Windows of the week, in the local time of a place whose clocks change: Berlin.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { QuietWindow } from "../../src/settings/yield.ts";
import { nextOpening, openWindows, rests, windowHolds } from "../../src/yielding/quiet-hours.ts";

const before = process.env.TZ;
beforeAll(() => {
  process.env.TZ = "Europe/Berlin";
});
afterAll(() => {
  process.env.TZ = before ?? "Etc/UTC";
});

const night: QuietWindow = { from: "22:00", to: "07:00" };
const local = (text: string) => new Date(text).getTime();
const isOpen = (window: QuietWindow, when: string) => openWindows([window], local(when)).length === 1;
const transcode = { queue: "video-transcode", kind: "video-transcode", category: "gpu_encode" } as const;
const hash = { queue: "hash", kind: "file-hash", category: "cpu" } as const;

describe("a window is open", () => {
  test("over midnight, from its first minute to the one before its last", () => {
    expect(isOpen(night, "2026-11-23T21:59:59")).toBe(false);
    expect(isOpen(night, "2026-11-23T22:00:00")).toBe(true);
    expect(isOpen(night, "2026-11-24T06:59:59")).toBe(true);
    expect(isOpen(night, "2026-11-24T07:00:00")).toBe(false);
  });

  test("within a day", () => {
    const evening = { from: "18:30", to: "23:00" };
    expect(isOpen(evening, "2026-11-23T18:29:00")).toBe(false);
    expect(isOpen(evening, "2026-11-23T20:00:00")).toBe(true);
    expect(isOpen(evening, "2026-11-24T01:00:00")).toBe(false);
  });

  test("for a whole day when it ends at the time it begins", () => {
    const saturdays = { from: "00:00", to: "00:00", days: [6] };
    expect(isOpen(saturdays, "2026-11-28T00:00:00")).toBe(true);
    expect(isOpen(saturdays, "2026-11-28T23:59:59")).toBe(true);
    expect(isOpen(saturdays, "2026-11-29T00:00:00")).toBe(false);
  });

  test("on the days it begins on: Friday's night lasts into Saturday, Saturday's own does not begin", () => {
    const fridays = { ...night, days: [5] };
    expect(isOpen(fridays, "2026-11-27T23:00:00")).toBe(true);
    expect(isOpen(fridays, "2026-11-28T06:00:00")).toBe(true);
    expect(isOpen(fridays, "2026-11-27T06:00:00")).toBe(false);
    expect(isOpen(fridays, "2026-11-28T23:00:00")).toBe(false);
  });
});

describe("when the clocks change", () => {
  const hoursOf = (when: string) => {
    const [open] = openWindows([night], local(when));
    return (open!.until.getTime() - open!.since.getTime()) / 3_600_000;
  };
  test("22:00 to 07:00 lasts 8 hours in March and 10 in October", () => {
    expect(hoursOf("2026-03-28T23:00:00")).toBe(8);
    expect(hoursOf("2026-10-24T23:00:00")).toBe(10);
    expect(openWindows([night], local("2026-03-29T06:59:00"))).toHaveLength(1);
    expect(openWindows([night], local("2026-03-29T07:00:00"))).toHaveLength(0);
  });
  test("a window that begins in the hour that is left out begins after it", () => {
    const small = { from: "02:30", to: "05:00" };
    expect(isOpen(small, "2026-03-29T01:59:59+01:00")).toBe(false);
    expect(isOpen(small, "2026-03-29T04:00:00+02:00")).toBe(true);
  });
  test("a window over the hour that comes twice is one window", () => {
    const small = { from: "01:00", to: "04:00" };
    for (const when of ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"])
      expect(isOpen(small, when)).toBe(true);
    expect(hoursBetween(openWindows([small], local("2026-10-25T02:30:00+01:00"))[0]!)).toBe(4);
  });
});

const hoursBetween = ({ since, until }: { since: Date; until: Date }) =>
  (until.getTime() - since.getTime()) / 3_600_000;

describe("what rests", () => {
  test("everything, unless queues or categories are named", () => {
    expect(rests(night, hash)).toBe(true);
    expect(rests({ ...night, queues: [], categories: [] }, hash)).toBe(true);
    const some: QuietWindow = { ...night, queues: ["hash"], categories: ["gpu_encode"] };
    expect(rests(some, hash)).toBe(true);
    expect(rests(some, transcode)).toBe(true);
    expect(rests(some, { queue: "thumbnail", kind: "video-poster", category: "cpu" })).toBe(false);
  });
});

describe("when it goes on", () => {
  const opening = (windows: QuietWindow[], when: string) => nextOpening(windows, hash, local(when));
  test("now, while no window is open", () => {
    expect(opening([night], "2026-11-23T12:00:00")).toEqual(new Date("2026-11-23T12:00:00"));
  });
  test("at the end of the window", () => {
    expect(opening([night], "2026-11-23T23:00:00")).toEqual(new Date("2026-11-24T07:00:00"));
  });
  test("at the end of the last of windows that follow one another", () => {
    const morning = { from: "07:00", to: "09:00", days: [2] };
    expect(opening([morning, night], "2026-11-23T23:00:00")).toEqual(new Date("2026-11-24T09:00:00"));
    expect(opening([morning, night], "2026-11-24T23:00:00")).toEqual(new Date("2026-11-25T07:00:00"));
  });
  test("never, when every hour of the week rests", () => {
    expect(opening([{ from: "00:00", to: "00:00" }], "2026-11-23T23:00:00")).toBeNull();
  });
  test("windows for other work do not matter", () => {
    expect(opening([{ ...night, queues: ["thumbnail"] }], "2026-11-23T23:00:00")).toEqual(
      new Date("2026-11-23T23:00:00"),
    );
  });
});

describe("the hold", () => {
  const context = { mode: "freeze" as const, exempt: () => false };
  test("says its name and times, begins and ends with the window", () => {
    const [hold] = windowHolds([{ ...night, name: "Night" }], local("2026-11-23T23:30:00"), context);
    expect(hold).toMatchObject({
      code: "window",
      text: "Quiet hours “Night” from 22:00 to 07:00",
      since: new Date("2026-11-23T22:00:00"),
      until: new Date("2026-11-24T07:00:00"),
      mode: "freeze",
    });
    expect(hold!.holds(hash)).toBe(true);
  });
  test("a window's own mode goes before the general one, and what is exempt goes on", () => {
    const window: QuietWindow = { ...night, mode: "drain" };
    const [hold] = windowHolds([window], local("2026-11-23T23:30:00"), { ...context, exempt: () => true });
    expect(hold!.mode).toBe("drain");
    expect(hold!.holds(hash)).toBe(false);
  });
});
