// Where a request comes from. Forwarded headers count only when a trusted proxy adds them; anybody can write them.

import { BlockList, isIP } from "node:net";
import type { Context } from "hono";
import { getConnInfo } from "hono/bun";
import type { Caller } from "../accounts/accounts.ts";
import type { Config } from "../runtime/config.ts";

/** Answers who asks. The server must hand Bun's `server` to `fetch`, or nobody is local. */
export function callerReader(config: Pick<Config, "trustedProxies">): (c: Context) => Caller {
  const trusted = addressList(config.trustedProxies);
  return (c) => {
    const peer = plainAddress(peerAddress(c));
    const header = (name: string) => c.req.header(name);
    const isProxied = trusted(peer);
    const forwardedFor =
      header("x-forwarded-for")
        ?.split(",")
        .map((a) => plainAddress(a.trim())) ?? [];
    const hops = isProxied ? [...forwardedFor, peer] : [peer];
    // From the right: the last address that no trusted proxy has.
    const address = hops.findLast((hop) => !trusted(hop)) ?? hops[0]!;
    const scheme =
      isProxied && header("x-forwarded-proto") ? header("x-forwarded-proto") : new URL(c.req.url).protocol;
    return {
      address: address || "unknown",
      isLocal:
        isLoopback(peer) &&
        isLoopbackName(header("host")) &&
        !wasForwarded(c) &&
        isLocalOrigin(header("origin")),
      isSecure: /^https\b/i.test(scheme ?? ""),
    };
  };
}

/** The host that the browser shows: what `Origin` is compared with. */
export function hostReader(config: Pick<Config, "trustedProxies">): (c: Context) => string | undefined {
  const trusted = addressList(config.trustedProxies);
  return (c) => {
    const forwarded = trusted(plainAddress(peerAddress(c))) ? c.req.header("x-forwarded-host") : undefined;
    return forwarded?.replace(/,.*/, "").trim() || c.req.header("host") || new URL(c.req.url).host;
  };
}

function peerAddress(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? "";
  } catch {
    return "";
  }
}

/** `::ffff:10.0.0.1` is how a dual-stack socket shows `10.0.0.1`. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/^\[|\]$/g, "");
}

function addressList(entries: string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? "ipv6" : "ipv4");
  };
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^127(\.\d{1,3}){3}$/.test(address);
}

/** A page of another site can make its own name point here (DNS rebinding); it can't call itself localhost. */
function isLoopbackName(host: string | undefined): boolean {
  return host === undefined || /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

function isLocalOrigin(origin: string | undefined): boolean {
  return origin === undefined || isLoopbackName(origin.replace(/^https?:\/\//, ""));
}

/** A proxy on this machine also calls from loopback. */
function wasForwarded(c: Context): boolean {
  return ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via"].some(
    (name) => c.req.header(name) !== undefined,
  );
}
