// Rules of collections in the words of the search, and as a form holds them.

import { expect, test } from "bun:test";
import type { Rule } from "../../src/library/collection-rule.ts";
import { fileFields } from "../../src/search/file-fields.ts";
import { changedDraft, draftOf, draftOfForm, fitting, ruleOfDraft } from "../../src/search/rule-draft.ts";
import { leafReader, ruleOfQuery, ruleText } from "../../src/search/rules.ts";

const none = async () => [];
const words = {
  libraries: [{ id: 3, name: "Family" }],
  derivatives: ["poster"],
  extensions: none,
  codecs: none,
  cameras: none,
  codes: none,
  tags: none,
};
const fields = fileFields(words);

test("a search becomes a rule that says the same", () => {
  const rule = ruleOfQuery('type:video,audio -lib:Family size:>1gb "two words" duration:<5m,>1h', fields, 0)!;
  expect(rule).toEqual({
    all: [
      { field: "type", op: "is", value: ["video", "audio"] },
      { not: { field: "lib", op: "is", value: "Family" } },
      { field: "size", op: ">", value: "1gb" },
      { field: "path", op: "is", value: "two words" },
      {
        any: [
          { field: "duration", op: "<", value: "5m" },
          { field: "duration", op: ">", value: "1h" },
        ],
      },
    ],
  });
  expect(ruleText(rule)).toBe(
    'type:video,audio -lib:Family size:>1gb path:"two words" (duration:<5m or duration:>1h)',
  );
  expect(ruleOfQuery("typ:video", fields, 0)).toBeUndefined();
});

test("a condition means what the search means; what it cannot mean is said with its place", () => {
  const read = leafReader(words, 0);
  expect(read({ field: "lib", op: "is", value: "Family" })).toEqual({
    not: false,
    test: { of: "library", in: [3] },
  });
  expect(read({ field: "size", op: ">=", value: "1kb" })).toEqual({
    not: false,
    test: { of: "sizeBytes", ranges: [{ from: 1000 }] },
  });
  // What would be a comparison or two values in a search is text here.
  expect(read({ field: "name", op: "is", value: '>5, "x"' })).toEqual({
    not: false,
    test: { of: "name", any: ['>5, "x"'] },
  });
  expect(read({ field: "gone", op: "is", value: "x" })).toMatchObject({ path: ["field"] });
  expect(read({ field: "lib", op: "is", value: "Gone" })).toMatchObject({ path: ["value"] });
  expect(read({ field: "size", op: ">", value: "much" })).toMatchObject({ path: ["value"] });
});

test("a form holds every rule, and gives it back", () => {
  const rule: Rule = {
    all: [
      { field: "type", op: "is", value: ["video", "audio"] },
      { not: { field: "lib", op: "is", value: "Family" } },
      { not: { any: [{ field: "size", op: ">", value: "1gb" }] } },
      { any: [{ field: "name", op: "is", value: "a, b" }] },
    ],
  };
  expect(ruleOfDraft(draftOf(rule))).toEqual(rule);
  expect(ruleOfDraft(draftOf({ field: "type", op: "is", value: "video" }))).toEqual({
    all: [{ field: "type", op: "is", value: "video" }],
  });
});

test("buttons add and remove rows and groups, wherever they stand", () => {
  const form = new URLSearchParams({
    "r.match": "all",
    "r.0.field": "type",
    "r.0.op": "is",
    "r.0.value": "video",
    "r.1.match": "any",
    "r.1.0.field": "name",
    "r.1.0.op": "is not",
    "r.1.0.value": "x",
  });
  const draft = draftOfForm(form);
  expect(ruleOfDraft(draft)).toEqual({
    all: [
      { field: "type", op: "is", value: "video" },
      { any: [{ not: { field: "name", op: "is", value: "x" } }] },
    ],
  });
  const more = changedDraft(draft, "add:r.1");
  expect(more.items[1]).toMatchObject({ items: [{ field: "name" }, { field: "type", value: "" }] });
  expect(changedDraft(draft, "remove:r.0").items).toEqual(draft.items.slice(1));
  expect(changedDraft(draft, "group:r").items[2]).toMatchObject({ match: "any" });
  expect(changedDraft(draft, "add:r.7.7")).toEqual(draft);
  // Unfinished rows say nothing.
  expect(ruleOfDraft(more)).toEqual(ruleOfDraft(draft)!);
  expect(ruleOfDraft({ match: "any", items: [] })).toBeUndefined();
});

test("another field keeps of its row what fits", () => {
  expect(fitting({ field: "type", op: ">", value: "x" }, fields)).toEqual({
    field: "type",
    op: "is",
    value: "video",
  });
  expect(fitting({ field: "size", op: ">", value: "1gb" }, fields)).toMatchObject({ op: ">", value: "1gb" });
});
