import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Field, formatQuery, parseQuery, type Term } from "../../src/search/query.ts";

const now = new Date(2026, 6, 14, 12).getTime();
const fields: Field[] = [
  { name: "queue", takes: "choice", about: "", choices: () => [{ value: "hash" }, { value: "Video work" }] },
  {
    name: "kind",
    aliases: ["type"],
    takes: "choice",
    about: "",
    choices: () => [{ value: "image-thumbnail", label: "thumbnail_generate" }],
  },
  { name: "error", takes: "text", about: "" },
  { name: "file", aliases: ["path"], takes: "text", about: "" },
  { name: "took", takes: "duration", about: "" },
  { name: "priority", takes: "number", about: "" },
  { name: "size", takes: "size", about: "" },
  { name: "created", takes: "date", about: "" },
];
const parse = (text: string) => parseQuery(text, fields, now);
const terms = (text: string) => {
  const { terms, faults } = parse(text);
  expect(faults).toEqual([]);
  return terms;
};
const faults = (text: string) => parse(text).faults;

describe("a query", () => {
  test("is bare words and fields with values", () => {
    expect(terms("moov queue:hash took:>5m")).toEqual([
      { field: null, not: false, values: [{ comparison: "", text: "moov" }] },
      { field: "queue", not: false, values: [{ comparison: "", text: "hash" }] },
      { field: "took", not: false, values: [{ comparison: ">", text: "5m" }] },
    ]);
  });

  test("has no NUL: the full-text index would end there", () => {
    expect(faults('moov "a\0b"')).toEqual([{ message: expect.any(String), from: 7, to: 8 }]);
  });

  test("negates with a minus, and takes one of several values with commas", () => {
    expect(terms("-moov -error:disk,full")).toEqual([
      { field: null, not: true, values: [{ comparison: "", text: "moov" }] },
      {
        field: "error",
        not: true,
        values: [
          { comparison: "", text: "disk" },
          { comparison: "", text: "full" },
        ],
      },
    ]);
  });

  test("keeps what is in quotes together: spaces, commas, colons, quotes", () => {
    expect(
      terms('"two words" file:"a, b" "a:b" "say \\"so\\"" queue:"video work"').map((t) => t.values[0]!.text),
    ).toEqual(["two words", "a, b", "a:b", 'say "so"', "Video work"]);
  });

  test("takes other names of fields and values, in any case, for the known ones", () => {
    expect(formatQuery(terms("TYPE:thumbnail_generate PATH:2019/ queue:HASH took:>5M"))).toBe(
      "kind:image-thumbnail file:2019/ queue:hash took:>5m",
    );
  });

  test("a word with a colon that starts like no field is text", () => {
    expect(terms("12:30 a,b -")[0]!.values[0]!.text).toBe("12:30");
    expect(terms("a,b")[0]!.values[0]!.text).toBe("a,b");
    expect(terms("-")).toEqual([{ field: null, not: false, values: [{ comparison: "", text: "-" }] }]);
  });
});

describe("a bad query says where it is bad", () => {
  test("an unknown field, with the nearest known one", () => {
    expect(faults("moov qeue:hash")).toEqual([
      { message: "There is no field qeue. Did you mean queue?", from: 5, to: 9, suggestion: "queue" },
    ]);
    expect(faults("http://nas")[0]).toMatchObject({ from: 0, to: 4 });
  });
  test("an unknown value, with the allowed ones", () => {
    expect(faults("queue:hahs,hash")).toEqual([
      { message: "There is no queue hahs. It may be hash, Video work.", from: 6, to: 10, suggestion: "hash" },
    ]);
  });
  test("an open quote, from where it opens", () => {
    expect(faults('moov file:"Holiday 2019')).toMatchObject([
      { message: "The quote that opens here does not close.", from: 10, to: 23 },
    ]);
  });
  test("no value, empty quotes, a comparison of what can't be compared", () => {
    expect(faults("queue:")).toMatchObject([{ message: "queue: needs a value.", from: 5, to: 7 }]);
    expect(faults('""')).toHaveLength(1);
    expect(faults("queue:>hash")[0]!.message).toContain("not compared");
  });
  test("figures without the right unit, impossible dates", () => {
    for (const bad of [
      "took:5",
      "took:>fast",
      "size:5x",
      "priority:high",
      "created:2019-02-30",
      "created:2019-13",
      "took:..",
    ])
      expect(faults(bad)).toHaveLength(1);
    expect(faults("took:>5")[0]).toMatchObject({ from: 5, to: 7 });
  });
  test("every fault is told, and the rest is read all the same", () => {
    const { terms, faults } = parse("moov nope:1 took:x queue:hash");
    expect(faults).toHaveLength(2);
    expect(terms.map((t) => t.field)).toEqual([null, "queue"]);
  });
});

const text = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'ab-:,<>="\\ /ü.19') });
const value = (text: string, comparison: Term["values"][number]["comparison"] = "") => ({ comparison, text });
const comparison = fc.constantFrom("", "<", "<=", ">", ">=" as const);
const term: fc.Arbitrary<Term> = fc.oneof(
  fc.record({ field: fc.constant(null), not: fc.boolean(), values: fc.tuple(text.map((t) => value(t))) }),
  fc.record({
    field: fc.constantFrom("error", "file"),
    not: fc.boolean(),
    values: fc.array(
      text.map((t) => value(t)),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({
    field: fc.constant("queue"),
    not: fc.boolean(),
    values: fc.array(
      fc.constantFrom("hash", "Video work").map((t) => value(t)),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  fc.record({
    field: fc.constantFrom("took"),
    not: fc.boolean(),
    values: fc.array(
      fc
        .tuple(fc.constantFrom("5m", "1h30m", "250ms", "1.5d"), comparison)
        .map(([t, c]) => value(t, c as "")),
      { minLength: 1, maxLength: 3 },
    ),
  }),
);

test("what terms are written as reads back as the same terms", () => {
  fc.assert(
    fc.property(fc.array(term, { maxLength: 6 }), (all) => {
      expect(parse(formatQuery(all))).toEqual({ terms: all, faults: [] });
    }),
    { numRuns: 500 },
  );
});

test("any text at all is read without failing, and its canonical text is stable", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (typed) => {
      const { terms } = parse(typed);
      const canonical = formatQuery(terms);
      expect(formatQuery(parse(canonical).terms)).toBe(canonical);
    }),
    { numRuns: 500 },
  );
});
