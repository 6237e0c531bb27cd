// Short ways to describe a route to zod-openapi, so that the document and what is validated are the same thing.

import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Env } from "../context.ts";
import { invalidInput } from "../problem.ts";

/** A group of routes whose bad input is answered with a problem document. */
export function apiRoutes(): OpenAPIHono<Env> {
  return new OpenAPIHono<Env>({ defaultHook: (result) => invalidInput(result) });
}

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    hint: z.string().optional(),
    errors: z
      .array(
        z.object({
          path: z.array(z.union([z.string(), z.int()])),
          message: z.string(),
          from: z.int().optional(),
          to: z.int().optional(),
          suggestion: z.string().optional(),
        }),
      )
      .optional(),
  })
  .openapi("Problem");

/** A JSON answer. */
export function answers<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** The JSON a request must carry. */
export function takes<S extends z.ZodType>(schema: S) {
  return { required: true, content: { "application/json": { schema } } };
}

const texts = {
  400: "No JSON",
  401: "Not signed in",
  403: "Not allowed",
  404: "There is no such thing",
  409: "Not possible in the present state",
  415: "A body that says it is something else than JSON",
  422: "Input that does not fit",
  429: "Too many attempts; Retry-After says when again",
  503: "Not now; Retry-After may say when again",
};

/** The problem documents a route may answer with. Thrown errors become them; handlers return the rest. */
export function problems<N extends keyof typeof texts>(...statuses: N[]) {
  const all = statuses.map((n) => [
    n,
    { description: texts[n], content: { "application/problem+json": { schema: problemSchema } } },
  ]);
  return Object.fromEntries(all) as Record<never, never>;
}

interface Operation {
  security?: unknown[];
  requestBody?: unknown;
  parameters?: object[];
  responses?: Record<string, unknown>;
}

/**
 * What the pipeline answers for every route of a kind, so that no route has to say it: 401 and 403 where the guard
 * stands, 404 where a path names something, 400, 415 and 422 where something is read.
 */
export function addUsualProblems(operation: Operation): void {
  const takesFrom = (place: string) =>
    operation.parameters?.some((parameter) => "in" in parameter && parameter.in === place);
  const usual: (keyof typeof texts)[] = [];
  // Public routes say so with an empty list.
  if (operation.security?.length !== 0) usual.push(401, 403);
  if (takesFrom("path")) usual.push(404);
  if (operation.requestBody) usual.push(400, 415);
  if (operation.requestBody || takesFrom("query")) usual.push(422);
  operation.responses ??= {};
  for (const status of usual)
    operation.responses[status] ??= {
      description: texts[status],
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    };
}

/** An id as JSON has it; inside it is an integer. Anything else names nothing: 404. */
export const idParam = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number)
  .openapi({ type: "string", example: "17" });

export { pageQuery, paginationOf as pagination } from "./paging.ts";
export { z };
