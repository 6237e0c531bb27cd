// SHA-256 of a file's content: by it duplicates are found and a renamed file is known again.

import { isNull } from "drizzle-orm";
import { z } from "zod";
import { file } from "../db/tables/library.ts";
import { filesBySha256, saveFacts } from "../library/files.ts";
import { recogniseMoved } from "../library/moves.ts";
import { hashFile } from "../media/hash.ts";
import type { JobKind } from "../queue/kind.ts";
import { aboutFile, fileId, inputFile, megabytes } from "./input-file.ts";
import { pendingFiles } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "File" }) });

export const fileHash: JobKind<z.infer<typeof params>, Tools> = {
  name: "file-hash",
  label: "File hash",
  description: "SHA-256 of the content; finds duplicates and renamed files",
  queue: "hash",
  category: "cpu",
  params,
  stuckAfterS: 300,
  writes: false,
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  backfillsItself: true,
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "file-hash",
      types: ["video", "image", "audio"],
      states: ["ok", "invalid"],
      where: isNull(file.sha256),
    }),
  async run({ params, tools, signal, progress, log, pausePoint }) {
    const { db, clock, events } = tools;
    const input = await inputFile(tools, params.fileId);
    const sha256 = await hashFile(input.path, { signal, onProgress: progress, pausePoint });
    await input.assertUnchanged();
    await saveFacts(db, input.row.id, { sha256, hashedAt: new Date(clock.now()) }, clock.now());
    const same = (await filesBySha256(db, [sha256])).get(sha256) ?? [];
    log(`${sha256} of ${megabytes(input.sizeBytes)}`);
    if (same.length > 1) log(`The same as ${same.length - 1} other ${same.length > 2 ? "files" : "file"}.`);
    const now = await recogniseMoved(tools, input.row.id);
    if (now.id !== input.row.id)
      log(`This is file ${now.id}, which went missing at another place; it keeps its history.`);
    events.publish({ topic: "file", id: now.id });
  },
};
