-- What a bundle is made of. It has no stock: what is taken for it is taken of its parts.
CREATE TABLE bundle_parts (
  variant_id TEXT NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 19),
  -- Stays while it is a part of anything.
  part_variant_id TEXT NOT NULL REFERENCES variants (id),
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  PRIMARY KEY (variant_id, position),
  UNIQUE (variant_id, part_variant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bundle_parts_by_part ON bundle_parts (part_variant_id);

-- The last line behind what is checked of a product, which others may have changed since. Each message
-- reads like that of a constraint: by these words D1's errors are told apart.
CREATE TRIGGER bundle_parts_fit BEFORE INSERT ON bundle_parts BEGIN
  SELECT RAISE(ABORT, 'constraint failed: unknown_part') WHERE NOT EXISTS (
    SELECT 1 FROM variants JOIN products ON products.id = product_id
    WHERE variants.id = new.part_variant_id AND delivery = 'shipped');
  SELECT RAISE(ABORT, 'constraint failed: bundle_as_part')
    WHERE EXISTS (SELECT 1 FROM bundle_parts WHERE variant_id = new.part_variant_id)
      OR new.variant_id = new.part_variant_id;
  SELECT RAISE(ABORT, 'constraint failed: part_of_bundle')
    WHERE EXISTS (SELECT 1 FROM bundle_parts WHERE part_variant_id = new.variant_id);
  -- Its own pieces could not be sold, nor seen, any more. A bundle may have some that came back since it is one.
  SELECT RAISE(ABORT, 'constraint failed: stocked_bundle')
    WHERE EXISTS (SELECT 1 FROM stock_levels WHERE variant_id = new.variant_id AND own_on_hand > 0 AND sets IS NULL);
END;
CREATE TRIGGER bundle_parts_are_sent BEFORE UPDATE OF delivery ON products
WHEN old.delivery = 'shipped' AND new.delivery <> 'shipped' BEGIN
  SELECT RAISE(ABORT, 'constraint failed: part_of_bundle') WHERE EXISTS (
    SELECT 1 FROM variants JOIN bundle_parts ON part_variant_id = variants.id WHERE variants.product_id = new.id);
END;

-- A bundle's level follows from its parts': as many as can be put together of what is free, and below zero those
-- of what may be sold before it comes; of what is not counted there is enough. What its own pool tells is kept
-- beside it, and is its level again once it is a bundle no more.
CREATE VIEW bundle_levels AS
SELECT variant_id, sets, sets - in_all AS sets_floor
FROM (
  SELECT bundles.variant_id, coalesce(min(max(on_hand - held, 0) / quantity), 1000000) AS sets,
    coalesce(min(max(on_hand - held - backorder_floor, 0) / quantity), 1000000) AS in_all
  FROM bundle_parts AS bundles
    LEFT JOIN variants ON variants.id = part_variant_id AND tracked
    LEFT JOIN stock_levels ON stock_levels.variant_id = variants.id
  GROUP BY bundles.variant_id);

CREATE TRIGGER bundle_levels_begin AFTER INSERT ON bundle_parts BEGIN
  UPDATE stock_levels SET (sets, sets_floor) = (SELECT sets, sets_floor FROM bundle_levels WHERE variant_id = new.variant_id)
  WHERE variant_id = new.variant_id;
END;
CREATE TRIGGER bundle_levels_end AFTER DELETE ON bundle_parts BEGIN
  UPDATE stock_levels SET (sets, sets_floor) = (SELECT sets, sets_floor FROM bundle_levels WHERE variant_id = old.variant_id)
  WHERE variant_id = old.variant_id;
END;
CREATE TRIGGER bundle_levels_follow AFTER UPDATE OF own_on_hand, own_held ON stock_levels BEGIN
  UPDATE stock_levels SET (sets, sets_floor) =
    (SELECT sets, sets_floor FROM bundle_levels WHERE bundle_levels.variant_id = stock_levels.variant_id)
  WHERE variant_id IN (SELECT variant_id FROM bundle_parts WHERE part_variant_id = new.variant_id);
END;
CREATE TRIGGER bundle_levels_are_kept_otherwise AFTER UPDATE OF tracked, backorder_floor ON variants
WHEN old.tracked <> new.tracked OR old.backorder_floor <> new.backorder_floor BEGIN
  UPDATE stock_levels SET (sets, sets_floor) =
    (SELECT sets, sets_floor FROM bundle_levels WHERE bundle_levels.variant_id = stock_levels.variant_id)
  WHERE variant_id IN (SELECT variant_id FROM bundle_parts WHERE part_variant_id = new.id);
END;

-- What is published of a bundle has its parts' names and how they are counted.
CREATE TRIGGER bundles_are_counted_otherwise AFTER UPDATE OF tracked, floor_version, sku ON variants
WHEN old.tracked <> new.tracked OR old.floor_version <> new.floor_version OR old.sku <> new.sku BEGIN
  INSERT INTO changed_products
    SELECT DISTINCT product_id, revision
    FROM bundle_parts JOIN variants ON variants.id = bundle_parts.variant_id, catalog_state
    WHERE part_variant_id = new.id
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
CREATE TRIGGER bundles_are_called_otherwise AFTER UPDATE OF title ON products WHEN old.title <> new.title BEGIN
  INSERT INTO changed_products
    SELECT DISTINCT variants.product_id, revision
    FROM variants AS part JOIN bundle_parts ON part_variant_id = part.id
      JOIN variants ON variants.id = bundle_parts.variant_id, catalog_state
    WHERE part.product_id = new.id
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
