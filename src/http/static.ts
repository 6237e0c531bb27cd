// The static files: embedded in the executable, read once, served under names that carry their hash, so that a browser
// may keep them for ever. A new file is one import and one row.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { Hono } from "hono";
import appCss from "../../static/app.css" with { type: "file" };
import appJs from "../../static/app.js" with { type: "file" };
import faviconSvg from "../../static/favicon.svg" with { type: "file" };
import fileJs from "../../static/file.js" with { type: "file" };
import mediaCss from "../../static/media.css" with { type: "file" };
import htmxJs from "../../static/vendor/htmx.min.js" with { type: "file" };
import sseJs from "../../static/vendor/hx-sse.min.js" with { type: "file" };
import type { App, Env } from "./context.ts";

/** Several files are served as one, in order. */
const paths = {
  "app.css": appCss,
  "app.js": appJs,
  "favicon.svg": faviconSvg,
  "file.js": fileJs,
  "media.css": mediaCss,
  // In one script: htmx starts in a task of its own right after it, and an extension that comes later comes too late.
  "htmx.js": [htmxJs, sseJs],
};

export type AssetName = keyof typeof paths;

/** The path of an asset below the base path: `/static/app.1a2b3c4d5e.css`. */
export function assetPath(name: AssetName): string {
  return `/static/${load(name).hashedName}`;
}

export function staticFiles(_app: Pick<App, "config">): Hono<Env> {
  const byHashedName = new Map((Object.keys(paths) as AssetName[]).map((n) => [load(n).hashedName, load(n)]));
  const routes = new Hono<Env>();
  routes.on(["GET", "HEAD"], "/static/:file", (c) => {
    const asset = byHashedName.get(c.req.param("file"));
    if (!asset) return c.notFound();
    const headers = new Headers({
      "Content-Type": asset.mimeType,
      "Cache-Control": "public, max-age=31536000, immutable",
      "X-Content-Type-Options": "nosniff",
      Vary: "Accept-Encoding",
    });
    const { bytes, encoding } = encoded(asset, c.req.header("Accept-Encoding") ?? "");
    headers.set("ETag", encoding ? `"${asset.hash}-${encoding}"` : `"${asset.hash}"`);
    if (encoding) headers.set("Content-Encoding", encoding);
    if (c.req.header("If-None-Match") === headers.get("ETag"))
      return new Response(null, { status: 304, headers });
    // Bytes and not a Bun.file: an embedded file answers HEAD with length 0.
    headers.set("Content-Length", String(bytes.byteLength));
    return new Response(c.req.method === "HEAD" ? null : bytes, { headers });
  });
  return routes;
}

interface Asset {
  hashedName: string;
  hash: string;
  mimeType: string;
  bytes: Uint8Array<ArrayBuffer>;
  compressed: Map<string, Uint8Array<ArrayBuffer>>;
}

const loaded = new Map<AssetName, Asset>();

function load(name: AssetName): Asset {
  const known = loaded.get(name);
  if (known) return known;
  const bytes = new Uint8Array(Buffer.concat([paths[name]].flat().map((path) => readFileSync(path))));
  const hash = new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 10);
  const [stem, extension] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf(".") + 1)];
  const asset: Asset = {
    hashedName: `${stem}.${hash}.${extension}`,
    hash,
    mimeType: mimeTypes[extension]!,
    bytes,
    compressed: new Map(),
  };
  loaded.set(name, asset);
  return asset;
}

const mimeTypes: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

function encoded(
  asset: Asset,
  accepts: string,
): { bytes: Uint8Array<ArrayBuffer>; encoding?: "br" | "gzip" } {
  const encoding = /\bbr\b/.test(accepts) ? "br" : /\bgzip\b/.test(accepts) ? "gzip" : undefined;
  if (!encoding) return { bytes: asset.bytes };
  let bytes = asset.compressed.get(encoding);
  if (!bytes) {
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
    bytes = new Uint8Array(
      encoding === "br" ? brotliCompressSync(asset.bytes, quality) : gzipSync(asset.bytes, { level: 9 }),
    );
    asset.compressed.set(encoding, bytes);
  }
  return { bytes, encoding };
}
