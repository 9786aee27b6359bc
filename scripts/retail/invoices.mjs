// The sale invoices of the file, in its order. Pure.
import { country } from "./countries.mjs";

/** Why a whole invoice cannot be sold. */
export const UNSOLD = {
  empty: "no usable line",
  country: "its country is in no list",
};

export const NO_PRODUCT = "the shop has no such product";

const count = (counts, reason, by = 1) => counts.set(reason, (counts.get(reason) ?? 0) + by);

/** All rows by invoice. The rows of one need not stand together (542806 does not). */
async function grouped(rows) {
  const invoices = new Map();
  for await (const row of rows) {
    let invoice = invoices.get(row.invoice);
    if (!invoice) {
      invoice = { number: row.invoice, kind: row.kind, customer: row.customer, country: row.country, lines: [], faults: [] };
      invoices.set(row.invoice, invoice);
    }
    if (row.fault) invoice.faults.push(row.fault);
    else invoice.lines.push({ code: row.code, pieces: row.pieces, pence: row.pence });
  }
  return invoices;
}

/**
 * The first `wanted` sale invoices that can be sold, and what was passed over on the way to them.
 * `{ invoices, passed: { cancellations, bookkeeping }, unsold: Map(reason -> numbers), faults: Map(reason -> rows), left }`;
 * `left` counts the sale invoices behind the last one taken.
 */
export async function invoicesOf(rows, wanted = Infinity) {
  const taken = [];
  const passed = { cancellation: 0, bookkeeping: 0 };
  const unsold = new Map();
  const faults = new Map();
  let left = 0;
  for (const invoice of (await grouped(rows)).values()) {
    if (taken.length >= wanted) {
      left += invoice.kind === "sale" ? 1 : 0;
      continue;
    }
    if (invoice.kind !== "sale") {
      passed[invoice.kind] += 1;
      continue;
    }
    for (const fault of invoice.faults) count(faults, fault);
    const reason = invoice.lines.length === 0 ? UNSOLD.empty : country(invoice.country) ? undefined : UNSOLD.country;
    if (reason) unsold.set(reason, [...(unsold.get(reason) ?? []), invoice.number]);
    // Lines that could have been sold do not vanish with their invoice.
    if (reason) count(faults, `their invoice was left out: ${reason}`, invoice.lines.length);
    else taken.push(invoice);
  }
  for (const [reason, rows] of faults) if (rows === 0) faults.delete(reason);
  return { invoices: taken, passed, unsold, faults, left };
}

/** Takes out the lines whose product the shop does not have; an invoice may lose all its lines. */
export function onlyKnown({ invoices, unsold, faults, ...rest }, isKnown) {
  const kept = [];
  const counted = new Map(faults);
  const without = new Map(unsold);
  const missing = new Set();
  for (const invoice of invoices) {
    const lines = invoice.lines.filter(({ code }) => isKnown(code));
    for (const { code } of invoice.lines) if (!isKnown(code)) missing.add(code);
    if (lines.length < invoice.lines.length) count(counted, NO_PRODUCT, invoice.lines.length - lines.length);
    if (lines.length > 0) kept.push({ ...invoice, lines });
    else without.set(UNSOLD.empty, [...(without.get(UNSOLD.empty) ?? []), invoice.number]);
  }
  return { invoices: kept, unsold: without, faults: counted, missing, ...rest };
}

/** Pieces by code and price: what an order must have, however its lines are split or merged. */
export function merged(lines) {
  const pieces = new Map();
  for (const line of lines) count(pieces, `${line.code} @ ${line.pence}`, line.pieces);
  return pieces;
}

export const penceOf = (lines) => lines.reduce((sum, { pieces, pence }) => sum + pieces * pence, 0);

/** Pieces by code over many invoices. */
export function piecesByCode(invoices) {
  const pieces = new Map();
  for (const { lines } of invoices) for (const line of lines) count(pieces, line.code, line.pieces);
  return pieces;
}
