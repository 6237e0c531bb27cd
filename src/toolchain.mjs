// What is needed before there is a server: the packages of the lock file, the Bun among them, an executable that is
// newer than its sources. Plain Node without dependencies, as nothing may be installed yet.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const executable = join(root, "dist", "sprocket");

const sources = ["src", "views", "static", "models", "package.json", "package-lock.json"];

/** Ends the program when a step fails. */
export function must(command, ...args) {
  if (!does(command, ...args)) process.exit(1);
}

/** Answers whether a step succeeded, and says in one line when it did not. */
export function does(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (status === 0) return true;
  const why = error ? error.message : `ended with code ${status}`;
  console.error(`sprocket: ${[command, ...args].join(" ")} ${why}`);
  return false;
}

/** Installs what the lock file names, when something of it is missing. */
export function installPackages() {
  if (arePackagesInstalled()) return;
  console.log("sprocket: installing packages (npm ci)");
  must("npm", "ci", "--no-audit", "--no-fund");
}

/** Path of the Bun that npm brought. */
export function bun() {
  const path = join(root, "node_modules", "bun", "bin", "bun.exe");
  // Packages may run no code when they are installed, so Bun's own step, which puts the program in its place, is still to do.
  if (statSync(path).size < 1_000_000) must(process.execPath, join("node_modules", "bun", "install.js"));
  return path;
}

/** Compiles dist/sprocket when a source is newer, and answers whether there is a current one now. */
export function buildExecutable() {
  const builtMs = modifiedMs(executable);
  const isCurrent = sources.every((name) => newestMs(join(root, name)) <= builtMs);
  if (isCurrent) return true;
  console.log("sprocket: building dist/sprocket");
  return does(bun(), join("src", "build.ts"));
}

function arePackagesInstalled() {
  const installed = lockedPackages(join(root, "node_modules", ".package-lock.json"));
  const wanted = lockedPackages(join(root, "package-lock.json"));
  // Optional ones are for other platforms, but for the few that npm chose.
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
  );
}

function lockedPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {};
}

function newestMs(path) {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts?.isDirectory()) return facts?.mtimeMs ?? 0;
  // The folder's own time tells of files that were removed.
  return Math.max(facts.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -1;
}
