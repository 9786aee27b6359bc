-- The views that members of staff saved for themselves.
CREATE TABLE saved_views (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  page TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Of the page's address, without the question mark.
  query TEXT NOT NULL,
  PRIMARY KEY (account_id, page, name)
) STRICT, WITHOUT ROWID;
