-- What the store's pointer is to say of the published revision; empty where nothing was published.
-- Written by compare-and-set before the store is: of two publishers one is first.
ALTER TABLE catalog_state ADD COLUMN pointer TEXT NOT NULL DEFAULT '';
