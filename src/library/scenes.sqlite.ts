// Exchanges the scenes of a film in one go: nobody reads half of the old and half of the new.

import { eq } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { scene } from "../db/tables/media.ts";
import type { Scene } from "../media/scenes.ts";

export function replaceScenes(db: Db, fileId: number, scenes: Scene[]): void {
  db.transaction((tx) => {
    tx.delete(scene).where(eq(scene.fileId, fileId)).run();
    if (scenes.length > 0)
      tx.insert(scene)
        .values(scenes.map((one) => ({ fileId, ...one })))
        .run();
  });
}
