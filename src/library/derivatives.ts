// Derivatives: things made from a file, below <data>/derivatives. A new one is written aside and renamed into place, so
// that a reader sees the old or the new one, whole.

import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { and, asc, eq, inArray } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type DerivativeRow, derivative } from "../db/tables/library.ts";
import type { Clock } from "../runtime/clock.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { JobFailure } from "../runtime/errors.ts";
import { getFile } from "./files.ts";
import { replaceWhole, syncFile } from "./placing.ts";

export interface DerivativeForm {
  /** Without a dot. */
  extension: string;
  mimeType: string;
}

/** What is known of a derivative once it has been made. */
export interface MadeFacts {
  width?: number;
  height?: number;
  /** What its kind needs to know besides. */
  facts?: Record<string, unknown>;
}

interface Parts {
  db: Db;
  paths: DataPaths;
  clock: Clock;
}

/** Calls `produce` with a path to write to; what it wrote replaces the former derivative of that kind and variant. */
export async function writeDerivative(
  parts: Parts,
  fileId: number,
  kind: string,
  variant: string,
  { extension, mimeType }: DerivativeForm,
  produce: (temporaryPath: string) => Promise<MadeFacts | void>,
): Promise<DerivativeRow> {
  return await keep(parts, fileId, kind, variant, `.${extension}`, async (temporary) => {
    const made = (await produce(temporary)) ?? {};
    await syncFile(temporary);
    const { size: sizeBytes } = await stat(temporary);
    if (sizeBytes === 0) throw new JobFailure("tool.crashed", `The ${kind} came out empty.`);
    return { ...made, mimeType, sizeBytes };
  });
}

/**
 * A derivative of many files: `produce` writes into a folder, which replaces the former one as a whole. `entry` is the file
 * in it that its row names: `index.m3u8`.
 */
export async function writeDerivativeFolder(
  parts: Parts,
  fileId: number,
  kind: string,
  variant: string,
  { entry, mimeType }: { entry: string; mimeType: string },
  produce: (temporaryFolder: string) => Promise<MadeFacts | void>,
): Promise<DerivativeRow> {
  return await keep(parts, fileId, kind, variant, `/${entry}`, async (temporary) => {
    await mkdir(temporary, { mode: 0o700 });
    const made = (await produce(temporary)) ?? {};
    if (!(await stat(join(temporary, entry)).catch(() => undefined))?.size)
      throw new JobFailure("tool.crashed", `The ${kind} came out empty.`);
    let sizeBytes = 0;
    for (const each of await readdir(temporary, { recursive: true, withFileTypes: true })) {
      if (!each.isFile()) continue;
      const path = join(each.parentPath, each.name);
      await syncFile(path);
      sizeBytes += (await stat(path)).size;
    }
    return { ...made, mimeType, sizeBytes };
  });
}

/** `end` of its path: an extension, or the file in a folder that the row names. */
async function keep(
  { db, paths, clock }: Parts,
  fileId: number,
  kind: string,
  variant: string,
  end: string,
  write: (temporary: string) => Promise<MadeFacts & { mimeType: string; sizeBytes: number }>,
): Promise<DerivativeRow> {
  const owner = (await getFile(db, fileId)).id;
  const unique = randomBytes(6).toString("hex");
  const path = join(folderOf(owner), `${kind}-${variant}-${unique}${end}`);
  const extension = end.startsWith(".") ? end : "";
  const temporary = join(paths.tmp, `derivative-${unique}${extension}`);
  const final = placeOf(paths, { path });
  try {
    await mkdir(paths.tmp, { recursive: true, mode: 0o700 });
    const { width = null, height = null, facts = null, ...form } = await write(temporary);
    await mkdir(dirname(final), { recursive: true, mode: 0o700 });
    await replaceWhole(temporary, final);
    const before = await findDerivative(db, owner, kind, variant);
    const made = { path, ...form, width, height, facts, createdAt: new Date(clock.now()) };
    const [row] = await db
      .insert(derivative)
      .values({ fileId: owner, kind, variant, ...made })
      .onConflictDoUpdate({ target: [derivative.fileId, derivative.kind, derivative.variant], set: made })
      .returning();
    // The new one counts from here on. A former one that cannot be removed is left to the sweep.
    if (before) await removeAt(paths, before).catch(() => {});
    return row!;
  } catch (error) {
    await removeAt(paths, { path });
    throw error;
  } finally {
    await rm(temporary, { force: true, recursive: true });
  }
}

