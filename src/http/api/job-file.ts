// Row I5: what is known of the file that a stuck or failed job is about.

import { findHold } from "../../healing/quarantine-list.ts";
import { fileView } from "../../library/file-view.ts";
import { getFile } from "../../library/files.ts";
import { getLibrary } from "../../library/libraries.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App } from "../context.ts";
import { z } from "./describe.ts";
import { fileSchema } from "./file-schema.ts";

export const jobFileSchema = z
  .object({
    jobId: z.string(),
    file: fileSchema,
    library: z.string(),
    fullPath: z.string().openapi({ description: "On the server's disk" }),
    url: z.string().openapi({ description: "Its page" }),
    originalUrl: z.string(),
    thumbnailUrl: z.string().nullable().openapi({ description: "Null for sound" }),
    quarantine: z
      .object({
        since: z.string(),
        by: z.string().nullable(),
        code: z.string(),
        reason: z.string(),
        kind: z.string().nullable(),
        failures: z.int(),
      })
      .nullable(),
  })
  .openapi("JobFile");

export async function jobFile(app: App, jobId: number): Promise<z.input<typeof jobFileSchema>> {
  const { subject } = await app.queue.get(jobId);
  if (subject.type !== "file" || subject.id === null) throw new NotFound("file of job", jobId);
  const { basePath } = app.config;
  const row = await getFile(app.db, subject.id);
  const library = await getLibrary(app.db, row.libraryId);
  const hold = await findHold(app, row.id);
  return {
    jobId: String(jobId),
    file: await fileView(app.db, row, basePath),
    library: library.name,
    fullPath: `${library.path}/${row.path}`,
    url: `${basePath}/files/${row.id}`,
    originalUrl: `${basePath}/api/files/${row.id}/original`,
    thumbnailUrl: row.type === "audio" ? null : `${basePath}/api/files/${row.id}/thumbnail?w=480`,
    quarantine: hold
      ? {
          since: hold.heldAt.toISOString(),
          by: hold.heldBy,
          code: hold.code,
          reason: hold.reason,
          kind: hold.kind,
          failures: hold.failures,
        }
      : null,
  };
}
