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
  -- Whose taxes fell on it.
  country TEXT,
  -- That of the order.
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

-- What the books say of an order, as rows.
CREATE VIEW sales_booked AS
  SELECT value ->> 0 AS at, seq, key AS place, value ->> 1 AS back, value ->> 2 AS kind, value ->> 3 AS product_id,
    value ->> 4 AS title, value ->> 5 AS pieces, value ->> 6 AS discount, value ->> 7 AS net, value ->> 8 AS tax,
    currency, value ->> 9 AS country, channel
  FROM orders CROSS JOIN json_each(sales, '$[0]');
CREATE VIEW sales_taxes_booked AS
  SELECT value ->> 0 AS at, seq, key AS place, value ->> 1 AS name, value ->> 2 AS rate, value ->> 3 AS net,
    value ->> 4 AS tax, currency, value ->> 5 AS country
  FROM orders CROSS JOIN json_each(sales, '$[1]');

CREATE TRIGGER sales_insert AFTER INSERT ON orders BEGIN
  INSERT INTO sales SELECT * FROM sales_booked WHERE seq = new.seq;
  INSERT INTO sales_taxes SELECT * FROM sales_taxes_booked WHERE seq = new.seq;
END;
CREATE TRIGGER sales_delete AFTER DELETE ON orders BEGIN
  DELETE FROM sales WHERE seq = old.seq;
  DELETE FROM sales_taxes WHERE seq = old.seq;
END;
CREATE TRIGGER sales_update AFTER UPDATE OF sales, channel ON orders
WHEN old.sales IS NOT new.sales OR old.channel IS NOT new.channel BEGIN
  DELETE FROM sales WHERE seq = old.seq;
  DELETE FROM sales_taxes WHERE seq = old.seq;
  INSERT INTO sales SELECT * FROM sales_booked WHERE seq = new.seq;
  INSERT INTO sales_taxes SELECT * FROM sales_taxes_booked WHERE seq = new.seq;
END;

-- What the sales come to in each slot of time: an hour for reports by day, a day (UTC) for those by
-- country and by channel. 100,000 orders of a year are 300,000 rows of `sales`, but 17,000 hours. Days
-- of most zones begin with an hour; what is left of a slot at either end is read from `sales` itself.
-- Nothing but the triggers below writes here, and lists/check/ holds it against `sales`.
CREATE TABLE sales_sums (
  slot TEXT NOT NULL CHECK (slot IN ('hour', 'country', 'channel')),
  begins INTEGER NOT NULL,
  -- The country or the channel; '' where it is not known.
  value TEXT NOT NULL,
  currency TEXT NOT NULL,
  -- How many rows of `sales` it is of; of none, it is nothing.
  entries INTEGER NOT NULL,
  orders INTEGER NOT NULL,
  pieces INTEGER NOT NULL,
  sold INTEGER NOT NULL,
  refunded INTEGER NOT NULL,
  discounts INTEGER NOT NULL,
  shipping INTEGER NOT NULL,
  net INTEGER NOT NULL,
  tax INTEGER NOT NULL,
  PRIMARY KEY (slot, begins, value, currency)
) STRICT, WITHOUT ROWID;
-- Each row of `sales` as what it adds to its slots. Gift cards as goods are no sale.
CREATE VIEW sales_parts AS
  SELECT at, seq, place, slot, at - at % millis AS begins,
    CASE slot WHEN 'country' THEN coalesce(country, '') WHEN 'channel' THEN coalesce(channel, '') ELSE '' END AS value,
    currency, 1 AS entries, place = 0 AS orders, pieces, iif(back, 0, net + tax) AS sold,
    iif(back, -net - tax, 0) AS refunded, discount AS discounts, iif(kind = 'shipping', net + tax, 0) AS shipping, net, tax
  FROM sales CROSS JOIN (
    SELECT 'hour' AS slot, 3600000 AS millis UNION ALL SELECT 'country', 86400000 UNION ALL SELECT 'channel', 86400000)
  WHERE kind <> 'gift_card';
CREATE TRIGGER sales_sums_insert AFTER INSERT ON sales BEGIN
  INSERT INTO sales_sums
    SELECT slot, begins, value, currency, entries, orders, pieces, sold, refunded, discounts, shipping, net, tax
    FROM sales_parts WHERE at = new.at AND seq = new.seq AND place = new.place
    ON CONFLICT DO UPDATE SET entries = entries + excluded.entries, orders = orders + excluded.orders,
      pieces = pieces + excluded.pieces, sold = sold + excluded.sold, refunded = refunded + excluded.refunded,
      discounts = discounts + excluded.discounts, shipping = shipping + excluded.shipping, net = net + excluded.net,
      tax = tax + excluded.tax;
END;
CREATE TRIGGER sales_sums_delete BEFORE DELETE ON sales BEGIN
  UPDATE sales_sums SET entries = sales_sums.entries - part.entries, orders = sales_sums.orders - part.orders,
      pieces = sales_sums.pieces - part.pieces, sold = sales_sums.sold - part.sold,
      refunded = sales_sums.refunded - part.refunded, discounts = sales_sums.discounts - part.discounts,
      shipping = sales_sums.shipping - part.shipping, net = sales_sums.net - part.net, tax = sales_sums.tax - part.tax
    FROM sales_parts AS part
    WHERE part.at = old.at AND part.seq = old.seq AND part.place = old.place AND sales_sums.slot = part.slot
      AND sales_sums.begins = part.begins AND sales_sums.value = part.value AND sales_sums.currency = part.currency;
END;

-- The same of the tax, for each day (UTC). '': not known, or no tax falls on it.
CREATE TABLE sales_tax_sums (
  begins INTEGER NOT NULL,
  country TEXT NOT NULL,
  name TEXT NOT NULL,
  rate TEXT NOT NULL,
  currency TEXT NOT NULL,
  entries INTEGER NOT NULL,
  net INTEGER NOT NULL,
  tax INTEGER NOT NULL,
  PRIMARY KEY (begins, country, name, rate, currency)
) STRICT, WITHOUT ROWID;
CREATE VIEW sales_tax_parts AS
  SELECT at, seq, place, at - at % 86400000 AS begins, coalesce(country, '') AS country, coalesce(name, '') AS name,
    coalesce(rate, '') AS rate, currency, 1 AS entries, net, tax
  FROM sales_taxes;
CREATE TRIGGER sales_tax_sums_insert AFTER INSERT ON sales_taxes BEGIN
  INSERT INTO sales_tax_sums
    SELECT begins, country, name, rate, currency, entries, net, tax
    FROM sales_tax_parts WHERE at = new.at AND seq = new.seq AND place = new.place
    ON CONFLICT DO UPDATE SET entries = entries + excluded.entries, net = net + excluded.net, tax = tax + excluded.tax;
END;
CREATE TRIGGER sales_tax_sums_delete BEFORE DELETE ON sales_taxes BEGIN
  UPDATE sales_tax_sums SET entries = entries - 1, net = net - old.net, tax = tax - old.tax
    WHERE begins = old.at - old.at % 86400000 AND country = coalesce(old.country, '') AND name = coalesce(old.name, '')
      AND rate = coalesce(old.rate, '') AND currency = old.currency;
END;
