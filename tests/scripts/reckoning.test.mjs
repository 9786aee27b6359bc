// The replay's own arithmetic of taxes and discounts, and what it finds wrong by it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { divided, reckoned, sumsMismatch, withCoupon } from "../../scripts/retail/reckoning.mjs";

const row = (code, pieces, pence) => ({ code, pieces, pence });
const invoice = (lines, country = "United Kingdom") => ({ number: "536365", country, lines });
const gbp = (amount) => ({ amount: Number(amount), currency: "GBP" });

/** The order as the shop would answer it if it reckoned the same. */
function orderOf(from, terms) {
  const { lines, ...sums } = reckoned(from, terms);
  return {
    id: "ord_1",
    payment: { captured: gbp(sums.total) },
    shipping_option: { tax: { amount: gbp(sums.shippingTax) } },
    lines: lines.map((line) => ({
      sku: line.sku,
      unit_price: gbp(line.pence),
      quantity: Number(line.pieces),
      discount: gbp(line.discount),
      total: gbp(line.total),
      tax: { amount: gbp(line.tax) },
    })),
    totals: {
      items: gbp(sums.items),
      discount: gbp(sums.discount),
      shipping: gbp(sums.shipping),
      tax: gbp(sums.tax),
      tax_included: true,
      total: gbp(sums.total),
      to_pay: gbp(sums.total),
    },
  };
}

test("an amount is divided to the penny, the odd penny going to the largest remainder, then to the first", () => {
  assert.deepEqual(divided(1000n, [1000n, 1000n, 1000n]), [334n, 333n, 333n]);
  assert.deepEqual(divided(600n, [500n, 200n, 100n]), [375n, 150n, 75n]);
  assert.deepEqual(divided(1n, [10n, 10n, 10n]), [1n, 0n, 0n]);
  assert.deepEqual(divided(10n, [1n, 2n, 4n]), [1n, 3n, 6n]);
  assert.deepEqual(divided(5n, [0n, 0n]), [0n, 0n]);
  // A float would lose the last digits.
  assert.deepEqual(divided(900_719_925_474_099_1n, [1n, 900_719_925_474_099_0n]), [1n, 900_719_925_474_099_0n]);
});

test("tax is within the price, half up by line, and only where it is charged", () => {
  const lines = [row("A", 36, 199), row("B", 1, 250), row("C", 1, 3)];
  const home = reckoned(invoice(lines), { coupon: false, shipping: 420 });
  assert.deepEqual(home.lines.map(({ tax }) => tax), [1194n, 42n, 1n]);
  assert.equal(home.shippingTax, 70n);
  assert.equal(home.tax, 1194n + 42n + 1n + 70n);
  assert.equal(home.total, 7164n + 250n + 3n + 420n);
  const abroad = reckoned(invoice(lines, "France"), { coupon: false, shipping: 420 });
  assert.deepEqual([abroad.tax, abroad.total], [0n, home.total], "the same price, without the tax");
});

test("the coupon takes its share of the whole, half up, and tax falls on what is left", () => {
  const { lines, discount, total } = reckoned(invoice([row("A", 10, 2390), row("B", 1, 5)]), { coupon: true, shipping: 0 });
  assert.equal(discount, 2391n, "2390.5");
  assert.deepEqual(lines.map(({ discount }) => discount), [2390n, 1n], "the odd penny to the larger remainder");
  assert.deepEqual(lines.map(({ total }) => total), [21_510n, 4n]);
  assert.deepEqual(lines.map(({ tax }) => tax), [3585n, 1n]);
  assert.equal(total, 21_514n);
});

test("rows of one product at one price are one line, where the first stood", () => {
  const { lines } = reckoned(invoice([row("A", 1, 100), row("B", 1, 100), row("A", 2, 100), row("A", 1, 90)]), { coupon: false, shipping: 0 });
  assert.deepEqual(lines.map(({ sku, pence, pieces }) => [sku, pence, pieces]), [["A", 100n, 3n], ["B", 100n, 1n], ["A", 90n, 1n]]);
});

test("every tenth invoice has the coupon, unless it would take nothing off", () => {
  const many = Array.from({ length: 30 }, (_, n) => ({ number: `${n + 1}`, lines: [row("A", 1, n === 19 ? 4 : 5)] }));
  assert.deepEqual([...withCoupon(many)], ["10", "30"]);
});

test("an order that reckons a penny otherwise is named, with what differs", () => {
  const from = invoice([row("A", 3, 333), row("B", 1, 100)]);
  const terms = { coupon: true, shipping: 420 };
  const wrong = (change) => {
    const order = orderOf(from, terms);
    change?.(order);
    return sumsMismatch(from, order, terms);
  };
  assert.equal(wrong(), undefined);
  assert.match(wrong((order) => (order.lines[1].tax.amount.amount += 1)), /invoice 536365, order ord_1: lines 1 tax: 15 is 16/);
  assert.match(wrong((order) => (order.lines[0].discount.amount -= 1)), /lines 0 discount: 100 is 99/);
  assert.match(wrong((order) => order.lines.pop()), /lines 1: .* is undefined/);
  assert.match(wrong((order) => (order.totals.tax.amount += 1)), /tax: /);
  assert.match(wrong((order) => (order.shipping_option = null)), /shippingTax: 70 is 0/);
  assert.match(wrong((order) => (order.totals.tax_included = false)), /not within its prices/);
  assert.match(wrong((order) => (order.payment.captured.amount -= 1)), /£14.09, and £14.08 was taken/);
  assert.match(sumsMismatch(from, undefined, terms), /it has no order/);
});
