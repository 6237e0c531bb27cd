// The commands beside the server: what they print, what they change, and their exit codes.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import type { NewJob } from "../../src/queue/job-store.ts";
import { type ServerProcess, sprocket, startServer } from "../support/server-process.ts";

setDefaultTimeout(30_000);

const top = mkdtempSync(join(tmpdir(), "sprocket-cli-"));
const data = join(top, "data");
const media = join(top, "films");
const onData = (...args: string[]) => sprocket([...args, "--data", data]);
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe("usage", () => {
  const cases: [string, string[], number, RegExp][] = [
    ["help", ["--help"], 0, /Commands:[\s\S]*serve[\s\S]*scan[\s\S]*doctor[\s\S]*Examples:/],
    ["help on a command shows an example", ["enqueue", "--help"], 0, /Examples:\n {2}\$ sprocket enqueue/],
    ["a mistyped flag", ["jobs", "--stauts", "failed"], 2, /unknown option '--stauts'[\s\S]*--status/],
    ["a value out of the list", ["jobs", "--status", "faild"], 2, /Allowed choices are pending/],
    [
      "a group of commands shows an example",
      ["token", "--help"],
      0,
      /Examples:\n {2}\$ sprocket token create/,
    ],
    ["another", ["user", "--help"], 0, /Examples:\n {2}\$ sprocket user create/],
    ["a third", ["config", "--help"], 0, /Examples:\n {2}\$ sprocket config dump/],
    ["a mistyped command", ["srve"], 2, /no folder srve; did you mean the command serve\?/],
    ["a command of a later version", ["worker", "x"], 2, /worker comes with a later version/],
    ["help on one", ["models", "--help"], 2, /models comes with a later version/],
    ["a word that is nothing", ["holidays"], 2, /neither a command nor a folder holidays/],
    ["a missing argument", ["user", "create"], 2, /missing required argument 'email'/],
    ["half a command", ["token"], 2, /Usage: sprocket token/],
    [
      "parameters that are no JSON",
      ["enqueue", "scan", "--params", "libraryId=1"],
      2,
      /must be a JSON object/,
    ],
    [
      "a data folder without a database",
      ["jobs", "--data", "/nowhere/at-all"],
      1,
      /no Sprocket database in \/nowhere/,
    ],
  ];
  for (const [name, args, exitCode, said] of cases) {
    test(name, async () => {
      const ended = await sprocket(args);
      expect(ended.stdout + ended.stderr).toMatch(said);
      expect(ended.exitCode).toBe(exitCode);
    });
  }
});

for (const folders of [["holidays"], ["/nowhere/at-all"], ["models"], [media, join(top, "nowhere")]])
  test(`no data folder is left behind by ${folders.at(-1)}, which can't be served`, async () => {
    mkdirSync(media, { recursive: true });
    const fresh = join(top, "fresh");
    const ended = await sprocket(folders, { env: { SPROCKET_DATA: fresh, SPROCKET_PORT: "0" } });
    expect(ended.exitCode).not.toBe(0);
    expect(existsSync(fresh)).toBe(false);
  });

test("version says which build this is", async () => {
  expect((await sprocket(["version"])).stdout).toMatch(/^Sprocket \d+\.\d+\.\d+ \(run from source\)\n$/);
  expect(JSON.parse((await sprocket(["version", "--json"])).stdout)).toMatchObject({
    commit: null,
    dirty: false,
  });
});

test("config dump shows values with their sources, and no secret", async () => {
  const env = { SPROCKET_OWNER_EMAIL: "a@example.org", SPROCKET_OWNER_PASSWORD: "correct horse" };
  const { stdout } = await sprocket(["config", "dump", "--port", "9000"], { env });
  expect(stdout).toMatch(/SPROCKET_PORT +9000 +flag/);
  expect(stdout).toMatch(/SPROCKET_OWNER_PASSWORD +\*+ +environment/);
  expect(stdout).not.toContain("correct horse");
});

