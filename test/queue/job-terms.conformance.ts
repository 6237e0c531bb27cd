// The part of a job store's contract that is about search terms. Called from each engine's test file.

import { beforeEach, describe, expect, test } from "bun:test";
import type { JobFilter, JobStore, NewJob } from "../../src/queue/job-store.ts";
import type { JobTest } from "../../src/queue/job-term.ts";
import { job } from "./job-store.conformance.ts";

const t0 = Date.UTC(2026, 0, 1);
const minute = 60_000;
const is = (...tests: JobTest[]): JobFilter => ({ terms: tests.map((test) => ({ not: false, test })) });
const not = (test: JobTest): JobFilter => ({ terms: [{ not: true, test }] });

export function jobTermsConformance(name: string, open: () => Promise<{ store: JobStore }>) {
  describe(`${name}: search terms`, () => {
    let store: JobStore;
    beforeEach(async () => {
      store = (await open()).store;
    });

    const add = async (over: Partial<NewJob> = {}, now = t0) => (await store.insert([job(over)], now))[0]!.id;
    const labelled = (label: string, id: number, over: Partial<NewJob> = {}, now = t0) =>
      add({ subject: { type: "file", id, label }, ...over }, now);
    const claim = async (now = t0, worker = "nas-1") =>
      (await store.claim({ lanes: (await store.lanes()).map((l) => l.id), worker, now, leaseMs: 1e9 }))!;
    const fail = async (message: string, code = "tool.crashed", now = t0) =>
      store.settle(await claim(now), { outcome: "failed", failure: { code, message } }, now);
    const find = async (filter: JobFilter) =>
      (await store.list(filter, "oldest", 0, 100)).jobs.map((j) => j.id);
    const indexed = async () => {
      while (await store.indexText(2));
    };

    test("text is found in labels, in failures and in kinds, in any case", async () => {
      const holiday = await labelled("2019/Holiday/IMG_0001.jpg", 1);
      await fail("moov atom not found");
      const other = await labelled("2020/cat.mp4", 2, { kind: "image-thumbnail" });
      await indexed();
      expect(await find(is({ of: "text", any: ["holiday"] }))).toEqual([holiday]);
      expect(await find(is({ of: "text", any: ["MOOV"] }))).toEqual([holiday]);
      expect(await find(is({ of: "text", any: ["thumbnail"] }))).toEqual([other]);
      expect(await find(is({ of: "text", any: ["holiday", "cat.mp4"] }))).toEqual([holiday, other]);
      expect(await find({ text: "cat" })).toEqual([other]);
      expect(await find(is({ of: "label", any: ["moov"] }))).toEqual([]);
      expect(await find(is({ of: "error", any: ["holiday"] }))).toEqual([]);
    });

    test("text is found before it is indexed, and with fewer than three letters", async () => {
      const a = await labelled("2019/Über uns.mp4", 1);
      await indexed();
      const b = await labelled("2020/über alles.mp4", 2);
      expect(await find(is({ of: "text", any: ["über"] }))).toEqual([a, b]);
      expect(await find(is({ of: "text", any: ["al"] }))).toEqual([b]);
      expect(await find(is({ of: "text", any: ["100%_"] }))).toEqual([]);
    });

    test("jobs about nothing in particular are found by their label too", async () => {
      const id = await add({ subject: { type: "none", id: null, label: "Public libraries" } });
      await labelled("a.mp4", id);
      await indexed();
      expect(await find(is({ of: "label", any: ["public"] }))).toEqual([id]);
    });

    test("a job is found by its own label, whatever its subject was called before or after", async () => {
      const before = await labelled("old name.mp4", 1);
      const after = await labelled("new name.mp4", 1);
      await indexed();
      expect(await find(is({ of: "label", any: ["old name"] }))).toEqual([before]);
      expect(await find(is({ of: "label", any: ["new name"] }))).toEqual([after]);
    });

    test("what is removed is found no more, and its label is forgotten when no job has it", async () => {
      const id = await labelled("gone.mp4", 1);
      await indexed();
      await store.move(id, "remove", null, t0);
      await indexed();
      expect(await find(is({ of: "label", any: ["gone"] }))).toEqual([]);
      const again = await labelled("gone.mp4", 1);
      await indexed();
      expect(await find(is({ of: "label", any: ["gone"] }))).toEqual([again]);
    });

    test("queue, kind, category, group and status narrow like the filters, and can be negated", async () => {
      const a = await add({ queue: "hash", kind: "file-hash", group: 1 });
      const b = await add({ queue: "video", kind: "video-poster", group: 2 });
      expect(await find(is({ of: "queue", in: ["video"] }))).toEqual([b]);
      expect(await find(not({ of: "queue", in: ["video"] }))).toEqual([a]);
      expect(
        await find(is({ of: "kind", in: ["video-poster", "file-hash"] }, { of: "group", in: [1] })),
      ).toEqual([a]);
      expect(await find(is({ of: "category", in: ["gpu_ai"] }))).toEqual([]);
      await store.move(b, "pause", null, t0);
      expect(await find(is({ of: "status", in: ["paused"] }))).toEqual([b]);
      expect(await find(not({ of: "status", in: ["paused"] }))).toEqual([a]);
    });

    test("failures go by code, by the part before its dot, by cause, and by whether they were cleared", async () => {
      const [a, b] = [await add(), await add()];
      await fail("cut off", "input.truncated");
      await fail("boom", "tool.crashed");
      expect(await find(is({ of: "code", in: ["input"] }))).toEqual([a]);
      expect(await find(is({ of: "code", in: ["tool.crashed"] }))).toEqual([b]);
      const { fingerprint } = (await store.get(a))!;
      expect(await find({ fingerprint: fingerprint! })).toEqual([a]);
      await store.move(a, "acknowledge", null, t0);
      expect(await find(is({ of: "cleared" }))).toEqual([a]);
      expect(await find(not({ of: "cleared" }))).toEqual([b]);
      expect(await find(is({ of: "any", tests: [{ of: "cleared" }, { of: "code", in: ["tool"] }] }))).toEqual(
        [a, b],
      );
    });

    test("times: when it was created, when it ended, how long it ran, also while it runs", async () => {
      const slow = await add({}, t0);
      const quick = await add({}, t0 + minute);
      await store.settle(await claim(t0 + minute), { outcome: "completed" }, t0 + 12 * minute);
      await store.settle(await claim(t0 + minute), { outcome: "completed" }, t0 + 2 * minute);
      expect(await find(is({ of: "created", ranges: [{ from: t0 + 1 }] }))).toEqual([quick]);
      expect(await find(is({ of: "created", ranges: [{ to: t0 + 1 }] }))).toEqual([slow]);
      expect(await find(is({ of: "finished", ranges: [{ from: t0 + 10 * minute }] }))).toEqual([slow]);
      expect(await find(is({ of: "runMs", ranges: [{ from: 5 * minute }], now: t0 }))).toEqual([slow]);
      expect(await find(is({ of: "runMs", ranges: [{ to: 5 * minute }], now: t0 }))).toEqual([quick]);
      const runs = await add({}, t0);
      await claim(t0);
      expect(await find(is({ of: "runMs", ranges: [{ from: 5 * minute }], now: t0 + 6 * minute }))).toEqual([
        slow,
        runs,
      ]);
    });

    test("priority, retries, origin, worker and backfill", async () => {
      const anna = "a4f0c3b2-9d1e-4a7b-8c55-0123456789ab";
      const first = await add({ priority: 1, origin: anna });
      const last = await add({ priority: 9, backfill: true, origin: "scan" });
      await store.settle(
        await claim(t0, "nas-7"),
        { outcome: "retry", runAt: t0, failure: { code: "a.b", message: "m" }, strike: true },
        t0,
      );
      expect(await find(is({ of: "priority", ranges: [{ to: 3 }] }))).toEqual([first]);
      expect(await find(is({ of: "retries", ranges: [{ from: 1 }] }))).toEqual([first]);
      expect(await find(is({ of: "retries", ranges: [{ to: 1 }] }))).toEqual([last]);
      expect(await find(is({ of: "origin", in: [anna] }))).toEqual([first]);
      expect(await find(is({ of: "origin", in: ["scan"] }))).toEqual([last]);
      expect(await find(is({ of: "worker", any: ["NAS"] }))).toEqual([first]);
      await store.settle(await claim(t0, "attic-2"), { outcome: "completed" }, t0);
      expect(await find(is({ of: "worker", any: ["attic"] }))).toHaveLength(1);
      expect(await find(is({ of: "backfill" }))).toEqual([last]);
      expect(await find(not({ of: "backfill" }))).toEqual([first]);
      expect(await find(is({ of: "id", in: [last] }))).toEqual([last]);
    });

    test("a negated term also means those that have nothing there", async () => {
      const failed = await add();
      await fail("moov atom not found");
      const waits = await add();
      expect(await find(not({ of: "error", any: ["moov"] }))).toEqual([waits]);
      expect(await find(not({ of: "runMs", ranges: [{ to: minute }], now: t0 }))).toEqual([waits]);
      expect(await find(not({ of: "code", in: ["nope"] }))).toEqual([failed, waits]);
    });

    test("all terms must hold, pages and totals count only what matches, batches name the same jobs", async () => {
      for (let n = 0; n < 30; n++) await labelled(`trip/${n}.mp4`, n, { queue: n % 3 ? "hash" : "video" });
      await indexed();
      const filter = is({ of: "label", any: ["trip/1"] }, { of: "queue", in: ["hash"] });
      const all = await find(filter);
      expect(all).toHaveLength(8);
      const page = await store.list(filter, "newest", 2, 3);
      expect(page.total).toBe(8);
      expect(page.totalIsCapped).toBeUndefined();
      expect(page.jobs.map((j) => j.id)).toEqual(all.toReversed().slice(2, 5));
      const met: number[] = [];
      for await (const ids of store.idBatches(filter, 2)) met.push(...ids);
      expect(met).toEqual(all);
    });
  });
}
