// Drizzle's view of 0007_search.sql, without the indexes of text.

import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const searchMark = sqliteTable("search_mark", {
  name: text("name").primaryKey(),
  at: integer("at").notNull(),
});

export const savedView = sqliteTable("saved_view", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  userId: text("user_id").notNull(),
  of: text("of").$type<"jobs" | "files">().notNull(),
  name: text("name").notNull(),
  q: text("q").notNull(),
  sort: text("sort"),
  shared: integer("shared", { mode: "boolean" }).notNull(),
  createdAt: integer("created_at", { mode: "timestamp_ms" }).notNull(),
  updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
});
export type SavedViewRow = typeof savedView.$inferSelect;
