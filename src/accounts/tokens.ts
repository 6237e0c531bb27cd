// API tokens: what a script shows instead of a cookie. A token is its user with fewer rights, never with more.

import { and, asc, eq } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type ApiTokenRow, apiToken, type UserRow, user } from "../db/tables/accounts.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import { isPlainName, notPlain } from "../runtime/plain-name.ts";
import { hashSecret, newSecret } from "./secret.ts";

export type TokenScope = "read" | "write" | "admin";

/** What a role may do at most. `admin` contains the others; `write` alone cannot read. */
export const scopesOf: Record<UserRow["role"], TokenScope[]> = {
  owner: ["read", "write", "admin"],
  member: ["read", "write"],
};

export interface NewToken {
  userId: string;
  name: string;
  scopes: TokenScope[];
  expiresAt?: Date | null;
}

/** `secret` is the token itself, kept nowhere. `Refused` 422 for a bad name. */
export async function createToken(
  db: Db,
  input: NewToken,
  now: number,
): Promise<{ token: ApiTokenRow; secret: string }> {
  if (!isPlainName(input.name))
    throw new Refused(422, "token.name", notPlain, { errors: [{ path: ["name"], message: notPlain }] });
  const secret = newSecret("spr_");
  const [row] = await db
    .insert(apiToken)
    .values({ ...input, hint: secret.slice(0, 8), secretHash: hashSecret(secret), createdAt: new Date(now) })
    .returning();
  return { token: row!, secret };
}

export async function listTokens(db: Db, userId: string): Promise<ApiTokenRow[]> {
  return db.select().from(apiToken).where(eq(apiToken.userId, userId)).orderBy(asc(apiToken.id));
}

/** Somebody else's token does not exist, as far as this user is told. */
export async function deleteToken(db: Db, userId: string, id: number): Promise<ApiTokenRow> {
  const [row] = await db
    .delete(apiToken)
    .where(and(eq(apiToken.id, id), eq(apiToken.userId, userId)))
    .returning();
  if (!row) throw new NotFound("token", id);
  return row;
}

/** The user and the rights a token stands for; undefined when it is unknown or expired. Notes its use. */
export async function findByToken(
  db: Db,
  secret: string,
  now: number,
): Promise<{ user: UserRow; scopes: TokenScope[]; expiresAt: Date | null } | undefined> {
  const [row] = await db
    .select({ token: apiToken, user })
    .from(apiToken)
    .innerJoin(user, eq(user.id, apiToken.userId))
    .where(eq(apiToken.secretHash, hashSecret(secret)));
  if (!row || (row.token.expiresAt && row.token.expiresAt.getTime() <= now)) return undefined;
  if (now - (row.token.lastUsedAt?.getTime() ?? 0) >= 60_000)
    await db
      .update(apiToken)
      .set({ lastUsedAt: new Date(now) })
      .where(eq(apiToken.id, row.token.id))
      // As of a person, see users.ts.
      .catch(() => {});
  const { scopes, expiresAt } = row.token;
  return { user: row.user, scopes: effective(scopes, row.user.role), expiresAt };
}

/** A demoted owner's old `admin` token is a member's from that moment on. */
function effective(scopes: TokenScope[], role: UserRow["role"]): TokenScope[] {
  const all: TokenScope[] = scopes.includes("admin") ? scopesOf.owner : scopes;
  return all.filter((scope) => scopesOf[role].includes(scope));
}
