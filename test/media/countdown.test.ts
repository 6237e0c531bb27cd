import { afterEach, beforeEach, expect, jest, spyOn, test } from "bun:test";
import { countdown } from "../../src/media/countdown.ts";

let now = 0;
let clock: ReturnType<typeof spyOn>;
beforeEach(() => {
  now = 1000;
  jest.useFakeTimers();
  clock = spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  clock.mockRestore();
  jest.useRealTimers();
});
const pass = (ms: number) => {
  now += ms;
  jest.advanceTimersByTime(ms);
};

test("time is over once, after it has passed", () => {
  let over = 0;
  countdown(100, () => over++);
  pass(99);
  expect(over).toBe(0);
  pass(1);
  pass(500);
  expect(over).toBe(1);
});

test("a sign of life starts it again", () => {
  let over = 0;
  const it = countdown(100, () => over++);
  pass(60);
  it.again();
  pass(60);
  expect(over).toBe(0);
  pass(40);
  expect(over).toBe(1);
});

test("time that it is paused does not count", () => {
  let over = 0;
  const it = countdown(100, () => over++);
  pass(60);
  it.pause();
  it.pause();
  pass(10_000);
  expect(over).toBe(0);
  it.resume();
  it.resume();
  pass(39);
  expect(over).toBe(0);
  pass(1);
  expect(over).toBe(1);
});

test("once ended it stays so, paused or not", () => {
  let over = 0;
  const it = countdown(100, () => over++);
  it.pause();
  it.end();
  it.resume();
  pass(1000);
  expect(over).toBe(0);
});
