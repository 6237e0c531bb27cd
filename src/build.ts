// Compiles the one executable: `bun src/build.ts [--target=linux-arm64] [--outfile=dist/sprocket] [--commit=…]`.
// sharp, ONNX Runtime, SQL and static files travel inside it; nothing is needed beside it but ffmpeg.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { embedNatives, type Target } from "./native/embed.ts";

const root = resolve(import.meta.dir, "..");
const cache = join(root, ".cache", "build");

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    entry: { type: "string", default: join(root, "src", "main.ts") },
    target: { type: "string", default: `${process.platform}-${process.arch}` },
    outfile: { type: "string", default: join(root, "dist", "sprocket") },
    commit: { type: "string" },
  },
});

await build(values.entry, asTarget(values.target), resolve(values.outfile), values.commit);

async function build(entry: string, target: Target, outfile: string, commit?: string): Promise<void> {
  const startedMs = performance.now();
  const foreign = isForeign(target) ? fetchForeign(target) : undefined;
  const natives = embedNatives({
    target,
    modules: join(root, "node_modules"),
    targetModules: foreign ?? join(root, "node_modules"),
    cache: join(cache, "natives"),
  });
  mkdirSync(dirname(outfile), { recursive: true });
  // Beside the final name: a running executable cannot be overwritten, but it can be replaced.
  const draft = `${outfile}.${process.pid}`;
  try {
    await Bun.build({
      entrypoints: [entry],
      root,
      target: "bun",
      format: "esm",
      minify: true,
      bytecode: true,
      splitting: true,
      plugins: [natives.plugin],
      define: { SPROCKET_BUILD: JSON.stringify(stamp(commit)) },
      compile: {
        target: `bun-${target.os}-${target.cpu}`,
        executablePath: foreign ? foreignBun(foreign) : process.execPath,
        outfile: draft,
        // A server must not change with the folder it is started in.
        autoloadDotenv: false,
        autoloadBunfig: false,
      },
    });
    natives.assertReplaced();
    assertMachine(draft, target);
    chmodSync(draft, 0o755);
    renameSync(draft, outfile);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  const sizeMb = (Bun.file(outfile).size / 1e6).toFixed(0);
  console.log(
    `${outfile}: ${sizeMb} MB, ${target.os}-${target.cpu}, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
  );
}

function asTarget(text: string): Target {
  const [os, cpu] = text.split("-");
  if (os !== "linux" || (cpu !== "x64" && cpu !== "arm64"))
    throw new Error(`--target=${text}: linux-x64 and linux-arm64 can be built`);
  return { os, cpu };
}

function isForeign(target: Target): boolean {
  return target.os !== process.platform || target.cpu !== process.arch;
}

/** npm installs only what this machine can run; the target's parts go into the cache, as the lock file names them. */
function fetchForeign(target: Target): string {
  const folder = join(cache, `${target.os}-${target.cpu}`);
  const modules = join(folder, "node_modules");
  const wanted = [
    `@img/sharp-${target.os}-${target.cpu}`,
    `@img/sharp-libvips-${target.os}-${target.cpu}`,
    `@oven/bun-${target.os}-${target.cpu === "arm64" ? "aarch64" : target.cpu}`,
  ];
  for (const name of wanted) {
    const { version, integrity } = locked(name);
    const place = join(modules, name);
    if (installedVersion(place) === version) continue;
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    const archive = join(
      folder,
      tool("npm", "pack", "--silent", "--pack-destination", folder, `${name}@${version}`),
    );
    const sum = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (sum !== integrity) throw new Error(`${archive} is not what package-lock.json names`);
    tool("tar", "-xzf", archive, "-C", place, "--strip-components=1");
    rmSync(archive);
  }
  return modules;
}

function tool(name: string, ...args: string[]): string {
  const { status, stdout } = spawnSync(name, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`${name} ${args.join(" ")} failed`);
  return stdout.trim();
}

function foreignBun(modules: string): string {
  const found = [...new Bun.Glob("@oven/bun-*/bin/bun").scanSync(modules)];
  if (found.length !== 1) throw new Error(`One bun executable wanted in ${modules}, ${found.length} found`);
  return join(modules, found[0]!);
}

function locked(name: string): { version: string; integrity: string } {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const found = lock.packages[`node_modules/${name}`];
  if (!found) throw new Error(`package-lock.json does not know ${name}`);
  return found;
}

function installedVersion(folder: string): string | undefined {
  const manifest = join(folder, "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined;
}

/** What `version` and the footer show. Without git (a container build) the commit is passed in. */
function stamp(commit?: string): { commit: string; builtAt: string; dirty: boolean } {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: root, encoding: "utf8" });
  const head = git("rev-parse", "--verify", "--quiet", "HEAD");
  const known = commit || (head.status === 0 ? head.stdout.trim() : "unknown");
  const changes = git("status", "--porcelain");
  return {
    commit: known,
    builtAt: new Date().toISOString(),
    dirty: changes.status === 0 && changes.stdout !== "",
  };
}

/** A wrong base executable would only be noticed on the target machine. */
function assertMachine(path: string, target: Target): void {
  const header = Buffer.alloc(20);
  const handle = openSync(path, "r");
  readSync(handle, header, 0, 20, 0);
  const machine = header.subarray(0, 4).equals(Buffer.from("\x7fELF")) ? header.readUInt16LE(18) : undefined;
  const expected = target.cpu === "x64" ? 0x3e : 0xb7;
  if (machine !== expected) throw new Error(`${path} is not an ELF executable for ${target.cpu}`);
}
