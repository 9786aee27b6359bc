// What an invoice comes to where prices include tax and a coupon takes something off: an arithmetic
// of its own, in whole pence, that shares nothing with the shop's. Pure.
import { skuOf } from "./catalog.mjs";
import { country } from "./countries.mjs";
import { penceOf } from "./invoices.mjs";
import { pounds } from "./report.mjs";

/** The tax within prices, and what the coupon takes off, in percent. */
export const TAX = 20n;
export const OFF = 10n;
/** Where the tax is charged; what goes elsewhere is sold at the same price without it. */
export const TAXED_IN = "GB";

/** a / b to the nearest whole, halves up; neither is negative. */
const rounded = (a, b) => (2n * a + b) / (2n * b);

/** What the coupon takes off. */
const offOf = (items) => rounded(items * OFF, 100n);

/** The numbers of the invoices that are bought with the coupon: every tenth of which it takes a penny at least, as the shop takes no other. */
export function withCoupon(invoices) {
  const tenth = invoices.filter((_, n) => n % 10 === 9);
  return new Set(tenth.filter(({ lines }) => offOf(BigInt(penceOf(lines))) > 0n).map(({ number }) => number));
}

/** What of a price is tax. */
const taxWithin = (amount) => rounded(amount * TAX, 100n + TAX);

/** The amount in parts as large as the weights say, to a penny; a penny that is left goes where most was cut off, first come first served. */
export function divided(amount, weights) {
  const sum = weights.reduce((all, one) => all + one, 0n);
  if (sum === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight, place) => ({ place, part: (amount * weight) / sum, cut: (amount * weight) % sum }));
  let left = amount - parts.reduce((all, { part }) => all + part, 0n);
  for (const one of [...parts].sort((a, b) => (a.cut === b.cut ? a.place - b.place : a.cut > b.cut ? -1 : 1))) {
    if (left === 0n) break;
    one.part += 1n;
    left -= 1n;
  }
  return parts.map(({ part }) => part);
}

/** The invoice's rows as the shop has them: those of one product at one price are one line, where the first stood. */
function linesOf({ lines }) {
  const merged = new Map();
  for (const { code, pieces, pence } of lines) {
    const line = merged.get(`${code} ${pence}`) ?? { sku: skuOf(code), pence: BigInt(pence), pieces: 0n };
    line.pieces += BigInt(pieces);
    merged.set(`${code} ${pence}`, line);
  }
  return [...merged.values()];
}

/**
 * `{ lines: [{ sku, pence, pieces, discount, total, tax }], items, discount, shipping, shippingTax, tax, total }`, all in pence.
 * `shipping`: what it costs, tax included.
 */
export function reckoned(invoice, { coupon, shipping }) {
  const lines = linesOf(invoice);
  const worth = lines.map(({ pence, pieces }) => pence * pieces);
  const items = worth.reduce((all, one) => all + one, 0n);
  const discount = coupon ? offOf(items) : 0n;
  const isTaxed = country(invoice.country) === TAXED_IN;
  const taxOf = (amount) => (isTaxed ? taxWithin(amount) : 0n);
  const off = divided(discount, worth);
  const all = lines.map((line, n) => ({ ...line, discount: off[n], total: worth[n] - off[n], tax: taxOf(worth[n] - off[n]) }));
  const cost = BigInt(shipping);
  const shippingTax = taxOf(cost);
  const tax = all.reduce((sum, line) => sum + line.tax, shippingTax);
  return { lines: all, items, discount, shipping: cost, shippingTax, tax, total: items - discount + cost };
}

/** The order in the same words. */
const told = ({ lines, shipping_option: shipping, totals }) => ({
  lines: lines.map((line) => ({
    sku: line.sku,
    pence: BigInt(line.unit_price.amount),
    pieces: BigInt(line.quantity),
    discount: BigInt(line.discount.amount),
    total: BigInt(line.total.amount),
    tax: BigInt(line.tax.amount.amount),
  })),
  items: BigInt(totals.items.amount),
  discount: BigInt(totals.discount.amount),
  shipping: BigInt(totals.shipping.amount),
  shippingTax: BigInt(shipping?.tax.amount.amount ?? 0),
  tax: BigInt(totals.tax.amount),
  total: BigInt(totals.total.amount),
});

/** Where two of the same shape differ first: "lines 3 tax: 17 is 18"; undefined where they do not. */
function difference(wanted, found, path = []) {
  if (wanted === null || typeof wanted !== "object" || found === null || typeof found !== "object") {
    return wanted === found ? undefined : `${path.join(" ")}: ${wanted} is ${found}`;
  }
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    const one = difference(wanted[key], found[key], [...path, key]);
    if (one) return one;
  }
  return undefined;
}

/** What is wrong with one order's discounts, taxes and sums; undefined if nothing is. */
export function sumsMismatch(invoice, order, terms) {
  const wrong = (what) => `invoice ${invoice.number}, order ${order?.id}: ${what}`;
  if (!order) return wrong("it has no order");
  if (!order.totals.tax_included) return wrong("its tax is not within its prices");
  const differs = difference(reckoned(invoice, terms), told(order));
  if (differs) return wrong(differs);
  const { total, to_pay: toPay } = order.totals;
  const { captured } = order.payment;
  if (toPay.amount !== total.amount || captured.amount !== total.amount) {
    return wrong(`it comes to ${pounds(total.amount)}, and ${pounds(captured.amount)} was taken`);
  }
  return undefined;
}
