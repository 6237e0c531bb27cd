import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { type AccountsParts, openAccounts } from "../../src/accounts/accounts.ts";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { type OpenDb, openSqlite } from "../../src/db/open.sqlite.ts";
import { apiToken, credential, invitation } from "../../src/db/tables/accounts.ts";
import { Refused } from "../../src/runtime/errors.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { FakeClock } from "../support/fake-clock.ts";

const here = { address: "127.0.0.1", isLocal: true, isSecure: false };
const away = { address: "203.0.113.9", isLocal: false, isSecure: false };
const ada = { email: "ada@example.org", password: "analytical engine", name: "Ada" };
const bob = { email: "bob@example.org", password: "bobs own password", name: "Bob" };

let open: OpenDb;
let clock: FakeClock;
let mode: "open" | "invite" | "closed";
const parts = (config = {}): AccountsParts => ({
  db: open.db,
  settings: { get: () => mode } as unknown as AccountsParts["settings"],
  clock,
  log: silentLogger,
  config: { host: "127.0.0.1", port: 8420, basePath: "", ...config },
});

beforeEach(() => {
  open = openSqlite(":memory:");
  migrate(open.sqlite, migrations);
  clock = new FakeClock();
  mode = "closed";
});
afterEach(() => open.close());

/** The code and status an action is refused with. */
async function refusal(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    if (error instanceof Refused) return `${error.status} ${error.code}`;
    throw error;
  }
  return "not refused";
}

function withCookies(cookies: string[]): Headers {
  return new Headers({ cookie: cookies.map((c) => c.split(";")[0]).join("; ") });
}

describe("the first account", () => {
  test("is an owner, and then it is no first run any more", async () => {
    const accounts = await openAccounts(parts());
    expect(await accounts.registration()).toEqual({ mode: "closed", firstRun: true });
    const { user } = await accounts.signUp(ada, here);
    expect(user).toMatchObject({ email: "ada@example.org", role: "owner" });
    expect((await accounts.registration()).firstRun).toBe(false);
  });

  test("is one, when several sign up at the same moment", async () => {
    const accounts = await openAccounts(parts());
    const all = [0, 1, 2, 3].map((n) => accounts.signUp({ ...ada, email: `p${n}@example.org` }, here));
    await Promise.allSettled(all);
    expect((await accounts.listUsers()).filter((u) => u.role === "owner")).toHaveLength(1);
  });

  test("from another machine needs the link on the console", async () => {
    const accounts = await openAccounts(parts({ host: "0.0.0.0" }));
    expect(await refusal(accounts.signUp(ada, away))).toBe("403 setup.required");
    expect(await refusal(accounts.signUp({ ...ada, setup: "guess" }, away))).toBe("403 setup.required");
    const setup = new URL(accounts.setupLinks()[0]!).searchParams.get("setup")!;
    expect((await accounts.signUp({ ...ada, setup }, away)).user.role).toBe("owner");
  });

  test("may be named by the configuration, once", async () => {
    const named = { ownerEmail: "Ops@Example.org", ownerPassword: "from the environment" };
    await openAccounts(parts(named));
    const accounts = await openAccounts(parts(named));
    expect((await accounts.listUsers()).map((u) => [u.email, u.role])).toEqual([
      ["ops@example.org", "owner"],
    ]);
    const signedIn = await accounts.signIn(
      { email: "ops@example.org", password: "from the environment" },
      away,
    );
    expect(signedIn.user.role).toBe("owner");
  });
});

