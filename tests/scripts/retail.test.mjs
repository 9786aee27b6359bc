// What the import and the replay make of rows, clean and dirty.
import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogOf, LEFT_OUT, sameButForCase, skuOf, slugOf } from "../../scripts/retail/catalog.mjs";
import { country, somewhereIn } from "../../scripts/retail/countries.mjs";
import { invoicesOf, merged, NO_PRODUCT, onlyKnown, penceOf, piecesByCode, UNSOLD } from "../../scripts/retail/invoices.mjs";
import { rowsOfText } from "../../scripts/retail/read.mjs";
import { FAULTS, parseDate, parseDescription, parsePence } from "../../scripts/retail/row.mjs";

const HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
const file = (...rows) => rowsOfText([HEADER, ...rows, ""].join("\r\n"));
const row = ({ invoice = 500001, code = "22138", description = "BAKING SET", quantity = 1, date = "2011-01-04 10:00:00", price = "4.95", customer = 12680, country: from = "France" } = {}) =>
  [invoice, code, description, quantity, date, price, customer, from].join();

test("prices become pence without a float in between", () => {
  const pence = (text) => parsePence(text).pence;
  assert.equal(pence("2.55"), 255);
  assert.equal(pence("15.0"), 1500);
  assert.equal(pence("15"), 1500);
  assert.equal(pence("15."), 1500);
  assert.equal(pence("0.07"), 7);
  assert.equal(pence("1.10"), 110);
  assert.equal(pence("13541.33"), 1354133);
  assert.equal(pence("4.3500"), 435);
  // As a float, 1.15 * 100 is 114.99999999999999.
  assert.equal(pence("1.15"), 115);
  const fault = (text) => parsePence(text).fault;
  assert.equal(fault("0.001"), FAULTS.fraction);
  assert.equal(fault("-0.001"), FAULTS.fraction);
  assert.equal(fault("0.0"), FAULTS.free);
  assert.equal(fault("-0.0"), FAULTS.free);
  assert.equal(fault("-11062.06"), FAULTS.negative);
  assert.equal(fault("100000000.01"), FAULTS.dear);
  for (const text of ["", "free", "1e3", "£2.50", "1,50", ".5", "99999999999999"]) assert.equal(fault(text), FAULTS.price, text);
});

test("descriptions become titles that a shop takes", () => {
  assert.equal(parseDescription(" BAKING SET  9 PIECE\u0007RETROSPOT "), "BAKING SET 9 PIECE RETROSPOT");
  assert.equal(parseDescription("Dotcomgiftshop Gift Voucher £20.00"), "Dotcomgiftshop Gift Voucher £20.00");
  assert.equal([...parseDescription("x".repeat(300))].length, 255);
  for (const text of ["", "  ", "?", "??", "Unknown", "\u0000", "20713"]) assert.equal(parseDescription(text), "", JSON.stringify(text));
});

test("dates sort, however the export writes them", () => {
  assert.equal(parseDate("2010-12-01 08:26:00"), "2010-12-01 08:26:00");
  assert.equal(parseDate("12/1/2010 8:26"), "2010-12-01 08:26");
  assert.ok(parseDate("12/9/2010 8:26") < parseDate("1/4/2011 10:00"));
});

test("every kind of bad row in a sale is counted under its reason", async () => {
  const bad = [
    ["500001,22138,BAKING SET", FAULTS.columns],
    [row({ code: " " }), FAULTS.code],
    [row({ code: "X".repeat(65) }), FAULTS.longCode],
    [row({ quantity: "1.5" }), FAULTS.pieces],
    [row({ quantity: "" }), FAULTS.pieces],
    [row({ quantity: 0 }), FAULTS.noPieces],
    [row({ quantity: -10, price: "0.0" }), FAULTS.noPieces],
    [row({ quantity: 1_000_001 }), FAULTS.manyPieces],
    [row({ price: "n/a" }), FAULTS.price],
    [row({ price: "-1.0" }), FAULTS.negative],
    [row({ price: "0.0" }), FAULTS.free],
    [row({ price: "0.001" }), FAULTS.fraction],
    [row({ price: "100000001" }), FAULTS.dear],
    [row({ description: "" }), FAULTS.description],
    [row({ description: "Unknown" }), FAULTS.description],
  ];
  const { invoices, faults } = await invoicesOf(file(row(), ...bad.map(([text]) => text)));
  assert.equal(invoices.length, 1);
  assert.deepEqual(invoices[0].lines, [{ code: "22138", pieces: 1, pence: 495 }]);
  const expected = new Map();
  for (const [, reason] of bad) expected.set(reason, (expected.get(reason) ?? 0) + 1);
  assert.deepEqual(faults, expected);
});

