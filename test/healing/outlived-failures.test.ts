import { expect, test } from "bun:test";
import { failureCounts } from "../../src/healing/failure-counts.ts";
import { GiveUp } from "../../src/runtime/errors.ts";
import { healingSite } from "../support/healing.ts";

async function site() {
  const fails = { test: true, other: true };
  const act = (name: keyof typeof fails) => () => {
    if (fails[name]) throw new GiveUp("input.truncated", "cut off at 3 MB");
  };
  const at = await healingSite([
    { act: act("test"), maxRetries: 0 },
    { name: "other", queue: "b", act: act("other") },
  ]);
  await at.file(1);
  await at.file(2);
  const service = failureCounts(at.parts);
  await service.start();
  await at.worker.start();
  const open = async () => (await at.store.list({ status: ["unacknowledged"] }, "newest", 0, 20)).jobs;
  const stop = async () => {
    await at.worker.stop();
    await service.stop();
  };
  return { ...at, fails, open, stop };
}

test("a failure is cleared by itself once another job has done the same work on the same file", async () => {
  const at = await site();
  await at.runOn(1);
  await at.runOn(1);
  expect(await at.open()).toHaveLength(2);
  at.fails.test = false;
  await at.runOn(1);
  await at.stop();
  expect(await at.open()).toEqual([]);
  expect((await at.store.list({ status: ["failed"] }, "newest", 0, 20)).jobs).toHaveLength(2);
});

test("failures of other files and of other kinds stay", async () => {
  const at = await site();
  const [ofOtherFile, ofOtherKind] = [await at.runOn(2), await at.runOn(1, "other")];
  at.fails.test = false;
  await at.runOn(1);
  await at.stop();
  expect((await at.open()).map(({ id }) => id).sort()).toEqual([ofOtherFile, ofOtherKind].sort());
});
