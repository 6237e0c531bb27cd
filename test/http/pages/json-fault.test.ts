import { expect, test } from "bun:test";
import { jsonFault } from "../../../src/http/pages/json-fault.ts";

test.each([
  ['{"a": 1,\n "b": }', "Line 2, column 7: } is no value"],
  ['{"a": 1 "b": 2}', "Line 1, column 9: a comma or } belongs here"],
  ["{a: 1}", "Line 1, column 2: a name in double quotes belongs here"],
  ["[1, 2,]", "Line 1, column 7: a comma too many before this"],
  ['{"a": tru}', "Line 1, column 7: t is no value"],
  ['{"a": 1} x', "Line 1, column 10: the text goes on after its end"],
  ['{"a"', "Line 1, column 5: a colon belongs here"],
  ["", "Line 1, column 1: a value is missing at the end"],
])("%j says where it stops being JSON", (text, fault) => {
  expect(jsonFault(text)).toBe(fault);
});

test.each(['{"a": [1, -2.5e3, true, null, "\\u00e9 \\n"]}', " {} ", "[]"])("%j is JSON", (text) => {
  expect(jsonFault(text)).toBeUndefined();
});
