// The server as users meet it: a process that starts on folders, is asked over HTTP, and is stopped or killed.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { eventually, type ServerProcess, sprocket, startServer } from "../support/server-process.ts";

setDefaultTimeout(30_000);

const top = mkdtempSync(join(tmpdir(), "sprocket-e2e-"));
const started: ServerProcess[] = [];
async function start(...args: Parameters<typeof startServer>): Promise<ServerProcess> {
  const server = await startServer(...args);
  started.push(server);
  return server;
}
afterAll(async () => {
  for (const server of started) await server.end("SIGKILL");
  rmSync(top, { recursive: true, force: true });
});

const owner = { email: "owner@example.org", password: "correct horse battery", name: "Olga" };
const jobs = async (server: ServerProcess, query = "") =>
  (await (await server.ask("GET", `/api/media/jobs?limit=200${query}`)).json()) as { data: any[] };

describe.skipIf(!hasFfmpeg)("the first run on a folder", () => {
  const media = madeMedia();
  const data = join(top, "first-run");
  let server: ServerProcess;
  beforeAll(async () => {
    media.make(
      "film.mp4",
      "-f",
      "lavfi",
      "-i",
      "testsrc2=d=2:s=320x240",
      "-f",
      "lavfi",
      "-i",
      "sine=d=2",
      "-shortest",
    );
    media.make("photo.jpg", "-f", "lavfi", "-i", "testsrc2=d=1:s=640x480", "-frames:v", "1");
    media.make("song.mp3", "-f", "lavfi", "-i", "sine=d=2");
    server = await start(data, [media.folder]);
  });
  afterAll(() => media.remove());

  test("prints a one-time link that makes the owner", () => {
    expect(server.log()).toMatch(new RegExp(`${server.url}/welcome\\?setup=\\S{20,}`));
  });

  test("is well before anybody has signed in", async () => {
    expect(await (await server.ask("GET", "/healthz")).json()).toEqual({ status: "ok" });
    const ready = await server.ask("GET", "/readyz");
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: "ready",
      checks: { database: { result: "ok" }, ffmpeg: { result: "ok" } },
    });
    expect((await server.ask("GET", "/api/media/jobs")).status).toBe(401);
  });

  test("takes its owner by API, and has done all work on the folder soon after", async () => {
    expect((await server.ask("POST", "/api/auth/sign-up", owner)).status).toBe(201);
    const done = await eventually(async () => {
      const { data } = await jobs(server);
      return (
        data.some((j) => j.kind === "audio-waveform") && data.every((j) => j.status === "completed") && data
      );
    });
    expect(new Set(done.map((j) => j.kind))).toEqual(
      new Set([
        ...["library-scan", "gallery-scan", "audio-scan", "file-metadata", "file-hash"],
        ...["video-poster", "image-thumbnail", "audio-waveform", "video-transcode"],
        ...["video-preview", "video-sprite", "extract-subtitles"],
        ...["video-fingerprint", "image-fingerprint", "audio-fingerprint"],
        ...["prune-history", "backup"],
      ]),
    );
    const files = (await (await server.ask("GET", "/api/files")).json()) as { data: any[] };
    expect(files.data.map((f) => f.name).sort()).toEqual(["film.mp4", "photo.jpg", "song.mp3"]);
    for (const { id, state, type } of files.data) {
      expect(state).toBe("ok");
      if (type === "audio") continue;
      const picture = await server.ask("GET", `/api/files/${id}/thumbnail?w=240`);
      expect(picture.headers.get("content-type")).toBe("image/webp");
    }
  });

  test("started again on the same folder, it keeps the one library and asks for no owner", async () => {
    expect((await server.end("SIGTERM")).exitCode).toBe(0);
    server = await start(data, [media.folder]);
    await server.ask("POST", "/api/auth/sign-in", owner);
    expect(
      ((await (await server.ask("GET", "/api/libraries")).json()) as { data: unknown[] }).data,
    ).toHaveLength(1);
    expect(server.log()).not.toContain("setup=");
    expect(await (await server.ask("GET", "/api/auth/registration")).json()).toEqual({
      mode: "closed",
      firstRun: false,
    });
  });
});

