import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { createApp } from "../../../src/http/app.ts";
import type { Env } from "../../../src/http/context.ts";
import { browser, memberInput, ownerBrowser, ownerInput, type TestApp, testApp } from "../../support/app.ts";

let app: TestApp;
let site: Hono<Env>;

beforeEach(async () => {
  app = await testApp();
  site = createApp(app);
});
afterEach(() => app.close());

const json = async (answer: Response) => [answer.status, await answer.json()] as [number, any];

describe("A3: registration", () => {
  test("is readable without a session, and follows the setting at once", async () => {
    const nobody = browser(site, "203.0.113.1", "nas.local");
    expect(await json(await nobody("GET", "/api/auth/registration"))).toEqual([
      200,
      { mode: "closed", firstRun: true },
    ]);
    const owner = await ownerBrowser(site);
    expect((await nobody("POST", "/api/auth/sign-up", memberInput)).status).toBe(403);
    await owner("PATCH", "/api/admin/settings", { registrationMode: "open" });
    expect((await json(await nobody("GET", "/api/auth/registration")))[1]).toEqual({
      mode: "open",
      firstRun: false,
    });
    const [status, { user }] = await json(await nobody("POST", "/api/auth/sign-up", memberInput));
    expect([status, user.role]).toEqual([201, "member"]);
    expect((await json(await nobody("GET", "/api/me")))[1].user.email).toBe("member@example.org");
  });

  test("by invitation: the owner makes a link that works once", async () => {
    const owner = await ownerBrowser(site);
    await owner("PATCH", "/api/admin/settings", { registrationMode: "invite" });
    const [status, made] = await json(await owner("POST", "/api/admin/invitations", { note: "for Max" }));
    expect([status, made.state, made.url]).toEqual([
      201,
      "open",
      `http://localhost:8420/sign-up?invite=${made.token}`,
    ]);
    const guest = browser(site, "203.0.113.1", "nas.local");
    expect((await guest("POST", "/api/auth/sign-up", { ...memberInput, invite: made.token })).status).toBe(
      201,
    );
    const second = { ...memberInput, email: "b@example.org", invite: made.token };
    expect((await guest("POST", "/api/auth/sign-up", second)).status).toBe(403);
    const [, list] = await json(await owner("GET", "/api/admin/invitations"));
    expect(list.data).toMatchObject([{ id: made.id, note: "for Max", state: "used" }]);
    expect(JSON.stringify(list)).not.toContain(made.token);
  });

  test("an invitation can be taken back", async () => {
    const owner = await ownerBrowser(site);
    await owner("PATCH", "/api/admin/settings", { registrationMode: "invite" });
    const [, made] = await json(await owner("POST", "/api/admin/invitations"));
    expect((await owner("DELETE", `/api/admin/invitations/${made.id}`)).status).toBe(204);
    expect((await owner("DELETE", `/api/admin/invitations/${made.id}`)).status).toBe(404);
    const guest = browser(site, "203.0.113.1", "nas.local");
    expect((await guest("POST", "/api/auth/sign-up", { ...memberInput, invite: made.token })).status).toBe(
      403,
    );
  });
});

