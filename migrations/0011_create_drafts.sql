-- The orders that staff type in, as lists show them: a projection of the orders' objects, which are
-- the truth. Written from the event queue; the newest version wins. Which are placed, `orders` knows.
CREATE TABLE drafts (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  -- Who has made it.
  account_id TEXT NOT NULL,
  email TEXT NOT NULL,
  currency TEXT NOT NULL,
  -- What it came to when it was changed last.
  total INTEGER NOT NULL CHECK (total >= 0),
  pieces INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  sent_at INTEGER,
  expires_at INTEGER NOT NULL,
  deleted INTEGER NOT NULL CHECK (deleted IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_listed ON drafts (created_at DESC, id DESC) WHERE deleted = 0;
