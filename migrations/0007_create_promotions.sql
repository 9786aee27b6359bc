-- What is taken off, when, and of what: each promotion whole, as one text, with
-- what the database must know of it beside. How often each was used is its
-- pool's to say.
CREATE TABLE promotions (
  id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'promo_*'),
  -- In capital letters, as it is compared; NULL: it applies by itself.
  code TEXT UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
  ends_at INTEGER,
  promotion TEXT NOT NULL CHECK (json_valid(promotion)),
  version INTEGER NOT NULL CHECK (version >= 1),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
