// Starts outside tools: argument arrays only, each in its own process group, lowered in priority, dying with the server.
// Aborting kills the whole group at once; a frozen group is thawed first, so that it can die.

import { readFileSync } from "node:fs";
import { JobFailure } from "../runtime/errors.ts";
import { countdown } from "./countdown.ts";
import { Collected, lineSplitter, Tail } from "./process-output.ts";
import { isFrozen, joinRun, thawed } from "./run-processes.ts";

export { processesOf } from "./run-processes.ts";

export interface ToolOptions {
  /** Ends the tool. Tools of one signal belong to one run: `processesOf` freezes them together. */
  signal?: AbortSignal;
  /** Kills the tool after this long in all. For short questions only: a long job has no limit but silence. */
  timeoutMs?: number;
  /** Kills the tool when it has printed nothing for this long. Frozen time counts for neither. */
  silenceMs?: number;
  /** Called for each line of stdout. */
  onLine?: (line: string) => void;
  /** Called for each piece of stdout; the tool waits while the promise is pending. */
  onBytes?: (bytes: Uint8Array) => void | Promise<void>;
  /** Called for each line of stderr. */
  onErrorLine?: (line: string) => void;
  /** Without `onLine` and `onBytes`: how much of stdout is kept. More ends the tool with a failure. Default 8 MB. */
  maxStdoutBytes?: number;
  cwd?: string;
}

export interface Finished {
  exitCode: number;
  stdout: Uint8Array;
  /** The last 8 KB, verbatim. */
  stderrTail: string;
  durationMs: number;
}

export interface RunningTool {
  pid: number;
  /** Any exit code resolves; a missing tool, a crash, a timeout and a full disk throw `JobFailure`, an abort its reason. */
  done: Promise<Finished>;
  freeze(): void;
  thaw(): void;
}

/** A run that stands still starts nothing until it goes on. */
export async function runTool(command: string, args: string[], options: ToolOptions = {}): Promise<Finished> {
  if (options.signal && isFrozen(options.signal)) await thawed(options.signal);
  return startTool(command, args, options).done;
}

export function startTool(command: string, args: string[], options: ToolOptions = {}): RunningTool {
  options.signal?.throwIfAborted();
  const program = Bun.which(command);
  if (!program) throw new JobFailure("tool.missing", `${command} is not installed or cannot be executed.`);
  const startedAt = performance.now();
  const child = spawnIn([...wrapper(10), program, ...args], options.cwd);
  // What it has started itself goes with it, and lets go of its pipes.
  void child.exited.then(() => signalGroup(child.pid, "SIGKILL"));
  let ending: Error | undefined;

  const end = (why: Error) => {
    if (ending) return;
    ending = why;
    void killGroup(child.pid, child.exited);
  };
  const onAbort = () => end(abortReason(options.signal!));
  options.signal?.addEventListener("abort", onAbort, { once: true });
  const limit = (ms: number | undefined, what: string) =>
    ms ? countdown(ms, () => end(timedOut(command, `${ms} ms${what}`))) : undefined;
  const patience = limit(options.silenceMs, " of silence");
  const limits = [patience, limit(options.timeoutMs, "")];

  async function finish(): Promise<Finished> {
    const stderr = new Tail(8192);
    const stdout = new Collected(options.maxStdoutBytes ?? 8 << 20);
    const stdoutLines = options.onLine && lineSplitter(options.onLine);
    const stderrLines = options.onErrorLine && lineSplitter(options.onErrorLine);
    try {
      await Promise.all([
        consume(child.stdout, async (bytes) => {
          patience?.again();
          if (stdoutLines) stdoutLines.push(bytes);
          else if (options.onBytes) await options.onBytes(bytes);
          else if (!stdout.push(bytes))
            throw new JobFailure("internal", `${command} printed more than expected.`);
        }),
        consume(child.stderr, (bytes) => {
          patience?.again();
          stderr.push(bytes);
          stderrLines?.push(bytes);
        }),
      ]);
      stdoutLines?.flush();
      stderrLines?.flush();
    } catch (error) {
      end(error as Error);
    }
    await child.exited;
    for (const each of limits) each?.end();
    options.signal?.removeEventListener("abort", onAbort);
    leaveRun?.(Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000);
    if (ending) throw ending;
    const tail = stderr.text();
    const exitCode = child.exitCode ?? -1;
    if (child.signalCode)
      throw new JobFailure("tool.crashed", `${command} was ended by ${child.signalCode}.${quoted(tail)}`);
    if (exitCode !== 0) throwIfDisk(tail);
    return { exitCode, stdout: stdout.bytes(), stderrTail: tail, durationMs: performance.now() - startedAt };
  }

  const tool: RunningTool = {
    pid: child.pid,
    done: finish(),
    freeze() {
      // One that is being ended must be able to die.
      if (ending) return;
      for (const each of limits) each?.pause();
      pastItsFirstCommand(child.pid);
      signalGroup(child.pid, "SIGSTOP");
    },
    thaw() {
      for (const each of limits) each?.resume();
      signalGroup(child.pid, "SIGCONT");
    },
  };
  const leaveRun = options.signal && joinRun(options.signal, tool);
  return tool;
}

