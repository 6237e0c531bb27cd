// Walks every route of the server as nobody, as a member and as an owner. A route that somebody adds without putting it
// on a list is for owners; one that answers strangers without being on the public list fails here.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { createApp } from "../../src/http/app.ts";
import type { Env } from "../../src/http/context.ts";
import { firstRunRoutes, memberRoutes, publicRoutes } from "../../src/http/guards.ts";
import {
  type Browser,
  browser,
  memberBrowser,
  memberInput,
  ownerBrowser,
  type TestApp,
  testApp,
} from "../support/app.ts";

let app: TestApp;
let site: Hono<Env>;
let owner: Browser;
let member: Browser;
let nobody: Browser;

beforeAll(async () => {
  app = await testApp();
  site = createApp(app);
  owner = await ownerBrowser(site);
  member = await memberBrowser(app, site);
  nobody = browser(site, "198.51.100.4", "nas.local:8420");
});
afterAll(() => app.close());

/** `GET /api/files/1/original` of every route, once; middleware is no route. */
function requests(): { method: string; path: string; pattern: string }[] {
  const seen = new Map<string, { method: string; path: string; pattern: string }>();
  for (const { method, path } of site.routes) {
    if (method === "ALL") continue;
    const concrete = path.replace(/:[\w]+(\{[^}]*\})?\??/g, "1").replace(/\*$/, "x");
    seen.set(`${method} ${path}`, { method, path: concrete, pattern: `${method} ${path}` });
  }
  return [...seen.values()];
}

function isOn(list: string[], { method, path }: { method: string; path: string }): boolean {
  const verb = method === "HEAD" ? "GET" : method;
  return list.some((entry) => {
    const [listed, pattern] = entry.split(" ") as [string, string];
    const a = pattern.split("/");
    const b = path.split("/");
    const rest = a.indexOf("*");
    const fits = rest < 0 ? a.length === b.length : b.length > rest;
    return (
      listed === verb && fits && a.every((part, i) => part === "*" || part.startsWith(":") || part === b[i])
    );
  });
}

const isApi = (path: string) => path.startsWith("/api/");

describe("every route", () => {
  test("is walked", () => {
    expect(requests().length).toBeGreaterThan(40);
    expect(requests().some((r) => r.pattern === "GET /api/media/jobs/:id")).toBe(true);
  });

  test("refuses nobody, unless it is on the public list", async () => {
    const open: string[] = [];
    for (const request of requests().filter((r) => !isOn(publicRoutes, r))) {
      const { status, headers } = await nobody(request.method, request.path);
      const isTurnedAway = isApi(request.path)
        ? status === 401
        : status === 401 || (status === 303 && headers.get("location")!.startsWith("/sign-in"));
      if (!isTurnedAway) open.push(`${request.pattern}: ${status}`);
    }
    expect(open).toEqual([]);
  });

  test("refuses a member, unless it is on the members' or the public list", async () => {
    const open: string[] = [];
    const forMembers = [...publicRoutes, ...memberRoutes];
    for (const request of requests().filter((r) => !isOn(forMembers, r))) {
      const { status, headers } = await member(request.method, request.path);
      const isTurnedAway =
        status === 403 || (!isApi(request.path) && status === 303 && headers.get("location") === "/");
      if (!isTurnedAway) open.push(`${request.pattern}: ${status}`);
    }
    expect(open).toEqual([]);
  });

  test("lets an owner read it", async () => {
    const closed: string[] = [];
    for (const request of requests().filter((r) => r.method === "GET" && !r.path.includes("stream"))) {
      const { status, body } = await owner("GET", request.path);
      await body?.cancel();
      if (status === 401 || status === 403 || status === 500) closed.push(`${request.pattern}: ${status}`);
    }
    expect(closed).toEqual([]);
  });
});

