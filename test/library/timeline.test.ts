// The timeline's pages and months, over rows without files.

import { afterEach, expect, test } from "bun:test";
import { countTimeline, timelineMonths, timelinePage } from "../../src/library/timeline.ts";
import { type ManyFiles, manyFiles } from "../support/many-files.ts";

let many: ManyFiles;
afterEach(() => many.close());

const day = (text: string) => new Date(text).getTime();

test("pages follow each other newest first, without what has no date, no picture or lies in the trash", async () => {
  many = manyFiles(1000);
  const ids: number[] = [];
  for (let after: { at: number; id: number } | null = null; ; ) {
    const rows = await timelinePage(many.db, {}, after, 100);
    ids.push(...rows.map((row) => row.id));
    const last = rows.at(-1);
    if (!last) break;
    after = { at: last.capturedAt!.getTime(), id: last.id };
  }
  const expected = Array.from({ length: 1000 }, (_, i) => i + 1)
    .filter((i) => i % 7 !== 0 && i % 50 !== 0 && i % 100 !== 0)
    .sort((a, b) => ((b * 104729) % 9973) - ((a * 104729) % 9973) || b - a);
  expect(ids).toEqual(expected);
});

test("months are counted in the server's time zone, newest first, and only those of the filter", async () => {
  many = manyFiles(10);
  const at = [
    "2024-01-31T23:59:59",
    "2024-02-01T00:00:00",
    "2024-02-29T12:00:00",
    "1969-07-20T20:17:00",
    "2031-12-31T23:00:00",
  ];
  many.run("UPDATE file SET captured_at = NULL, state = 'ok', trashed_at = NULL");
  for (const [i, text] of at.entries())
    many.run(
      `UPDATE file SET captured_at = ${day(text)}, type = '${i === 2 ? "video" : "image"}' WHERE id = ${i + 1}`,
    );
  expect(await timelineMonths(many.db, {})).toEqual([
    { month: "2031-12", files: 1 },
    { month: "2024-02", files: 2 },
    { month: "2024-01", files: 1 },
    { month: "1969-07", files: 1 },
  ]);
  expect(await timelineMonths(many.db, { type: "video" })).toEqual([{ month: "2024-02", files: 1 }]);
  const february = { from: day("2024-02-01T00:00:00"), to: day("2024-03-01T00:00:00") };
  expect(await timelineMonths(many.db, february)).toEqual([{ month: "2024-02", files: 2 }]);
  expect(await countTimeline(many.db, february)).toBe(2);
  expect(await timelineMonths(many.db, { hidden: [1] })).toEqual([]);
});

test("a page and its months are read from the index of dates alone", async () => {
  many = manyFiles(3000);
  many.plans();
  await timelinePage(many.db, { type: "image", hidden: [2] }, { at: 5000, id: 7 }, 50);
  await timelineMonths(many.db, {});
  const plans = many.plans().filter((plan) => !plan.includes("USING INTEGER PRIMARY KEY"));
  expect(plans.length).toBeGreaterThan(1);
  for (const plan of plans) {
    expect(plan).toContain("COVERING INDEX file_by_captured");
    expect(plan).not.toContain("TEMP B-TREE");
  }
});

test("counting many lets others have their turn", async () => {
  many = manyFiles(12_000);
  many.run("UPDATE file SET captured_at = id * 200000000, trashed_at = NULL, state = 'ok'");
  expect(await many.turnsDuring(() => timelineMonths(many.db, {}))).toBeGreaterThanOrEqual(2);
});
