import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import type { Caller } from "../../src/accounts/accounts.ts";
import { callerReader } from "../../src/http/caller.ts";

async function callerOf(
  address: string,
  headers: Record<string, string>,
  trustedProxies: string[] = [],
): Promise<Caller> {
  const read = callerReader({ trustedProxies });
  const site = new Hono().get("/", (c) => c.json(read(c)));
  const server = { requestIP: () => ({ address, family: "IPv4", port: 1 }) };
  return (await site.request("http://localhost/", { headers }, server)).json() as Promise<Caller>;
}

describe("the caller's address", () => {
  test("is the peer's, whatever a stranger forwards", async () => {
    const caller = await callerOf("203.0.113.5", { "x-forwarded-for": "127.0.0.1" });
    expect(caller).toEqual({ address: "203.0.113.5", isLocal: false, isSecure: false });
  });

  test("is the last one that no trusted proxy has", async () => {
    const trusted = ["10.0.0.0/8", "fd00::/8"];
    const headers = { "x-forwarded-for": "1.1.1.1, 203.0.113.5, 10.0.0.7" };
    expect((await callerOf("10.0.0.2", headers, trusted)).address).toBe("203.0.113.5");
    expect((await callerOf("::ffff:10.0.0.2", headers, trusted)).address).toBe("203.0.113.5");
    expect((await callerOf("fd00::1", { "x-forwarded-for": "2001:db8::1" }, trusted)).address).toBe(
      "2001:db8::1",
    );
  });
});

describe("a caller is local", () => {
  test("when it calls this machine by its own name", async () => {
    for (const host of ["localhost:8420", "127.0.0.1:8420", "[::1]:8420"])
      expect([host, (await callerOf("127.0.0.1", { host })).isLocal]).toEqual([host, true]);
    expect((await callerOf("::1", { host: "localhost" })).isLocal).toBe(true);
  });

  test("but not through a proxy on this machine", async () => {
    expect(
      (await callerOf("127.0.0.1", { host: "localhost", "x-forwarded-for": "203.0.113.5" })).isLocal,
    ).toBe(false);
    expect((await callerOf("127.0.0.1", { host: "localhost", "x-real-ip": "203.0.113.5" })).isLocal).toBe(
      false,
    );
  });

  test("and not when a foreign name points here, or a foreign page asks", async () => {
    expect((await callerOf("127.0.0.1", { host: "rebound.example:8420" })).isLocal).toBe(false);
    expect(
      (await callerOf("127.0.0.1", { host: "127.0.0.1", origin: "https://media.example" })).isLocal,
    ).toBe(false);
  });

  test("never from another address", async () => {
    expect((await callerOf("192.168.1.9", { host: "localhost" })).isLocal).toBe(false);
  });
});
