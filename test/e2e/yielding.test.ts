// A real encode makes way for a film on a media server: its process stands still, and goes on to a whole file afterwards.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { eventually, type ServerProcess, startServer } from "../support/server-process.ts";
import { film, recordedServer } from "../yielding/recorded-server.ts";

setDefaultTimeout(90_000);

const owner = { email: "owner@example.org", password: "correct horse battery", name: "Olga" };
const data = mkdtempSync(join(tmpdir(), "sprocket-yielding-"));
const media = madeMedia();
const jellyfin = recordedServer("jellyfin");
let server: ServerProcess | undefined;

afterAll(async () => {
  await server?.end("SIGKILL");
  await jellyfin.stop();
  await media.remove();
  rmSync(data, { recursive: true, force: true });
});

/** The states of the processes that work on the film, as /proc has them: `T` stands still. */
function encoders(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const isOurs =
          Number(pid) !== server?.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(media.folder);
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return isOurs ? [stat.slice(stat.lastIndexOf(")") + 2)[0]!] : [];
      } catch {
        return [];
      }
    });
}

describe.skipIf(!hasFfmpeg || process.platform !== "linux")("an encode", () => {
  test("stands still while somebody watches a film, says so, and goes on when nobody does", async () => {
    media.make("old.avi", "-f", "lavfi", "-i", "testsrc2=s=854x480:r=30:d=15", "-c:v", "mpeg4", "-q:v", "8");
    server = await startServer(data, [media.folder]);
    const ask = async (method: string, path: string, body?: unknown) => {
      const answer = await server!.ask(method, path, body);
      if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
      return answer.status === 204 ? undefined : ((await answer.json()) as any);
    };
    await ask("POST", "/api/auth/sign-up", owner);
    const servers = [{ ...jellyfin.address, name: "Attic" }];
    await ask("PATCH", "/api/admin/settings", {
      yield: { playback: { servers, graceS: 0 }, mode: "freeze" },
    });
    const { data: libraries } = await ask("GET", "/api/libraries");
    await ask("POST", `/api/libraries/${libraries[0].id}/scan`);
    const file = await eventually(async () => {
      const [found] = (await ask("GET", "/api/files")).data;
      return found?.codecs ? found : undefined;
    });
    const { data: open } = await ask("GET", "/api/media/jobs?queue=video-transcode");
    const id =
      open[0]?.id ?? (await ask("POST", `/api/files/${file.id}/jobs`, { type: "video-transcode" })).id;
    const job = () => ask("GET", `/api/media/jobs/${id}`);
    await eventually(async () => (await job()).progress > 0);

    jellyfin.sessions = [film];
    // The next look at the server comes within 15 s; a change of the setting brings it at once.
    await ask("PATCH", "/api/admin/settings", { yield: { playback: { graceS: 1 } } });
    await eventually(async () => encoders().length > 0 && encoders().every((state) => state === "T"));
    const { holds } = await ask("GET", "/api/yielding");
    expect(holds[0]).toMatchObject({ code: "playback", text: "Attic: Anna watches “Heat”", mode: "freeze" });
    expect((await job()).frozen).toBe(true);

    jellyfin.sessions = [];
    await ask("PATCH", "/api/admin/settings", { yield: { playback: { graceS: 0 } } });
    await eventually(async () => !encoders().includes("T"));
    const ended = await eventually(async () => {
      const now = await job();
      return ["completed", "failed"].includes(now.status) ? now : undefined;
    }, 60_000);
    expect(ended.status).toBe("completed");
    const history = await ask("GET", "/api/history?event=held");
    expect(JSON.stringify(history)).toContain("Somebody plays something");
    expect(JSON.stringify(history)).not.toContain("Heat");
  });
});
