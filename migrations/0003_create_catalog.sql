-- The tax classes of the settings, so that no product can have another.
CREATE TABLE tax_classes (
  name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64)
) STRICT, WITHOUT ROWID;
INSERT INTO tax_classes (name) VALUES ('standard');

-- Products and what belongs to them. A product is written as a whole, in one
-- batch that begins with the row of catalog_state; the constraints named there
-- refuse a write that would be wrong.
CREATE TABLE products (
  id TEXT PRIMARY KEY,
  -- Small letters of any script, digits and -; of ASCII nothing else.
  slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 100 AND slug NOT GLOB '*[ !-,./:-@A-Z[-`{-~]*'),
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 255),
  description TEXT NOT NULL CHECK (length(description) <= 20000),
  vendor TEXT CHECK (length(vendor) BETWEEN 1 AND 255),
  type TEXT CHECK (length(type) BETWEEN 1 AND 255),
  seo_title TEXT CHECK (length(seo_title) BETWEEN 1 AND 255),
  seo_description TEXT CHECK (length(seo_description) BETWEEN 1 AND 500),
  -- By language: its title, description, options and what its pictures show; NULL: of none.
  translations TEXT CHECK (json_type(translations) = 'object'),
  -- Names with a text, an integer or a boolean each, for staff alone.
  metadata TEXT NOT NULL CHECK (json_type(metadata) = 'object' AND length(CAST(metadata AS BLOB)) <= 10000),
  status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
  -- From when until when buyers see it while it is active; NULL: from the start, for good.
  publish_at INTEGER,
  unpublish_at INTEGER CHECK (unpublish_at > publish_at OR publish_at IS NULL),
  delivery TEXT NOT NULL CHECK (delivery IN ('shipped', 'digital', 'gift_card')),
  -- NULL: the first of the classes, whichever that is.
  tax_class TEXT REFERENCES tax_classes (name),
  version INTEGER NOT NULL CHECK (version >= 1),
  -- What the product takes as JSON, in bytes.
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  -- What it takes in the copy that buyers read.
  packed_bytes INTEGER NOT NULL CHECK (packed_bytes >= 0),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- What staff find it by, beside what its variants are found by: its title in each
  -- language and its vendor, in small letters without accents.
  sought TEXT NOT NULL,
  -- It is read as one value, of which D1 takes two million bytes.
  CONSTRAINT product_too_large CHECK (bytes + length(CAST(metadata AS BLOB)) <= 1900000)
) STRICT;
CREATE INDEX products_by_status ON products (status, id);
CREATE INDEX products_by_tax_class ON products (tax_class) WHERE tax_class IS NOT NULL;

-- What a product was called before: its address still leads to it, until another
-- product is called so or this one is again. So none is the slug of a product now,
-- and what leads on leads to where it ends.
CREATE TABLE former_slugs (
  slug TEXT NOT NULL PRIMARY KEY,
  product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX former_slugs_by_product ON former_slugs (product_id);
CREATE TRIGGER former_slugs_keep AFTER UPDATE OF slug ON products WHEN old.slug <> new.slug BEGIN
  DELETE FROM former_slugs WHERE slug = new.slug;
  INSERT INTO former_slugs (slug, product_id) VALUES (old.slug, new.id)
  ON CONFLICT (slug) DO UPDATE SET product_id = excluded.product_id;
END;
CREATE TRIGGER former_slugs_yield AFTER INSERT ON products BEGIN
  DELETE FROM former_slugs WHERE slug = new.slug;
END;

CREATE TABLE product_tags (
  product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  tag TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 64),
  position INTEGER NOT NULL,
  PRIMARY KEY (product_id, tag)
) STRICT, WITHOUT ROWID;

