// The one-time setup link, for as long as nobody owns the server: proof that whoever becomes the owner reads its console.

import { networkInterfaces } from "node:os";
import { isSameSecret, newSecret } from "./secret.ts";

export interface Setup {
  /** What the console prints: one link per address the server can be reached at. */
  links(): string[];
  accepts(secret: string | undefined): boolean;
}

/** The secret lives as long as the process: a restart prints a new link. */
export function openSetup(
  at: { host: string; port: number; basePath: string },
  hosts = reachableHosts,
): Setup {
  const secret = newSecret();
  return {
    links: () =>
      hosts(at.host).map((host) => `http://${host}:${at.port}${at.basePath}/welcome?setup=${secret}`),
    accepts: (given) => given !== undefined && isSameSecret(given, secret),
  };
}

/** A server bound to every address is reached by a name people can type: this machine's addresses in its networks. */
export function reachableHosts(bound: string): string[] {
  if (bound !== "0.0.0.0" && bound !== "::" && bound !== "")
    return [bound.includes(":") ? `[${bound}]` : bound];
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((a) => !a.internal && a.family === "IPv4")
    .map((a) => a.address);
  return [...addresses, "127.0.0.1"];
}
