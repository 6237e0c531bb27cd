// All checks: lint, types, the executable, then every test. The last line is `N passed, N failed`, with what was skipped;
// a check that fails counts as one more failure.
// `node test/run.mjs PATH…` runs only the tests of those paths, without the other checks.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildExecutable, bun, installPackages, root } from "../src/toolchain.mjs";

const report = join(root, ".cache", `tests-${process.pid}.xml`);
const chosen = process.argv.slice(2);
const problems = [];

installPackages();
if (chosen.length === 0) {
  check(
    "lint",
    "biome",
    "check",
    "--config-path=.biome.json",
    "--diagnostic-level=warn",
    "--error-on-warnings",
  );
  check("types", "tsc", "-p", ".");
}
if (!buildExecutable()) problems.push("build");
finish(await runTests());

function check(name, tool, ...args) {
  console.log(`checking ${name}`);
  const { status } = spawnSync(join(root, "node_modules", ".bin", tool), args, {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) problems.push(name);
}

/** Two at once: much of what tests wait for is a browser, ffmpeg or a server in a process of its own. */
async function runTests() {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const halves =
    chosen.length > 0 ? [chosen] : halvesOf(readdirSync(join(root, "test"), { withFileTypes: true }));
  const found = await Promise.all(halves.map(runPaths));
  const sum = (name) => found.reduce((n, one) => n + one[name], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** Those in a browser take as long as all others. */
function halvesOf(entries) {
  const tests = entries.filter((entry) => entry.isDirectory() || entry.name.endsWith(".test.ts"));
  // Paths are parts of names to bun: without the slash `native` would name `native-embedding` too.
  const paths = tests.map((entry) => `test/${entry.name}${entry.isDirectory() ? "/" : ""}`);
  return [["test/e2e/"], paths.filter((path) => path !== "test/e2e/")];
}

function runPaths(paths, i) {
  const file = report.replace(".xml", `-${i}.xml`);
  const args = [
    "test",
    "--reporter=junit",
    `--reporter-outfile=${file}`,
    // A hang, not slowness, is what a limit is for: the machine may be busy with other things.
    "--timeout=60000",
    "--path-ignore-patterns=test/bench/**",
    ...paths,
  ];
  return new Promise((resolve) => {
    const tests = spawn(bun(), args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const said = [];
    for (const stream of [tests.stdout, tests.stderr]) stream.on("data", (bytes) => said.push(bytes));
    tests.on("close", (status) => {
      process.stdout.write(Buffer.concat(said));
      if (status !== 0 && !problems.includes("tests")) problems.push("tests");
      resolve(readReport(file));
    });
  });
}

function readReport(file) {
  try {
    return counts(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  } finally {
    rmSync(file, { force: true });
  }
}

/** Counts the cases themselves: the totals of nested suites would count some twice. */
function counts(xml) {
  const found = { passed: 0, failed: 0, skipped: 0 };
  for (const [, body] of xml.matchAll(/<testcase\b[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    if (/<(failure|error)\b/.test(body ?? "")) found.failed++;
    else if (/<skipped\b/.test(body ?? "")) found.skipped++;
    else found.passed++;
  }
  return found;
}

function finish({ passed, failed, skipped }) {
  if (passed + failed === 0) problems.push("no test ran");
  for (const name of problems) console.log(`failed: ${name}`);
  // Other checks count as well, and so does a test file that could not be loaded: it has no case in the report.
  const others = problems.filter((name) => name !== "tests" || failed === 0).length;
  console.log(`${passed} passed, ${failed + others} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exit(problems.length === 0 ? 0 : 1);
}
