// Every kind on real, odd and damaged files, as a user would run them: what failed and why, whether what came out can be
// decoded, whether anything was left over or written where it should not be, and how true progress and ETA were. By hand:
//   bun test/pipeline.ts --media=FOLDER [--damage=2] [--max-mb=40] [--seed=N] [--binary=dist/sprocket] [--keep]
// The source must not change while it runs, unless a binary is given.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fixtures } from "./support/fixtures.ts";
import {
  endServer,
  owner,
  type Server,
  serverCommand,
  startServer,
} from "./support/kill-nine/doomed-server.ts";
import { hashes } from "./support/kill-nine/remains.ts";
import { layOut } from "./support/pipeline/damaged-media.ts";
import { type Said, truthOf } from "./support/pipeline/truth.ts";
import { seeded } from "./support/seeded.ts";

interface Job {
  id: string;
  kind: string;
  status: string;
  progress: number | null;
  etaS: number | null;
  durationS: number | null;
  startedAt: string | null;
  completedAt: string | null;
  target: { path: string | null; label: string | null };
  failure: { code: string; message: string } | null;
  outcomeNote: string | null;
}

interface FileView {
  id: string;
  type: string;
  state: string;
  path: string;
  durationS: number | null;
  derivatives: { kind: string; variant: string; url: string; mimeType: string; sizeBytes: number }[];
}

const option = (name: string) =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const media = option("media") ?? (fixtures && join(fixtures, "media"));
if (!media) throw new Error("Name a folder of media with --media=FOLDER.");

const top = mkdtempSync(join(tmpdir(), "sprocket-pipeline-"));
const library = join(top, "library");
const data = join(top, "data");
mkdirSync(library);
const random = seeded(Number(option("seed") ?? 5));
const laid = layOut(media, library, random, {
  times: Number(option("damage") ?? 2),
  maxBytes: Number(option("max-mb") ?? 40) * 1e6,
});
console.log(`${laid.whole} files and ${laid.damaged} damaged ones`);
const before = hashes(library);
const server = await startServer(serverCommand(option("binary")), data, [library]);
const ask = await signedIn(server);
const said = new Map<string, Said[]>();
const faults: string[] = [];

try {
  await settled();
  const files = await everyFile();
  await enqueueTheRest(files);
  await settled();
  await report();
  await decodeAll(await everyFile());
} finally {
  await endServer(server);
}
const after = hashes(library);
if (JSON.stringify([...after]) !== JSON.stringify([...before])) faults.push("The library is not as it was.");
const left = readdirSync(join(data, "tmp"));
if (left.length > 0) faults.push(`Left in tmp: ${left.join(", ")}`);
for (const fault of faults) console.log(`FAULT ${fault}`);
console.log(faults.length === 0 ? "No faults." : `${faults.length} faults.`);
if (!process.argv.includes("--keep")) rmSync(top, { recursive: true, force: true });
else console.log(top);

