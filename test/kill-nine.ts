// Kills a real server with SIGKILL again and again while it works and people meddle, then lets it finish and looks whether
// anything was lost, done twice, left lying about or damaged. By hand, or in short as test/e2e/kill-nine.test.ts:
//   bun test/kill-nine.ts [--times=100] [--seed=N] [--binary=dist/sprocket]

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { openSqlite } from "../src/db/open.sqlite.ts";
import { madeMedia } from "./support/made-media.ts";
import { descendantsOf, stateOf } from "./support/processes.ts";
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

export interface KillNineReport {
  kills: number;
  /** Of those: before it answered. */
  killedStarting: number;
  /** Jobs whose creation was answered with 201. */
  acknowledged: number;
  /** Requests that were answered. */
  answered: number;
  completed: number;
  failed: number;
  cancelled: number;
  orphaned: number;
  derivatives: number;
  /** The longest that a process outlived its server. */
  outlivedMs: number;
  /** Broken promises, in words. */
  faults: string[];
}

const owner = { email: "owner@example.org", password: "correct horse battery" };
const root = join(import.meta.dir, "..");
const kinds: Record<string, string[]> = {
  image: ["file-metadata", "file-hash", "image-thumbnail"],
  video: ["file-metadata", "file-hash", "video-poster", "video-transcode", "video-transcode"],
  audio: ["file-metadata", "file-hash", "audio-waveform"],
};

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
    server = await start(options.command, data, [media.folder]);
    await people.settleIn(server, made);
    say(`${at()}: the scan is done`);
    while (report.kills < times) {
      const worked = people.workWith(server);
      await Bun.sleep(150 + random() ** 2 * 3_000);
      report.outlivedMs = Math.max(report.outlivedMs, await kill(server, report.faults));
      report.kills++;
      await worked;
      // Some die before they have begun.
      while (report.kills < times && random() < 0.2) {
        const early = spawn(options.command, data, []);
        await Bun.sleep(random() * 700);
        report.outlivedMs = Math.max(report.outlivedMs, await kill(early, report.faults));
        report.kills++;
        report.killedStarting++;
      }
      server = await start(options.command, data, []);
      if (report.kills % 10 === 0)
        say(`${at()}: ${report.kills} kills, ${people.created.size} jobs acknowledged`);
    }
    say(`${at()}: finishing`);
    await people.finishEverything(server);
    say(`${at()}: everything is done`);
    const { exitCode } = await end(server);
    if (exitCode !== 0) report.faults.push(`The last server ended with ${exitCode}.`);
    look(data, people, report);
    const after = hashes(media.folder);
    for (const name of new Set([...before.keys(), ...after.keys()]))
      if (before.get(name) !== after.get(name)) report.faults.push(`${name} is not what it was.`);
    return report;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.stack : error}\n${server?.printed()}`);
  } finally {
    if (server) await kill(server, []);
    await media.remove();
    rmSync(top, { recursive: true, force: true });
  }
}

// The server

interface Server {
  pid: number;
  url: string;
  printed(): string;
  exited: Promise<number>;
  listening: Promise<string>;
  signal(name: "SIGKILL" | "SIGTERM"): void;
}

function spawn(command: string[], data: string, folders: string[]): Server {
  const child = Bun.spawn([...command, "serve", "--data", data, "--port", "0", ...folders], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      SPROCKET_OWNER_EMAIL: owner.email,
      SPROCKET_OWNER_PASSWORD: owner.password,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let printed = "";
  const listening = Promise.withResolvers<string>();
  const follow = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      printed += decoder.decode(bytes, { stream: true });
      const url = /listens on (http:\S+)/.exec(printed)?.[1];
      if (url) listening.resolve(url);
    }
  };
  listening.promise.catch(() => {});
  void Promise.all([follow(child.stdout), follow(child.stderr)]).then(() =>
    listening.reject(new Error("The server ended by itself.")),
  );
  return {
    pid: child.pid,
    url: "",
    printed: () => printed.slice(-4_000),
    exited: child.exited,
    listening: listening.promise,
    signal: (name) => child.kill(name),
  };
}

async function start(command: string[], data: string, folders: string[]): Promise<Server> {
  const server = spawn(command, data, folders);
  try {
    server.url = await server.listening;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${server.printed()}`);
  }
  return server;
}

