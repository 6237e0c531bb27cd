// Collections: files that belong together, chosen by hand or by a rule. Lists leave out the trash and hidden libraries.

import { asc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file } from "../db/tables/library.ts";
import { type CollectionRow, collection } from "../db/tables/media.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import type { Rule } from "./collection-rule.ts";

export interface NewCollection {
  name: string;
  description?: string | undefined;
  rule?: Rule | null | undefined;
  createdBy?: number | null;
}

export interface CollectionChange {
  name?: string | undefined;
  description?: string | undefined;
  rule?: Rule | undefined;
  coverFileId?: number | null | undefined;
}

export async function listCollections(db: Db, offset = 0, limit = 200): Promise<CollectionRow[]> {
  const order = [sql`${collection.name} COLLATE NOCASE`, asc(collection.id)];
  return await db
    .select()
    .from(collection)
    .orderBy(...order)
    .limit(limit)
    .offset(offset);
}

export async function countCollections(db: Db): Promise<number> {
  const [row] = await db.select({ n: sql<number>`count(*)` }).from(collection);
  return row?.n ?? 0;
}

export async function getCollection(db: Db, id: number): Promise<CollectionRow> {
  const [row] = await db.select().from(collection).where(eq(collection.id, id));
  if (!row) throw new NotFound("collection", id);
  return row;
}

export async function createCollection(db: Db, made: NewCollection, now: number): Promise<CollectionRow> {
  const at = new Date(now);
  const [row] = await db
    .insert(collection)
    .values({
      name: nameOf(made.name),
      description: made.description ?? "",
      rule: made.rule ?? null,
      createdBy: made.createdBy ?? null,
      createdAt: at,
      updatedAt: at,
    })
    .returning();
  return row!;
}

/** A new rule makes its files old: they are gathered anew. */
export async function changeCollection(
  db: Db,
  id: number,
  change: CollectionChange,
  now: number,
): Promise<CollectionRow> {
  const was = await getCollection(db, id);
  if (change.rule !== undefined && was.rule === null)
    throw new Refused(
      422,
      "collection.by-hand",
      "The files of this collection are chosen by hand: it takes no rule.",
    );
  const isNewRule = change.rule !== undefined && JSON.stringify(change.rule) !== JSON.stringify(was.rule);
  const [row] = await db
    .update(collection)
    .set({
      ...(change.name !== undefined && { name: nameOf(change.name) }),
      ...(change.description !== undefined && { description: change.description }),
      ...(change.coverFileId !== undefined && { coverFileId: change.coverFileId }),
      ...(isNewRule && { rule: change.rule, refreshedAt: null }),
      updatedAt: new Date(now),
    })
    .where(eq(collection.id, id))
    .returning();
  return row!;
}

export async function removeCollection(db: Db, id: number): Promise<CollectionRow> {
  const row = await getCollection(db, id);
  await db.delete(collection).where(eq(collection.id, id));
  return row;
}

/** A place in a collection's order. */
export interface MemberKey {
  position: number;
  id: number;
}

/** Those of a rule stand newest capture first, others as they were put. `last`: where the next page begins. */
export async function filesOfCollection(
  db: Db,
  id: number,
  hidden: number[],
  page: { offset?: number; after?: MemberKey | null; limit: number },
): Promise<{ files: FileRow[]; last: MemberKey | null }> {
  const { offset = 0, after, limit } = page;
  const members = await db.all<MemberKey>(
    sql`SELECT c.file_id AS id, c.position FROM collection_file AS c CROSS JOIN file AS f ON f.id = c.file_id
      WHERE c.collection_id = ${id} AND ${shown(hidden)}
      ${after ? sql`AND (c.position, c.file_id) > (${after.position}, ${after.id})` : sql``}
      ORDER BY c.position, c.file_id LIMIT ${limit} OFFSET ${offset}`,
  );
  const ids = members.map((row) => row.id);
  const rows = ids.length === 0 ? [] : await db.select().from(file).where(inArray(file.id, ids));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const files = ids.flatMap((one) => byId.get(one) ?? []);
  return { files, last: members.length < limit ? null : (members.at(-1) ?? null) };
}

