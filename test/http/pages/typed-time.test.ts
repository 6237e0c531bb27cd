import { expect, test } from "bun:test";
import { parseTime } from "../../../src/http/pages/typed-time.ts";

test.each([
  ["90", 90_000],
  ["1:30", 90_000],
  ["0:12.340", 12_340],
  ["0:12,34", 12_340],
  ["1:02:03.25", 3_723_250],
  [" 7 ", 7000],
  ["", undefined],
  ["soon", undefined],
  ["-3", undefined],
  ["1:2:3:4", undefined],
])("a typed time %j is %p ms", (text, ms) => {
  expect(parseTime(text)).toBe(ms);
});
