// Whose life a file has had: its own id, those of files that were merged into it, and those of the same content whose rows
// have gone. A living copy is another file and keeps its own life.

import { and, desc, eq, inArray, lt, ne, notExists, or } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Db } from "../db/open.sqlite.ts";
import { contentSeen } from "../db/tables/explain.ts";
import { type FileRow, file, library } from "../db/tables/library.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Loop } from "../runtime/service.ts";
import { idsOf } from "./files.ts";

export interface FormerPlace {
  /** A name: the library may be gone. */
  library: string;
  path: string;
  firstSeen: Date;
  lastSeen: Date;
}

export interface Copy {
  id: number;
  library: string;
  path: string;
  trashed: boolean;
}

export interface ContentLife {
  /** All that jobs about this file may name, its own id first. */
  ids: number[];
  /** Where it stood before, the latest first. */
  formerPlaces: FormerPlace[];
  /** Other files with the same content. */
  copies: Copy[];
}

/** Libraries that come and go make many; nobody reads further back. */
const most = 50;

export async function lifeOf(
  db: Db,
  row: Pick<FileRow, "id" | "sha256" | "sizeBytes" | "path" | "libraryId">,
): Promise<ContentLife> {
  const own = await idsOf(db, row.id);
  // Empty files all have one hash and are still not one file.
  if (!row.sha256 || row.sizeBytes === 0) return { ids: own, formerPlaces: [], copies: [] };
  const living = alias(file, "living");
  const seen = await db
    .select()
    .from(contentSeen)
    .where(
      and(
        eq(contentSeen.sha256, row.sha256),
        or(
          inArray(contentSeen.fileId, own),
          notExists(db.select({ id: living.id }).from(living).where(eq(living.id, contentSeen.fileId))),
        ),
      ),
    )
    .orderBy(desc(contentSeen.lastSeen))
    .limit(most);
  const copies = await db
    .select({ id: file.id, library: library.name, path: file.path, trashedAt: file.trashedAt })
    .from(file)
    .innerJoin(library, eq(library.id, file.libraryId))
    .where(and(eq(file.sha256, row.sha256), ne(file.id, row.id)))
    .limit(most);
  const [home] = await db.select({ name: library.name }).from(library).where(eq(library.id, row.libraryId));
  return {
    ids: [...new Set([...own, ...seen.map((one) => one.fileId)])],
    formerPlaces: placesIn(seen.filter((one) => one.path !== row.path || one.library !== home?.name)),
    copies: copies.map(({ trashedAt, ...one }) => ({ ...one, trashed: trashedAt !== null })),
  };
}

/** As long as failures are kept: what was done to content that went before that is forgotten anyway. */
export function formerLives(parts: { db: Db; clock: Clock; keptDays: () => number }): Loop {
  return {
    name: "former lives",
    everyMs: 6 * 3_600_000,
    async step() {
      const before = new Date(parts.clock.now() - parts.keptDays() * 86_400_000);
      await parts.db.delete(contentSeen).where(lt(contentSeen.lastSeen, before));
    },
  };
}

/** One place each: several rows may have stood there, one after another. */
function placesIn(seen: FormerPlace[]): FormerPlace[] {
  const places = new Map<string, FormerPlace>();
  for (const { library: name, path, firstSeen, lastSeen } of seen) {
    const key = `${name}\n${path}`;
    const known = places.get(key);
    places.set(key, {
      library: name,
      path,
      firstSeen: known && known.firstSeen < firstSeen ? known.firstSeen : firstSeen,
      lastSeen: known && known.lastSeen > lastSeen ? known.lastSeen : lastSeen,
    });
  }
  return [...places.values()];
}
