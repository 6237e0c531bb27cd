// The scenes of a film and their pictures: rows, and one derivative that is a folder.

import { join } from "node:path";
import { asc, inArray } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import type { DerivativeRow } from "../db/tables/library.ts";
import { type SceneRow, scene } from "../db/tables/media.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { derivativePath, findDerivative } from "./derivatives.ts";

export { replaceScenes } from "./scenes.sqlite.ts";

export interface SceneView {
  /** From 1. */
  number: number;
  startMs: number;
  endMs: number;
  score: number | null;
  /** Its picture; null where none could be made. */
  url: string | null;
}

export const sceneKind = "scene";
export const sceneVariant = "pictures";

/** `scene-001.webp` */
export function scenePicture(number: number): string {
  return `scene-${String(number).padStart(3, "0")}.webp`;
}

/** Of many files at once. */
export async function scenesOfFiles(db: Db, fileIds: number[]): Promise<Map<number, SceneRow[]>> {
  const byFile = new Map<number, SceneRow[]>();
  if (fileIds.length === 0) return byFile;
  const rows = await db
    .select()
    .from(scene)
    .where(inArray(scene.fileId, fileIds))
    .orderBy(asc(scene.fileId), asc(scene.number));
  for (const row of rows) {
    const known = byFile.get(row.fileId);
    if (known) known.push(row);
    else byFile.set(row.fileId, [row]);
  }
  return byFile;
}

export function sceneViews(rows: SceneRow[], derivatives: DerivativeRow[], basePath: string): SceneView[] {
  const made = derivatives.find(({ kind }) => kind === sceneKind);
  const lacking = new Set((made?.facts?.lacking as number[] | undefined) ?? []);
  return rows.map(({ fileId, number, startMs, endMs, score }) => ({
    ...{ number, startMs, endMs, score },
    url:
      made && !lacking.has(number)
        ? `${basePath}/api/files/${fileId}/scenes/${number}?v=${made.createdAt.getTime()}`
        : null,
  }));
}

/** The path of a scene's picture, with the derivative that it is part of. */
export async function findScenePicture(
  { db, paths }: { db: Db; paths: DataPaths },
  fileId: number,
  number: number,
): Promise<{ path: string; made: DerivativeRow } | undefined> {
  const made = await findDerivative(db, fileId, sceneKind, sceneVariant);
  return made && { path: join(derivativePath(paths, made), "..", scenePicture(number)), made };
}