describe("signing up and in", () => {
  test("the first account, from this machine, is an owner with a session", async () => {
    const first = browser(site);
    const [status, body] = await json(await first("POST", "/api/auth/sign-up", ownerInput));
    expect(status).toBe(201);
    expect(body.user).toEqual({
      id: expect.any(String),
      email: ownerInput.email,
      name: ownerInput.name,
      role: "owner",
    });
    const [, me] = await json(await first("GET", "/api/me"));
    expect(me).toEqual({ user: body.user, via: "cookie", scopes: ["read", "write", "admin"] });
  });

  test("the first account from elsewhere needs the setup link", async () => {
    const elsewhere = browser(site, "192.168.1.20", "nas.local:8420");
    const [status, problem] = await json(await elsewhere("POST", "/api/auth/sign-up", ownerInput));
    expect([status, problem.code]).toEqual([403, "setup.required"]);
    const setup = new URL(app.accounts.setupLinks()[0]!).searchParams.get("setup");
    expect((await elsewhere("POST", "/api/auth/sign-up", { ...ownerInput, setup })).status).toBe(201);
  });

  test("bad input names each fault", async () => {
    const [status, problem] = await json(
      await browser(site)("POST", "/api/auth/sign-up", { email: 7, password: "x" }),
    );
    expect(status).toBe(422);
    expect(problem.errors.map((e: { path: string[] }) => e.path)).toEqual([["email"], ["name"]]);
    expect((await browser(site)("POST", "/api/auth/sign-up", "a=b")).status).toBe(415);
    const broken = await site.request("/api/auth/sign-in", {
      method: "POST",
      body: "{",
      headers: { "content-type": "application/json" },
    });
    expect([broken.status, broken.headers.get("content-type")]).toEqual([400, "application/problem+json"]);
  });

  test.each(["owner@localhost", "admin@nas"])("%s is an e-mail address at home", async (email) => {
    const first = browser(site);
    expect((await first("POST", "/api/auth/sign-up", { ...ownerInput, email })).status).toBe(201);
    const again = browser(site);
    expect((await again("POST", "/api/auth/sign-in", { ...ownerInput, email })).status).toBe(200);
    expect((await json(await again("GET", "/api/me")))[1].user.email).toBe(email);
  });

  test.each(["a@", "@nas", "a b@nas", "nas"])("%s is no e-mail address", async (email) => {
    const [status, problem] = await json(
      await browser(site)("POST", "/api/auth/sign-up", { ...ownerInput, email }),
    );
    expect([status, problem.errors[0].path]).toEqual([422, ["email"]]);
  });

  test.each(["O\0lga", "Ol\r\nga", "\u202eagl\u202cO", "Ol\u2066ga"])(
    "the name %j is refused, since it shows as another",
    async (name) => {
      const [status, problem] = await json(
        await browser(site)("POST", "/api/auth/sign-up", { ...ownerInput, name }),
      );
      expect([status, problem.errors[0].path]).toEqual([422, ["name"]]);
    },
  );

  test("a name in any script is fine", async () => {
    const name = "Ольга 名前 👩\u200d🔬 اولگا";
    const [status, { user }] = await json(
      await browser(site)("POST", "/api/auth/sign-up", { ...ownerInput, name }),
    );
    expect([status, user.name]).toEqual([201, name]);
  });

  test("a wrong password is 401, and 429 with Retry-After after many", async () => {
    await ownerBrowser(site);
    const guesser = browser(site, "203.0.113.66", "nas.local");
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let i = 0; i < 8; i++) {
      last = await guesser("POST", "/api/auth/sign-in", { ...ownerInput, password: `guess number ${i}` });
      statuses.push(last.status);
    }
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    expect(Number(last!.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("signing out ends the session on the server too", async () => {
    const owner = await ownerBrowser(site);
    const kept = new Map(owner.cookies);
    expect((await owner("POST", "/api/auth/sign-out")).status).toBe(204);
    expect(owner.cookies.size).toBe(0);
    for (const [name, value] of kept) owner.cookies.set(name, value);
    expect((await owner("GET", "/api/me")).status).toBe(401);
  });

  test("one changes the own password by knowing it", async () => {
    const owner = await ownerBrowser(site);
    const change = { current: ownerInput.password, password: "a better one" };
    expect((await owner("POST", "/api/me/password", { ...change, current: "a guess" })).status).toBe(403);
    expect((await owner("POST", "/api/me/password", change)).status).toBe(200);
    expect((await owner("GET", "/api/me")).status).toBe(200);
    expect(
      (await browser(site)("POST", "/api/auth/sign-in", { ...ownerInput, password: "a better one" })).status,
    ).toBe(200);
  });
});

describe("tokens", () => {
  test("are shown once, listed without themselves, and revoked", async () => {
    const owner = await ownerBrowser(site);
    const expiresAt = new Date(app.clock.now() + 3_600_000).toISOString();
    const [status, made] = await json(
      await owner("POST", "/api/tokens", { name: "cron", scopes: ["read"], expiresAt }),
    );
    expect(status).toBe(201);
    const [, list] = await json(await owner("GET", "/api/tokens"));
    expect(list.data).toMatchObject([
      { id: made.id, name: "cron", scopes: ["read"], expiresAt, lastUsedAt: null },
    ]);
    expect(JSON.stringify(list)).not.toContain(made.token);
    const script = browser(site, "203.0.113.5", "nas.local");
    expect((await script("GET", "/api/me", undefined, { "x-api-key": made.token })).status).toBe(200);
    expect((await owner("DELETE", `/api/tokens/${made.id}`)).status).toBe(204);
    expect((await script("GET", "/api/me", undefined, { "x-api-key": made.token })).status).toBe(401);
  });

  test("a token that ends makes none that outlives it", async () => {
    const owner = await ownerBrowser(site);
    const at = (hours: number) => new Date(app.clock.now() + hours * 3_600_000).toISOString();
    const [, made] = await json(
      await owner("POST", "/api/tokens", { name: "hour", scopes: ["read", "write"], expiresAt: at(1) }),
    );
    const headers = { "x-api-key": made.token };
    const script = browser(site, "203.0.113.5", "nas.local");
    const child = async (expiresAt?: string) => {
      const asked = { name: "child", scopes: ["read"], expiresAt };
      return (await json(await script("POST", "/api/tokens", asked, headers)))[1].expiresAt;
    };
    expect([await child(), await child(at(2)), await child(at(0.5))]).toEqual([at(1), at(1), at(0.5)]);
    expect((await json(await script("GET", "/api/me", undefined, headers)))[1].expiresAt).toBe(at(1));
  });

  test("come in pages", async () => {
    const owner = await ownerBrowser(site);
    for (const name of ["a", "b", "c"]) await owner("POST", "/api/tokens", { name, scopes: ["read"] });
    const [, page] = await json(await owner("GET", "/api/tokens?page=2&limit=2"));
    expect(page.data.map((token: { name: string }) => token.name)).toEqual(["c"]);
    expect(page.pagination).toEqual({ page: 2, limit: 2, total: 3, totalPages: 2 });
    expect((await owner("GET", "/api/tokens?limit=201")).status).toBe(422);
  });

  test("have a name of one line", async () => {
    const owner = await ownerBrowser(site);
    const [status, problem] = await json(
      await owner("POST", "/api/tokens", { name: "a\nb", scopes: ["read"] }),
    );
    expect([status, problem.errors[0].path]).toEqual([422, ["name"]]);
  });

  test("cannot have ended already, nor be without scopes", async () => {
    const owner = await ownerBrowser(site);
    const past = { name: "old", scopes: ["read"], expiresAt: "2020-01-01T00:00:00Z" };
    expect((await owner("POST", "/api/tokens", past)).status).toBe(422);
    expect((await owner("POST", "/api/tokens", { name: "none", scopes: [] })).status).toBe(422);
  });
});