test("a row without an invoice number is sold to nobody", async () => {
  const { invoices, unsold, faults } = await invoicesOf(file(row({ invoice: "" })));
  assert.equal(invoices.length, 0);
  assert.deepEqual(faults, new Map([[FAULTS.invoice, 1]]));
  assert.deepEqual(unsold, new Map([[UNSOLD.empty, [""]]]));
});

test("cancellations and bookkeeping are passed over and counted", async () => {
  const { invoices, passed, faults, unsold } = await invoicesOf(
    file(row({ invoice: "C500001", quantity: -1 }), row({ invoice: "A563185", code: "B", price: "11062.06" }), row()),
  );
  assert.equal(invoices.length, 1);
  assert.deepEqual(passed, { cancellation: 1, bookkeeping: 1 });
  assert.equal(faults.size, 0);
  assert.equal(unsold.size, 0);
});

test("an invoice keeps one product twice, at two prices, and lines that stand apart", async () => {
  const { invoices } = await invoicesOf(
    file(row({ quantity: 2 }), row({ invoice: 500002 }), row({ quantity: 3 }), row({ quantity: 5, price: "4.25" })),
  );
  assert.deepEqual(invoices.map(({ number }) => number), ["500001", "500002"]);
  assert.deepEqual(merged(invoices[0].lines), new Map([["22138 @ 495", 5], ["22138 @ 425", 5]]));
  assert.equal(penceOf(invoices[0].lines), 5 * 495 + 5 * 425);
  assert.deepEqual(piecesByCode(invoices), new Map([["22138", 11]]));
});

test("the first N are those that can be sold, and what was passed on the way is counted", async () => {
  const { invoices, unsold, faults, left } = await invoicesOf(
    file(
      row({ invoice: 1, price: "0.0" }),
      row({ invoice: 2 }),
      row({ invoice: 3, country: "Atlantis" }),
      row({ invoice: 4 }),
      row({ invoice: 5, price: "0.0" }),
      row({ invoice: 6 }),
    ),
    2,
  );
  assert.deepEqual(invoices.map(({ number }) => number), ["2", "4"]);
  assert.deepEqual(unsold, new Map([[UNSOLD.empty, ["1"]], [UNSOLD.country, ["3"]]]));
  assert.deepEqual(faults, new Map([[FAULTS.free, 1], [`their invoice was left out: ${UNSOLD.country}`, 1]]));
  assert.equal(left, 2);
});

test("lines without a product are counted, and invoices that lose them all", async () => {
  const read = await invoicesOf(file(row(), row({ code: "99999" }), row({ invoice: 500002, code: "99999" })));
  const { invoices, unsold, faults, missing } = onlyKnown(read, (code) => code === "22138");
  assert.deepEqual(invoices.map(({ number, lines }) => [number, lines.length]), [["500001", 1]]);
  assert.deepEqual(faults, new Map([[NO_PRODUCT, 2]]));
  assert.deepEqual(unsold, new Map([[UNSOLD.empty, ["500002"]]]));
  assert.deepEqual([...missing], ["99999"]);
});

test("a product has the description most sales have and the price of the last one", async () => {
  const { products } = await catalogOf(
    file(
      row({ description: "HEART HOLDER", quantity: 6, price: "2.55", date: "2011-01-04 10:00:00" }),
      row({ description: "CREAM HEART HOLDER", quantity: 1, price: "2.95", date: "2011-03-04 10:00:00" }),
      row({ description: "HEART HOLDER", quantity: 2, price: "2.75", date: "2011-02-04 10:00:00" }),
      row({ description: "damaged", quantity: -4, price: "0.0", date: "2011-04-04 10:00:00" }),
      row({ description: "damaged", quantity: -4, price: "0.0", date: "2011-04-04 10:00:00" }),
      row({ description: "damaged", quantity: -4, price: "0.0", date: "2011-04-04 10:00:00" }),
      row({ invoice: "C500009", quantity: -1, price: "1.00", date: "2011-05-04 10:00:00" }),
    ),
  );
  assert.deepEqual(products, [{ code: "22138", sku: "22138", slug: "heart-holder-22138", title: "HEART HOLDER", pence: 295, kind: "goods", sold: 9 }]);
});

test("of two prices in one minute the later row counts", async () => {
  const { products } = await catalogOf(file(row({ price: "1.00" }), row({ price: "2.00" })));
  assert.equal(products[0].pence, 200);
});

test("goods that only ever came back are products nobody bought", async () => {
  const { products } = await catalogOf(file(row({ invoice: "C500001", quantity: -1, price: "7.95" })));
  assert.deepEqual(products.map(({ code, pence, sold }) => [code, pence, sold]), [["22138", 795, 0]]);
});

