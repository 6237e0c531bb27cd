import { afterAll, expect, test } from "bun:test";
import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashFile } from "../../src/media/hash.ts";
import { asNobody } from "../support/as-nobody.ts";

const folder = mkdtempSync(join(tmpdir(), "sprocket-hash-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "file.bin");

test("the hash of a file is its SHA-256", async () => {
  writeFileSync(path, "abc");
  expect(await hashFile(path)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  writeFileSync(path, "");
  expect(await hashFile(path)).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("progress is told, and a file that grows meanwhile has no hash", async () => {
  writeFileSync(path, Buffer.alloc(3 << 20));
  const seen: number[] = [];
  await hashFile(path, { onProgress: (percent) => seen.push(Math.round(percent)) });
  expect(seen).toEqual([33, 67, 100]);
  const grown = hashFile(path, { onProgress: (percent) => percent === 100 || appendFileSync(path, "x") });
  expect(await grown.catch((e) => e.code)).toBe("input.changed");
});

test("nothing is read while it is paused", async () => {
  writeFileSync(path, Buffer.alloc(3 << 20));
  const seen: number[] = [];
  const reached = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const hashed = hashFile(path, {
    onProgress: (percent) => seen.push(Math.round(percent)),
    async pausePoint() {
      if (seen.length !== 1) return;
      reached.resolve();
      await over.promise;
    },
  });
  await reached.promise;
  expect(seen).toEqual([33]);
  over.resolve();
  expect(await hashed).toHaveLength(64);
  expect(seen).toEqual([33, 67, 100]);
});

test("a file that may not be read is input.unreadable, not missing", async () => {
  chmodSync(folder, 0o755);
  const locked = join(folder, "locked.bin");
  writeFileSync(locked, "abc", { mode: 0 });
  expect(await asNobody(() => hashFile(locked).catch((e) => e.code))).toBe("input.unreadable");
});

test("an abort ends it, and a missing file is input.missing", async () => {
  writeFileSync(path, Buffer.alloc(4 << 20));
  const abort = new AbortController();
  const hashing = hashFile(path, { signal: abort.signal, onProgress: () => abort.abort() });
  expect(await hashing.catch((e) => e.name)).toBe("AbortError");
  expect(await hashFile(join(folder, "none")).catch((e) => e.code)).toBe("input.missing");
});
