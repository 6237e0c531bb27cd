// Drizzle's view of what 0008_healing.sql keeps for explanations: content that has gone, and the live state of the server.

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

const at = (name: string) => integer(name, { mode: "timestamp_ms" });

export const contentSeen = sqliteTable(
  "content_seen",
  {
    sha256: text("sha256").notNull(),
    fileId: integer("file_id").notNull(),
    library: text("library").notNull(),
    path: text("path").notNull(),
    firstSeen: at("first_seen").notNull(),
    lastSeen: at("last_seen").notNull(),
  },
  (t) => [primaryKey({ columns: [t.sha256, t.fileId, t.library, t.path] })],
);

export const liveState = sqliteTable("live_state", {
  id: integer("id").primaryKey(),
  at: at("at").notNull(),
  pid: integer("pid").notNull(),
  facts: text("facts").notNull(),
});
