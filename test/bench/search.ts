// How long search takes over a million jobs and 200,000 files: first page and total, medians of a few runs. Run by hand:
//   bun test/bench/search.ts [--jobs=1000000] [--files=200000]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { listFiles } from "../../src/library/file-list.ts";
import { fileTextIndexer } from "../../src/library/file-text.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import type { JobFilter } from "../../src/queue/job-store.ts";
import { Catalogue } from "../../src/queue/kind.ts";
import { type FileWords, fileFields, fileTerms } from "../../src/search/file-fields.ts";
import { fileWords as fileWordsOf } from "../../src/search/file-words.ts";
import { type JobWords, jobFields, jobMeaning, listedStatuses } from "../../src/search/job-fields.ts";
import { jobWords } from "../../src/search/job-words.ts";
import { parseQuery } from "../../src/search/query.ts";
import { suggestions } from "../../src/search/suggest.ts";

const option = (name: string, otherwise: number) =>
  Number(process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise);
const jobs = option("jobs", 1_000_000);
const files = option("files", 200_000);
const runs = 7;

const folder = mkdtempSync(join(tmpdir(), "sprocket-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const { sqlite, db } = openSqlite(join(folder, "search.db"));
migrate(sqlite, migrations);

const now = Date.UTC(2026, 5, 1);
const minute = 60_000;
const day = 24 * 60 * minute;
const since = performance.now();
const each = (n: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n})`;
const path = (i: string) => `(2010 + ${i} % 16) || '/Trip ' || (${i} % 997) || '/IMG_' || ${i} || '.jpg'`;
// 40 lanes: 20 kinds in ten queues, in two groups. One job in 50 failed, one in 100 of those in a way of its own; one in
// ten waits; one in 5,000 ran for minutes.
sqlite.run("BEGIN");
sqlite.run(`${each(40)} INSERT INTO lane (id, queue, kind, category, vram_mb, subject_group)
  SELECT i, 'queue-' || (i % 10), 'kind-' || (i % 20), 'cpu', 0, 1 + i / 20 % 2 FROM n`);
sqlite.run(`${each(jobs)} INSERT INTO job (id, lane, priority, backfill, rank, params, subject_type, subject_id, subject_label,
    max_retries, retry_count, origin, created_at)
  SELECT i, 1 + i % 40, 5, i % 3 = 0, 10 + (i % 3 = 0), '{"fileId":' || (1 + i % ${files}) || '}', 'file', 1 + i % ${files},
    ${path(`(1 + i % ${files})`)}, 3, i % 1000 = 0, iif(i % 20000, 'scan', 'b1946ac9-2f4e-4cd9-8b0e-000000000001'),
    ${now - 30 * day} + i * ${(30 * day) / jobs} FROM n`);
sqlite.run(
  `${each(jobs)} INSERT INTO waiting (lane, rank, id) SELECT 1 + i % 40, 10 + (i % 3 = 0), i FROM n WHERE i % 10 = 0`,
);
sqlite.run(`${each(jobs)} INSERT INTO finished (id, lane, state, finished_at, started_at, progress, code, message, fingerprint)
  SELECT i, 1 + i % 40, iif(i % 50 = 1, 2, 1), ${now - 30 * day} + i * ${(30 * day) / jobs} + iif(i % 5000 = 3, 400000, 900),
    ${now - 30 * day} + i * ${(30 * day) / jobs}, 100,
    iif(i % 50 = 1, iif(i % 5000 = 1, 'tool.crashed', 'input.truncated'), NULL),
    iif(i % 50 = 1, iif(i % 5000 = 1, 'Segmentation fault in ' || i, 'moov atom not found in IMG_' || i || '.jpg, the file ends in the middle'), NULL),
    iif(i % 50 = 1, iif(i % 5000 = 1, 'bbbbbbbbbbbb', 'aaaaaaaaaaaa'), NULL) FROM n WHERE i % 10 <> 0`);
sqlite.run(`INSERT INTO tally SELECT lane, 'waiting', count(*) FROM waiting GROUP BY lane`);
sqlite.run(
  `INSERT INTO tally SELECT lane, iif(state = 1, 'completed', 'failed'), count(*) FROM finished GROUP BY lane, state`,
);
sqlite.run("COMMIT");
console.log(`${jobs} jobs made in ${Math.round(performance.now() - since)} ms`);

const store = openSqliteJobStore(sqlite, false);
await textIndex();

async function textIndex() {
  const start = performance.now();
  const steps: number[] = [];
  for (;;) {
    const at = performance.now();
    const more = await store.indexText(500);
    steps.push(performance.now() - at);
    if (!more) break;
  }
  steps.sort((a, b) => a - b);
  console.log(
    `labels of all jobs indexed in ${Math.round(performance.now() - start)} ms; 500 jobs: median ${steps[steps.length >> 1]!.toFixed(1)} ms, longest ${steps.at(-1)!.toFixed(1)} ms`,
  );
}

const anna = "b1946ac9-2f4e-4cd9-8b0e-000000000001";
const words: JobWords = {
  queues: Array.from({ length: 10 }, (_, i) => `queue-${i}`),
  kinds: Array.from({ length: 20 }, (_, i) => ({ name: `kind-${i}`, label: `kind-${i}` })),
  libraries: [
    { id: 1, name: "One" },
    { id: 2, name: "Two" },
  ],
  people: [{ id: anna, name: "Anna", email: "anna@example.org" }],
  codes: async () => [],
  workers: async () => [],
};
const jobSearches = [
  "",
  "status:failed queue:queue-2",
  "IMG_123456",
  "trip",
  '"Trip 500/"',
  "ip",
  "zq",
  "nothinglikeit",
  "error:moov",
  "error:segmentation",
  "queue:queue-1 status:failed lib:One error:moov took:>1s",
  "queue:queue-3 status:completed lib:Two took:>5m",
  "took:>5m",
  "took:<1s",
  "took:2s..10s",
  "code:tool.crashed",
  "code:input",
  "retries:>0",
  "priority:<3",
  "is:backfill",
  "-is:backfill -status:completed trip",
  "age:>29d",
  "created:2026-05-20",
  "finished:2026-05-20",
  "finished:2026-05-20 error:moov",
  "finished:2026-05",
  "by:anna",
  "worker:nas",
  '"Trip 500/" status:failed',
  "-trip",
];

async function jobFilter(q: string): Promise<JobFilter> {
  const { terms, faults } = parseQuery(q, jobFields(words), now);
  if (faults.length > 0) throw new Error(faults[0]!.message);
  const meaning = await jobMeaning(terms, words, now, async () => []);
  const named = meaning.statuses.find((s) => !s.not);
  const others = meaning.statuses
    .filter((s) => s !== named)
    .map((s) => ({ not: s.not, test: { of: "status" as const, in: listedStatuses(s.in) } }));
  return { terms: [...meaning.terms, ...others], ...(named && { status: listedStatuses(named.in) }) };
}

await measure("jobs", jobSearches, async (q) => {
  const { jobs, ...counted } = await store.list(await jobFilter(q), "newest", 0, 50);
  return { shown: jobs.length, ...counted };
});
await measure("jobs, the longest first", ["", "error:moov", "trip"], async (q) => {
  const { jobs, ...counted } = await store.list(await jobFilter(q), "longest", 0, 50);
  return { shown: jobs.length, ...counted };
});
const groupsAt = performance.now();
await store.failureGroups();
console.log(`failureGroups: ${(performance.now() - groupsAt).toFixed(1)} ms`);

// Files: a fifth videos, one in 500 invalid, one in 1,000 a copy of another.
await makeFiles();
const fileSearches = [
  "IMG_12345",
  "trip",
  '"Trip 500/"',
  "ip",
  "zq",
  "nothinglikeit",
  "type:video codec:hevc",
  "type:video codec:av1",
  "width:>4000",
  "width:>9000",
  "size:>1gb",
  "size:>4999mb",
  "duration:>1h",
  "state:invalid",
  "captured:2019-05",
  "captured:2019",
  "camera:canon",
  "ext:mkv",
  "hash:00001",
  "is:duplicate",
  "is:trashed",
  "-has:hash",
  "has:poster",
  "lib:Two trip",
];
const fileWords: FileWords = {
  libraries: words.libraries,
  derivatives: ["poster"],
  extensions: async () => [],
  codecs: async () => [],
  cameras: async () => [],
  tags: async () => [],
  codes: async () => [],
};
await measure("files", fileSearches, async (q) => {
  const { terms, faults } = parseQuery(q, fileFields(fileWords), now);
  if (faults.length > 0) throw new Error(faults[0]!.message);
  const { files, ...counted } = await listFiles(db, { terms: fileTerms(terms, fileWords, now), limit: 50 });
  return { shown: files.length, ...counted };
});
const catalogue = new Catalogue<unknown>([], []);
await measure("suggestions, files", ["camera:", "codec:h", "ext:m", "lib:", "ty"], async (q) => {
  const shown = await suggestions(q, q.length, fileFields(await fileWordsOf(db, catalogue)));
  return { shown: shown.length, total: shown.length };
});
await measure("suggestions, jobs", ["code:", "queue:", "by:a", "st"], async (q) => {
  const shown = await suggestions(
    q,
    q.length,
    jobFields(await jobWords({ db, store, queue: { catalogue } })),
  );
  return { shown: shown.length, total: shown.length };
});
store.close();

async function makeFiles() {
  const libraries = `INSERT INTO library (id, name, path, scan_videos, scan_images, scan_audio, nsfw, public, watch, read_only, recognise, created_at)
    VALUES (1, 'One', '/one', 1, 1, 1, 0, 0, 0, 1, '{}', 1), (2, 'Two', '/two', 1, 1, 1, 0, 0, 0, 1, '{}', 1)`;
  sqlite.run(libraries);
  sqlite.run(
    `${each(997)} INSERT INTO folder (id, library_id, path, name, created_at) SELECT i, 1 + i % 2, 'Trip ' || i, 'Trip ' || i, 1 FROM n`,
  );
  const start = performance.now();
  sqlite.run(`${each(files)} INSERT INTO file (id, library_id, folder_id, path, name, type, mime_type, size_bytes, mtime_ms, inode, sha256,
      state, reason_code, width, height, duration_s, captured_at, trashed_at, created_at, updated_at, codecs, camera, metadata)
    SELECT i, 1 + i % 2, 1 + i % 997, ${path("i")}, 'IMG_' || i || iif(i % 5, '.jpg', iif(i % 10, '.mp4', '.mkv')),
      iif(i % 5, 'image', 'video'), 'image/jpeg', (i * 7919) % 5000 * 1000000, 1, 'i' || i,
      iif(i % 4, printf('%05x%059x', i % 100003, iif(i % 1000, i, i - 4)), NULL), iif(i % 500, 'ok', 'invalid'), iif(i % 500, NULL, 'input.truncated'),
      320 + i % 4000, 240 + i % 3000, iif(i % 5, NULL, i % 4000), ${Date.UTC(2010, 0, 1)} + i * 2500000, iif(i % 100 = 50, 1, NULL), 1, 1,
      iif(i % 5, NULL, iif(i % 15, '{"video":"h264"}', '{"video":"hevc"}')), iif(i % 3, '{"make":"Canon","model":"EOS 5D"}', '{"make":"Nikon"}'),
      '{"exif":"' || hex(zeroblob(300)) || '"}' FROM n`);
  sqlite.run(`INSERT INTO derivative (file_id, kind, variant, path, mime_type, size_bytes, created_at)
    SELECT id, 'poster', 'webp-480', 'p' || id, 'image/webp', 1, 1 FROM file WHERE id % 10 = 0`);
  const made = performance.now();
  await fileTextIndexer({ db }).step(new AbortController().signal);
  console.log(
    `${files} files made in ${Math.round(made - start)} ms, their paths indexed in ${Math.round(performance.now() - made)} ms`,
  );
}

interface Answer {
  shown: number;
  total: number;
  totalIsCapped?: boolean;
  complete?: boolean;
}

/** Medians: how long it took, and the longest that nothing else had its turn. */
async function measure(what: string, queries: string[], search: (q: string) => Promise<Answer>) {
  console.log(`\n${what}`);
  for (const q of queries) {
    const times: number[] = [];
    const blocks: number[] = [];
    let last = await search(q);
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      let turnAt = start;
      let longest = 0;
      let going = true;
      const turn = () => {
        longest = Math.max(longest, performance.now() - turnAt);
        turnAt = performance.now();
        if (going) setImmediate(turn);
      };
      setImmediate(turn);
      last = await search(q);
      times.push(performance.now() - start);
      going = false;
      turn();
      blocks.push(longest);
    }
    const median = (all: number[]) =>
      all
        .sort((a, b) => a - b)
        [all.length >> 1]!.toFixed(1)
        .padStart(7);
    const total = `${last.total}${last.totalIsCapped ? "+" : ""}${last.complete === false ? " (gave up)" : ""}`;
    console.log(
      `${median(times)} ms, at once ${median(blocks)} ms  ${(q || "(all)").padEnd(58)} ${last.shown} of ${total}`,
    );
  }
}
