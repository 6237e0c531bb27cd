import { describe, expect, test } from "bun:test";
import { failureCounts } from "../../src/healing/failure-counts.ts";
import { ignoredCauses, stopIgnoring } from "../../src/healing/ignored-causes.ts";
import { ignoreProblem, quarantineProblem, retryProblem } from "../../src/healing/problem-acts.ts";
import { problems } from "../../src/healing/problems.ts";
import { GiveUp, JobFailure, NotFound, Refused } from "../../src/runtime/errors.ts";
import { type HealingSite, healingSite } from "../support/healing.ts";

/** `cut` fails with the file's name in its words, `crash` after one retry, `alone` is about no file. */
async function site() {
  const at = await healingSite([
    {
      name: "cut",
      act: (job) => {
        throw new GiveUp(
          "input.truncated",
          `/media/${job.params.fileId}.mp4 ends after ${job.params.fileId} MB`,
        );
      },
    },
    {
      name: "crash",
      queue: "b",
      maxRetries: 1,
      act: () => {
        throw new JobFailure("tool.crashed", "ffmpeg was killed by SIGSEGV");
      },
    },
  ]);
  for (const id of [1, 2, 3]) await at.file(id);
  await at.file(4, { libraryId: 2 });
  const service = failureCounts(at.parts);
  await service.start();
  await at.worker.start();
  return {
    ...at,
    async stop() {
      await at.worker.stop();
      await service.stop();
    },
  };
}

const listed = async (at: HealingSite, hideGroups: number[]) =>
  (await problems(at.parts, hideGroups)).problems;

describe("failures", () => {
  test("of one cause are one problem, with what it means, what was done and what to do", async () => {
    const at = await site();
    const ids = [await at.runOn(1, "cut"), await at.runOn(2, "cut"), await at.runOn(2, "cut")];
    const crash = await at.runOn(1, "crash");
    await at.stop();
    const [cut, crashed] = await listed(at, []);
    expect(cut).toMatchObject({
      code: "input.truncated",
      title: "2 files: the file ends too early",
      message: "/media/2.mp4 ends after 2 MB",
      cause: "… ends after … MB",
      done: "Not tried again: it would end the same way until the cause is gone.",
      count: 3,
      files: 2,
      kinds: ["cut"],
    });
    expect(cut!.nextStep).toContain("Copy it again");
    expect(cut!.samples).toMatchObject([
      { jobId: ids[2], fileId: 2, label: "2.mp4" },
      { jobId: ids[1], fileId: 2 },
      { jobId: ids[0], fileId: 1 },
    ]);
    expect(crashed).toMatchObject({
      title: "1 file: a program that the job uses ended unexpectedly",
      done: "Tried 2 times before it was given up.",
      samples: [{ jobId: crash }],
    });
  });

  test("that came back after a retry are as old as they were", async () => {
    const at = await site();
    await at.runOn(1, "cut");
    const [before] = await listed(at, []);
    await at.clock.advance(3_600_000);
    await retryProblem(at.parts, before!.fingerprint, "Olga", []);
    await at.clock.advance(60_000);
    await at.stop();
    const [after] = await listed(at, []);
    expect(after!.lastAt.getTime()).toBeGreaterThan(before!.lastAt.getTime());
    expect(after!.firstAt).toEqual(before!.firstAt);
  });

  test("of hidden libraries are left out, of the list and of what is done to a problem", async () => {
    const at = await site();
    await at.runOn(1, "cut");
    await at.runOn(4, "cut");
    await at.stop();
    const [cut] = await listed(at, [2]);
    expect(cut).toMatchObject({ count: 1, files: 1 });
    expect(await retryProblem(at.parts, cut!.fingerprint, "Olga", [2])).toBe(1);
    expect(await listed(at, [2])).toEqual([]);
    expect(await listed(at, [])).toMatchObject([{ count: 1 }]);
  });

  test("come page by page", async () => {
    const at = await site();
    await at.runOn(1, "cut");
    await at.runOn(2, "cut");
    await at.runOn(1, "crash");
    await at.stop();
    const second = await problems(at.parts, [], 1, 1);
    expect(second).toMatchObject({ total: 2, problems: [{ code: "tool.crashed" }] });
  });

  test("nobody knows any more are not found", async () => {
    const at = await site();
    await at.stop();
    expect(retryProblem(at.parts, "000000000000", "Olga", [])).rejects.toBeInstanceOf(NotFound);
  });
});

