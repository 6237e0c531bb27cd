// What a rule may be, and what it says is wrong.

import { expect, test } from "bun:test";
import { ruleOf } from "../../src/library/collection-rule.ts";

test("groups and conditions are kept as they are; a number is a value", () => {
  const rule = {
    any: [
      { field: "type", op: "is", value: ["video", "audio"] },
      { not: { field: "width", op: ">", value: 1920 } },
      { all: [] },
    ],
  };
  expect(ruleOf(rule)).toEqual({
    any: [rule.any[0], { not: { field: "width", op: ">", value: "1920" } }, { all: [] }] as never,
  });
  expect(ruleOf({ field: "name", value: " a " })).toEqual({ field: "name", op: "is", value: "a" });
});

test("each fault has its place", () => {
  const faults = ruleOf({
    all: [
      { field: "type", op: "like", value: "video" },
      { not: { any: "x" } },
      { field: "size", op: ">", value: "" },
      7,
      { field: "a b", value: "x" },
      { field: "name", value: "x", also: 1 },
    ],
  });
  expect((faults as { path: unknown }[]).map((fault) => fault.path)).toEqual([
    ["all", 0, "op"],
    ["all", 1, "not", "any"],
    ["all", 2, "value"],
    ["all", 3],
    ["all", 4, "field"],
    ["all", 5, "also"],
  ]);
});

test("a rule neither lies without end nor goes on without end", () => {
  let deep: unknown = { field: "type", value: "video" };
  for (let i = 0; i < 50; i++) deep = { not: deep };
  expect(ruleOf(deep)).toEqual([expect.objectContaining({ message: "Groups may lie 6 deep." })]);
  const many = Array.from({ length: 101 }, () => ({ field: "type", value: "video" }));
  expect(ruleOf({ all: many })).toEqual([{ path: [], message: "A rule has at most 100 conditions." }]);
});
