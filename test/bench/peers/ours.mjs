// Sprocket's queue for the comparison of job queues: copy this file into the `adapters` folder of those benches, and run
// with bun `drive.mjs ours --root=FOLDER_OF_THIS_REPOSITORY [--normal]`. The same Queue and Worker as the server's, on a
// database file; every enqueue is parsed, every commit waits for the disk unless `--normal`.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export default (args) => {
  const source = (path) => import(join(args.root ?? process.cwd(), "src", path));
  const folder = mkdtempSync(join(tmpdir(), "sprocket-peer-"));
  const names = ["bench", ...Array.from({ length: 10 }, (_, i) => `q${i}`)];
  const runs = new Map();
  let parts;
  let database;
  let store;
  let queue;
  let events;
  let opened = 0;

  async function load() {
    const [{ openSqlite }, { migrate }, { migrations }, { openSqliteJobStore }, { Catalogue }] =
      await Promise.all([
        source("db/open.sqlite.ts"),
        source("db/migrate.ts"),
        source("db/migrations/sqlite/index.ts"),
        source("queue/job-store.sqlite.ts"),
        source("queue/kind.ts"),
      ]);
    const [{ Queue }, { Worker }, { EventBus }, { systemClock }, { silentLogger }] = await Promise.all([
      source("queue/queue.ts"),
      source("queue/worker.ts"),
      source("runtime/events.ts"),
      source("runtime/clock.ts"),
      source("runtime/log.ts"),
    ]);
    const { z } = await import(Bun.resolveSync("zod", args.root ?? process.cwd()));
    const params = z.object({ i: z.number(), t: z.number(), file: z.string(), preset: z.string() });
    const kinds = names.map((name) => ({
      name,
      label: name,
      description: "",
      queue: name,
      category: "cpu",
      params,
      stuckAfterS: 60,
      about: (p) => ({ type: "none", id: null, label: p.file }),
      dedupKey: () => null,
      run: async (job) => runs.get(name)?.(job.params),
    }));
    const queues = names.map((name) => ({ name, section: "", description: "", weight: 1, base: 64 }));
    const catalogue = new Catalogue(queues, kinds);
    return {
      openSqlite,
      migrate,
      migrations,
      openSqliteJobStore,
      Queue,
      Worker,
      EventBus,
      systemClock,
      silentLogger,
      catalogue,
    };
  }

  function open() {
    database = parts.openSqlite(join(folder, `${opened}.db`));
    parts.migrate(database.sqlite, parts.migrations);
    store = parts.openSqliteJobStore(database.sqlite, !args.normal);
    events = new parts.EventBus();
    queue = new parts.Queue(store, parts.catalogue, () => ({}), events, parts.systemClock);
  }

  /** `stateOf` of row i in SQL: 0 waits, 1 completed, 2 failed. Counts are held in memory, so the store opens anew. */
  function fill(n, laneSql, stateSql, queues) {
    const { sqlite } = database;
    const now = Date.now();
    sqlite.run("BEGIN");
    for (const [i, name] of queues.entries())
      sqlite.run(
        "INSERT INTO lane (id, queue, kind, category, vram_mb, subject_group) VALUES (?, ?, ?, 'cpu', 0, 0)",
        [i + 1, name, name],
      );
    const params =
      '{"file":"/media/library/season01/episode-0042.mkv","i":1,"preset":"hevc-nvenc-medium","t":0}';
    sqlite.run(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${n} - 1)
       INSERT INTO job (id, lane, priority, backfill, rank, params, subject_type, subject_label, max_retries, created_at)
       SELECT i + 1, ${laneSql}, 5, 0, 10, ?, 'none', 'episode-0042.mkv', 3, ${now} FROM n`,
      [params],
    );
    const state = stateSql.replaceAll(/\bi\b/g, "(id - 1)");
    sqlite.run(
      `INSERT INTO waiting (lane, rank, id) SELECT lane, rank, id FROM job WHERE ${state} = 0 ORDER BY 1, 2, 3`,
    );
    sqlite.run(`INSERT INTO finished (id, lane, state, finished_at, started_at, progress, code, message, attempt, worker)
      SELECT id, lane, ${state}, ${now} + id, ${now}, 100, iif(${state} = 2, 'internal', NULL), iif(${state} = 2, 'Error: boom', NULL), 1, 'w'
      FROM job WHERE ${state} > 0`);
    sqlite.run(
      "INSERT INTO tally (lane, state, n) SELECT lane, 'waiting', count(*) FROM waiting GROUP BY lane",
    );
    sqlite.run(`INSERT INTO tally (lane, state, n) SELECT lane, iif(state = 1, 'completed', 'failed'), count(*)
      FROM finished GROUP BY lane, state`);
    sqlite.run("COMMIT");
    database.close();
    open();
  }

  return {
    name: args.normal ? "ours-normal" : "ours",
    settings: `bun:sqlite WAL, synchronous=${args.normal ? "NORMAL" : "FULL for the queue's commits"}, woken inside the process`,
    async setup() {
      parts ??= await load();
      opened++;
      open();
    },
    add: (name, d) => queue.enqueue(name, d),
    addMany: (name, ds) => queue.enqueueMany(ds.map((params) => ({ kind: name, params }))),
    async work(name, concurrency, handler) {
      runs.set(name, handler);
      const worker = new parts.Worker({
        store,
        catalogue: parts.catalogue,
        tools: {},
        events,
        clock: parts.systemClock,
        log: parts.silentLogger,
        limits: () => ({
          multiplier: 1,
          category: { cpu: concurrency, gpu_encode: 1, gpu_ai: 1 },
          vramBudgetMb: 0,
        }),
        logsFolder: folder,
        name: `bench-${opened}`,
      });
      await worker.start();
      return { stopSoon: () => void worker.stop(), stop: () => worker.stop() };
    },
    prefillFinished: (name, n) => fill(n, "1", "1", [name]),
    prefillMixed: (n) =>
      fill(n, "i / 10 % 10 + 1", "iif(i % 10 < 7, 1, iif(i % 10 = 7, 2, 0))", names.slice(1)),
    counts: () => store.tallies(),
    failedPage: async () => (await store.list({ status: ["failed"], queue: ["q3"] }, "finished", 0, 50)).jobs,
    teardown() {
      database.close();
      for (const end of ["", "-wal", "-shm"]) rmSync(join(folder, `${opened}.db${end}`), { force: true });
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
};
