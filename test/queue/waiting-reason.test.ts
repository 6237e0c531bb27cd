import { describe, expect, test } from "bun:test";
import type { Hold } from "../../src/queue/hold.ts";
import type { Job } from "../../src/queue/job.ts";
import type { Pause } from "../../src/queue/pause.ts";
import { startEstimate } from "../../src/queue/start-estimate.ts";
import { clockTime } from "../../src/queue/time-words.ts";
import { type WaitingFacts, waitingReason } from "../../src/queue/waiting-reason.ts";

/** 13:00 on the server's clock. */
const now = new Date(2026, 10, 22, 13, 0).getTime();
const minutes = (n: number) => n * 60_000;
const ago = (ms: number) => new Date(now - ms);

function job(over: Partial<Job> = {}): Job {
  return {
    id: 7,
    kind: "video-poster",
    queue: "thumbnail",
    category: "cpu",
    vramMb: 0,
    status: "pending",
    params: {},
    subject: { type: "file", id: 3, label: "a.mp4" },
    priority: 5,
    backfill: false,
    progress: null,
    progressAt: null,
    frozen: false,
    yields: false,
    frozenMs: 0,
    pausedAt: null,
    pausedBy: null,
    pauseEnds: null,
    outcomeNote: null,
    retryCount: 0,
    maxRetries: 3,
    runAt: null,
    createdAt: ago(minutes(5)),
    startedAt: null,
    finishedAt: null,
    worker: null,
    failure: null,
    fingerprint: null,
    acknowledgedAt: null,
    origin: null,
    ...over,
  };
}

const reasonOf = (of: Partial<Job>, over: Partial<WaitingFacts> = {}) =>
  waitingReason({
    job: job(of),
    now,
    kindKnown: true,
    kindLabel: (kind) => (kind === "transcribe" ? "Transcription" : kind),
    pause: undefined,
    holds: [],
    blocked: undefined,
    position: 1,
    running: [],
    ...over,
  });
const sentence = (of: Partial<Job>, over: Partial<WaitingFacts> = {}) => reasonOf(of, over)?.text;

const hold = (code: Hold["code"], text: string, until: Date | null = null): Hold => ({
  code,
  text,
  until,
  since: ago(minutes(1)),
  mode: "drain",
  holds: () => true,
});
const pause = (over: Partial<Pause> = {}): Pause => ({
  by: "Anna",
  since: ago(minutes(10)),
  ends: null,
  mode: "drain",
  everything: false,
  ...over,
});
const runs = (name: string, startedAgoMs: number, vramMb = 0, queue = "thumbnail") => ({
  id: 1,
  name,
  queue,
  category: "cpu" as const,
  vramMb,
  startedAt: ago(startedAgoMs),
});

const at14 = { at: now + minutes(60) };
const paused = { status: "paused" as const, pausedBy: "Anna", pausedAt: ago(minutes(12)) };