-- An option's values are read and written only together with it: one array.
CREATE TABLE product_options (
  product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 2),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  option_values TEXT NOT NULL CHECK (json_valid(option_values) AND json_array_length(option_values) BETWEEN 1 AND 100),
  PRIMARY KEY (product_id, position),
  UNIQUE (product_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE product_images (
  product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 49),
  url TEXT NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
  alt TEXT NOT NULL CHECK (length(alt) <= 500),
  -- In pixels, and the smaller ones there are, as HTML's srcset has them; NULL of another's picture.
  width INTEGER,
  height INTEGER,
  srcset TEXT,
  -- Which upload is at the address, if it is one of the shop's own.
  upload TEXT REFERENCES uploads (name),
  PRIMARY KEY (product_id, position),
  CONSTRAINT unknown_upload CHECK (upload IS NOT NULL OR url NOT GLOB '/media/*')
) STRICT, WITHOUT ROWID;

CREATE TABLE variants (
  -- Names the row in the index of the search, whatever the table is copied to.
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 2047),
  sku TEXT NOT NULL UNIQUE CHECK (length(sku) BETWEEN 1 AND 64),
  -- NULL: named after its options.
  title TEXT CHECK (length(title) BETWEEN 1 AND 255),
  -- One value per option of the product, in the options' order.
  option_values TEXT NOT NULL CHECK (json_valid(option_values)),
  weight_grams INTEGER CHECK (weight_grams BETWEEN 0 AND 10000000),
  barcode TEXT CHECK (length(barcode) BETWEEN 1 AND 64),
  -- Which of its product's images shows it, by its position.
  image INTEGER CHECK (image BETWEEN 0 AND 49),
  -- NULL: its product's.
  tax_class TEXT REFERENCES tax_classes (name),
  -- Whether pieces of it are counted, how far below zero it may be sold, the version of its
  -- product that said so first (0: nobody ever did), and the most pieces that count as few.
  tracked INTEGER NOT NULL CHECK (tracked IN (0, 1)),
  backorder_floor INTEGER NOT NULL CHECK (backorder_floor BETWEEN -1000000 AND 0),
  floor_version INTEGER NOT NULL CHECK (floor_version > 0 OR floor_version = 0 AND backorder_floor = 0),
  low_level INTEGER CHECK (low_level BETWEEN 0 AND 1000000),
  -- As of its product: its SKU, title, options and barcode.
  sought TEXT NOT NULL,
  UNIQUE (product_id, option_values)
) STRICT;

CREATE INDEX variants_by_tax_class ON variants (tax_class) WHERE tax_class IS NOT NULL;

-- The search: which variants have these three letters in a row, in their own text or in their
-- product's. It keeps no text.
CREATE VIRTUAL TABLE variants_search USING fts5 (
  sought, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER variants_search_insert AFTER INSERT ON variants BEGIN
  INSERT INTO variants_search (rowid, sought)
    SELECT new.seq, sought || ' ' || new.sought FROM products WHERE id = new.product_id;
END;
CREATE TRIGGER variants_search_delete AFTER DELETE ON variants BEGIN
  DELETE FROM variants_search WHERE rowid = old.seq;
END;
CREATE TRIGGER variants_search_update AFTER UPDATE OF sought ON variants WHEN old.sought <> new.sought BEGIN
  DELETE FROM variants_search WHERE rowid = old.seq;
  INSERT INTO variants_search (rowid, sought)
    SELECT new.seq, sought || ' ' || new.sought FROM products WHERE id = new.product_id;
END;
CREATE TRIGGER variants_search_product AFTER UPDATE OF sought ON products WHEN old.sought <> new.sought BEGIN
  DELETE FROM variants_search WHERE rowid IN (SELECT seq FROM variants WHERE product_id = new.id);
  INSERT INTO variants_search (rowid, sought)
    SELECT seq, new.sought || ' ' || sought FROM variants WHERE product_id = new.id;
END;

-- What was a variant once: its stock outlives it, with what is left of it.
CREATE TABLE removed_variants (
  id TEXT NOT NULL PRIMARY KEY,
  product_id TEXT NOT NULL,
  sku TEXT NOT NULL,
  removed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE prices (
  variant_id TEXT NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 10000000000),
  -- What it cost before; NULL: no more than now.
  compare_at INTEGER CHECK (compare_at > amount AND compare_at <= 10000000000),
  -- What it costs while a sale runs: from sale_starts_at (NULL: from ever) until just
  -- before sale_ends_at (NULL: for ever), in milliseconds.
  sale_amount INTEGER CHECK (sale_amount >= 0 AND sale_amount < amount),
  sale_starts_at INTEGER,
  sale_ends_at INTEGER CHECK (sale_ends_at > sale_starts_at),
  -- [{"from": 10, "amount": 900}]: from so many pieces on each costs that.
  tiers TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tiers) AND json_array_length(tiers) <= 10),
  -- When this was written, in milliseconds.
  since INTEGER NOT NULL,
  PRIMARY KEY (variant_id, currency),
  CHECK (sale_amount IS NOT NULL OR (sale_starts_at IS NULL AND sale_ends_at IS NULL))
) STRICT, WITHOUT ROWID;

