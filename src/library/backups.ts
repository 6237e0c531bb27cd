// Copies of the database in <data>/backups: which there are, and which are ours to remove. A nightly one goes when there are
// enough newer ones; what somebody asked for, and what was saved before an upgrade or a restore, stays until somebody removes it.

import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DataPaths } from "../runtime/data-folder.ts";

export type BackupOrigin = "nightly" | "by hand" | "before an upgrade" | "before a restore" | "other";

export interface Backup {
  name: string;
  origin: BackupOrigin;
  /** When it was begun: what came later is not in it. */
  at: Date;
  sizeBytes: number;
}

/** `nightly-2026-11-22-030000-000.db`; with the milliseconds no two are the same. */
export function backupName(origin: "nightly" | "by hand" | "before a restore", now: number): string {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, "-").replace("T", "-").replace(/Z$/, "");
  return `${origin.replaceAll(" ", "-")}-${stamp}.db`;
}

/** Newest first. */
export async function listBackups({ backups }: Pick<DataPaths, "backups">): Promise<Backup[]> {
  const names = (await readdir(backups).catch(() => [])).filter((name) => name.endsWith(".db"));
  const found = await Promise.all(
    names.map(async (name): Promise<Backup[]> => {
      const facts = await stat(join(backups, name)).catch(() => undefined);
      if (!facts?.isFile()) return [];
      return [{ name, origin: originOf(name), at: stampOf(name) ?? facts.mtime, sizeBytes: facts.size }];
    }),
  );
  return found.flat().sort((a, b) => b.at.getTime() - a.at.getTime());
}

/** Removes the oldest nightly ones. Answers their names. */
export async function pruneBackups(paths: Pick<DataPaths, "backups">, keep: number): Promise<string[]> {
  const nightly = (await listBackups(paths)).filter(({ origin }) => origin === "nightly");
  const old = nightly.slice(keep).map(({ name }) => name);
  for (const name of old) await rm(join(paths.backups, name), { force: true });
  return old;
}

/** The last time that the clock showed this hour, in the server's own zone. */
export function lastHour(hour: number, now: number): Date {
  const at = new Date(now);
  at.setHours(hour, 0, 0, 0);
  if (at.getTime() > now) at.setDate(at.getDate() - 1);
  return at;
}

export function nextHour(hour: number, now: number): Date {
  const at = lastHour(hour, now);
  at.setDate(at.getDate() + 1);
  return at;
}

const origins: [RegExp, BackupOrigin][] = [
  [/^nightly-\d{4}-/, "nightly"],
  [/^by-hand-\d{4}-/, "by hand"],
  [/^before-upgrade-/, "before an upgrade"],
  [/^before-a-restore-/, "before a restore"],
];

function originOf(name: string): BackupOrigin {
  return origins.find(([pattern]) => pattern.test(name))?.[1] ?? "other";
}

function stampOf(name: string): Date | undefined {
  const [, day, h, m, s, ms] = /-(\d{4}-\d\d-\d\d)[-T](\d\d)-(\d\d)-(\d\d)-(\d{3})Z?\.db$/.exec(name) ?? [];
  return day ? new Date(`${day}T${h}:${m}:${s}.${ms}Z`) : undefined;
}
