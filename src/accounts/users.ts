// The people of this server. There is always an owner once there was one: each change that could take the last one away
// says so in its own WHERE, so that two at once cannot.

import { and, asc, count, eq, ne, or, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { credential, session, type UserRow, user } from "../db/tables/accounts.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import { hashPassword } from "./password.ts";

export async function hasOwner(db: Db): Promise<boolean> {
  const rows = await db.select({ id: user.id }).from(user).where(eq(user.role, "owner")).limit(1);
  return rows.length > 0;
}

export async function listUsers(db: Db): Promise<UserRow[]> {
  return db.select().from(user).orderBy(asc(user.createdAt), asc(user.id));
}

export async function countUsers(db: Db): Promise<number> {
  const [row] = await db.select({ users: count() }).from(user);
  return row!.users;
}

export async function findUserByEmail(db: Db, email: string): Promise<UserRow | undefined> {
  const [row] = await db
    .select()
    .from(user)
    .where(eq(user.email, normalEmail(email)));
  return row;
}

export async function setRole(db: Db, id: string, role: UserRow["role"], now: number): Promise<UserRow> {
  const mayChange = role === "owner" ? eq(user.id, id) : and(eq(user.id, id), isNotLastOwner);
  const [changed] = await db
    .update(user)
    .set({ role, updatedAt: new Date(now) })
    .where(mayChange)
    .returning();
  return changed ?? refuse(db, id, "The last owner can't be demoted. Make somebody else an owner first.");
}

export async function deleteUser(db: Db, id: string): Promise<UserRow> {
  const [deleted] = await db
    .delete(user)
    .where(and(eq(user.id, id), isNotLastOwner))
    .returning();
  return deleted ?? refuse(db, id, "The last owner can't be deleted. Make somebody else an owner first.");
}

/** Ends every session of the user too: a password is reset because somebody else may know it. */
export async function resetPassword(db: Db, id: string, password: string, now: number): Promise<void> {
  const at = new Date(now);
  const hash = await hashPassword(password);
  await db
    .insert(credential)
    .values({
      id: crypto.randomUUID(),
      userId: id,
      accountId: id,
      providerId: "credential",
      password: hash,
      createdAt: at,
      updatedAt: at,
    })
    .onConflictDoUpdate({
      target: [credential.providerId, credential.accountId],
      set: { password: hash, updatedAt: at },
    });
  await db.delete(session).where(eq(session.userId, id));
}

/** Not written on a full disk: whoever comes to see what is wrong there must get in. */
export async function noteSeen(db: Db, id: string, now: number): Promise<void> {
  await db
    .update(user)
    .set({ lastSeenAt: new Date(now) })
    .where(eq(user.id, id))
    .catch(() => {});
}

export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

const isNotLastOwner = or(
  ne(user.role, "owner"),
  sql`(select count(*) from ${user} where ${user.role} = 'owner') > 1`,
);

async function refuse(db: Db, id: string, message: string): Promise<never> {
  const [row] = await db.select({ id: user.id }).from(user).where(eq(user.id, id));
  if (!row) throw new NotFound("user", id);
  throw new Refused(409, "owner.last", message);
}
