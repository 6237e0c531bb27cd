import { afterEach, beforeEach, expect, test } from "bun:test";
import { idleMemoryLoop } from "../../src/cli/idle-memory.ts";
import type { Loop } from "../../src/runtime/service.ts";
import { type TestApp, testApp } from "../support/app.ts";

let app: TestApp;
let running: unknown[];
let collected: number;
let loop: Loop;
beforeEach(async () => {
  app = await testApp();
  running = [];
  collected = 0;
  loop = idleMemoryLoop({ ...app, worker: { running: () => running }, collect: () => collected++ });
});
afterEach(() => app.close());

const steps = async (count: number) => {
  for (let i = 0; i < count; i++) await loop.step(new AbortController().signal);
  return collected;
};
const work = () => app.events.publish({ topic: "job", id: 1, queue: "hash", what: "settled" });

test("memory is given back once after work, when two looks have found nothing to do", async () => {
  expect(await steps(3)).toBe(0);
  work();
  expect(await steps(1)).toBe(0);
  expect(await steps(1)).toBe(1);
  expect(await steps(5)).toBe(1);
  work();
  expect(await steps(2)).toBe(2);
});

test("never while a job runs, however quiet it is", async () => {
  work();
  running = [{}];
  expect(await steps(5)).toBe(0);
  running = [];
  expect(await steps(1)).toBe(1);
});