/** Counted in the index of members alone, less the few that lists leave out. */
export async function countFilesOf(
  db: Db,
  id: number,
  hidden: number[],
): Promise<{ shown: number; hidden: number }> {
  const members = sql`SELECT count(*) FROM collection_file WHERE collection_id = ${id}`;
  const inTrash = sql`SELECT count(*) FROM file AS f INDEXED BY file_trashed CROSS JOIN collection_file AS c
    ON c.collection_id = ${id} AND c.file_id = f.id WHERE f.trashed_at IS NOT NULL`;
  const [row] = await db.all<{ all: number; trashed: number }>(
    sql`SELECT (${members}) AS "all", (${inTrash}) AS trashed`,
  );
  const away = hidden.length === 0 || row!.all === 0 ? 0 : await countHidden(db, id, hidden, row!.all);
  return { shown: row!.all - row!.trashed - away, hidden: away };
}

/** From the smaller side: the members, or the files of the hidden libraries. */
async function countHidden(db: Db, id: number, hidden: number[], members: number): Promise<number> {
  const [of] = await db.all<{ n: number }>(
    sql`SELECT coalesce(sum(files), 0) AS n FROM file_tally WHERE library_id IN ${hidden}`,
  );
  if (!of?.n) return 0;
  const join =
    members <= of.n
      ? sql`collection_file AS c CROSS JOIN file AS f INDEXED BY file_by_id`
      : sql`file AS f INDEXED BY file_present CROSS JOIN collection_file AS c`;
  const [row] = await db.all<{ n: number }>(
    sql`SELECT count(*) AS n FROM ${join} ON c.file_id = f.id
      WHERE c.collection_id = ${id} AND f.library_id IN ${hidden} AND f.trashed_at IS NULL`,
  );
  return row?.n ?? 0;
}

/** Up to `n` that have a picture; the chosen cover comes first. */
export async function coversOfCollection(
  db: Db,
  { id, coverFileId }: CollectionRow,
  hidden: number[],
  n = 4,
): Promise<number[]> {
  const pictured = sql`EXISTS (SELECT 1 FROM derivative AS d WHERE d.file_id = f.id AND d.kind IN ('poster', 'thumbnail'))`;
  const rows = await db.all<{ id: number }>(
    // Far down a list nobody looks for a cover.
    sql`SELECT f.id FROM (SELECT file_id, position FROM collection_file WHERE collection_id = ${id}
        ORDER BY position, file_id LIMIT 200) AS c CROSS JOIN file AS f ON f.id = c.file_id
      WHERE ${shown(hidden)} AND ${pictured} ORDER BY c.position, c.file_id LIMIT ${n}`,
  );
  const ids = rows.map((row) => row.id);
  if (coverFileId === null) return ids;
  const [cover] = await db.all<{ id: number }>(
    sql`SELECT f.id FROM file AS f WHERE f.id = ${coverFileId} AND ${shown(hidden)} AND ${pictured}`,
  );
  return cover ? [cover.id, ...ids.filter((one) => one !== cover.id)].slice(0, n) : ids;
}

/** Of a file `f`: lists show it. */
function shown(hidden: number[]): SQL {
  const visible = hidden.length === 0 ? sql`1` : sql`f.library_id NOT IN ${hidden}`;
  return sql`f.trashed_at IS NULL AND ${visible}`;
}

function nameOf(name: string): string {
  const clean = name.trim();
  if (clean !== "" && clean.length <= 200) return clean;
  const message =
    clean === "" ? "A collection needs a name." : "The name is too long: at most 200 characters.";
  throw new Refused(422, "input.invalid", message, { errors: [{ path: ["name"], message }] });
}
