// Lets somebody have an account, or says why not.

import type { Db } from "../db/open.sqlite.ts";
import type { UserRow } from "../db/tables/accounts.ts";
import { emailAddress } from "../runtime/email-address.ts";
import { type Fault, Refused } from "../runtime/errors.ts";
import { isPlainName, notPlain } from "../runtime/plain-name.ts";
import { type Admission, insertAccount, type NewAccount, type NotAdmitted } from "./new-account.sqlite.ts";
import { hashPassword, passwordFault } from "./password.ts";
import { normalEmail } from "./users.ts";

/** Checks and hashes: `Refused` 422 with the path of each fault. */
export async function prepareAccount(input: {
  email: string;
  password: string;
  name: string;
}): Promise<NewAccount> {
  const email = normalEmail(input.email);
  const name = input.name.trim();
  const errors: Fault[] = [];
  if (!emailAddress.safeParse(email).success)
    errors.push({ path: ["email"], message: "This is not an e-mail address." });
  if (name === "" || name.length > 100)
    errors.push({ path: ["name"], message: "The name must have 1 to 100 characters." });
  else if (!isPlainName(name)) errors.push({ path: ["name"], message: notPlain });
  const fault = passwordFault(input.password);
  if (fault) errors.push(fault);
  if (errors.length > 0)
    throw new Refused(422, "account.invalid", errors.map((e) => e.message).join(" "), { errors });
  return { email, name, passwordHash: await hashPassword(input.password) };
}

export function admit(db: Db, account: NewAccount, admission: Admission, now: number): UserRow {
  const made = insertAccount(db, account, admission, now);
  if ("refused" in made) throw refusal(made.refused);
  return made;
}

export const registrationClosed = () =>
  new Refused(403, "registration.closed", "This server takes no new accounts.", {
    hint: "An owner can open registration, or make an invitation.",
  });

export const invitationNeeded = () =>
  new Refused(403, "invitation.invalid", "A valid invitation is needed to sign up here.", {
    hint: "Invitations work once and expire. Ask an owner for a new link.",
  });

export const setupNeeded = () =>
  new Refused(
    403,
    "setup.required",
    "The first account is made with the setup link on the server's console.",
    {
      hint: "Open the link that the server printed when it started. A restart prints a new one.",
    },
  );

function refusal(why: NotAdmitted): Refused {
  if (why === "invitation-spent") return invitationNeeded();
  if (why === "owner-exists") return registrationClosed();
  const message = "There is an account with this e-mail already.";
  return new Refused(409, "account.exists", message, { errors: [{ path: ["email"], message }] });
}
