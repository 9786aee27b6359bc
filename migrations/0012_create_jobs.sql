-- What staff are shown of long work: a copy of what each job's object knows, which
-- the object writes, and takes away with itself.
CREATE TABLE jobs (
  id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'job_*'),
  begun_at INTEGER NOT NULL,
  job TEXT NOT NULL CHECK (json_valid(job))
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_by_time ON jobs (begun_at);
