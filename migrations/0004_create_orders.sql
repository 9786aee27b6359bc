-- The orders as lists show them: a projection of the orders' objects, which
-- are the truth. Written from the event queue; the newest version wins.
CREATE TABLE orders (
  -- Names the row in the index of the search, whatever the table is copied to.
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  number TEXT NOT NULL,
  account_id TEXT,
  email TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('awaiting_payment', 'confirmed', 'fulfilled', 'cancelled')),
  payment_status TEXT NOT NULL,
  fulfilment_status TEXT NOT NULL CHECK (fulfilment_status IN ('unfulfilled', 'partially_fulfilled', 'fulfilled')),
  -- What a return of it waits for; NULL: it has none, or all are dealt with.
  return_status TEXT CHECK (return_status IN ('requested', 'approved')),
  -- What a change of it waits for; NULL: none is under way.
  edit_status TEXT CHECK (edit_status IN ('awaiting_payment')),
  currency TEXT NOT NULL,
  total INTEGER NOT NULL CHECK (total >= 0),
  pieces INTEGER NOT NULL,
  placed_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- Where it goes, as far as lists show it.
  name TEXT,
  phone TEXT,
  city TEXT,
  postal_code TEXT,
  country TEXT,
  -- What it is found by, in lines: orders/projection.rs.
  sought TEXT NOT NULL,
  -- What was bought, as a file says it: there, too.
  goods TEXT NOT NULL
) STRICT;
-- Every list is a walk along this index, which has all that lists are filtered and sorted by: at
-- 100,000 orders the rarest thing is found in some 20 ms, the common ones at once. An index for each
-- filter would be written with every change of every order.
CREATE INDEX orders_listed ON orders (placed_at, id, status, payment_status, fulfilment_status, currency, country, total, return_status,
                                      edit_status);
CREATE INDEX orders_by_email ON orders (email, placed_at DESC, id DESC);
CREATE INDEX orders_by_account ON orders (account_id, placed_at DESC, id DESC) WHERE account_id IS NOT NULL;

-- The search: which orders have these three letters in a row. It keeps no text of its own. Both what
-- is stored and what is sought are in small letters without accents by then.
CREATE VIRTUAL TABLE orders_search USING fts5 (
  sought, content = 'orders', content_rowid = 'seq', columnsize = 0, tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER orders_search_insert AFTER INSERT ON orders BEGIN
  INSERT INTO orders_search (rowid, sought) VALUES (new.seq, new.sought);
END;
CREATE TRIGGER orders_search_delete AFTER DELETE ON orders BEGIN
  INSERT INTO orders_search (orders_search, rowid, sought) VALUES ('delete', old.seq, old.sought);
END;
CREATE TRIGGER orders_search_update AFTER UPDATE OF sought ON orders WHEN old.sought <> new.sought BEGIN
  INSERT INTO orders_search (orders_search, rowid, sought) VALUES ('delete', old.seq, old.sought);
  INSERT INTO orders_search (rowid, sought) VALUES (new.seq, new.sought);
END;
-- The parts of three letters that there are: those that begin with two letters name whatever has the two.
CREATE VIRTUAL TABLE orders_terms USING fts5vocab (orders_search, 'row');

-- How many orders stand so: the home page and every list say it, and counting 100,000 takes some
-- 12 ms each time. '': no return waits, no change.
CREATE TABLE order_counts (
  status TEXT NOT NULL,
  payment_status TEXT NOT NULL,
  fulfilment_status TEXT NOT NULL,
  return_status TEXT NOT NULL,
  edit_status TEXT NOT NULL,
  orders INTEGER NOT NULL,
  PRIMARY KEY (status, payment_status, fulfilment_status, return_status, edit_status)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER order_counts_insert AFTER INSERT ON orders BEGIN
  INSERT INTO order_counts
    VALUES (new.status, new.payment_status, new.fulfilment_status, coalesce(new.return_status, ''),
            coalesce(new.edit_status, ''), 1)
    ON CONFLICT DO UPDATE SET orders = orders + 1;
END;
CREATE TRIGGER order_counts_delete AFTER DELETE ON orders BEGIN
  UPDATE order_counts SET orders = orders - 1
    WHERE status = old.status AND payment_status = old.payment_status
      AND fulfilment_status = old.fulfilment_status AND return_status = coalesce(old.return_status, '')
      AND edit_status = coalesce(old.edit_status, '');
END;
CREATE TRIGGER order_counts_update AFTER UPDATE OF status, payment_status, fulfilment_status, return_status, edit_status ON orders
WHEN old.status <> new.status OR old.payment_status <> new.payment_status
  OR old.fulfilment_status <> new.fulfilment_status OR old.return_status IS NOT new.return_status
  OR old.edit_status IS NOT new.edit_status BEGIN
  UPDATE order_counts SET orders = orders - 1
    WHERE status = old.status AND payment_status = old.payment_status
      AND fulfilment_status = old.fulfilment_status AND return_status = coalesce(old.return_status, '')
      AND edit_status = coalesce(old.edit_status, '');
  INSERT INTO order_counts
    VALUES (new.status, new.payment_status, new.fulfilment_status, coalesce(new.return_status, ''),
            coalesce(new.edit_status, ''), 1)
    ON CONFLICT DO UPDATE SET orders = orders + 1;
END;

-- What staff sort orders by. The truth: no object decides it, and nobody contests it.
CREATE TABLE order_tags (
  order_id TEXT NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (order_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_tags_by_tag ON order_tags (tag);

-- The jobs that hold the lists against the orders, and sums against what they are of: how far each is.
CREATE TABLE order_checks (
  name TEXT PRIMARY KEY CHECK (name IN ('nightly', 'nightly_sums')),
  -- The night whose work it is, in days since 1970.
  night INTEGER NOT NULL,
  -- The order or the time it goes on behind; empty: at the front.
  after_id TEXT NOT NULL,
  -- Since it began.
  checked INTEGER NOT NULL,
  drifted INTEGER NOT NULL,
  unanswered INTEGER NOT NULL,
  -- Whether it is through.
  done INTEGER NOT NULL CHECK (done IN (0, 1)),
  updated_at INTEGER NOT NULL
) STRICT;
-- What it found.
CREATE TABLE order_drifts (
  id INTEGER PRIMARY KEY,
  -- An order's id, or the name of a table of sums.
  about TEXT NOT NULL,
  -- The columns that were wrong, or when the sums begin that were; in JSON.
  wrong TEXT NOT NULL,
  repaired INTEGER NOT NULL CHECK (repaired IN (0, 1)),
  found_at INTEGER NOT NULL
) STRICT;
