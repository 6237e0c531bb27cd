// Preview, sprite and fingerprint of a film come of the same looks at it: whichever job runs first makes what the file still
// lacks of the others, and those end with nothing to do when they were asked before it was made.

import { rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { findDerivative, writeDerivative, writeDerivativeFolder } from "../library/derivatives.ts";
import { findFingerprint, flatHash, saveFingerprint } from "../library/fingerprints.ts";
import { findNear } from "../library/near-duplicates.ts";
import type { Probe, VideoStream } from "../media/ffprobe.ts";
import { type FilmParts, lookThrough } from "../media/film-pass.ts";
import { type FilmPlan, planFilm } from "../media/film-plan.ts";
import { lengthOfFilm } from "../media/length.ts";
import { oshash } from "../media/oshash.ts";
import { spriteVtt } from "../media/sprite-vtt.ts";
import type { Run, RunResult } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { type InputFile, inputFile, megabytes } from "./input-file.ts";
import { alone } from "./one-at-a-time.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import type { Tools } from "./tools.ts";

export type Look = "preview" | "sprite" | "fingerprint";
type FilmJob = Run<{ fileId: number }, Tools>;

export const previewVariant = "mp4-640";
export const spriteVariant = "web";

export function lookAtFilm(job: FilmJob, asked: Look): Promise<RunResult | void> {
  return alone(job, `film-looks:${job.params.fileId}`, () => look(job, asked));
}

async function look(job: FilmJob, asked: Look): Promise<RunResult | void> {
  const { tools, signal, log } = job;
  const input = await inputFile(tools, job.params.fileId);
  const made = await madeBefore(tools, input.row.id);
  if ((made[asked]?.getTime() ?? 0) >= job.readyAt)
    return { notNeeded: "it was made along with what another job made of the film" };
  const probe = await tools.media.probe(input.path, signal);
  const { video } = probe;
  if (!video) return { notNeeded: "There is no picture in the file." };
  if (video.width === 0 || video.height === 0)
    throw new GiveUp("input.unsupported", `ffmpeg cannot tell how large its ${video.codec} picture is.`);
  const wants = (of: Look) => of === asked || made[of] === undefined;
  const plan = planFilm(video, await durationOf(job, input, probe));
  const also = looks.filter((one) => one !== asked && wants(one));
  if (also.length > 0) log(`Along with it, in the same look at the film: ${also.join(" and ")}.`);
  await withScratchFolder(tools, async (folder) => {
    const film = { path: input.path, video, sizeBytes: input.sizeBytes, plan };
    const wanted = { preview: wants("preview"), sprite: wants("sprite"), frames: wants("fingerprint") };
    const parts = await lookThrough(tools.media, film, wanted, folder, {
      signal,
      log,
      onProgress: (percent) => job.progress(0.97 * percent),
    });
    await input.assertUnchanged();
    signal.throwIfAborted();
    if (parts.sprite) await keepSprite(job, input, plan, parts.sprite);
    if (parts.preview) await keepPreview(job, input, parts.preview);
    if (parts.frames) await keepFingerprint(job, input, parts.frames);
  });
  tools.events.publish({ topic: "file", id: input.row.id });
}

const looks: Look[] = ["preview", "sprite", "fingerprint"];

/** When each was made. */
async function madeBefore({ db }: Tools, fileId: number): Promise<Partial<Record<Look, Date>>> {
  return {
    preview: (await findDerivative(db, fileId, "preview", previewVariant))?.createdAt,
    sprite: (await findDerivative(db, fileId, "sprite", spriteVariant))?.createdAt,
    fingerprint: (await findFingerprint(db, fileId, "phash"))?.createdAt,
  };
}

async function durationOf({ tools, signal }: FilmJob, input: InputFile, probe: Probe): Promise<number> {
  const said = probe.video?.durationS ?? probe.durationS;
  const durationS = said ?? (await lengthOfFilm(tools.media, input.path, probe.video as VideoStream, signal));
  return Math.max(0.04, durationS);
}

async function keepPreview({ tools, signal, log }: FilmJob, { row }: InputFile, path: string): Promise<void> {
  const { video, durationS } = await tools.media.probe(path, signal).catch((error) => {
    throw error instanceof GiveUp
      ? new GiveUp("input.corrupt", "No clip of the film can be decoded.")
      : error;
  });
  if (!video || !durationS) throw new GiveUp("input.corrupt", "No clip of the film can be decoded.");
  const form = { extension: "mp4", mimeType: "video/mp4" };
  const made = await writeDerivative(tools, row.id, "preview", previewVariant, form, async (temporary) => {
    await rename(path, temporary);
    return { width: video.width, height: video.height, facts: { durationMs: Math.round(durationS * 1000) } };
  });
  log(`Preview: ${durationS.toFixed(1)} s, ${video.width}×${video.height}, ${megabytes(made.sizeBytes)}`);
}

async function keepSprite(
  { tools, log }: FilmJob,
  { row }: InputFile,
  { durationS, sprite }: FilmPlan,
  { sheets, timesS }: NonNullable<FilmParts["sprite"]>,
): Promise<void> {
  const { tile, columns, rows, intervalS } = sprite;
  const names = sheets.map((sheet) => basename(sheet));
  const form = { entry: "sprite.vtt", mimeType: "text/vtt" };
  const made = await writeDerivativeFolder(
    tools,
    row.id,
    "sprite",
    spriteVariant,
    form,
    async (temporary) => {
      for (const sheet of sheets) await rename(sheet, join(temporary, basename(sheet)));
      const vtt = spriteVtt({ timesS, durationS, tile, columns, rows, nameOf: (n) => names[n]! });
      await writeFile(join(temporary, form.entry), vtt);
      const shape = { tileWidth: tile.width, tileHeight: tile.height, columns, rows };
      const facts = { intervalMs: Math.round(intervalS * 1000), ...shape, sheets: sheets.length };
      return { width: tile.width, height: tile.height, facts };
    },
  );
  log(`Sprite: ${timesS.length} pictures on ${sheets.length} sheets, ${megabytes(made.sizeBytes)}`);
}

async function keepFingerprint({ tools, log, signal }: FilmJob, input: InputFile, frames: string[]) {
  const { db, clock, media } = tools;
  const ofBytes = await oshash(input.path);
  // Of a film that breaks off, the rest would be black in one and not in the other.
  const isTelling = frames.length >= 20;
  const { hash } = isTelling
    ? await media.native.call("image.hash", { paths: frames }, { signal })
    : { hash: null };
  await input.assertUnchanged();
  if (ofBytes) await saveFingerprint(db, input.row.id, "oshash", ofBytes, clock.now());
  const id = await saveFingerprint(db, input.row.id, "phash", hash ?? flatHash, clock.now());
  const near = await findNear(db, id, "phash");
  const looks = hash ? `phash ${hash}` : "no phash, since its pictures tell nothing";
  log(
    `Fingerprint: oshash ${ofBytes ?? "none, the file is too short"}, ${looks}; ${near} look much the same`,
  );
}
