// Files: list, look, history, jobs, trash. Their bytes are in file-bytes.ts.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { fileView, fileViews } from "../../library/file-view.ts";
import {
  countFiles,
  type FileFilter,
  fileSorts,
  getFile,
  listFiles,
  restoreFile,
  trashFile,
} from "../../library/files.ts";
import { Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { answers, apiRoutes, idParam, pageQuery, pagination, problems, takes, z } from "./describe.ts";
import { fileBytes } from "./file-bytes.ts";
import { fileHistory } from "./file-history.ts";
import { fileHls } from "./file-hls.ts";
import { fileScenes } from "./file-scenes.ts";
import { fileSchema } from "./file-schema.ts";
import { fileSprite } from "./file-sprite.ts";
import { fileLifeSchema, jobSchema, pastJobSchema } from "./job-schema.ts";
import { jobView } from "./job-view.ts";
import { pagination as paginationSchema } from "./paging.ts";
import { searchedFiles } from "./search-query.ts";

const yesNo = z.enum(["true", "false", "1", "0"]).transform((v) => v === "true" || v === "1");
const sorts = fileSorts.flatMap((sort) => [sort, `-${sort}`] as const);

const listQuery = pageQuery.extend({
  library: idParam.optional(),
  folder: z.string().max(4096).optional().openapi({ description: "Path in the library, empty for its root" }),
  deep: yesNo.optional().openapi({ description: "With everything below the folder" }),
  type: z.enum(["video", "image", "audio"]).optional(),
  state: z.enum(["ok", "missing", "invalid", "quarantined"]).optional(),
  q: z.string().max(1000).optional().openapi({
    description:
      'A search: `type:video codec:hevc size:>1gb "two words" -lib:Family`; words are parts of the path',
  }),
  trashed: yesNo.optional(),
  nsfw: yesNo.optional().openapi({ description: "Only files of NSFW libraries, or only others" }),
  sort: z.enum(sorts).default("-captured").openapi({ description: "A leading - means descending" }),
});

const listSchema = z.object({
  data: z.array(fileSchema),
  pagination: paginationSchema,
  hiddenNsfw: z.int().openapi({ description: "Matching files that are not listed while NSFW is hidden" }),
});

const newJob = z.strictObject({
  type: z.string().min(1),
  params: z.record(z.string(), z.unknown()).default({}),
  priority: z.int().min(1).max(10).optional(),
});

const params = z.object({ id: idParam });
const tags = ["Files"];

export function filesApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();
  const { basePath } = app.config;

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files",
      tags,
      summary: "List files",
      request: { query: listQuery },
      responses: { 200: answers(listSchema, "One page of files"), ...problems(422) },
    }),
    async (c) => c.json(await listPage(app, c.req.valid("query")), 200),
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}",
      tags,
      summary: "One file with all that is known about it",
      request: { params },
      responses: { 200: answers(fileSchema, "The file"), ...problems(404) },
    }),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").id);
      return c.json(await fileView(app.db, row, basePath), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/history",
      tags,
      summary: "Every job and attempt about a file, newest first",
      request: { params, query: pageQuery },
      responses: {
        200: answers(
          z
            .object({ data: z.array(pastJobSchema), pagination: paginationSchema })
            .extend(fileLifeSchema.shape),
          "Jobs with their attempts",
        ),
        ...problems(404),
      },
    }),
    async (c) => {
      const { page, limit } = c.req.valid("query");
      const row = await getFile(app.db, c.req.valid("param").id);
      const { data, total, ...life } = await fileHistory(app, row.id, (page - 1) * limit, limit);
      return c.json({ data, pagination: pagination(page, limit, total), ...life }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/files/{id}/jobs",
      tags,
      summary: "Start a job on a file",
      request: { params, body: takes(newJob) },
      responses: {
        202: answers(
          jobSchema.extend({ deduplicated: z.boolean() }),
          "The job; `deduplicated` when the same was open",
        ),
        ...problems(404, 409, 422),
      },
    }),
    async (c) => {
      const { type, params, priority } = c.req.valid("json");
      const row = await getFile(app.db, c.req.valid("param").id);
      refuseOtherThanFileKinds(app, type, row.id);
      const options = { priority, origin: c.var.identity?.user.id };
      const { id, deduplicated } = await app.queue.enqueue(type, { ...params, fileId: row.id }, options);
      return c.json({ ...(await jobView(app, await app.queue.get(id))), deduplicated }, 202);
    },
  );

  api.openapi(
    createRoute({
      method: "delete",
      path: "/api/files/{id}",
      tags,
      summary: "Put a file into the trash",
      description:
        "Sets it aside in Sprocket. The media file stays where it is; what becomes of it when the trash is emptied is said by the setting `trash`.",
      request: { params },
      responses: { 200: answers(fileSchema, "The file, with `trashedAt`"), ...problems(404) },
    }),
    async (c) => {
      const row = await trashFile(app.db, c.req.valid("param").id, app.clock.now());
      await audit(app, c.var.identity?.user, "file.trash", row.id, { path: row.path });
      app.events.publish({ topic: "file", id: row.id });
      return c.json(await fileView(app.db, row, basePath), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/files/{id}/restore",
      tags,
      summary: "Take a file out of the trash",
      request: { params },
      responses: { 200: answers(fileSchema, "The file"), ...problems(404) },
    }),
    async (c) => {
      const row = await restoreFile(app.db, c.req.valid("param").id, app.clock.now());
      await audit(app, c.var.identity?.user, "file.restore", row.id, { path: row.path });
      app.events.publish({ topic: "file", id: row.id });
      return c.json(await fileView(app.db, row, basePath), 200);
    },
  );

  api.route("/", fileBytes(app));
  api.route("/", fileSprite(app));
  api.route("/", fileScenes(app));
  api.route("/", fileHls(app));
  return api;
}

