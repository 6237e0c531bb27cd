// Drizzle's view of 0002_library.sql and 0010_file_tally.sql. Queries through it are always awaited, so that a second engine can
// stand behind it.

import { index, integer, primaryKey, real, sqliteTable, text, unique } from "drizzle-orm/sqlite-core";

const at = (name: string) => integer(name, { mode: "timestamp_ms" });
const flag = (name: string) => integer(name, { mode: "boolean" });

export interface Recognise {
  objects: boolean;
  faces: boolean;
  audio: boolean;
  transcribe: boolean;
}

export const library = sqliteTable("library", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  name: text("name").notNull(),
  path: text("path").notNull().unique(),
  scanVideos: flag("scan_videos").notNull(),
  scanImages: flag("scan_images").notNull(),
  scanAudio: flag("scan_audio").notNull(),
  nsfw: flag("nsfw").notNull(),
  public: flag("public").notNull(),
  watch: flag("watch").notNull(),
  readOnly: flag("read_only").notNull(),
  recognise: text("recognise", { mode: "json" }).$type<Recognise>().notNull(),
  rootIdentity: text("root_identity"),
  lastScanAt: at("last_scan_at"),
  lastScanNote: text("last_scan_note"),
  createdAt: at("created_at").notNull(),
});

export const folder = sqliteTable(
  "folder",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    libraryId: integer("library_id").notNull(),
    parentId: integer("parent_id"),
    path: text("path").notNull(),
    name: text("name").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [unique().on(t.libraryId, t.path)],
);

/** Files that are not in the trash, by library and type; triggers keep it. */
export const fileTally = sqliteTable(
  "file_tally",
  {
    libraryId: integer("library_id").notNull(),
    type: text("type").$type<FileType>().notNull(),
    files: integer("files").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
  },
  (t) => [primaryKey({ columns: [t.libraryId, t.type] })],
);

/** Files of a folder itself that are not in the trash. */
export const folderTally = sqliteTable("folder_tally", {
  folderId: integer("folder_id").primaryKey(),
  files: integer("files").notNull(),
});

export type FileType = "video" | "image" | "audio";
export type FileState = "ok" | "missing" | "invalid" | "quarantined";

export interface Camera {
  make?: string;
  model?: string;
  lens?: string;
  iso?: number;
  /** f-number. */
  aperture?: number;
  /** Seconds. */
  exposureS?: number;
  focalLengthMm?: number;
  /** EXIF orientation 1–8. */
  orientation?: number;
  software?: string;
}

export interface Codecs {
  container?: string;
  video?: string;
  audio?: string;
  subtitles?: string[];
}

export const file = sqliteTable(
  "file",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    libraryId: integer("library_id").notNull(),
    folderId: integer("folder_id").notNull(),
    path: text("path").notNull(),
    name: text("name").notNull(),
    type: text("type").$type<FileType>().notNull(),
    mimeType: text("mime_type").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    mtimeMs: integer("mtime_ms").notNull(),
    inode: text("inode").notNull(),
    sha256: text("sha256"),
    state: text("state").$type<FileState>().notNull().default("ok"),
    reasonCode: text("reason_code"),
    reason: text("reason"),
    width: integer("width"),
    height: integer("height"),
    durationS: real("duration_s"),
    codecs: text("codecs", { mode: "json" }).$type<Codecs>(),
    capturedAt: at("captured_at"),
    /** Minutes east of UTC where the picture was taken; null when the camera did not say. */
    capturedOffsetMin: integer("captured_offset_min"),
    /** Where the date comes from: `exif`, `xmp`, `container`, `file`. */
    capturedFrom: text("captured_from"),
    gpsLat: real("gps_lat"),
    gpsLon: real("gps_lon"),
    gpsAlt: real("gps_alt"),
    camera: text("camera", { mode: "json" }).$type<Camera>(),
    metadata: text("metadata", { mode: "json" }).$type<Record<string, unknown>>(),
    metadataAt: at("metadata_at"),
    hashedAt: at("hashed_at"),
    seenBy: integer("seen_by"),
    seenAt: at("seen_at"),
    missingSince: at("missing_since"),
    trashedAt: at("trashed_at"),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [unique().on(t.libraryId, t.path), index("file_folder").on(t.folderId, t.name)],
);

export const derivative = sqliteTable(
  "derivative",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    fileId: integer("file_id").notNull(),
    kind: text("kind").notNull(),
    variant: text("variant").notNull(),
    path: text("path").notNull(),
    mimeType: text("mime_type").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    width: integer("width"),
    height: integer("height"),
    createdAt: at("created_at").notNull(),
    /** What its kind needs to know of it besides. */
    facts: text("facts", { mode: "json" }).$type<Record<string, unknown>>(),
  },
  (t) => [unique().on(t.fileId, t.kind, t.variant)],
);

/** A new file that was merged into a missing one: `id` is gone and leads to `intoId`. */
export const mergedFile = sqliteTable("merged_file", {
  id: integer("id").primaryKey(),
  intoId: integer("into_id").notNull(),
});

export const backfillStrike = sqliteTable("backfill_strike", {
  fileId: integer("file_id").notNull(),
  kind: text("kind").notNull(),
  strikes: integer("strikes").notNull(),
});

export type LibraryRow = typeof library.$inferSelect;
export type FolderRow = typeof folder.$inferSelect;
export type FileRow = typeof file.$inferSelect;
export type DerivativeRow = typeof derivative.$inferSelect;