-- What a variant cost before its price was written as it is, of the 30 days before that and
-- before a sale: which of it was the lowest must be said beside a reduction (Directive 98/6/EC,
-- article 6a). From since until just before until, in milliseconds.
CREATE TABLE price_history (
  variant_id TEXT NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL CHECK (until > since),
  amount INTEGER NOT NULL,
  PRIMARY KEY (variant_id, currency, since, amount)
) STRICT, WITHOUT ROWID;

-- A projection of the pools, for display. No foreign key: it may lag behind,
-- and a level that arrives after its variant is gone must not stop the rest.
CREATE TABLE stock_levels (
  variant_id TEXT PRIMARY KEY,
  -- As its own pool told last. Below zero, so many were sold that have yet to come.
  own_on_hand INTEGER NOT NULL,
  own_held INTEGER NOT NULL CHECK (own_held >= 0),
  version INTEGER NOT NULL,
  -- Of a bundle, whose own pieces nobody can buy: how many can be put together of what is there, and how far
  -- below zero they may be sold, before more of their parts has come. NULL of anything else.
  sets INTEGER CHECK (sets >= 0),
  sets_floor INTEGER CHECK (sets_floor <= 0),
  -- What is shown.
  on_hand INTEGER NOT NULL AS (coalesce(sets, own_on_hand)),
  held INTEGER NOT NULL AS (iif(sets IS NULL, own_held, 0)),
  -- The most pieces that count as few, for the index below; NULL where none are counted.
  low INTEGER
) STRICT, WITHOUT ROWID;
-- What is running out, by itself: as many pieces as its variant, or else the shop, says are few. So that nothing is missing
-- there, each variant has a level from the start, which any that its pool tells is newer than.
CREATE INDEX stock_levels_low ON stock_levels (on_hand - held) WHERE on_hand - held <= low;
CREATE TRIGGER stock_levels_begin AFTER INSERT ON variants BEGIN
  INSERT INTO stock_levels (variant_id, own_on_hand, own_held, version, low)
    SELECT new.id, 0, 0, -1, iif(new.tracked, coalesce(new.low_level, value), NULL) FROM low_by_default WHERE true
  ON CONFLICT (variant_id) DO UPDATE SET low = excluded.low;
END;
CREATE TRIGGER stock_levels_few AFTER UPDATE OF tracked, low_level ON variants
WHEN old.tracked <> new.tracked OR old.low_level IS NOT new.low_level BEGIN
  UPDATE stock_levels SET low = (SELECT iif(new.tracked, coalesce(new.low_level, value), NULL) FROM low_by_default)
  WHERE variant_id = new.id;
END;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;
INSERT INTO settings (key, value) VALUES
  ('shop_name', '"Tradepost"'),
  ('default_currency', '"EUR"'),
  ('currencies', '["EUR","USD","GBP"]'),
  ('country', 'null'),
  ('prices_include_tax', 'true'),
  ('low_level', '5'),
  ('tax', '{"classes":["standard"],"rates":[],"reverse_charge":false}'),
  ('shipping', '{"zones":[{"title":"Everywhere","places":[],"options":[{"id":"standard","title":"Standard delivery","rates":[{"currency":"EUR","amount":490},{"currency":"USD","amount":590},{"currency":"GBP","amount":420}]}]}]}'),
  ('payments', '{"stripe":{"offered":true,"capture":"automatic"}}'),
  ('mail', '{"sender":null}');
