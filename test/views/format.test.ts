import { describe, expect, test } from "bun:test";
import { bytes, clockTime, counted, duration, number } from "../../views/format.ts";

describe("figures read as people say them", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [1536, "1.5 kB"],
    [999_499, "999 kB"],
    [999_600, "1 MB"],
    [3_400_000_000, "3.4 GB"],
    [12_340_000_000_000, "12.3 TB"],
  ])("%d bytes are %s", (n, text) => expect(bytes(n)).toBe(text));

  test.each([
    [0, "0 ms"],
    [0.48, "480 ms"],
    [0.9999, "1.0 s"],
    [4.21, "4.2 s"],
    [59.6, "1 min"],
    [185, "3 min 5 s"],
    [7800, "2 h 10 min"],
    [273_600, "3 d 4 h"],
  ])("%d seconds are %s", (s, text) => expect(duration(s)).toBe(text));

  test("a player shows hours only where there are any", () => {
    expect([clockTime(62), clockTime(3723)]).toEqual(["1:02", "1:02:03"]);
  });

  test("one job, many jobs", () => {
    expect([counted(1, "job"), counted(1204, "job"), number(1_000_000)]).toEqual([
      "1 job",
      "1,204 jobs",
      "1,000,000",
    ]);
  });
});
