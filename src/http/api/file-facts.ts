// What is said about a file: changing it, identify results, and what stands beside it.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { readSidecars, sidecarDiff } from "../../jobs/sidecar-import.ts";
import type { Change } from "../../library/file-facts.sqlite.ts";
import { fileView } from "../../library/file-view.ts";
import { getFile } from "../../library/files.ts";
import { isoDate } from "../../media/exif.ts";
import { names } from "../../media/sidecar.ts";
import type { App, Env } from "../context.ts";
import { editFacts } from "../fact-acts.ts";
import { answers, apiRoutes, idParam, problems, takes, z } from "./describe.ts";
import { fileSchema } from "./file-schema.ts";

const text = (most: number) => z.string().trim().min(1).max(most);
const rating = z.number().min(0.5).max(5).multipleOf(0.5).openapi({ description: "Stars; halves too" });
const nameList = z
  .array(text(100))
  .max(200)
  .transform((list) => names(list) ?? []);
const date = z
  .string()
  .max(40)
  .refine((value) => isoDate(value) !== null, { error: "Write it as 2020-05-01T10:00:00+02:00." })
  .openapi({ description: "Without an offset it is the wall clock's", example: "2020-05-01T10:00:00+02:00" });
const gps = z.strictObject({
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  alt: z.number().nullable().default(null),
});

const factsPatch = z.strictObject({
  title: text(300).nullish(),
  description: text(10_000).nullish(),
  rating: rating.nullish(),
  tags: nameList.nullish(),
  people: nameList.nullish(),
  favourite: z.boolean().nullish(),
  capturedAt: date.nullish(),
  gps: gps.nullish(),
});

const identified = z.strictObject({
  source: text(100).openapi({ description: "What identified it: `tmdb`" }),
  title: text(300).optional(),
  description: text(10_000).optional(),
  date: date.optional(),
  people: nameList.optional(),
  tags: nameList.optional(),
  rating: rating.optional(),
  url: z.url().max(2000).optional(),
});

const diffSchema = z.object({
  data: z.array(
    z.object({
      field: z.string(),
      now: z.unknown(),
      says: z.unknown(),
      saidBy: z.string(),
      willBe: z.unknown(),
    }),
  ),
  sidecars: z.array(z.string()),
  faults: z.array(z.object({ name: z.string(), reason: z.string() })),
});

const params = z.object({ id: idParam });
const tags = ["Files"];

export function fileFactsApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();
  const { basePath } = app.config;

  api.openapi(
    createRoute({
      method: "patch",
      path: "/api/files/{id}",
      tags,
      summary: "Say something about a file",
      description:
        "Nothing that is found later overwrites it. `null` takes it back: then sidecars or the file itself count.",
      request: { params, body: takes(factsPatch) },
      responses: { 200: answers(fileSchema, "The file after the change"), ...problems(404, 422) },
    }),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").id);
      const { row: after } = await editFacts(app, row, c.var.identity?.user, changeOf(c.req.valid("json")));
      return c.json(await fileView(app.db, after, basePath), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/files/{id}/identify",
      tags,
      summary: "Apply the result of an identification",
      description: "It counts more than sidecars, and less than what a person says. A later one replaces it.",
      request: { params, body: takes(identified) },
      responses: { 200: answers(fileSchema, "The file after the change"), ...problems(404, 422) },
    }),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").id);
      const { source: _source, url: _url, date, ...said } = c.req.valid("json");
      const nothing = {
        title: null,
        description: null,
        people: null,
        tags: null,
        rating: null,
        capturedAt: null,
      };
      const change = { ...nothing, ...changeOf({ ...said, ...(date && { capturedAt: date }) }) };
      const { row: after } = await editFacts(app, row, c.var.identity?.user, change, "identify");
      return c.json(await fileView(app.db, after, basePath), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/sidecars",
      tags,
      summary: "What stands beside a file, and what would come of it",
      description: "A job of the type `metadata-import` applies it.",
      request: { params },
      responses: { 200: answers(diffSchema, "Field by field"), ...problems(404, 422) },
    }),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").id);
      const reading = await readSidecars(app, row, c.req.raw.signal);
      const data = await sidecarDiff(app, reading);
      return c.json({ data, sidecars: Object.keys(reading.beside.stamps), faults: reading.faults }, 200);
    },
  );
  return api;
}

/** Dates as words of ours. */
function changeOf({ capturedAt, ...others }: z.output<typeof factsPatch>): Change {
  const date = typeof capturedAt === "string" ? isoDate(capturedAt) : capturedAt;
  if (date === undefined) return others as Change;
  const word = date && { atMs: date.capturedAtMs, offsetMin: date.offsetMin };
  return { ...others, capturedAt: word } as Change;
}
