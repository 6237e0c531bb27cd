// Every error that leaves the server, as an RFC 9457 problem document. What is not one of our errors says nothing of its
// insides: it is logged under an id, and the id is told.

import { HTTPException } from "hono/http-exception";
import { type Fault, GiveUp, JobFailure, NotFound, Refused, RetryLater } from "../runtime/errors.ts";

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  hint?: string;
  errors?: Fault[];
  retryAfterS?: number;
}

/** As JSON. */
export function problemResponse(problem: Problem): Response {
  const headers = new Headers({ "Content-Type": "application/problem+json" });
  if (problem.retryAfterS !== undefined) headers.set("Retry-After", String(problem.retryAfterS));
  if (problem.status === 401) headers.set("WWW-Authenticate", 'Bearer realm="sprocket"');
  const { retryAfterS: _, ...body } = problem;
  return new Response(JSON.stringify(body), { status: problem.status, headers });
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return problem(error.status, error.code, error.message, error.more);
  if (error instanceof NotFound) return problem(404, "not-found", error.message);
  // A job's errors reach the web where a job's work is done inline: an image transform, a file that is gone.
  if (error instanceof GiveUp)
    return problem(error.code === "input.missing" ? 404 : 422, error.code, error.message);
  if (error instanceof RetryLater)
    return problem(503, error.code, error.message, { retryAfterS: Math.ceil(error.afterMs / 1000) });
  if (error instanceof JobFailure) return problem(503, error.code, error.message);
  if (error instanceof HTTPException)
    return problem(error.status, "request.invalid", error.message || titles[error.status]!);
  if (isUnreachable(error))
    return problem(503, "store.unreachable", "The database can't be used right now.", {
      hint: "Nothing was changed. Try again in a moment; the server's log says what is wrong.",
      retryAfterS: 5,
    });
  return problem(500, "internal", "Something went wrong inside the server.");
}

export function notFoundProblem(path: string): Problem {
  return problem(404, "not-found", `There is nothing at ${path}.`);
}

/** For zod-openapi: input that does not fit. A path that names nothing is not found; the rest is 422. */
export function invalidInput(result: {
  success: boolean;
  target?: string;
  error?: unknown;
}): Response | undefined {
  if (result.success) return undefined;
  const issues = (result.error as { issues?: { path: PropertyKey[]; message: string }[] }).issues ?? [];
  if (result.target === "param") return problemResponse(problem(404, "not-found", "There is no such thing."));
  const errors = issues.map((i) => ({ path: i.path.map(step), message: i.message }));
  const detail = errors.map((e) => `${e.path.join(".") || "body"}: ${e.message}`).join("; ");
  return problemResponse(problem(422, "input.invalid", detail, { errors }));
}

const titles: Record<number, string> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  410: "Gone",
  412: "Precondition failed",
  413: "Too large",
  415: "Unsupported media type",
  422: "Invalid input",
  429: "Too many requests",
  500: "Internal error",
  503: "Unavailable",
};

function problem(
  status: number,
  code: string,
  detail: string,
  more: { hint?: string; errors?: Fault[]; retryAfterS?: number } = {},
): Problem {
  return {
    type: `urn:sprocket:problem:${code}`,
    title: titles[status] ?? "Error",
    status,
    detail,
    code,
    ...more,
  };
}

function step(key: PropertyKey): string | number {
  return typeof key === "number" ? key : String(key);
}

/** A database that is gone: ours says `unreachable`, SQLite and PostgreSQL drivers say it in their own codes. */
function isUnreachable(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    const code = String((e as { code?: unknown }).code ?? "");
    if (e.name === "Unreachable" || e.message === "unreachable" || code === "unreachable") return true;
    if (
      /^(SQLITE_(CANTOPEN|IOERR|BUSY|FULL|READONLY|CORRUPT|NOTADB)|ECONNREFUSED|ECONNRESET|57P0)/.test(code)
    )
      return true;
    if (/^(CONNECTION_|CONNECT_TIMEOUT)/.test(code)) return true;
  }
  return false;
}