describe("a route that somebody adds", () => {
  test("is for owners, without a word said about it", async () => {
    const added = createApp(app);
    added.get("/api/brand-new", (c) => c.text("secret"));
    added.post("/brand-new", (c) => c.text("secret"));
    const as = async (who: Browser, method: string, path: string) => {
      const headers = { cookie: [...who.cookies].map(([k, v]) => `${k}=${v}`).join("; ") };
      return (await added.request(path, { method, headers })).status;
    };
    expect([await as(nobody, "GET", "/api/brand-new"), await as(nobody, "POST", "/brand-new")]).toEqual([
      401, 303,
    ]);
    expect([await as(member, "GET", "/api/brand-new"), await as(member, "POST", "/brand-new")]).toEqual([
      403, 403,
    ]);
    expect([await as(owner, "GET", "/api/brand-new"), await as(owner, "POST", "/brand-new")]).toEqual([
      200, 200,
    ]);
  });
});

describe("the lists", () => {
  test("open these to strangers, and nothing else", () => {
    expect([...publicRoutes, ...firstRunRoutes]).toEqual([
      "GET /healthz",
      "GET /readyz",
      "GET /static/*",
      "GET /sign-in",
      "POST /sign-in",
      "GET /sign-up",
      "POST /sign-up",
      "GET /api/auth/registration",
      "POST /api/auth/sign-in",
      "POST /api/auth/sign-up",
      "GET /welcome",
      "POST /welcome",
    ]);
  });

  test("name only routes that there are, or that the API description promises", () => {
    const patterns = requests();
    const promised = /sprite|subtitles|transcript|hls/;
    const idle = [...publicRoutes, ...firstRunRoutes, ...memberRoutes].filter(
      (entry) => !promised.test(entry) && !patterns.some((r) => isOn([entry], r)),
    );
    expect(idle).toEqual([]);
  });

  test("an API path that does not exist tells strangers nothing", async () => {
    expect((await nobody("GET", "/api/nothing-here")).status).toBe(401);
    expect((await member("GET", "/api/nothing-here")).status).toBe(403);
    expect((await owner("GET", "/api/nothing-here")).status).toBe(404);
  });

  test("HEAD and odd spellings of a path get nobody past the guard", async () => {
    for (const path of [
      "/api/admin/users",
      "//api/admin/users",
      "/static/..%2fapi/admin/users",
      "/api//admin/users",
      "/API/admin/users",
    ]) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await nobody(method, path);
        expect([`${method} ${path}`, answer.status >= 300 && answer.status !== 500]).toEqual([
          `${method} ${path}`,
          true,
        ]);
      }
    }
  });
});

describe("pages", () => {
  test("send nobody to sign in, and remember where to", async () => {
    const answer = await nobody("GET", "/admin/jobs?status=failed");
    expect([answer.status, answer.headers.get("location")]).toEqual([
      303,
      `/sign-in?next=${encodeURIComponent("/admin/jobs?status=failed")}`,
    ]);
  });

  test("tell htmx to leave the page instead of swapping the sign-in form into it", async () => {
    const answer = await nobody("GET", "/admin", undefined, { "hx-request": "true" });
    expect([answer.status, answer.headers.get("hx-redirect")]).toEqual([401, "/sign-in?next=%2Fadmin"]);
  });

  test("tell a part of a page that its session ended, and come back to the page around it", async () => {
    // htmx takes streams for every answer; that makes no stream of a poll.
    const answer = await nobody("GET", "/?part=going-on", undefined, {
      "hx-request": "true",
      "hx-current-url": "http://nas.local:8420/libraries/1?type=video",
      accept: "text/html, text/event-stream",
    });
    expect([answer.status, answer.headers.get("hx-redirect")]).toEqual([
      401,
      `/sign-in?next=${encodeURIComponent("/libraries/1?type=video")}`,
    ]);
  });

  test("send a member who asks for the admin area home, and say why", async () => {
    for (const path of ["/admin", "/libraries/new/folder"]) {
      const answer = await member("GET", path);
      expect([path, answer.status, answer.headers.get("location")]).toEqual([path, 303, "/"]);
      expect(await (await member("GET", "/")).text()).toContain("That page is for owners.");
    }
  });

  test("that do not exist are not found by members either", async () => {
    const answer = await member("GET", "/nope", undefined, { accept: "text/html" });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("There is no page /nope.");
  });

  test("let a member choose colours and sign out", async () => {
    const guest = browser(site, "192.0.2.8", "nas.local:8420");
    await guest("POST", "/api/auth/sign-in", memberInput);
    expect((await guest("POST", "/theme", "theme=dark&back=/")).status).toBe(303);
    expect(guest.cookies.get("theme")).toBe("dark");
    expect((await guest("POST", "/sign-out", "")).status).toBe(303);
    expect((await guest("GET", "/")).headers.get("location")).toBe("/sign-in");
  });

  test("answer streams with a status, never with a redirect", async () => {
    expect((await nobody("GET", "/admin/live", undefined, { accept: "text/event-stream" })).status).toBe(401);
  });

  test("send everybody to the welcome page until there is an owner", async () => {
    const fresh = await testApp({ config: { basePath: "/media" } });
    const guest = browser(createApp(fresh));
    expect((await guest("GET", "/media/admin")).headers.get("location")).toBe("/media/welcome");
    await fresh.close();
  });
});

