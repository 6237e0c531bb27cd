// Runs at build time: a bundler plugin that replaces the native loaders of sharp and onnxruntime-node by ours (load.ts),
// with the libraries of the target platform packed into the executable. It throws when what it replaces is not found.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { BunPlugin } from "bun";
import type { NativePack } from "./load.ts";

export interface Target {
  os: "linux";
  cpu: "x64" | "arm64";
}

export interface NativeSources {
  target: Target;
  /** Node's folder of packages; has onnxruntime-node with the libraries of every platform. */
  modules: string;
  /** The same, where the `@img/sharp-…` packages of the target lie. */
  targetModules: string;
  /** Packed files are kept here between builds. */
  cache: string;
}

const namespace = "native-pack";

export function embedNatives(sources: NativeSources): { plugin: BunPlugin; assertReplaced(): void } {
  // Packed before the bundler looks at the folder: it remembers what it saw there.
  const packs: Record<string, NativePack> = {
    sharp: packSharp(sources),
    onnxruntime: packOnnxruntime(sources),
  };
  const replaced = new Set<string>();
  const plugin: BunPlugin = {
    name: "embed-natives",
    setup(build) {
      build.onLoad({ filter: /[\\/]sharp[\\/]dist[\\/]sharp\.mjs$/ }, () => ({
        loader: "js",
        contents: `export { binding as default } from "${namespace}:sharp";`,
      }));
      build.onLoad({ filter: /[\\/]sharp[\\/]dist[\\/]sharp\.cjs$/ }, () => ({
        loader: "js",
        contents: `module.exports = require("${namespace}:sharp").binding;`,
      }));
      build.onLoad({ filter: /[\\/]onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, ({ path }) => ({
        loader: "js",
        contents: withoutNativeRequire(path, `require("${namespace}:onnxruntime").binding`),
      }));
      build.onResolve({ filter: new RegExp(`^${namespace}:`) }, ({ path }) => ({
        namespace,
        // Not the bare name: now and then the bundler took the import of the package `sharp` itself for it.
        path: `${path.slice(namespace.length + 1)}.packed`,
      }));
      build.onLoad({ filter: /./, namespace }, ({ path }) => {
        const name = path.replace(/\.packed$/, "");
        const pack = packs[name];
        if (!pack) throw new Error(`embed-natives: nothing known about ${name}`);
        replaced.add(name);
        return { loader: "js", contents: loaderOf(pack) };
      });
    },
  };
  return {
    plugin,
    assertReplaced() {
      const missed = Object.keys(packs).filter((name) => !replaced.has(name));
      if (missed.length > 0)
        throw new Error(`embed-natives: the loader of ${missed.join(", ")} was not found`);
    },
  };
}

/** Keeps `@img`'s two folders side by side: the RPATH of sharp's library leads from one to the other. */
function packSharp({ target, targetModules, cache }: NativeSources): NativePack {
  const platform = `${target.os}-${target.cpu}`;
  const root = join(targetModules, "@img");
  const addon = only(join(root, `sharp-${platform}`, "lib"), /\.node$/);
  const library = only(join(root, `sharp-libvips-${platform}`, "lib"), /^libvips-cpp\.so\./);
  return packFiles("sharp", root, [addon, library], cache);
}

/** The processor's libraries only: those for CUDA are separate files that npm does not bring. */
function packOnnxruntime({ target, modules, cache }: NativeSources): NativePack {
  const versions = only(join(modules, "onnxruntime-node", "bin"), /^napi-v\d+$/);
  const root = join(versions, target.os, target.cpu);
  const addon = only(root, /^onnxruntime_binding\.node$/);
  return packFiles("onnxruntime", root, [addon, only(root, /^libonnxruntime\.so\.\d+$/)], cache);
}

function only(folder: string, pattern: RegExp): string {
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
  if (found.length !== 1)
    throw new Error(`embed-natives: one ${pattern} wanted in ${folder}, ${found.length} found`);
  return join(folder, found[0]!);
}

/** The first path is the library to load. */
function packFiles(name: string, root: string, paths: string[], cache: string): NativePack {
  mkdirSync(cache, { recursive: true });
  const whole = createHash("sha256");
  const files = paths.map((path) => {
    const bytes = readFileSync(path);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    whole.update(`${relative(root, path)} ${sha256}\n`);
    const packed = join(cache, `${sha256}.zst`);
    if (!existsSync(packed)) {
      const draft = `${packed}.${process.pid}`;
      writeFileSync(draft, Bun.zstdCompressSync(bytes, { level: 12 }));
      renameSync(draft, packed);
    }
    return { path: relative(root, path), sizeBytes: bytes.length, sha256, packed };
  });
  return { name, hash: whole.digest("hex").slice(0, 16), entry: files[0]!.path, files };
}

function loaderOf(pack: NativePack): string {
  const imports = pack.files.map(
    (file, i) => `import packed${i} from ${JSON.stringify(file.packed)} with { type: "file" };`,
  );
  const files = pack.files.map((file, i) => `{ ...${JSON.stringify(file)}, packed: packed${i} }`);
  const { name, hash, entry } = pack;
  return `
import { loadNative } from ${JSON.stringify(join(import.meta.dir, "load.ts"))};
${imports.join("\n")}
export const binding = loadNative({ ...${JSON.stringify({ name, hash, entry })}, files: [${files.join(", ")}] });
`;
}

function withoutNativeRequire(path: string, replacement: string): string {
  const source = readFileSync(path, "utf8");
  const theirs = /require\(`\.\.\/bin\/napi-v\d+\/\$\{process\.platform\}[^`]*onnxruntime_binding\.node`\)/;
  if (!theirs.test(source)) throw new Error(`embed-natives: no native require found in ${path}`);
  return source.replace(theirs, replacement);
}
