-- Files held back after repeated failures, and what is known of content that has gone.

-- Final failures per file, kind and code since the last success, release or change of the file.
CREATE TABLE failure_count (
  file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  failures INTEGER NOT NULL,
  -- Of the newest that is counted, so that none counts twice.
  last_at INTEGER NOT NULL,
  PRIMARY KEY (file_id, kind, code)
) WITHOUT ROWID;

-- Up to when failures are counted: what ended later, before a crash, is made up for at the next start. 0: never started.
CREATE TABLE failure_mark (at INTEGER NOT NULL);
INSERT INTO failure_mark VALUES (0);

-- Files that are held back. The file's own row says `quarantined` too; what it said before comes back on release.
CREATE TABLE quarantine (
  file_id INTEGER PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
  held_at INTEGER NOT NULL,
  -- Null: the server itself, after repeated failures.
  held_by TEXT,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  kind TEXT,
  failures INTEGER NOT NULL,
  former_state TEXT NOT NULL,
  former_code TEXT,
  former_reason TEXT,
  -- Set by a scan that found other content; the history is told, and then the row goes.
  released_at INTEGER
);
CREATE INDEX quarantine_held_at ON quarantine (held_at);
CREATE INDEX quarantine_released ON quarantine (released_at) WHERE released_at IS NOT NULL;

-- Failures that somebody does not want to hear of for a while: later ones of the same cause are cleared as they come.
CREATE TABLE ignored_cause (
  fingerprint TEXT PRIMARY KEY,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  ignored_at INTEGER NOT NULL,
  ignored_by TEXT,
  until INTEGER,
  note TEXT,
  cleared INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Where content stood that is there no more under that id or name: a file whose row went, with its library or else, or that
-- was renamed. Found again by its hash, it has its former life again. Triggers write it, so that no path out forgets to.
CREATE TABLE content_seen (
  sha256 TEXT NOT NULL,
  file_id INTEGER NOT NULL,
  -- A name, because the library may be gone.
  library TEXT NOT NULL,
  path TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (sha256, file_id, library, path)
) WITHOUT ROWID;
CREATE INDEX content_seen_last ON content_seen (last_seen);

CREATE TRIGGER file_gone BEFORE DELETE ON file WHEN old.sha256 IS NOT NULL AND old.size_bytes > 0 BEGIN
  INSERT OR REPLACE INTO content_seen
    SELECT old.sha256, i.id, coalesce((SELECT name FROM library WHERE id = old.library_id), ''), old.path, old.created_at,
      coalesce(old.seen_at, old.updated_at)
    FROM (SELECT old.id AS id UNION SELECT id FROM merged_file WHERE into_id = old.id) i;
END;

CREATE TRIGGER file_renamed AFTER UPDATE OF path, library_id ON file
WHEN old.sha256 IS NOT NULL AND old.size_bytes > 0 AND (old.path <> new.path OR old.library_id <> new.library_id) BEGIN
  INSERT OR REPLACE INTO content_seen
    SELECT old.sha256, old.id, coalesce((SELECT name FROM library WHERE id = old.library_id), ''), old.path, old.created_at,
      coalesce(old.missing_since, new.updated_at);
END;

-- What only the process that runs the jobs knows, for `sprocket explain` beside it. One row.
CREATE TABLE live_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  facts TEXT NOT NULL
);

-- What people did to one thing, and what happened to one file.
CREATE INDEX audit_target ON audit (target, id) WHERE target IS NOT NULL;
CREATE INDEX event_file ON event (file_id, id) WHERE file_id IS NOT NULL;
