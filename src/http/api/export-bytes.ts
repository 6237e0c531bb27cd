// Sends an export, from the data folder or from the library that it went into.

import type { Context } from "hono";
import type { ExportRow } from "../../db/tables/media.ts";
import { exportName, exportPath } from "../../library/exports.ts";
import { absolutePath, getFile } from "../../library/files.ts";
import { GiveUp, NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { sendFile } from "../send-file.ts";

/** As a download, unless `?inline` asks to see it. */
export async function sendExport(c: Context<Env>, app: App, row: ExportRow): Promise<Response> {
  return await sendFile(c, {
    path: exportPath(app.paths, row) ?? (await pathInLibrary(app, row)),
    mimeType: row.mimeType,
    name: exportName(row),
    asAttachment: c.req.query("inline") === undefined,
    etag: `${row.id.toString(36)}-${row.createdAt.getTime().toString(36)}`,
  });
}

async function pathInLibrary(app: App, row: ExportRow): Promise<string> {
  if (row.fileId === null) throw new NotFound("file of export", row.id);
  try {
    return await absolutePath(app.db, await getFile(app.db, row.fileId));
  } catch (error) {
    if (error instanceof GiveUp) throw new NotFound("file of export", row.id);
    throw error;
  }
}
