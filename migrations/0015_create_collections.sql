-- What products are gathered in: each collection whole, as one text, with what
-- the database must know of it beside. Where both say something, the column counts.
CREATE TABLE collections (
  id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'col_*'),
  -- As those of products.
  slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 100 AND slug NOT GLOB '*[ !-,./:-@A-Z[-`{-~]*'),
  -- NULL: it stands at the top.
  parent TEXT REFERENCES collections (id),
  -- Whether its rule has to be tried on every product, for want of a tag, a vendor or a type to look up.
  scans INTEGER NOT NULL CHECK (scans IN (0, 1)),
  -- What staff find it by: its title in small letters without accents.
  sought TEXT NOT NULL,
  collection TEXT NOT NULL CHECK (json_valid(collection)),
  -- Which upload its image is, if that is one of the shop's own.
  upload TEXT REFERENCES uploads (name),
  version INTEGER NOT NULL CHECK (version >= 1),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CONSTRAINT unknown_upload CHECK (upload IS NOT NULL OR collection ->> '$.image.url' NOT GLOB '/media/*')
) STRICT, WITHOUT ROWID;
CREATE INDEX collections_by_parent ON collections (parent) WHERE parent IS NOT NULL;

-- The products that were picked by hand, in their order. In a collection with a
-- rule they are not all of it, but come first where it is sorted by hand.
CREATE TABLE collection_products (
  collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 1),
  PRIMARY KEY (collection_id, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX collection_products_by_product ON collection_products (product_id);

-- Counted anew at the end of each write of collections. All are read with every
-- version of the catalog, and stand in the memory of every isolate.
ALTER TABLE catalog_state ADD COLUMN collections INTEGER NOT NULL DEFAULT 0
  CONSTRAINT too_many_collections CHECK (collections <= 1000);
ALTER TABLE catalog_state ADD COLUMN collection_bytes INTEGER NOT NULL DEFAULT 0
  CONSTRAINT collections_too_large CHECK (collection_bytes <= 2000000);
ALTER TABLE catalog_state ADD COLUMN collection_scans INTEGER NOT NULL DEFAULT 0
  CONSTRAINT too_many_scans CHECK (collection_scans <= 100);
ALTER TABLE catalog_state ADD COLUMN collection_picks INTEGER NOT NULL DEFAULT 0
  CONSTRAINT too_many_picks CHECK (collection_picks <= 100000);
-- Of the collection that was written last: its products, and how many levels it makes with
-- what is above and below it.
ALTER TABLE catalog_state ADD COLUMN collection_length INTEGER NOT NULL DEFAULT 0
  CONSTRAINT collection_too_long CHECK (collection_length <= 5000);
ALTER TABLE catalog_state ADD COLUMN collection_levels INTEGER NOT NULL DEFAULT 0
  CONSTRAINT collection_too_deep CHECK (collection_levels <= 5);
