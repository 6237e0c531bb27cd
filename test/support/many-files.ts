// A database of thousands of file rows without files, which tells what is asked of it.

import type { SQLQueryBindings } from "bun:sqlite";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { type Db, openSqlite } from "../../src/db/open.sqlite.ts";

export interface ManyFiles {
  db: Db;
  run(text: string): void;
  /** Of every query since the last call: how SQLite would go about it. */
  plans(): string[];
  /** How often other work had its turn while `f` ran. */
  turnsDuring(f: () => Promise<unknown>): Promise<number>;
  close(): void;
}

/** Library 1, seen by scan 1; every fifth is a video, every hundredth in the trash, every 50th invalid; ten per folder. */
export function manyFiles(files: number): ManyFiles {
  const { sqlite } = openSqlite(":memory:");
  migrate(sqlite, migrations);
  sqlite.run(`INSERT INTO library (id, name, path, scan_videos, scan_images, scan_audio, nsfw, public, watch, read_only, recognise, created_at)
    VALUES (1, 'Many', '/many', 1, 1, 1, 0, 0, 0, 1, '{}', 1), (2, 'Hidden', '/hidden', 1, 1, 1, 1, 0, 0, 1, '{}', 1)`);
  const each = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <`;
  sqlite.run(
    `INSERT INTO folder (id, library_id, parent_id, path, name, created_at) VALUES (1, 1, NULL, '', '', 1)`,
  );
  sqlite.run(`${each} ${Math.ceil(files / 10)}) INSERT INTO folder (id, library_id, parent_id, path, name, created_at)
    SELECT i + 1, 1, 1, 'f' || i, 'f' || i, 1 FROM n`);
  sqlite.run(`${each} ${files}) INSERT INTO file (id, library_id, folder_id, path, name, type, mime_type, size_bytes, mtime_ms,
      inode, state, captured_at, seen_by, trashed_at, created_at, updated_at)
    SELECT i, 1, (i + 9) / 10 + 1, 'f' || ((i + 9) / 10) || '/IMG_' || i || '.jpg', 'IMG_' || i || '.jpg',
      iif(i % 5, 'image', 'video'), 'image/jpeg', i * 7919 % 5000, 1, 'i' || i, iif(i % 50, 'ok', 'invalid'),
      iif(i % 7, i * 104729 % 9973, NULL), 1, iif(i % 100, NULL, 1), 1, 1 FROM n`);
  let asked: { text: string; params: unknown[] }[] = [];
  const db = drizzle(sqlite, { logger: { logQuery: (text, params) => void asked.push({ text, params }) } });
  return {
    db: db as unknown as Db,
    run: (text) => void sqlite.run(text),
    plans() {
      const plans = asked.map(({ text, params }) =>
        sqlite
          .query<{ detail: string }, SQLQueryBindings[]>(`EXPLAIN QUERY PLAN ${text}`)
          .all(...(params as SQLQueryBindings[]))
          .map((step) => step.detail)
          .join("; "),
      );
      asked = [];
      return plans;
    },
    async turnsDuring(f) {
      let turns = 0;
      const turn = () => {
        turns++;
        next = setImmediate(turn);
      };
      let next = setImmediate(turn);
      await f();
      clearImmediate(next);
      return turns;
    },
    close: () => sqlite.close(),
  };
}
