// A server that is going to be killed: started, killed with all that it has started itself looked after, ended in peace.

import { join } from "node:path";
import { descendantsOf, stateOf } from "../processes.ts";
import { follow } from "../server-process.ts";

export const owner = { email: "owner@example.org", password: "correct horse battery" };
const root = join(import.meta.dir, "../../..");

/** From source, unless it is told of an executable. */
export function serverCommand(binary?: string): string[] {
  return binary ? [binary] : [process.execPath, join(root, "src/main.ts")];
}

export interface Server {
  pid: number;
  url: string;
  printed(): string;
  exited: Promise<number>;
  listening: Promise<string>;
  signal(name: "SIGKILL" | "SIGTERM"): void;
}

export function spawnServer(command: string[], data: string, folders: string[]): Server {
  const child = Bun.spawn([...command, "serve", "--data", data, "--port", "0", ...folders], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      SPROCKET_OWNER_EMAIL: owner.email,
      SPROCKET_OWNER_PASSWORD: owner.password,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const { printed, listening } = follow(child);
  // One that is killed while it starts never listens; whoever waits for it hears of it.
  listening.catch(() => {});
  return {
    pid: child.pid,
    url: "",
    printed: () => printed().slice(-4_000),
    exited: child.exited,
    listening,
    signal: (name) => child.kill(name),
  };
}

export async function startServer(command: string[], data: string, folders: string[]): Promise<Server> {
  const server = spawnServer(command, data, folders);
  server.url = await server.listening;
  return server;
}

/** Answers how long the last of its processes outlived it, in milliseconds. */
export async function killServer(server: Server, faults: string[]): Promise<number> {
  const family = descendantsOf(server.pid);
  server.signal("SIGKILL");
  await server.exited;
  const from = performance.now();
  const left = () => family.filter((pid) => !["", "Z", "X"].includes(stateOf(pid)));
  while (left().length > 0) {
    if (performance.now() - from > 5_000) {
      faults.push(`${left().length} processes outlive their server by more than 5 s.`);
      break;
    }
    await Bun.sleep(10);
  }
  return Math.round(performance.now() - from);
}

export async function endServer(server: Server): Promise<{ exitCode: number }> {
  server.signal("SIGTERM");
  return { exitCode: await server.exited };
}
