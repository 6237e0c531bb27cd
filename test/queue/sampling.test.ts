import { expect, test } from "bun:test";
import { pickWeighted } from "../../src/queue/sampling.ts";

test("over 10,000 draws the shares match the weights and the lightest queue is served", () => {
  const queues = [
    { name: "imageproxy", weight: 100 },
    { name: "transcription", weight: 5 },
    { name: "maintenance", weight: 1 },
  ];
  let seed = 42;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const drawn = new Map<string, number>();
  for (let i = 0; i < 10_000; i++) {
    const { name } = pickWeighted(queues, random())!;
    drawn.set(name, (drawn.get(name) ?? 0) + 1);
  }
  for (const { name, weight } of queues) {
    const expected = (weight / 106) * 10_000;
    expect(Math.abs(drawn.get(name)! - expected)).toBeLessThan(4 * Math.sqrt(expected) + 1);
  }
});

test("a queue alone gets every draw, none gets nothing", () => {
  expect(pickWeighted([{ weight: 1 }], 0.999)).toEqual({ weight: 1 });
  expect(pickWeighted([], 0.5)).toBeUndefined();
  expect(pickWeighted([{ weight: 0 }], 0.5)).toBeUndefined();
});
