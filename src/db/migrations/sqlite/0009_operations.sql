-- Bulk operations: what they were asked to do, how far they came, and how to undo them. Times are milliseconds since 1970.

CREATE TABLE operation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  action TEXT NOT NULL,
  params TEXT NOT NULL,
  -- Which jobs were meant, in the words of the jobs list's query.
  filter TEXT NOT NULL,
  by_email TEXT,
  by_name TEXT,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Not before: removing many jobs leaves time to think again.
  starts_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  undo_started_at INTEGER,
  -- Its jobs are written down, all of them.
  is_prepared INTEGER NOT NULL DEFAULT 0,
  matched INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  -- JSON: reason → how many.
  skipped TEXT NOT NULL DEFAULT '{}',
  is_undoable INTEGER NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0,
  not_undone INTEGER NOT NULL DEFAULT 0,
  error TEXT
);

-- A batch of an operation's jobs: one row for a few hundred, because a million small rows are fifty times the bytes.
CREATE TABLE operation_item (
  id INTEGER PRIMARY KEY,
  operation INTEGER NOT NULL REFERENCES operation (id) ON DELETE CASCADE,
  -- JSON: the ids still to be moved; empty once they were.
  ids TEXT NOT NULL,
  -- When they were moved. Written before they are, so that a crash in between is noticed.
  moved_at INTEGER,
  is_done INTEGER NOT NULL DEFAULT 0,
  -- JSON: id → what it takes to put the job back.
  was TEXT
);
CREATE INDEX operation_item_of ON operation_item (operation, is_done, id);

-- The audit log, asked for one person's acts or one kind of them. Its ids grow with time.
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_at ON audit (at);