/** Answers how long the last of its processes outlived it, in milliseconds. */
async function kill(server: Server, faults: string[]): Promise<number> {
  const family = descendantsOf(server.pid);
  server.signal("SIGKILL");
  await server.exited;
  const from = performance.now();
  const left = () => family.filter((pid) => !["", "Z", "X"].includes(stateOf(pid)));
  while (left().length > 0) {
    if (performance.now() - from > 5_000) {
      faults.push(`${left().length} processes outlive their server by more than 5 s.`);
      break;
    }
    await Bun.sleep(10);
  }
  return Math.round(performance.now() - from);
}

async function end(server: Server): Promise<{ exitCode: number }> {
  server.signal("SIGTERM");
  return { exitCode: await server.exited };
}

// The people

interface Made {
  id: string;
  type: string;
}

/** Several who do at random what the API lets them, and remember what they were promised. */
class People {
  readonly created = new Set<string>();
  readonly removed = new Set<string>();
  /** Somebody asked for it, and the server died before it answered. */
  readonly perhapsRemoved = new Set<string>();
  readonly cancelled = new Set<string>();
  readonly priorities = new Map<string, number>();
  answered = 0;
  private readonly touched = new Map<string, number>();
  private token = "";
  private files: Made[] = [];

  constructor(
    private readonly random: () => number,
    private readonly faults: string[],
  ) {}

  async settleIn(server: Server, count: number): Promise<void> {
    const signedIn = await this.ask(server, "POST", "/api/auth/sign-in", owner);
    const cookie = signedIn.headers.getSetCookie().map((line) => line.split(";")[0]);
    const made = await this.ask(
      server,
      "POST",
      "/api/tokens",
      { name: "kill -9", scopes: ["admin", "read", "write"] },
      { cookie: cookie.join("; ") },
    );
    this.token = ((await made.json()) as { token: string }).token;
    await this.change(server, "PATCH", "/api/admin/settings", {
      concurrencyMultiplier: 2,
      quarantineAfter: 100,
    });
    await within(60_000, "the scan finds the files", async () => {
      const { data } = await this.get(server, "/api/files?limit=200");
      this.files = data.map((f: any) => ({ id: f.id, type: f.type }));
      return this.files.length === count;
    });
  }

  /** Ends when the server is dead. */
  async workWith(server: Server): Promise<void> {
    const one = async () => {
      for (;;) {
        try {
          await this.act(server);
        } catch {
          return;
        }
        await Bun.sleep(this.random() * 30);
      }
    };
    await Promise.all([one(), one(), one()]);
  }

  private async act(server: Server): Promise<void> {
    const dice = this.random();
    const id = this.recent();
    if (dice < 0.45 || id === undefined) return this.enqueue(server);
    if (dice < 0.55) return this.cancel(server, id);
    if (dice < 0.6) return this.remove(server, id);
    if (dice < 0.66) return this.prioritise(server, id);
    if (dice < 0.86) {
      const verb = ["pause", "resume", "retry", "pause"][Math.floor(this.random() * 4)]!;
      this.touch(id);
      if (verb === "retry") this.cancelled.delete(id);
      const body = verb === "pause" && this.random() < 0.5 ? { forS: 1 } : undefined;
      return void (await this.ask(server, "POST", `/api/media/jobs/${id}/${verb}`, body));
    }
    const [method, path, body] = this.oneOf<[string, string, unknown?]>([
      ["POST", "/api/media/jobs/bulk", { action: "retry", filter: { status: "failed" } }],
      ["POST", "/api/media/jobs/bulk", { action: "pause", filter: { queue: "hash" }, params: { forS: 1 } }],
      ["POST", "/api/media/jobs/bulk", { action: "resume", filter: { status: "paused" } }],
      ["POST", "/api/media/jobs/bulk", { action: "acknowledge", filter: { status: "failed" } }],
      ["POST", "/api/queues/thumbnail/run"],
      ["POST", "/api/queues/video-transcode/run"],
      ["POST", "/api/queues/metadata/cancel"],
      ["POST", "/api/queues/hash/retry-failed"],
      ["PATCH", "/api/queues/thumbnail", { isPaused: true, pauseForS: 1, mode: "freeze" }],
      ["POST", "/api/actions/pause-all", { forS: 1, mode: "freeze" }],
      ["POST", "/api/actions/resume-all"],
      ["POST", "/api/actions/restart-workers"],
    ]);
    await this.ask(server, method, path, body);
  }