describe("registration", () => {
  test("closed takes nobody, open takes members", async () => {
    const accounts = await openAccounts(parts());
    await accounts.signUp(ada, here);
    expect(await refusal(accounts.signUp(bob, here))).toBe("403 registration.closed");
    mode = "open";
    expect((await accounts.signUp(bob, away)).user.role).toBe("member");
    expect(await refusal(accounts.signUp(bob, away))).toBe("409 account.exists");
  });

  test("by invitation takes one person per link, even when two come at once", async () => {
    const accounts = await openAccounts(parts());
    await accounts.signUp(ada, here);
    mode = "invite";
    expect(await refusal(accounts.signUp(bob, away))).toBe("403 invitation.invalid");
    const { secret: invite } = await accounts.createInvitation({ createdBy: null });
    const outcomes = await Promise.all([
      refusal(accounts.signUp({ ...bob, invite }, away)),
      refusal(accounts.signUp({ ...bob, email: "second@example.org", invite }, away)),
    ]);
    expect(outcomes.sort()).toEqual(["403 invitation.invalid", "not refused"]);
    expect(await accounts.listUsers()).toHaveLength(2);
  });

  test("an invitation ends, and is kept as a hash", async () => {
    const accounts = await openAccounts(parts());
    await accounts.signUp(ada, here);
    mode = "invite";
    const { secret: invite } = await accounts.createInvitation({ createdBy: null });
    expect(await accounts.isOpenInvitation(invite)).toBe(true);
    expect(JSON.stringify(await open.db.select().from(invitation))).not.toContain(invite);
    await clock.advance(7 * 86_400_000);
    expect(await accounts.isOpenInvitation(invite)).toBe(false);
    expect(await refusal(accounts.signUp({ ...bob, invite }, away))).toBe("403 invitation.invalid");
  });

  test("an e-mail that is taken does not spend the invitation", async () => {
    const accounts = await openAccounts(parts());
    await accounts.signUp(ada, here);
    mode = "invite";
    const { secret: invite } = await accounts.createInvitation({ createdBy: null });
    expect(await refusal(accounts.signUp({ ...ada, invite }, away))).toBe("409 account.exists");
    expect(await refusal(accounts.signUp({ ...bob, invite }, away))).toBe("not refused");
  });

  test("names each fault of the input", async () => {
    const accounts = await openAccounts(parts());
    const error = await accounts
      .signUp({ email: "nobody", password: "short", name: " " }, here)
      .catch((e) => e);
    expect(error.status).toBe(422);
    expect(error.more.errors.map((e: { path: string[] }) => e.path[0])).toEqual([
      "email",
      "name",
      "password",
    ]);
  });
});

