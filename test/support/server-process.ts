// Sprocket as a process of its own, from source: what a user starts, kills and asks over HTTP.

import { join } from "node:path";

/** Bun takes the JSX settings from the tsconfig of the folder it starts in. */
const root = join(import.meta.dir, "../..");
const main = join(root, "src/main.ts");

export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Nothing of this machine's configuration reaches it. */
function spawn(args: string[], env: Record<string, string>) {
  return Bun.spawn([process.execPath, main, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** One command, to its end. */
export async function sprocket(args: string[], { env = {} } = {}): Promise<Ended> {
  const child = spawn(args, env);
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, stdout, stderr };
}

export interface ServerProcess {
  url: string;
  pid: number;
  /** Everything it has printed so far. */
  log(): string;
  /** Waits until it has ended. */
  end(signal: "SIGTERM" | "SIGKILL" | "SIGINT"): Promise<{ exitCode: number; tookMs: number }>;
  /** With the cookie of whoever signed up or in by it. */
  ask(method: string, path: string, body?: unknown): Promise<Response>;
}

/** On a free port; resolves when it listens, rejects with what it said when it ends instead. */
export async function startServer(
  data: string,
  folders: string[] = [],
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  const child = spawn(["serve", "--data", data, "--port", "0", ...folders], env);
  const { printed, listening, followed } = follow(child);
  const url = await listening;
  let cookie = "";
  return {
    url,
    pid: child.pid,
    log: printed,
    async end(signal) {
      const from = performance.now();
      child.kill(signal);
      const exitCode = await child.exited;
      await followed;
      return { exitCode, tookMs: performance.now() - from };
    },
    async ask(method, path, body) {
      const headers: Record<string, string> = { cookie };
      if (body !== undefined) headers["content-type"] = "application/json";
      const answer = await fetch(url + path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const set = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
      if (set.length > 0) cookie = set.join("; ");
      return answer;
    },
  };
}

/** Reads what a server prints; `listening` is its address, or rejects with what it said when it ends instead. */
export function follow(child: { stdout: ReadableStream<Uint8Array>; stderr: ReadableStream<Uint8Array> }) {
  let printed = "";
  const listening = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      printed += decoder.decode(bytes, { stream: true });
      const url = /listens on (http:\S+)/.exec(printed)?.[1];
      if (url) listening.resolve(url);
    }
  };
  const followed = Promise.all([read(child.stdout), read(child.stderr)]);
  void followed.then(() => listening.reject(new Error(`The server ended: ${printed}`)));
  return { printed: () => printed, listening: listening.promise, followed };
}

/** Asks again until there is an answer. For what happens in another process, where no clock can be stepped. */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false>,
  withinMs = 15_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`It did not come true within ${withinMs} ms: ${ask}`);
    await Bun.sleep(50);
  }
}
