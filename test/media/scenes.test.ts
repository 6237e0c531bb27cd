// Scenes out of cuts and black stretches.

import { describe, expect, test } from "bun:test";
import { pictureAtS, scenesOf } from "../../src/media/scenes.ts";

const film = (more: object = {}) => ({ durationS: 60, cuts: [], blacks: [], ...more });
const starts = (of: Parameters<typeof scenesOf>[0], more: object = {}) =>
  scenesOf(of, { threshold: 0.3, ...more }).map(({ startMs }) => startMs);

describe("scenes", () => {
  test("of a film of one shot are one, from end to end", () => {
    expect(scenesOf(film({ durationS: 12.345 }), { threshold: 0.3 })).toEqual([
      { number: 1, startMs: 0, endMs: 12345, score: null },
    ]);
  });

  test("begin at cuts that are sharp enough, and end where the next begins", () => {
    const cuts = [
      { atS: 10.04, score: 0.5 },
      { atS: 20, score: 0.2 },
      { atS: 30, score: 0.9 },
    ];
    expect(scenesOf(film({ cuts }), { threshold: 0.3 })).toEqual([
      { number: 1, startMs: 0, endMs: 10040, score: null },
      { number: 2, startMs: 10040, endMs: 30000, score: 0.5 },
      { number: 3, startMs: 30000, endMs: 60000, score: 0.9 },
    ]);
    expect(starts(film({ cuts }), { threshold: 0.2 })).toHaveLength(4);
  });

  test("begin after black, not at its beginning; black at the ends divides nothing", () => {
    const blacks = [
      { startS: 0, endS: 2 },
      { startS: 20, endS: 24 },
      { startS: 58, endS: 60 },
    ];
    const cuts = [20, 24, 58].map((atS) => ({ atS, score: 1 }));
    expect(scenesOf(film({ blacks, cuts }), { threshold: 0.3 })).toMatchObject([
      { startMs: 0, endMs: 24000 },
      { startMs: 24000, endMs: 60000, score: null },
    ]);
  });

  test("last a second at least: of cuts that are closer, the sharpest counts", () => {
    const cuts = [
      { atS: 0.4, score: 1 },
      { atS: 10, score: 0.4 },
      { atS: 10.6, score: 0.8 },
      { atS: 11.4, score: 0.7 },
      { atS: 11.8, score: 0.35 },
      { atS: 59.5, score: 1 },
    ];
    expect(starts(film({ cuts }))).toEqual([0, 10600, 11800]);
  });

  test("are 200 at most, of any film, without holding anybody up", () => {
    const cuts = Array.from({ length: 100_000 }, (_, n) => ({ atS: n / 8, score: 0.3 + (n % 7) / 10 }));
    const scenes = scenesOf({ durationS: 12_500, cuts, blacks: [] }, { threshold: 0.3 });
    expect(scenes).toHaveLength(200);
    expect(scenes.map(({ number }) => number)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    expect(scenes.every(({ startMs, endMs }) => endMs - startMs >= 1000)).toBe(true);
    expect(scenes.at(-1)!.endMs).toBe(12_500_000);
  });
});

test("the picture of a scene is taken where it is not black", () => {
  const scene = { number: 1, startMs: 0, endMs: 30_000, score: null };
  expect(pictureAtS(scene, [])).toBeCloseTo(9.9);
  expect(pictureAtS(scene, [{ startS: 5, endS: 16 }])).toBeCloseTo(20.1);
});
