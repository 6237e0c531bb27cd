-- Libraries and what is in them. Paths of files and folders are relative to the library's root, with `/`.

CREATE TABLE library (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  path TEXT NOT NULL UNIQUE,
  scan_videos INTEGER NOT NULL,
  scan_images INTEGER NOT NULL,
  scan_audio INTEGER NOT NULL,
  nsfw INTEGER NOT NULL,
  public INTEGER NOT NULL,
  watch INTEGER NOT NULL,
  read_only INTEGER NOT NULL,
  recognise TEXT NOT NULL,
  -- Device and inode of the root when it was last seen whole: a root that is another directory now is an unmounted one.
  root_identity TEXT,
  last_scan_at INTEGER,
  last_scan_note TEXT,
  created_at INTEGER NOT NULL
);

CREATE TABLE folder (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  library_id INTEGER NOT NULL REFERENCES library (id) ON DELETE CASCADE,
  parent_id INTEGER REFERENCES folder (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (library_id, path)
);

CREATE TABLE file (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  library_id INTEGER NOT NULL REFERENCES library (id) ON DELETE CASCADE,
  folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('video', 'image', 'audio')),
  mime_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  mtime_ms INTEGER NOT NULL,
  inode TEXT NOT NULL,
  sha256 TEXT,
  state TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'missing', 'invalid', 'quarantined')),
  reason_code TEXT,
  reason TEXT,
  width INTEGER,
  height INTEGER,
  duration_s REAL,
  captured_at INTEGER,
  captured_offset_min INTEGER,
  captured_from TEXT,
  gps_lat REAL,
  gps_lon REAL,
  gps_alt REAL,
  metadata_at INTEGER,
  hashed_at INTEGER,
  -- The scan (its job id) that last saw the file.
  seen_by INTEGER,
  -- When it was last known to be at its place.
  seen_at INTEGER,
  missing_since INTEGER,
  trashed_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- Long, so last: whoever asks for a column above need not read past them.
  codecs TEXT,
  camera TEXT,
  metadata TEXT,
  UNIQUE (library_id, path)
);
CREATE INDEX file_folder ON file (folder_id, name, type, state, trashed_at);
CREATE INDEX file_library_type ON file (library_id, type, id);
CREATE INDEX file_library_captured ON file (library_id, captured_at);
CREATE INDEX file_sha256 ON file (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX file_inode ON file (inode, size_bytes);
CREATE INDEX file_unhashed ON file (id) WHERE sha256 IS NULL;
-- The few files that need a look.
CREATE INDEX file_problem ON file (library_id, path, type, state, trashed_at) WHERE state <> 'ok';
CREATE INDEX file_trashed ON file (library_id, path, type, state, folder_id, trashed_at) WHERE trashed_at IS NOT NULL;
-- Covers the counts and sums of the overview, the library cards and every list's total.
CREATE INDEX file_present ON file (library_id, type, state, size_bytes, trashed_at) WHERE trashed_at IS NULL;
-- The orders of lists, each with all that lists are filtered by, so that only the rows of the page itself are read.
CREATE INDEX file_by_captured ON file (captured_at, id, library_id, folder_id, type, state, trashed_at);
CREATE INDEX file_by_id ON file (id, library_id, folder_id, type, state, trashed_at);
CREATE INDEX file_by_name ON file (name, id, library_id, folder_id, type, state, trashed_at);
CREATE INDEX file_by_path ON file (path, id, library_id, folder_id, type, state, trashed_at);
CREATE INDEX file_by_size ON file (size_bytes, id, library_id, folder_id, type, state, trashed_at);
CREATE INDEX folder_parent ON folder (parent_id);

-- A new file that turned out to be a missing one at another place: its id leads to the row that was kept, so that jobs
-- enqueued for it and links to it go on working.
CREATE TABLE merged_file (
  id INTEGER PRIMARY KEY,
  into_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE
);
CREATE INDEX merged_file_into ON merged_file (into_id);

-- Made from a file; lives under <data>/derivatives/<path>.
CREATE TABLE derivative (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  -- Which of several of one kind: `webp-480`.
  variant TEXT NOT NULL,
  path TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  width INTEGER,
  height INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (file_id, kind, variant)
);

-- Failed attempts of backfills per file and kind: three strikes and the backfill leaves the file alone.
CREATE TABLE backfill_strike (
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  strikes INTEGER NOT NULL,
  PRIMARY KEY (file_id, kind)
) WITHOUT ROWID;
