// What protects a browser that is signed in: no request from another site changes anything, no foreign script or frame
// runs, and what is private is not kept by caches.

import { randomBytes } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { Refused } from "../runtime/errors.ts";
import { hostReader } from "./caller.ts";
import type { App, Env } from "./context.ts";

/** The headers of every answer. */
export function securityHeaders(): MiddlewareHandler<Env> {
  return async (c, next) => {
    await next();
    const headers = c.res.headers;
    const nonce = c.get("styleNonce");
    const imageHost = c.get("imageHost");
    const policy = imageHost ? contentPolicy.replace("img-src ", `img-src ${imageHost} `) : contentPolicy;
    headers.set("Content-Security-Policy", nonce ? `${policy}; style-src 'self' 'nonce-${nonce}'` : policy);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    // Not `no-referrer`: with it browsers send `Origin: null` on forms, and plain-HTTP servers have only Origin to go by.
    headers.set("Referrer-Policy", "same-origin");
    headers.set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    // Both mean nothing without TLS, and browsers complain of the first.
    if (c.var.caller?.isSecure) {
      headers.set("Cross-Origin-Opener-Policy", "same-origin");
      headers.set("Strict-Transport-Security", "max-age=31536000");
    }
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "private, no-store");
  };
}

/**
 * Refuses writes from other sites. Browsers on HTTPS or localhost say where a request comes from (`Sec-Fetch-Site`), the
 * others send `Origin`. A request with neither is no browser's; one with a token can't be forged by a page.
 */
export function refuseCrossSite(app: Pick<App, "config">): MiddlewareHandler<Env> {
  const hostOf = hostReader(app.config);
  return async (c, next) => {
    if (!isRead(c) && !carriesToken(c) && isCrossSite(c, hostOf(c)))
      throw new Refused(403, "request.cross-site", "This request comes from another site.", {
        hint: "Behind a reverse proxy? It must pass the Host header on, or be listed in SPROCKET_TRUSTED_PROXIES.",
      });
    await next();
  };
}

/**
 * A word that lets style elements of others' scripts in, of this one answer: media-chrome and wavesurfer.js put theirs into
 * shadow roots. A page that has them asks for it (`<Layout styleNonce>`); everywhere else no inline style runs.
 */
export function styleNonce(c: Context<Env>): string {
  const nonce = c.get("styleNonce") ?? randomBytes(16).toString("base64url");
  c.set("styleNonce", nonce);
  return nonce;
}

/** No inline script or style anywhere: what a page does is in static files. */
const contentPolicy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

function isRead(c: Context): boolean {
  return c.req.method === "GET" || c.req.method === "HEAD";
}

function carriesToken(c: Context): boolean {
  return /^Bearer\s/i.test(c.req.header("authorization") ?? "") || c.req.header("x-api-key") !== undefined;
}

function isCrossSite(c: Context, host: string | undefined): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = c.req.header("origin");
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