describe("signing in", () => {
  test("answers an unknown e-mail as it answers a wrong password", async () => {
    const accounts = await openAccounts(parts());
    await accounts.signUp(ada, here);
    const wrong = await accounts.signIn({ ...ada, password: "not this one" }, away).catch((e) => e);
    const unknown = await accounts.signIn({ ...bob, password: "not this one" }, away).catch((e) => e);
    expect([wrong.status, wrong.code, wrong.message]).toEqual([401, "sign-in.wrong", wrong.message]);
    expect([unknown.status, unknown.code, unknown.message]).toEqual([401, "sign-in.wrong", wrong.message]);
  });

  test("hashes for an unknown e-mail too, so that time tells nothing", async () => {
    const accounts = await openAccounts(parts());
    await accounts.signUp(ada, here);
    const [hash, verify] = [spyOn(Bun.password, "hash"), spyOn(Bun.password, "verify")];
    await refusal(accounts.signIn({ ...ada, password: "not this one" }, away));
    expect([verify.mock.calls.length, hash.mock.calls.length]).toEqual([1, 0]);
    await refusal(accounts.signIn({ ...bob, password: "not this one" }, away));
    expect([verify.mock.calls.length, hash.mock.calls.length]).toEqual([1, 1]);
    hash.mockRestore();
    verify.mockRestore();
  });

  test("is refused for a while after too many wrong tries, also when they come at once", async () => {
    const accounts = await openAccounts(parts());
    await accounts.signUp(ada, here);
    const tries = Array.from({ length: 10 }, () =>
      refusal(accounts.signIn({ ...ada, password: "wrong guess" }, away)),
    );
    const outcomes = await Promise.all(tries);
    expect(outcomes.filter((o) => o === "429 attempts.exceeded").length).toBeGreaterThanOrEqual(4);
    const late = await accounts.signIn(ada, away).catch((e) => e);
    expect(late.status).toBe(429);
    expect(late.more.retryAfterS).toBeGreaterThan(0);
    expect((await accounts.signIn(ada, here)).user.email).toBe("ada@example.org");
  });

  test("any number of right tries is fine", async () => {
    const accounts = await openAccounts(parts());
    await accounts.signUp(ada, here);
    for (let i = 0; i < 8; i++) expect((await accounts.signIn(ada, away)).user.name).toBe("Ada");
  });

  test("gives a session that lasts until signing out", async () => {
    const accounts = await openAccounts(parts());
    const { cookies } = await accounts.signUp(ada, here);
    const headers = withCookies(cookies);
    expect((await accounts.identify(headers))?.user.email).toBe("ada@example.org");
    await accounts.signOut(headers);
    expect(await accounts.identify(headers)).toBeUndefined();
  });

  test("sets a cookie that scripts can't read, and marks it Secure over TLS only", async () => {
    const accounts = await openAccounts(parts({ basePath: "/sprocket" }));
    await accounts.signUp(ada, here);
    const plain = (await accounts.signIn(ada, away)).cookies.join();
    const secure = (await accounts.signIn(ada, { ...away, isSecure: true })).cookies.join();
    for (const attribute of ["HttpOnly", "SameSite=Lax", "Path=/sprocket"])
      expect(plain).toContain(attribute);
    expect(plain).not.toContain("Secure");
    expect(secure).toContain("; Secure");
  });

  test("a forged or altered cookie is nobody", async () => {
    const accounts = await openAccounts(parts());
    const { cookies } = await accounts.signUp(ada, here);
    const [token] = cookies[0]!.split("=")[1]!.split(".");
    expect(
      await accounts.identify(new Headers({ cookie: `sprocket.session_token=${token}.AAAA` })),
    ).toBeUndefined();
  });

  test("sessions outlive a restart", async () => {
    const { cookies } = await (await openAccounts(parts())).signUp(ada, here);
    const restarted = await openAccounts(parts());
    expect((await restarted.identify(withCookies(cookies)))?.user.role).toBe("owner");
  });

  test("a password is kept as argon2id with at most 20 MB, and resetting it ends sessions", async () => {
    const accounts = await openAccounts(parts());
    const { cookies } = await accounts.signUp(ada, here);
    const [row] = await open.db.select().from(credential);
    expect(row!.password).toStartWith("$argon2id$");
    expect(Number(/m=(\d+)/.exec(row!.password!)![1])).toBeLessThanOrEqual(20_000);
    await accounts.resetPassword("ada@example.org", "difference engine");
    expect(await accounts.identify(withCookies(cookies))).toBeUndefined();
    expect((await accounts.signIn({ ...ada, password: "difference engine" }, away)).user.name).toBe("Ada");
  });

  test("changing the own password needs the present one", async () => {
    const accounts = await openAccounts(parts());
    const { user } = await accounts.signUp(ada, here);
    expect(await refusal(accounts.changePassword(user, "guessed it", "difference engine", here))).toBe(
      "403 password.wrong",
    );
    const { cookies } = await accounts.changePassword(user, ada.password, "difference engine", here);
    expect((await accounts.identify(withCookies(cookies)))?.user.name).toBe("Ada");
  });
});

describe("roles", () => {
  test("the last owner can be neither demoted nor deleted", async () => {
    const accounts = await openAccounts(parts());
    const { user } = await accounts.signUp(ada, here);
    await accounts.createUser(bob);
    expect(await refusal(accounts.setRole(user.id, "member"))).toBe("409 owner.last");
    expect(await refusal(accounts.deleteUser(user.id))).toBe("409 owner.last");
    await accounts.promote("bob@example.org");
    expect((await accounts.setRole(user.id, "member")).role).toBe("member");
  });

  test("two owners who demote each other at once leave one", async () => {
    const accounts = await openAccounts(parts());
    const a = await accounts.createUser(ada);
    const b = await accounts.createUser({ ...bob, role: "owner" });
    const outcomes = await Promise.all([
      refusal(accounts.setRole(a.id, "member")),
      refusal(accounts.setRole(b.id, "member")),
    ]);
    expect(outcomes.sort()).toEqual(["409 owner.last", "not refused"]);
  });

  test("a role counts at once, in sessions and tokens", async () => {
    const accounts = await openAccounts(parts());
    const { user, cookies } = await accounts.signUp(ada, here);
    await accounts.createUser({ ...bob, role: "owner" });
    const { secret } = await accounts.createToken({ userId: user.id, name: "script", scopes: ["admin"] });
    const bearer = new Headers({ authorization: `Bearer ${secret}` });
    expect((await accounts.identify(bearer))?.scopes).toEqual(["read", "write", "admin"]);
    await accounts.setRole(user.id, "member");
    expect((await accounts.identify(bearer))?.scopes).toEqual(["read", "write"]);
    expect((await accounts.identify(withCookies(cookies)))?.user.role).toBe("member");
  });

  test("deleting somebody ends sessions and tokens", async () => {
    const accounts = await openAccounts(parts());
    await accounts.signUp(ada, here);
    const made = await accounts.createUser(bob);
    const { cookies } = await accounts.signIn(bob, away);
    const { secret } = await accounts.createToken({ userId: made.id, name: "script", scopes: ["read"] });
    await accounts.deleteUser(made.id);
    expect(await accounts.identify(withCookies(cookies))).toBeUndefined();
    expect(await accounts.identify(new Headers({ "x-api-key": secret }))).toBeUndefined();
  });

  test("last seen is kept to the minute", async () => {
    const accounts = await openAccounts(parts());
    const { cookies } = await accounts.signUp(ada, here);
    const seen = async () => {
      await accounts.identify(withCookies(cookies));
      return (await accounts.listUsers())[0]!.lastSeenAt?.getTime();
    };
    const first = await seen();
    await clock.advance(59_000);
    expect(await seen()).toBe(first);
    await clock.advance(1_000);
    expect(await seen()).toBe(clock.now());
  });
});

