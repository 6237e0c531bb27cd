// Unpacking embedded native libraries: whole or not at all, by several processes at once.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadNative, type NativePack, unpack } from "../../src/native/load.ts";

let work: string;
let root: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "sprocket-test-"));
  root = join(work, "native");
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

describe("unpack", () => {
  test("puts every file in its place, executable, in a folder named by the content", () => {
    const folder = unpack(pack(), root);

    expect(folder).toBe(join(root, "thing-0123"));
    expect(readFileSync(join(folder, "addon/lib/thing.node"), "utf8")).toBe("the addon");
    expect(readFileSync(join(folder, "library/lib/libthing.so.1"), "utf8")).toBe("the library");
    expect(statSync(join(folder, "addon/lib/thing.node")).mode & 0o777).toBe(0o755);
    expect(readdirSync(root)).toEqual(["thing-0123"]);
  });

  test("leaves a complete folder as it is", () => {
    const file = join(unpack(pack(), root), "addon/lib/thing.node");
    const before = statSync(file).ino;

    unpack(pack(), root);

    expect(statSync(file).ino).toBe(before);
  });

  test("makes a folder anew in which a file is missing or cut short", () => {
    const file = join(unpack(pack(), root), "addon/lib/thing.node");
    writeFileSync(file, "the");

    unpack(pack(), root);

    expect(readFileSync(file, "utf8")).toBe("the addon");
  });

  test("refuses a file whose content is not what was packed, and leaves nothing behind", () => {
    const damaged = pack();
    damaged.files[1]!.sha256 = "0".repeat(64);

    expect(() => unpack(damaged, root)).toThrow("libthing.so.1 is damaged inside the executable");
    expect(readdirSync(root)).toEqual([]);
  });

  test("removes what earlier builds and killed processes left long ago, and nothing of others", () => {
    for (const name of ["thing-9999", "thing-0123.abcdef", "thing-8888", "other-9999"])
      mkdirSync(join(root, name), { recursive: true });
    for (const name of ["thing-9999", "thing-0123.abcdef", "other-9999"]) utimesSync(join(root, name), 1, 1);

    unpack(pack(), root);

    expect(readdirSync(root).sort()).toEqual(["other-9999", "thing-0123", "thing-8888"]);
  });

  test("processes that unpack at the same moment all end with the whole", async () => {
    const script = `
      import { unpack } from ${JSON.stringify(new URL("../../src/native/load.ts", import.meta.url).pathname)};
      process.stdout.write(unpack(${JSON.stringify(pack())}, ${JSON.stringify(root)}));
    `;
    const runs = Array.from({ length: 4 }, () =>
      Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" }),
    );
    const folders = await Promise.all(runs.map((run) => new Response(run.stdout).text()));

    expect(folders).toEqual(Array(4).fill(join(root, "thing-0123")));
    expect(readdirSync(root)).toEqual(["thing-0123"]);
  });
});

test("a library that cannot be loaded from any folder says where it was tried and why", () => {
  const before = process.env.SPROCKET_NATIVE_CACHE;
  process.env.SPROCKET_NATIVE_CACHE = work;
  try {
    expect(() => loadNative(pack())).toThrow(new RegExp(`^thing could not be loaded\\. ${root}: `));
    expect(existsSync(join(root, "thing-0123/addon/lib/thing.node"))).toBe(true);
  } finally {
    if (before === undefined) delete process.env.SPROCKET_NATIVE_CACHE;
    else process.env.SPROCKET_NATIVE_CACHE = before;
    rmSync(join(tmpdir(), `sprocket-native-${process.getuid!()}`, "thing-0123"), {
      recursive: true,
      force: true,
    });
  }
});

function pack(): NativePack {
  const file = (path: string, text: string) => {
    const bytes = Buffer.from(text);
    const packed = join(work, `${bytes.length}.zst`);
    writeFileSync(packed, Bun.zstdCompressSync(bytes));
    return {
      path,
      sizeBytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      packed,
    };
  };
  return {
    name: "thing",
    hash: "0123",
    entry: "addon/lib/thing.node",
    files: [file("addon/lib/thing.node", "the addon"), file("library/lib/libthing.so.1", "the library")],
  };
}
