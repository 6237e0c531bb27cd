// Searches that somebody gave a name: theirs, or shared with everybody.

import { and, asc, desc, eq, or } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type SavedViewRow, savedView } from "../db/tables/search.ts";
import { NotFound, Refused } from "../runtime/errors.ts";

export type SearchOf = SavedViewRow["of"];

export interface ViewInput {
  name: string;
  q: string;
  sort: string | null;
  shared: boolean;
}

/** Mine by name, then what others share. */
export async function listViews(db: Db, userId: string, of?: SearchOf): Promise<SavedViewRow[]> {
  const rows = await db
    .select()
    .from(savedView)
    .where(and(or(eq(savedView.userId, userId), eq(savedView.shared, true)), of && eq(savedView.of, of)))
    .orderBy(asc(savedView.name), asc(savedView.id));
  return [...rows.filter((r) => r.userId === userId), ...rows.filter((r) => r.userId !== userId)];
}

export async function recentViews(
  db: Db,
  userId: string,
  of: SearchOf,
  limit: number,
): Promise<SavedViewRow[]> {
  return await db
    .select()
    .from(savedView)
    .where(and(eq(savedView.userId, userId), eq(savedView.of, of)))
    .orderBy(desc(savedView.updatedAt))
    .limit(limit);
}

export async function createView(
  db: Db,
  userId: string,
  of: SearchOf,
  input: ViewInput,
  now: number,
): Promise<SavedViewRow> {
  const [row] = await db
    .insert(savedView)
    .values({ userId, of, ...input, createdAt: new Date(now), updatedAt: new Date(now) })
    .onConflictDoNothing()
    .returning();
  if (!row) throw nameTaken(input.name);
  return row;
}

/** Only one's own. */
export async function updateView(
  db: Db,
  userId: string,
  id: number,
  input: Partial<ViewInput>,
  now: number,
): Promise<SavedViewRow> {
  const before = await ownView(db, userId, id);
  if (input.name !== undefined && input.name !== before.name) {
    const sameName = and(
      eq(savedView.userId, userId),
      eq(savedView.of, before.of),
      eq(savedView.name, input.name),
    );
    if ((await db.select({ id: savedView.id }).from(savedView).where(sameName)).length > 0)
      throw nameTaken(input.name);
  }
  const [row] = await db
    .update(savedView)
    .set({ ...input, updatedAt: new Date(now) })
    .where(eq(savedView.id, id))
    .returning();
  return row!;
}

export async function removeView(db: Db, userId: string, id: number): Promise<SavedViewRow> {
  const row = await ownView(db, userId, id);
  await db.delete(savedView).where(eq(savedView.id, id));
  return row;
}

export async function ownView(db: Db, userId: string, id: number): Promise<SavedViewRow> {
  const [row] = await db
    .select()
    .from(savedView)
    .where(and(eq(savedView.id, id), eq(savedView.userId, userId)));
  if (!row) throw new NotFound("saved view", id);
  return row;
}

function nameTaken(name: string): Refused {
  const message = `There is a view called ${name} already.`;
  return new Refused(409, "view.name-taken", message, { errors: [{ path: ["name"], message }] });
}
