// Libraries: list, create, change, remove, scan. Members read; what changes something is for owners (guards.ts).

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { LibraryRow } from "../../db/tables/library.ts";
import { scansOf } from "../../jobs/scan.ts";
import { type LibraryCounts, libraryCounts, noFiles } from "../../library/file-stats.ts";
import {
  createLibrary,
  getLibrary,
  type LibraryInput,
  listLibraries,
  removeLibrary,
  updateLibrary,
} from "../../library/libraries.ts";
import type { JobFilter } from "../../queue/job-store.ts";
import { audit } from "../audit.ts";
import type { App, Env, User } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { answers, apiRoutes, idParam, problems, takes, z } from "./describe.ts";
import { pageOf, pagination, shortListQuery } from "./paging.ts";

const recognise = z.object({
  objects: z.boolean(),
  faces: z.boolean(),
  audio: z.boolean(),
  transcribe: z.boolean(),
});
const scan = z.object({ videos: z.boolean(), images: z.boolean(), audio: z.boolean() });

const librarySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    path: z.string().nullable().openapi({ description: "On the server; null for members" }),
    scan,
    nsfw: z.boolean(),
    public: z.boolean(),
    watch: z.boolean(),
    readOnly: z.boolean(),
    recognise,
    files: z.object({ video: z.int(), image: z.int(), audio: z.int(), total: z.int() }),
    sizeBytes: z.int(),
    lastScanAt: z.iso.datetime().nullable(),
    lastScanNote: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .openapi("Library");

const listSchema = z.object({
  data: z.array(librarySchema),
  pagination,
  hiddenNsfw: z
    .int()
    .openapi({ description: "NSFW libraries that members are not shown while NSFW is hidden" }),
});

const changes = z.strictObject({
  name: z.string().trim().max(200).optional().openapi({ description: "Default: the folder's name" }),
  scan: scan.partial().strict().optional(),
  nsfw: z.boolean().optional(),
  public: z.boolean().optional(),
  watch: z.boolean().optional(),
  readOnly: z.boolean().optional(),
  recognise: recognise.partial().strict().optional(),
});
const path = z.string().min(1).max(4096).openapi({ example: "/media/family" });
const newLibrary = changes.extend({ path }).openapi("NewLibrary");
const libraryChange = changes.extend({ path: path.optional() }).openapi("LibraryChange");
const params = z.object({ id: idParam });
const enqueuedSchema = z.object({ enqueued: z.int(), skipped: z.int(), jobIds: z.array(z.string()) });
const tags = ["Libraries"];

