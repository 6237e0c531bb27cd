// Disks as they are in life: the data folder's fills up while work writes to it, and the media lie on one that is mounted
// read-only. Needs the right to mount. By hand:
//   bun test/disks.ts [--binary=dist/sprocket]

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  endServer,
  owner,
  type Server,
  serverCommand,
  startServer,
} from "./support/kill-nine/doomed-server.ts";
import { madeMedia } from "./support/made-media.ts";

const command = serverCommand(process.argv.find((word) => word.startsWith("--binary="))?.slice(9));
const top = mkdtempSync(join(tmpdir(), "sprocket-disks-"));
const [data, library] = [join(top, "data"), join(top, "library")];
for (const folder of [data, library]) mkdirSync(folder);
const media = madeMedia();
const faults: string[] = [];
const mounts: string[] = [];
let server: Server | undefined;

try {
  // Noise, so that what is made of it is large.
  const noise = ["-f", "lavfi", "-i", "nullsrc=s=640x360:r=25:d=40,geq=random(1)*255:128:128"];
  media.make("noise.avi", ...noise, "-c:v", "mpeg4", "-q:v", "9");
  media.make("plain.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=5", "-pix_fmt", "yuv420p");
  mount("--bind", media.folder, library);
  mount("-o", "remount,bind,ro", library);
  mount("-t", "tmpfs", "-o", "size=24m", "tmpfs", data);

  server = await startServer(command, data, [library]);
  const ask = await signedIn(server);
  await ask("PATCH", "/api/admin/settings", { yield: { diskFreeMb: 0 } });
  // A backup looks first whether there is room, and meets nothing.
  await until("a writer meets the full disk", async () =>
    (await jobs(ask)).some((job) => job.kind !== "backup" && /disk|space/i.test(says(job))),
  );
  for (const job of await jobs(ask))
    if (job.status !== "completed") console.log(`${job.kind}: ${job.status}, ${says(job)}`);
  const tmp = readdirSync(join(data, "tmp"));
  if (tmp.length > 0) console.log(`in tmp while work waits: ${tmp}`);

  console.log("The disk grows.");
  mount("-o", "remount,size=512m", data);
  await until("everything is done", async () =>
    (await jobs(ask)).every((job) => !["pending", "queued", "running"].includes(job.status)),
  );
  for (const job of await jobs(ask))
    if (job.failure) faults.push(`${job.kind} ${job.target.label}: ${says(job)}`);
  console.log("On read-only media:");
  await readOnly(ask);
} finally {
  if (server) await endServer(server);
  for (const target of mounts.reverse()) spawnSync("umount", ["-l", target]);
  rmSync(top, { recursive: true, force: true });
  await media.remove();
}
for (const fault of faults) console.log(`FAULT ${fault}`);
console.log(faults.length === 0 ? "No faults." : `${faults.length} faults.`);

interface Job {
  id: string;
  kind: string;
  status: string;
  waitingReason: { text?: string } | string | null;
  outcomeNote: string | null;
  target: { label: string | null };
  failure: { code: string; message: string } | null;
}
type Ask = Awaited<ReturnType<typeof signedIn>>;

