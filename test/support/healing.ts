// A queue with files in it, and everything that healing works with, in memory and on a clock that tests step.

import { drizzle } from "drizzle-orm/bun-sqlite";
import { type FileRow, file, folder, library } from "../../src/db/tables/library.ts";
import type { HealingParts } from "../../src/healing/parts.ts";
import type { HistoryEvent } from "../../src/history/event-log.ts";
import { listEvents } from "../../src/history/event-log.ts";
import { aboutFile } from "../../src/jobs/input-file.ts";
import { unlessHeld } from "../../src/jobs/unless-held.ts";
import { getFile } from "../../src/library/files.ts";
import type { JobKind } from "../../src/queue/kind.ts";
import { readConfig } from "../../src/runtime/config.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { openSettings } from "../../src/settings/settings.ts";
import { settled } from "./fake-clock.ts";
import { type Act, type TestQueueOptions, testKind, testQueue } from "./queue.ts";

/** A kind about the file that its params name. */
export interface FileKind extends Partial<JobKind> {
  act?: Act;
}

export async function healingSite(kinds: FileKind[], over: TestQueueOptions = {}) {
  // Kinds ask for the file once there is a database.
  const tools = {} as { db: HealingParts["db"] };
  const made = kinds.map(({ act, ...over }) =>
    unlessHeld({
      ...testKind({ dedupKey: (p: { fileId?: number }) => String(p.fileId), ...over, act }),
      about: (p) =>
        p.fileId === undefined ? { type: "none", id: null, label: "nothing" } : aboutFile(p, tools),
    }),
  );
  const at = testQueue(made, over);
  const db = drizzle(at.sqlite);
  tools.db = db;
  const settings = await openSettings(db, readConfig({}, {}, "/"), at.events, at.clock);
  const parts: HealingParts = { ...at, db, settings, log: silentLogger };
  const now = new Date(at.clock.now());
  for (const id of [1, 2]) {
    await db.insert(library).values({
      id,
      name: `L${id}`,
      path: `/nowhere/${id}`,
      scanVideos: true,
      scanImages: true,
      scanAudio: true,
      nsfw: id === 2,
      public: false,
      watch: false,
      readOnly: false,
      recognise: { objects: false, faces: false, audio: false, transcribe: false },
      createdAt: now,
    });
    await db.insert(folder).values({ id, libraryId: id, path: "", name: "", createdAt: now });
  }
  return {
    ...at,
    parts,
    db,
    settings,
    async file(id: number, over: Partial<FileRow> = {}): Promise<number> {
      const libraryId = over.libraryId ?? 1;
      await db.insert(file).values({
        id,
        libraryId,
        folderId: libraryId,
        path: `${id}.mp4`,
        name: `${id}.mp4`,
        type: "video",
        mimeType: "video/mp4",
        sizeBytes: 1,
        mtimeMs: 1,
        inode: String(id),
        createdAt: now,
        updatedAt: now,
        ...over,
      });
      return id;
    },
    row: (id: number) => getFile(db, id),
    /** Runs a job about a file to its end, retries and their waits too. */
    async runOn(fileId: number, kind = "test"): Promise<number> {
      await at.clock.advance(1000);
      const { id } = await at.queue.enqueue(kind, { fileId });
      await settled();
      for (let n = 0; n < 50 && ["pending", "running"].includes((await at.store.get(id))!.status); n++)
        await at.clock.advance(60_000);
      return id;
    },
    /** The oldest first. */
    async history(event?: HistoryEvent) {
      const all = await listEvents(db, event ? { event: [event] } : {}, 100);
      return all.reverse();
    },
  };
}

export type HealingSite = Awaited<ReturnType<typeof healingSite>>;
