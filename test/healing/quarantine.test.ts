import { describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { quarantine } from "../../src/db/tables/healing.ts";
import { backfillStrike } from "../../src/db/tables/library.ts";
import { excludeFiles, holdFile, noteChangedFiles, releaseFiles } from "../../src/healing/quarantine.ts";
import { heldFiles, heldIds } from "../../src/healing/quarantine-list.ts";
import { GiveUp, Refused } from "../../src/runtime/errors.ts";
import { settled } from "../support/fake-clock.ts";
import { healingSite } from "../support/healing.ts";

const crashed = { code: "tool.crashed", reason: "segmentation fault", kind: "test", failures: 3, by: null };

describe("work on a file that is held back", () => {
  test("that waits is cancelled with the reason, delayed and paused jobs too", async () => {
    const at = await healingSite([{}, { name: "late" }, { name: "paused" }, { name: "other" }]);
    await at.file(1);
    await at.file(2);
    const waiting = await at.queue.enqueue("test", { fileId: 1 });
    const late = await at.queue.enqueue("late", { fileId: 1 }, { runAt: new Date(at.clock.now() + 1e6) });
    const paused = await at.queue.enqueue("paused", { fileId: 1 });
    await at.queue.move(paused.id, "pause", "me");
    const elsewhere = await at.queue.enqueue("other", { fileId: 2 });
    await holdFile(at.parts, 1, crashed);
    for (const { id } of [waiting, late, paused])
      expect(await at.store.get(id)).toMatchObject({
        status: "cancelled",
        failure: { message: "Cancelled by the quarantine (tool.crashed)." },
      });
    expect((await at.store.get(elsewhere.id))!.status).toBe("pending");
  });

  test("is refused when a person asks for it, and skipped when the server does", async () => {
    const at = await healingSite([{}]);
    await at.file(1);
    await at.file(2);
    await holdFile(at.parts, 1, crashed);
    const refusal = await at.queue.enqueue("test", { fileId: 1 }).catch((error) => error);
    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({ status: 409, code: "file.quarantined" });
    expect(refusal.message).toBe(
      "1.mp4 is in quarantine (tool.crashed: segmentation fault). Release it first.",
    );
    const asked = [1, 2].map((fileId) => ({ kind: "test", params: { fileId } }));
    expect(await at.queue.enqueueMany(asked)).toMatchObject({ enqueued: 1, skipped: 1 });
  });

  test("that failed cannot be retried, alone or among others", async () => {
    const at = await healingSite([
      {
        act: () => {
          throw new GiveUp("input.corrupt", "noise");
        },
      },
    ]);
    await at.file(1);
    await at.file(2);
    await at.worker.start();
    const held = await at.runOn(1);
    const free = await at.runOn(2);
    await at.worker.stop();
    await holdFile(at.parts, 1, crashed);
    expect(await at.queue.move(held, "retry", "me").catch((error) => error.code)).toBe("file.quarantined");
    expect(await at.queue.moveAll({ status: ["failed"] }, "retry", "me")).toBe(1);
    expect((await at.store.get(held))!.status).toBe("failed");
    expect((await at.store.get(free))!.status).toBe("pending");
  });

  test("that slips through all the same does nothing, and says so", async () => {
    let ran = 0;
    const at = await healingSite([{ act: () => void ran++ }]);
    await at.file(1);
    const { id } = await at.queue.enqueue("test", { fileId: 1 });
    at.db.run("UPDATE file SET state = 'quarantined', reason_code = 'excluded', reason = 'no' WHERE id = 1");
    await at.worker.start();
    await settled();
    await at.worker.stop();
    expect(ran).toBe(0);
    expect(await at.store.get(id)).toMatchObject({
      status: "completed",
      outcomeNote: expect.stringContaining("not_needed: 1.mp4 is in quarantine"),
    });
  });
});

describe("release", () => {
  test("brings back what the file was before, and forgets its failures", async () => {
    const at = await healingSite([{}]);
    await at.file(1, { state: "invalid", reasonCode: "input.truncated", reason: "cut off" });
    await at.db.insert(backfillStrike).values({ fileId: 1, kind: "test", strikes: 3 });
    await holdFile(at.parts, 1, crashed);
    expect(await at.row(1)).toMatchObject({ state: "quarantined", reasonCode: "tool.crashed" });
    expect(await releaseFiles(at.parts, [1], { by: "Olga" })).toEqual({ fileIds: [1], retried: 0 });
    expect(await at.row(1)).toMatchObject({
      state: "invalid",
      reasonCode: "input.truncated",
      reason: "cut off",
    });
    expect(await at.db.select().from(backfillStrike)).toEqual([]);
    expect((await at.history("released"))[0]).toMatchObject({ fileId: 1, actor: "Olga", detail: "by hand" });
    expect(await releaseFiles(at.parts, [1, 99], { by: "Olga" })).toEqual({ fileIds: [], retried: 0 });
  });

  test("retries what failed and what the quarantine cancelled, where that is asked for", async () => {
    let works = false;
    const at = await healingSite([
      {
        act: () => {
          if (!works) throw new GiveUp("input.corrupt", "noise");
        },
      },
      { name: "waits", queue: "b" },
    ]);
    await at.file(1);
    await at.worker.start();
    const failed = await at.runOn(1);
    await at.worker.stop();
    const waits = await at.queue.enqueue("waits", { fileId: 1 });
    await holdFile(at.parts, 1, crashed);
    works = true;
    expect(await releaseFiles(at.parts, [1], { by: "Olga", retry: true })).toMatchObject({ retried: 2 });
    expect((await at.store.get(failed))!.status).toBe("pending");
    expect((await at.store.get(waits.id))!.status).toBe("pending");
  });

  test("by other content is told in the history by the next look", async () => {
    const at = await healingSite([{}]);
    await at.file(1);
    await holdFile(at.parts, 1, crashed);
    await noteChangedFiles(at.parts);
    expect(await at.history("released")).toEqual([]);
    await at.db
      .update(quarantine)
      .set({ releasedAt: new Date(at.clock.now()) })
      .where(eq(quarantine.fileId, 1));
    await noteChangedFiles(at.parts);
    await noteChangedFiles(at.parts);
    expect(await at.history("released")).toMatchObject([
      { fileId: 1, actor: null, detail: "its content has changed" },
    ]);
  });
});

describe("the list", () => {
  test("says since when, by whom, of which kind and why; hidden libraries are counted aside", async () => {
    const at = await healingSite([{}]);
    for (const id of [1, 2]) await at.file(id);
    await at.file(3, { libraryId: 2 });
    await holdFile(at.parts, 1, crashed);
    await at.clock.advance(1000);
    expect(await excludeFiles(at.parts, [2, 3, 2, 99], "never touch", "Olga")).toEqual([2, 3]);
    const page = await heldFiles(at.parts, { hideLibraries: [2] }, 0, 10);
    expect(page).toMatchObject({ total: 2, hidden: 1 });
    expect(page.files).toMatchObject([
      { file: { id: 2 }, heldBy: "Olga", code: "excluded", reason: "never touch", kind: null, failures: 0 },
      { file: { id: 1 }, heldBy: null, code: "tool.crashed", kind: "test", failures: 3 },
    ]);
    expect(page.files[1]!.nextStep).toContain("log");
    expect(await heldIds(at.parts, { by: "server" }, 10)).toEqual([1]);
    expect(await heldIds(at.parts, { by: "people" }, 10)).toEqual([2, 3]);
    expect(await heldIds(at.parts, { code: "tool.crashed", kind: "test", libraryId: 1 }, 10)).toEqual([1]);
  });
});