-- How many pieces are few where a variant says nothing of it.
CREATE VIEW low_by_default AS SELECT CAST(value AS INTEGER) AS value FROM settings WHERE key = 'low_level';

-- One row. `revision` grows in the batch of every write that buyers may see; one
-- decided from a row that has changed since sets it to -1.
CREATE TABLE catalog_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL,
  -- -1: never published, or all of it is to be published again.
  published_revision INTEGER NOT NULL,
  -- When all of it was, in milliseconds.
  published_at INTEGER NOT NULL,
  products INTEGER NOT NULL,
  -- Of all products, as the copy has them.
  packed_bytes INTEGER NOT NULL,
  -- Grows with each change of the settings; one decided from others sets it to -1.
  settings_version INTEGER NOT NULL,
  promotions INTEGER NOT NULL,
  -- Of their texts.
  promotion_bytes INTEGER NOT NULL,
  CONSTRAINT too_many_promotions CHECK (promotions BETWEEN 0 AND 500),
  -- Each is read with every version of the catalog.
  CONSTRAINT promotions_too_large CHECK (promotion_bytes BETWEEN 0 AND 1000000),
  CONSTRAINT stale_settings CHECK (settings_version >= 0),
  CONSTRAINT stale_write CHECK (revision >= 0),
  CONSTRAINT too_many_products CHECK (products BETWEEN 0 AND 50000),
  -- Two snapshots are in an isolate's 128 MB while one replaces the other, at worst without a
  -- product in common.
  CONSTRAINT catalog_too_large CHECK (packed_bytes BETWEEN 0 AND 32000000)
) STRICT;
INSERT INTO catalog_state (id, revision, published_revision, published_at, products, packed_bytes, settings_version, promotions, promotion_bytes)
  VALUES (1, 0, -1, 0, 0, 0, 1, 0, 0);

-- Which products buyers may see otherwise than they were published, and the revision at which they
-- changed: so a publication reads no others. Whatever writes products, or what they are called,
-- marks them; of their levels those changes of few pieces that may cross a bound which `store` knows. All are
-- published again where the shop says otherwise how many are few.
-- The batch that makes a change has raised the revision before. What is bought together marks them, too.
CREATE TABLE changed_products (
  product_id TEXT NOT NULL PRIMARY KEY,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER changed_products_insert AFTER INSERT ON products BEGIN
  INSERT INTO changed_products SELECT new.id, revision FROM catalog_state WHERE true
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
CREATE TRIGGER changed_products_update AFTER UPDATE ON products BEGIN
  INSERT INTO changed_products SELECT new.id, revision FROM catalog_state WHERE true
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
CREATE TRIGGER changed_products_delete AFTER DELETE ON products BEGIN
  INSERT INTO changed_products SELECT old.id, revision FROM catalog_state WHERE true
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
CREATE TRIGGER changed_products_name AFTER DELETE ON former_slugs BEGIN
  INSERT INTO changed_products SELECT old.product_id, revision FROM catalog_state WHERE true
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
CREATE TRIGGER changed_products_rename AFTER UPDATE ON former_slugs BEGIN
  INSERT INTO changed_products SELECT old.product_id, revision FROM catalog_state WHERE true
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
CREATE TRIGGER changed_products_level AFTER UPDATE OF own_on_hand, own_held, sets, sets_floor ON stock_levels
WHEN min(old.on_hand - old.held, new.on_hand - new.held) <= new.low AND old.on_hand - old.held <> new.on_hand - new.held
  OR old.sets_floor IS NOT new.sets_floor AND new.on_hand <= 0 BEGIN
  INSERT INTO changed_products
    SELECT product_id, revision FROM variants, catalog_state WHERE variants.id = new.variant_id
  ON CONFLICT (product_id) DO UPDATE SET revision = max(revision, excluded.revision);
END;
CREATE TRIGGER levels_are_low_otherwise AFTER UPDATE OF value ON settings WHEN new.key = 'low_level' AND old.value <> new.value BEGIN
  UPDATE stock_levels SET low = (SELECT value FROM low_by_default)
  WHERE variant_id IN (SELECT id FROM variants WHERE tracked AND low_level IS NULL);
  UPDATE catalog_state SET published_revision = -1;
END;
