// How long a library of 100,000 files takes to scan, and how much memory: `bun test/bench/scan-100k.ts [files]`.
// Prints a first scan with its cascade enqueued, and a second one that finds nothing new.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { createCatalogue } from "../../src/jobs/index.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { libraryCounts } from "../../src/library/file-stats.ts";
import { listFiles } from "../../src/library/files.ts";
import { listFolder } from "../../src/library/folders.ts";
import { createLibrary } from "../../src/library/libraries.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import { Queue } from "../../src/queue/queue.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { dataPaths } from "../../src/runtime/data-folder.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { silentLogger } from "../../src/runtime/log.ts";

const files = Number(process.argv[2] ?? 100_000);
const top = mkdtempSync(join(tmpdir(), "sprocket-bench-"));
try {
  const media = join(top, "media");
  for (let i = 0; i < files; i++) {
    const folder = join(media, String(2000 + (i % 25)), String(i % 200));
    if (i < 5000) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `IMG_${i}.jpg`), String(i));
  }
  const paths = dataPaths(join(top, "data"));
  mkdirSync(paths.root);
  const { sqlite, db } = openSqlite(paths.database);
  migrate(sqlite, migrations);
  const events = new EventBus();
  const store = openSqliteJobStore(sqlite);
  const catalogue = createCatalogue();
  const queue: Queue<Tools> = new Queue<Tools>(store, catalogue, () => tools, events, systemClock);
  const tools = { db, queue, paths, events, clock: systemClock, log: silentLogger } as unknown as Tools;
  const { id: libraryId } = await createLibrary({ db, paths, clock: systemClock, events }, { path: media });

  let longestMs = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  }, 1);
  const rssMb = () => Math.round(process.memoryUsage().rss / 1e6);
  const scan = async (name: string) => {
    longestMs = 0;
    let peakMb = 0;
    const before = rssMb();
    const started = performance.now();
    await catalogue.find("gallery-scan")!.run({
      id: Math.round(started),
      kind: "gallery-scan",
      params: { libraryId, skipExisting: true },
      subject: { type: "library", id: libraryId, label: "bench" },
      backfill: false,
      attempt: 1,
      readyAt: Date.now(),
      tools,
      signal: new AbortController().signal,
      progress: () => {
        peakMb = Math.max(peakMb, rssMb());
      },
      log: (line) => console.log(`  ${line}`),
      pausePoint: async () => {},
    });
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `${name}: ${seconds.toFixed(1)} s, ${Math.round(files / seconds)} files/s, RSS ${before} → peak ${peakMb} MB, longest block ${longestMs.toFixed(0)} ms`,
    );
  };
  const time = async (name: string, f: () => Promise<unknown>) => {
    const started = performance.now();
    await f();
    console.log(`${name}: ${(performance.now() - started).toFixed(1)} ms`);
  };
  await scan("first scan");
  await scan("second scan");
  clearInterval(beat);
  await time("list, newest 50", () => listFiles(db, { libraryId }));
  await time("list, by name, page 1,000", () =>
    listFiles(db, { sort: "name", ascending: true, offset: 49_950, limit: 50 }),
  );
  await time("list, by path, one library, page 1,000", () =>
    listFiles(db, { libraryId, sort: "path", ascending: true, offset: 49_950, limit: 50 }),
  );
  await time("search", () => listFiles(db, { text: "IMG_777" }));
  await time("root folder with 25 subfolders", () => listFolder(db, libraryId));
  await time("counts of libraries", () => libraryCounts(db));
} finally {
  rmSync(top, { recursive: true, force: true });
}
