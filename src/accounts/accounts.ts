// Who may come in, and as whom. The one door to accounts for the web side and the command line; the parts behind it each
// do one thing (sessions, admission, users, invitations, tokens, attempts, setup).

import type { Db } from "../db/open.sqlite.ts";
import type { ApiTokenRow, InvitationRow, UserRow } from "../db/tables/accounts.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import type { Settings } from "../settings/settings.ts";
import { type Account, accountOf, type Caller, type SignedIn } from "./account.ts";
import { admit, invitationNeeded, prepareAccount, registrationClosed, setupNeeded } from "./admission.ts";
import { openAttempts } from "./attempts.ts";
import * as invitations from "./invitations.ts";
import type { NewAccount } from "./new-account.sqlite.ts";
import { passwordFault } from "./password.ts";
import { hashSecret } from "./secret.ts";
import { openSessions, type Sessions } from "./sessions.ts";
import { openSetup } from "./setup.ts";
import * as tokens from "./tokens.ts";
import * as users from "./users.ts";

export type { ApiTokenRow, InvitationRow, UserRow } from "../db/tables/accounts.ts";
export type { Account, Caller, SignedIn } from "./account.ts";
export type { TokenScope } from "./tokens.ts";

export interface AccountsParts {
  db: Db;
  settings: Pick<Settings, "get">;
  clock: Clock;
  log: Logger;
  config: Pick<Config, "host" | "port" | "basePath"> & Partial<Pick<Config, "ownerEmail" | "ownerPassword">>;
}

export interface SignUp {
  email: string;
  password: string;
  name: string;
  invite?: string;
  setup?: string;
}

export interface Identified {
  user: Account;
  via: "cookie" | "token";
  scopes: tokens.TokenScope[];
  /** When the token that was shown ends, if ever. */
  expiresAt?: Date;
}

/** Creates the owner that the configuration names, if nobody owns the server yet. */
export async function openAccounts(parts: AccountsParts): Promise<Accounts> {
  const accounts = new Accounts(parts, await openSessions(parts.db, parts.config.basePath, parts.clock));
  const { ownerEmail, ownerPassword } = parts.config;
  if (ownerEmail && ownerPassword && (await accounts.isFirstRun())) {
    await accounts.createUser({ email: ownerEmail, password: ownerPassword, role: "owner" });
    parts.log.info("Created the owner named by the configuration", { email: ownerEmail });
  }
  return accounts;
}

export class Accounts {
  private readonly setup;
  private readonly signInAttempts = openAttempts();
  private readonly signUpAttempts = openAttempts({ perAccount: 12, perAddress: 40, windowS: 300 });
  /** Stays true once it is: the last owner cannot go. */
  private isOwned = false;

  constructor(
    private readonly parts: AccountsParts,
    private readonly sessions: Sessions,
  ) {
    this.setup = openSetup(parts.config);
  }

  /** Nobody owns the server yet. */
  async isFirstRun(): Promise<boolean> {
    this.isOwned ||= await users.hasOwner(this.parts.db);
    return !this.isOwned;
  }

  /** For the console on a first run: `http://192.168.1.5:8420/welcome?setup=…`, one per address. */
  setupLinks(): string[] {
    return this.setup.links();
  }

  /** Whether this caller, with this setup secret, may become the first owner. */
  acceptsSetup(secret: string | undefined, caller: Pick<Caller, "isLocal">): boolean {
    return caller.isLocal || this.setup.accepts(secret);
  }

  async registration(): Promise<{ mode: "open" | "invite" | "closed"; firstRun: boolean }> {
    return { mode: this.parts.settings.get("registrationMode"), firstRun: await this.isFirstRun() };
  }

