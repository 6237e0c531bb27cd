// One name for all failures of one cause: the code and the message without what differs from file to file.

import type { Failure } from "./job.ts";

/** Twelve hex digits, the same for ever: they stand in links. */
export function fingerprintOf({ code, message }: Failure): string {
  return new Bun.CryptoHasher("sha256")
    .update(`${code}\n${causeOf(message)}`)
    .digest("hex")
    .slice(0, 12);
}

/** The message without paths, quoted names, numbers and addresses. */
export function causeOf(message: string): string {
  return message
    .replace(/(["'`“‘])(?:(?!["'`”’]).)*["'`”’]/g, "…")
    .replace(/(?:file:)?(?:[\w.-]*\/)+[^\s:,;]*/g, "…")
    .replace(/\S+\.[A-Za-z0-9]{2,5}(?=[\s:,;.)]|$)/g, "…")
    .replace(/\b0x[0-9a-f]+\b/gi, "…")
    .replace(/\d+(?:[.,]\d+)*/g, "…")
    .replace(/(?:…\s*)+/g, "… ")
    .trim();
}
