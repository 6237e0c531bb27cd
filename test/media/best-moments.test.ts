// Which stretches of a film a digest takes, and how a reel is shared out between films.

import { describe, expect, test } from "bun:test";
import { chooseBest, scoreSeconds } from "../../src/media/best-moments.ts";
import type { FilmAnalysis, Second } from "../../src/media/film-analysis.ts";
import { shareOut, weightOf } from "../../src/media/shares.ts";

const plain: Second = { brightness: 120, contrast: 50, detail: 8, motion: 3, loudness: -30 };
const black: Second = { brightness: 2, contrast: 1, detail: 0, motion: 0, loudness: -90 };
const film = (seconds: Second[], more: Partial<FilmAnalysis> = {}): FilmAnalysis => ({
  ...{ durationS: seconds.length, cuts: [], blacks: [], seconds },
  ...more,
});
const seconds = (count: number, at: (n: number) => Partial<Second> = () => ({})): Second[] =>
  Array.from({ length: count }, (_, n) => ({ ...plain, ...at(n) }));
const total = (of: { startS: number; endS: number }[]) => of.reduce((sum, s) => sum + s.endS - s.startS, 0);

describe("scores", () => {
  test("rise with movement and sound, within the film", () => {
    const scores = scoreSeconds(seconds(3, (n) => ({ motion: n, loudness: -30 + n })));
    expect(scores[0]!).toBeLessThan(scores[1]!);
    expect(scores[1]!).toBeLessThan(scores[2]!);
  });

  test("of black and blank seconds are 0, however loud", () => {
    const blank = { ...plain, contrast: 2, loudness: 0 };
    expect([...scoreSeconds([{ ...black, loudness: 0 }, blank, plain])].slice(0, 2)).toEqual([0, 0]);
  });

  test("heed what others say of a second", () => {
    const faces = { weight: 1, perSecond: [0, 0, 1] };
    const scores = scoreSeconds(seconds(3), [faces]);
    expect(scores[2]!).toBeGreaterThan(scores[1]!);
  });
});

describe("a digest", () => {
  test("is as long as asked, in the order of the film, and spread over all of it", () => {
    const chosen = chooseBest(film(seconds(600, (n) => ({ motion: (n * 7919) % 23 }))), 60);
    expect(total(chosen)).toBeCloseTo(60, 1);
    expect(chosen.map(({ startS }) => startS)).toEqual(chosen.map((c) => c.startS).sort((a, b) => a - b));
    for (const quarter of [0, 1, 2, 3])
      expect(chosen.filter(({ startS }) => Math.floor(startS / 150) === quarter).length).toBeGreaterThan(2);
    for (const { startS, endS } of chosen) {
      expect(endS - startS).toBeGreaterThanOrEqual(2);
      expect(endS - startS).toBeLessThanOrEqual(6);
    }
  });

  test("takes the liveliest of each part", () => {
    const lively = [12, 47, 88];
    const near = (n: number) => lively.some((at) => Math.abs(at - n) <= 2);
    const chosen = chooseBest(film(seconds(90, (n) => (near(n) ? { motion: 40, loudness: -10 } : {}))), 12);
    expect(chosen).toHaveLength(3);
    for (const [n, at] of lively.entries())
      expect(Math.abs((chosen[n]!.startS + chosen[n]!.endS) / 2 - at)).toBeLessThan(2.5);
  });

  test("keeps to shots: no stretch goes on behind a cut, or into black", () => {
    const cuts = [10, 20, 30, 40, 50].map((atS) => ({ atS, score: 0.8 }));
    const blacks = [{ startS: 33, endS: 38 }];
    for (const { startS, endS } of chooseBest(film(seconds(60), { cuts, blacks }), 24))
      for (const edge of [10, 20, 30, 33, 38, 40, 50]) expect(startS >= edge || endS <= edge).toBe(true);
  });

  test("of a film of very short shots takes several at once", () => {
    const cuts = Array.from({ length: 119 }, (_, n) => ({ atS: (n + 1) / 2, score: 0.8 }));
    expect(total(chooseBest(film(seconds(60), { cuts }), 12))).toBeGreaterThan(8);
  });

  test("has what black parts leave over from the rest, and nothing of a black film", () => {
    const half = film(
      seconds(120, (n) => (n < 60 ? black : {})),
      { blacks: [{ startS: 0, endS: 60 }] },
    );
    const chosen = chooseBest(half, 24);
    expect(chosen[0]!.startS).toBeGreaterThanOrEqual(60);
    expect(total(chosen)).toBeCloseTo(24, 1);
    expect(chooseBest(film(seconds(60, () => black)), 10)).toEqual([]);
  });
});

describe("the shares of a reel", () => {
  test("add up, give each film something, and none more than it has", () => {
    const shares = shareOut(
      [
        { durationS: 3, weight: 5 },
        { durationS: 600, weight: 30 },
        { durationS: 60, weight: 10 },
      ],
      40,
    );
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(40, 1);
    expect(shares[0]).toBeCloseTo(3, 5);
    expect(shares[1]!).toBeGreaterThan(shares[2]!);
    expect(shares[2]!).toBeGreaterThan(2);
  });

  test("of many films in a short reel are equal; short films are shown whole", () => {
    expect(shareOut(Array(10).fill({ durationS: 60, weight: 1 }), 10)).toEqual(Array(10).fill(1));
    expect(shareOut([{ durationS: 5, weight: 1 }], 60)).toEqual([5]);
  });

  test("are larger for longer and for livelier films", () => {
    const weight = (of: Second[]) => weightOf({ seconds: of, durationS: of.length });
    expect(weight(seconds(100))).toBeGreaterThan(weight(seconds(10)));
    expect(weight(seconds(10, () => ({ motion: 20 })))).toBeGreaterThan(weight(seconds(10)));
  });
});
