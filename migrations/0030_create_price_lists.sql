-- Customers who are sold to at prices of their own, gathered in groups.
CREATE TABLE customer_groups (
  id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'group_*'),
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
  -- The title in small letters without accents, by which no two are alike.
  name TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL CHECK (version >= 1),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE customer_group_members (
  group_id TEXT NOT NULL REFERENCES customer_groups (id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  added_at INTEGER NOT NULL,
  PRIMARY KEY (group_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_group_members_by_account ON customer_group_members (account_id);

-- Prices that hold for the members of some groups, while the list is active and its time has come.
CREATE TABLE price_lists (
  id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'list_*'),
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
  name TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('draft', 'active')),
  starts_at INTEGER,
  ends_at INTEGER CHECK (ends_at > starts_at OR starts_at IS NULL),
  version INTEGER NOT NULL CHECK (version >= 1),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A group that a list is for is not deleted: whoever does so has to say first what becomes of the list.
CREATE TABLE price_list_groups (
  list_id TEXT NOT NULL REFERENCES price_lists (id) ON DELETE CASCADE,
  group_id TEXT NOT NULL REFERENCES customer_groups (id),
  PRIMARY KEY (list_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX price_list_groups_by_group ON price_list_groups (group_id);

CREATE TABLE price_list_prices (
  list_id TEXT NOT NULL REFERENCES price_lists (id) ON DELETE CASCADE,
  variant_id TEXT NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 10000000000),
  PRIMARY KEY (list_id, variant_id, currency)
) STRICT, WITHOUT ROWID;
CREATE INDEX price_list_prices_by_variant ON price_list_prices (variant_id);

-- Each write of any of these begins with this row, which refuses what was decided from something else than there is,
-- and ends with it, which refuses what is too much. The last two are of what was written last.
CREATE TABLE price_list_state (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  checked INTEGER NOT NULL CONSTRAINT stale_price_list CHECK (checked = 1),
  customer_groups INTEGER NOT NULL CONSTRAINT too_many_customer_groups CHECK (customer_groups <= 100),
  price_lists INTEGER NOT NULL CONSTRAINT too_many_price_lists CHECK (price_lists <= 100),
  groups_of_account INTEGER NOT NULL CONSTRAINT too_many_groups_of_account CHECK (groups_of_account <= 20),
  prices_of_list INTEGER NOT NULL CONSTRAINT too_many_prices_of_list CHECK (prices_of_list <= 50000)
) STRICT;
INSERT INTO price_list_state VALUES (1, 1, 0, 0, 0, 0);