describe("the sentence", () => {
  const cases: [string, Partial<Job>, Partial<WaitingFacts>, string][] = [
    ["a paused job", paused, {}, "Paused by Anna 12 min ago, until somebody resumes it"],
    [
      "a job paused for a while",
      { ...paused, pauseEnds: at14 },
      {},
      "Paused by Anna 12 min ago, until 14:00 (for another 60 min)",
    ],
    [
      "a job paused until playback ends",
      { ...paused, pauseEnds: "playback" },
      {},
      "Paused by Anna 12 min ago, until playback ends",
    ],
    [
      "a frozen run",
      { ...paused, frozen: true, progress: 43.7 },
      {},
      "Frozen at 43 % by Anna 12 min ago, until somebody resumes it",
    ],
    [
      "a run that was frozen to yield to playback",
      { ...paused, pausedBy: "Jellyfin: Anna watches “Heat”", frozen: true, yields: true, progress: 43 },
      { holds: [hold("playback", "Jellyfin: Anna watches “Heat”")] },
      "Frozen at 43 % to yield: Jellyfin: Anna watches “Heat”",
    ],
    [
      "a run that was frozen with its queue",
      { ...paused, frozen: true, yields: true, progress: 43 },
      { pause: pause({ mode: "freeze" }) },
      "Frozen at 43 % to yield: the queue thumbnail was paused by Anna 10 min ago, until somebody resumes it",
    ],
    [
      "a run that goes on as soon as it can",
      { status: "running", progress: 43 },
      { waitsForSlot: true },
      "Resumed at 43 %, and goes on as soon as a thumbnail slot is free",
    ],
    [
      "a paused queue",
      {},
      { pause: pause({ ends: at14 }) },
      "The queue thumbnail was paused by Anna 10 min ago, until 14:00 (for another 60 min)",
    ],
    [
      "everything paused",
      {},
      { pause: pause({ everything: true, ends: "playback" }) },
      "Everything was paused by Anna 10 min ago, until playback ends",
    ],
    [
      "a quiet hour",
      {},
      { holds: [hold("window", "Quiet hours", new Date(now + minutes(18 * 60)))] },
      "Quiet hours, until 07:00 (for another 18 h)",
    ],
    [
      "a quiet hour that says until when itself",
      {},
      { holds: [hold("window", "Quiet hours until 07:00", new Date(now + minutes(18 * 60)))] },
      "Quiet hours until 07:00",
    ],
    [
      "a busy machine",
      {},
      { holds: [hold("load", "Other programs use 81 % of the CPU, jobs wait above 60 %")] },
      "Other programs use 81 % of the CPU, jobs wait above 60 %",
    ],
    [
      "a disk that runs low",
      {},
      { holds: [hold("disk", "1.2 GB are free, jobs that write need 2.0 GB")] },
      "1.2 GB are free, jobs that write need 2.0 GB",
    ],
    [
      "an import",
      {},
      { holds: [hold("import", "Import mode: after metadata (1,204 waiting)")] },
      "Import mode: after metadata (1,204 waiting)",
    ],
    [
      "one slot that is taken",
      {},
      {
        blocked: { by: "queue", running: 1, limit: 1 },
        running: [runs("Video poster of a.mp4", minutes(12)), runs("Scan of Family", minutes(50), 0, "scan")],
      },
      "1 of 1 thumbnail jobs running: Video poster of a.mp4, for 12 min",
    ],
    [
      "several slots that are taken: the longest is named",
      {},
      {
        blocked: { by: "queue", running: 2, limit: 2 },
        running: [runs("Video poster of a.mp4", minutes(2)), runs("Video poster of b.mp4", minutes(12))],
      },
      "2 of 2 thumbnail jobs running, the longest for 12 min: Video poster of b.mp4",
    ],
    [
      "a category that is full",
      {},
      { blocked: { by: "category", category: "cpu", running: 5, limit: 5 } },
      "5 of 5 cpu jobs running",
    ],
    [
      "GPU memory, who holds it",
      {},
      {
        blocked: { by: "vram", neededMb: 4000, freeMb: 1200, budgetMb: 16_000 },
        running: [
          runs("Transcription of b.mkv", minutes(1), 10_000),
          runs("Faces of c.jpg", minutes(1), 4800),
        ],
      },
      "Needs 4,000 MB of GPU memory; 1,200 of 16,000 MB are free, 14,800 MB are held by Transcription of b.mkv and 1 other",
    ],
    [
      "GPU memory that will never suffice, and what to do",
      {},
      { blocked: { by: "vram-never", neededMb: 24_000, budgetMb: 16_000 } },
      "Needs 24,000 MB of GPU memory, more than the whole budget of 16,000 MB; raise the GPU memory budget in the settings, or cancel it",
    ],
    [
      "GPU memory that is kept for another",
      {},
      {
        blocked: {
          by: "reservation",
          heldMb: 8000,
          forLane: {
            id: 1,
            queue: "transcription",
            kind: "transcribe",
            category: "gpu_ai",
            vramMb: 8000,
            group: 0,
          },
        },
      },
      "8,000 MB of GPU memory are kept free for a job of Transcription that has waited long",
    ],
    [
      "a retry, with what failed",
      { retryCount: 2, runAt: new Date(now + minutes(4)) },
      { lastFailure: { code: "tool.crashed", message: "ffmpeg died\nlast line" } },
      "Retry 2 of 3, in 4 min (13:04), after tool.crashed: ffmpeg died",
    ],
    [
      "a job that was put back without a strike",
      { runAt: new Date(now + minutes(2)) },
      { lastFailure: { code: "disk.full", message: "There is no space left." } },
      "Tried again, in 2 min (13:02), after disk.full: There is no space left.",
    ],
    ["a job for later", { runAt: new Date(now + minutes(60)) }, {}, "Scheduled, in 60 min (14:00)"],
    [
      "a kind of another build",
      {},
      { kindKnown: false },
      "This build does not know jobs of kind video-poster; they stay for one that does",
    ],
    ["a file in quarantine", {}, { barred: "Its file is in quarantine" }, "Its file is in quarantine"],
    ["a queue before it", {}, { position: 1205 }, "Behind 1,204 others in thumbnail"],
    ["one before it", {}, { position: 2 }, "Behind 1 other in thumbnail"],
    [
      "a place that nobody counted",
      {},
      { position: 10_001, isPositionLeast: true },
      "Behind more than 10,000 others in thumbnail",
    ],
    ["nobody to run it", {}, { isUnserved: true }, "No server runs on this data folder; it waits for one"],
    ["nothing at all", {}, {}, "Next to start"],
  ];
  for (const [name, of, over, expected] of cases)
    test(name, () => {
      expect(sentence(of, over)).toBe(expected);
    });

  test("jobs that run or are over have none", () => {
    for (const status of ["running", "completed", "failed", "cancelled"] as const)
      expect(reasonOf({ status })).toBeUndefined();
  });
});

