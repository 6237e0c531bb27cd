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

export function schemaOf(path: string): number {
  const copy = new Database(path, { readonly: true, create: false, strict: true });
  try {
    return (copy.query("PRAGMA user_version").get() as { user_version: number }).user_version;
  } finally {
    copy.close();
  }
}

/** A database of this program, of whatever version. Throws on what is no database at all. */
export function isOurs(path: string): boolean {
  const copy = new Database(path, { readonly: true, create: false, strict: true });
  try {
    const tables = copy.query("SELECT name FROM sqlite_master WHERE type = 'table'").values().flat();
    return tables.includes("job") || (tables.includes("library") && tables.includes("file"));
  } finally {
    copy.close();
  }
}
