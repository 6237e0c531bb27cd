// What the server makes way for now, what pages report about their players, and the trial of a media server.

import { createRoute } from "@hono/zod-openapi";
import { eq } from "drizzle-orm";
import { library } from "../../db/tables/library.ts";
import { getFile } from "../../library/files.ts";
import { Refused } from "../../runtime/errors.ts";
import { isMask, storedToken } from "../../settings/secrets.ts";
import { playbackServerSchema } from "../../settings/yield.ts";
import { type Trial, tryServer } from "../../yielding/try-server.ts";
import type { Yielding } from "../../yielding/yielding.ts";
import type { App } from "../context.ts";
import { answers, apiRoutes, idParam, problems, takes, z } from "./describe.ts";

type Parts = Pick<App, "db" | "settings" | "yielding">;

const playingSchema = z
  .object({ source: z.string(), who: z.string().nullable(), title: z.string(), isAudio: z.boolean() })
  .openapi("PlaybackNow");

export const yieldingSchema = z
  .object({
    holds: z.array(
      z.object({
        code: z.enum(["window", "load", "disk", "playback", "import"]),
        text: z.string().openapi({ example: "1.2 GB are free, jobs that write need 2.0 GB" }),
        since: z.iso.datetime(),
        until: z.iso.datetime().nullable(),
        mode: z.enum(["drain", "freeze"]),
      }),
    ),
    playing: z.array(playingSchema),
    servers: z.array(
      z.object({
        name: z.string(),
        type: z.enum(["jellyfin", "emby", "plex"]),
        ok: z.boolean(),
        detail: z.string(),
        playing: z.array(playingSchema),
      }),
    ),
    load: z.object({ percent: z.number(), cores: z.int() }).nullable().openapi({
      description: "CPU use of other programs; null while no limit is set",
    }),
    disk: z.object({ freeBytes: z.int(), totalBytes: z.int(), neededBytes: z.int() }).nullable(),
  })
  .openapi("Yielding");

const read = createRoute({
  method: "get",
  path: "/api/yielding",
  tags: ["Queues"],
  summary: "What the server makes way for now",
  responses: { 200: answers(yieldingSchema, "Holds that keep jobs waiting, and what they are drawn from") },
});

const report = createRoute({
  method: "post",
  path: "/api/playback",
  tags: ["Files"],
  summary: "Say that a file is being played",
  description:
    "Work makes way for players. Say it at the start and every 30 s; after 90 s of silence it counts as ended.",
  request: { body: takes(z.strictObject({ fileId: idParam, playing: z.boolean() })) },
  responses: { 204: { description: "Noted" }, ...problems(404) },
});

const trial = createRoute({
  method: "post",
  path: "/api/admin/playback-servers/test",
  tags: ["Administration"],
  summary: "Try a media server",
  description: "Without a token, or with its mask, the one that is stored for this address is tried.",
  request: {
    body: takes(
      z.strictObject({
        name: z.string().optional(),
        type: z.enum(["jellyfin", "emby", "plex"]),
        url: z.string(),
        token: z.string().optional(),
      }),
    ),
  },
  responses: {
    200: answers(
      z.object({ ok: z.boolean(), detail: z.string(), version: z.string().optional() }),
      "Whether it answers, and what is wrong if not",
    ),
  },
});

export function yieldingApi(app: Parts) {
  return apiRoutes()
    .openapi(read, (c) => c.json(yieldingState(app.yielding), 200))
    .openapi(report, async (c) => {
      const { fileId, playing } = c.req.valid("json");
      const { user } = c.var.identity!;
      const file = await getFile(app.db, fileId);
      const isHidden = !app.settings.get("nsfwVisible") && (await isNsfw(app, file.libraryId));
      app.yielding.report({
        userId: user.id,
        who: user.name,
        fileId: file.id,
        title: isHidden ? "a hidden file" : file.name,
        isAudio: file.type === "audio",
        playing,
      });
      return c.body(null, 204);
    })
    .openapi(trial, async (c) => c.json(await testServer(app, c.req.valid("json")), 200));
}

/** As JSON has it. */
export function yieldingState(yielding: Pick<Yielding, "state">): z.infer<typeof yieldingSchema> {
  const { holds, disk, ...rest } = yielding.state();
  return {
    ...rest,
    disk: disk && { ...disk, neededBytes: Math.round(disk.neededBytes) },
    holds: holds.map((hold) => ({
      ...hold,
      since: hold.since.toISOString(),
      until: hold.until?.toISOString() ?? null,
    })),
  };
}

/** Tries it with the stored token where none is given. `Refused` when it is no description of a server. */
export async function testServer(
  { settings }: Pick<App, "settings">,
  server: { name?: string; type?: unknown; url?: unknown; token?: unknown },
): Promise<Trial> {
  const stored = settings.get("yield").playback.servers;
  const token = isMask(server.token) ? storedToken(server, stored) : server.token;
  const parsed = playbackServerSchema.safeParse({ ...server, token: token ?? "" });
  if (parsed.success) return await tryServer(parsed.data);
  const errors = parsed.error.issues.map((issue) => {
    const path = issue.path as (string | number)[];
    return { path, message: `${serverParts[String(path[0])] ?? "Server"}: ${issue.message}.` };
  });
  throw new Refused(422, "settings.invalid", errors.map((e) => e.message).join(" "), { errors });
}

const serverParts: Record<string, string> = { name: "Name", type: "Type", url: "Address", token: "Token" };

async function isNsfw({ db }: Pick<App, "db">, libraryId: number): Promise<boolean> {
  const [row] = await db.select({ nsfw: library.nsfw }).from(library).where(eq(library.id, libraryId));
  return row?.nsfw ?? false;
}
