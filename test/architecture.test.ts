// The rules that keep the structure what `src/README.md` says it is.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { kinds } from "../src/jobs/index.ts";

const root = resolve(import.meta.dir, "..");
const files = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && /\.(ts|tsx|mjs)$/.test(e.name))
    .map((e) => relative(root, join(e.parentPath, e.name)));
const source = new Map(
  [...files("src"), ...files("views")].map((f) => [f, readFileSync(join(root, f), "utf8")]),
);

/** Every import of a file: runtime imports only, or types too. */
function imports(file: string, types: boolean): string[] {
  const text = source.get(file)!;
  const pattern = types
    ? /(?:import|export)\s[^;'"]*?from\s+["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|import\s+["']([^"']+)["']/g
    : /(?:import|export)\s+(?!type\s)[^;'"]*?from\s+["']([^"']+)["']|import\s+["']([^"']+)["']/g;
  return [...text.matchAll(pattern)]
    .map((m) => (m[1] ?? m[2] ?? m[3])!)
    .map((to) => (to.startsWith(".") ? relative(root, resolve(root, dirname(file), to)) : to));
}

const folderOf = (path: string) =>
  path.startsWith("src/") && path.split("/").length > 2 ? path.split("/")[1]! : path.split("/")[0]!;

const belowJobs = ["library", "media", "queue", "settings", "db", "runtime"];
const belowHealing = ["yielding", "search", "jobs", ...belowJobs];

/** Who may import whom, below the level that a folder stands on. */
const mayImport: Record<string, string[]> = {
  runtime: [],
  db: ["runtime"],
  queue: ["db", "runtime"],
  history: ["queue", "settings", "db", "runtime"],
  settings: ["db", "runtime"],
  accounts: ["settings", "db", "runtime"],
  native: ["runtime"],
  media: ["native", "db", "runtime"],
  library: ["media", "queue", "settings", "db", "runtime"],
  jobs: belowJobs,
  yielding: ["jobs", ...belowJobs],
  search: ["jobs", ...belowJobs],
  healing: ["history", ...belowHealing],
  http: ["healing", "history", "accounts", ...belowHealing],
  cli: ["http", "healing", "history", "accounts", "native", ...belowHealing],
};

describe("the arrows", () => {
  for (const [folder, allowed] of Object.entries(mayImport))
    test(`${folder} imports only ${allowed.join(", ") || "nothing of ours"}`, () => {
      const wrong = [...source.keys()]
        .filter((f) => f.startsWith(`src/${folder}/`))
        .flatMap((f) =>
          imports(f, true)
            .filter((to) => to.startsWith("src/"))
            .filter((to) => ![folder, ...allowed].includes(folderOf(to)))
            .map((to) => `${f} → ${to}`),
        );
      expect(wrong).toEqual([]);
    });

  test("views import nothing at run time but views and hono/jsx", () => {
    const wrong = [...source.keys()]
      .filter((f) => f.startsWith("views/"))
      .flatMap((f) =>
        imports(f, false)
          .filter((to) => !to.startsWith("views/") && !to.startsWith("hono/"))
          .map((to) => `${f} → ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  test("nothing imports main.ts", () => {
    expect([...source.keys()].filter((f) => imports(f, true).includes("src/main.ts"))).toEqual([]);
  });
});

describe("homes", () => {
  const found = (pattern: RegExp, except: RegExp) =>
    [...source].filter(([f, text]) => pattern.test(text) && !except.test(f)).map(([f]) => f);

  test("only .sqlite.ts files know SQLite's driver", () => {
    expect(found(/from ["']bun:sqlite["']/, /\.sqlite\.ts$|^src\/db\/migrate\.ts$/)).toEqual([]);
  });
  test("only config.ts reads the environment; children are given theirs where they are spawned", () => {
    expect(
      found(
        /process\.env|Bun\.env/,
        /^src\/(runtime\/config\.ts|media\/(process|native|native-child|native-main)\.ts|native\/|build\.ts|start\.mjs)/,
      ),
    ).toEqual([]);
  });
  test("tools are spawned in one place, never through a shell", () => {
    expect(
      found(/Bun\.spawn|child_process|Bun\.\$/, /^src\/(media\/(process|native)\.ts|build\.ts|\w+\.mjs)$/),
    ).toEqual([]);
    expect(found(/shell:\s*true|["'](?:ba)?sh["'],\s*["']-c["']/, /^$/)).toEqual([]);
  });
  test("drizzle's transaction, which does not roll back an async callback, is used nowhere but in .sqlite.ts", () => {
    expect(found(/\.transaction\(/, /\.sqlite\.ts$/)).toEqual([]);
  });
  test("sharp and ONNX Runtime load only in the native child", () => {
    expect(
      found(
        /(?:from|import\()\s*["'](?:sharp|onnxruntime-node|libheif-js[^"']*)["']/,
        /^src\/(media\/|native\/|build\.ts)/,
      ),
    ).toEqual([]);
  });
  test("no file is called utils, helpers, common or manager", () => {
    expect([...source.keys()].filter((f) => /(utils?|helpers?|common|manager)\.tsx?$/.test(f))).toEqual([]);
  });
});

test("every kind is a file of its own in src/jobs, named for it", () => {
  const here = files("src/jobs").map((f) => f.replace("src/jobs/", ""));
  expect(kinds.filter((k) => !here.includes(`${k.name}.ts`)).map((k) => k.name)).toEqual([]);
});
