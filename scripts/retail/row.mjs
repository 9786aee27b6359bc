// One row of the UCI "Online Retail" format, and what is wrong with it. Pure.

export const COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"];

/** The shop's own limits: an SKU's characters, a line's pieces, and a price in pence. */
export const MOST_CODE = 64;
const MOST_PIECES = 1_000_000;
const MOST_PENCE = 10_000_000_000;

/** Why a row cannot be sold. A row is counted under the first that applies. */
export const FAULTS = {
  columns: "wrong number of columns",
  invoice: "no invoice number",
  code: "no stock code",
  longCode: "stock code is longer than the shop's SKUs",
  pieces: "quantity is not a whole number",
  noPieces: "quantity is zero or negative",
  manyPieces: "quantity is above the shop's limit",
  price: "price is not a decimal number",
  negative: "price is negative",
  free: "price is zero",
  fraction: "price has a fraction of a penny",
  dear: "price is above the shop's limit",
  description: "no description",
};

/** Pence from decimal text without passing through a float: `{ pence }` or `{ fault }`. */
export function parsePence(text) {
  const [, sign, whole, cents = ""] = /^(-?)(\d{1,12})(?:\.(\d*))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) return { fault: FAULTS.price };
  if (/[^0]/.test(cents.slice(2))) return { fault: FAULTS.fraction };
  const pence = Number(whole + cents.slice(0, 2).padEnd(2, "0"));
  if (pence === 0) return { fault: FAULTS.free };
  if (sign) return { fault: FAULTS.negative };
  return pence > MOST_PENCE ? { fault: FAULTS.dear } : { pence };
}

export function parsePieces(text) {
  if (!/^-?\d+$/.test(text.trim())) return { fault: FAULTS.pieces };
  const pieces = Number(text);
  if (pieces <= 0) return { fault: FAULTS.noPieces };
  return pieces > MOST_PIECES ? { fault: FAULTS.manyPieces } : { pieces };
}

/** What a title cannot have, and what an earlier program put where it could not read (U+FFFD). */
const lost = (text) => /(?![\t\r\n])[\p{Cc}\p{Cf}\uFFFD]/u.test(text);

/** A title the shop takes: 1 to 255 characters, none of them a control character. "" if there is none. */
export function parseDescription(text) {
  const title = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD]/gu, " ").replace(/\s+/gu, " ").trim();
  // Published copies of the file write "Unknown" where the original left the field empty. A mark
  // such as "?" describes nothing either.
  if (title === "Unknown" || !/\p{L}/u.test(title)) return "";
  return [...title].slice(0, 255).join("").trim();
}

/** Sortable, whether the export writes 2010-12-01 08:26:00 or 12/1/2010 8:26. */
export function parseDate(text) {
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}:\d{2})/.exec(text);
  if (!american) return text;
  const [, month, day, year, time] = american;
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")} ${time.padStart(5, "0")}`;
}

function parseNames(invoice, code) {
  if (!invoice.trim()) return FAULTS.invoice;
  if (!code.trim()) return FAULTS.code;
  return [...code.trim()].length > MOST_CODE ? FAULTS.longCode : undefined;
}

const kindOf = (invoice) => ({ C: "cancellation", A: "bookkeeping" })[invoice.trim()[0]] ?? "sale";

/**
 * A row as the rest reads it. `kind`: sale, cancellation (C...) or bookkeeping (A...).
 * `pence` and `pieces` are there when they alone are usable; `fault` when the row as a whole is not;
 * `lost` when the description had characters that a title has not.
 */
export function parseRow(fields, line) {
  if (fields.length !== COLUMNS.length) return { line, kind: kindOf(fields[0]), invoice: fields[0].trim(), code: "", fault: FAULTS.columns };
  const [invoice, code, describe, quantity, at, price, customer, country] = fields;
  const { pence, fault: priceFault } = parsePence(price);
  const { pieces, fault: piecesFault } = parsePieces(quantity);
  const description = parseDescription(describe);
  const naming = parseNames(invoice, code);
  return {
    line,
    kind: kindOf(invoice),
    invoice: invoice.trim(),
    code: code.trim(),
    description,
    lost: lost(describe),
    at: parseDate(at.trim()),
    // Some exports carry customer numbers as floats: 17850.0
    customer: customer.trim().replace(/\.0$/, ""),
    country: country.trim(),
    pence,
    pieces,
    fault: naming ?? piecesFault ?? priceFault ?? (description ? undefined : FAULTS.description),
  };
}
