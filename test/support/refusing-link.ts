// A hard link as another file system answers it: `EXDEV` between two disks, `EPERM` on one that has none.

import { link } from "node:fs/promises";
import { dirname } from "node:path";
import type { Link } from "../../src/library/placing.ts";

export function refusing(code: "EXDEV" | "EPERM"): Link {
  return async (from, to) => {
    if (code === "EXDEV" && dirname(String(from)) === dirname(String(to))) return await link(from, to);
    throw Object.assign(new Error(`${code}: link '${String(from)}'`), { code, syscall: "link" });
  };
}
