// Moments as the pages' script says them.

import { expect, test } from "bun:test";

const { relative, elapsed } = (await import("../../static/js/moments.js")) as unknown as {
  relative(date: Date, now: number): string;
  elapsed(date: Date, now: number): string;
};

const now = new Date(2026, 10, 22, 13, 0).getTime();
const at = (ms: number) => new Date(now + ms);

test("the past and the next hours are told from now, what lies further ahead by its date", () => {
  expect(relative(at(-3_000), now)).toBe("now");
  expect(relative(at(-180_000), now)).toBe("3m ago");
  expect(relative(at(5 * 3_600_000), now)).toBe("in 5h");
  expect(relative(new Date(2026, 10, 24, 7, 0), now)).toBe("24 Nov, 07:00");
  expect(relative(new Date(2027, 0, 1, 0, 0), now)).toBe("1 Jan 2027, 00:00");
});

test("what goes on is told in two units", () => {
  expect(elapsed(at(-65_000), now)).toBe("1 min 5 s");
  expect(elapsed(at(-90_000_000), now)).toBe("1 d 1 h");
});
