import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import type { App } from "../../src/http/context.ts";
import { pipeline } from "../../src/http/pipeline.ts";
import { problemOf, problemResponse } from "../../src/http/problem.ts";
import { GiveUp, JobFailure, NotFound, Refused, RetryLater } from "../../src/runtime/errors.ts";
import { createLogger } from "../../src/runtime/log.ts";

describe("a problem", () => {
  test("says what each of our errors says", () => {
    const fault = { path: ["scan", "videos"], message: "must be true or false" };
    const refused = problemOf(new Refused(422, "input.invalid", "Not so.", { hint: "So.", errors: [fault] }));
    expect(refused).toMatchObject({
      status: 422,
      code: "input.invalid",
      detail: "Not so.",
      hint: "So.",
      errors: [fault],
    });
    expect(refused.title).toBe("Invalid input");
    expect(problemOf(new NotFound("file", 7))).toMatchObject({ status: 404, detail: "There is no file 7." });
    expect(problemOf(new GiveUp("input.missing", "Gone."))).toMatchObject({
      status: 404,
      code: "input.missing",
    });
    expect(problemOf(new GiveUp("input.corrupt", "Broken."))).toMatchObject({
      status: 422,
      code: "input.corrupt",
    });
    expect(problemOf(new RetryLater(2_500, "disk.full", "Full."))).toMatchObject({
      status: 503,
      retryAfterS: 3,
    });
    expect(problemOf(new JobFailure("tool.missing", "No ffmpeg."))).toMatchObject({
      status: 503,
      code: "tool.missing",
    });
  });

  test("tells scripts when to come again", () => {
    const answer = problemResponse(
      problemOf(new Refused(429, "attempts.exceeded", "Wait.", { retryAfterS: 42 })),
    );
    expect(answer.headers.get("retry-after")).toBe("42");
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  test("is 503 when the database can't be reached (A15)", () => {
    const locked = Object.assign(new Error("unable to open database file"), { code: "SQLITE_CANTOPEN" });
    expect(problemOf(new Error("query failed", { cause: locked }))).toMatchObject({
      status: 503,
      code: "store.unreachable",
    });
    expect(problemOf(new Error("unreachable")).status).toBe(503);
    expect(problemOf(Object.assign(new Error("x"), { code: "SQLITE_CONSTRAINT" })).status).toBe(500);
  });
});

describe("an unexpected error", () => {
  const lines: string[] = [];
  const app = {
    config: { basePath: "", trustedProxies: [] },
    accounts: { identify: async () => ({ user: { role: "owner" }, scopes: ["read"], via: "cookie" }) },
    log: createLogger("json", "error", (line) => void lines.push(line)),
  } as unknown as App;

  test("is logged under an id and answers nothing of its insides", async () => {
    const site = pipeline(
      app,
      (_c, problem) => new Response(`page: ${problem.detail}`, { status: problem.status }),
    );
    site.route(
      "/",
      new Hono().get("/api/broken", () => {
        throw new Error("secret path /srv/media");
      }),
    );
    const answer = await site.request("/api/broken");
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(text).not.toContain("secret path");
    const id = (JSON.parse(lines[0]!) as { error_id: string }).error_id;
    expect(text).toContain(id);
    expect(lines[0]).toContain("secret path");
  });

  test("shows people a page and scripts a problem", async () => {
    const site = pipeline(
      app,
      (_c, problem) => new Response(`page: ${problem.detail}`, { status: problem.status }),
    );
    const asked = async (accept: string) => (await site.request("/nowhere", { headers: { accept } })).text();
    expect(await asked("text/html")).toBe("page: There is nothing at /nowhere.");
    expect(JSON.parse(await asked("*/*"))).toMatchObject({ status: 404, code: "not-found" });
  });
});
