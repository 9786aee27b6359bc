-- What was bought together, learned from the books by night: src/suggestions/ says how.
CREATE TABLE bought_together (
  product_id TEXT NOT NULL PRIMARY KEY,
  -- How many orders of the last year have it, when the run began.
  orders INTEGER NOT NULL,
  -- The ids of what goes with it, the best first.
  others TEXT NOT NULL CHECK (json_valid(others) AND json_array_length(others) <= 8)
) STRICT, WITHOUT ROWID;

-- The products that it changes are marked for the next publication: of the revision that the run
-- will raise, as what is published meanwhile may have read them before.
CREATE TRIGGER changed_products_company AFTER UPDATE OF others ON bought_together WHEN old.others <> new.others BEGIN
  INSERT INTO changed_products SELECT new.product_id, revision + 1 FROM catalog_state WHERE true
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
CREATE TRIGGER changed_products_alone AFTER DELETE ON bought_together WHEN old.others <> '[]' BEGIN
  INSERT INTO changed_products SELECT old.product_id, revision + 1 FROM catalog_state WHERE true
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;

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
