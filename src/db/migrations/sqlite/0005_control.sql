-- Pausing what runs, pauses that end by themselves, and the order within a queue.

-- Where it stands in its queue: priority × 2, plus one for a backfill, unless somebody moved it to the front or the end.
ALTER TABLE job ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
UPDATE job SET rank = priority * 2 + backfill;

-- How often it has run so far, the execution that it ended with aside.
ALTER TABLE job ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
UPDATE job SET attempts = coalesce((SELECT max(number) FROM attempt WHERE job = job.id), 0);

ALTER TABLE paused ADD COLUMN until INTEGER;
ALTER TABLE paused ADD COLUMN until_playback_ends INTEGER NOT NULL DEFAULT 0;

-- A running job whose processes stand still: by a person (`yields` 0) or to yield to something.
ALTER TABLE running ADD COLUMN frozen_at INTEGER;
ALTER TABLE running ADD COLUMN frozen_by TEXT;
ALTER TABLE running ADD COLUMN frozen_until INTEGER;
ALTER TABLE running ADD COLUMN frozen_until_playback_ends INTEGER NOT NULL DEFAULT 0;
ALTER TABLE running ADD COLUMN yields INTEGER NOT NULL DEFAULT 0;
ALTER TABLE running ADD COLUMN frozen_ms INTEGER NOT NULL DEFAULT 0;

ALTER TABLE finished ADD COLUMN frozen_ms INTEGER NOT NULL DEFAULT 0;
-- Of failures: the same for all of one cause.
ALTER TABLE finished ADD COLUMN fingerprint TEXT;
-- The execution it ended with: part of the end, so that a job that runs once writes one row less. Null in older rows.
ALTER TABLE finished ADD COLUMN attempt INTEGER;
ALTER TABLE finished ADD COLUMN worker TEXT;
-- Empty but for failures that are older than causes: the store names them when it opens.
CREATE INDEX finished_unnamed ON finished (id) WHERE state IN (2, 3) AND fingerprint IS NULL;

ALTER TABLE queue_state ADD COLUMN pause_mode TEXT NOT NULL DEFAULT 'drain';
ALTER TABLE queue_state ADD COLUMN until_playback_ends INTEGER NOT NULL DEFAULT 0;

DROP VIEW job_runs;
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
SELECT j.id || '-' || f.attempt, l.queue, l.kind,
  CASE f.state WHEN 1 THEN 'completed' WHEN 4 THEN 'cancelled' ELSE 'failed' END,
  j.subject_type, j.subject_id, j.subject_label, CASE f.state WHEN 1 THEN 100 END, f.attempt, j.params,
  coalesce(f.message, f.note),
  strftime('%Y-%m-%dT%H:%M:%fZ', f.started_at / 1000.0, 'unixepoch'),
  strftime('%Y-%m-%dT%H:%M:%fZ', f.finished_at / 1000.0, 'unixepoch')
FROM finished f JOIN job j ON j.id = f.id JOIN lane l ON l.id = j.lane
WHERE f.attempt IS NOT NULL
UNION ALL
SELECT j.id || '-' || r.attempt, l.queue, l.kind, CASE WHEN r.frozen_at IS NULL THEN 'running' ELSE 'paused' END,
  j.subject_type, j.subject_id, j.subject_label,
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

-- Pauses that end at a time are few among many that do not.
CREATE INDEX paused_until ON paused (until) WHERE until IS NOT NULL;
CREATE INDEX paused_playback ON paused (id) WHERE until_playback_ends = 1;
