-- What search looks in, and views that people have saved.

-- How far what trails behind has come: the last id it has taken in.
CREATE TABLE search_mark (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO search_mark VALUES ('label', 0), ('sweep', 0), ('file', 0);

-- The distinct labels of jobs' subjects (a job's own id where it has none), and their text in three-letter pieces.
CREATE TABLE label (
  id INTEGER PRIMARY KEY,
  subject_type TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  UNIQUE (subject_id, subject_type, hash)
);
CREATE VIRTUAL TABLE label_text USING fts5(text, content='', contentless_delete=1, tokenize='trigram', detail=none);

-- What failures said, by job.
CREATE VIRTUAL TABLE error_text USING fts5(text, content='', contentless_delete=1, tokenize='trigram', detail=none);
INSERT INTO error_text (rowid, text) SELECT id, substr(message, 1, 2000) FROM finished WHERE state IN (2, 3) AND message IS NOT NULL;
CREATE TRIGGER failure_said AFTER INSERT ON finished WHEN new.state = 2 AND new.message IS NOT NULL BEGIN
  INSERT OR REPLACE INTO error_text (rowid, text) VALUES (new.id, substr(new.message, 1, 2000));
END;
CREATE TRIGGER failure_gone AFTER DELETE ON finished WHEN old.state IN (2, 3) BEGIN
  DELETE FROM error_text WHERE rowid = old.id;
END;

-- What is rare among jobs costs an index nothing for the others.
CREATE INDEX finished_by_cause ON finished (fingerprint, lane, state, finished_at) WHERE fingerprint IS NOT NULL;
CREATE INDEX finished_by_code ON finished (code, lane, state, finished_at) WHERE code IS NOT NULL;
CREATE INDEX finished_long ON finished (finished_at - started_at - frozen_ms) WHERE finished_at - started_at - frozen_ms >= 60000;
CREATE INDEX job_retried ON job (retry_count) WHERE retry_count > 0;
-- Ids of people are long, names of what asks by itself short.
CREATE INDEX job_asked_by ON job (origin) WHERE length(origin) >= 16;
CREATE INDEX paused_list ON paused (lane, paused_at);
CREATE INDEX delayed_list ON delayed (lane, run_at);

-- The paths of files. New files are taken in from behind, so that scans pay nothing; moves and removals are followed here.
CREATE VIRTUAL TABLE file_text USING fts5(path, content='', contentless_delete=1, tokenize='trigram', detail=none);
CREATE TRIGGER file_text_moved AFTER UPDATE OF path ON file WHEN old.path <> new.path BEGIN
  INSERT OR REPLACE INTO file_text (rowid, path) VALUES (new.id, new.path);
END;
CREATE TRIGGER file_text_gone AFTER DELETE ON file BEGIN
  DELETE FROM file_text WHERE rowid = old.id;
END;

-- A search that somebody gave a name.
CREATE TABLE saved_view (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  -- jobs or files
  of TEXT NOT NULL,
  name TEXT NOT NULL,
  q TEXT NOT NULL,
  sort TEXT,
  shared INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (user_id, of, name)
);
CREATE INDEX saved_view_shared ON saved_view (of) WHERE shared = 1;