async function signedIn({ url }: Server) {
  const answer = await fetch(`${url}/api/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(owner),
  });
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return async <T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> => {
    const headers = { cookie, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const got = await fetch(url + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: got.status, body: (await got.json()) as T };
  };
}

/** Waits until nothing waits or runs, and writes down what running jobs say of themselves. */
async function settled(): Promise<void> {
  for (;;) {
    const { body } = await ask<{ data: Job[] }>("GET", "/api/media/jobs?status=running&limit=50");
    for (const job of body.data)
      if (job.progress !== null)
        said.set(job.id, [
          ...(said.get(job.id) ?? []),
          { atMs: Date.now(), progress: job.progress, etaS: job.etaS },
        ]);
    const { body: stats } = await ask<Record<string, number>>("GET", "/api/media/jobs/stats");
    if (stats.pending! + stats.queued! + stats.running! - stats.delayed! <= 0) return;
    await Bun.sleep(200);
  }
}

async function everyFile(): Promise<FileView[]> {
  const files: FileView[] = [];
  for (let page = 1; ; page++) {
    const { body } = await ask<{ data: FileView[]; pagination: { totalPages: number } }>(
      "GET",
      `/api/files?limit=200&page=${page}`,
    );
    files.push(...body.data);
    if (page >= body.pagination.totalPages) return files;
  }
}

/** What the cascade leaves to people. */
async function enqueueTheRest(files: FileView[]): Promise<void> {
  const start = async (type: string, params: Record<string, unknown>) => {
    const { status, body } = await ask<{ detail?: string }>("POST", "/api/media/jobs", { type, params });
    if (status >= 300) faults.push(`${type} ${JSON.stringify(params)}: ${status} ${body.detail}`);
  };
  const videos = files.filter((file) => file.type === "video");
  for (const { id, durationS } of videos) {
    for (const type of ["video-hls", "scene-extract", "digest-generate"]) await start(type, { fileId: id });
    const endMs = Math.max(500, Math.min(3000, Math.floor((durationS ?? 1) * 900)));
    await start("compile-gif", { fileId: id, startMs: 100, endMs });
    await start("moment-export", { fileId: id, startMs: 100, endMs });
  }
  for (const { id } of files) {
    await start("metadata-import", { fileId: id });
    if (!videos.some((video) => video.id === id)) continue;
    await start("video-fingerprint", { fileId: id });
    await start("video-poster", { fileId: id, timestamp: 0.5 });
  }
  const sound = videos.filter((file) => file.state === "ok").map((file) => file.id);
  await start("compile-quad", { fileIds: sound.slice(0, 4) });
  await start("compile-random", { count: 3 });
  await start("compile-mega", { fileIds: sound.slice(0, 5) });
  await start("highlight-generate", { fileIds: sound.slice(0, 4), targetLength: 10 });
  for (const type of ["dedupe-paths", "purge-trash", "prune-history", "backup", "collection-refresh"])
    await start(type, {});
}

/** Ends that have nothing to do with what a file holds are faults, and so is a failure of a whole file. */
async function report(): Promise<void> {
  const kinds = new Map<string, Map<string, number>>();
  const truths: string[] = [];
  for (let page = 1; ; page++) {
    const { body } = await ask<{ data: Job[]; pagination: { totalPages: number } }>(
      "GET",
      `/api/media/jobs?limit=200&page=${page}`,
    );
    for (const job of body.data) {
      const outcome = job.failure ? job.failure.code : job.outcomeNote ? "not needed" : job.status;
      const of = kinds.get(job.kind) ?? new Map<string, number>();
      kinds.set(job.kind, of.set(outcome, (of.get(outcome) ?? 0) + 1));
      if (job.failure && !job.failure.code.startsWith("input."))
        faults.push(
          `${job.kind} ${job.target.label}: ${job.failure.code} ${job.failure.message.slice(0, 300)}`,
        );
      if (!job.startedAt || !job.completedAt || (job.durationS ?? 0) < 5) continue;
      const [from, to] = [Date.parse(job.startedAt), Date.parse(job.completedAt)];
      const { progressOff, etaOff } = truthOf(said.get(job.id) ?? [], from, to);
      const line = `${job.kind} ${job.durationS!.toFixed(0)} s: progress off by ${percent(progressOff)}, ETA by ${percent(etaOff)}`;
      truths.push(line);
      if (Math.min(progressOff, etaOff ?? 1) > 0.15) faults.push(`${line} (${job.target.label})`);
    }
    if (page >= body.pagination.totalPages) break;
  }
  for (const [kind, outcomes] of [...kinds].sort())
    console.log(`${kind.padEnd(20)} ${[...outcomes].map(([outcome, n]) => `${n} ${outcome}`).join(", ")}`);
  for (const line of truths) console.log(line);
}

function percent(share: number | null): string {
  return share === null ? "none said" : `${Math.round(share * 100)} %`;
}

/** Everything that was made, decoded to its end. What was taken over from a damaged film as it is may be damaged. */
async function decodeAll(files: FileView[]): Promise<void> {
  const whole = new Set(files.filter(({ state }) => state === "ok").map(({ id }) => id));
  for (const folder of ["derivatives", "exports"])
    for (const entry of readdirSync(join(data, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile()) continue;
      if (statSync(path).size === 0) faults.push(`${relative(data, path)} is empty.`);
      const ofFile = folder === "derivatives" ? relative(join(data, folder), path).split("/")[1]! : undefined;
      if (ofFile && /\/transcode-/.test(path) && !whole.has(ofFile)) continue;
      // An HLS rendition is decoded by its playlist.
      if (!/(?<!\/init)\.(mp4|webm|m4a|mp3|jpg|webp|gif|m3u8)$/.test(path)) continue;
      const words = ["-v", "error", "-xerror", "-i", path, "-f", "null", "-"];
      const ended = spawnSync("ffmpeg", words, { encoding: "utf8" });
      // Its decoder knows no animated WebP.
      if (ended.status !== 0 && !/ANIM|animat/i.test(ended.stderr))
        faults.push(`${relative(data, path)} does not decode: ${ended.stderr.slice(0, 200)}`);
    }
  const made = files.reduce((sum, file) => sum + file.derivatives.length, 0);
  console.log(`${made} derivatives of ${files.length} files`);
}
