// Scans every library again when its last scan is longer ago than the interval. What is due is read from the rows, so a
// restart neither forgets nor repeats.

import { eq } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileType, type LibraryRow, library } from "../db/tables/library.ts";
import type { Enqueuer } from "../queue/queue.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Loop } from "../runtime/service.ts";
import type { Settings } from "../settings/settings.ts";
import { listLibraries, scannedTypes } from "./libraries.ts";
import { rootProblem } from "./lost-root.ts";

export interface AutoScanParts {
  db: Db;
  queue: Enqueuer;
  settings: Pick<Settings, "get">;
  clock: Clock;
  /** The kind that scans for a type. */
  scanKinds: Record<FileType, string>;
}

export function autoScanLoop(parts: AutoScanParts): Loop {
  return { name: "auto-scan", everyMs: 60_000, atStart: true, step: (signal) => step(parts, signal) };
}

export interface AutoScanSchedule {
  enabled: boolean;
  intervalMinutes: number;
  /** When the next library is due; null when off or without libraries. In the past: at the next turn. */
  nextAt: Date | null;
  lastAt: Date | null;
}

export async function autoScanSchedule({
  db,
  settings,
}: Pick<AutoScanParts, "db" | "settings">): Promise<AutoScanSchedule> {
  const { enabled, intervalMinutes } = settings.get("autoScan");
  const libraries = await listLibraries(db);
  const last = libraries.map((row) => row.lastScanAt?.getTime() ?? 0);
  const newest = Math.max(0, ...last);
  return {
    enabled,
    intervalMinutes,
    nextAt:
      enabled && last.length > 0
        ? new Date(Math.min(...last.map((at) => at + intervalMinutes * 60_000)))
        : null,
    lastAt: newest > 0 ? new Date(newest) : null,
  };
}

async function step(
  { db, queue, settings, clock, scanKinds }: AutoScanParts,
  signal: AbortSignal,
): Promise<void> {
  const { enabled, intervalMinutes } = settings.get("autoScan");
  if (!enabled) return;
  for (const row of await listLibraries(db)) {
    signal.throwIfAborted();
    const dueAt = (row.lastScanAt?.getTime() ?? 0) + intervalMinutes * 60_000;
    if (dueAt > clock.now() || (await isStillUnreachable(db, row, clock))) continue;
    const kinds = scannedTypes(row).map((type) => scanKinds[type]);
    await queue.enqueueMany(
      kinds.map((kind) => ({ kind, params: { libraryId: row.id, skipExisting: true }, origin: "auto-scan" })),
    );
  }
}

/** The first scan of an unmounted library fails and says why; those after it would only repeat that every hour. */
async function isStillUnreachable(db: Db, row: LibraryRow, clock: Clock): Promise<boolean> {
  const problem = await rootProblem(row.path);
  if (!problem || !row.lastScanNote?.startsWith(problem)) return false;
  await db
    .update(library)
    .set({ lastScanAt: new Date(clock.now()) })
    .where(eq(library.id, row.id));
  return true;
}