  /** `Refused`: 403 not admitted, 409 e-mail taken, 422 bad input, 429 too often. */
  async signUp(input: SignUp, caller: Caller): Promise<SignedIn> {
    await this.signUpAttempts.take(caller.address, users.normalEmail(input.email));
    const isFirst = await this.isFirstRun();
    if (isFirst && !this.acceptsSetup(input.setup, caller)) throw setupNeeded();
    if (!isFirst) await this.checkRegistration(input.invite);
    const account = await prepareAccount(input);
    const made = isFirst ? this.admitFirst(account) : this.admitLater(account, input.invite);
    this.parts.log.info("Signed up", { email: made.email, role: made.role, address: caller.address });
    const signedIn = await this.sessions.start(made.email, input.password, caller.isSecure);
    if (!signedIn) throw new Error(`The account ${made.id} was made but can't be signed in to.`);
    return signedIn;
  }

  /** `Refused` 401, the same for an unknown e-mail as for a wrong password; 429 too often. */
  async signIn(input: { email: string; password: string }, caller: Caller): Promise<SignedIn> {
    const email = users.normalEmail(input.email);
    const succeeded = await this.signInAttempts.take(caller.address, email);
    const signedIn = await this.sessions.start(email, input.password, caller.isSecure);
    if (!signedIn) {
      this.parts.log.warn("Refused to sign in", { email, address: caller.address });
      throw new Refused(401, "sign-in.wrong", "The e-mail or the password is wrong.");
    }
    await succeeded();
    return signedIn;
  }

  /** Answers the `Set-Cookie` values that take the session's cookie away. */
  signOut(headers: Headers): Promise<string[]> {
    return this.sessions.end(headers);
  }

  /**
   * Whom a request's headers prove. A token counts alone: a wrong one is nobody, whatever cookie comes with it.
   * `renew` gets `Set-Cookie` values when a session moves on.
   */
  async identify(
    headers: Headers,
    isSecure = false,
    renew: (cookie: string) => void = () => {},
  ): Promise<Identified | undefined> {
    const secret = tokenIn(headers);
    const now = this.parts.clock.now();
    if (secret !== undefined) {
      const found = await tokens.findByToken(this.parts.db, secret, now);
      if (!found) return undefined;
      const identified = await this.seen(found.user, "token", found.scopes);
      return found.expiresAt ? { ...identified, expiresAt: found.expiresAt } : identified;
    }
    const { user, cookies } = await this.sessions.read(headers, isSecure);
    cookies.forEach(renew);
    return user && this.seen(user, "cookie", tokens.scopesOf[user.role]);
  }

  listUsers(): Promise<UserRow[]> {
    return users.listUsers(this.parts.db);
  }

  countUsers(): Promise<number> {
    return users.countUsers(this.parts.db);
  }

  /** On whose behalf the command line acts when it names nobody. */
  async firstOwner(): Promise<Account | undefined> {
    const owner = (await this.listUsers()).find((u) => u.role === "owner");
    return owner && accountOf(owner);
  }

  async getUser(email: string): Promise<Account> {
    const row = await users.findUserByEmail(this.parts.db, email);
    if (!row) throw new NotFound("user", email);
    return accountOf(row);
  }

  /** `Refused` 409 for the last owner. */
  async setRole(id: string, role: UserRow["role"]): Promise<Account> {
    return accountOf(await users.setRole(this.parts.db, id, role, this.parts.clock.now()));
  }

  /** With sessions and tokens. `Refused` 409 for the last owner. */
  async deleteUser(id: string): Promise<Account> {
    return accountOf(await users.deleteUser(this.parts.db, id));
  }

  /** By an operator, past the registration mode. Without a role: the owner if there is none yet, else a member. */
  async createUser(input: {
    email: string;
    password: string;
    name?: string;
    role?: UserRow["role"];
  }): Promise<Account> {
    const account = await prepareAccount({ ...input, name: input.name || input.email.split("@")[0]! });
    return accountOf(
      admit(this.parts.db, account, { by: "operator", role: input.role }, this.parts.clock.now()),
    );
  }