  private async enqueue(server: Server): Promise<void> {
    const file = this.oneOf(this.files);
    const type = this.oneOf(kinds[file.type]!);
    const answer = await this.ask(server, "POST", "/api/media/jobs", {
      type,
      params: { fileId: Number(file.id) || file.id },
      priority: 1 + Math.floor(this.random() * 10),
      ...(this.random() < 0.1 ? { runAt: new Date(Date.now() + 1_000).toISOString() } : {}),
    });
    if (answer.status === 201) this.created.add(((await answer.json()) as { id: string }).id);
    else if (answer.status !== 200 && answer.status !== 409)
      this.faults.push(`Enqueueing ${type} answered ${answer.status}: ${await answer.text()}`);
  }

  private async cancel(server: Server, id: string): Promise<void> {
    const turn = this.touch(id);
    const { status } = await this.ask(server, "POST", `/api/media/jobs/${id}/cancel`);
    if (status === 200 && this.touched.get(id) === turn) this.cancelled.add(id);
  }

  private async remove(server: Server, id: string): Promise<void> {
    this.touch(id);
    this.perhapsRemoved.add(id);
    const { status } = await this.ask(server, "DELETE", `/api/media/jobs/${id}`);
    this.perhapsRemoved.delete(id);
    if (status === 204) this.removed.add(id);
  }

  private async prioritise(server: Server, id: string): Promise<void> {
    const turn = this.touch(id);
    const priority = 1 + Math.floor(this.random() * 10);
    this.priorities.delete(id);
    const { status } = await this.ask(server, "PATCH", `/api/media/jobs/${id}`, { priority });
    if (status === 200 && this.touched.get(id) === turn) this.priorities.set(id, priority);
  }

  /** What somebody else does to it at the same time makes the outcome uncertain. */
  private touch(id: string): number {
    const turn = (this.touched.get(id) ?? 0) + 1;
    this.touched.set(id, turn);
    return turn;
  }

  private recent(): string | undefined {
    const last = [...this.created].slice(-60);
    return last[Math.floor(this.random() * last.length)];
  }

  /** Nothing is paused or put off any more; answers when nothing is left to do. */
  async finishEverything(server: Server): Promise<void> {
    await this.change(server, "POST", "/api/actions/resume-all");
    await this.change(server, "POST", "/api/media/jobs/bulk", {
      action: "resume",
      filter: { status: "paused" },
    });
    await within(240_000, "everything is done", async () => {
      const stats = await this.get(server, "/api/media/jobs/stats");
      if (stats.delayed > 0) {
        // Retries wait for minutes.
        const { data } = await this.get(server, "/api/media/jobs?status=pending&limit=200");
        for (const job of data.filter((j: any) => j.retryAfter !== null || j.runAt))
          await this.ask(server, "POST", `/api/media/jobs/${job.id}/cancel`).then((a) => {
            if (a.status === 200) this.cancelled.add(job.id);
          });
      }
      return stats.pending + stats.queued + stats.running + stats.paused === 0;
    });
    const { data } = await this.get(server, "/api/operations?limit=200");
    for (const { id, status } of data)
      if (status === "running" || status === "pending")
        this.faults.push(`Operation ${id} still counts as ${status}.`);
    const listed = await this.get(server, "/api/media/jobs?status=failed&limit=1");
    this.failedListed = listed.pagination.total;
    // The sweep of the start has had its time.
    await Bun.sleep(1_500);
  }

