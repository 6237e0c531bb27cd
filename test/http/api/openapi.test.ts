import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { createApp } from "../../../src/http/app.ts";
import type { Env } from "../../../src/http/context.ts";
import { publicRoutes } from "../../../src/http/guards.ts";
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

const describedApi = async () =>
  (await (await owner("GET", "/sprocket/api/openapi.json")).json()) as Record<string, any>;
const operations = ({ paths }: Record<string, any>) =>
  Object.entries(paths as Record<string, Record<string, any>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`,
      operation,
    })),
  );

describe("the API's description", () => {
  test("is OpenAPI 3.1 and names every API route", async () => {
    const document = await describedApi();
    expect(document.openapi).toBe("3.1.0");
    expect(document.servers).toEqual([{ url: "/sprocket" }]);
    const described = operations(document).map(({ route }) => route);
    const missing = site.routes
      .filter((r) => /^\/(api\/|healthz$|readyz$)/.test(r.path) && !["ALL", "HEAD"].includes(r.method))
      .map((r) => `${r.method} ${r.path}`)
      .filter((r) => !described.includes(r));
    expect(missing).toEqual([]);
  });

  test("says for every route but the public ones that it may be 401 and 403", async () => {
    const isPublic = (route: string) => publicRoutes.includes(route);
    for (const { route, operation } of operations(await describedApi())) {
      expect([route, operation.security?.length === 0]).toEqual([route, isPublic(route)]);
      if (!isPublic(route))
        expect([route, Object.keys(operation.responses)]).toEqual([
          route,
          expect.arrayContaining(["401", "403"]),
        ]);
    }
  });

  test("says what becomes of a body that is no JSON", async () => {
    for (const { route, operation } of operations(await describedApi()))
      if (operation.requestBody)
        expect([route, Object.keys(operation.responses)]).toEqual([
          route,
          expect.arrayContaining(["400", "415"]),
        ]);
  });

  test("says where a path may name nothing and where input may not fit", async () => {
    for (const { route, operation } of operations(await describedApi())) {
      const answers = Object.keys(operation.responses);
      if (route.includes("/:")) expect([route, answers]).toEqual([route, expect.arrayContaining(["404"])]);
      const takesInput = operation.requestBody || operation.parameters?.some((p: any) => p.in === "query");
      if (takesInput) expect([route, answers]).toEqual([route, expect.arrayContaining(["422"])]);
    }
  });

  test("says what is in every JSON answer", async () => {
    const isBare = ({ $ref, allOf, properties, items, additionalProperties }: any) =>
      !($ref || allOf || properties || items || additionalProperties?.type);
    const bare = operations(await describedApi()).filter(({ operation }) =>
      Object.values(operation.responses as Record<string, any>).some(({ content }) => {
        const schema = content?.["application/json"]?.schema;
        return schema && isBare(schema);
      }),
    );
    expect(bare.map(({ route }) => route)).toEqual([]);
  });

  test("describes the stream of jobs as events", async () => {
    const { paths } = await describedApi();
    expect(Object.keys(paths["/api/jobs/stream"].get.responses["200"].content)).toEqual([
      "text/event-stream",
    ]);
    expect(paths["/api/files/{id}/transform"].get.responses["503"]).toBeDefined();
  });

  test("describes input with its limits", async () => {
    const document = await describedApi();
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
