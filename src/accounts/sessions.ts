// Sessions in cookies, kept by better-auth, once e-mail and password have been found to belong together. A session's user
// is read from the database each time, so that a new role or a deleted user counts at once.

import { and, eq, lt } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { credential, session, type UserRow, user } from "../db/tables/accounts.ts";
import type { Clock } from "../runtime/clock.ts";
import { accountOf, type SignedIn } from "./account.ts";
import { cookiePrefix, openAuth } from "./auth.ts";
import { hashPassword, isPassword, passwordLength } from "./password.ts";

export interface Sessions {
  /** Undefined when e-mail and password do not belong together; both answers take the same work. */
  start(email: string, password: string, isSecure: boolean): Promise<SignedIn | undefined>;
  /** Whose session these headers carry, and the cookies to set because it moved on or is over. */
  read(headers: Headers, isSecure: boolean): Promise<{ user: UserRow | undefined; cookies: string[] }>;
  /** Answers the cookies that take the session's away. */
  end(headers: Headers): Promise<string[]>;
}

export async function openSessions(db: Db, basePath: string, clock: Clock): Promise<Sessions> {
  const auth = await openAuth(db, basePath);
  return {
    async start(email, password, isSecure) {
      const now = new Date(clock.now());
      await db.delete(session).where(lt(session.expiresAt, now));
      const user = await whoHas(db, email, password);
      if (!user) return undefined;
      const { headers, response } = await auth.api.startSession({
        body: { userId: user.id },
        returnHeaders: true,
      });
      return response.isStarted
        ? { user: accountOf(user), cookies: cookiesOf(headers, isSecure) }
        : undefined;
    },
    async read(headers, isSecure) {
      if (!hasSessionCookie(headers)) return { user: undefined, cookies: [] };
      const found = await auth.api.getSession({ headers: cookieOnly(headers), returnHeaders: true });
      return {
        user: found.response?.user as UserRow | undefined,
        cookies: cookiesOf(found.headers, isSecure),
      };
    },
    async end(headers) {
      const ended = await auth.api.signOut({ headers: cookieOnly(headers), returnHeaders: true });
      return cookiesOf(ended.headers, false);
    },
  };
}

/** Whose e-mail and password these are; finding nobody takes the same work. */
async function whoHas(db: Db, email: string, password: string): Promise<UserRow | undefined> {
  // Hashing takes time with the length.
  if (password.length > passwordLength.max) return undefined;
  const [found] = await db
    .select({ user, hash: credential.password })
    .from(user)
    .innerJoin(credential, and(eq(credential.userId, user.id), eq(credential.providerId, "credential")))
    .where(eq(user.email, email));
  if (!found?.hash) {
    await hashPassword(password);
    return undefined;
  }
  return (await isPassword(password, found.hash)) ? found.user : undefined;
}

function hasSessionCookie(headers: Headers): boolean {
  return headers.get("cookie")?.includes(`${cookiePrefix}.session_token=`) ?? false;
}

/** better-auth needs no more, and so can believe no more (forwarded hosts, origins). */
function cookieOnly(headers: Headers): Headers {
  return new Headers({ cookie: headers.get("cookie") ?? "" });
}

function cookiesOf(headers: Headers | null | undefined, isSecure: boolean): string[] {
  return (headers?.getSetCookie() ?? []).map((cookie) => (isSecure ? `${cookie}; Secure` : cookie));
}
