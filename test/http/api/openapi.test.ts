import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { createApp } from "../../../src/http/app.ts";
import type { Env } from "../../../src/http/context.ts";
import { type Browser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";

let app: TestApp;
let site: Hono<Env>;
let owner: Browser;

beforeAll(async () => {
  app = await testApp({ config: { basePath: "/sprocket" } });
  site = createApp(app);
  owner = await ownerBrowser(site);
});
afterAll(() => app.close());

describe("the API's description", () => {
  test("is OpenAPI 3.1 and names every API route but streams and itself", async () => {
    const document = (await (await owner("GET", "/sprocket/api/openapi.json")).json()) as any;
    expect(document.openapi).toBe("3.1.0");
    expect(document.servers).toEqual([{ url: "/sprocket" }]);
    const described = Object.entries(document.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((m) => `${m.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
    );
    const missing = site.routes
      .filter((r) => r.path.startsWith("/api/") && !["ALL", "HEAD"].includes(r.method))
      .map((r) => `${r.method} ${r.path}`)
      .filter((r) => !/stream|openapi|docs/.test(r) && !described.includes(r));
    expect([...new Set(missing)]).toEqual([]);
  });

  test("describes input with its limits", async () => {
    const document = (await (await owner("GET", "/api/openapi.json")).json()) as any;
    const body = document.paths["/api/admin/users/{id}"].patch.requestBody.content["application/json"].schema;
    expect(body.properties.role.enum).toEqual(["owner", "member"]);
  });

  test("is readable as a page without scripts of its own", async () => {
    const answer = await owner("GET", "/sprocket/api/docs");
    const html = await answer.text();
    expect(answer.status).toBe(200);
    expect(html).toContain("/api/media/jobs");
    expect(html).toContain("Make a token");
    expect(html).not.toMatch(/<script(?![^>]*src=)|https?:\/\/(?!localhost)[^"]*\.js|style="/);
  });
});
