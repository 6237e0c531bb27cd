// Events come newest first, by name, queue and time, each exactly once in an export, and go when their time is over.

import { describe, expect, test } from "bun:test";
import {
  type EventFilter,
  eventBatches,
  type HistoryEvent,
  listEvents,
} from "../../src/history/event-log.ts";
import { pruneHistory, seriesPacker } from "../../src/history/pruner.ts";
import type { Event } from "../../src/runtime/events.ts";
import { dayMs, testHistory } from "../support/history.ts";

async function recorded(entries: { event: HistoryEvent; queue?: string }[], everyMs = 1000) {
  const h = testHistory();
  const history = h.newHistory();
  for (const entry of entries) {
    await history.record(entry);
    await h.clock.advance(everyMs);
  }
  const list = async (filter: EventFilter = {}, limit = 100) =>
    (await listEvents(h.db, filter, limit)).map((e) => e.event);
  return { h, history, list };
}

test("an entry keeps what it was told, and says that there is something new", async () => {
  const h = testHistory();
  const heard: Event[] = [];
  h.events.subscribe((e) => heard.push(e));
  const entry = { event: "stuck" as const, queue: "hash", jobId: 4, ageS: 301.5, actor: "Olga", detail: "x" };
  await h.newHistory().record(entry);
  expect(heard).toEqual([{ topic: "history" }]);
  expect(await listEvents(h.db, {}, 10)).toEqual([
    { id: 1, at: new Date(h.clock.now()), fileId: null, filePath: null, ...entry },
  ]);
});

describe("the list", () => {
  test("is newest first, narrowed by name, queue and time", async () => {
    const { h, list } = await recorded([
      { event: "paused", queue: "hash" },
      { event: "stuck", queue: "hash" },
      { event: "resumed", queue: "metadata" },
      { event: "scan" },
    ]);
    const start = h.clock.now() - 4000;
    expect(await list()).toEqual(["scan", "resumed", "stuck", "paused"]);
    expect(await list({ event: ["stuck", "scan"] })).toEqual(["scan", "stuck"]);
    expect(await list({ queue: "hash" })).toEqual(["stuck", "paused"]);
    expect(await list({ from: new Date(start + 1000), to: new Date(start + 3000) })).toEqual([
      "resumed",
      "stuck",
    ]);
    expect(await list({ event: ["no such"] })).toEqual([]);
    expect(await list({ event: ["scan", "paused", "paused", "resumed"] }, 2)).toEqual(["scan", "resumed"]);
  });

  test("an export has each once, also those of one moment, and those of files in hidden libraries never", async () => {
    const { h } = await recorded(Array(1234).fill({ event: "cleared" }), 0);
    const ids: number[] = [];
    for await (const batch of eventBatches(h.db, {}, 100)) ids.push(...batch.map((e) => e.id));
    expect(ids).toEqual(Array.from({ length: 1234 }, (_, i) => 1234 - i));
    const hidden = await listEvents(h.db, { hideLibraries: [1] }, 1);
    expect(hidden).toHaveLength(1);
  });

  test("is found by an index, whatever it is narrowed by", async () => {
    const { h } = await recorded([]);
    for (const where of ["1", "event = 'stuck'", "queue = 'hash'", "at > 5"]) {
      const plan = h.sqlite
        .query(`EXPLAIN QUERY PLAN SELECT * FROM event WHERE ${where} ORDER BY at DESC, id DESC LIMIT 20`)
        .all() as { detail: string }[];
      expect(plan.map((p) => p.detail).join()).toContain("USING INDEX");
      expect(plan.map((p) => p.detail).join()).not.toContain("TEMP B-TREE");
    }
  });
});

describe("the pruner", () => {
  const step = async (h: ReturnType<typeof testHistory>) => {
    await pruneHistory(h);
    await seriesPacker(h).step(new AbortController().signal);
  };

  test("keeps events as long as failures, marks as long as charts", async () => {
    const { h, list } = await recorded([{ event: "stuck" }, { event: "upgrade" }], 0);
    h.retentionNow.days = 10;
    await h.clock.advance(39 * dayMs);
    await step(h);
    expect(await list()).toHaveLength(2);
    await h.clock.advance(2 * dayMs);
    await step(h);
    expect(await list()).toEqual(["upgrade"]);
    await h.clock.advance(400 * dayMs);
    await step(h);
    expect(await list()).toEqual([]);
  });

  test("and no more than the setting's rows", async () => {
    const { h, list } = await recorded([{ event: "paused" }, { event: "stuck" }, { event: "scan" }]);
    h.retentionNow.rows = 2;
    await step(h);
    expect(await list()).toEqual(["scan", "stuck"]);
  });

  test("forgets minutes after two days, ten minutes after thirty, hours after four hundred", async () => {
    const h = testHistory();
    const measures = h.newMeasures();
    measures.add(h.run());
    measures.flush();
    const left = async (days: number) => {
      await h.clock.advance(days * dayMs);
      await step(h);
      const span = { from: 0, to: h.clock.now() };
      return (["minute", "tenMinutes", "hour", "day"] as const).filter(
        (level) => h.measures.counts({ level, ...span }).length > 0,
      );
    };
    expect(await left(1)).toEqual(["minute", "tenMinutes", "hour", "day"]);
    expect(await left(2)).toEqual(["tenMinutes", "hour", "day"]);
    expect(await left(30)).toEqual(["hour", "day"]);
    expect(await left(400)).toEqual(["day"]);
  });
});
