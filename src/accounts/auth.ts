// better-auth, which keeps sessions and their cookies. Accounts are made by ourselves (new-account.sqlite.ts): it knows
// neither invitations nor the race for the first owner. So are passwords checked: it refuses addresses such as ada@nas.

import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { betterAuth } from "better-auth/minimal";
import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Db } from "../db/open.sqlite.ts";
import { credential, serverSecret, session, user } from "../db/tables/accounts.ts";
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
    plugins: [{ id: "sprocket", endpoints: { startSession } }],
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

/** A session and its cookie for a user who has proved who they are. */
const startSession = createAuthEndpoint(
  "/sprocket/start-session",
  { method: "POST", body: z.object({ userId: z.string() }) },
  async (ctx) => {
    const { internalAdapter } = ctx.context;
    const user = await internalAdapter.findUserById(ctx.body.userId);
    // Deleted in this very moment.
    if (!user) return ctx.json({ isStarted: false });
    await setSessionCookie(ctx, { session: await internalAdapter.createSession(user.id), user });
    return ctx.json({ isStarted: true });
  },
);

const day = 86_400;

/** Made once per database, so that sessions outlive a restart. Copies of a database are without it. */
async function cookieSecret(db: Db): Promise<string> {
  await db.insert(serverSecret).values({ name: "cookie", value: newSecret() }).onConflictDoNothing();
  const [row] = await db.select().from(serverSecret).where(eq(serverSecret.name, "cookie"));
  return row!.value;
}
