// What a job's detail tells of the file that the job is about.

import type { JobFileFacts } from "../../../views/parts/job-file.tsx";
import type { FileRow } from "../../db/tables/library.ts";
import { findHold } from "../../healing/quarantine-list.ts";
import { thumbnailsOf } from "../../library/file-grid.ts";
import { getFile } from "../../library/files.ts";
import { getLibrary } from "../../library/libraries.ts";
import type { Job } from "../../queue/job.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App } from "../context.ts";

/** Null for a job about something else, and for a file that is gone. */
export async function jobFileFacts(app: App, { subject }: Job): Promise<JobFileFacts | null> {
  if (subject.type !== "file" || subject.id === null) return null;
  let row: FileRow;
  try {
    row = await getFile(app.db, subject.id);
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
  const library = await getLibrary(app.db, row.libraryId);
  const made = (await thumbnailsOf(app.db, [row.id])).get(row.id);
  const hold = await findHold(app, row.id);
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    fullPath: `${library.path}/${row.path}`,
    library: library.name,
    sizeBytes: row.sizeBytes,
    mimeType: row.mimeType,
    codecs: codecsOf(row),
    width: row.width,
    height: row.height,
    durationS: row.durationS,
    picture: made ? `/api/files/${row.id}/thumbnail?w=480&v=${made.createdAt.getTime().toString(36)}` : null,
    trouble: hold ? `Held back: ${hold.reason}` : troubleOf(row),
    isHeld: hold !== undefined,
  };
}

function codecsOf({ codecs }: FileRow): string | null {
  if (!codecs) return null;
  const streams = [codecs.video, codecs.audio].filter(Boolean).join(", ");
  return [streams, codecs.container].filter(Boolean).join(" in ") || null;
}

function troubleOf({ state, trashedAt, reason }: FileRow): string | null {
  if (trashedAt) return "In the trash.";
  if (state === "missing") return "Missing on disk.";
  return state === "invalid" ? (reason?.split("\n")[0] ?? "Damaged.") : null;
}
