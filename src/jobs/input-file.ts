// The file that a job is about: which it is, where it lies, and whether it stayed the same while it was read.

import { stat } from "node:fs/promises";
import type { FileRow } from "../db/tables/library.ts";
import { absolutePath, getFile } from "../library/files.ts";
import type { Failure, Subject } from "../queue/job.ts";
import { JobFailure } from "../runtime/errors.ts";
import { idOf } from "./ids.ts";
import type { Tools } from "./tools.ts";

export const fileId = idOf("file");

export interface InputFile {
  row: FileRow;
  /** Real and absolute, inside its library. */
  path: string;
  sizeBytes: number;
  mtimeMs: number;
  /** To be called before a result is kept: `JobFailure("input.changed")` when the file is another one by now. */
  assertUnchanged(): Promise<void>;
}

/** Throws `GiveUp("input.missing")` when it is not on disk, `GiveUp("input.unreadable")` when it may not be read. */
export async function inputFile({ db }: Pick<Tools, "db">, id: number): Promise<InputFile> {
  const row = await getFile(db, id);
  const path = await absolutePath(db, row);
  const before = await stat(path);
  return {
    row,
    path,
    sizeBytes: before.size,
    mtimeMs: before.mtimeMs,
    async assertUnchanged() {
      const now = await stat(path).catch(() => undefined);
      if (now && now.size === before.size && now.mtimeMs === before.mtimeMs && now.ino === before.ino) return;
      throw new JobFailure(
        "input.changed",
        `${row.path} changed while it was read; the result was thrown away.`,
      );
    },
  };
}

/** For a job's log. */
export function megabytes(sizeBytes: number): string {
  return sizeBytes < 100_000 ? `${(sizeBytes / 1000).toFixed(1)} kB` : `${(sizeBytes / 1e6).toFixed(1)} MB`;
}

export async function aboutFile(params: { fileId: number }, { db }: Pick<Tools, "db">): Promise<Subject> {
  const row = await getFile(db, params.fileId);
  const subject: Subject = { type: "file", id: row.id, label: row.path, group: row.libraryId };
  if (row.state === "quarantined") subject.heldBack = quarantined(row);
  return subject;
}

function quarantined({ path, reasonCode, reason }: FileRow): Failure {
  return {
    code: "file.quarantined",
    message: `${path} is in quarantine (${reasonCode}: ${reason}). Release it first.`,
  };
}
