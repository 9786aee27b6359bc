-- What was bought together, learned from the books by night: src/suggestions/ says how.
CREATE TABLE bought_together (
  product_id TEXT NOT NULL PRIMARY KEY,
  -- How many orders of the last year have it, when the run began.
  orders INTEGER NOT NULL,
  -- The ids of what goes with it, the best first.
  others TEXT NOT NULL CHECK (json_valid(others) AND json_array_length(others) <= 8)
) STRICT, WITHOUT ROWID;

-- How far the run is.
CREATE TABLE learning (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- The night in which it began, as a number of days.
  night INTEGER NOT NULL,
  -- Behind which product the next slice begins; NULL: it is through.
  after TEXT
) STRICT;
INSERT INTO learning (id, night) VALUES (1, 0);

-- Which orders have a product.
CREATE INDEX sales_by_product ON sales (product_id) WHERE kind = 'item' AND back = 0;
