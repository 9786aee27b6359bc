// The products that a year of invoices implies. Pure.
import { createHash } from "node:crypto";
import { MANGLED, mangled, shortened } from "./mangled.mjs";
import { MOST_CODE } from "./row.mjs";

/**
 * Codes that are not goods. Whoever was billed one in a sale paid for it, so these become
 * products too, tagged as what they are: without them no invoice that has one could be replayed
 * to the penny. One that only appears in returns and corrections is a book entry, and stays out.
 */
const CHARGES = new Set(["POST", "C2", "C3", "DOT", "M", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK"]);

/** goods, charge or gift-voucher. */
export function kindOf(code) {
  if (/^gift/i.test(code)) return "gift-voucher";
  return CHARGES.has(code.toUpperCase()) || /^(ADJUST|TEST)/i.test(code) ? "charge" : "goods";
}

export const LEFT_OUT = {
  bookEntry: "book entries, never billed in a sale",
  price: "no usable price in any row",
  description: "no description in any row",
  code: "a code longer than the shop's SKUs",
  mangled: "a code that a spreadsheet seems to have changed, with more than one description",
};

export const WARNINGS = { lost: "a description with characters that cannot be kept, or that were lost before" };

/** The shop's SKUs hold no spaces ("BANK CHARGES"), are composed, and have one hyphen; else they are compared exactly, as codes are here. */
export const skuOf = (code) => code.normalize("NFC").replace(/[\u2010-\u2013\u2212]/gu, "-").replace(/\s+/gu, "_");

/** The longest address of a product, in characters. */
const MOST_SLUG = 100;
const plain = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

/**
 * A product's address: its title and its code. Lower-casing 85123A and 85123a would make one code
 * of two, so a code that is more than digits and capitals carries the beginning of its digest.
 */
export function slugOf(code, title) {
  const digest = /^[0-9A-Z]+$/.test(code) ? [] : [createHash("sha256").update(code).digest("hex").slice(0, 6)];
  const end = [plain(code), ...digest].filter(Boolean).join("-");
  const start = plain(title).slice(0, MOST_SLUG - end.length - 1).replace(/-$/, "");
  return start ? `${start}-${end}` : end;
}

/** The later row wins a tie: the file is in order of time. */
const newer = (known, at) => !known || at >= known.at;

/** How many lines a warning names. */
const NAMED_LINES = 5;

/** What may be wrong with a code or a number, by reason, each with its lines. */
class Warnings {
  #lines = new Map();

  add(reason, text, line) {
    if (!this.#lines.has(reason)) this.#lines.set(reason, new Map());
    const texts = this.#lines.get(reason);
    if (!texts.has(text)) texts.set(text, []);
    texts.get(text).push(line);
  }

  /** Map(reason -> "85123A (lines 2, 7)"). */
  named() {
    const words = (text, lines) => {
      const more = lines.length > NAMED_LINES ? ` and ${lines.length - NAMED_LINES} more` : "";
      return `${text} (line${lines.length > 1 ? "s" : ""} ${lines.slice(0, NAMED_LINES).join(", ")}${more})`;
    };
    return new Map([...this.#lines].map(([reason, texts]) => [reason, [...texts].map(([text, lines]) => words(text, lines))]));
  }
}

class Article {
  prices = {};
  descriptions = { sale: new Map(), other: new Map() };
  sold = 0;
  lines = [];

  /** What a spreadsheet made of codes may be several codes' goods; so their descriptions tell. */
  get isSeveral() {
    const { sale, other } = this.descriptions;
    return new Set([...sale.keys(), ...other.keys()].map((text) => text.toLowerCase())).size > 1;
  }

  add(row) {
    this.lines.push(row.line);
    const sale = row.kind === "sale" && !row.fault;
    if (sale) this.sold += row.pieces;
    // What goods were sold at and as comes before what returns and remarks ("damaged") say.
    const where = sale ? "sale" : "other";
    if (row.pence && newer(this.prices[where], row.at)) this.prices[where] = { at: row.at, pence: row.pence };
    const { [where]: seen } = this.descriptions;
    if (row.description) seen.set(row.description, (seen.get(row.description) ?? 0) + 1);
  }

  get pence() {
    return (this.prices.sale ?? this.prices.other)?.pence;
  }

  get title() {
    const { sale, other } = this.descriptions;
    const [most] = [...(sale.size > 0 ? sale : other)].sort(([, a], [, b]) => b - a);
    return most?.[0];
  }
}

const reasonToLeaveOut = (code, kind, { sold, pence, title, isSeveral }) => {
  if ([...code].length > MOST_CODE) return LEFT_OUT.code;
  if (isSeveral && mangled(code)) return LEFT_OUT.mangled;
  if (kind !== "goods" && sold === 0) return LEFT_OUT.bookEntry;
  if (!pence) return LEFT_OUT.price;
  return title ? undefined : LEFT_OUT.description;
};

/**
 * `{ products: [{ code, sku, slug, title, pence, kind, sold }], leftOut: Map(reason -> codes),
 * faults: Map(reason -> rows), warnings: Map(reason -> texts with their lines), counts, codes }`.
 * Each spelling of a code is a product of its own: the shop compares SKUs exactly, and invoices name them exactly.
 */
export async function catalogOf(rows) {
  const articles = new Map();
  const leftOut = new Map();
  const counts = { rows: 0, sale: 0, cancellation: 0, bookkeeping: 0 };
  const faults = new Map();
  const warnings = new Warnings();
  for await (const row of rows) {
    counts.rows += 1;
    counts[row.kind] += 1;
    if (row.kind === "sale" && row.fault) faults.set(row.fault, (faults.get(row.fault) ?? 0) + 1);
    const wrongInvoice = mangled(row.invoice);
    if (wrongInvoice) warnings.add(`invoice number ${wrongInvoice}`, row.invoice, row.line);
    if (!row.code) continue;
    if (row.lost) warnings.add(WARNINGS.lost, row.code, row.line);
    if (!articles.has(row.code)) articles.set(row.code, new Article());
    articles.get(row.code).add(row);
  }
  for (const [code, { lines }] of articles) {
    const reason = mangled(code);
    if (reason) for (const line of lines) warnings.add(reason, code, line);
  }
  for (const code of shortened([...articles.keys()])) for (const line of articles.get(code).lines) warnings.add(MANGLED.short, code, line);
  const products = [];
  for (const [code, article] of [...articles].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kind = kindOf(code);
    const { sold, pence, title } = article;
    const reason = reasonToLeaveOut(code, kind, article);
    if (reason) leftOut.set(reason, [...(leftOut.get(reason) ?? []), code]);
    else products.push({ code, sku: skuOf(code), slug: slugOf(code, title), title, pence, kind, sold });
  }
  return { products, leftOut, faults, warnings: warnings.named(), counts, codes: articles.size };
}

/** How many spellings share their letters with another one. */
export function sameButForCase(products) {
  const spellings = Map.groupBy(products, ({ code }) => code.toLowerCase());
  return [...spellings.values()].filter((same) => same.length > 1);
}
