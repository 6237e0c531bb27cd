// Small media made by ffmpeg for a test, in a folder that the test owns.

import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const hasFfmpeg = Bun.which("ffmpeg") !== null && Bun.which("ffprobe") !== null;

export function madeMedia() {
  const folder = mkdtempSync(join(tmpdir(), "sprocket-made-"));
  return {
    folder,
    /** Runs ffmpeg with `args` and the output's path; answers the path. */
    make(name: string, ...args: string[]): string {
      const path = join(folder, name);
      const made = spawnSync("ffmpeg", ["-nostdin", "-v", "error", "-y", ...args, path], {
        encoding: "utf8",
      });
      if (made.status !== 0) throw new Error(`ffmpeg: ${made.stderr}`);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
