// What explains a bend in a chart is noticed without anybody telling: upgrades, settings, scans, orphans.

import { describe, expect, test } from "bun:test";
import { user } from "../../src/db/tables/accounts.ts";
import { setting } from "../../src/db/tables/settings.ts";
import { listEvents } from "../../src/history/event-log.ts";
import { settingChange } from "../../src/history/setting-change.ts";
import { settled } from "../support/fake-clock.ts";
import { testHistory } from "../support/history.ts";

type History = ReturnType<typeof testHistory>;

async function started(h: History) {
  const history = h.newHistory();
  const services = history.services();
  for (const service of services) await service.start();
  return { history, stop: async () => void (await Promise.all(services.map((s) => s.stop()))) };
}
const events = async (h: History) =>
  (await listEvents(h.db, {}, 10)).map(({ event, actor, detail, jobId }) => ({
    event,
    actor,
    detail,
    jobId,
  }));

describe("an upgrade", () => {
  test("is noticed once, at the first start of another build", async () => {
    const h = testHistory();
    await (await started(h)).stop();
    expect(await events(h)).toEqual([]);
    await h.clock.advance(1000);
    h.version.commit = "bbbbbbb2222";
    await (await started(h)).stop();
    await (await started(h)).stop();
    expect(await events(h)).toEqual([
      { event: "upgrade", actor: null, jobId: null, detail: "from 1.0.0 (aaaaaaa) to 1.0.0 (bbbbbbb)" },
    ]);
  });
});

describe("a setting", () => {
  test("that this build does not know is noticed by its key and who changed it, without its value", async () => {
    const h = testHistory();
    const { stop } = await started(h);
    const at = new Date(h.clock.now());
    await h.db.insert(user).values({
      id: "u1",
      name: "Olga",
      email: "olga@example.org",
      emailVerified: true,
      role: "owner",
      createdAt: at,
      updatedAt: at,
    });
    await h.db.insert(setting).values({ key: "secret", value: "hush", updatedAt: at, updatedBy: "u1" });
    h.events.publish({ topic: "setting", key: "secret" });
    await stop();
    expect(await events(h)).toEqual([{ event: "setting", actor: "Olga", jobId: null, detail: "secret" }]);
    h.events.publish({ topic: "setting", key: "after the end" });
    await settled();
    expect(await events(h)).toHaveLength(1);
  });

  test("says what each part was before and is now, and of lists only that they changed", () => {
    expect(settingChange("concurrencyMultiplier", undefined, 2)).toBe("concurrencyMultiplier: 1 → 2");
    expect(settingChange("retention", { days: 90, rows: 1000 }, { days: 30, rows: 1000 })).toBe(
      "retention.days: 90 → 30",
    );
    const playback = { servers: [{ token: "hush" }] };
    expect(settingChange("yield", { mode: "drain" }, { mode: "freeze", playback })).toBe(
      "yield.mode: drain → freeze, yield.playback.servers: changed",
    );
    expect(settingChange("registrationMode", "open", "open")).toBe("registrationMode");
  });
});

describe("of jobs", () => {
  async function withJob(kind: string) {
    const h = testHistory();
    await h.store.insert(
      [
        {
          queue: "q",
          kind,
          category: "cpu",
          vramMb: 0,
          group: 1,
          params: {},
          subject: { type: "library", id: 1, label: "Family" },
          priority: 5,
          backfill: false,
          dedupKey: null,
          runAt: null,
          maxRetries: 0,
          origin: null,
        },
      ],
      h.clock.now(),
    );
    return { h, history: h.newHistory() };
  }

  async function scanned(logTail: string) {
    const { h, history } = await withJob("scan");
    const lanes = (await h.store.lanes()).map((lane) => lane.id);
    const lease = (await h.store.claim({ lanes, worker: "w", now: h.clock.now(), leaseMs: 1000 }))!;
    await h.store.report([{ lease, at: h.clock.now(), logTail }]);
    history.measure(h.run({ kind: "scan", jobId: 1 }));
    history.measure(h.run({ kind: "scan", jobId: 1, outcome: "failed" }));
    history.measure(h.run({ kind: "other", jobId: 1 }));
    await settled();
    return { h, history };
  }

  test("a scan that found something is a mark, with what it found; other jobs are none", async () => {
    const { h, history } = await scanned(
      "[2026-01-01 00:00:00] 8 videos seen: 3 new, 1 moved.\n[2026-01-01 00:00:00] 6 jobs enqueued.\n",
    );
    const detail = "Family: 8 videos seen: 3 new, 1 moved.";
    expect(await events(h)).toEqual([{ event: "scan", actor: null, jobId: 1, detail }]);
    const marks = await history.marks(new Date(h.clock.now() - 1), new Date(h.clock.now() + 1));
    expect(marks).toMatchObject([{ event: "scan", detail }]);
  });

  test("a scan that found nothing new is none", async () => {
    expect(await events((await scanned("[2026-01-01 00:00:00] 8 videos seen: nothing new.\n")).h)).toEqual(
      [],
    );
  });

  test("an orphan is an event, and a failure in the figures unless it runs again", async () => {
    const { h, history } = await withJob("test");
    await history.orphaned(1, true);
    await history.orphaned(1, false);
    expect((await events(h)).map((e) => [e.event, e.detail])).toEqual([
      ["orphaned", "Family"],
      ["orphaned", "Family (runs again)"],
    ]);
    expect(history.statistics().today).toMatchObject({ completed: 0, failed: 1 });
  });
});
