-- What sells, counted from the books by night: src/suggestions/selling.rs says how. What nobody
-- bought has no row.
CREATE TABLE best_selling (
  product_id TEXT NOT NULL PRIMARY KEY,
  -- In how many orders of the last ninety days.
  orders INTEGER NOT NULL CHECK (orders > 0)
) STRICT, WITHOUT ROWID;

-- The products that it changes are marked for the next publication: of the revision that the same
-- batch raises.
CREATE TRIGGER changed_products_selling AFTER INSERT ON best_selling BEGIN
  INSERT INTO changed_products SELECT new.product_id, revision + 1 FROM catalog_state WHERE true
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
CREATE TRIGGER changed_products_sold AFTER UPDATE OF orders ON best_selling WHEN old.orders <> new.orders BEGIN
  INSERT INTO changed_products SELECT new.product_id, revision + 1 FROM catalog_state WHERE true
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
CREATE TRIGGER changed_products_unsold AFTER DELETE ON best_selling BEGIN
  INSERT INTO changed_products SELECT old.product_id, revision + 1 FROM catalog_state WHERE true
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
