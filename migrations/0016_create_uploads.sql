-- Pictures that staff have uploaded. A row is there before its object and until after it, so that
-- no object is left that nobody knows of.
CREATE TABLE uploads (
  -- Its object's: 128 bits of a SHA-256 in hexadecimal, and the ending of its type.
  name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 36 AND 37),
  -- `coming`: its object may be there or not. `going`: likewise, and it does not come back.
  state TEXT NOT NULL CHECK (state IN ('coming', 'kept', 'going')),
  width INTEGER NOT NULL CHECK (width BETWEEN 1 AND 16384),
  height INTEGER NOT NULL CHECK (height BETWEEN 1 AND 16384),
  bytes INTEGER NOT NULL CHECK (bytes BETWEEN 1 AND 10000000),
  -- The upload of which this is a smaller one; it goes with that.
  larger TEXT REFERENCES uploads (name) ON DELETE CASCADE,
  -- How many smaller ones there were before this one.
  place INTEGER NOT NULL,
  -- Since when no product and no collection shows it, in milliseconds; 0: the tick has yet to look
  -- at the clock. NULL: one does, or it is a smaller one.
  unused_since INTEGER,
  CONSTRAINT upload_going CHECK (place >= 0),
  CONSTRAINT too_many_sizes CHECK (place < 8)
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_unused ON uploads (unused_since) WHERE unused_since IS NOT NULL;
CREATE INDEX uploads_smaller ON uploads (larger) WHERE larger IS NOT NULL;
CREATE INDEX uploads_going ON uploads (state) WHERE state = 'going';

-- What all of them come to, kept by the triggers: a bound on what the shop pays for.
CREATE TABLE upload_totals (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  uploads INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  CONSTRAINT too_many_uploads CHECK (uploads BETWEEN 0 AND 250000),
  CONSTRAINT uploads_too_large CHECK (bytes BETWEEN 0 AND 100000000000)
) STRICT;
INSERT INTO upload_totals (id, uploads, bytes) VALUES (1, 0, 0);
CREATE TRIGGER uploads_insert AFTER INSERT ON uploads BEGIN
  UPDATE upload_totals SET uploads = uploads + 1, bytes = bytes + new.bytes;
END;
CREATE TRIGGER uploads_delete AFTER DELETE ON uploads BEGIN
  UPDATE upload_totals SET uploads = uploads - 1, bytes = bytes - old.bytes;
END;

CREATE INDEX product_images_by_upload ON product_images (upload) WHERE upload IS NOT NULL;
CREATE TRIGGER product_images_use AFTER INSERT ON product_images WHEN new.upload IS NOT NULL BEGIN
  UPDATE uploads SET unused_since = NULL WHERE name = new.upload;
END;
CREATE TRIGGER product_images_leave AFTER DELETE ON product_images WHEN old.upload IS NOT NULL BEGIN
  UPDATE uploads SET unused_since = 0 WHERE name = old.upload
    AND NOT EXISTS (SELECT 1 FROM product_images WHERE upload = old.upload)
    AND NOT EXISTS (SELECT 1 FROM collections WHERE upload = old.upload);
END;

CREATE INDEX collections_by_upload ON collections (upload) WHERE upload IS NOT NULL;
CREATE TRIGGER collections_use AFTER INSERT ON collections WHEN new.upload IS NOT NULL BEGIN
  UPDATE uploads SET unused_since = NULL WHERE name = new.upload;
END;
CREATE TRIGGER collections_change AFTER UPDATE OF upload ON collections WHEN new.upload IS NOT old.upload BEGIN
  UPDATE uploads SET unused_since = NULL WHERE name = new.upload;
  UPDATE uploads SET unused_since = 0 WHERE name = old.upload
    AND NOT EXISTS (SELECT 1 FROM product_images WHERE upload = old.upload)
    AND NOT EXISTS (SELECT 1 FROM collections WHERE upload = old.upload);
END;
CREATE TRIGGER collections_leave AFTER DELETE ON collections WHEN old.upload IS NOT NULL BEGIN
  UPDATE uploads SET unused_since = 0 WHERE name = old.upload
    AND NOT EXISTS (SELECT 1 FROM product_images WHERE upload = old.upload)
    AND NOT EXISTS (SELECT 1 FROM collections WHERE upload = old.upload);
END;
