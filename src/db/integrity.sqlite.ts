// Reads a whole database and says what is damaged in it. At a million jobs that takes seconds in which nothing else runs:
// hence never in the server's own process.

import { Database } from "bun:sqlite";

/** Null: whole. */
export function damageOf(path: string): string | null {
  const copy = new Database(path, { readonly: true, create: false, strict: true });
  try {
    const { quick_check } = copy.query("PRAGMA quick_check(5)").get() as { quick_check: string };
    return quick_check === "ok" ? null : quick_check;
  } finally {
    copy.close();
  }
}
