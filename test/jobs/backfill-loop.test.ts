import { expect, test } from "bun:test";
import { backfillLoop } from "../../src/jobs/backfill-loop.ts";
import { kinds } from "../../src/jobs/index.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { testKind, testQueue } from "../support/queue.ts";

async function* lacking() {
  yield { fileId: 1 };
  yield { fileId: 2 };
}

test("enqueues what is missing of the kinds that backfill by themselves, behind fresh work, and only once", async () => {
  const dedupKey = (p: { fileId: number }) => String(p.fileId);
  const t = testQueue([
    testKind({ name: "metadata", backfillsItself: true, pending: lacking, dedupKey }),
    testKind({ name: "poster", pending: lacking, dedupKey }),
  ]);
  const loop = backfillLoop({ queue: t.queue, log: silentLogger });
  await loop.step(new AbortController().signal);
  await loop.step(new AbortController().signal);
  const { jobs } = await t.store.list({}, "oldest", 0, 9);
  expect(jobs.map((j) => [j.kind, j.params.fileId, j.backfill, j.origin])).toEqual([
    ["metadata", 1, true, "backfill"],
    ["metadata", 2, true, "backfill"],
  ]);
});

test("what every file needs backfills by itself, as does what falls due", () => {
  expect(kinds.filter((k) => k.backfillsItself).map((k) => k.name)).toEqual([
    "file-metadata",
    "file-hash",
    "collection-refresh",
    "purge-trash",
    "image-prewarm",
  ]);
});
