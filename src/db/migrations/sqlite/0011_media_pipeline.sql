-- What the media pipeline makes and what people make with it.

-- What a derivative's kind needs to know of it besides its size: language of a subtitle, rungs of an HLS stream.
ALTER TABLE derivative ADD COLUMN facts TEXT;

-- A stretch of a film or sound that somebody marked, or that a digest chose.
CREATE TABLE moment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL CHECK (end_ms > start_ms),
  title TEXT NOT NULL,
  -- `user`, `digest`.
  source TEXT NOT NULL,
  created_by INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX moment_file ON moment (file_id, start_ms);

-- The scenes of a film, by number from 0. `score`: how sharp the cut before it is, 0 to 1.
CREATE TABLE scene (
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  score REAL,
  PRIMARY KEY (file_id, number)
) WITHOUT ROWID;

-- Films, clips and GIFs that a job made for somebody: below <data>/exports, or a file of a library (`file_id`).
CREATE TABLE export (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  -- Below <data>/exports; null for one that went into a library.
  path TEXT,
  file_id INTEGER REFERENCES file (id) ON DELETE SET NULL,
  moment_id INTEGER REFERENCES moment (id) ON DELETE SET NULL,
  mime_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  duration_ms INTEGER,
  width INTEGER,
  height INTEGER,
  created_at INTEGER NOT NULL
);
CREATE INDEX export_job ON export (job_id);
CREATE INDEX export_moment ON export (moment_id) WHERE moment_id IS NOT NULL;

-- Whose material an export holds.
CREATE TABLE export_source (
  export_id INTEGER NOT NULL REFERENCES export (id) ON DELETE CASCADE,
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  PRIMARY KEY (export_id, file_id)
) WITHOUT ROWID;
CREATE INDEX export_source_file ON export_source (file_id);

-- `oshash` and `phash` as 16 hexadecimal digits, `chromaprint` as base64.
CREATE TABLE fingerprint (
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  type TEXT NOT NULL CHECK (type IN ('oshash', 'phash', 'chromaprint')),
  value TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (file_id, type)
) WITHOUT ROWID;
CREATE INDEX fingerprint_value ON fingerprint (type, value) WHERE type = 'oshash';

-- Files that look or sound alike without being the same; `file_id` is the smaller id.
CREATE TABLE near_duplicate (
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  other_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  -- Bits that differ, of a phash; 0 to 64 in the same sense for sounds.
  distance INTEGER NOT NULL,
  -- Somebody said that they are not the same.
  dismissed_at INTEGER,
  PRIMARY KEY (file_id, other_id, type)
) WITHOUT ROWID;
CREATE INDEX near_duplicate_other ON near_duplicate (other_id);

-- Facts about a file from outside it: what somebody typed, and what sidecars and identify results say. `field`: `title`,
-- `description`, `rating`, `capturedAt`, `gps`… Source `user` is never overwritten by another.
CREATE TABLE file_fact (
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  field TEXT NOT NULL,
  -- JSON.
  value TEXT NOT NULL,
  source TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  PRIMARY KEY (file_id, field)
) WITHOUT ROWID;

CREATE TABLE file_tag (
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  tag TEXT NOT NULL COLLATE NOCASE,
  source TEXT NOT NULL,
  PRIMARY KEY (file_id, tag)
) WITHOUT ROWID;
CREATE INDEX file_tag_tag ON file_tag (tag, file_id);

CREATE TABLE collection (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  -- JSON; null: its files are chosen by hand.
  rule TEXT,
  cover_file_id INTEGER REFERENCES file (id) ON DELETE SET NULL,
  refreshed_at INTEGER,
  created_by INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);

CREATE TABLE collection_file (
  collection_id INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (collection_id, file_id)
) WITHOUT ROWID;
CREATE INDEX collection_file_order ON collection_file (collection_id, position);
CREATE INDEX collection_file_file ON collection_file (file_id);

-- Files that were purged from the trash while their media stayed: scans pass over them until they change.
CREATE TABLE forgotten_file (
  library_id INTEGER NOT NULL REFERENCES library (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  mtime_ms INTEGER NOT NULL,
  forgotten_at INTEGER NOT NULL,
  PRIMARY KEY (library_id, path)
) WITHOUT ROWID;

-- Uploads that have begun; their bytes lie in <data>/uploads until they are whole.
CREATE TABLE upload (
  id TEXT PRIMARY KEY,
  library_id INTEGER NOT NULL REFERENCES library (id) ON DELETE CASCADE,
  folder TEXT NOT NULL,
  name TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  mtime_ms INTEGER,
  created_by INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX file_gps ON file (gps_lat, gps_lon, id, library_id, type, state, trashed_at) WHERE gps_lat IS NOT NULL;
