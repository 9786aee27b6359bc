// Whether what the shop has now is what the file says was bought. Pure: it is told both.
import { skuOf } from "./catalog.mjs";
import { merged, penceOf, piecesByCode } from "./invoices.mjs";
import { pounds } from "./report.mjs";

/** What is wrong with one order; undefined if nothing is. */
export function orderMismatch(invoice, order) {
  const wrong = (what) => `invoice ${invoice.number}: ${what}`;
  if (!order) return wrong("it has no order");
  if (order.status !== "confirmed") return wrong(`order ${order.id} is ${order.status}`);
  const bought = merged(order.lines.map(({ sku, quantity, unit_price: price }) => ({ code: sku, pieces: quantity, pence: price.amount })));
  const wanted = merged(invoice.lines.map((line) => ({ ...line, code: skuOf(line.code) })));
  for (const line of new Set([...wanted.keys(), ...bought.keys()])) {
    if (wanted.get(line) !== bought.get(line)) {
      return wrong(`${line} pence: ${wanted.get(line) ?? 0} in the file, ${bought.get(line) ?? 0} in order ${order.id}`);
    }
  }
  const items = order.totals.items.amount;
  const worth = penceOf(invoice.lines);
  return items === worth ? undefined : wrong(`${pounds(worth)} in the file, ${pounds(items)} in order ${order.id}`);
}

/** Products whose stock is not down by exactly what was sold, or still held. */
export function stockMismatches(sold, before, after) {
  return [...sold].flatMap(([code, pieces]) => {
    const left = after.get(code);
    const should = before.get(code).on_hand - pieces;
    if (left.on_hand === should && left.held === 0 && left.available === should) return [];
    const found = `there are ${left.on_hand}, ${left.held} held, ${left.available} available`;
    return [`${code}: ${should} should be on hand and none held; ${found}`];
  });
}

/** Orders that the list of orders lacks, has too many of, or shows as something else. */
export function listMismatches(bought, listed) {
  const seen = new Map(listed.map((item) => [item.id, item]));
  const ids = new Set(bought.map(({ id }) => id));
  const wrong = bought.flatMap(({ id, invoice }) => {
    const status = seen.get(id)?.status ?? "not listed";
    return status === "confirmed" ? [] : [`order ${id} of invoice ${invoice.number} is ${status}`];
  });
  const foreign = [...seen.keys()].filter((id) => !ids.has(id)).map((id) => `order ${id} is listed but was not made by this run`);
  if (seen.size < listed.length) foreign.push(`${listed.length - seen.size} orders are listed twice`);
  return [...wrong, ...foreign];
}

/** What is too little of before anything is bought. */
export function shortages(invoices, levels) {
  return [...piecesByCode(invoices)].flatMap(([code, pieces]) => {
    const { available } = levels.get(code);
    return available < pieces ? [`${code}: ${pieces} wanted, ${available} available`] : [];
  });
}
