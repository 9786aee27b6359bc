-- Gift cards. Their balances are their pools', which are filled from what
-- stands here: `initial_balance`, once.
CREATE TABLE gift_cards (
  id TEXT PRIMARY KEY CHECK (id GLOB 'gift_*'),
  -- Of the code, under the shop's key. The code itself is nowhere.
  digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 43),
  last4 TEXT NOT NULL CHECK (length(last4) = 4),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  initial_balance INTEGER NOT NULL CHECK (initial_balance BETWEEN 1 AND 9007199254740991),
  -- Who issued it: a member of staff, or the order that bought it.
  account_id TEXT,
  order_id TEXT,
  note TEXT,
  created_at INTEGER NOT NULL,
  -- From this moment on it is worth nothing.
  expires_at INTEGER CHECK (expires_at > created_at),
  -- What was left when its pool was last heard of, for reports; NULL: it was never used.
  balance INTEGER CHECK (balance >= 0),
  -- Of the pool; the newest counts.
  balance_version INTEGER NOT NULL DEFAULT 0,
  -- As its pool says, for lists.
  disabled_at INTEGER,
  CHECK ((account_id IS NULL) <> (order_id IS NULL))
) STRICT;
CREATE INDEX gift_cards_by_time ON gift_cards (created_at DESC, id DESC);
CREATE INDEX gift_cards_by_last4 ON gift_cards (last4, created_at DESC, id DESC);
