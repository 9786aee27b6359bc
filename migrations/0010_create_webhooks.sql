-- Where other systems are told what happens in the shop. What waits for each,
-- and what was delivered, is its object's to know; no secret is stored.
CREATE TABLE webhooks (
  id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'hook_*'),
  url TEXT NOT NULL CHECK (length(url) BETWEEN 10 AND 2000),
  -- Of what it is told: a list of names.
  types TEXT NOT NULL CHECK (json_valid(types) AND json_array_length(types) >= 1),
  -- Which of its secrets is the newest; the one before is good for another day.
  secret_version INTEGER NOT NULL CHECK (secret_version >= 1),
  secret_rotated_at INTEGER,
  disabled_at INTEGER,
  -- gone: it answered 410.
  disabled_because TEXT CHECK (disabled_because IN ('owner', 'gone')),
  -- What happened before is not told.
  enabled_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- How many there were when it was added.
  others INTEGER NOT NULL CONSTRAINT too_many_webhooks CHECK (others < 20),
  CHECK ((disabled_at IS NULL) = (disabled_because IS NULL))
) STRICT, WITHOUT ROWID;
