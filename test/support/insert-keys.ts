// One of several processes that enqueue the same work: opens a database, inserts the keys 0…N-1 in an order of its own, and
// says which of them it has opened and which jobs they are. Run by dedup-race.test.ts.

import { openSqlite } from "../../src/db/open.sqlite.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import { seeded } from "./seeded.ts";

const [path, count, seed] = process.argv.slice(2) as [string, string, string];
const { sqlite, close } = openSqlite(path);
const store = openSqliteJobStore(sqlite, false);
const random = seeded(Number(seed));
const keys = Array.from({ length: Number(count) }, (_, i) => `k${i}`).sort(() => random() - 0.5);
const ids: Record<string, number> = {};
const opened: string[] = [];
for (const dedupKey of keys) {
  const [got] = await store.insert(
    [
      {
        queue: "transcode",
        kind: "video-transcode",
        category: "cpu",
        vramMb: 0,
        group: 0,
        params: {},
        subject: { type: "none", id: null, label: dedupKey },
        priority: 5,
        backfill: false,
        dedupKey,
        runAt: null,
        maxRetries: 3,
        origin: null,
      },
    ],
    Date.now(),
  );
  ids[dedupKey] = got!.id;
  if (!got!.deduplicated) opened.push(dedupKey);
}
close();
process.stdout.write(JSON.stringify({ ids, opened }));
