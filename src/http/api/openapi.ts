// The API's description: an OpenAPI 3.1 document made from the schemas that validate the requests, and a page to read it.

import type { OpenAPIHono } from "@hono/zod-openapi";
import { ApiDocsPage } from "../../../views/pages/api-docs.tsx";
import { version } from "../../runtime/version.ts";
import type { Env } from "../context.ts";
import { type PageParts, page, pageContext } from "../pages/page-context.ts";
import { addUsualProblems } from "./describe.ts";
import { describeTheRest } from "./undescribed.ts";

/** Adds the two routes to the API they describe. */
export function describeApi(api: OpenAPIHono<Env>, app: PageParts): void {
  api.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  api.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "x-api-key",
  });
  api.openAPIRegistry.registerComponent("securitySchemes", "cookie", {
    type: "apiKey",
    in: "cookie",
    name: "sprocket.session_token",
  });
  describeTheRest(api);
  let kept: ReturnType<typeof documentOf> | undefined;
  const document = () => {
    kept ??= documentOf(api, app.config.basePath);
    return kept;
  };
  api.get("/api/openapi.json", (c) => c.json(document()));
  api.get("/api/docs", (c) => page(c, ApiDocsPage({ ctx: pageContext(app, c), document: document() })));
}

const methods = ["get", "post", "put", "patch", "delete", "options"] as const;

function documentOf(api: OpenAPIHono<Env>, basePath: string) {
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Sprocket",
      version: version.version,
      description:
        "Times are ISO 8601 in UTC, ids are opaque strings, sizes are bytes, `…S` are seconds and `…Ms` milliseconds. Errors are RFC 9457 problem documents.",
    },
    servers: [{ url: basePath || "/" }],
    security: [{ token: [] }, { apiKey: [] }, { cookie: [] }],
  });
  for (const item of Object.values(document.paths ?? {}))
    for (const method of methods) if (item[method]) addUsualProblems(item[method]);
  return document;
}
