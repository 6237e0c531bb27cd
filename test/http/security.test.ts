import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { createApp } from "../../src/http/app.ts";
import type { Env } from "../../src/http/context.ts";
import { securityHeaders, styleNonce } from "../../src/http/security.ts";
import { type Browser, browser, ownerBrowser, ownerInput, type TestApp, testApp } from "../support/app.ts";

let app: TestApp;
let site: Hono<Env>;
let owner: Browser;

beforeAll(async () => {
  app = await testApp({ config: { trustedProxies: ["10.0.0.0/8"] } });
  site = createApp(app);
  owner = await ownerBrowser(site);
});
afterAll(() => app.close());

describe("a write from another site", () => {
  const patch = async (headers: Record<string, string>) =>
    (await owner("PATCH", "/api/admin/settings", {}, headers)).status;

  test("is refused by what the browser says of it", async () => {
    expect(await patch({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await patch({ "sec-fetch-site": "same-site" })).toBe(403);
    expect(await patch({ "sec-fetch-site": "same-origin" })).toBe(200);
  });

  test("is refused by its origin where the browser says no more", async () => {
    expect(await patch({ origin: "http://evil.example" })).toBe(403);
    expect(await patch({ origin: "null" })).toBe(403);
    expect(await patch({ origin: "http://localhost:9999" })).toBe(403);
    expect(await patch({ origin: "http://localhost:8420" })).toBe(200);
  });

  test("is no browser's when it has neither", async () => {
    expect(await patch({})).toBe(200);
  });

  test("can't sign anybody in", async () => {
    const victim = browser(site);
    const answer = await victim("POST", "/api/auth/sign-in", ownerInput, { origin: "http://evil.example" });
    expect(answer.status).toBe(403);
    expect(victim.cookies.size).toBe(0);
  });

  test("is fine with a token, which no page can add", async () => {
    const { token } = (await (
      await owner("POST", "/api/tokens", { name: "t", scopes: ["admin"] })
    ).json()) as { token: string };
    const script = browser(site);
    const headers = {
      authorization: `Bearer ${token}`,
      origin: "http://tool.example",
      "sec-fetch-site": "cross-site",
    };
    expect((await script("PATCH", "/api/admin/settings", {}, headers)).status).toBe(200);
  });

  test("compares with the host that a trusted proxy forwards", async () => {
    const proxied = browser(site, "10.1.2.3", "sprocket:8420");
    const forwarded = { origin: "https://media.example.org", "x-forwarded-host": "media.example.org" };
    expect((await proxied("POST", "/api/auth/sign-in", ownerInput, forwarded)).status).toBe(200);
    const stranger = browser(site, "192.0.2.1", "sprocket:8420");
    expect((await stranger("POST", "/api/auth/sign-in", ownerInput, forwarded)).status).toBe(403);
  });
});

describe("headers", () => {
  test("keep foreign scripts, frames and sniffing out, without unsafe-inline", async () => {
    const { headers } = await owner("GET", "/api/me");
    const policy = headers.get("content-security-policy")!;
    for (const part of [
      "default-src 'self'",
      "frame-ancestors 'none'",
      "object-src 'none'",
      "img-src 'self' data: blob:",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("permissions-policy")).toContain("camera=()");
    expect(headers.get("cache-control")).toContain("no-store");
  });

  test("let style elements in where a page asked for its answer's nonce, and nowhere else", async () => {
    const app = new Hono<Env>().use(securityHeaders());
    app.get("/film", (c) => c.text(styleNonce(c)));
    app.get("/other", (c) => c.text(""));
    const policyOf = (answer: Response) => answer.headers.get("content-security-policy")!;
    const [first, second] = [await app.request("/film"), await app.request("/film")];
    const nonce = await first.text();
    expect(policyOf(first)).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(policyOf(second)).not.toContain(nonce);
    expect(policyOf(await app.request("/other"))).not.toContain("nonce");
  });

  test("are on refusals too", async () => {
    const { status, headers } = await browser(site)("GET", "/api/me");
    expect(status).toBe(401);
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  test("ask for TLS for ever only behind TLS, which only a trusted proxy can claim", async () => {
    const tls = { "x-forwarded-proto": "https" };
    const through = async (address: string) => {
      const guest = browser(site, address, "nas.local");
      const answer = await guest("POST", "/api/auth/sign-in", ownerInput, tls);
      const isCookieSecure = answer.headers.getSetCookie().some((c) => /; Secure/i.test(c));
      return [answer.headers.has("strict-transport-security"), isCookieSecure];
    };
    expect(await through("10.0.0.9")).toEqual([true, true]);
    expect(await through("192.0.2.9")).toEqual([false, false]);
  });
});

describe("size", () => {
  test("a body over 1 MB is refused", async () => {
    const answer = await owner("PATCH", "/api/admin/settings", { note: "x".repeat(1_100_000) });
    expect(answer.status).toBe(413);
  });

  test("nor does a claim to be an upload help it elsewhere", async () => {
    const claim = { "content-type": "application/offset+octet-stream" };
    const answer = await browser(site)("POST", "/sign-in", "x".repeat(1_100_000), claim);
    expect(answer.status).toBe(413);
  });
});

test("pages are sent compressed to who takes it; what may be asked for by ranges is not", async () => {
  const encodingOf = async (path: string, headers = {}) =>
    (await owner("GET", path, undefined, headers)).headers.get("content-encoding");
  const gzip = { "accept-encoding": "gzip, br" };
  expect(await encodingOf("/admin/settings", gzip)).toBe("gzip");
  expect(await encodingOf("/admin/settings")).toBe(null);
  expect(await encodingOf("/api/openapi.json", gzip)).toBe(null);
});
