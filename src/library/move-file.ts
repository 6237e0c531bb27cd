// Moves a media file from one place to another, between disks as well. At every moment one of the two places holds it whole,
// nothing is written over, and the journal knows how to go on or back (`settle-move.ts`).

import { link, lstat, statfs } from "node:fs/promises";
import { basename, join } from "node:path";
import type { FileMoveRow } from "../db/tables/media.ts";
import { hashFile } from "../media/hash.ts";
import { GiveUp, JobFailure, RetryLater } from "../runtime/errors.ts";
import { getFile } from "./files.ts";
import { parentOf } from "./folders.ts";
import { asReadOnly, ensureFolderIn, removeEmptyFolders } from "./inner-path.ts";
import { getLibrary } from "./libraries.ts";
import { refuseOtherRoot } from "./lost-root.ts";
import { beginMove, noteMove } from "./move-journal.ts";
import { freePath, type MovePlan, refuseMove } from "./move-plan.ts";
import {
  copyDurably,
  identityAt,
  knowsNoLinks,
  type Link,
  placeNew,
  renameReserved,
  syncFolder,
} from "./placing.ts";
import { movesUnderWay, type SettleParts, settleMove, temporaryOf } from "./settle-move.ts";
import { sidecarName, sidecarsOf } from "./sidecars.ts";
import { absolute } from "./walk.ts";

export interface MoveParts extends SettleParts {
  /** Tests bring that of another file system. */
  linkFile?: Link;
}

export interface MoveHooks {
  signal: AbortSignal;
  progress(percent: number): void;
  log(line: string): void;
  pausePoint(): Promise<void>;
}

/** Answers the path in the target library. However it ends, the file is whole at one of the two places. */
export async function moveFile(parts: MoveParts, plan: MovePlan, hooks: MoveHooks): Promise<string> {
  const source = absolute(plan.from.path, plan.row.path);
  const before = await assertAsKnown(plan, source);
  await refuseOtherRoot(plan.to);
  const folder = await ensureFolderIn(plan.to.path, plan.folder);
  const toPath = await freePath(parts.db, plan.to, plan.folder, plan.row.name);
  const move = await beginMove(
    parts.db,
    {
      fileId: plan.row.id,
      fromLibraryId: plan.from.id,
      fromPath: plan.row.path,
      toLibraryId: plan.to.id,
      toPath,
      sourceIdentity: `${before.dev}:${before.ino}`,
      placedIdentity: null,
      sizeBytes: Number(before.size),
      mtimeMs: Number(before.mtimeNs / 1_000_000n),
      sidecars: await sidecarsFor(plan, toPath),
    },
    parts.clock.now(),
  );
  movesUnderWay.add(move.id);
  try {
    parts.step?.("begun");
    await place(parts, move, { source, folder, target: absolute(plan.to.path, toPath), hooks });
    parts.step?.("placed");
    hooks.signal.throwIfAborted();
    await refuseByNow(parts, plan);
    await settleMove(parts, move, hooks);
    hooks.progress(100);
    return toPath;
  } catch (error) {
    await settleMove(parts, move, { ...hooks, goBack: true });
    await removeEmptyFolders(plan.to.path, plan.folder);
    throw asReadOnly(error, folder);
  } finally {
    movesUnderWay.delete(move.id);
  }
}

/** While a film was copied, somebody may have shut one of the libraries. */
async function refuseByNow({ db }: MoveParts, { row, from, to }: MovePlan): Promise<void> {
  refuseMove({ row, from: await getLibrary(db, from.id), to: await getLibrary(db, to.id) });
}

/** What has changed since the last scan is looked at before it goes anywhere. */
async function assertAsKnown({ row }: MovePlan, source: string) {
  const found = await lstat(source, { bigint: true });
  if (!found.isFile()) throw new GiveUp("input.missing", `${row.path} is no regular file.`);
  if (Number(found.size) !== row.sizeBytes || Number(found.mtimeNs / 1_000_000n) !== row.mtimeMs)
    throw new JobFailure(
      "input.changed",
      `${row.path} has changed since it was scanned; scan its library first.`,
    );
  return found;
}