  failedListed = 0;

  private oneOf<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }

  private async change(server: Server, method: string, path: string, body?: unknown): Promise<void> {
    const answer = await this.ask(server, method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }

  private async get(server: Server, path: string): Promise<any> {
    const answer = await this.ask(server, "GET", path);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  private async ask(
    server: Server,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const answer = await fetch(server.url + path, {
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    // An answer that is not whole is none.
    const text = await answer.arrayBuffer();
    this.answered++;
    if (answer.status >= 500)
      this.faults.push(`${method} ${path} answered ${answer.status}: ${new TextDecoder().decode(text)}`);
    return new Response(answer.status === 204 ? null : text, answer);
  }
}

// What is left

function look(data: string, people: People, report: KillNineReport): void {
  const { faults } = report;
  const { sqlite, close } = openSqlite(join(data, "sprocket.db"));
  const all = <T>(sql: string) => sqlite.query(sql).all() as T[];
  const one = (sql: string) => (sqlite.query(sql).get() as { n: number }).n;
  const check = all<Record<string, string>>("PRAGMA quick_check").flatMap((row) => Object.values(row));
  if (check.join() !== "ok") faults.push(`The database is damaged: ${check}`);

  const states = new Map(
    all<{ id: number; state: number }>("SELECT id, state FROM finished").map((f) => [String(f.id), f.state]),
  );
  for (const table of ["waiting", "delayed", "paused", "running", "open_key"]) {
    const n = one(`SELECT count(*) AS n FROM ${table}`);
    if (n > 0) faults.push(`${n} rows are left in ${table}.`);
  }
  const jobs = new Map(
    all<{ id: number; priority: number }>("SELECT id, priority FROM job").map((j) => [
      String(j.id),
      j.priority,
    ]),
  );
  if (states.size !== jobs.size) faults.push(`${jobs.size} jobs, but ${states.size} have ended.`);
  // The last run of a job stands in its own row, those before it are attempts.
  const completions = `(SELECT count(*) FROM attempt a WHERE a.job = f.id AND outcome IN ('completed', 'not_needed'))
    + (f.state = 1 AND f.attempt IS NOT NULL)`;
  const twice = one(`SELECT count(*) AS n FROM finished f WHERE ${completions} > 1`);
  if (twice > 0) faults.push(`${twice} jobs have completed twice.`);
  const undone = one(`SELECT count(*) AS n FROM finished f WHERE state = 1 AND ${completions} <> 1`);
  if (undone > 0) faults.push(`${undone} jobs count as completed without a run that did it.`);
  for (const { lane, state, n } of all<{ lane: number; state: string; n: number }>(
    "SELECT lane, state, n FROM tally",
  )) {
    const code = ["completed", "failed", "cleared", "cancelled"].indexOf(state) + 1;
    const rows =
      code > 0 ? one(`SELECT count(*) AS n FROM finished WHERE lane = ${lane} AND state = ${code}`) : 0;
    if (rows !== n) faults.push(`Lane ${lane} counts ${n} ${state}, and has ${rows}.`);
  }

  for (const id of people.created) {
    const gone = people.removed.has(id);
    if (gone && jobs.has(id)) faults.push(`Job ${id} was removed and is there.`);
    if (!gone && !jobs.has(id) && !people.perhapsRemoved.has(id))
      faults.push(`Job ${id} was acknowledged and is lost.`);
  }
  for (const id of people.cancelled)
    if (jobs.has(id) && states.get(id) !== 4) faults.push(`Job ${id} was cancelled and is not.`);
  for (const [id, priority] of people.priorities)
    if (jobs.has(id) && jobs.get(id) !== priority)
      faults.push(`Job ${id} was given priority ${priority} and has ${jobs.get(id)}.`);

  const count = (...codes: number[]) => [...states.values()].filter((s) => codes.includes(s)).length;
  report.acknowledged = people.created.size;
  report.answered = people.answered;
  report.completed = count(1);
  report.failed = count(2, 3);
  report.cancelled = count(4);
  report.orphaned = one("SELECT count(*) AS n FROM attempt WHERE outcome = 'orphaned'");
  // The media are whole and the tools are there.
  const others = all<{ code: string; message: string; n: number; kind: string }>(
    `SELECT code, message, count(*) AS n, l.kind FROM finished f JOIN lane l ON l.id = f.lane
     WHERE state IN (2, 3) AND code <> 'job.orphaned' GROUP BY code, message, l.kind`,
  );
  for (const { code, message, n, kind } of others) faults.push(`${n} ${kind} failed: ${code} ${message}`);
  if (people.failedListed !== report.failed)
    faults.push(`${report.failed} jobs have failed, ${people.failedListed} are listed.`);

  const rows = all<{ path: string; sizeBytes: number }>(
    "SELECT path, size_bytes AS sizeBytes FROM derivative",
  );
  report.derivatives = rows.length;
  const files = new Map(
    filesBelow(join(data, "derivatives")).map((path) => [
      path,
      statSync(join(data, "derivatives", path)).size,
    ]),
  );
  for (const { path, sizeBytes } of rows)
    if (files.get(path) !== sizeBytes)
      faults.push(`${path} has ${files.get(path)} bytes, its row says ${sizeBytes}.`);
  const known = new Set(rows.map((r) => r.path));
  for (const path of files.keys()) if (!known.has(path)) faults.push(`${path} belongs to no row.`);
  for (const path of filesBelow(join(data, "tmp"))) faults.push(`tmp/${path} was left behind.`);
  for (const path of filesBelow(data))
    if (/\.(part|partial|tmp)$/.test(path)) faults.push(`${path} was left behind.`);
  close();
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function hashes(folder: string): Map<string, string> {
  return new Map(
    filesBelow(folder).map((name) => {
      const path = join(folder, name);
      const { mtimeMs } = statSync(path);
      return [name, `${createHash("sha256").update(readFileSync(path)).digest("hex")} ${mtimeMs}`];
    }),
  );
}

/** Answers how many: mostly pictures, some films that need minutes or seconds to encode, some songs. */
function makeMedia(media: ReturnType<typeof madeMedia>, files: number, longFilmS: number): number {
  const films = Math.max(3, Math.floor(files / 8));
  const songs = Math.max(2, Math.floor(files / 10));
  const pictures = files - films - songs;
  const film = (name: string, seconds: number, size: string) =>
    media.make(
      name,
      ..."-f lavfi -i".split(" "),
      `testsrc2=d=${seconds}:s=${size}:r=25`,
      "-c:v",
      "mpeg4",
      "-q:v",
      "9",
    );
  mkdirSync(join(media.folder, "pictures"));
  media.make(
    "pictures/%03d.jpg",
    ...["-f", "lavfi", "-i", `testsrc2=s=640x480:r=${pictures}:d=1`, "-frames:v", String(pictures)],
  );
  film("long.avi", longFilmS, "960x540");
  for (let i = 1; i < films; i++) film(`film-${i}.avi`, 1 + i, "320x240");
  for (let i = 0; i < songs; i++)
    media.make(`song-${i}.mp3`, "-f", "lavfi", "-i", `sine=frequency=${300 + i * 40}:d=${3 + i}`);
  return files;
}

async function within(ms: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Not within ${ms} ms: ${what}.`);
    await Bun.sleep(200);
  }
}

/** From source, unless it is told of an executable. */
export function serverCommand(binary?: string): string[] {
  return binary ? [binary] : [process.execPath, join(root, "src/main.ts")];
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
