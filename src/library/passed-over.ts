// What a scan sees and is none of its business: files somebody has had forgotten, and the second name that a move has for a
// moment.

import type { Db } from "../db/open.sqlite.ts";
import { stillForgotten } from "./forgotten.ts";
import { placesOnTheMove } from "./move-journal.ts";
import { absolute, type ScanFs, type Seen } from "./walk.ts";

interface Parts {
  db: Db;
  fs: ScanFs;
  now: number;
}

/** Of files that have no row. */
export async function passedOverAmong(
  { db, fs, now }: Parts,
  library: { id: number; path: string },
  rowless: Seen[],
): Promise<Set<Seen>> {
  const passed = new Set<Seen>();
  if (rowless.length === 0) return passed;
  const forgotten = await stillForgotten(db, library.id, rowless);
  const moving = await placesOnTheMove(db, library.id, now);
  for (const s of rowless) {
    const isMoving =
      moving.coming.has(s.path) ||
      // Seen before it went: is it there still?
      (moving.going.has(s.path) && !(await isThere(fs, absolute(library.path, s.path))));
    if (isMoving || forgotten.has(s.path)) passed.add(s);
  }
  return passed;
}

function isThere(fs: ScanFs, path: string): Promise<boolean> {
  return fs.lstat(path).then(
    () => true,
    () => false,
  );
}