async function sidecarsFor(plan: MovePlan, toPath: string): Promise<[string, string][]> {
  const from = parentOf(plan.row.path);
  const names = await sidecarsOf(absolute(plan.from.path, from), plan.row.name);
  return names.map((name) => [
    below(from, name),
    below(plan.folder, sidecarName(name, plan.row.name, basename(toPath))),
  ]);
}

interface Placing {
  source: string;
  folder: string;
  target: string;
  hooks: MoveHooks;
}

/** The bytes at the new place, under their name: a second link to them, or a copy that has been read back. */
async function place(parts: MoveParts, move: FileMoveRow, at: Placing): Promise<void> {
  try {
    await noteMove(parts.db, move.id, { placedIdentity: move.sourceIdentity });
    await (parts.linkFile ?? link)(at.source, at.target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    const isSameDisk = (await identityAt(at.folder))?.split(":")[0] === move.sourceIdentity.split(":")[0];
    if (code === "EXDEV") await placeCopy(parts, move, at);
    else if (!knowsNoLinks.has(code)) throw error;
    else if (isSameDisk) await renameReserved(at.source, at.target, noteOf(parts, move, move.sourceIdentity));
    else await placeCopy(parts, move, at);
  }
  await syncFolder(at.folder);
}

async function placeCopy(parts: MoveParts, move: FileMoveRow, at: Placing): Promise<void> {
  const { signal, progress, pausePoint, log } = at.hooks;
  await refuseFullDisk(at.folder, move.sizeBytes);
  const temporary = join(at.folder, temporaryOf(move));
  const size = Math.max(1, move.sizeBytes);
  // Reading back comes from memory or from one disk instead of two: about a quarter of the time.
  const onBytes = (done: number) => progress((75 * done) / size);
  const read = await copyDurably(at.source, temporary, { signal, pausePoint, onBytes });
  parts.step?.("copied");
  const onProgress = (percent: number) => progress(75 + percent * 0.24);
  const written = await hashFile(temporary, { signal, pausePoint, onProgress });
  if (written !== read)
    throw new JobFailure(
      "tool.crashed",
      "The copy is not what was read: the disk or the memory is to blame.",
    );
  const now = await lstat(at.source, { bigint: true });
  const isSame = `${now.dev}:${now.ino}` === move.sourceIdentity && Number(now.size) === move.sizeBytes;
  if (!isSame || Number(now.mtimeNs / 1_000_000n) !== move.mtimeMs)
    throw new JobFailure("input.changed", `${move.fromPath} changed while it was copied.`);
  await refuseRot(parts, move, read);
  const copied = (await identityAt(temporary))!;
  await noteMove(parts.db, move.id, { placedIdentity: copied });
  // On a disk without hard links two things may be ours for a moment: the empty file that holds the place, and the copy.
  await placeNew(temporary, at.target, { linkFile: parts.linkFile, reserved: noteOf(parts, move, copied) });
  log("Copied to the other disk, read back and compared.");
}

/** Same size and date, and still other bytes than when it was hashed: the disk has lost some, and the original stays. */
async function refuseRot({ db }: MoveParts, move: FileMoveRow, read: string): Promise<void> {
  const { sha256 } = await getFile(db, move.fileId);
  if (sha256 && sha256 !== read)
    throw new GiveUp(
      "input.corrupt",
      `${move.fromPath} is not what it was when it was hashed, though nobody has written to it: its disk is to be looked at. It stays where it is.`,
    );
}

function noteOf({ db }: MoveParts, move: FileMoveRow, and: string) {
  return (reserved: string) => noteMove(db, move.id, { placedIdentity: `${and} ${reserved}` });
}

/** Asked before hours of copying; a disk that fills up meanwhile says so itself. */
async function refuseFullDisk(folder: string, sizeBytes: number): Promise<void> {
  const disk = await statfs(folder);
  if (disk.bavail * disk.bsize > sizeBytes + marginBytes) return;
  throw new RetryLater(10 * 60_000, "disk.full", `There is no room for ${sizeBytes} bytes in ${folder}.`);
}

const marginBytes = 64 << 20;

function below(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
