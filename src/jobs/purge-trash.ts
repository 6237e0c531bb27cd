// Files that have lain in the trash for long enough leave it for good: row and derivatives; the media only where the setting
// says so.

import { z } from "zod";
import { countTrash, type Purged, purgeFiles } from "../library/purge.ts";
import type { JobKind } from "../queue/kind.ts";
import { JobFailure } from "../runtime/errors.ts";
import type { Settings } from "../settings/settings.ts";
import { fileId, megabytes } from "./input-file.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileIds: z.array(fileId).min(1).max(5000).optional().meta({
    title: "Files",
    description: "Only these; left empty, all that have lain there for long enough",
  }),
  trashedBefore: z.iso.datetime().optional().meta({
    title: "In the trash since before",
    description: "Left empty: as long ago as the settings say",
  }),
  deleteMedia: z.boolean().optional().meta({
    title: "Delete the media files too",
    description: "In libraries that are not read-only. Left empty: as the settings say",
  }),
});
type Params = z.infer<typeof params>;

export const purgeTrash: JobKind<Params, Tools> = {
  name: "purge-trash",
  label: "Purge trash",
  description: "Removes files for good that have lain in the trash for long enough",
  queue: "library-maintenance",
  category: "cpu",
  params,
  stuckAfterS: 300,
  writes: false,
  about: () => ({ type: "none", id: null, label: "Trash" }),
  dedupKey: (p) => JSON.stringify([p.trashedBefore ?? null, p.fileIds ?? null]),
  backfillsItself: true,
  async *pending({ db, settings, clock }) {
    const before = dueBefore(settings, clock.now());
    if (before && (await countTrash(db, { trashedBefore: before })).files > 0) yield {};
  },
  async run({ params: p, tools, signal, progress, log, pausePoint }) {
    const { db, paths, settings, clock } = tools;
    const trashedBefore = p.trashedBefore ? new Date(p.trashedBefore) : dueBefore(settings, clock.now());
    if (!trashedBefore) return { notNeeded: "The settings say that nothing leaves the trash by itself." };
    const deleteMedia = p.deleteMedia ?? settings.get("trash").deleteMedia;
    const ask = { trashedBefore, deleteMedia, ...(p.fileIds && { ids: p.fileIds }) };
    const { files } = await countTrash(db, ask);
    if (files === 0) return { notNeeded: "Nothing has lain in the trash for long enough." };
    const purged = await purgeFiles({ db, paths, now: () => clock.now() }, ask, {
      log,
      async step(done) {
        signal.throwIfAborted();
        progress((100 * done) / files);
        await pausePoint();
      },
    });
    log(inWords(purged));
    if (purged.kept.length > 0) throw new JobFailure(codeOf(purged), keptWords(purged));
  },
};

/** Null: never by itself. */
export function dueBefore(settings: Pick<Settings, "get">, now: number): Date | null {
  const { days } = settings.get("trash");
  return days > 0 ? new Date(now - days * 86_400_000) : null;
}

function inWords({ removed, deleted, deletedBytes }: Purged): string {
  const media =
    deleted > 0 ? `${deleted} media files deleted, ${megabytes(deletedBytes)}` : "all media files stay";
  return `${removed} files removed from the trash; ${media}.`;
}

function codeOf({ kept }: Purged): string {
  return kept.every(({ reason }) => /EROFS|EACCES|EPERM/.test(reason)) ? "disk.readonly" : "input.changed";
}

function keptWords({ kept }: Purged): string {
  const more = kept.length > 1 ? ` And ${kept.length - 1} more, which the log names.` : "";
  return `${kept[0]!.path} stays: ${kept[0]!.reason}${more}`;
}
