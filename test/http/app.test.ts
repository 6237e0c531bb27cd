// What holds for the whole site: the base path, errors as pages, health without a session.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { createApp } from "../../src/http/app.ts";
import type { Env } from "../../src/http/context.ts";
import { type Browser, browser, ownerBrowser, type TestApp, testApp } from "../support/app.ts";

let app: TestApp;
let site: Hono<Env>;
let owner: Browser;

beforeAll(async () => {
  app = await testApp({ config: { basePath: "/sprocket" } });
  site = createApp(app);
  owner = await ownerBrowser(site);
});
afterAll(() => app.close());

describe("the base path", () => {
  test("may be passed on or stripped by the proxy", async () => {
    expect((await owner("GET", "/sprocket/api/me")).status).toBe(200);
    expect((await owner("GET", "/api/me")).status).toBe(200);
    expect((await owner("GET", "/sprocketeer/api/me")).status).toBe(404);
  });

  test("is in every redirect", async () => {
    const guest = browser(site, "192.0.2.3", "nas.local");
    expect((await guest("GET", "/sprocket")).headers.get("location")).toBe("/sprocket/sign-in");
  });
});

describe("an error", () => {
  const html = { accept: "text/html" };

  test("is a page for people", async () => {
    const answer = await owner("GET", "/sprocket/nowhere", undefined, html);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([404, "text/html; charset=UTF-8"]);
    expect(await answer.text()).toContain("There is nothing at /nowhere.");
  });

  test("is a toast for htmx, which swaps no errors", async () => {
    const answer = await owner("GET", "/sprocket/nowhere", undefined, { ...html, "hx-request": "true" });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toStartWith("<hx-partial");
  });

  test("of the API is a problem, also in a browser's address bar", async () => {
    const answer = await owner("GET", "/sprocket/api/nowhere", undefined, html);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({
      status: 404,
      code: "not-found",
      type: "urn:sprocket:problem:not-found",
    });
  });
});

describe("health", () => {
  test("needs no session and no database of sessions", async () => {
    const { identify } = app.accounts;
    app.accounts.identify = () => Promise.reject(new Error("unreachable"));
    const guest = browser(site, "192.0.2.3", "nas.local");
    expect((await guest("GET", "/healthz")).status).toBe(200);
    expect((await owner("GET", "/sprocket/api/me")).status).toBe(503);
    app.accounts.identify = identify;
  });
});
