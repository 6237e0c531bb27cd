// One name for all failures of one cause: the code and the message without what differs from file to file.

import type { Failure } from "./job.ts";

/** Twelve hex digits, the same for ever: they stand in links. `label` is what the job was about, a path mostly. */
export function fingerprintOf({ code, message }: Failure, label = ""): string {
  // What the queue itself says of a job (orphaned, stuck) is one cause each, whatever worker and times it names.
  const cause = code.startsWith("job.") ? "" : causeOf(tellingPart(code, message), label);
  return new Bun.CryptoHasher("sha256").update(`${code}\n${cause}`).digest("hex").slice(0, 12);
}

/** Of a bad input each tool complains in other words about every file: below our own first line they are no causes. */
function tellingPart(code: string, message: string): string {
  return code.startsWith("input.") ? message.split("\n", 1)[0]! : message;
}

/** The message without paths, quoted names, numbers and addresses. Names with spaces are known by `label` alone. */
export function causeOf(message: string, label = ""): string {
  return withoutLabel(message, label)
    .replace(/(["'`“‘])(?:(?!["'`”’]).)*["'`”’]/g, "…")
    .replace(/(?:file:)?(?:[\w.-]*\/)+[^\s:,;]*/g, "…")
    .replace(/\S+\.[A-Za-z0-9]{2,5}(?=[\s:,;.)]|$)/g, "…")
    .replace(/\b0x[0-9a-f]+\b/gi, "…")
    .replace(/\d+(?:[.,]\d+)*/g, "…")
    .replace(/(?:…\s*)+/g, "… ")
    .trim();
}

function withoutLabel(message: string, label: string): string {
  const name = label.split("/").at(-1)!;
  // A name of a letter or two would take words apart.
  return [label, name]
    .filter((part) => part.length > 2)
    .reduce((text, part) => text.replaceAll(part, "…"), message);
}
