// The three scan kinds are one, but for the type of media they look for.

import { z } from "zod";
import type { FileType, LibraryRow } from "../db/tables/library.ts";
import { getLibrary, listLibraries, scannedTypes } from "../library/libraries.ts";
import { mediaTypeOf } from "../library/media-types.ts";
import { scanLibrary } from "../library/scan.ts";
import type { Batch } from "../library/scan-batch.ts";
import { filesWithChangedSidecars } from "../library/sidecar-changes.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import type { Asked } from "../queue/queue.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import { cascadeOf } from "./cascade.ts";
import { idOf } from "./ids.ts";
import { givenUp } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const scanParams = z.strictObject({
  libraryId: idOf("library").meta({ title: "Library" }),
  skipExisting: z.boolean().default(true).meta({
    title: "Skip files that did not change",
    description: "Without it, everything that is made of a file is asked for again",
  }),
  acceptMissing: z.boolean().optional().meta({
    title: "Accept that files are gone",
    description: "Believe it even though the root looks empty or exchanged",
  }),
});
export type ScanParams = z.output<typeof scanParams>;

export interface ScanSpec {
  name: string;
  alias?: string;
  label: string;
  description: string;
  type: FileType;
}

/** Which kind scans for which type. */
export const scanKinds: Record<FileType, string> = {
  video: "library-scan",
  image: "gallery-scan",
  audio: "audio-scan",
};

/** The kinds that scan a library, by what it is scanned for. */
export function scansOf(library: LibraryRow): string[] {
  return scannedTypes(library).map((type) => scanKinds[type]);
}

export function scanKind({ type, ...spec }: ScanSpec): JobKind<ScanParams, Tools> {
  return {
    ...spec,
    queue: spec.name,
    category: "cpu",
    params: scanParams,
    stuckAfterS: 300,
    maxRetries: 1,
    writes: false,
    dedupKey: (params) => String(params.libraryId),
    about: async (params, tools) => {
      const library = await knownLibrary(tools, params.libraryId);
      return { type: "library", id: library.id, label: library.name, group: library.id };
    },
    async *pending(tools) {
      for (const library of await listLibraries(tools.db))
        if (scannedTypes(library).includes(type)) yield { libraryId: library.id, skipExisting: true };
    },
    run: (job) => run(type, job),
  };
}

async function run(type: FileType, job: Run<ScanParams, Tools>) {
  const { libraryId, skipExisting, acceptMissing } = job.params;
  const library = await getLibrary(job.tools.db, libraryId);
  if (!scannedTypes(library).includes(type))
    return { notNeeded: `${library.name} is not scanned for ${nouns[type]}` };
  let enqueued = 0;
  await scanLibrary(
    job.tools,
    { libraryId, type, scanId: job.id, acceptMissing },
    {
      signal: job.signal,
      progress: job.progress,
      log: job.log,
      pausePoint: job.pausePoint,
      async found(batch, from) {
        enqueued += await enqueueCascade(job.tools, type, from, batch, skipExisting);
      },
    },
  );
  enqueued += await enqueueSidecars(job, type, library);
  job.log(`${enqueued} jobs enqueued.`);
}

/** Files beside which something new stands to be read. */
async function enqueueSidecars(
  { tools, signal }: Run<ScanParams, Tools>,
  type: FileType,
  library: LibraryRow,
) {
  let enqueued = 0;
  let asked: Asked[] = [];
  const flush = async () => {
    if (asked.length > 0) enqueued += (await tools.queue.enqueueMany(asked)).enqueued;
    asked = [];
  };
  if (!tools.queue.knows("metadata-import")) return 0;
  for await (const fileId of filesWithChangedSidecars(tools.db, library, [type], signal)) {
    asked.push({ kind: "metadata-import", params: { fileId, apply: true }, origin: "scan" });
    if (asked.length === 100) await flush();
  }
  await flush();
  return enqueued;
}

/** What follows of a file that came by another way than a scan. */
export async function enqueueFollowing(
  tools: Tools,
  library: LibraryRow,
  path: string,
  batch: Batch,
): Promise<void> {
  const media = mediaTypeOf(path.slice(path.lastIndexOf("/") + 1));
  if (media) await enqueueCascade(tools, media.type, library, batch, true);
}

/** New and changed files as fresh work; those that stand already, where asked for, as a backfill. */
async function enqueueCascade(
  tools: Tools,
  type: FileType,
  library: LibraryRow,
  batch: Batch,
  skipExisting: boolean,
): Promise<number> {
  const asked = (ids: number[], backfill: boolean, after?: "scan"): Asked[] => {
    const kinds = cascadeOf(type, library.recognise, (kind) => tools.queue.knows(kind), after);
    return ids.flatMap((fileId) =>
      kinds.map((kind) => ({ kind, params: { fileId }, origin: "scan", backfill })),
    );
  };
  const fresh = asked([...batch.added, ...batch.changed], false, "scan");
  const again = skipExisting ? [] : asked([...batch.unchanged, ...batch.moved, ...batch.returned], true);
  const lacking = [
    ...(await without(tools, "file-metadata", batch.unexamined)),
    ...(await without(tools, "file-hash", batch.unhashed)),
  ];
  const all = [...fresh, ...again, ...lacking];
  if (all.length === 0) return 0;
  return (await tools.queue.enqueueMany(all)).enqueued;
}

/** Files that never got a result: mostly they have an open job, and then this adds none. */
async function without(tools: Tools, kind: string, fileIds: number[]): Promise<Asked[]> {
  const struckOut = await givenUp(tools, kind, fileIds);
  return fileIds
    .filter((fileId) => !struckOut.has(fileId))
    .map((fileId) => ({ kind, params: { fileId }, origin: "scan", backfill: true }));
}

async function knownLibrary(tools: Tools, id: number): Promise<LibraryRow> {
  try {
    return await getLibrary(tools.db, id);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    const fault = { path: ["params", "libraryId"], message: error.message };
    throw new Refused(422, "params.invalid", error.message, { errors: [fault] });
  }
}

const nouns: Record<FileType, string> = { video: "videos", image: "images", audio: "audio" };
