// What finding near duplicates costs at 200,000 files: the first comparison, which reads all fingerprints, each after it, and
// the groups of the page. Run by hand: bun test/bench/near-duplicates.ts [--count=200000]

import { sql } from "drizzle-orm";
import { duplicatesOf, forgetDuplicates } from "../../src/library/duplicates.ts";
import { findNear } from "../../src/library/near-duplicates.ts";
import { mediaTools } from "../support/media-tools.ts";

const count = Number(process.argv.find((a) => a.startsWith("--count="))?.slice(8) ?? 200_000);
const at = await mediaTools();
const { db } = at.tools;
const hex = "printf('%08x%08x', abs(random()) % 4294967296, abs(random()) % 4294967296)";
// Every tenth is there twice to the byte, and every twentieth looks like the one before it.
await db.run(sql`
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
  INSERT INTO file (id, library_id, folder_id, path, name, type, mime_type, size_bytes, mtime_ms, inode, sha256, width, height, created_at, updated_at)
  SELECT i, 1, 1, 'photos/' || i || '.jpg', i || '.jpg', 'image', 'image/jpeg', 1000 + i, i, i,
    printf('%064x', (i - (i % 10 = 0)) * 2654435761), 400, 300, 0, 0 FROM n`);
await db.run(sql`INSERT INTO fingerprint (file_id, type, value, created_at)
  SELECT id, 'phash', ${sql.raw(hex)}, 0 FROM file`);
await db.run(sql`UPDATE fingerprint SET value = (SELECT value FROM fingerprint AS f WHERE f.file_id = fingerprint.file_id - 1)
  WHERE file_id % 20 = 2`);
await db.run(sql`INSERT INTO near_duplicate (file_id, other_id, type, distance)
  SELECT id - 1, id, 'phash', 0 FROM file WHERE id % 20 = 2`);

/** CPU time: a machine that is busy with other things changes nothing. */
async function timed(what: string, times: number, work: () => Promise<unknown>) {
  const start = process.cpuUsage();
  for (let n = 0; n < times; n++) await work();
  const { user, system } = process.cpuUsage(start);
  console.log(`${what.padEnd(28)} ${((user + system) / 1000 / times).toFixed(1).padStart(7)} ms`);
}

await timed("first comparison, reads all", 1, () => findNear(db, 1, "phash"));
let id = 2;
await timed("each after it", 200, () => findNear(db, id++, "phash"));
for (const type of ["exact", "near"] as const)
  await timed(`groups, ${type}`, 3, async () => {
    forgetDuplicates(db);
    await duplicatesOf(db, type, []);
  });
await timed("groups, as kept", 100, () => duplicatesOf(db, "near", []));
console.log(`${count} files, RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
await at.close();
process.exit(0);
