// However a search over files goes about it, it finds the same files in the same order.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { file } from "../../src/db/tables/library.ts";
import { type FileOrder, type FileSearchLimits, searchFiles } from "../../src/library/file-search.ts";
import type { FileTest } from "../../src/library/file-term.ts";
import { fileTextIndexer } from "../../src/library/file-text.ts";
import { type ManyFiles, manyFiles } from "../support/many-files.ts";

const files = 600;
let many: ManyFiles;
beforeAll(async () => {
  many = manyFiles(files);
  many.run("UPDATE file SET width = id % 100, reason_code = iif(state = 'invalid', 'input.truncated', NULL)");
  many.run("UPDATE file SET sha256 = printf('%064x', id % 300) WHERE id % 3 = 0");
  await fileTextIndexer(many).step(new AbortController().signal);
});
afterAll(() => many.close());

const patient = { countMs: 1e9, ms: 1e9 };
const ways: Record<string, FileSearchLimits> = {
  "asking few": { candidates: 1e9, rowsToCount: 1e9, rows: 1e9, window: 50, ...patient },
  "walking the order": { candidates: -1, rowsToCount: 1e9, rows: 1e9, window: 50, ...patient },
  "seeking in all rows": { candidates: -1, rowsToCount: 50, rows: 1e9, window: 50, ...patient },
};
const range = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }))
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 }));
const anyTest = fc.oneof(
  fc.constantFrom("img_1", "f7/", "9.j", "f1", "nowhere").map((t) => ({ of: "path", any: [t] })),
  fc.constantFrom("_12", "img").map((t) => ({ of: "name", any: [t, "_3"] })),
  range.map((r) => ({ of: "width", ranges: [r] })),
  range.map(({ from, to }) => ({ of: "captured", ranges: [{ from: from * 99, to: to * 99 }] })),
  range.map(({ from, to }) => ({ of: "sizeBytes", ranges: [{ from: from * 50, to: to * 50 }] })),
  fc.constantFrom("video", "image").map((t) => ({ of: "type", in: [t] })),
  fc.constantFrom("ok", "invalid").map((s) => ({ of: "state", in: [s] })),
  fc.constantFrom(
    { of: "trashed" },
    { of: "duplicate" },
    { of: "code", in: ["input"] },
    { of: "known", in: ["hash"] },
    { of: "ext", in: ["jpg"] },
    { of: "any", tests: [{ of: "trashed" }, { of: "type", in: ["video"] }] },
  ),
) as fc.Arbitrary<FileTest>;
const anyTerms = fc.array(fc.record({ not: fc.boolean(), test: anyTest }), { minLength: 1, maxLength: 3 });
const anyOrder: fc.Arbitrary<FileOrder> = fc.record({
  column: fc.constantFrom(file.capturedAt, file.id, file.name, file.sizeBytes),
  ascending: fc.boolean(),
});

test("asking few, walking the order and seeking in all rows agree", async () => {
  await fc.assert(
    fc.asyncProperty(anyTerms, anyOrder, fc.integer({ min: 0, max: 40 }), async (terms, order, offset) => {
      const found = [];
      for (const limits of Object.values(ways))
        found.push(await searchFiles(many.db, sql`${file.libraryId} = 1`, terms, order, offset, 30, limits));
      const pages = found.map(({ ids }) => ids);
      expect(pages[1]).toEqual(pages[0]!);
      expect(pages[2]).toEqual(pages[0]!);
      for (const { total, totalIsCapped } of found) if (!totalIsCapped) expect(total).toBe(found[0]!.total);
    }),
    { numRuns: 150 },
  );
});

test("it gives up when its budget ends, and says so", async () => {
  const limits = { candidates: -1, rowsToCount: 50, rows: 100, window: 50, ...patient };
  const rare = [{ not: false, test: { of: "path" as const, any: ["nowhere"] } }];
  const order = { column: file.capturedAt, ascending: false };
  expect(await searchFiles(many.db, undefined, rare, order, 0, 10, limits)).toEqual({
    ids: [],
    total: 0,
    totalIsCapped: true,
    complete: false,
  });
});
