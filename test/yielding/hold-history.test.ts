// The history of holds: each beginning and each end once.

import { expect, test } from "bun:test";
import { holdEntries } from "../../src/yielding/hold-history.ts";

const disk = {
  code: "disk",
  text: "1.2 GB are free, jobs that write need 2.0 GB",
  since: new Date(1),
} as const;
const film = { code: "playback", text: "Jellyfin: Anna watches “Heat”", since: new Date(2) } as const;
const queue = { code: "import", text: "Import mode: after hash (1 waiting)", since: new Date(3) } as const;

test("what begins is held, what ends is resumed", () => {
  expect(holdEntries([], [disk])).toEqual([{ event: "held", detail: disk.text }]);
  expect(holdEntries([disk], [])).toEqual([{ event: "resumed", detail: `No longer: ${disk.text}` }]);
});
test("another figure is nothing new, another beginning is", () => {
  expect(holdEntries([disk], [{ ...disk, text: "1.1 GB are free" }])).toEqual([]);
  expect(holdEntries([disk], [{ ...disk, since: new Date(9) }]).map(({ event }) => event)).toEqual([
    "held",
    "resumed",
  ]);
});
test("who watched what is not kept", () => {
  expect(holdEntries([], [film])).toEqual([{ event: "held", detail: "Somebody plays something" }]);
});
test("the steps of an import are not told", () => {
  expect(holdEntries([], [queue])).toEqual([]);
});
