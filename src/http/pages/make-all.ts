// Jobs of some kinds about many files, asked for by hand.

import { counted, number } from "../../../views/format.ts";
import { cascade } from "../../jobs/cascade.ts";
import { filesById } from "../../library/file-grid.ts";
import { Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, User } from "../context.ts";
import type { Did } from "./file-acts.ts";
import { barredBy } from "./file-now.ts";

const atOnce = 100;

/** Files that a kind does not suit, that are missing, held back or in the trash are passed over. */
export async function makeAll(app: App, ids: number[], kinds: string[], by: User): Promise<Did> {
  const rows = cascade.filter(({ kind }) => kinds.includes(kind) && app.queue.catalogue.find(kind));
  if (rows.length === 0) throw new Refused(422, "kinds.none", "Choose what is to be made.");
  let enqueued = 0;
  let skipped = 0;
  let barred = 0;
  for (let at = 0; at < ids.length; at += atOnce) {
    const files = await filesById(app.db, ids.slice(at, at + atOnce));
    const able = files.filter((file) => barredBy(file) === null);
    barred += files.length - able.length;
    const asked = able.flatMap((file) =>
      rows
        .filter(({ types }) => types.includes(file.type))
        .map(({ kind }) => ({ kind, params: { fileId: file.id }, origin: by.id })),
    );
    const sum = await app.queue.enqueueMany(asked);
    enqueued += sum.enqueued;
    skipped += sum.skipped;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await audit(app, by, "file.make", null, { files: ids.length, kinds, enqueued, skipped });
  const passed = barred > 0 ? ` ${counted(barred, "file")} cannot be worked on just now.` : "";
  return { fileIds: ids, text: `Enqueued ${number(enqueued)}, skipped ${number(skipped)}.${passed}` };
}
