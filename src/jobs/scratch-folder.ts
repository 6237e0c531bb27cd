// A folder for a run's intermediate files, gone when the run ends, however it ends.

import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Tools } from "./tools.ts";

export async function withScratchFolder<T>(
  { paths }: Pick<Tools, "paths">,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = join(paths.tmp, `run-${randomBytes(6).toString("hex")}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
