// The scenes and the subtitles of a film, as its page shows them.

import type { SubtitleLine } from "../../../views/parts/file-subtitles.tsx";
import type { DerivativeRow } from "../../db/tables/library.ts";
import { type SceneView, scenesOfFiles, sceneViews } from "../../library/scenes.ts";
import { subtitlesIn } from "../../library/subtitles.ts";
import type { App } from "../context.ts";
import { languageName } from "./player-facts.ts";

/** Addresses are below the base path, as all that a view gets. */
export async function scenesShown(
  { db }: Pick<App, "db">,
  fileId: number,
  derivatives: DerivativeRow[],
): Promise<SceneView[]> {
  const rows = (await scenesOfFiles(db, [fileId])).get(fileId) ?? [];
  return sceneViews(rows, derivatives, "");
}

export function subtitlesShown(fileId: number, derivatives: DerivativeRow[]): SubtitleLine[] {
  return subtitlesIn(fileId, derivatives, "").map((one) => ({
    ...one,
    languageName: one.language && languageName(one.language),
  }));
}
