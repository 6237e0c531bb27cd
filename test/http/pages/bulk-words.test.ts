import { describe, expect, test } from "bun:test";
import { imperative, operationInWords } from "../../../src/http/pages/bulk-words.ts";
import { filterHref, filterInWords } from "../../../src/http/pages/filter-words.ts";
import { rangeInWords } from "../../../views/estimate.ts";

const over = {
  action: "cancel" as const,
  params: {},
  status: "done" as const,
  matched: 1204,
  done: 1200,
  skipped: { "is completed": 3, "is running": 1 },
  failed: 0,
  undoStartedAt: null,
  undone: 0,
  notUndone: 0,
};

describe("a bulk operation in words", () => {
  test("says how many, and what kept the others from it", () => {
    expect(operationInWords(over)).toBe("Cancelled 1,200 jobs. 3 had already completed, 1 is running.");
  });

  test("says how many were left alone when it was aborted", () => {
    expect(operationInWords({ ...over, status: "aborted", done: 1000 })).toBe(
      "Cancelled 1,000 jobs. 3 had already completed, 1 is running. Aborted; 200 jobs left alone.",
    );
  });

  test("says what an undo put back, and what had changed since", () => {
    const undone = {
      ...over,
      status: "undone" as const,
      undoStartedAt: new Date(),
      undone: 1199,
      notUndone: 1,
    };
    expect(operationInWords(undone)).toBe("Put back 1,199 jobs. 1 had changed since and stays as it is.");
  });

  test("names priority and place", () => {
    const ask = (action: "priority" | "position", params: object) => imperative({ action, params }, "3 jobs");
    expect(ask("priority", { priority: 2 })).toBe("Give 3 jobs priority 2");
    expect(ask("position", { position: "first" })).toBe("Move 3 jobs to the front");
  });
});

test.each([
  [12, 34, "10–40 s"],
  [0, 4, "under 10 s"],
  [125, 190, "2–4 min"],
  [60, 61, "1–2 min"],
  [720, 1080, "12–18 min"],
  [3700, 9000, "1–3 h"],
  [300, 300, "about 5 min"],
])("%d to %d seconds read %s", (lowS, highS, words) => {
  expect(rangeInWords({ lowS, highS })).toBe(words);
});

test.each([
  ["", "every job", "/admin/jobs"],
  ["ids=12", "job 12", "/admin/jobs/12"],
  ["ids=1,2,3", "3 ticked jobs", null],
  ["ids=1,2,…", "more than 2 ticked jobs", null],
  ["status=failed", "failed jobs", "/admin/jobs?status=failed"],
  [
    "q=took%3A%3E5m&status=failed&queue=hash",
    "failed jobs in hash that match “took:>5m”",
    "/admin/jobs?q=took%3A%3E5m&status=failed&queue=hash",
  ],
  [
    "q=cause%3Aad022c264f98&status=failed",
    "failed jobs of one cause",
    "/admin/jobs?q=cause%3Aad022c264f98&status=failed",
  ],
  ["status=pending,failed&library=3", "waiting and failed jobs of library 3", null],
])("the filter %p reads %p and leads to %p", (filter, words, href) => {
  expect(filterInWords(filter)).toBe(words);
  expect(filterHref(filter)).toBe(href);
});
