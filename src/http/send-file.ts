// Sends a file from disk: ranges, HEAD, ETag and conditional requests, and a name that survives every browser.

import { stat } from "node:fs/promises";
import type { Context } from "hono";
import { NotFound } from "../runtime/errors.ts";

export interface Sent {
  path: string;
  mimeType: string;
  /** For the person who saves it. */
  name?: string;
  /** Saved instead of shown. */
  asAttachment?: boolean;
  /** Unquoted; default: size and time. */
  etag?: string;
  /** The URL changes when the content does. */
  isImmutable?: boolean;
}

export async function sendFile(c: Context, sent: Sent): Promise<Response> {
  const found = await stat(sent.path).catch(() => undefined);
  if (!found?.isFile()) throw new NotFound("file at", c.req.path);
  const size = found.size;
  const etag = `"${sent.etag ?? `${size.toString(36)}-${Math.floor(found.mtimeMs).toString(36)}`}"`;
  const modified = new Date(Math.floor(found.mtimeMs / 1000) * 1000);
  const headers = new Headers({
    "Accept-Ranges": "bytes",
    "Cache-Control": sent.isImmutable ? "private, max-age=31536000, immutable" : "private, no-cache",
    "Content-Disposition": disposition(sent),
    "Content-Type": isShown(sent) ? sent.mimeType : "application/octet-stream",
    ETag: etag,
    "Last-Modified": modified.toUTCString(),
    "X-Content-Type-Options": "nosniff",
  });
  if (isFresh(c, etag, modified)) return new Response(null, { status: 304, headers });
  const range = c.req.method === "HEAD" ? undefined : rangeOf(c, size, etag, modified);
  if (range === "unsatisfiable") {
    headers.set("Content-Range", `bytes */${size}`);
    headers.delete("Content-Type");
    return new Response(null, { status: 416, headers });
  }
  const [from, to] = range ?? [0, size - 1];
  headers.set("Content-Length", String(to - from + 1));
  if (range) headers.set("Content-Range", `bytes ${from}-${to}/${size}`);
  if (c.req.method === "HEAD") return new Response(null, { headers });
  const whole = Bun.file(sent.path);
  return new Response(range ? whole.slice(from, to + 1) : whole, { status: range ? 206 : 200, headers });
}

/** RFC 6266: a plain name for old clients, and the real one by RFC 8187 for all others. */
export function contentDisposition(kind: "inline" | "attachment", name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/g, "_").replace(/["\\%]/g, "_");
  const exact = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`;
}

function disposition(sent: Sent): string {
  const kind = sent.asAttachment || !isShown(sent) ? "attachment" : "inline";
  return sent.name === undefined ? kind : contentDisposition(kind, sent.name);
}

/** Only pictures, film, sound and our own data: SVG and HTML could run scripts in our origin. */
function isShown({ mimeType }: Sent): boolean {
  return /^(video|audio|image)\//.test(mimeType) ? !mimeType.includes("svg") : safeTypes.includes(mimeType);
}

const safeTypes = ["application/json", "text/vtt", "application/mxf", "application/vnd.rn-realmedia"];

function isFresh(c: Context, etag: string, modified: Date): boolean {
  const noneMatch = c.req.header("If-None-Match");
  if (noneMatch)
    return noneMatch === "*" || noneMatch.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
  const since = Date.parse(c.req.header("If-Modified-Since") ?? "");
  return !Number.isNaN(since) && modified.getTime() <= since;
}

/** One range; of several, and of what is malformed, the whole is sent, as RFC 9110 allows. */
function rangeOf(
  c: Context,
  size: number,
  etag: string,
  modified: Date,
): [number, number] | "unsatisfiable" | undefined {
  const header = c.req.header("Range");
  const match = header && /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header);
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const condition = c.req.header("If-Range");
  if (condition && condition !== etag && Date.parse(condition) !== modified.getTime()) return undefined;
  if (match[1] === "") {
    const last = Number(match[2]);
    return last === 0 || size === 0 ? "unsatisfiable" : [Math.max(0, size - last), size - 1];
  }
  const from = Number(match[1]);
  const to = match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== "" && Number(match[2]) < from) return undefined;
  return from >= size ? "unsatisfiable" : [from, to];
}