test("what is left out is named by reason", async () => {
  const { products, leftOut, codes } = await catalogOf(
    file(
      row({ code: "10001", price: "0.0" }),
      row({ code: "PADS", price: "0.001" }),
      row({ code: "10002", description: "Unknown" }),
      row({ code: "Y".repeat(65) }),
      row({ invoice: "C500001", code: "D", description: "Discount", quantity: -1, price: "27.5" }),
      row({ invoice: "C500002", code: "CRUK", description: "CRUK Commission", quantity: -1, price: "1.6" }),
      row({ code: "POST", description: "POSTAGE", price: "18.0" }),
      row({ code: "gift_0001_20", description: "Gift Voucher £20.00", price: "16.67" }),
    ),
  );
  assert.deepEqual(products.map(({ code, kind }) => [code, kind]), [["POST", "charge"], ["gift_0001_20", "gift-voucher"]]);
  assert.deepEqual(leftOut, new Map([[LEFT_OUT.price, ["10001", "PADS"]], [LEFT_OUT.description, ["10002"]], [LEFT_OUT.bookEntry, ["CRUK", "D"]], [LEFT_OUT.code, ["Y".repeat(65)]]]));
  assert.equal(codes, products.length + [...leftOut.values()].flat().length);
});

test("every code that a sale can be replayed with is a product", async () => {
  const rows = () => file(row({ code: "M", description: "Manual" }), row({ code: "m", description: "Manual" }), row({ code: "BANK CHARGES", description: "Bank Charges", price: "15.0" }), row({ code: "D", price: "0.0" }));
  const { products } = await catalogOf(rows());
  const { invoices } = await invoicesOf(rows());
  const known = new Set(products.map(({ code }) => code));
  assert.deepEqual([...piecesByCode(invoices).keys()].filter((code) => !known.has(code)), []);
});

test("codes that differ only in case are two products at two addresses", async () => {
  const { products } = await catalogOf(file(row({ code: "85123A" }), row({ code: "85123a" }), row()));
  assert.equal(products.length, 3);
  assert.equal(new Set(products.map(({ slug }) => slug)).size, 3);
  assert.deepEqual(sameButForCase(products).map((same) => same.map(({ code }) => code)), [["85123A", "85123a"]]);
});

test("addresses are lower-case letters, digits and hyphens, whatever the code and the title", () => {
  const codes = ["85123A", "85123a", "gift_0001_40", "gift-0001-40", "BANK CHARGES", "POST", "?", "-", "ÄÖ", "X".repeat(64)];
  for (const title of ["WHITE HANGING HEART T-LIGHT HOLDER", "Voucher £20.00", "帽子", "x".repeat(255)]) {
    const slugs = codes.map((code) => slugOf(code, title));
    for (const slug of slugs) assert.match(slug, /^(?=.{1,100}$)[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.equal(new Set(slugs).size, codes.length);
  }
  assert.equal(slugOf("85123A", "WHITE HANGING HEART"), "white-hanging-heart-85123a");
});

test("an SKU is the code, with no space in it", () => {
  assert.equal(skuOf("BANK CHARGES"), "BANK_CHARGES");
  assert.equal(skuOf("15056\u2013BL E\u0301"), "15056-BL_\u00c9");
  assert.equal(skuOf("85123a"), "85123a");
});

test("quotation marks, commas and blank lines do not confuse the reader", async () => {
  const { products, counts } = await catalogOf(file(row({ description: '"TOADSTOOL ""BIG"", RED"' }), "", row({ code: "22139", description: 'SIGN 12" LONG' })));
  assert.equal(counts.rows, 2);
  assert.deepEqual(products.map(({ title }) => title), ['TOADSTOOL "BIG", RED', 'SIGN 12" LONG']);
});

test("a file in another format is refused with what was expected", async () => {
  await assert.rejects(catalogOf(rowsOfText("Handle,Title\na,b\n")), /should be\s+InvoiceNo,StockCode/);
  await assert.rejects(catalogOf(rowsOfText("")), /is empty/);
});

test("the file's odd countries have a code of ISO 3166", () => {
  assert.equal(country("EIRE"), "IE");
  assert.equal(country("RSA"), "ZA");
  assert.equal(country("Channel Islands"), "JE");
  assert.equal(country("European Community"), "BE");
  assert.equal(country("Unspecified"), "GB");
  assert.equal(country("toString"), undefined);
});

test("an address is made up of what the post of its country needs", () => {
  assert.deepEqual(somewhereIn("United Kingdom"), { city: "United Kingdom", postal_code: "EC1Y 8SY", country: "GB" });
  assert.deepEqual(somewhereIn("USA"), { city: "USA", region: "USA", postal_code: "95014", country: "US" });
  assert.deepEqual(somewhereIn("Hong Kong"), { city: "Hong Kong", region: "Hong Kong", country: "HK" });
  assert.deepEqual(somewhereIn("EIRE"), { city: "EIRE", country: "IE" });
});
