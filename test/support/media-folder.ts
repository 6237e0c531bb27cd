// A library on a real temporary folder, with a database in memory: what scans and file tests work on.

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import type { FileType } from "../../src/db/tables/library.ts";
import { createLibrary, type LibraryInput } from "../../src/library/libraries.ts";
import { type ScanHooks, type ScanParts, scanLibrary } from "../../src/library/scan.ts";
import type { Batch } from "../../src/library/scan-batch.ts";
import { type DataPaths, dataPaths } from "../../src/runtime/data-folder.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { FakeClock } from "./fake-clock.ts";

export interface MediaFolder {
  parts: ScanParts & { paths: DataPaths; clock: FakeClock };
  /** Holds `media` and `data`. */
  top: string;
  media: string;
  /** Writes a file below `media`, with the folders to it. */
  put(path: string, content?: string, mtimeS?: number): string;
  library(input?: Partial<LibraryInput>): Promise<number>;
  scan(
    libraryId: number,
    type?: FileType,
    more?: Partial<ScanParts & { acceptMissing: boolean }>,
  ): Promise<Scanned>;
  remove(): void;
}

export interface Scanned extends Awaited<ReturnType<typeof scanLibrary>> {
  log: string[];
  batches: Batch[];
  progress: number[];
}

export function mediaFolder(): MediaFolder {
  const top = mkdtempSync(join(tmpdir(), "sprocket-media-"));
  const media = join(top, "media");
  mkdirSync(media);
  const opened = openSqlite(":memory:");
  migrate(opened.sqlite, migrations);
  const parts = {
    db: opened.db,
    paths: dataPaths(join(top, "data")),
    clock: new FakeClock(),
    events: new EventBus(),
  };
  let scans = 0;
  return {
    parts,
    top,
    media,
    put(path, content = path, mtimeS = 1_700_000_000) {
      const full = join(media, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
      utimesSync(full, mtimeS, mtimeS);
      return full;
    },
    library: async (input = {}) => (await createLibrary(parts, { path: media, ...input })).id,
    async scan(libraryId, type = "image", { acceptMissing, ...more } = {}) {
      const log: string[] = [];
      const batches: Batch[] = [];
      const progress: number[] = [];
      const hooks: ScanHooks = {
        signal: new AbortController().signal,
        progress: (percent) => progress.push(percent),
        log: (line) => log.push(line),
        found: async (batch) => void batches.push(batch),
      };
      const ask = { libraryId, type, scanId: ++scans, acceptMissing };
      const result = await scanLibrary({ ...parts, ...more }, ask, hooks);
      return { ...result, log, batches, progress };
    },
    remove() {
      opened.sqlite.close();
      rmSync(top, { recursive: true, force: true });
    },
  };
}
