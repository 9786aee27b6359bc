-- What a stock began with that came with its variant: a file's thousands are written in the batches
-- that make their variants, without an object for each. The variant's pool takes it over when it is
-- first asked, and from then on what is here counts for nothing. It is written once, and stays when
-- the variant goes, as its stock does.
CREATE TABLE stock_openings (
  variant_id TEXT PRIMARY KEY,
  pieces INTEGER NOT NULL CHECK (pieces > 0),
  -- What its entry in the pool's ledger is called.
  reference TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The level as the pool will tell it, whose first change is its version 1.
CREATE TRIGGER stock_openings_level AFTER INSERT ON stock_openings BEGIN
  UPDATE stock_levels SET own_on_hand = new.pieces, version = 1 WHERE variant_id = new.variant_id AND version < 1;
END;
