-- Invoices and credit notes, as they were issued: no row is ever changed. Which
-- number is whose is decided by the object of the series.
CREATE TABLE documents (
  -- Such as INV-000123, of kind and place.
  number TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
  place INTEGER NOT NULL CHECK (place > 0),
  order_id TEXT NOT NULL,
  -- Why there is one: 'sale', 'refund/1', 'cancellation'.
  cause TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  net INTEGER NOT NULL,
  tax INTEGER NOT NULL,
  total INTEGER NOT NULL CHECK (total = net + tax AND total >= 0),
  -- The document as JSON.
  content TEXT NOT NULL CHECK (json_valid(content)),
  UNIQUE (kind, place),
  UNIQUE (order_id, kind, cause)
) STRICT;
CREATE INDEX documents_by_time ON documents (issued_at DESC, kind DESC, place DESC);

-- The version of the order whose documents were looked after. The projection
-- counts versions up, so an order that has changed is found by itself.
ALTER TABLE orders ADD COLUMN documented INTEGER NOT NULL DEFAULT 0;
CREATE INDEX orders_to_document ON orders (updated_at) WHERE documented < version AND status <> 'awaiting_payment';