export function librariesApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/libraries",
      tags,
      summary: "Every library",
      request: { query: shortListQuery },
      responses: { 200: answers(listSchema, "By name"), ...problems(422) },
    }),
    async (c) => {
      const counts = await libraryCounts(app.db);
      const rows = await listLibraries(app.db);
      const owner = isOwner(c);
      // Owners work with them: they see them, marked.
      const hidden = owner ? [] : await hiddenGroups(app);
      const shown = rows.filter((row) => !hidden.includes(row.id));
      const views = shown.map((row) => view(row, counts.get(row.id), owner));
      return c.json({ ...pageOf(views, c.req.valid("query")), hiddenNsfw: rows.length - shown.length }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/libraries",
      tags,
      summary: "Make a folder a library",
      description: "Scans nothing by itself: see POST /api/libraries/{id}/scan.",
      request: { body: takes(newLibrary) },
      responses: { 201: answers(librarySchema, "The new library"), ...problems(422) },
    }),
    async (c) => {
      const row = await createLibrary(app, c.req.valid("json") as LibraryInput);
      await audit(app, c.var.identity?.user, "library.create", row.id, { name: row.name, path: row.path });
      return c.json(view(row, undefined, true), 201);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/libraries/{id}",
      tags,
      summary: "One library",
      request: { params },
      responses: { 200: answers(librarySchema, "The library"), ...problems(404) },
    }),
    async (c) =>
      c.json(await viewOf(app, await getLibrary(app.db, c.req.valid("param").id), isOwner(c)), 200),
  );

  api.openapi(
    createRoute({
      method: "patch",
      path: "/api/libraries/{id}",
      tags,
      summary: "Change a library",
      request: { params, body: takes(libraryChange) },
      responses: { 200: answers(librarySchema, "The library as it is now"), ...problems(404, 422) },
    }),
    async (c) => {
      const change = c.req.valid("json") as Partial<LibraryInput>;
      const row = await updateLibrary(app, c.req.valid("param").id, change);
      await audit(app, c.var.identity?.user, "library.change", row.id, change);
      return c.json(await viewOf(app, row, true), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "delete",
      path: "/api/libraries/{id}",
      tags,
      summary: "Forget a library",
      description: "Removes its rows and everything made from its files. The media are not touched.",
      request: { params },
      responses: { 204: { description: "It is gone" }, ...problems(404) },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const row = await getLibrary(app.db, id);
      await forgetLibrary(app, row, c.var.identity?.user);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/libraries/{id}/scan",
      tags,
      summary: "Look for new, changed, moved and missing files",
      request: {
        params,
        body: {
          required: false,
          content: {
            "application/json": {
              schema: z.strictObject({
                skipExisting: z.boolean().optional(),
                acceptMissing: z.boolean().optional(),
              }),
            },
          },
        },
      },
      responses: { 202: answers(enqueuedSchema, "One scan per type of media"), ...problems(404, 422) },
    }),
    async (c) => {
      const row = await getLibrary(app.db, c.req.valid("param").id);
      return c.json(await startScans(app, row, c.var.identity?.user, c.req.valid("json")), 202);
    },
  );

  return api;
}

/** The scans of a library, for its buttons and its API. Also what runs already is named in `jobIds`. */
export async function startScans(
  app: Pick<App, "queue" | "db" | "clock">,
  row: LibraryRow,
  by: User | undefined,
  { skipExisting = true, acceptMissing }: { skipExisting?: boolean; acceptMissing?: boolean } = {},
): Promise<{ enqueued: number; skipped: number; jobIds: string[] }> {
  const params = { libraryId: row.id, skipExisting, ...(acceptMissing && { acceptMissing }) };
  const asked = scansOf(row).map((kind) => ({ kind, params, origin: by?.id ?? "api" }));
  const { jobIds, ...sum } = await app.queue.enqueueMany(asked);
  await audit(app, by, "library.scan", row.id, sum);
  return { ...sum, jobIds: jobIds.map(String) };
}

/** Its open jobs are cancelled first, or tools would go on working on files that nobody knows any more. */
export async function forgetLibrary(app: App, row: LibraryRow, by: User | undefined): Promise<void> {
  const open: JobFilter = { group: [row.id], status: ["waiting", "paused", "running"] };
  await app.queue.moveAll(open, "cancel", by?.name ?? null);
  await removeLibrary(app, row.id);
  // What a scan has enqueued meanwhile.
  await app.queue.moveAll(open, "cancel", by?.name ?? null);
  await audit(app, by, "library.remove", row.id, { name: row.name, path: row.path });
}

async function viewOf(app: App, row: LibraryRow, owner: boolean) {
  return view(row, (await libraryCounts(app.db, row.id)).get(row.id), owner);
}

function view(
  row: LibraryRow,
  counts: LibraryCounts = noFiles(),
  owner: boolean,
): z.infer<typeof librarySchema> {
  const { sizeBytes, ...files } = counts;
  return {
    id: String(row.id),
    name: row.name,
    path: owner ? row.path : null,
    scan: { videos: row.scanVideos, images: row.scanImages, audio: row.scanAudio },
    nsfw: row.nsfw,
    public: row.public,
    watch: row.watch,
    readOnly: row.readOnly,
    recognise: row.recognise,
    files,
    sizeBytes,
    lastScanAt: row.lastScanAt?.toISOString() ?? null,
    lastScanNote: owner ? row.lastScanNote : null,
    createdAt: row.createdAt.toISOString(),
  };
}

function isOwner(c: { var: Env["Variables"] }): boolean {
  return c.var.identity?.user.role === "owner";
}