describe("a job that runs while the server ends", () => {
  const data = join(top, "endings");
  const folder = join(top, "long");
  const hashing = (server: ServerProcess) =>
    eventually(async () => {
      await server.ask("POST", "/api/auth/sign-in", owner);
      const { data } = await jobs(server);
      // With progress, which an orphan must lose again.
      return data.find((j) => j.kind === "file-hash" && j.status === "running" && j.progress !== null);
    });
  const attempts = async (server: ServerProcess, id: string) =>
    (await (await server.ask("GET", `/api/media/jobs/${id}`)).json()) as any;
  let id: string;

  beforeAll(() => {
    mkdirSync(folder);
    // A file of holes: takes no space, yet minutes to hash.
    writeFileSync(join(folder, "long.mp3"), "");
    truncateSync(join(folder, "long.mp3"), 2 ** 40);
  });

  test("a SIGTERM hands it back within 10 s, without a strike", async () => {
    const server = await start(data, [folder], {
      SPROCKET_OWNER_EMAIL: owner.email,
      SPROCKET_OWNER_PASSWORD: owner.password,
    });
    id = (await hashing(server)).id;
    const { exitCode, tookMs } = await server.end("SIGTERM");
    expect(exitCode).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
  });

  test("the next start runs it again; a kill -9 then makes it an orphan, which is not run again by itself", async () => {
    const second = await start(data);
    expect((await hashing(second)).id).toBe(id);
    expect(await attempts(second, id)).toMatchObject({ retryCount: 0 });
    await second.end("SIGKILL");

    const third = await start(data);
    await third.ask("POST", "/api/auth/sign-in", owner);
    const job = await attempts(third, id);
    expect(job).toMatchObject({ status: "failed", progress: null, failure: { code: "job.orphaned" } });
    expect(job.failure.message).toContain("orphaned");
    expect(job.attempts.map((a: any) => a.outcome).sort()).toEqual(["handed_back", "orphaned"]);
    expect((await third.end("SIGINT")).exitCode).toBe(0);
  });
});