  /** Ends the user's sessions as well. */
  async resetPassword(email: string, password: string): Promise<Account> {
    const fault = passwordFault(password);
    if (fault) throw new Refused(422, "account.invalid", fault.message, { errors: [fault] });
    const account = await this.getUser(email);
    await users.resetPassword(this.parts.db, account.id, password, this.parts.clock.now());
    return account;
  }

  /** `Refused` 403 when `current` is wrong. Ends every session and starts a new one. */
  async changePassword(
    account: Account,
    current: string,
    password: string,
    caller: Caller,
  ): Promise<SignedIn> {
    const succeeded = await this.signInAttempts.take(caller.address, account.email);
    if (!(await this.sessions.start(account.email, current, caller.isSecure)))
      throw new Refused(403, "password.wrong", "The current password is wrong.");
    await succeeded();
    await this.resetPassword(account.email, password);
    return (await this.sessions.start(account.email, password, caller.isSecure))!;
  }

  async promote(email: string): Promise<Account> {
    return this.setRole((await this.getUser(email)).id, "owner");
  }

  /** `secret` goes into `/sign-up?invite=…`. Expires after a week unless told. */
  createInvitation(input: { note?: string | null; expiresAt?: Date; createdBy: string | null }) {
    const now = this.parts.clock.now();
    const expiresAt = input.expiresAt ?? new Date(now + invitations.standardDays * 86_400_000);
    return invitations.createInvitation(this.parts.db, { ...input, expiresAt }, now);
  }

  /** Newest first. */
  listInvitations(offset = 0, limit = 200): Promise<InvitationRow[]> {
    return invitations.listInvitations(this.parts.db, offset, limit);
  }

  countInvitations(): Promise<number> {
    return invitations.countInvitations(this.parts.db);
  }

  deleteInvitation(id: number): Promise<InvitationRow> {
    return invitations.deleteInvitation(this.parts.db, id);
  }

  isOpenInvitation(secret: string): Promise<boolean> {
    return invitations.isOpenInvitation(this.parts.db, secret, this.parts.clock.now());
  }

  /** `secret` is the token: shown once, kept nowhere. */
  createToken(input: tokens.NewToken): Promise<{ token: ApiTokenRow; secret: string }> {
    return tokens.createToken(this.parts.db, input, this.parts.clock.now());
  }

  listTokens(userId: string): Promise<ApiTokenRow[]> {
    return tokens.listTokens(this.parts.db, userId);
  }

  deleteToken(userId: string, id: number): Promise<ApiTokenRow> {
    return tokens.deleteToken(this.parts.db, userId, id);
  }

  /** Before the password is hashed, which costs time and memory. Admitting decides again. */
  private async checkRegistration(invite: string | undefined): Promise<void> {
    const mode = this.parts.settings.get("registrationMode");
    if (mode === "closed") throw registrationClosed();
    if (mode === "invite" && !(invite && (await this.isOpenInvitation(invite)))) throw invitationNeeded();
  }

  private admitFirst(account: NewAccount): UserRow {
    return admit(this.parts.db, account, { by: "first-run" }, this.parts.clock.now());
  }

  private admitLater(account: NewAccount, invite: string | undefined): UserRow {
    const mode = this.parts.settings.get("registrationMode");
    if (mode === "closed") throw registrationClosed();
    const admission =
      mode === "open"
        ? ({ by: "open-registration" } as const)
        : ({ by: "invitation", secretHash: hashSecret(invite ?? "") } as const);
    return admit(this.parts.db, account, admission, this.parts.clock.now());
  }

  private async seen(row: UserRow, via: Identified["via"], scopes: tokens.TokenScope[]): Promise<Identified> {
    const now = this.parts.clock.now();
    if (now - (row.lastSeenAt?.getTime() ?? 0) >= 60_000) await users.noteSeen(this.parts.db, row.id, now);
    return { user: accountOf(row), via, scopes };
  }
}

/** `Authorization: Bearer <token>` or `x-api-key`. */
function tokenIn(headers: Headers): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.get("authorization") ?? "");
  return bearer?.[1] ?? headers.get("x-api-key") ?? undefined;
}
