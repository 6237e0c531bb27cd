// Drizzle's view of 0008_healing.sql.

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { FileState } from "./library.ts";

const at = (name: string) => integer(name, { mode: "timestamp_ms" });

export const failureCount = sqliteTable(
  "failure_count",
  {
    fileId: integer("file_id").notNull(),
    kind: text("kind").notNull(),
    code: text("code").notNull(),
    failures: integer("failures").notNull(),
    lastAt: at("last_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.fileId, t.kind, t.code] })],
);

export const failureMark = sqliteTable("failure_mark", { at: at("at").notNull() });

export const quarantine = sqliteTable("quarantine", {
  fileId: integer("file_id").primaryKey(),
  heldAt: at("held_at").notNull(),
  heldBy: text("held_by"),
  code: text("code").notNull(),
  reason: text("reason").notNull(),
  kind: text("kind"),
  failures: integer("failures").notNull(),
  formerState: text("former_state").$type<FileState>().notNull(),
  formerCode: text("former_code"),
  formerReason: text("former_reason"),
  releasedAt: at("released_at"),
});

export const ignoredCause = sqliteTable("ignored_cause", {
  fingerprint: text("fingerprint").primaryKey(),
  code: text("code").notNull(),
  message: text("message").notNull(),
  ignoredAt: at("ignored_at").notNull(),
  ignoredBy: text("ignored_by"),
  until: at("until"),
  note: text("note"),
  cleared: integer("cleared").notNull(),
});

export type QuarantineRow = typeof quarantine.$inferSelect;
export type IgnoredCauseRow = typeof ignoredCause.$inferSelect;
