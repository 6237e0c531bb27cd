// Kills a real server with SIGKILL again and again while it works and people meddle, then lets it finish and looks whether
// anything was lost, done twice, left lying about or damaged. By hand, or in short as test/e2e/kill-nine.test.ts:
//   bun test/kill-nine.ts [--times=100] [--seed=N] [--binary=dist/sprocket]
// The source must not change while it runs: each start reads it anew.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  endServer,
  killServer,
  type Server,
  serverCommand,
  spawnServer,
  startServer,
} from "./support/kill-nine/doomed-server.ts";
import { People } from "./support/kill-nine/people.ts";
import { hashes, type KillNineReport, lookAtRemains } from "./support/kill-nine/remains.ts";
import { makeMedia } from "./support/kill-nine/small-media.ts";
import { madeMedia } from "./support/made-media.ts";
import { seeded } from "./support/seeded.ts";

export interface KillNineOptions {
  times: number;
  seed: number;
  /** How a server is started, before its arguments. */
  command: string[];
  files?: number;
  /** Of the film that is being encoded while the server dies. */
  longFilmS?: number;
  say?: (line: string) => void;
}

export async function killNine(options: KillNineOptions): Promise<KillNineReport> {
  const { times, seed, files = 40, longFilmS = 15, say = () => {} } = options;
  const top = mkdtempSync(join(tmpdir(), "sprocket-kill-"));
  const data = join(top, "data");
  const media = madeMedia();
  const random = seeded(seed);
  const report: KillNineReport = {
    kills: 0,
    killedStarting: 0,
    acknowledged: 0,
    answered: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    orphaned: 0,
    derivatives: 0,
    outlivedMs: 0,
    faults: [],
  };
  const made = makeMedia(media, files, longFilmS);
  const before = hashes(media.folder);
  const from = performance.now();
  const at = () => `${((performance.now() - from) / 1000).toFixed(0)} s`;
  const people = new People(random, report.faults);
  let server: Server | undefined;
  try {
    server = await startServer(options.command, data, [media.folder]);
    await people.settleIn(server, made);
    say(`${at()}: the scan is done`);
    while (report.kills < times) {
      const worked = people.workWith(server);
      await Bun.sleep(150 + random() ** 2 * 3_000);
      report.outlivedMs = Math.max(report.outlivedMs, await killServer(server, report.faults));
      report.kills++;
      await worked;
      // Some die before they have begun.
      while (report.kills < times && random() < 0.2) {
        const early = spawnServer(options.command, data, []);
        await Bun.sleep(random() * 700);
        report.outlivedMs = Math.max(report.outlivedMs, await killServer(early, report.faults));
        report.kills++;
        report.killedStarting++;
      }
      server = await startServer(options.command, data, []);
      if (report.kills % 10 === 0)
        say(`${at()}: ${report.kills} kills, ${people.created.size} jobs acknowledged`);
    }
    say(`${at()}: finishing`);
    await people.finishEverything(server);
    say(`${at()}: everything is done`);
    const { exitCode } = await endServer(server);
    if (exitCode !== 0) report.faults.push(`The last server ended with ${exitCode}.`);
    lookAtRemains(data, people, report);
    const after = hashes(media.folder);
    for (const name of new Set([...before.keys(), ...after.keys()]))
      if (before.get(name) !== after.get(name)) report.faults.push(`${name} is not what it was.`);
    return report;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.stack : error}\n${server?.printed()}`);
  } finally {
    if (server) await killServer(server, []);
    await media.remove();
    rmSync(top, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const option = (name: string) =>
    process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
  const seed = Number(option("seed") ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}`);
  const report = await killNine({
    times: Number(option("times") ?? 100),
    seed,
    command: serverCommand(option("binary")),
    say: (line) => console.log(line),
  });
  console.log(report);
  process.exit(report.faults.length === 0 ? 0 : 1);
}