describe("tokens", () => {
  const ask =
    (scopes: ("read" | "write" | "admin")[], who: Browser) =>
    async (method: string, path: string, body?: unknown) => {
      const made = await who("POST", "/api/tokens", { name: "test", scopes });
      const { token } = (await made.json()) as { token: string };
      const script = browser(site, "203.0.113.5", "nas.local");
      return (await script(method, path, body, { authorization: `Bearer ${token}` })).status;
    };

  test("with read look, and do not touch", async () => {
    const read = ask(["read"], owner);
    expect(await read("GET", "/api/media/jobs")).toBe(200);
    expect(await read("GET", "/api/me")).toBe(200);
    expect(await read("POST", "/api/media/jobs", { type: "scan", params: {} })).toBe(403);
    expect(await read("DELETE", "/api/files/1")).toBe(403);
    expect(await read("GET", "/api/admin/users")).toBe(403);
  });

  test("with write change files, not jobs, queues or the server", async () => {
    const write = ask(["read", "write"], owner);
    expect(await write("DELETE", "/api/files/1")).toBe(404);
    expect(await write("POST", "/api/media/jobs/1/cancel")).toBe(403);
    expect(await write("POST", "/api/actions/pause-all", {})).toBe(403);
    expect(await write("PATCH", "/api/admin/settings", {})).toBe(403);
  });

  test("with admin do what an owner may", async () => {
    const admin = ask(["admin"], owner);
    expect(await admin("GET", "/api/admin/users")).toBe(200);
    expect(await admin("GET", "/api/media/jobs")).toBe(200);
    expect(await admin("POST", "/api/media/jobs/1/cancel")).toBe(404);
  });

  test("of a member stay a member's", async () => {
    expect((await member("POST", "/api/tokens", { name: "up", scopes: ["admin"] })).status).toBe(403);
    const write = ask(["read", "write"], member);
    expect(await write("GET", "/api/files")).toBe(200);
    expect(await write("GET", "/api/media/jobs")).toBe(403);
    expect(await write("DELETE", "/api/files/1")).toBe(403);
  });

  test("open the API and no page, whatever their scopes and whoever's they are", async () => {
    for (const [scopes, who] of [
      [["read"], owner],
      [["admin"], owner],
      [["read"], member],
    ] as [("read" | "admin")[], Browser][]) {
      const token = ask(scopes, who);
      for (const path of ["/", "/admin", "/admin/jobs", "/admin/audit", "/live/jobs", "/live/nothing"])
        expect([path, await token("GET", path)]).toEqual([path, 403]);
      expect(await token("GET", "/api/me")).toBe(200);
    }
    expect((await owner("GET", "/admin/jobs")).status).toBe(200);
  });

  test("cannot make stronger tokens than themselves", async () => {
    const write = ask(["write"], owner);
    expect(await write("POST", "/api/tokens", { name: "up", scopes: ["admin"] })).toBe(403);
    expect(await write("POST", "/api/tokens", { name: "same", scopes: ["write"] })).toBe(201);
  });

  test("that are wrong answer 401, even beside a good cookie", async () => {
    expect((await owner("GET", "/api/me", undefined, { "x-api-key": "spr_wrong" })).status).toBe(401);
  });
});
