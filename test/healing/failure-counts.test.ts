import { describe, expect, test } from "bun:test";
import { countsAgainstFile, failureCounts, noteOutcome } from "../../src/healing/failure-counts.ts";
import { releaseFiles } from "../../src/healing/quarantine.ts";
import { failureCodes } from "../../src/jobs/failures.ts";
import { GiveUp, JobFailure } from "../../src/runtime/errors.ts";
import { settled } from "../support/fake-clock.ts";
import { type HealingSite, healingSite } from "../support/healing.ts";

/** What each run of kind `test` does next; `other` always fails as truncated. */
async function site(next: () => void): Promise<HealingSite & { stop(): Promise<void> }> {
  const at = await healingSite([
    { act: next, maxRetries: 0 },
    {
      name: "other",
      queue: "b",
      act: () => {
        throw new GiveUp("input.truncated", "cut off");
      },
    },
  ]);
  await at.file(1);
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

const truncated = () => {
  throw new GiveUp("input.truncated", "cut off at 3 MB");
};

describe("a file is held back", () => {
  test("after three failures of one kind in one way, and says why", async () => {
    const at = await site(truncated);
    for (let n = 0; n < 2; n++) await at.runOn(1);
    expect((await at.row(1)).state).toBe("ok");
    await at.runOn(1);
    await at.stop();
    expect(await at.row(1)).toMatchObject({
      state: "quarantined",
      reasonCode: "input.truncated",
      reason: "cut off at 3 MB",
    });
    expect(await at.history("quarantined")).toMatchObject([
      { fileId: 1, actor: null, queue: "a", detail: "test failed 3 times: input.truncated: cut off at 3 MB" },
    ]);
  });

  test("not by failures of another kind, or in another way", async () => {
    let code = "input.truncated";
    const at = await site(() => {
      throw new GiveUp(code, "no");
    });
    await at.runOn(1);
    await at.runOn(1);
    await at.runOn(1, "other");
    code = "input.corrupt";
    await at.runOn(1);
    await at.stop();
    expect((await at.row(1)).state).toBe("ok");
  });

  test("only when a job has failed for good: its own retries are one failure", async () => {
    const at = await healingSite([
      {
        maxRetries: 3,
        act: () => {
          throw new JobFailure("tool.crashed", "segmentation fault");
        },
      },
    ]);
    await at.file(1);
    const service = failureCounts(at.parts);
    await service.start();
    await at.worker.start();
    const id = await at.runOn(1);
    expect(await at.store.get(id)).toMatchObject({ status: "failed", retryCount: 3 });
    await at.runOn(1);
    expect((await at.row(1)).state).toBe("ok");
    await at.runOn(1);
    await service.stop();
    expect((await at.row(1)).state).toBe("quarantined");
    await at.worker.stop();
  });

  test("after as many as the owner says, and never with 0", async () => {
    const at = await site(truncated);
    await at.settings.change({ quarantineAfter: 0 }, null);
    for (let n = 0; n < 5; n++) await at.runOn(1);
    expect((await at.row(1)).state).toBe("ok");
    await at.settings.change({ quarantineAfter: 6 }, null);
    await at.runOn(1);
    await at.stop();
    expect((await at.row(1)).state).toBe("quarantined");
  });

  test("counted anew once the kind has worked", async () => {
    let works = false;
    const at = await site(() => {
      if (!works) truncated();
    });
    await at.runOn(1);
    await at.runOn(1);
    works = true;
    await at.runOn(1);
    works = false;
    await at.runOn(1);
    await at.runOn(1);
    await at.stop();
    expect((await at.row(1)).state).toBe("ok");
  });

  test("by what happened while nobody listened, such as before a crash", async () => {
    const at = await site(truncated);
    await at.runOn(1);
    await at.runOn(1);
    await at.stop();
    // The third one ends, and the server dies before it is counted.
    const worker = at.newWorker("w2");
    await worker.start();
    await at.clock.advance(1000);
    await at.runOn(1);
    await worker.stop();
    expect((await at.row(1)).state).toBe("ok");
    const again = failureCounts(at.parts);
    await again.start();
    await again.stop();
    expect((await at.row(1)).state).toBe("quarantined");
  });

  test("not by failures from before it was released, when the server starts anew", async () => {
    const at = await site(truncated);
    await at.settings.change({ quarantineAfter: 1 }, null);
    await at.runOn(1);
    await at.stop();
    expect((await at.row(1)).state).toBe("quarantined");
    await releaseFiles(at.parts, [1], { by: "Olga" });
    const again = failureCounts(at.parts);
    await again.start();
    await again.stop();
    expect((await at.row(1)).state).toBe("ok");
  });

  test("by no failure twice, however often it is told", async () => {
    const at = await site(truncated);
    const id = await at.runOn(1);
    for (let n = 0; n < 5; n++) await noteOutcome(at.parts, id);
    await at.stop();
    expect((await at.row(1)).state).toBe("ok");
  });
});

test("an orphan counts, as does a job that got stuck; what lies with the machine does not", () => {
  const counted = Object.keys(failureCodes).filter(countsAgainstFile);
  expect(counted.sort()).toEqual([
    "input.corrupt",
    "input.truncated",
    "input.unsupported",
    "job.orphaned",
    "job.stuck",
    "tool.crashed",
    "tool.timeout",
  ]);
});

test("a job about no file counts nothing", async () => {
  const at = await site(truncated);
  for (let n = 0; n < 4; n++) {
    await at.queue.enqueue("test", { n });
    await settled();
  }
  await at.stop();
  expect(await at.history("quarantined")).toEqual([]);
});
