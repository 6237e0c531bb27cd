// Sessions in cookies, kept by better-auth. A session's user is read from the database each time, so that a new role or
// a deleted user counts at once.

import { lt } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { session, type UserRow } from "../db/tables/accounts.ts";
import type { Clock } from "../runtime/clock.ts";
import { accountOf, type SignedIn } from "./account.ts";
import { cookiePrefix, openAuth } from "./auth.ts";

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
      await db.delete(session).where(lt(session.expiresAt, new Date(clock.now())));
      try {
        const { headers, response } = await auth.api.signInEmail({
          body: { email, password },
          returnHeaders: true,
        });
        const user = accountOf(response.user as unknown as UserRow);
        return { user, cookies: cookiesOf(headers, isSecure) };
      } catch (error) {
        if (isRefusal(error)) return undefined;
        throw error;
      }
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

/** A 4xx of better-auth; anything else (a database that fails) is a fault. */
function isRefusal(error: unknown): boolean {
  const status = (error as { statusCode?: number }).statusCode;
  return error instanceof Error && error.name === "APIError" && status !== undefined && status < 500;
}
