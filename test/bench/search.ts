// How long search takes over a million jobs and 200,000 files: first page and total, medians of a few runs. Run by hand:
//   bun test/bench/search.ts [--jobs=1000000] [--files=200000]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import type { JobFilter } from "../../src/queue/job-store.ts";
import type { JobTest } from "../../src/queue/job-term.ts";

const option = (name: string, otherwise: number) =>
  Number(process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise);
const jobs = option("jobs", 1_000_000);
const files = option("files", 200_000);
const runs = 7;

const folder = mkdtempSync(join(tmpdir(), "sprocket-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const { sqlite } = openSqlite(join(folder, "search.db"));
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
sqlite.run(`${each(jobs)} INSERT INTO waiting (lane, rank, id) SELECT 1 + i % 40, 10 + (i % 3 = 0), i FROM n WHERE i % 10 = 0`);
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

const is = (...tests: JobTest[]): JobFilter => ({ terms: tests.map((test) => ({ not: false, test })) });
const searches: Record<string, JobFilter> = {
  "(everything)": {},
  "status:failed queue:queue-1": is({ of: "status", in: ["failed"] }, { of: "queue", in: ["queue-1"] }),
  "IMG_123456": is({ of: "text", any: ["IMG_123456"] }),
  "trip (all)": is({ of: "text", any: ["trip"] }),
  "\"Trip 500\"": is({ of: "text", any: ["Trip 500/"] }),
  "ip (two letters)": is({ of: "text", any: ["ip"] }),
  "nothing like it": is({ of: "text", any: ["nothinglikeit"] }),
  "zq (two letters, nowhere)": is({ of: "text", any: ["zq"] }),
  "error:moov": is({ of: "error", any: ["moov"] }),
  "error:segmentation": is({ of: "error", any: ["segmentation"] }),
  "error:moov status:failed lib:1 queue:queue-1 took:>5m": is(
    { of: "error", any: ["moov"] },
    { of: "status", in: ["failed"] },
    { of: "group", in: [2] },
    { of: "queue", in: ["queue-1"] },
    { of: "runMs", ranges: [{ from: 300_001 }], now },
  ),
  "took:>5m": is({ of: "runMs", ranges: [{ from: 300_001 }], now }),
  "took:<1s": is({ of: "runMs", ranges: [{ to: 1000 }], now }),
  "took:>2s took:<10s (none)": is({ of: "runMs", ranges: [{ from: 2000, to: 10_000 }], now }),
  "code:tool.crashed": is({ of: "code", in: ["tool.crashed"] }),
  "retries:>0": is({ of: "retries", ranges: [{ from: 1 }] }),
  "priority:<3 (none)": is({ of: "priority", ranges: [{ to: 3 }] }),
  "is:backfill": is({ of: "backfill" }),
  "age:>29d": is({ of: "created", ranges: [{ to: now - 29 * day }] }),
  "created, two hours": is({ of: "created", ranges: [{ from: now - 10 * day, to: now - 10 * day + day / 12 }] }),
  "finished, last hour": is({ of: "finished", ranges: [{ from: now - day / 24 }] }),
  "finished, ten days": is({ of: "finished", ranges: [{ from: now - 10 * day }] }),
  "by:anna": is({ of: "origin", in: ["b1946ac9-2f4e-4cd9-8b0e-000000000001"] }),
  "worker:nas (none)": is({ of: "worker", any: ["nas"] }),
  "status:failed text": { status: ["failed"], text: "Trip 500/" },
  "-trip (none)": { terms: [{ not: true, test: { of: "text", any: ["trip"] } }] },
};

for (const [name, filter] of Object.entries(searches)) {
  const times: number[] = [];
  const blocks: number[] = [];
  let last = await store.list(filter, "newest", 0, 50);
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
    last = await store.list(filter, "newest", 0, 50);
    times.push(performance.now() - start);
    going = false;
    turn();
    blocks.push(longest);
  }
  const median = (all: number[]) => all.sort((a, b) => a - b)[all.length >> 1]!.toFixed(1).padStart(7);
  const total = `${last.total}${last.totalIsCapped ? "+" : ""}${last.complete === false ? " (gave up)" : ""}`;
  console.log(`${median(times)} ms  at once ${median(blocks)} ms  ${name.padEnd(56)} ${last.jobs.length} of ${total}`);
}
const groups = performance.now();
await store.failureGroups();
console.log(`failureGroups: ${(performance.now() - groups).toFixed(1)} ms`);
store.close();
