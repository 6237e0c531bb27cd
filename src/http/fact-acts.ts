// What people say about a file, and taking it back: each change stands in the audit log with what was said before.

import type { FileRow } from "../db/tables/library.ts";
import type { FactSource } from "../db/tables/media.ts";
import { type AppliedWords, applySidecars, readSidecars, silence } from "../jobs/sidecar-import.ts";
import { type Change, changeFacts } from "../library/file-facts.sqlite.ts";
import { type FactField, type Said, saidBy } from "../library/file-facts.ts";
import { getFile } from "../library/files.ts";
import { rememberStamps } from "../library/sidecar-changes.ts";
import { Refused } from "../runtime/errors.ts";
import { audit } from "./audit.ts";
import type { App, User } from "./context.ts";

export interface FactsChanged {
  row: FileRow;
  /** Null: they were so already. */
  auditId: number | null;
  fields: FactField[];
}

/** What the audit log keeps, to be put back: every word of these sources as it was. */
interface Before {
  before: [FactSource, Said][];
}

type Parts = Pick<App, "db" | "clock" | "events" | "media" | "queue">;

/** In a person's name, or in that of an identification. Fields that stay as they are do not count as said. */
export async function editFacts(
  app: Parts,
  row: FileRow,
  by: User | undefined,
  change: Change,
  source: "user" | "identify" = "user",
): Promise<FactsChanged> {
  const before = await saidBy(app.db, row.id, source);
  const fields = (Object.keys(change) as FactField[]).filter(
    (field) => JSON.stringify(change[field] ?? null) !== JSON.stringify(before[field] ?? null),
  );
  if (fields.length === 0) return { row, auditId: null, fields };
  changeFacts(app.db, row, source, change, app.clock.now());
  const action = source === "user" ? "file.edit" : "file.identify";
  const detail = { fields, path: row.path, before: [[source, before]] };
  const auditId = await audit(app, by, action, row.id, detail);
  app.events.publish({ topic: "file", id: row.id });
  return { row: await getFile(app.db, row.id), auditId, fields };
}

/** What stands beside the file, applied because somebody says so. Subtitles follow by a job. */
export async function importSidecars(
  app: Parts,
  row: FileRow,
  by: User,
): Promise<AppliedWords & { auditId: number | null; subtitles: number }> {
  const reading = await readSidecars(app, row);
  const applied = await applySidecars(app, reading);
  const subtitles = reading.beside.subtitles.length;
  if (subtitles > 0)
    await app.queue.enqueue("metadata-import", { fileId: row.id }, { priority: 1, origin: by.id });
  else await rememberStamps(app.db, row.id, reading.beside.stamps, app.clock.now());
  if (applied.changed.length === 0) return { ...applied, auditId: null, subtitles };
  const fields = applied.changed.map(({ field }) => field);
  const detail = { fields, path: row.path, before: applied.before };
  return { ...applied, auditId: await audit(app, by, "file.import", row.id, detail), subtitles };
}

/** Puts back what each source said before the act. */
export async function undoFacts(app: Parts, fileId: number, by: User, detail: unknown): Promise<void> {
  const { before } = (detail ?? {}) as Partial<Before>;
  if (!Array.isArray(before)) throw new Refused(409, "act.old", "What was said before is not known.");
  const row = await getFile(app.db, fileId);
  for (const [source, said] of before)
    changeFacts(app.db, row, source, { ...silence, ...said }, app.clock.now());
  await audit(app, by, "file.edit-undo", row.id, { path: row.path });
  app.events.publish({ topic: "file", id: row.id });
}