async function listPage(app: App, query: z.output<typeof listQuery>) {
  if (query.folder !== undefined && query.library === undefined) {
    const message = "A folder needs the library that it is in.";
    throw new Refused(422, "input.invalid", message, { errors: [{ path: ["library"], message }] });
  }
  const isDescending = query.sort.startsWith("-");
  const filter: FileFilter = {
    libraryId: query.library,
    folder: query.folder,
    deep: query.deep,
    type: query.type,
    state: query.state,
    terms: query.q ? await searchedFiles(app, query.q) : [],
    trashed: query.trashed,
    nsfw: query.nsfw,
    sort: query.sort.replace("-", "") as FileFilter["sort"],
    ascending: !isDescending,
    offset: (query.page - 1) * query.limit,
    limit: query.limit,
  };
  const isHiding = !app.settings.get("nsfwVisible") && query.nsfw !== false;
  const hiddenNsfw = isHiding ? await countFiles(app.db, { ...filter, nsfw: true }) : 0;
  // Asked for NSFW alone while it is hidden: an empty list that says how many there are.
  const isEmpty = isHiding && query.nsfw === true;
  const { files, total, ...counted } = isEmpty
    ? { files: [], total: 0 }
    : await listFiles(app.db, isHiding ? { ...filter, nsfw: false } : filter);
  return {
    data: await fileViews(app.db, files, app.config.basePath),
    pagination: pagination(query.page, query.limit, total, counted),
    hiddenNsfw,
  };
}

/** A kind that takes no `fileId` would quietly do something about something else. */
function refuseOtherThanFileKinds(app: App, type: string, fileId: number): void {
  const kind = app.queue.catalogue.find(type);
  if (!kind) return;
  const parsed = kind.params.safeParse({ fileId });
  const complaints = parsed.success ? [] : parsed.error.issues;
  const takesFile = parsed.success
    ? (parsed.data as { fileId?: unknown } | null)?.fileId !== undefined
    : !complaints.some((issue) => issue.code === "unrecognized_keys" && issue.keys.includes("fileId"));
  if (takesFile) return;
  const message = `${kind.label} does not work on a single file.`;
  throw new Refused(422, "type.target", message, { errors: [{ path: ["type"], message }] });
}
