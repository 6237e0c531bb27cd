// Everything a job kind may use, real but for the queue: a database in memory, a data folder that the test removes, ffmpeg
// and the native child.

import { copyFile, mkdir, mkdtemp, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { type FileRow, file, folder, library } from "../../src/db/tables/library.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { mediaTypeOf } from "../../src/library/media-types.ts";
import { openMedia } from "../../src/media/media.ts";
import type { JobKind, Run, RunResult } from "../../src/queue/kind.ts";
import type { Asked, Enqueuer } from "../../src/queue/queue.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { dataPaths } from "../../src/runtime/data-folder.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { silentLogger } from "../../src/runtime/log.ts";

export interface MediaTools {
  tools: Tools;
  /** What runs have enqueued. */
  asked: Asked[];
  /** The library's root. */
  root: string;
  /** Copies `source` into the library and adds its row. */
  add(source: string, name?: string): Promise<FileRow>;
  /** Adds the row of a file that is in the library already. */
  adopt(name: string): Promise<FileRow>;
  run<P>(kind: JobKind<P, Tools>, params: P, over?: Partial<Run<P, Tools>>): Promise<RunLog>;
  close(): Promise<void>;
}

export interface RunLog {
  result: RunResult | undefined;
  lines: string[];
  progress: number[];
}

export async function mediaTools(): Promise<MediaTools> {
  const base = await mkdtemp(join(tmpdir(), "sprocket-media-"));
  const root = join(base, "library");
  const paths = dataPaths(join(base, "data"));
  await mkdir(root);
  const { db, sqlite } = openSqlite(":memory:");
  migrate(sqlite, migrations);
  const media = openMedia({
    cacheFolder: paths.cache,
    tmpFolder: paths.tmp,
    log: silentLogger,
    clock: systemClock,
  });
  const asked: Asked[] = [];
  const queue: Enqueuer = {
    knows: () => true,
    async enqueueMany(jobs) {
      asked.push(...jobs);
      return { enqueued: jobs.length, skipped: 0, jobIds: [] };
    },
  };
  const tools = {
    db,
    queue,
    media,
    paths,
    events: new EventBus(),
    clock: systemClock,
    log: silentLogger,
  } as Tools;
  const now = new Date(systemClock.now());
  await db.insert(library).values({
    id: 1,
    name: "Test",
    path: root,
    scanVideos: true,
    scanImages: true,
    scanAudio: true,
    nsfw: false,
    public: false,
    watch: false,
    readOnly: false,
    recognise: { objects: false, faces: false, audio: false, transcribe: false },
    createdAt: now,
  });
  await db.insert(folder).values({ id: 1, libraryId: 1, path: "", name: "", createdAt: now });

  async function adopt(name: string): Promise<FileRow> {
    const kind = mediaTypeOf(name);
    if (!kind) throw new Error(`${name} is no media file`);
    const found = await stat(join(root, name));
    const [row] = await db
      .insert(file)
      .values({
        libraryId: 1,
        folderId: 1,
        path: name,
        name: basename(name),
        ...kind,
        sizeBytes: found.size,
        mtimeMs: Math.floor(found.mtimeMs),
        inode: String(found.ino),
        createdAt: now,
        updatedAt: now,
      })
      .returning();
    return row!;
  }

  return {
    tools,
    asked,
    root,
    adopt,
    async add(source, name = basename(source)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await copyFile(source, join(root, name));
      await utimes(join(root, name), fileTime, fileTime);
      return await adopt(name);
    },
    async run(kind, params, over = {}) {
      const log: RunLog = { result: undefined, lines: [], progress: [] };
      log.result =
        (await kind.run({
          id: 1,
          kind: kind.name,
          params: kind.params.parse(params),
          subject: await kind.about(params, tools),
          backfill: false,
          attempt: 1,
          readyAt: Date.now(),
          tools,
          signal: new AbortController().signal,
          progress: (percent) => void log.progress.push(percent),
          log: (line) => void log.lines.push(line),
          pausePoint: async () => {},
          ...over,
        })) ?? undefined;
      return log;
    },
    async close() {
      await media.stop();
      sqlite.close();
      await rm(base, { recursive: true, force: true });
    },
  };
}

/** The time of every file that `add` copies. */
export const fileTime = new Date("2021-03-04T05:06:07Z");
