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
  -- A user's id.
  created_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX moment_file ON moment (file_id, start_ms);

-- The scenes of a film, by number from 1. `score`: how sharp the cut before it is, 0 to 1.
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

-- Facts about a file by who says them: somebody who typed, sidecars, identify results, the file itself. `field`: `title`,
-- `description`, `rating`, `capturedAt`, `gps`… Which word counts is a matter of its source (library/file-facts.ts).
CREATE TABLE file_fact (
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  field TEXT NOT NULL,
  -- JSON.
  value TEXT NOT NULL,
  source TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  PRIMARY KEY (file_id, field, source)
) WITHOUT ROWID;
CREATE INDEX file_fact_rating ON file_fact (file_id) WHERE field = 'rating';

-- What the words about `tags` come to, to be searched by.
CREATE TABLE file_tag (
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  tag TEXT NOT NULL COLLATE NOCASE,
  source TEXT NOT NULL,
  PRIMARY KEY (file_id, tag)
) WITHOUT ROWID;
CREATE INDEX file_tag_tag ON file_tag (tag, file_id);

-- What files that were looked into before say themselves.
INSERT INTO file_fact
  SELECT id, field, json_quote(CAST(value AS TEXT)), 'file', updated_at FROM (
    SELECT id, updated_at, 'title' AS field, coalesce(metadata ->> '$.title', metadata ->> '$.tags.title') AS value FROM file
    UNION ALL
    SELECT id, updated_at, 'description',
      coalesce(metadata ->> '$.description', metadata ->> '$.tags.description', metadata ->> '$.tags.comment') FROM file
  ) WHERE trim(value) <> '';
INSERT INTO file_fact
  SELECT id, 'rating', metadata ->> '$.rating', 'file', updated_at FROM file WHERE metadata ->> '$.rating' BETWEEN 1 AND 5;
INSERT INTO file_fact
  SELECT id, 'tags', metadata -> '$.keywords', 'file', updated_at FROM file WHERE json_type(metadata, '$.keywords') = 'array';
INSERT OR IGNORE INTO file_tag
  SELECT file.id, CAST(word.value AS TEXT), 'file' FROM file, json_each(file.metadata, '$.keywords') AS word
  WHERE json_type(file.metadata, '$.keywords') = 'array';

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

-- A file on its way to another place, written before the disk is touched: a server that dies in the middle knows afterwards
-- what was its own doing. Kept for a while when it has ended, so that a scan that looked before does not take it for new.
CREATE TABLE file_move (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  from_library_id INTEGER NOT NULL,
  from_path TEXT NOT NULL,
  to_library_id INTEGER NOT NULL,
  to_path TEXT NOT NULL,
  -- `device:inode` of the source, and of what this move has put at the new place, or is about to.
  source_identity TEXT NOT NULL,
  placed_identity TEXT,
  size_bytes INTEGER NOT NULL,
  mtime_ms INTEGER NOT NULL,
  -- JSON: pairs of paths, old and new.
  sidecars TEXT NOT NULL,
  ended_at INTEGER,
  created_at INTEGER NOT NULL
);

-- Uploads that have begun; their bytes lie in <data>/uploads until they are whole.
CREATE TABLE upload (
  id TEXT PRIMARY KEY,
  library_id INTEGER NOT NULL REFERENCES library (id) ON DELETE CASCADE,
  folder TEXT NOT NULL,
  name TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  mtime_ms INTEGER,
  -- A user's id.
  created_by TEXT,
  -- Where in the library it was put, or is about to be.
  placed_path TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX file_gps ON file (gps_lat, gps_lon, id, library_id, type, state, trashed_at) WHERE gps_lat IS NOT NULL;
