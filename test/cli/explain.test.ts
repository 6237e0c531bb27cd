// `sprocket explain` beside a server and without one.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownerInput } from "../support/app.ts";
import { type ServerProcess, sprocket, startServer } from "../support/server-process.ts";

setDefaultTimeout(60_000);

const top = mkdtempSync(join(tmpdir(), "sprocket-explain-"));
const data = join(top, "data");
const media = join(top, "films");
const song = join(media, "a.mp3");
let server: ServerProcess;

const explain = (...args: string[]) => sprocket(["explain", ...args, "--data", data]);
const inJson = async (...args: string[]) => JSON.parse((await explain(...args, "--json")).stdout);

beforeAll(async () => {
  mkdirSync(media, { recursive: true });
  writeFileSync(song, "not music");
  server = await startServer(data, [media]);
  await server.ask("POST", "/api/auth/sign-up", ownerInput);
  const states = async () => (await inJson(song)).kinds?.map((kind: any) => kind.state);
  while (!(await states())?.includes("failed")) await Bun.sleep(200);
});
afterAll(async () => {
  await server.end("SIGKILL");
  rmSync(top, { recursive: true, force: true });
});

describe("beside a server", () => {
  test("a file: what was made of it, and of what failed the meaning and what to do", async () => {
    const { stdout, exitCode } = await explain(song);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(song);
    expect(stdout).toMatch(/^file +\d+ of the library films$/m);
    expect(stdout).toMatch(/^KIND +STATE +JOB +WHY$/m);
    expect(stdout).toMatch(/^File hash +done +\d+ +Completed/m);
    expect(stdout).toMatch(/^ {2}Next: \S/m);
    expect(stdout).toContain(`As the server (process ${server.pid}) noted it`);
  });

  test("a job that waits says why, with what only the server knows", async () => {
    await server.ask("PATCH", "/api/queues/hash", { pauseForS: 3600 });
    const { id: fileId } = await inJson(song);
    const asked = await server.ask("POST", `/api/files/${fileId}/jobs`, { type: "file-hash" });
    const { id } = (await asked.json()) as { id: string };
    const { stdout, exitCode } = await explain(id);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Job \d+: File hash of a\.mp3$/m);
    expect(stdout).toMatch(
      /^state +pending\. The queue hash was paused by Olga Owner .* ago, until \d\d:\d\d/m,
    );
    expect(stdout).toMatch(/^made .* ago by Olga Owner$/m);
    expect(stdout).toMatch(/^starts +at \d\d:\d\d \(in 60 min\)$/m);
    const answer = await inJson(id);
    expect(answer).toMatchObject({ subject: "job", server: { runs: true, pid: server.pid } });
    // The server says the same of it.
    const { reasons, startsAt } = (await (
      await server.ask("GET", `/api/media/jobs/${id}/explain`)
    ).json()) as any;
    expect([answer.reasons[0].code, answer.startsAt]).toEqual([reasons[0].code, startsAt]);
  });

  test("what it does not know: exit code 1 and why", async () => {
    const outside = await explain("/etc/hostname");
    expect(outside).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("lies in no library") });
    // A folder is named itself, and nobody is told to serve around what is not there.
    expect((await explain(top)).stdout).toContain(`\`sprocket serve ${top}\` makes one of it`);
    const { stdout } = await explain(join(top, "typo.mp3"));
    expect(stdout).toContain("There is nothing at this path, and it lies in no library");
    expect(stdout).not.toContain("sprocket serve");
    expect(await inJson(join(media, "none.mp3"))).toMatchObject({ subject: "path", code: "not-there" });
    const none = await explain("999999");
    expect(none).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("no job 999999") });
  });

  test("wrong usage: exit code 2", async () => {
    expect((await sprocket(["explain"])).exitCode).toBe(2);
    expect((await explain(" ")).exitCode).toBe(2);
  });
});

test("without a server a job waits for one", async () => {
  const { id: fileId } = await inJson(song);
  await server.ask("PATCH", "/api/queues/waveform", { isPaused: true });
  const asked = await server.ask("POST", `/api/files/${fileId}/jobs`, { type: "audio-waveform" });
  const { id } = (await asked.json()) as { id: string };
  await server.end("SIGTERM");
  const { stdout, exitCode } = await explain(id);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("No server runs on this data folder; it waits for one");
  expect(stdout).toMatch(/^then +The queue waveform was paused by Olga Owner/m);
  expect(await inJson(id)).toMatchObject({ startsIn: null, server: { runs: false } });
});
