// Invitations: links that let one person sign up, once, until they expire. The link's secret is shown once.

import { and, count, desc, eq, gt, isNull } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type InvitationRow, invitation } from "../db/tables/accounts.ts";
import { NotFound } from "../runtime/errors.ts";
import { hashSecret, newSecret } from "./secret.ts";

/** How long a link works unless told otherwise. */
export const standardDays = 7;

/** `secret` goes into the link `/sign-up?invite=…` and is kept nowhere. */
export async function createInvitation(
  db: Db,
  input: { note?: string | null; expiresAt: Date; createdBy: string | null },
  now: number,
): Promise<{ invitation: InvitationRow; secret: string }> {
  const secret = newSecret();
  const [row] = await db
    .insert(invitation)
    .values({ ...input, secretHash: hashSecret(secret), createdAt: new Date(now) })
    .returning();
  return { invitation: row!, secret };
}

export async function listInvitations(db: Db, offset: number, limit: number): Promise<InvitationRow[]> {
  return db.select().from(invitation).orderBy(desc(invitation.id)).limit(limit).offset(offset);
}

export async function countInvitations(db: Db): Promise<number> {
  const [row] = await db.select({ invitations: count() }).from(invitation);
  return row!.invitations;
}

export async function deleteInvitation(db: Db, id: number): Promise<InvitationRow> {
  const [row] = await db.delete(invitation).where(eq(invitation.id, id)).returning();
  if (!row) throw new NotFound("invitation", id);
  return row;
}

/** For the sign-up page, before anybody types. Signing up decides again. */
export async function isOpenInvitation(db: Db, secret: string, now: number): Promise<boolean> {
  const rows = await db
    .select({ id: invitation.id })
    .from(invitation)
    .where(
      and(
        eq(invitation.secretHash, hashSecret(secret)),
        isNull(invitation.usedAt),
        gt(invitation.expiresAt, new Date(now)),
      ),
    );
  return rows.length > 0;
}