export async function listDerivatives(db: Db, fileId: number): Promise<DerivativeRow[]> {
  return (await derivativesOf(db, [fileId])).get(fileId) ?? [];
}

/** Of many files at once. */
export async function derivativesOf(db: Db, fileIds: number[]): Promise<Map<number, DerivativeRow[]>> {
  const byFile = new Map<number, DerivativeRow[]>();
  if (fileIds.length === 0) return byFile;
  const rows = await db
    .select()
    .from(derivative)
    .where(inArray(derivative.fileId, fileIds))
    .orderBy(asc(derivative.fileId), asc(derivative.kind), asc(derivative.variant));
  for (const row of rows) byFile.set(row.fileId, [...(byFile.get(row.fileId) ?? []), row]);
  return byFile;
}

/** Without `variant`: the newest of the kind. */
export async function findDerivative(
  db: Db,
  fileId: number,
  kind: string,
  variant?: string,
): Promise<DerivativeRow | undefined> {
  const rows = await db
    .select()
    .from(derivative)
    .where(
      and(
        eq(derivative.fileId, fileId),
        eq(derivative.kind, kind),
        variant === undefined ? undefined : eq(derivative.variant, variant),
      ),
    );
  return rows.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];
}

export function derivativePath(paths: DataPaths, row: Pick<DerivativeRow, "path">): string {
  return join(paths.derivatives, row.path);
}

/** The folder that holds all derivatives of one file. */
export function derivativesFolder(paths: DataPaths, fileId: number): string {
  return join(paths.derivatives, folderOf(fileId));
}

/** Rows first: a derivative without a row is garbage, a row without a derivative is a broken picture. */
export async function removeDerivatives(
  { db, paths }: { db: Db; paths: DataPaths },
  fileIds: number | number[],
): Promise<void> {
  const ids = typeof fileIds === "number" ? [fileIds] : fileIds;
  if (ids.length === 0) return;
  const rows = await db
    .delete(derivative)
    .where(inArray(derivative.fileId, ids))
    .returning({ path: derivative.path });
  await Promise.all(rows.map((row) => removeAt(paths, row)));
}

/** Some of a kind: what an earlier run made and this one did not. */
export async function removeVariants(
  { db, paths }: { db: Db; paths: DataPaths },
  fileId: number,
  kind: string,
  variants: string[],
): Promise<void> {
  if (variants.length === 0) return;
  const rows = await db
    .delete(derivative)
    .where(
      and(eq(derivative.fileId, fileId), eq(derivative.kind, kind), inArray(derivative.variant, variants)),
    )
    .returning({ path: derivative.path });
  await Promise.all(rows.map((row) => removeAt(paths, row)));
}

/** What lies in the folder of its file: the derivative itself, or the folder that it is. */
export function placeOf(paths: DataPaths, { path }: Pick<DerivativeRow, "path">): string {
  return join(paths.derivatives, ...path.split("/").slice(0, 3));
}

async function removeAt(paths: DataPaths, row: Pick<DerivativeRow, "path">): Promise<void> {
  await rm(placeOf(paths, row), { force: true, recursive: true });
}

/** Two levels, so that no folder holds a million entries. */
function folderOf(fileId: number): string {
  return join((fileId % 256).toString(16).padStart(2, "0"), String(fileId));
}
