// Makes an account in one transaction: who may, the user, the password. Two first sign-ups at once give one owner, and
// one invitation gives one account, because the looking and the writing are one step.

import { and, eq, gt, isNull } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { credential, invitation, type UserRow, user } from "../db/tables/accounts.ts";

/** Why somebody may have an account. */
export type Admission =
  /** Nobody owns the server yet: this one will. */
  | { by: "first-run" }
  | { by: "open-registration" }
  | { by: "invitation"; secretHash: string }
  /** The command line or the configuration. Without a role: owner if there is none yet. */
  | { by: "operator"; role?: UserRow["role"] };

export interface NewAccount {
  email: string;
  name: string;
  passwordHash: string;
}

export type NotAdmitted = "owner-exists" | "email-taken" | "invitation-spent";

export function insertAccount(
  db: Db,
  account: NewAccount,
  admission: Admission,
  now: number,
): UserRow | { refused: NotAdmitted } {
  return db.transaction(
    (tx) => {
      const at = new Date(now);
      const hasOwner =
        tx.select({ id: user.id }).from(user).where(eq(user.role, "owner")).limit(1).get() !== undefined;
      if (admission.by === "first-run" && hasOwner) return { refused: "owner-exists" };
      if (tx.select({ id: user.id }).from(user).where(eq(user.email, account.email)).get())
        return { refused: "email-taken" };
      const id = crypto.randomUUID();
      const made = tx
        .insert(user)
        .values({
          id,
          name: account.name,
          email: account.email,
          emailVerified: false,
          role: roleOf(admission, hasOwner),
          createdAt: at,
          updatedAt: at,
        })
        .returning()
        .get();
      if (admission.by === "invitation") {
        const { secretHash } = admission;
        const open = and(
          eq(invitation.secretHash, secretHash),
          isNull(invitation.usedAt),
          gt(invitation.expiresAt, at),
        );
        const spent = tx.update(invitation).set({ usedAt: at, usedBy: id }).where(open).returning().get();
        if (!spent) {
          tx.delete(user).where(eq(user.id, id)).run();
          return { refused: "invitation-spent" };
        }
      }
      tx.insert(credential)
        .values({
          id: crypto.randomUUID(),
          userId: id,
          accountId: id,
          providerId: "credential",
          password: account.passwordHash,
          createdAt: at,
          updatedAt: at,
        })
        .run();
      return made;
    },
    { behavior: "immediate" },
  );
}

function roleOf(admission: Admission, hasOwner: boolean): UserRow["role"] {
  if (admission.by === "first-run") return "owner";
  if (admission.by === "operator") return admission.role ?? (hasOwner ? "member" : "owner");
  return "member";
}
