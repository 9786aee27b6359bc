-- Who may sign in. Times are milliseconds since 1970.
CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'cus_*'),
  email TEXT NOT NULL UNIQUE CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
  name TEXT CHECK (length(name) BETWEEN 1 AND 100),
  role TEXT NOT NULL CHECK (role IN ('customer', 'staff', 'owner')),
  password_hash TEXT NOT NULL CHECK (password_hash GLOB '$argon2id$*'),
  -- Moves with the password, not with a stronger hash of the same one.
  password_changed_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The few who are no customers.
CREATE INDEX accounts_of_staff ON accounts (email) WHERE role <> 'customer';

-- A signed-in device: one family of refresh tokens, of which the generation
-- names the newest. No token is kept: each is a MAC over id and generation.
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'ses_*'),
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  generation INTEGER NOT NULL CHECK (generation BETWEEN 0 AND 4294967295),
  created_at INTEGER NOT NULL,
  rotated_at INTEGER NOT NULL CHECK (rotated_at >= created_at),
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at),
  revoked_at INTEGER,
  -- When the generations before this one gave way, the last of them last, as
  -- far back as they may still be presented: milliseconds, a JSON array.
  gave_way TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(gave_way))
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account_id, created_at);

-- Always empty. A batch that only staff may write begins by putting in here why
-- it may not be written, if it may not; the constraints refuse that, and with it
-- the whole batch.
CREATE TABLE staff_refusals (
  reason TEXT NOT NULL,
  CONSTRAINT session_over CHECK (reason <> 'session_over'),
  CONSTRAINT role_taken_away CHECK (reason <> 'role_taken_away')
) STRICT;

-- The owner's credentials as the deployment last set them, as a keyed digest.
CREATE TABLE owner_bootstrap (
  singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
  fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
  applied_at INTEGER NOT NULL
) STRICT;
