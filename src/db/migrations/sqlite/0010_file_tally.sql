-- How many files there are, kept by the writer: pages that say so read a few rows, not every file's. Files in the trash do
-- not count.

CREATE TABLE file_tally (
  library_id INTEGER NOT NULL,
  type TEXT NOT NULL,
  files INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (library_id, type)
) WITHOUT ROWID;

CREATE TABLE folder_tally (
  folder_id INTEGER PRIMARY KEY,
  files INTEGER NOT NULL
);

INSERT INTO file_tally
SELECT library_id, type, count(*), sum(size_bytes) FROM file WHERE trashed_at IS NULL GROUP BY library_id, type;
INSERT INTO folder_tally
SELECT folder_id, count(*) FROM file WHERE trashed_at IS NULL GROUP BY folder_id;

CREATE TRIGGER file_counted AFTER INSERT ON file WHEN new.trashed_at IS NULL
BEGIN
  INSERT INTO file_tally VALUES (new.library_id, new.type, 1, new.size_bytes)
  ON CONFLICT DO UPDATE SET files = files + 1, size_bytes = size_bytes + excluded.size_bytes;
  INSERT INTO folder_tally VALUES (new.folder_id, 1) ON CONFLICT DO UPDATE SET files = files + 1;
END;

CREATE TRIGGER file_discounted AFTER DELETE ON file WHEN old.trashed_at IS NULL
BEGIN
  UPDATE file_tally SET files = files - 1, size_bytes = size_bytes - old.size_bytes
  WHERE library_id = old.library_id AND type = old.type;
  UPDATE folder_tally SET files = files - 1 WHERE folder_id = old.folder_id;
END;

CREATE TRIGGER file_recounted AFTER UPDATE OF library_id, folder_id, type, size_bytes, trashed_at ON file
WHEN old.library_id <> new.library_id OR old.folder_id <> new.folder_id OR old.type <> new.type
  OR old.size_bytes <> new.size_bytes OR (old.trashed_at IS NULL) <> (new.trashed_at IS NULL)
BEGIN
  UPDATE file_tally SET files = files - 1, size_bytes = size_bytes - old.size_bytes
  WHERE old.trashed_at IS NULL AND library_id = old.library_id AND type = old.type;
  UPDATE folder_tally SET files = files - 1 WHERE old.trashed_at IS NULL AND folder_id = old.folder_id;
  INSERT INTO file_tally SELECT new.library_id, new.type, 1, new.size_bytes WHERE new.trashed_at IS NULL
  ON CONFLICT DO UPDATE SET files = files + 1, size_bytes = size_bytes + excluded.size_bytes;
  INSERT INTO folder_tally SELECT new.folder_id, 1 WHERE new.trashed_at IS NULL
  ON CONFLICT DO UPDATE SET files = files + 1;
END;

CREATE TRIGGER file_tally_empty AFTER UPDATE ON file_tally WHEN new.files = 0
BEGIN
  DELETE FROM file_tally WHERE library_id = new.library_id AND type = new.type;
END;

CREATE TRIGGER folder_tally_empty AFTER UPDATE ON folder_tally WHEN new.files = 0
BEGIN
  DELETE FROM folder_tally WHERE folder_id = new.folder_id;
END;