describe("what stops the start, in one clear line", () => {
  const at = (name: string) => join(top, "refused", name);
  beforeAll(() => {
    for (const name of ["media/below", "empty"]) mkdirSync(at(name), { recursive: true });
    writeFileSync(at("a-file"), "");
    mkdirSync(at("newer"));
    const newer = openSqlite(join(at("newer"), "sprocket.db"));
    newer.sqlite.exec("PRAGMA user_version = 9999");
    newer.close();
    mkdirSync(at("damaged"));
    writeFileSync(
      join(at("damaged"), "sprocket.db"),
      "this is no database, and longer than a header ".repeat(100),
    );
  });

  const cases: [string, { args?: string[]; env?: Record<string, string> }, number, RegExp][] = [
    ["an unknown key", { env: { SPROCKET_PROT: "1" } }, 2, /SPROCKET_PROT.*did you mean SPROCKET_PORT\?/],
    ["a bad value", { env: { SPROCKET_PORT: "x" } }, 2, /SPROCKET_PORT="x".*port number/],
    ["an unknown flag", { args: ["--prot", "1"] }, 2, /unknown option '--prot'/],
    ["PostgreSQL, for now", { env: { DATABASE_URL: "postgres://x" } }, 2, /DATABASE_URL.*later version/],
    ["a folder that is missing", { args: [at("nowhere")] }, 1, /nowhere/],
    ["a folder that is a file", { args: [at("a-file")] }, 1, /a-file is a file/],
    ["a folder without a name", { args: [""] }, 1, /names no folder/],
    ["folders that overlap", { args: [at("media"), at("media/below")] }, 1, /overlap/],
    ["a data folder that is a file", { args: ["--data", at("a-file")] }, 1, /a-file.*is a file/],
    ["a database from the future", { args: ["--data", at("newer")] }, 1, /schema 9999.*newer Sprocket/],
    ["a damaged database", { args: ["--data", at("damaged")] }, 1, /damaged.*backups/],
    ["an address of another machine", { args: ["--host", "192.0.2.1"] }, 1, /192\.0\.2\.1 is not an address/],
  ];
  for (const [name, { args = [], env = {} }, exitCode, line] of cases) {
    test(name, async () => {
      const where = args.includes("--data") ? [] : ["--data", at(`data-${Bun.hash(name)}`)];
      const ended = await sprocket(["serve", "--port", "0", ...where, ...args], { env });
      expect(ended.stderr).toMatch(line);
      expect(
        ended.stderr
          .trim()
          .split("\n")
          .filter((l) => !l.startsWith("(Did you mean")),
      ).toHaveLength(1);
      expect(ended.exitCode).toBe(exitCode);
      expect(ended.stdout).not.toContain("listens");
    });
  }

  test("a folder inside the data folder", async () => {
    const data = at("data-around");
    mkdirSync(join(data, "films"), { recursive: true });
    const ended = await sprocket(["serve", "--port", "0", "--data", data, join(data, "films")]);
    expect(ended).toMatchObject({ exitCode: 1 });
    expect(ended.stderr).toMatch(/^sprocket: .*data folder\.\n$/);
  });

  test("a line for each of several bad folders, and no library of the good one", async () => {
    const data = at("data-several");
    const serve = () => sprocket(["serve", "--port", "0", "--data", data, at("media"), at("one"), at("two")]);
    expect((await serve()).stderr.trim().split("\n")).toHaveLength(2);
    expect(existsSync(data)).toBe(false);
    await sprocket(["user", "create", "ada@example.org", "--data", data]);
    expect((await serve()).stderr.trim().split("\n")).toHaveLength(2);
    const { sqlite } = openSqlite(join(data, "sprocket.db"));
    expect(sqlite.query("SELECT count(*) AS n FROM library").get()).toEqual({ n: 0 });
    sqlite.close();
  });

  test("a port that is taken, and a data folder in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const first = await sprocket(["serve", "--data", at("data-port"), "--port", String(port)]);
    taken.close();
    expect(first).toMatchObject({ exitCode: 1 });
    expect(first.stderr).toMatch(
      new RegExp(`^sprocket: Port ${port} on 127\\.0\\.0\\.1 is in use.*--port\\.\n$`),
    );

    const holder = await start(at("data-port"));
    const second = await sprocket(["serve", "--data", at("data-port"), "--port", "0"]);
    expect(second).toMatchObject({ exitCode: 1 });
    expect(second.stderr).toMatch(new RegExp(`^sprocket: Another Sprocket \\(process ${holder.pid}\\).*\n$`));
  });
});

test("without ffmpeg it warns, runs, and its jobs say what is missing", async () => {
  const folder = join(top, "no-ffmpeg");
  mkdirSync(folder);
  writeFileSync(join(folder, "song.mp3"), "not really");
  const server = await start(join(top, "no-ffmpeg-data"), [folder], {
    SPROCKET_FFMPEG: "/nowhere/ffmpeg",
    SPROCKET_FFPROBE: "/nowhere/ffprobe",
    SPROCKET_OWNER_EMAIL: owner.email,
    SPROCKET_OWNER_PASSWORD: owner.password,
  });
  expect(server.log()).toMatch(/WARN +ffmpeg: \/nowhere\/ffmpeg is not there.*tool\.missing/);
  expect(await (await server.ask("GET", "/readyz")).json()).toMatchObject({ status: "degraded" });
  await server.ask("POST", "/api/auth/sign-in", owner);
  const { id } = await eventually(async () =>
    (await jobs(server)).data.find((j) => j.kind === "file-metadata" && j.retryCount === 1),
  );
  const job = (await (await server.ask("GET", `/api/media/jobs/${id}`)).json()) as any;
  expect(job.attempts[0].failure.code).toBe("tool.missing");
});
