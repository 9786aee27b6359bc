-- What a collection was called before, as of products (0003): its address still leads to it, until
-- another collection is called so or this one is again.
CREATE TABLE former_collection_slugs (
  slug TEXT NOT NULL PRIMARY KEY,
  collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX former_collection_slugs_by_collection ON former_collection_slugs (collection_id);
CREATE TRIGGER former_collection_slugs_keep AFTER UPDATE OF slug ON collections WHEN old.slug <> new.slug BEGIN
  DELETE FROM former_collection_slugs WHERE slug = new.slug;
  INSERT INTO former_collection_slugs (slug, collection_id) VALUES (old.slug, new.id)
  ON CONFLICT (slug) DO UPDATE SET collection_id = excluded.collection_id;
END;
CREATE TRIGGER former_collection_slugs_yield AFTER INSERT ON collections BEGIN
  DELETE FROM former_collection_slugs WHERE slug = new.slug;
END;
