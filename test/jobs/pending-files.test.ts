import { afterEach, beforeEach, expect, test } from "bun:test";
import { lacksDerivative, pendingFiles } from "../../src/jobs/pending-files.ts";
import { type ManyFiles, manyFiles } from "../support/many-files.ts";

let many: ManyFiles;
beforeEach(() => {
  many = manyFiles(9000);
});
afterEach(() => many.close());

async function pending(variant: string): Promise<number[]> {
  const where = lacksDerivative(many, "poster", variant);
  const found: number[] = [];
  for await (const { fileId } of pendingFiles(many, { kind: "video-poster", types: ["video"], where }))
    found.push(fileId);
  return found;
}

test("names every file that lacks the result, once, in the order of ids", async () => {
  const found = await pending("jpeg-1280");
  // Every fifth is a video; every 50th is invalid, and only those may lie in the trash.
  expect(found.length).toBe(9000 / 5 - 9000 / 50);
  expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
});

test("goes on where a library that was removed has left a gap in the ids", async () => {
  many.run("DELETE FROM file WHERE id BETWEEN 100 AND 8800");
  expect((await pending("jpeg-1280")).at(-1)).toBe(8995);
});

test("lets others have their turn while it finds nothing", async () => {
  many.run(`INSERT INTO derivative (file_id, kind, variant, path, mime_type, size_bytes, created_at)
    SELECT id, 'poster', 'x', id, 'image/jpeg', 1, 1 FROM file`);
  const found: number[] = [];
  const turns = await many.turnsDuring(async () => void found.push(...(await pending("x"))));
  expect(found).toEqual([]);
  expect(turns).toBeGreaterThan(2);
});
