// What the queue costs around real work: small pictures scanned, read, hashed and thumbnailed by the server's own parts,
// against a bare loop of the same native calls with the same parallelism, in one run. Run by hand:
//   bun test/bench/pictures.ts [--count=10000]

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { openEngine } from "../../src/cli/engine.ts";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { createLibrary } from "../../src/library/libraries.ts";
import { hashFile } from "../../src/media/hash.ts";
import { Worker } from "../../src/queue/worker.ts";
import { readConfig } from "../../src/runtime/config.ts";
import { dataPaths } from "../../src/runtime/data-folder.ts";
import { silentLogger } from "../../src/runtime/log.ts";

const count = Number(process.argv.find((a) => a.startsWith("--count="))?.slice(8) ?? 10_000);
const root = mkdtempSync(join(tmpdir(), "sprocket-bench-"));
const pictures = join(root, "pictures");
mkdirSync(pictures);

// Distinct content each, so that no two hash alike.
for (let i = 0; i < count; i++) {
  const [r, g, b] = [i % 256, (i >> 8) % 256, (i * 7) % 256];
  await sharp({ create: { width: 320, height: 240, channels: 3, background: { r, g, b } } })
    .composite([
      {
        input: {
          create: { width: 40 + (i % 90), height: 60, channels: 3, background: { r: b, g: r, b: g } },
        },
        left: i % 200,
        top: i % 150,
      },
    ])
    .jpeg()
    .toFile(join(pictures, `${i}.jpg`));
}

const config = readConfig({ dataFolder: join(root, "data") }, {}, root);
const paths = dataPaths(config.dataFolder);
for (const path of Object.values(paths)) if (path !== paths.database) mkdirSync(path, { recursive: true });
const database = openSqlite(paths.database);
migrate(database.sqlite, migrations);
const engine = await openEngine(config, database, paths, silentLogger);
const parallel = 5;

async function bare() {
  const out = join(root, "bare");
  mkdirSync(out);
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < count; i = next++) {
      const path = join(pictures, `${i}.jpg`);
      await engine.media.readImage(path, { decode: true });
      await hashFile(path);
      await engine.media.renderImage(path, [
        { path: join(out, `${i}-240.webp`), format: "webp", width: 240, height: 240, fit: "cover" },
        { path: join(out, `${i}-640.webp`), format: "webp", width: 640, height: 640 },
        { path: join(out, `${i}-1440.webp`), format: "webp", width: 1440, height: 1440 },
      ]);
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
}

async function queued() {
  await createLibrary(engine, {
    name: "Bench",
    path: pictures,
    scan: { videos: false, images: true, audio: false },
  });
  const worker = new Worker({
    ...engine,
    catalogue: engine.queue.catalogue,
    limits: () => ({
      multiplier: 16,
      category: { cpu: parallel, gpu_encode: 1, gpu_ai: 1 },
      vramBudgetMb: 0,
    }),
    logsFolder: paths.logs,
    name: "bench",
  });
  const done = Promise.withResolvers<void>();
  const check = setInterval(async () => {
    const all = await engine.store.tallies();
    const open = all.reduce((n, t) => n + t.waiting + t.running + t.delayed, 0);
    if (open === 0 && all.reduce((n, t) => n + t.completed, 0) >= count * 3) done.resolve();
  }, 20);
  await engine.queue.runQueue("gallery-scan", "bench");
  await worker.start();
  await done.promise;
  clearInterval(check);
  await worker.stop();
}

async function timed(f: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await f();
  return (performance.now() - start) / 1000;
}

await engine.media.renderImage(join(pictures, "0.jpg"), [
  { path: join(root, "warm.webp"), format: "webp", width: 10 },
]);
const bareS = await timed(bare);
const queuedS = await timed(queued);
const rate = (s: number) => `${s.toFixed(1)} s, ${Math.round(count / s)} pictures/s`;
console.log(
  `${count} pictures, ${parallel} at a time\nbare loop  ${rate(bareS)}\nSprocket   ${rate(queuedS)}\nratio      ${(queuedS / bareS).toFixed(2)}`,
);
console.log(`jobs per picture 3, RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
await engine.media.stop();
database.close();
rmSync(root, { recursive: true });
process.exit(0);
