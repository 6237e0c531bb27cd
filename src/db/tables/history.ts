// Drizzle's view of the events in 0006_history.sql. The measured series are read and written in history/measure-store.sqlite.ts.

import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const event = sqliteTable("event", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  at: integer("at", { mode: "timestamp_ms" }).notNull(),
  event: text("event").notNull(),
  queue: text("queue"),
  jobId: integer("job_id"),
  fileId: integer("file_id"),
  libraryId: integer("library_id"),
  ageS: real("age_s"),
  actor: text("actor"),
  detail: text("detail"),
});

export const seenVersion = sqliteTable("seen_version", {
  at: integer("at", { mode: "timestamp_ms" }).primaryKey(),
  version: text("version").notNull(),
  commit: text("commit_hash"),
});
