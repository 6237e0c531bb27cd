-- What happened, and how fast it went: events of the queue and the measured series behind charts.

CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  queue TEXT,
  job_id INTEGER,
  file_id INTEGER,
  -- Of events that are about a library and no file of it.
  library_id INTEGER,
  age_s REAL,
  actor TEXT,
  detail TEXT
);
CREATE INDEX event_at ON event (at, id);
CREATE INDEX event_name ON event (event, at, id);
CREATE INDEX event_queue ON event (queue, at, id) WHERE queue IS NOT NULL;

-- The builds that have opened this database, so that an upgrade is noticed.
CREATE TABLE seen_version (at INTEGER PRIMARY KEY, version TEXT NOT NULL, commit_hash TEXT);

-- Figures are kept at four levels, each written by every flush: 0 minute, 1 ten minutes, 2 hour, 3 local day. `at` is the
-- start of the bucket in minutes since 1970. What `runs` and `waits` hold: src/history/histogram.ts.
CREATE TABLE measured_lane (id INTEGER PRIMARY KEY, queue TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (queue, kind));
CREATE TABLE measure (
  level INTEGER NOT NULL,
  at INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  not_needed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  wait_ms INTEGER NOT NULL,
  run_ms INTEGER NOT NULL,
  waits BLOB NOT NULL,
  runs BLOB NOT NULL,
  PRIMARY KEY (level, at, lane)
) WITHOUT ROWID;

-- How many jobs waited when the bucket ended, and the longest that one had waited. No row: none. `lane` is a queue's, with
-- an empty kind.
CREATE TABLE backlog (
  level INTEGER NOT NULL,
  at INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  oldest_s INTEGER NOT NULL,
  PRIMARY KEY (level, at, lane)
) WITHOUT ROWID;

-- For how long within a bucket the server was there to measure: what is missing elsewhere was nothing, or a gap.
CREATE TABLE observed (level INTEGER NOT NULL, at INTEGER NOT NULL, on_ms INTEGER NOT NULL, PRIMARY KEY (level, at)) WITHOUT ROWID;

-- Stretches of time that are over, one row per lane: src/history/packed-block.ts. What comes late stands beside them in the
-- tables above. Rowid tables: WITHOUT ROWID would put most of each block on a page of its own.
CREATE TABLE packed_measure (level INTEGER NOT NULL, at INTEGER NOT NULL, lane INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (level, at, lane));
CREATE TABLE packed_backlog (level INTEGER NOT NULL, at INTEGER NOT NULL, lane INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (level, at, lane));

-- The failed log, newest first, without a look at what completed.
CREATE INDEX finished_failed ON finished (finished_at, id) WHERE state IN (2, 3);
