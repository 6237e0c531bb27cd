// `sprocket user …` and `sprocket token …`: for whoever has the data folder, past every registration mode.

import { type Accounts, openAccounts, type TokenScope } from "../accounts/accounts.ts";
import { newSecret } from "../accounts/secret.ts";
import { audit } from "../http/audit.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { systemClock } from "../runtime/clock.ts";
import { type Flags, readConfig } from "../runtime/config.ts";
import { EventBus } from "../runtime/events.ts";
import { silentLogger } from "../runtime/log.ts";
import { openSettings } from "../settings/settings.ts";
import { openBeside } from "./database.ts";

interface Open {
  accounts: Accounts;
  /** The log shows the command line as the one who did it. */
  note(action: string, target: string, detail?: unknown): Promise<void>;
}

export function createUser(
  email: string,
  options: { name?: string; role: "owner" | "member"; passwordStdin?: boolean },
  flags: Flags,
): Promise<number> {
  return withAccounts(flags, async ({ accounts, note }) => {
    const { password, isMadeUp } = await newPassword(options.passwordStdin);
    const user = await accounts.createUser({ email, password, name: options.name, role: options.role });
    await note("user.create", user.email, { role: user.role });
    console.log(`Created ${user.email} (${user.role}).${isMadeUp ? ` Password: ${password}` : ""}`);
  });
}

export function resetPassword(
  email: string,
  options: { passwordStdin?: boolean },
  flags: Flags,
): Promise<number> {
  return withAccounts(flags, async ({ accounts, note }) => {
    const { password, isMadeUp } = await newPassword(options.passwordStdin);
    const user = await accounts.resetPassword(email, password);
    await note("user.reset-password", user.email);
    console.log(
      `${user.email} has a new password and is signed out everywhere.${isMadeUp ? ` Password: ${password}` : ""}`,
    );
  });
}

export function promote(email: string, flags: Flags): Promise<number> {
  return withAccounts(flags, async ({ accounts, note }) => {
    const user = await accounts.promote(email);
    await note("user.role", user.email, { role: user.role });
    console.log(`${user.email} is an owner.`);
  });
}

export function createToken(
  options: { name: string; scopes: string; user?: string; days?: string },
  flags: Flags,
): Promise<number> {
  const scopes = scopesIn(options.scopes);
  const days = options.days === undefined ? undefined : Number(options.days);
  if (days !== undefined && !(days > 0 && days <= 36_500))
    throw new CannotStart(`--days ${options.days} is not right: it must be a number of days.`, 2);
  return withAccounts(flags, async ({ accounts, note }) => {
    const user = options.user ? await accounts.getUser(options.user) : await accounts.firstOwner();
    if (!user)
      throw new CannotStart(
        "Nobody has an account yet; `sprocket user create EMAIL --role owner` makes the first one.",
      );
    if (user.role !== "owner" && scopes.includes("admin"))
      throw new CannotStart(
        `${user.email} is a member, and a token can do no more than its user: leave out admin.`,
      );
    const expiresAt = days === undefined ? null : new Date(systemClock.now() + days * 86_400_000);
    const { secret } = await accounts.createToken({ userId: user.id, name: options.name, scopes, expiresAt });
    await note("token.create", options.name, { user: user.email, scopes });
    // Alone on standard output, so that scripts can take it.
    console.log(secret);
  });
}

async function withAccounts(flags: Flags, act: (open: Open) => Promise<void>): Promise<number> {
  const config = readConfig(flags);
  const { db, close } = openBeside(config.dataFolder, { create: true });
  try {
    const settings = await openSettings(db, config, new EventBus(), systemClock);
    // Without ownerEmail: making the configured owner is the server's first start's.
    const { host, port, basePath } = config;
    const parts = { db, settings, clock: systemClock, log: silentLogger, config: { host, port, basePath } };
    const accounts = await openAccounts(parts);
    await act({
      accounts,
      note: async (action, target, detail) => {
        await audit({ db, clock: systemClock }, "command line", action, target, detail);
      },
    });
    return 0;
  } finally {
    close();
  }
}

/** Never an argument: those show in the list of processes. */
async function newPassword(fromStdin: boolean | undefined): Promise<{ password: string; isMadeUp: boolean }> {
  if (!fromStdin) return { password: newSecret().slice(0, 20), isMadeUp: true };
  const password = (await Bun.stdin.text()).replace(/\r?\n$/, "");
  if (password === "") throw new CannotStart("--password-stdin was given, but nothing came.", 2);
  return { password, isMadeUp: false };
}

function scopesIn(text: string): TokenScope[] {
  const known: TokenScope[] = ["read", "write", "admin"];
  const scopes = text
    .split(",")
    .map((scope) => scope.trim())
    .filter(Boolean);
  const wrong = scopes.find((scope) => !known.includes(scope as TokenScope));
  if (wrong !== undefined || scopes.length === 0)
    throw new CannotStart(
      `--scopes ${text} is not right: it must be some of ${known.join(", ")}, with commas.`,
      2,
    );
  return [...new Set(scopes)] as TokenScope[];
}
