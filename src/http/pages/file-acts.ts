// What people do to files, one or many: each act is written into the audit log with the files that it touched, and can be
// taken back from there.

import { and, desc, eq, inArray, isNull } from "drizzle-orm";
import { counted } from "../../../views/format.ts";
import { audit as auditTable } from "../../db/tables/settings.ts";
import { excludeFiles, inTurns, releaseFiles } from "../../healing/quarantine.ts";
import { forgetDuplicates } from "../../library/duplicates.ts";
import { filesById } from "../../library/file-grid.ts";
import { dismissPairs, undismissPairs } from "../../library/near-pairs.ts";
import { restoreFiles, trashFiles } from "../../library/trash.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, User } from "../context.ts";
import { undoFacts } from "../fact-acts.ts";
import { momentOpposites } from "./moment-undo.ts";

export interface Did {
  fileIds: number[];
  text: string;
  /** Where it is taken back. */
  undo?: string | undefined;
}

/** `name`: of the file, where it is one. */
export async function trash(app: App, ids: number[], by: User, name?: string): Promise<Did> {
  const fileIds = await trashFiles(app.db, ids, app.clock.now());
  const text = `${inWords(fileIds, name)} in the trash. ${fileIds.length === 1 ? "The file" : "The files"} on disk ${fileIds.length === 1 ? "is" : "are"} untouched.`;
  return await written(app, by, "file.trash", fileIds, text);
}

export async function restore(app: App, ids: number[], by: User, name?: string): Promise<Did> {
  const fileIds = await restoreFiles(app.db, ids, app.clock.now());
  return await written(app, by, "file.restore", fileIds, `${inWords(fileIds, name)} back.`);
}

export async function exclude(app: App, ids: number[], by: User, reason: string): Promise<Did> {
  const fileIds = await excludeFiles(app, ids, reason, by.name);
  const text = `${inWords(fileIds)} excluded from processing.`;
  return await written(app, by, "quarantine.add", fileIds, text, { reason });
}

/** Nothing is taken back: why each was held is forgotten with its release. */
export async function release(app: App, ids: number[], by: User): Promise<Did> {
  const { fileIds } = await releaseFiles(app, ids, { by: by.name });
  const { text } = await written(app, by, "quarantine.release", fileIds, `${inWords(fileIds)} released.`);
  return { fileIds, text };
}

/** No two of them are the same: they are no longer shown together. */
export async function dismiss(app: App, ids: number[], by: User): Promise<Did & { pairs: number }> {
  const known = (await filesById(app.db, ids)).map((file) => file.id);
  if (known.length < 2) throw new NotFound("pair among files", ids.join(", "));
  const pairs = await dismissPairs(app.db, known, app.clock.now());
  const text = `${counted(known.length, "file")} no longer count as the same.`;
  return { ...(await written(app, by, "file.dismiss", known, text)), pairs };
}

/** Does the opposite to those files that are still as the act left them. */
export async function undoAct(app: App, auditId: number, by: User): Promise<Did> {
  const [row] = await app.db.select().from(auditTable).where(eq(auditTable.id, auditId));
  const ids = row ? idsIn(row) : [];
  if (row && isAboutFacts(row.action) && row.target) {
    await undoFacts(app, Number(row.target), by, row.detail);
    return { fileIds: [Number(row.target)], text: "As it was said before." };
  }
  const opposite = row && opposites[row.action];
  if (!opposite || ids.length === 0) throw new NotFound("act", auditId);
  const did = await opposite(app, ids, by, row);
  if (did.fileIds.length > 0) return did;
  throw new Refused(409, "file.state", "Nothing of it is left to take back: somebody has changed it since.");
}

/** Acts on many of which one was a file with these ids, the newest first. */
export async function bulkActsOn({ db }: Pick<App, "db">, fileIds: number[]) {
  const rows = await db
    .select()
    .from(auditTable)
    .where(and(inArray(auditTable.action, ["file.trash", "file.restore"]), isNull(auditTable.target)))
    .orderBy(desc(auditTable.id))
    .limit(mostActs);
  return rows.flatMap((row) => {
    const ids = idsIn(row);
    return fileIds.some((id) => ids.includes(id)) ? [{ ...row, files: ids.length }] : [];
  });
}

const mostActs = 200;

const isAboutFacts = (action: string) => ["file.edit", "file.import", "file.identify"].includes(action);

type Written = typeof auditTable.$inferSelect;

const opposites: Record<string, (app: App, ids: number[], by: User, row: Written) => Promise<Did>> = {
  "file.trash": (app, ids, by) => restore(app, ids, by),
  "file.restore": (app, ids, by) => trash(app, ids, by),
  "file.dismiss": async (app, ids, by) => {
    await undismissPairs(app.db, ids);
    return await written(app, by, "file.undismiss", ids, "They count as much the same again.");
  },
  ...momentOpposites,
  "quarantine.add": async (app, ids, by, { at }) => {
    const did = await release(app, ids, by);
    const again = await bringBack(app, did.fileIds, by, at);
    return again > 0 ? { ...did, text: `${did.text} ${jobsWaitAgain(again)}` } : did;
  },
};

/** The jobs that the exclusion cancelled wait again. */
async function bringBack(app: App, fileIds: number[], by: User, since: Date): Promise<number> {
  let n = 0;
  for await (const id of inTurns(fileIds)) {
    const about = { subject: { type: "file" as const, id }, status: ["cancelled" as const] };
    for (const job of (await app.store.list(about, "newest", 0, 100)).jobs) {
      const byIt = job.failure?.message.includes("the quarantine");
      if (!byIt || !job.finishedAt || job.finishedAt < since) continue;
      await app.queue.move(job.id, "retry", by.name);
      n++;
    }
  }
  return n;
}

async function written(
  app: App,
  by: User,
  action: string,
  fileIds: number[],
  text: string,
  detail: Record<string, unknown> = {},
): Promise<Did> {
  if (fileIds.length === 0) return { fileIds, text: "Nothing to change: they are so already." };
  const one = fileIds.length === 1 ? fileIds[0]! : null;
  const id = await audit(app, by, action, one, { fileIds, ...detail });
  forgetDuplicates(app.db);
  for (const fileId of fileIds) app.events.publish({ topic: "file", id: fileId });
  return { fileIds, text, undo: `/files/acts/${id}/undo` };
}

function idsIn({ target, detail }: { target: string | null; detail: unknown }): number[] {
  const ids = (detail as { fileIds?: unknown } | null)?.fileIds;
  if (Array.isArray(ids)) return ids.map(Number);
  return target && /^\d+$/.test(target) ? [Number(target)] : [];
}

function inWords(ids: number[], name?: string): string {
  return ids.length === 1 ? `${name ?? "1 file"} is` : `${counted(ids.length, "file")} are`;
}

function jobsWaitAgain(n: number): string {
  return `${counted(n, "job")} ${n === 1 ? "waits" : "wait"} again.`;
}
