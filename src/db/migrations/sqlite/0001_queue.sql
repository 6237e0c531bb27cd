-- The queue. Times are milliseconds since 1970, UTC. Layout and why: src/README.md, "Queue storage".

CREATE TABLE lane (
  id INTEGER PRIMARY KEY,
  queue TEXT NOT NULL,
  kind TEXT NOT NULL,
  category TEXT NOT NULL,
  vram_mb INTEGER NOT NULL,
  -- What its jobs' subjects belong to: a library's id, or 0.
  subject_group INTEGER NOT NULL,
  UNIQUE (queue, kind, category, vram_mb, subject_group)
);

-- Written once at enqueue; `priority`, `retry_count` and `run_at` are the only columns ever updated.
CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane INTEGER NOT NULL REFERENCES lane (id),
  priority INTEGER NOT NULL,
  backfill INTEGER NOT NULL,
  params TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject_id INTEGER,
  subject_label TEXT NOT NULL,
  dedup_key TEXT,
  max_retries INTEGER NOT NULL,
  retry_count INTEGER NOT NULL DEFAULT 0,
  run_at INTEGER,
  origin TEXT,
  created_at INTEGER NOT NULL
);
CREATE INDEX job_lane ON job (lane, id);
CREATE INDEX job_subject ON job (subject_id, subject_type, id) WHERE subject_id IS NOT NULL;

-- A job stands in exactly one of the five tables below.
CREATE TABLE waiting (lane INTEGER NOT NULL, rank INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (lane, rank, id)) WITHOUT ROWID;
CREATE TABLE delayed (run_at INTEGER NOT NULL, id INTEGER NOT NULL, lane INTEGER NOT NULL, PRIMARY KEY (run_at, id)) WITHOUT ROWID;
CREATE TABLE paused (id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, paused_at INTEGER NOT NULL, paused_by TEXT);
CREATE TABLE running (
  id INTEGER PRIMARY KEY,
  lane INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  worker TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  progress REAL,
  progress_at INTEGER NOT NULL
);
-- state: 1 completed, 2 failed, 3 failed and acknowledged, 4 cancelled
CREATE TABLE finished (
  id INTEGER PRIMARY KEY,
  lane INTEGER NOT NULL,
  state INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  started_at INTEGER,
  progress REAL,
  note TEXT,
  code TEXT,
  message TEXT,
  acknowledged_at INTEGER
);
CREATE INDEX finished_list ON finished (lane, state, finished_at);

-- One open job per key.
CREATE TABLE open_key (key TEXT PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE attempt (
  job INTEGER NOT NULL,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  code TEXT,
  message TEXT,
  worker TEXT NOT NULL,
  PRIMARY KEY (job, number)
) WITHOUT ROWID;

-- A rowid table: keyed WITHOUT ROWID it measured ten times slower.
CREATE TABLE attempt_log (job INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL);
CREATE UNIQUE INDEX attempt_log_key ON attempt_log (job, number);

-- Kept by the writer in the same transaction as what it counts; GROUP BY costs 40 ms at a million jobs, this none.
CREATE TABLE tally (lane INTEGER NOT NULL, state TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (lane, state)) WITHOUT ROWID;

-- Written when everything before must be on disk.
CREATE TABLE fence (n INTEGER NOT NULL);
INSERT INTO fence VALUES (0);

CREATE TABLE queue_state (
  queue TEXT PRIMARY KEY,
  paused_at INTEGER,
  paused_until INTEGER,
  paused_by TEXT,
  concurrency INTEGER,
  weight REAL
) WITHOUT ROWID;

-- Documented for people who read the database themselves: one row per execution, and one per job that waits for one or
-- was cancelled before it had any.
CREATE VIEW job_runs AS
SELECT j.id || '-' || a.number AS id, l.queue AS queue, l.kind AS kind,
  CASE a.outcome WHEN 'not_needed' THEN 'completed' WHEN 'orphaned' THEN 'failed' WHEN 'handed_back' THEN 'pending' ELSE a.outcome END AS status,
  j.subject_type AS targetType, j.subject_id AS targetId, j.subject_label AS targetLabel,
  CASE WHEN a.outcome IN ('completed', 'not_needed') THEN 100 END AS progress,
  a.number AS attempts, j.params AS payload, a.message AS error,
  strftime('%Y-%m-%dT%H:%M:%fZ', a.started_at / 1000.0, 'unixepoch') AS startedAt,
  strftime('%Y-%m-%dT%H:%M:%fZ', a.finished_at / 1000.0, 'unixepoch') AS finishedAt
FROM attempt a JOIN job j ON j.id = a.job JOIN lane l ON l.id = j.lane
UNION ALL
SELECT j.id || '-' || r.attempt, l.queue, l.kind, 'running', j.subject_type, j.subject_id, j.subject_label,
  r.progress, r.attempt, j.params, NULL,
  strftime('%Y-%m-%dT%H:%M:%fZ', r.started_at / 1000.0, 'unixepoch'), NULL
FROM running r JOIN job j ON j.id = r.id JOIN lane l ON l.id = j.lane
UNION ALL
SELECT j.id || '-0', l.queue, l.kind, CASE WHEN p.id IS NULL THEN 'pending' ELSE 'paused' END,
  j.subject_type, j.subject_id, j.subject_label, NULL, 0, j.params, NULL, NULL, NULL
FROM (SELECT id FROM waiting UNION ALL SELECT id FROM delayed UNION ALL SELECT id FROM paused) o
JOIN job j ON j.id = o.id JOIN lane l ON l.id = j.lane LEFT JOIN paused p ON p.id = j.id
UNION ALL
SELECT j.id || '-0', l.queue, l.kind, 'cancelled', j.subject_type, j.subject_id, j.subject_label, NULL, 0, j.params,
  f.message, NULL, strftime('%Y-%m-%dT%H:%M:%fZ', f.finished_at / 1000.0, 'unixepoch')
FROM finished f JOIN job j ON j.id = f.id JOIN lane l ON l.id = j.lane
WHERE f.started_at IS NULL;
