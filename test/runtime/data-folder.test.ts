// A server takes hold of its data folder: private, writable, its own, and by one server at a time.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataFolder, serverPid } from "../../src/runtime/data-folder.ts";

let parent: string;
let root: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "sprocket-data-"));
  root = join(parent, "data");
});
afterEach(() => rmSync(parent, { recursive: true }));

test("it creates every part for nobody else's eyes", () => {
  const { paths, release } = openDataFolder(root);
  for (const path of [
    paths.root,
    paths.derivatives,
    paths.cache,
    paths.models,
    paths.logs,
    paths.backups,
    paths.tmp,
  ])
    expect(statSync(path).mode & 0o777).toBe(0o700);
  release();
});

test("it empties tmp and nothing else", () => {
  openDataFolder(root).release();
  writeFileSync(join(root, "tmp", "half-a-film"), "x");
  writeFileSync(join(root, "cache", "kept"), "x");
  openDataFolder(root).release();
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
  expect(readdirSync(join(root, "cache"))).toEqual(["kept"]);
});

test("it refuses a folder whose tmp is somebody else's, and leaves it alone", () => {
  mkdirSync(join(root, "tmp"), { recursive: true });
  writeFileSync(join(root, "tmp", "precious"), "x");
  chmodSync(root, 0o755);
  expect(() => openDataFolder(root)).toThrow(/not a Sprocket data folder.*--data/);
  expect(existsSync(join(root, "tmp", "precious"))).toBe(true);
  expect(statSync(root).mode & 0o777).toBe(0o755);
});

test("it says why a folder cannot be used", () => {
  writeFileSync(root, "a file");
  expect(() => openDataFolder(root)).toThrow(
    `The data folder ${root} cannot be used: a part of its path is a file`,
  );
  expect(() => openDataFolder(join(root, "below"))).toThrow(/a part of its path is a file/);
});

describe("with a server in another process", () => {
  let child: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined;
  afterEach(() => child?.kill("SIGKILL"));

  async function otherServer() {
    const code = `
      const { openDataFolder } = await import(${JSON.stringify(join(import.meta.dir, "../../src/runtime/data-folder.ts"))});
      openDataFolder(${JSON.stringify(root)});
      console.log("held");
      setInterval(() => {}, 1000);`;
    child = Bun.spawn([process.execPath, "-e", code], {
      stdout: "pipe",
      env: { ...process.env, BUN_BE_BUN: "1" },
    });
    await child.stdout.getReader().read();
    return child;
  }

  test("a second one is refused by name, and let in as soon as the first is killed", async () => {
    const child = await otherServer();
    expect(serverPid(root)).toBe(child.pid);
    expect(() => openDataFolder(root)).toThrow(new RegExp(`process ${child.pid}.*stop it first`));
    child.kill("SIGKILL");
    await child.exited;
    expect(serverPid(root)).toBeUndefined();
    openDataFolder(root).release();
  });
});
