// What the replay finds wrong, and what it does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { listMismatches, orderMismatch, shortages, stockMismatches } from "../../scripts/retail/verify.mjs";

const invoice = { number: "536365", lines: [{ code: "85123A", pieces: 6, pence: 255 }, { code: "85123A", pieces: 2, pence: 255 }, { code: "85123A", pieces: 1, pence: 295 }] };
const line = (quantity, amount, sku = "85123A") => ({ sku, quantity, unit_price: { amount, currency: "GBP" } });
const order = (lines, { status = "confirmed", items = 8 * 255 + 295 } = {}) => ({ id: "ord_1", status, lines, totals: { items: { amount: items, currency: "GBP" } } });

test("an order is right whether its equal lines are merged or not", () => {
  assert.equal(orderMismatch(invoice, order([line(8, 255), line(1, 295)])), undefined);
  assert.equal(orderMismatch(invoice, order([line(2, 255), line(1, 295), line(6, 255)])), undefined);
});

test("an order that is missing, unpaid or a piece or a penny off is named", () => {
  const right = [line(8, 255), line(1, 295)];
  assert.match(orderMismatch(invoice, undefined), /invoice 536365: it has no order/);
  assert.match(orderMismatch(invoice, order(right, { status: "awaiting_payment" })), /awaiting_payment/);
  assert.match(orderMismatch(invoice, order([line(7, 255), line(1, 295)])), /85123A @ 255 pence: 8 in the file, 7/);
  assert.match(orderMismatch(invoice, order([...right, line(1, 100, "22138")])), /22138 @ 100 pence: 0 in the file, 1/);
  assert.match(orderMismatch(invoice, order([line(8, 255)])), /85123A @ 295 pence: 1 in the file, 0/);
  assert.match(orderMismatch(invoice, order(right, { items: 2336 })), /£23.35 in the file, £23.36/);
});

test("stock must be down by what was sold, with nothing held", () => {
  const level = (onHand, held = 0) => new Map([["85123A", { on_hand: onHand, held, available: onHand - held }]]);
  const sold = new Map([["85123A", 9]]);
  assert.deepEqual(stockMismatches(sold, level(20), level(11)), []);
  assert.equal(stockMismatches(sold, level(20), level(12)).length, 1);
  assert.equal(stockMismatches(sold, level(20), level(11, 1)).length, 1);
  assert.equal(stockMismatches(sold, level(20), level(20, 9)).length, 1);
});

test("the list must have every order of the run once, confirmed, and no other", () => {
  const bought = [{ id: "ord_1", invoice }, { id: "ord_2", invoice }];
  const item = (id, status = "confirmed") => ({ id, status });
  assert.deepEqual(listMismatches(bought, [item("ord_2"), item("ord_1")]), []);
  assert.match(listMismatches(bought, [item("ord_1")])[0], /ord_2 .* not listed/);
  assert.match(listMismatches(bought, [item("ord_1"), item("ord_2", "awaiting_payment")])[0], /ord_2 .* awaiting_payment/);
  assert.match(listMismatches(bought, [item("ord_1"), item("ord_2"), item("ord_3")])[0], /ord_3 .* not made by this run/);
  assert.match(listMismatches(bought, [item("ord_1"), item("ord_2"), item("ord_1")])[0], /1 orders are listed twice/);
});

test("a shortage is seen before anything is bought", () => {
  const levels = (available) => new Map([["85123A", { on_hand: 9, held: 9 - available, available }]]);
  assert.deepEqual(shortages([invoice], levels(9)), []);
  assert.deepEqual(shortages([invoice], levels(8)), ["85123A: 9 wanted, 8 available"]);
});
