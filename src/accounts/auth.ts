// better-auth, which keeps sessions and their cookies. Accounts are made by ourselves (new-account.sqlite.ts): it knows
// neither invitations nor the race for the first owner.

import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { eq } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { credential, serverSecret, session, user } from "../db/tables/accounts.ts";
import { hashPassword, isPassword, passwordLength } from "./password.ts";
import { newSecret } from "./secret.ts";

export const cookiePrefix = "sprocket";

export type Auth = Awaited<ReturnType<typeof openAuth>>;

/** `basePath` narrows the cookie to this server's part of a host. */
export async function openAuth(db: Db, basePath: string) {
  return betterAuth({
    appName: "Sprocket",
    // Only a name here: no request reaches better-auth's own routes.
    baseURL: "http://localhost",
    secret: await cookieSecret(db),
    database: drizzleAdapter(db, { provider: "sqlite", schema: { user, session, account: credential } }),
    user: {
      additionalFields: {
        role: { type: "string", required: true, input: false },
        lastSeenAt: { type: "date", required: false, input: false },
      },
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
      password: { hash: hashPassword, verify: ({ hash, password }) => isPassword(password, hash) },
    },
    session: { expiresIn: 30 * day, updateAge: day },
    advanced: {
      cookiePrefix,
      // `Secure` is added per request, since one server may be reached with and without TLS.
      useSecureCookies: false,
      defaultCookieAttributes: { path: basePath || "/", httpOnly: true, sameSite: "lax" },
      ipAddress: { disableIpTracking: true },
      database: { validateSchema: false },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
}

const day = 86_400;

/** Made once per database, so that sessions outlive a restart and move with a backup. */
async function cookieSecret(db: Db): Promise<string> {
  await db.insert(serverSecret).values({ name: "cookie", value: newSecret() }).onConflictDoNothing();
  const [row] = await db.select().from(serverSecret).where(eq(serverSecret.name, "cookie"));
  return row!.value;
}
