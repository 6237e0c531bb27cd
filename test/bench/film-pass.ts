// What one look at a film saves: preview, sprite and fingerprint together against each alone, and against decoding all of it;
// then what a job costs beyond its tools, which are run again bare with the same arguments. Run by hand:
//   bun test/bench/film-pass.ts [FILM…]

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import sharp from "sharp";
import { audioWaveform } from "../../src/jobs/audio-waveform.ts";
import { imageThumbnail } from "../../src/jobs/image-thumbnail.ts";
import { videoFingerprint } from "../../src/jobs/video-fingerprint.ts";
import { videoPoster } from "../../src/jobs/video-poster.ts";
import { videoPreview } from "../../src/jobs/video-preview.ts";
import { videoSprite } from "../../src/jobs/video-sprite.ts";
import { saveFacts } from "../../src/library/files.ts";
import { renderImage } from "../../src/media/image-render.ts";
import { openMedia } from "../../src/media/media.ts";
import { wrapper } from "../../src/media/process.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

const folder = mkdtempSync(join(tmpdir(), "sprocket-bench-"));
const given = process.argv.slice(2);
const films =
  given.length > 0
    ? given
    : [makeFilm("two-minutes-1080p.mp4", "1920x1080", 120), makeFilm("short.mp4", "640x360", 20)];
const looks = [videoPreview, videoSprite, videoFingerprint];
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`.padStart(8);

for (const film of films) {
  const at = await mediaTools();
  const row = await at.add(film);
  await saveFacts(at.tools.db, row.id, { durationS: 1 }, Date.now());
  await at.run(videoPoster, { fileId: row.id });
  const together = await timed(() => at.run(videoSprite, { fileId: row.id }));
  const alone: number[] = [];
  // By now nothing else is lacking, and each is asked anew.
  for (const kind of looks)
    alone.push(await timed(() => at.run(kind, { fileId: row.id }, { readyAt: Date.now() + 1 })));
  const decoded = await timed(
    async () => void bare(["ffmpeg", "-v", "error", "-i", film, "-map", "0:v:0", "-f", "null", "-"]),
  );
  const sum = alone.reduce((a, b) => a + b, 0);
  console.log(`${basename(film)}\n  together            ${seconds(together)}`);
  for (const [n, kind] of looks.entries()) console.log(`  ${kind.name.padEnd(19)} ${seconds(alone[n]!)}`);
  console.log(`  one after another   ${seconds(sum)}   together / that ${(together / sum).toFixed(2)}`);
  console.log(
    `  decoding everything ${seconds(decoded)}   together / that ${(together / decoded).toFixed(2)}`,
  );
  await at.close();
}

const at = await recorded();
const film = makeFilm("overhead.mp4", "640x360", 20);
const picture = join(folder, "overhead.jpg");
await sharp({
  create: {
    width: 3000,
    height: 2000,
    channels: 3,
    background: "#345",
    noise: { type: "gaussian", mean: 128, sigma: 30 },
  },
})
  .jpeg()
  .toFile(picture);
console.log("\nBeyond its tools, a job costs (median of 7; the tools bare, with the same arguments)");
for (const kind of [videoPoster, audioWaveform, videoPreview])
  await overhead(kind.name, film, (fileId, readyAt) =>
    at.run(kind as typeof videoPreview, { fileId }, { readyAt }),
  );
await overhead("image-thumbnail", picture, (fileId) => at.run(imageThumbnail, { fileId }));
await at.close();
rmSync(folder, { recursive: true });
process.exit(0);

async function overhead(
  name: string,
  path: string,
  run: (fileId: number, readyAt: number) => Promise<unknown>,
) {
  const row = await at.add(path, `${name}-${basename(path)}`);
  const jobs: number[] = [];
  const tools: number[] = [];
  await run(row.id, Date.now());
  for (let n = 0; n < 7; n++) {
    writeFileSync(join(folder, "commands"), "");
    jobs.push(await timed(() => run(row.id, Date.now() + 1)));
    const commands = readFileSync(join(folder, "commands"), "utf8").split("\n\0").slice(0, -1);
    tools.push(await timed(() => (commands.length > 0 ? again(commands) : thumbnails(path))));
  }
  const [job, tool] = [median(jobs), median(tools)];
  console.log(
    `  ${name.padEnd(16)} ${job.toFixed(0).padStart(6)} ms, bare ${tool.toFixed(0).padStart(6)} ms, ${(job - tool).toFixed(0).padStart(4)} ms more`,
  );
}

async function again(commands: string[]): Promise<void> {
  for (const command of commands) {
    const words = command.split("\n").map((word) => word.replaceAll("\u0001", "\n"));
    for (const word of words)
      if (word.startsWith("file:") && word.includes("/tmp/"))
        mkdirSync(dirname(word.slice(5)), { recursive: true });
    bare(words);
  }
}

/** The native calls of a thumbnail job, in this process. */
async function thumbnails(path: string): Promise<void> {
  const to = (name: string) => ({ path: join(folder, name), format: "webp" as const });
  await renderImage({
    path,
    outputs: [
      { ...to("240.webp"), width: 240, height: 240, fit: "cover", quality: 75 },
      { ...to("640.webp"), width: 640, height: 1920 },
      { ...to("1440.webp"), width: 1440, height: 1440 },
    ],
  });
}

/** Its ffmpeg and ffprobe write down how they are called. */
async function recorded(): Promise<MediaTools> {
  const opened = await mediaTools();
  const script = (tool: string) => {
    const path = join(folder, `recorded-${tool}`);
    const write = `printf '%s\\n' ${tool} "$@" >> '${folder}/commands'; printf '\\0' >> '${folder}/commands'`;
    writeFileSync(path, `#!/bin/bash\n${write}\nexec ${tool} "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const { paths } = opened.tools;
  opened.tools.media = openMedia({
    ...{ ffmpegPath: script("ffmpeg"), ffprobePath: script("ffprobe") },
    ...{ cacheFolder: paths.cache, tmpFolder: paths.tmp, log: silentLogger, clock: systemClock },
  });
  return opened;
}

function makeFilm(name: string, size: string, lengthS: number): string {
  const path = join(folder, name);
  const words = [
    "-f",
    "lavfi",
    "-i",
    `testsrc2=s=${size}:r=25:d=${lengthS}`,
    "-f",
    "lavfi",
    "-i",
    `sine=d=${lengthS}`,
  ];
  bare([
    "ffmpeg",
    "-v",
    "error",
    "-y",
    ...words,
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-g",
    "100",
    "-c:a",
    "aac",
    path,
  ]);
  return path;
}

/** As lowly as the server's own tools: on a busy machine that would be all one saw. */
function bare(words: string[]): void {
  const [command, ...args] = [...wrapper(10), ...words];
  spawnSync(command!, args, { stdio: "ignore" });
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(of: number[]): number {
  return [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)]!;
}
