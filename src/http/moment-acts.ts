// What people do to the moments of a file, by the API and by pages alike: done, and written into the audit log as it was
// before, so that it can be taken back.

import type { MomentRow } from "../db/tables/media.ts";
import { newestOfMoment } from "../library/exports.ts";
import { getFile } from "../library/files.ts";
import { createMoment, getMoment, type MomentInput, removeMoment, updateMoment } from "../library/moments.ts";
import { audit } from "./audit.ts";
import type { App, User } from "./context.ts";

interface Acted {
  row: MomentRow;
  auditId: number;
}

type By = User | undefined;

export async function markMoment(app: App, by: By, fileId: number, input: MomentInput): Promise<Acted> {
  const row = await createMoment(app, fileId, input, { userId: by?.id });
  return { row, auditId: await written(app, by, "file.moment-add", row) };
}

export async function changeMoment(
  app: App,
  by: By,
  id: number,
  change: Partial<MomentInput>,
): Promise<Acted> {
  const before = await getMoment(app.db, id);
  const made = await newestOfMoment(app.db, id);
  const row = await updateMoment(app, id, change);
  return { row, auditId: await written(app, by, "file.moment-change", before, made?.id) };
}

export async function dropMoment(app: App, by: By, id: number): Promise<Acted> {
  const made = await newestOfMoment(app.db, id);
  const row = await removeMoment(app, id);
  return { row, auditId: await written(app, by, "file.moment-remove", row, made?.id) };
}

/** `moment` as the undo needs it, and the export that it may have lost by the change. */
async function written(
  app: App,
  by: By,
  action: string,
  moment: MomentRow,
  exportId?: number,
): Promise<number> {
  const { path } = await getFile(app.db, moment.fileId);
  return await audit(app, by, action, moment.fileId, { path, moment, exportId });
}