test("retry puts every failure of the cause back to waiting, and no other", async () => {
  const at = await site();
  const cuts = [await at.runOn(1, "cut"), await at.runOn(2, "cut")];
  const crash = await at.runOn(1, "crash");
  await at.stop();
  const [cut] = await listed(at, []);
  expect(await retryProblem(at.parts, cut!.fingerprint, "Olga", [])).toBe(2);
  for (const id of cuts) expect((await at.store.get(id))!.status).toBe("pending");
  expect((await at.store.get(crash))!.status).toBe("failed");
});

describe("ignore", () => {
  test("clears what has failed and what fails later of the same cause, until it is taken back", async () => {
    const at = await site();
    await at.runOn(1, "cut");
    const [cut] = await listed(at, []);
    const asked = { by: "Olga", until: null, note: "old recordings" };
    expect(await ignoreProblem(at.parts, cut!.fingerprint, asked, [])).toBe(1);
    const later = await at.runOn(2, "cut");
    const other = await at.runOn(2, "crash");
    expect((await at.store.get(later))!.acknowledgedAt).not.toBeNull();
    expect((await at.store.get(other))!.acknowledgedAt).toBeNull();
    expect(await ignoredCauses(at.parts)).toMatchObject([
      { code: "input.truncated", ignoredBy: "Olga", note: "old recordings", cleared: 2 },
    ]);
    await stopIgnoring(at.parts, cut!.fingerprint);
    expect(stopIgnoring(at.parts, cut!.fingerprint)).rejects.toBeInstanceOf(NotFound);
    await at.runOn(3, "cut");
    await at.stop();
    expect((await listed(at, [])).map((p) => p.code)).toContain("input.truncated");
  });

  test("ends at its time", async () => {
    const at = await site();
    await at.runOn(1, "cut");
    const [cut] = await listed(at, []);
    const until = new Date(at.clock.now() + 10_000);
    await ignoreProblem(at.parts, cut!.fingerprint, { by: "Olga", until, note: null }, []);
    await at.clock.advance(10_000);
    const later = await at.runOn(2, "cut");
    await at.stop();
    expect((await at.store.get(later))!.acknowledgedAt).toBeNull();
    expect(await ignoredCauses(at.parts)).toEqual([]);
  });
});

describe("quarantine", () => {
  test("holds the files of the group back, and their failures are dealt with", async () => {
    const at = await site();
    await at.runOn(1, "cut");
    await at.runOn(2, "cut");
    await at.stop();
    const [cut] = await listed(at, []);
    expect(await quarantineProblem(at.parts, cut!.fingerprint, "Olga", [])).toEqual({
      quarantined: 2,
      cleared: 2,
    });
    expect(await at.row(1)).toMatchObject({ state: "quarantined", reasonCode: "input.truncated" });
    expect((await at.row(3)).state).toBe("ok");
    expect(await listed(at, [])).toEqual([]);
    expect((await at.history("quarantined")).map((e) => e.actor)).toEqual(["Olga", "Olga"]);
  });

  test("of failures that are about no file is refused", async () => {
    const at = await site();
    await at.queue.enqueue("crash", {});
    for (let n = 0; n < 4; n++) await at.clock.advance(60_000);
    await at.stop();
    const [crashed] = await listed(at, []);
    expect(crashed).toMatchObject({
      title: "1 job: a program that the job uses ended unexpectedly",
      files: 0,
    });
    expect(quarantineProblem(at.parts, crashed!.fingerprint, "Olga", [])).rejects.toBeInstanceOf(Refused);
  });
});
