// Tokens inside settings. What leaves the server shows a mask in their place, and a change that sends the mask back, or no
// token at all, keeps the one that is stored: for the same server only, so that none is ever sent to another address.

import type { Fault } from "../runtime/errors.ts";

export const secretMask = "••••••••";

/** A copy with every token masked, whatever shape the value has. */
export function masked<T>(value: T): T {
  if (Array.isArray(value)) return value.map(masked) as T;
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.entries(value).map(([key, part]) => [
    key,
    key === "token" && part !== "" && part !== null ? secretMask : masked(part),
  ]);
  return Object.fromEntries(parts) as T;
}

interface Server {
  type?: unknown;
  url?: unknown;
  token?: unknown;
}

/** Puts stored tokens where a change of `yield` has masks. */
export function withStoredTokens(value: unknown, stored: Server[]): { value: unknown; errors: Fault[] } {
  const playback = (value as { playback?: { servers?: unknown } } | null)?.playback;
  if (!Array.isArray(playback?.servers)) return { value, errors: [] };
  const errors: Fault[] = [];
  const servers = playback.servers.map((server: Server, i) => {
    if (!isObject(server) || !isMask(server.token)) return server;
    const token = storedToken(server, stored);
    if (token === undefined)
      errors.push({
        path: ["yield", "playback", "servers", i, "token"],
        message: `Media servers ${i + 1}: give its API key or token; none is stored for this address.`,
      });
    // Told once, not again as a part that is missing.
    return { ...server, token: token ?? "unknown" };
  });
  return { value: { ...(value as object), playback: { ...playback, servers } }, errors };
}

/** The token stored for a server of this type at this address. */
export function storedToken({ type, url }: Server, stored: Server[]): string | undefined {
  const mine = stored.filter((s) => s.type === type && originOf(s.url) === originOf(url));
  return (mine.find((s) => s.url === url) ?? mine[0])?.token as string | undefined;
}

export function isMask(token: unknown): boolean {
  return token === undefined || token === "" || token === secretMask;
}

function originOf(url: unknown): string | undefined {
  return typeof url === "string" && URL.canParse(url) ? new URL(url).origin : undefined;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