test("a database that takes no writes, as on a full disk, keeps nobody out who may come in", async () => {
  const accounts = await openAccounts(parts());
  const { user, cookies } = await accounts.signUp(ada, here);
  const { secret } = await accounts.createToken({ userId: user.id, name: "script", scopes: ["read"] });
  await clock.advance(120_000);
  open.sqlite.run("PRAGMA query_only = 1");
  expect(await accounts.identify(withCookies(cookies))).toMatchObject({ user: { name: "Ada" } });
  expect(await accounts.identify(new Headers({ "x-api-key": secret }))).toMatchObject({ via: "token" });
});

describe("tokens", () => {
  test("are kept as a hash, note their use, and end", async () => {
    const accounts = await openAccounts(parts());
    const { user } = await accounts.signUp(ada, here);
    const expiresAt = new Date(clock.now() + 60_000);
    const { token, secret } = await accounts.createToken({
      userId: user.id,
      name: "nas",
      scopes: ["read"],
      expiresAt,
    });
    expect(JSON.stringify(await open.db.select().from(apiToken))).not.toContain(secret);
    const key = new Headers({ "x-api-key": secret });
    expect(await accounts.identify(key)).toMatchObject({
      via: "token",
      scopes: ["read"],
      user: { name: "Ada" },
    });
    expect((await accounts.listTokens(user.id))[0]!.lastUsedAt?.getTime()).toBe(clock.now());
    await clock.advance(60_000);
    expect(await accounts.identify(key)).toBeUndefined();
    await accounts.deleteToken(user.id, token.id);
    expect(await accounts.listTokens(user.id)).toEqual([]);
  });

  test("a wrong token is nobody, whatever cookie comes with it", async () => {
    const accounts = await openAccounts(parts());
    const headers = withCookies((await accounts.signUp(ada, here)).cookies);
    headers.set("authorization", "Bearer spr_wrong");
    expect(await accounts.identify(headers)).toBeUndefined();
  });

  test("nobody deletes another's token", async () => {
    const accounts = await openAccounts(parts());
    const { user } = await accounts.signUp(ada, here);
    const other = await accounts.createUser(bob);
    const { token } = await accounts.createToken({ userId: user.id, name: "nas", scopes: ["read"] });
    await expect(accounts.deleteToken(other.id, token.id)).rejects.toThrow("There is no token");
  });
});

describe("the command line", () => {
  test("creates the owner first and members after", async () => {
    const accounts = await openAccounts(parts());
    expect((await accounts.createUser(ada)).role).toBe("owner");
    expect((await accounts.createUser({ email: bob.email, password: bob.password })).role).toBe("member");
    expect((await accounts.firstOwner())?.email).toBe("ada@example.org");
    await expect(accounts.resetPassword("who@example.org", "long enough")).rejects.toThrow(
      "There is no user",
    );
  });
});
