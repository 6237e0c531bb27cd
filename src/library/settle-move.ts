// Brings a move to its end from wherever it stands: forward once its row stands at the new place or the old one is gone, back
// otherwise. The same steps whether a run has just got there or a server died there.

import { lstat, rm, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { eq } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type LibraryRow, library } from "../db/tables/library.ts";
import { type FileMoveRow, fileMove } from "../db/tables/media.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Loop } from "../runtime/service.ts";
import { getFile } from "./files.ts";
import { ensureFolders, parentOf } from "./folders.ts";
import { noteMove, openMoves } from "./move-journal.ts";
import { moveSidecar } from "./move-sidecar.ts";
import { identityAt, syncFolder } from "./placing.ts";
import { switchPlace } from "./switch-place.sqlite.ts";
import { absolute, nodeFs } from "./walk.ts";

export interface SettleParts {
  db: Db;
  clock: Clock;
  /** For tests: what has just been done. */
  step?: (name: "begun" | "copied" | "placed" | "switched" | "removed" | "sidecars") => void;
}

export interface SettleHooks {
  log(line: string): void;
  /** While both places hold it, the new one is given up. */
  goBack?: boolean;
}

/** Moves that a run of this process is at: nobody else touches them. */
export const movesUnderWay = new Set<number>();

/** What a crash left in the middle: looked at when the server starts, and again where a disk was not mounted. */
export function unfinishedMoves({ log, ...parts }: SettleParts & { log: Logger }): Loop {
  return {
    name: "unfinished-moves",
    everyMs: 10 * 60_000,
    atStart: true,
    async step() {
      for (const move of await openMoves(parts.db)) {
        if (movesUnderWay.has(move.id)) continue;
        try {
          const end = await settleMove(parts, move, { log: (line) => log.info(line), goBack: true });
          if (end !== "open") log.info(`A move that was cut off is ${said[end]}`, { path: move.fromPath });
        } catch (error) {
          // The others are not to wait for it.
          log.warn("A move that was cut off cannot be brought to its end yet", {
            error,
            path: move.fromPath,
          });
        }
      }
    },
  };
}

const said = { moved: "finished", back: "taken back" };

export async function settleMove(
  parts: SettleParts,
  { id }: Pick<FileMoveRow, "id">,
  hooks: SettleHooks,
): Promise<"moved" | "back" | "open"> {
  const [move] = await parts.db.select().from(fileMove).where(eq(fileMove.id, id));
  if (!move || move.endedAt) return "open";
  const places = await placesOf(parts.db, move);
  if (!places) return "open";
  const isSwitched = await standsThere(parts.db, move);
  const [atSource, atTarget] = await Promise.all([identityAt(places.source), identityAt(places.target)]);
  const hasSource = atSource === move.sourceIdentity;
  const hasTarget =
    atTarget !== undefined && (isOurs(move, atTarget) || (await isHolding(places.target, move)));
  const isWhole = hasTarget && (isSwitched || (await lstat(places.target)).size === move.sizeBytes);
  // Neither is there: a disk is away, or a person has taken the file. Whatever is left of a copy stays.
  if (!hasSource && !isWhole) return await endIfGone(parts, move, atSource, isSwitched);
  if (!isSwitched && hasSource && (hooks.goBack || !hasTarget)) {
    if (hasTarget) await unlink(places.target);
    await removeTemporary(places.target, move);
    await noteMove(parts.db, id, { endedAt: new Date(parts.clock.now()) });
    return "back";
  }
  if (!isSwitched) await standThere(parts, move, places);
  parts.step?.("switched");
  if (hasSource && hasTarget) await removeSource(places.source, move, hooks);
  parts.step?.("removed");
  for (const [from, to] of move.sidecars)
    await moveSidecar(absolute(places.from.path, from), absolute(places.to.path, to), hooks.log);
  parts.step?.("sidecars");
  await removeTemporary(places.target, move);
  await noteMove(parts.db, id, { endedAt: new Date(parts.clock.now()) });
  return "moved";
}

/** One name for each move: whoever comes after a crash finds it again. */
export function temporaryOf(move: Pick<FileMoveRow, "id" | "createdAt">): string {
  return `.sprocket-move-${move.id}-${move.createdAt.getTime().toString(36)}.part`;
}

interface Places {
  from: LibraryRow;
  to: LibraryRow;
  source: string;
  target: string;
}

/** Undefined while a library's root is not there: what lies below it is not gone. */
async function placesOf(db: Db, move: FileMoveRow): Promise<Places | undefined> {
  const libraries = new Map((await db.select().from(library)).map((row) => [row.id, row]));
  const from = libraries.get(move.fromLibraryId);
  const to = libraries.get(move.toLibraryId);
  if (!from || !to || !(await isMounted(from)) || !(await isMounted(to))) return undefined;
  return { from, to, source: absolute(from.path, move.fromPath), target: absolute(to.path, move.toPath) };
}

async function isMounted({ path, rootIdentity }: LibraryRow): Promise<boolean> {
  const root = await nodeFs.lstat(path).catch(() => undefined);
  return root !== undefined && (rootIdentity === null || rootIdentity === root.identity);
}

async function standsThere(db: Db, move: FileMoveRow): Promise<boolean> {
  const row = await getFile(db, move.fileId);
  return row.libraryId === move.toLibraryId && row.path === move.toPath;
}

/** What stands at the new place is the source's other name, our copy, or the empty file that keeps the place for it. */
function isOurs(move: FileMoveRow, identity: string): boolean {
  return identity === move.sourceIdentity || (move.placedIdentity ?? "").split(" ").includes(identity);
}

/** Begun since, and nothing in it yet: the server died before it could say that this is its own. */
async function isHolding(target: string, move: FileMoveRow): Promise<boolean> {
  const found = await lstat(target);
  return (
    found.isFile() && found.size === 0 && move.sizeBytes > 0 && found.ctimeMs >= move.createdAt.getTime()
  );
}

async function endIfGone(
  { db, clock }: SettleParts,
  move: FileMoveRow,
  atSource: string | undefined,
  isSwitched: boolean,
): Promise<"moved" | "back"> {
  await noteMove(db, move.id, { endedAt: new Date(clock.now()) });
  return isSwitched || atSource === undefined ? "moved" : "back";
}

async function standThere(parts: SettleParts, move: FileMoveRow, places: Places): Promise<void> {
  const { db, clock } = parts;
  const folders = new Map<string, number>();
  const folder = parentOf(move.toPath);
  await ensureFolders(db, move.toLibraryId, [folder], folders, clock.now());
  const seen = await nodeFs.lstat(places.target);
  const place = {
    libraryId: move.toLibraryId,
    folderId: folders.get(folder)!,
    path: move.toPath,
    name: basename(move.toPath),
    inode: seen.inode,
    mtimeMs: seen.mtimeMs,
  };
  if (switchPlace(db, await getFile(db, move.fileId), place, clock.now())) return;
  throw new Error(`Another file stands at ${move.toPath} by now.`);
}

/** Only what was moved: somebody may have written to it, or put another in its place. */
async function removeSource(source: string, move: FileMoveRow, { log }: SettleHooks): Promise<void> {
  const now = await lstat(source, { bigint: true });
  const isSame = Number(now.size) === move.sizeBytes && Number(now.mtimeNs / 1_000_000n) === move.mtimeMs;
  if (!isSame) return log(`${move.fromPath} was written to meanwhile: it stays as well.`);
  await unlink(source);
  await syncFolder(dirname(source));
}

async function removeTemporary(target: string, move: FileMoveRow): Promise<void> {
  await rm(join(dirname(target), temporaryOf(move)), { force: true });
}