/**
 * The commands that a child is started through: the kernel kills it when this process dies, and it yields to others.
 * Each replaces itself by the next, so the pid is the tool's.
 */
export function wrapper(niceness: number): string[] {
  const words: string[] = [];
  if (diesWithServer()) words.push(...deathSignal);
  if (niceness <= 0) return words;
  if (works(lowDiskPriority)) words.push(...lowDiskPriority);
  if (works(["nice", "-n", "1"])) words.push("nice", "-n", String(niceness));
  return words;
}

/** Whether the kernel ends the tools with this process. Without it a tool outlives a server that was killed hard. */
export function diesWithServer(): boolean {
  return works(deathSignal);
}

/** What children inherit: not this server's own settings, which may hold secrets. */
export function childEnvironment(more: Record<string, string> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...process.env }))
    if (value !== undefined && !/^(SPROCKET_|DATABASE_URL|BUN_BE_BUN|NODE_CHANNEL)/.test(key))
      env[key] = value;
  return { ...env, ...more };
}

/** SIGTERM to the whole group, also a frozen one; SIGKILL after half a second if its leader is still there. */
async function killGroup(pid: number, exited: Promise<unknown>, graceMs = 500): Promise<void> {
  signalGroup(pid, "SIGTERM");
  signalGroup(pid, "SIGCONT");
  const last = setTimeout(() => signalGroup(pid, "SIGKILL"), graceMs);
  await exited;
  clearTimeout(last);
}

/** The last lines of what a tool said, for a failure's message. */
export function lastWords(stderrTail: string, lines = 3): string {
  return stderrTail.trim().split("\n").slice(-lines).join("\n").slice(-600);
}

const deathSignal = ["setpriv", "--pdeathsig", "KILL"];
const lowDiskPriority = ["ionice", "-c", "2", "-n", "7"];
const tried = new Map<string, boolean>();

/** Tried once, not just looked up: BusyBox has commands of these names that take other options. */
function works(words: string[]): boolean {
  const key = words.join(" ");
  let known = tried.get(key);
  if (known === undefined) {
    known =
      Bun.which(words[0]!) !== null &&
      Bun.spawnSync([...words, "true"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" }).exitCode ===
        0;
    tried.set(key, known);
  }
  return known;
}

function spawnIn(words: string[], cwd?: string) {
  try {
    return Bun.spawn(words, {
      cwd,
      env: childEnvironment({ LC_ALL: "C" }),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
    });
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "ENOENT" || code === "EACCES")
      throw new JobFailure("tool.missing", (error as Error).message);
    throw new JobFailure("tool.crashed", `${words.at(0)} could not be started: ${(error as Error).message}`);
  }
}

/**
 * Waits the moment until a child that has just been started is past `setpriv`: stopped as that, it would never ask to die
 * with this process, and outlive it for ever. It is not the tool yet, so nothing has been done.
 */
function pastItsFirstCommand(pid: number): void {
  const until = performance.now() + 100;
  while (performance.now() < until && isStillFirst(pid)) Bun.sleepSync(1);
}

function isStillFirst(pid: number): boolean {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    // Between fork and exec it bears this program's name.
    return name === deathSignal[0] || name === ownName();
  } catch {
    return false;
  }
}

function ownName(): string {
  return readFileSync("/proc/self/comm", "utf8").trim();
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is gone, which is what was wanted.
  }
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new DOMException("The work was cancelled.", "AbortError");
}

function timedOut(command: string, what: string): JobFailure {
  return new JobFailure("tool.timeout", `${command} was ended after ${what}.`);
}

function throwIfDisk(stderrTail: string): void {
  if (/No space left on device|Disk quota exceeded/.test(stderrTail))
    throw new JobFailure("disk.full", "There is no space left where the result was being written.");
  if (/Read-only file system/.test(stderrTail))
    throw new JobFailure("disk.readonly", "The place where the result was being written is read-only.");
}

function quoted(tail: string): string {
  const words = lastWords(tail);
  return words ? `\n${words}` : "";
}

async function consume(
  stream: ReadableStream<Uint8Array>,
  take: (bytes: Uint8Array) => void | Promise<void>,
) {
  for await (const bytes of stream) await take(bytes);
}
