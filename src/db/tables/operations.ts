// Drizzle's view of 0009_operations.sql.

import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

const at = (name: string) => integer(name, { mode: "timestamp_ms" });
const flag = (name: string) => integer(name, { mode: "boolean" });

export const operation = sqliteTable("operation", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  action: text("action").notNull(),
  params: text("params", { mode: "json" }).$type<unknown>().notNull(),
  filter: text("filter").notNull(),
  byEmail: text("by_email"),
  byName: text("by_name"),
  status: text("status").notNull(),
  createdAt: at("created_at").notNull(),
  startsAt: at("starts_at").notNull(),
  startedAt: at("started_at"),
  finishedAt: at("finished_at"),
  undoStartedAt: at("undo_started_at"),
  isPrepared: flag("is_prepared").notNull().default(false),
  matched: integer("matched").notNull().default(0),
  done: integer("done").notNull().default(0),
  failed: integer("failed").notNull().default(0),
  skipped: text("skipped", { mode: "json" }).$type<Record<string, number>>().notNull().default({}),
  isUndoable: flag("is_undoable").notNull(),
  undone: integer("undone").notNull().default(0),
  notUndone: integer("not_undone").notNull().default(0),
  error: text("error"),
});

export const operationItem = sqliteTable("operation_item", {
  id: integer("id").primaryKey(),
  operation: integer("operation").notNull(),
  ids: text("ids", { mode: "json" }).$type<number[]>().notNull(),
  movedAt: integer("moved_at"),
  isDone: flag("is_done").notNull().default(false),
  was: text("was", { mode: "json" }).$type<Record<string, unknown>>(),
});
