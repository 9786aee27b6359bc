-- The orders as lists show them: a projection of the orders' objects, which
-- are the truth. Written from the event queue; the newest version wins.
CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  number TEXT NOT NULL,
  account_id TEXT,
  email TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('awaiting_payment', 'confirmed', 'fulfilled', 'cancelled')),
  payment_status TEXT NOT NULL,
  currency TEXT NOT NULL,
  total INTEGER NOT NULL CHECK (total >= 0),
  pieces INTEGER NOT NULL,
  placed_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_by_time ON orders (placed_at DESC, id DESC);
CREATE INDEX orders_by_email ON orders (email);
CREATE INDEX orders_by_account ON orders (account_id, placed_at DESC, id DESC) WHERE account_id IS NOT NULL;
