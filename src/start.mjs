// `npm start -- FOLDER…` on a machine with nothing but Node: installs, builds what is not built yet, and runs the server.

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { buildExecutable, executable, installPackages } from "./toolchain.mjs";

if (process.argv[1] === fileURLToPath(import.meta.url)) start(process.argv.slice(2));

/** `args` are those of `sprocket serve`. */
export function start(args) {
  requireNode(20);
  provideFfmpeg();
  installPackages();
  if (!buildExecutable()) process.exit(1);
  serve(args);
}

function requireNode(major) {
  if (Number.parseInt(process.versions.node, 10) >= major) return;
  console.error(`sprocket: Node ${major} or newer is needed; this is ${process.versions.node}`);
  process.exit(1);
}

/** Without ffmpeg the server runs, but videos and audio cannot be worked on; so this never stops the start. */
export function provideFfmpeg() {
  if (runs("ffmpeg", "-version") && runs("ffprobe", "-version")) return;
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const isDebian = existsSync("/etc/debian_version") && runs("apt-get", "--version");
  if (isDebian && (asRoot.length === 0 || runs("sudo", "-n", "true"))) {
    console.log("sprocket: ffmpeg is missing; installing Debian's (apt-get install ffmpeg)");
    apt(asRoot, "update", "-qq");
    apt(asRoot, "install", "-y", "-qq", "--no-install-recommends", "ffmpeg");
  }
  if (!runs("ffmpeg", "-version") || !runs("ffprobe", "-version"))
    console.error(
      "sprocket: ffmpeg and ffprobe are missing; install them (on Debian: sudo apt-get install ffmpeg)",
    );
}

function runs(command, ...args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function apt(asRoot, ...args) {
  const [command, ...rest] = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
  spawnSync(command, rest, { stdio: ["ignore", "ignore", "inherit"] });
}

function serve(args) {
  // npm changes to the package's folder; relative folders are meant from where the user stands. In a process group of
  // its own the server gets Ctrl-C from here only, and once.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const server = spawn(executable, ["serve", ...args], { cwd, stdio: "inherit", detached: true });
  const passedMs = {};
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      // The terminal and npm both send it; two would mean "at once" to the server.
      if (Date.now() - (passedMs[signal] ?? 0) < 500) return;
      passedMs[signal] = Date.now();
      server.kill(signal);
    });
  server.on("error", (error) => {
    console.error(`sprocket: ${executable} could not be started: ${error.message}`);
    process.exit(1);
  });
  server.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