describe("several at once", () => {
  test("are listed in the order in which they must pass; the first is the answer", () => {
    const reason = reasonOf(
      {},
      {
        pause: pause(),
        holds: [hold("playback", "Jellyfin: Anna watches “Heat”"), hold("load", "Busy")],
        blocked: { by: "queue", running: 1, limit: 1 },
        position: 3,
      },
    )!;
    expect(reason.parts.map((part) => part.code)).toEqual([
      "queue-paused",
      "playback",
      "load",
      "concurrency",
      "behind",
    ]);
    expect(reason.text).toBe(reason.parts[0]!.text);
  });

  test("a retry in a paused queue tells of both, and of no place in a line it does not stand in", () => {
    const reason = reasonOf(
      { retryCount: 1, runAt: new Date(now + minutes(2)) },
      { pause: pause(), position: undefined },
    )!;
    expect(reason.parts.map((part) => part.code)).toEqual(["delayed", "queue-paused"]);
  });

  test("only the head of a queue that a limit or a reason to yield holds back is held", () => {
    const blocked = { by: "queue", running: 1, limit: 1 } as const;
    expect(reasonOf({}, { blocked })?.held).toBe(true);
    expect(reasonOf({}, { holds: [hold("disk", "Low")] })?.held).toBe(true);
    expect(reasonOf({}, { blocked, position: 2 })?.held).toBe(false);
    expect(reasonOf({}, { blocked, pause: pause() })?.held).toBe(false);
    expect(reasonOf({}, { blocked, kindKnown: false })?.held).toBe(false);
    expect(reasonOf({})?.held).toBe(false);
  });
});

describe("when it should start", () => {
  const none = { lowS: 0, highS: 0 };
  const work = { lowS: 30, highS: 90 };
  const start = (reason: ReturnType<typeof reasonOf>, ahead = none) =>
    startEstimate(reason!.gates, ahead, now);

  test("certain where only the clock keeps it", () => {
    const later = { runAt: new Date(now + minutes(60)) };
    expect(start(reasonOf(later))).toEqual({
      startsIn: { lowS: 3600, highS: 3600 },
      startsAt: new Date(now + minutes(60)),
    });
    expect(start(reasonOf({}, { pause: pause({ ends: at14 }) })).startsAt).toEqual(new Date(at14.at));
    expect(start(reasonOf({ ...paused, pauseEnds: at14 })).startsAt).toEqual(new Date(at14.at));
    expect(start(reasonOf({}, { holds: [hold("window", "Quiet", new Date(at14.at))] })).startsAt).toEqual(
      new Date(at14.at),
    );
  });

  test("the last of several gates counts", () => {
    const reason = reasonOf(
      {},
      { pause: pause({ ends: at14 }), holds: [hold("window", "Quiet", new Date(now + minutes(90)))] },
    );
    expect(start(reason).startsIn).toEqual({ lowS: 5400, highS: 5400 });
  });

  test("after a pause of its queue the work before it comes on top; while the job alone waits it goes on", () => {
    const inQueue = reasonOf({}, { pause: pause({ ends: at14 }), position: 3 });
    expect(start(inQueue, work)).toEqual({ startsIn: { lowS: 3630, highS: 3690 }, startsAt: null });
    const alone = reasonOf({ ...paused, pauseEnds: { at: now + minutes(1) } });
    expect(start(alone, work).startsIn).toEqual({ lowS: 60, highS: 90 });
  });

  test("nobody knows while it waits for a person, for playback or for what will never fit", () => {
    const unknown: [Partial<Job>, Partial<WaitingFacts>][] = [
      [paused, {}],
      [{}, { pause: pause({ ends: "playback" }) }],
      [{}, { holds: [hold("playback", "Somebody watches")] }],
      [{}, { blocked: { by: "vram-never", neededMb: 2, budgetMb: 1 } }],
      [{}, { barred: "Quarantined" }],
      [{}, { kindKnown: false }],
      [{}, { isUnserved: true }],
    ];
    for (const [of, over] of unknown) expect(start(reasonOf(of, over)).startsIn).toBeNull();
    expect(startEstimate([], null, now).startsIn).toBeNull();
  });

  test("next in line with a free slot: now", () => {
    expect(start(reasonOf({}))).toEqual({ startsIn: none, startsAt: null });
  });
});

test("a time within a day is a time, beyond it has its day, and in another year that too", () => {
  expect(clockTime(now + minutes(60), now)).toBe("14:00");
  expect(clockTime(new Date(2026, 11, 24, 7, 0).getTime(), now)).toBe("24 Dec 07:00");
  expect(clockTime(new Date(2031, 11, 24, 7, 0).getTime(), now)).toBe("24 Dec 2031 07:00");
});
