-- What orders are in the shop's books: a projection of the orders' objects, as `orders` is. Its
-- column `sales` is JSON that only the triggers here read (orders/sales.rs says what it means), so
-- whatever writes, repairs or deletes a row keeps the books.
ALTER TABLE orders ADD COLUMN channel TEXT CHECK (channel IN ('storefront', 'api', 'staff'));
ALTER TABLE orders ADD COLUMN sales TEXT CHECK (json_valid(sales));

-- What was sold, and what was given back with amounts below zero, by the time that decides which
-- day's it is: a report reads its days from front to back.
CREATE TABLE sales (
  at INTEGER NOT NULL,
  -- That of the order.
  seq INTEGER NOT NULL,
  -- Among the order's; the first is a sale.
  place INTEGER NOT NULL,
  back INTEGER NOT NULL CHECK (back IN (0, 1)),
  kind TEXT NOT NULL CHECK (kind IN ('item', 'shipping', 'gift_card', 'amount')),
  product_id TEXT,
  title TEXT,
  pieces INTEGER NOT NULL,
  discount INTEGER NOT NULL,
  net INTEGER NOT NULL,
  tax INTEGER NOT NULL,
  currency TEXT NOT NULL,
  country TEXT,
  channel TEXT,
  PRIMARY KEY (at, seq, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX sales_by_order ON sales (seq);

-- The tax in it by rate, and what each falls on; gift cards as goods are not in it.
CREATE TABLE sales_taxes (
  at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  place INTEGER NOT NULL,
  -- NULL: no tax falls on it.
  name TEXT,
  rate TEXT,
  net INTEGER NOT NULL,
  tax INTEGER NOT NULL,
  currency TEXT NOT NULL,
  country TEXT,
  PRIMARY KEY (at, seq, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX sales_taxes_by_order ON sales_taxes (seq);

CREATE TRIGGER sales_insert AFTER INSERT ON orders BEGIN
  INSERT INTO sales
    SELECT value ->> 0, new.seq, key, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
           value ->> 7, value ->> 8, new.currency, new.country, new.channel
    FROM json_each(new.sales, '$[0]');
  INSERT INTO sales_taxes
    SELECT value ->> 0, new.seq, key, value ->> 1, value ->> 2, value ->> 3, value ->> 4, new.currency, new.country
    FROM json_each(new.sales, '$[1]');
END;
CREATE TRIGGER sales_delete AFTER DELETE ON orders BEGIN
  DELETE FROM sales WHERE seq = old.seq;
  DELETE FROM sales_taxes WHERE seq = old.seq;
END;
CREATE TRIGGER sales_update AFTER UPDATE OF sales, country, channel ON orders
WHEN old.sales IS NOT new.sales OR old.country IS NOT new.country OR old.channel IS NOT new.channel BEGIN
  DELETE FROM sales WHERE seq = old.seq;
  DELETE FROM sales_taxes WHERE seq = old.seq;
  INSERT INTO sales
    SELECT value ->> 0, new.seq, key, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
           value ->> 7, value ->> 8, new.currency, new.country, new.channel
    FROM json_each(new.sales, '$[0]');
  INSERT INTO sales_taxes
    SELECT value ->> 0, new.seq, key, value ->> 1, value ->> 2, value ->> 3, value ->> 4, new.currency, new.country
    FROM json_each(new.sales, '$[1]');
END;