const hashJob = (fileId: number): NewJob => ({
  queue: "hash",
  kind: "file-hash",
  category: "cpu",
  vramMb: 0,
  group: 0,
  params: { fileId },
  subject: { type: "file", id: fileId, label: `${fileId}.mp4` },
  priority: 5,
  backfill: false,
  dedupKey: `file-hash:${fileId}`,
  runAt: null,
  maxRetries: 3,
  origin: null,
});

describe("without a server", () => {
  test("an owner is made offline, on a new data folder", async () => {
    const ended = await onData("user", "create", "ada@example.org", "--role", "owner");
    expect(statSync(join(data, "sprocket.db")).mode & 0o077).toBe(0);
    expect(ended.stdout).toMatch(/^Created ada@example.org \(owner\)\. Password: \S{20}\n$/);
    expect(await onData("user", "create", "ada@example.org")).toMatchObject({ exitCode: 1, stdout: "" });
  });

  test("a token goes alone to standard output", async () => {
    const ended = await onData("token", "create", "--name", "backup", "--scopes", "read,write");
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ended.stdout).toMatch(/^spr_\S{40,}\n$/);
    expect(await onData("token", "create", "--name", "x", "--scopes", "reed")).toMatchObject({ exitCode: 2 });
  });

  test("a member gets no admin token until promoted", async () => {
    await onData("user", "create", "max@example.org");
    const ask = () =>
      onData("token", "create", "--name", "x", "--scopes", "admin", "--user", "max@example.org");
    expect((await ask()).stderr).toContain("max@example.org is a member");
    expect((await onData("user", "promote", "max@example.org")).stdout).toContain("is an owner");
    expect((await ask()).exitCode).toBe(0);
  });

  test("backup writes a whole copy, and never over a file", async () => {
    const file = join(top, "copy.db");
    expect((await onData("backup", file)).exitCode).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { sqlite } = openSqlite(file);
    expect(sqlite.query("SELECT count(*) AS n FROM user").get()).toEqual({ n: 2 });
    sqlite.close();
    expect((await onData("backup", file)).stderr).toContain("exists already");
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  test("jobs knows the seven states, also the one that only a limit makes", async () => {
    const busy = join(top, "busy");
    await sprocket(["user", "create", "ada@example.org", "--data", busy]);
    const open = openSqlite(join(busy, "sprocket.db"));
    const store = openSqliteJobStore(open.sqlite);
    const now = Date.now();
    await store.insert(
      Array.from({ length: 8 }, (_, n) => hashJob(n + 1)),
      now,
    );
    const lanes = (await store.lanes()).map((lane) => lane.id);
    for (let n = 0; n < 5; n++) await store.claim({ lanes, worker: "w", now, leaseMs: 3_600_000 });
    store.close();
    open.close();
    const listed = async (...args: string[]) => {
      const { stdout } = await sprocket(["jobs", ...args, "--json", "--data", busy]);
      const { data } = JSON.parse(stdout) as { data: { status: string; params: object }[] };
      return data.map(({ status, params }) => ({ status, params }));
    };
    expect(await listed("--status", "queued")).toEqual([{ status: "queued", params: { fileId: "6" } }]);
    expect(await listed("--status", "pending")).toEqual([
      { status: "pending", params: { fileId: "7" } },
      { status: "pending", params: { fileId: "8" } },
    ]);
    expect((await listed()).filter(({ status }) => status === "queued").length).toBe(1);
  });

  test("an older database is left for the server to upgrade", async () => {
    const older = join(top, "older");
    mkdirSync(older);
    const open = openSqlite(join(older, "sprocket.db"));
    open.sqlite.exec("PRAGMA user_version = 1");
    open.close();
    const ended = await sprocket(["jobs", "--data", older]);
    expect(ended).toMatchObject({ exitCode: 1 });
    expect(ended.stderr).toMatch(/schema 1, this build needs \d+; start the server once/);
  });

  test("doctor proves the tools by use", async () => {
    const { stdout, exitCode } = await onData("doctor", "--json", "--port", "0");
    const { checks } = JSON.parse(stdout) as { checks: { name: string; result: string; detail: string }[] };
    const said = (name: string) => checks.find((check) => check.name === name);
    expect(said("database")).toMatchObject({ result: "ok" });
    expect(said("pictures")?.detail).toContain("made a WebP");
    expect(said("models")?.detail).toContain("ran a tiny model");
    expect(exitCode).toBe(checks.some((check) => check.result === "fail") ? 1 : 0);
  });

  test("doctor fails where something fails, and says how to mend it", async () => {
    const ended = await onData(
      "doctor",
      "--port",
      "0",
      "--ffmpeg",
      "/nowhere/ffmpeg",
      "--model",
      "/nowhere/m.onnx",
    );
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toMatch(/FAIL +ffmpeg +\/nowhere\/ffmpeg is not there/);
    expect(ended.stdout).toMatch(/FAIL +models +there is no file/);
    expect(ended.stdout).toMatch(/ffmpeg: Correct SPROCKET_FFMPEG/);
  });
});

describe("beside a server", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    mkdirSync(media, { recursive: true });
    writeFileSync(join(media, "a.mp3"), "not music");
    server = await startServer(data, [media]);
  });
  afterAll(() => server.end("SIGKILL"));

  test("healthcheck asks it, and fails where none answers", async () => {
    const { port } = new URL(server.url);
    expect(await onData("healthcheck", "--port", port)).toMatchObject({ exitCode: 0, stdout: "ok\n" });
    const env = { SPROCKET_PORT: port, SPROCKET_HOST: "0.0.0.0" };
    expect(await sprocket(["healthcheck"], { env })).toMatchObject({ exitCode: 0 });
    expect(await onData("healthcheck", "--port", "1")).toMatchObject({ exitCode: 1 });
  });

  test("scan takes a name, a folder, or nothing for all", async () => {
    for (const named of [["FILMS"], [media], []])
      expect((await onData("scan", ...named)).stdout).toMatch(
        /^Enqueued \d, skipped \d that wait or run already\.\n$/,
      );
    expect(await onData("scan", "films2")).toMatchObject({ exitCode: 1 });
  });

  test("enqueue finds a file by its path, and jobs lists the job", async () => {
    const known = async () => {
      const ended = await onData("enqueue", "file-hash", "--file", join(media, "a.mp3"), "--json");
      return ended.exitCode === 0 ? (JSON.parse(ended.stdout) as { id: string }) : undefined;
    };
    let job = await known();
    // The first scan may still be on its way to the file.
    while (!job) job = await known();
    const { stdout } = await onData("jobs", "--queue", "hash", "--json");
    expect((JSON.parse(stdout) as { data: object[] }).data).toContainEqual(
      expect.objectContaining({
        id: job.id,
        kind: "file-hash",
        target: expect.objectContaining({ label: "a.mp3" }),
      }),
    );
  });

  test("enqueue names what is wrong", async () => {
    expect(await onData("enqueue", "file-hush")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("file-hash"),
    });
    expect(await onData("enqueue", "file-hash")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("fileId"),
    });
    expect((await onData("enqueue", "file-hash", "--file", "/etc/hostname")).stderr).toContain(
      "in no library",
    );
    expect((await onData("jobs", "--queue", "hsah")).stderr).toContain("did you mean hash?");
  });

  test("support-bundle writes what helps, for its owner alone, without names of files", async () => {
    const bundle = join(top, "bundle.tar.gz");
    expect((await onData("support-bundle", bundle)).stdout).toContain(`Wrote ${bundle}`);
    expect(statSync(bundle).mode & 0o777).toBe(0o600);
    const files = await new Bun.Archive(await Bun.file(bundle).bytes()).files();
    const text = await Promise.all([...files.values()].map((one) => one.text()));
    expect([...files.keys()]).toContain("sprocket-support/failures.json");
    expect(text.join()).not.toContain(media);
    expect((await onData("support-bundle", bundle)).stderr).toContain("never replaces a file");
  });

  test("doctor sees the server and its libraries", async () => {
    const { stdout } = await onData("doctor");
    expect(stdout).toContain(`the server runs (process ${server.pid})`);
    expect(stdout).toMatch(/ok +library films/);
  });
});
