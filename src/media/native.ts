// The parent's side of the native child: started on first use, stopped when idle, replaced when it has grown or died.
// A crash fails the requests in flight and nothing else.

import { join } from "node:path";
import type { Clock } from "../runtime/clock.ts";
import { GiveUp, JobFailure } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import { isCompiled } from "../runtime/version.ts";
import type { FromChild, NativeOp, NativeOps, ToChild } from "./native-ops.ts";
import { childEnvironment, wrapper } from "./process.ts";

export interface Native {
  call<K extends NativeOp>(
    op: K,
    args: NativeOps[K]["args"],
    options?: { signal?: AbortSignal; timeoutMs?: number },
  ): Promise<NativeOps[K]["result"]>;
  /** Undefined while no child runs. */
  pid(): number | undefined;
  /** Ends what runs, however stuck; the next call starts a new child. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface NativeOptions {
  /** Where the executable unpacks its native libraries. */
  cacheFolder: string;
  log: Logger;
  clock: Clock;
  idleMs?: number;
  maxRssBytes?: number;
  /** Tests start another child. */
  command?: string[];
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

interface Child {
  process: Bun.Subprocess;
  waiting: Map<number, Waiting>;
  /** Takes no more requests, and ends when those it has are answered. */
  retired: boolean;
  /** Killed because nobody wants its answer any more. */
  unwanted: boolean;
}

export function createNative(options: NativeOptions): Native {
  const { idleMs = 30_000, maxRssBytes = 600 << 20, log, clock } = options;
  const all = new Set<Child>();
  let current: Child | undefined;
  let lastId = 0;
  let forgetIdle = () => {};
  let stopped = false;

  function start(): Child {
    const child: Child = { waiting: new Map(), retired: false, unwanted: false, process: undefined! };
    child.process = Bun.spawn([...wrapper(5), ...(options.command ?? defaultCommand())], {
      env: childEnvironment({
        SPROCKET_NATIVE_CACHE: options.cacheFolder,
        // Read by libc's getenv in ONNX Runtime, so it must be there before the child starts.
        ORT_DISABLE_TELEMETRY: "1",
        // Threads that come and go would otherwise each keep an arena of freed pixels.
        MALLOC_ARENA_MAX: "2",
      }),
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
      serialization: "advanced",
      ipc: (message) => answer(child, message as FromChild),
      onExit: (_, exitCode, signalCode) => ended(child, exitCode, signalCode),
    });
    all.add(child);
    log.debug("native child started", { pid: child.process.pid });
    return child;
  }

  function answer(child: Child, message: FromChild) {
    const waiting = child.waiting.get(message.id);
    child.waiting.delete(message.id);
    if (message.rssBytes > maxRssBytes) retire(child);
    if (message.ok) waiting?.resolve(message.value);
    else waiting?.reject(revive(message.error));
    rest(child);
  }

  function ended(child: Child, exitCode: number | null, signalCode: unknown) {
    all.delete(child);
    if (current === child) current = undefined;
    const how = signalCode ? `signal ${signalCode}` : `code ${exitCode}`;
    for (const waiting of child.waiting.values())
      waiting.reject(
        new JobFailure("tool.crashed", `The image process died (${how}) while it worked on this file.`),
      );
    if (child.waiting.size > 0 && !child.unwanted)
      log.warn("native child died", { pid: child.process.pid, how });
    child.waiting.clear();
  }

  function retire(child: Child) {
    child.retired = true;
    if (current === child) current = undefined;
  }

  /** Retired first: it takes a moment to die, and what is asked meanwhile needs another child. */
  function end(child: Child, { unwanted }: { unwanted: boolean }) {
    retire(child);
    child.unwanted ||= unwanted;
    kill(child);
  }

  /** Called when a child may have nothing to do. */
  function rest(child: Child) {
    if (child.waiting.size > 0) return;
    if (child.retired) return quit(child);
    forgetIdle();
    forgetIdle = clock.after(idleMs, () => {
      if (child.waiting.size > 0) return;
      retire(child);
      quit(child);
    });
  }

  return {
    async call(op, args, { signal, timeoutMs = 180_000 } = {}) {
      signal?.throwIfAborted();
      if (stopped) throw new JobFailure("tool.missing", "The server is stopping.");
      forgetIdle();
      current ??= start();
      const child = current;
      const id = ++lastId;
      const answered = new Promise<unknown>((resolve, reject) => {
        child.waiting.set(id, { resolve, reject });
        child.process.send({ id, op, args } satisfies ToChild);
      });
      // Nobody can stop a decoder halfway. Alone, the child dies; with company, its answer is waited for, so that it
      // writes nothing after the caller has cleaned up.
      const onAbort = () => {
        if (child.waiting.size === 1) end(child, { unwanted: true });
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      const timer = setTimeout(() => {
        child.waiting
          .get(id)
          ?.reject(
            new JobFailure("tool.timeout", `The image process gave no answer in ${timeoutMs / 1000} s.`),
          );
        child.waiting.delete(id);
        end(child, { unwanted: false });
      }, timeoutMs);
      try {
        const value = (await answered) as NativeOps[typeof op]["result"];
        signal?.throwIfAborted();
        return value;
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      }
    },
    pid: () => current?.process.pid,
    async restart() {
      const exits = [...all].map((child) => child.process.exited);
      for (const child of all) end(child, { unwanted: true });
      await Promise.all(exits);
    },
    async stop() {
      stopped = true;
      forgetIdle();
      const exits = [...all].map((child) => child.process.exited);
      for (const child of all) end(child, { unwanted: true });
      await Promise.all(exits);
    },
  };
}

/** This program again, in its hidden role. `/proc/<pid>/exe` holds even after the file was renamed or replaced. */
function defaultCommand(): string[] {
  if (!isCompiled) return [process.execPath, join(import.meta.dir, "native-main.ts")];
  return [process.platform === "linux" ? `/proc/${process.pid}/exe` : process.execPath, "native-child"];
}

function quit(child: Child) {
  try {
    child.process.disconnect();
  } catch {
    kill(child);
  }
}

function kill(child: Child) {
  child.process.kill("SIGKILL");
}

function revive(error: { name: string; code: string; message: string }): Error {
  return error.name === "GiveUp"
    ? new GiveUp(error.code, error.message)
    : new JobFailure(error.code, error.message);
}
