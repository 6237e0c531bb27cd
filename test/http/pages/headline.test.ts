// The overview's first line: the worst thing first, then how the work stands.

import { expect, test } from "bun:test";
import type { CheckSection } from "../../../src/http/checks/checkup.ts";
import { headlineOf } from "../../../src/http/pages/headline.ts";

type Shown = Parameters<typeof headlineOf>[0];

const queue = (over: object) => ({
  name: "thumbnail",
  active: 0,
  waiting: 0,
  delayed: 0,
  paused: 0,
  failed: 0,
  etaRange: null,
  isPaused: false,
  isEverythingPaused: false,
  ...over,
});
const shown = (queues: object[], over: object = {}) =>
  ({ queues, problems: 0, state: { pause: null, holds: [], stuck: 0 }, ...over }) as unknown as Shown;
const wrong = (name: string, result: "warn" | "fail"): CheckSection[] => [
  {
    id: "tools",
    title: "Tools",
    checkedAt: new Date(0),
    isChecking: false,
    checks: [{ name, result, detail: "" }],
  },
];

test("all well, with what runs, waits and when it is done: the slowest queue counts", () => {
  const queues = [
    queue({ active: 2, waiting: 18, etaRange: { lowS: 180, highS: 480 } }),
    queue({ name: "hash", waiting: 1, etaRange: { lowS: 10, highS: 20 } }),
  ];
  expect(headlineOf(shown(queues), [], 1)).toMatchObject({
    tone: "good",
    said: "All is well",
    besides: "2 running, 19 waiting, done in 3–8 min",
  });
});

test("nothing to do is well too, and an old estimate of an idle queue is not told", () => {
  const { besides } = headlineOf(shown([queue({ etaRange: { lowS: 0, highS: 5 } })]), [], 1);
  expect(besides).toBe("Nothing runs");
});

test("failures come before rest, with their causes and where to see them", () => {
  expect(headlineOf(shown([queue({ failed: 7 })], { problems: 4 }), [], 1)).toMatchObject({
    tone: "warn",
    said: "7 failures of 4 causes need a look",
    way: { href: "/admin/problems" },
  });
});

test("what is broken comes before failures; a warning alone does not", () => {
  const failing = shown([queue({ failed: 1 })], { problems: 1 });
  expect(headlineOf(failing, wrong("ffmpeg", "fail"), 1)).toMatchObject({
    tone: "bad",
    said: "Something is broken: ffmpeg",
  });
  expect(headlineOf(failing, wrong("ffmpeg", "warn"), 1).said).toBe("1 failure of 1 cause needs a look");
});

test("jobs in paused queues are told apart from those that come by themselves", () => {
  const queues = [queue({ waiting: 14, isPaused: true }), queue({ name: "hash", active: 1, waiting: 2 })];
  expect(headlineOf(shown(queues), [], 1).besides).toBe(
    "1 running, 2 waiting; 14 more wait in thumbnail, which is paused",
  );
});

test("a pause of everything is said", () => {
  const pause = { by: "olga", until: null, untilPlaybackEnds: false, isFrozen: false };
  const all = shown([queue({ waiting: 3, isEverythingPaused: true })], {
    state: { pause, holds: [], stuck: 0 },
  });
  expect(headlineOf(all, [], 1)).toMatchObject({
    said: "All is well, and paused",
    besides: "Nothing runs; 3 wait in all queues until they are resumed",
  });
});

test("without a library it leads to the first one", () => {
  expect(headlineOf(shown([]), [], 0)).toMatchObject({ tone: "calm", said: "Ready for the first library" });
});
