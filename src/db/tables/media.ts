// Drizzle's view of 0011_media_pipeline.sql: moments, scenes, exports, fingerprints, outside facts, collections, uploads.

import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

const at = (name: string) => integer(name, { mode: "timestamp_ms" });

export const moment = sqliteTable("moment", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  fileId: integer("file_id").notNull(),
  startMs: integer("start_ms").notNull(),
  endMs: integer("end_ms").notNull(),
  title: text("title").notNull(),
  source: text("source").$type<"user" | "digest">().notNull(),
  createdBy: text("created_by"),
  createdAt: at("created_at").notNull(),
  updatedAt: at("updated_at").notNull(),
});

export const scene = sqliteTable(
  "scene",
  {
    fileId: integer("file_id").notNull(),
    number: integer("number").notNull(),
    startMs: integer("start_ms").notNull(),
    endMs: integer("end_ms").notNull(),
    score: real("score"),
  },
  (t) => [primaryKey({ columns: [t.fileId, t.number] })],
);

/** `path` is relative to <data>/exports; null where the film went into a library, as `fileId`. */
export const exported = sqliteTable("export", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  jobId: integer("job_id").notNull(),
  kind: text("kind").notNull(),
  title: text("title").notNull(),
  path: text("path"),
  fileId: integer("file_id"),
  momentId: integer("moment_id"),
  mimeType: text("mime_type").notNull(),
  sizeBytes: integer("size_bytes").notNull(),
  durationMs: integer("duration_ms"),
  width: integer("width"),
  height: integer("height"),
  createdAt: at("created_at").notNull(),
});

export const exportSource = sqliteTable(
  "export_source",
  { exportId: integer("export_id").notNull(), fileId: integer("file_id").notNull() },
  (t) => [primaryKey({ columns: [t.exportId, t.fileId] })],
);

export type FingerprintType = "oshash" | "phash" | "chromaprint";

export const fingerprint = sqliteTable(
  "fingerprint",
  {
    fileId: integer("file_id").notNull(),
    type: text("type").$type<FingerprintType>().notNull(),
    /** 16 hexadecimal digits; a chromaprint is base64. */
    value: text("value").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.fileId, t.type] })],
);

/** `fileId` is the smaller of the two ids. */
export const nearDuplicate = sqliteTable(
  "near_duplicate",
  {
    fileId: integer("file_id").notNull(),
    otherId: integer("other_id").notNull(),
    type: text("type").$type<FingerprintType>().notNull(),
    /** Bits of 64 that differ. */
    distance: integer("distance").notNull(),
    dismissedAt: at("dismissed_at"),
  },
  (t) => [primaryKey({ columns: [t.fileId, t.otherId, t.type] })],
);

/** Who said it; `file` is the file itself. */
export type FactSource = "user" | "identify" | "xmp" | "nfo" | "takeout" | "file";

export const fileFact = sqliteTable(
  "file_fact",
  {
    fileId: integer("file_id").notNull(),
    field: text("field").notNull(),
    value: text("value", { mode: "json" }).$type<unknown>().notNull(),
    source: text("source").$type<FactSource>().notNull(),
    setAt: at("set_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.fileId, t.field, t.source] })],
);

export const fileTag = sqliteTable(
  "file_tag",
  {
    fileId: integer("file_id").notNull(),
    tag: text("tag").notNull(),
    source: text("source").$type<FactSource>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.fileId, t.tag] })],
);

export const collection = sqliteTable("collection", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  name: text("name").notNull(),
  description: text("description").notNull().default(""),
  /** Null: its files are chosen by hand. */
  rule: text("rule", { mode: "json" }).$type<unknown>(),
  coverFileId: integer("cover_file_id"),
  refreshedAt: at("refreshed_at"),
  createdBy: integer("created_by"),
  createdAt: at("created_at").notNull(),
  updatedAt: at("updated_at").notNull(),
});

export const collectionFile = sqliteTable(
  "collection_file",
  {
    collectionId: integer("collection_id").notNull(),
    fileId: integer("file_id").notNull(),
    position: integer("position").notNull(),
    addedAt: at("added_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.collectionId, t.fileId] })],
);

/** Purged from the trash while the media stayed: scans pass over it until it changes. */
export const forgottenFile = sqliteTable(
  "forgotten_file",
  {
    libraryId: integer("library_id").notNull(),
    path: text("path").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    mtimeMs: integer("mtime_ms").notNull(),
    forgottenAt: at("forgotten_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.libraryId, t.path] })],
);

/** A file on its way to another place; see `library/move-journal.ts`. */
export const fileMove = sqliteTable("file_move", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  fileId: integer("file_id").notNull(),
  fromLibraryId: integer("from_library_id").notNull(),
  fromPath: text("from_path").notNull(),
  toLibraryId: integer("to_library_id").notNull(),
  toPath: text("to_path").notNull(),
  /** `device:inode`. */
  sourceIdentity: text("source_identity").notNull(),
  placedIdentity: text("placed_identity"),
  sizeBytes: integer("size_bytes").notNull(),
  mtimeMs: integer("mtime_ms").notNull(),
  /** Old and new path of each, in their libraries. */
  sidecars: text("sidecars", { mode: "json" }).$type<[string, string][]>().notNull(),
  endedAt: at("ended_at"),
  createdAt: at("created_at").notNull(),
});

export const upload = sqliteTable("upload", {
  id: text("id").primaryKey(),
  libraryId: integer("library_id").notNull(),
  /** In the library, empty for its root. */
  folder: text("folder").notNull(),
  name: text("name").notNull(),
  sizeBytes: integer("size_bytes").notNull(),
  mtimeMs: integer("mtime_ms"),
  /** A user's id. */
  createdBy: text("created_by"),
  /** Where in the library it was put, or is about to be. */
  placedPath: text("placed_path"),
  createdAt: at("created_at").notNull(),
  updatedAt: at("updated_at").notNull(),
});

export type MomentRow = typeof moment.$inferSelect;
export type SceneRow = typeof scene.$inferSelect;
export type ExportRow = typeof exported.$inferSelect;
export type FingerprintRow = typeof fingerprint.$inferSelect;
export type CollectionRow = typeof collection.$inferSelect;
export type FileMoveRow = typeof fileMove.$inferSelect;
export type UploadRow = typeof upload.$inferSelect;