/** What writes beside the media says that it cannot; everything else works. */
async function readOnly(ask: Ask): Promise<void> {
  const { data: files } = await ask<{ data: { id: string; libraryId: string; path: string }[] }>(
    "GET",
    "/api/files",
  );
  const { id: fileId, libraryId } = files.find(({ path }) => path === "plain.mp4")!;
  const { id: trashed } = files.find(({ path }) => path === "noise.avi")!;
  const stretch = { fileId, startMs: 500, endMs: 2500 };
  const inData: [string, Record<string, unknown>][] = [
    ["moment-export", stretch],
    ["compile-gif", stretch],
    ["video-hls", { fileId }],
    ["scene-extract", { fileId }],
    ["digest-generate", { fileId, targetLength: 4 }],
    ["metadata-import", { fileId }],
    ["compile-quad", { fileIds: [fileId, fileId, fileId, fileId] }],
    ["compile-random", { count: 2 }],
  ];
  for (const [type, params] of inData) {
    const job = await ended(ask, type, params);
    if (job.status !== "completed") faults.push(`${type} needs nothing beside the media, and failed.`);
  }
  // A library that begins on such a disk is marked as read-only, and then none of it is even asked for.
  await ask("PATCH", `/api/libraries/${libraryId}`, { readOnly: false });
  const beside: [string, Record<string, unknown>][] = [
    ["move-to-library", { fileId, libraryId, folder: "elsewhere" }],
    ["compile-mega", { fileIds: [fileId, fileId], libraryId, outputPath: "films" }],
    ["compile-random", { count: 2, libraryId, outputPath: "films" }],
  ];
  for (const [type, params] of beside) await mayNot(ask, type, params);
  await ask("DELETE", `/api/files/${trashed}`);
  const trashedBefore = new Date().toISOString();
  await mayNot(ask, "purge-trash", { fileIds: [trashed], trashedBefore, deleteMedia: true });
  const { trashedAt } = await ask<{ trashedAt: string | null }>("GET", `/api/files/${trashed}`);
  if (!trashedAt) faults.push("A file that could not be deleted is not in the trash any more.");
  await upload(ask, libraryId);
}

async function mayNot(ask: Ask, type: string, params: Record<string, unknown>): Promise<void> {
  const { failure } = await ended(ask, type, params);
  if (failure?.code !== "disk.readonly") faults.push(`${type} does not say that the disk is read-only.`);
}

/** At its end, or until it waits for another try. */
async function ended(ask: Ask, type: string, params: Record<string, unknown>): Promise<Job> {
  const asked = await ask<Job & { detail?: string }>("POST", "/api/media/jobs", { type, params });
  if (asked.detail) throw new Error(`${type}: ${asked.detail}`);
  let job = asked;
  await until(`${type} has ended`, async () => {
    job = await ask<Job>("GET", `/api/media/jobs/${asked.id}`);
    return !["queued", "running"].includes(job.status) && (job.status !== "pending" || job.failure !== null);
  });
  console.log(`${type}: ${job.status}, ${says(job)}`);
  return job;
}

async function upload(ask: Ask, libraryId: string): Promise<void> {
  const metadata = `filename ${btoa("plain.mp4")}`;
  const headers = { "tus-resumable": "1.0.0", "upload-length": "100", "upload-metadata": metadata };
  const refused = await ask<{ code?: string; detail?: string }>(
    "POST",
    `/api/libraries/${libraryId}/uploads`,
    undefined,
    headers,
  );
  console.log(`upload: ${refused.code} ${refused.detail}`);
  if (refused.code !== "disk.readonly") faults.push("An upload is not told that the disk is read-only.");
}

function says({ failure, waitingReason, outcomeNote }: Job): string {
  const waits = typeof waitingReason === "string" ? waitingReason : waitingReason?.text;
  return [failure && `${failure.code} ${failure.message}`, waits, outcomeNote].filter(Boolean).join(" · ");
}

async function jobs(ask: Ask): Promise<Job[]> {
  return (await ask<{ data: Job[] }>("GET", "/api/media/jobs?limit=200")).data;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const from = performance.now(); performance.now() - from < 600_000; await Bun.sleep(250))
    if (await isSo()) return console.log(`${what}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
  faults.push(`Not within 10 minutes: ${what}.`);
}

async function signedIn({ url }: Server) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(owner);
  const answer = await fetch(`${url}/api/auth/sign-in`, { method: "POST", headers, body });
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return async <T>(method: string, path: string, sent?: unknown, more: object = {}): Promise<T> => {
    const got = await fetch(url + path, {
      method,
      headers: { cookie, ...(sent === undefined ? {} : headers), ...more },
      body: sent === undefined ? undefined : JSON.stringify(sent),
    });
    const text = await got.text();
    return (text === "" ? {} : JSON.parse(text)) as T;
  };
}

function mount(...words: string[]): void {
  const target = words.at(-1)!;
  const done = spawnSync("mount", words, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`mount: ${done.stderr}`);
  if (!words.join(" ").includes("remount")) mounts.push(target);
}
