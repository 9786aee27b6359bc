-- What staff changed: a row for each thing, written in the batch of the change. It outlives
-- the thing and the account, so it refers to neither.
CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Milliseconds since 1970.
  at INTEGER NOT NULL,
  account_id TEXT NOT NULL,
  -- The route, or 'job'; the request's or the job's id; the network, where it is known.
  operation TEXT NOT NULL CHECK (length(operation) BETWEEN 1 AND 200),
  request TEXT NOT NULL,
  network TEXT,
  deed TEXT NOT NULL CHECK (deed IN ('created', 'changed', 'deleted')),
  kind TEXT NOT NULL,
  -- The thing's id, or what else names it, and its title at that time.
  thing TEXT NOT NULL,
  title TEXT NOT NULL CHECK (length(title) <= 255),
  -- [{"at": "/title", "before": "Mug", "after": "Cup"}], and how many more there were.
  changes TEXT NOT NULL CHECK (json_valid(changes)),
  left_out INTEGER NOT NULL CHECK (left_out >= 0),
  -- Names what an object decided and only told of here: of one decision there is one row.
  decided TEXT UNIQUE
) STRICT;
CREATE INDEX audit_log_by_thing ON audit_log (thing, id);
CREATE INDEX audit_log_by_account ON audit_log (account_id, id);
CREATE INDEX audit_log_by_time ON audit_log (at);

-- What was written stays as it was written.
CREATE TRIGGER audit_log_stays BEFORE UPDATE ON audit_log BEGIN
  SELECT raise(ABORT, 'what was written down of a change stays');
END;
