// What it costs to keep up with busy jobs: 200 progress reports and 200 log lines a second from 8 running jobs, while one
// script listens to the stream of the API and browsers have pages open. Run by hand:
//   bun test/bench/storm.ts [--seconds=10] [--pages=1] [--reports=200]
// `--pages=100 --reports=4` is a hundred open pages while four things a second change.
// CPU time of this process, which does not depend on what else the machine does; the readers are another process.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { openEngine } from "../../src/cli/engine.ts";
import { openApp, services } from "../../src/cli/server.ts";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { createApp } from "../../src/http/app.ts";
import { kinds } from "../../src/jobs/index.ts";
import { queues } from "../../src/jobs/queues.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { Catalogue, type JobKind } from "../../src/queue/kind.ts";
import { readConfig } from "../../src/runtime/config.ts";
import { openDataFolder } from "../../src/runtime/data-folder.ts";
import { silentLogger } from "../../src/runtime/log.ts";

const option = (name: string, otherwise: number) =>
  Number(process.argv.find((a) => a.startsWith(`--${name}=`))?.split("=")[1] ?? otherwise);
const seconds = option("seconds", 10);
const pages = option("pages", 1);
const jobs = 8;
const perJob = option("reports", 200) / jobs;

if (process.argv[2] === "--read") await read(process.argv.slice(3));
else await measure();

async function measure(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "sprocket-storm-"));
  const { paths, release } = openDataFolder(join(root, "data"));
  const config = readConfig({ dataFolder: paths.root }, {}, root);
  const database = openSqlite(paths.database);
  migrate(database.sqlite, migrations);
  let isStormy = false;
  const storm: JobKind<any, Tools> = {
    name: "storm",
    label: "Storm",
    description: "Talks all the time",
    queue: "storm",
    category: "cpu",
    params: z.looseObject({}),
    stuckAfterS: 600,
    about: ({ n }) => ({ type: "none", id: null, label: `film-${n}.mkv` }),
    dedupKey: () => null,
    run: (job) =>
      new Promise<void>((_, reject) => {
        let said = 0;
        const timer = setInterval(() => {
          if (!isStormy) return;
          said++;
          job.progress(said % 100);
          job.log(
            `frame=${said * 25} fps=25 q=28.0 size=${said * 512}KiB time=00:00:${said % 60} speed=1.02x`,
          );
        }, 1000 / perJob);
        job.signal.addEventListener("abort", () => {
          clearInterval(timer);
          reject(job.signal.reason);
        });
      }),
  };
  const spec = { name: "storm", section: "Video", description: "Storm", weight: 10, base: jobs };
  const catalogue = new Catalogue<Tools>([...queues, spec], [...kinds, storm]);
  const engine = await openEngine(config, database, paths, silentLogger, catalogue);
  await engine.settings.change({ categoryLimits: { cpu: jobs, gpu_encode: 1, gpu_ai: 1 } }, null);
  const app = await openApp(engine, config);
  const running = services(engine, app);
  for (const service of running) await service.start();
  const site = createApp(app);
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, self) => site.fetch(request, self),
  });
  const email = "owner@example.org";
  const password = "correct horse battery";
  await app.accounts.createUser({ email, password, name: "Olga", role: "owner" });
  for (let n = 0; n < jobs; n++) await app.queue.enqueue("storm", { n });

  const readers = Bun.spawn(
    [process.execPath, import.meta.path, "--read", `${server.url}`, email, password, `${pages}`],
    {
      stdout: "pipe",
      stderr: "inherit",
    },
  );
  await Bun.sleep(3_000);
  console.log(`${app.worker.running().length} jobs run, nothing said: ${await cpuShare(5)}`);
  isStormy = true;
  // A server runs for longer than the compiler needs.
  await Bun.sleep(10_000);
  console.log(
    `${jobs * perJob} progress reports and as many log lines a second, a script and ${pages} open pages: ${await cpuShare(seconds)}`,
  );
  readers.kill("SIGTERM");
  console.log(`they read ${(await new Response(readers.stdout).text()).trim()}`);
  await Bun.sleep(2_000);
  console.log(`the same, nobody reads: ${await cpuShare(seconds)}`);
  for (const service of running.reverse()) await service.stop();
  await server.stop(true);
  database.close();
  release();
  rmSync(root, { recursive: true });
  process.exit();
}

async function cpuShare(overS: number): Promise<string> {
  const cpu = process.cpuUsage();
  const from = performance.now();
  await Bun.sleep(overS * 1_000);
  const { user, system } = process.cpuUsage(cpu);
  return `${((user + system) / 10 / (performance.now() - from)).toFixed(1)} % of one core`;
}

async function read([url, email, password, open]: string[]): Promise<void> {
  const signedIn = await fetch(`${url}api/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const got = { script: { bytes: 0, messages: 0 }, page: { bytes: 0, messages: 0 } };
  const follow = async (path: string, sum: { bytes: number; messages: number }) => {
    const answer = await fetch(url + path, { headers: { cookie, accept: "text/event-stream" } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    for await (const bytes of answer.body!) {
      sum.bytes += bytes.length;
      sum.messages += new TextDecoder().decode(bytes).split("\n\n").length - 1;
    }
  };
  process.on("SIGTERM", () => {
    console.log(JSON.stringify(got));
    process.exit();
  });
  // Most look at the jobs page, some at the overview, some at what failed.
  const views = ["live/jobs", "live/jobs", "live/jobs", "live/admin", "live/jobs?status=failed"];
  const looks = Array.from({ length: Number(open) }, (_, i) => follow(views[i % views.length]!, got.page));
  await Promise.all([follow("api/jobs/stream", got.script), ...looks]);
}
