// Products of an invoice file as a file of the shop's own.

const TAGS = { goods: [], charge: ["charge"], "gift-voucher": ["gift-voucher"] };
const COLUMNS = ["slug", "title", "status", "tags", "sku", "quantity", "quantity_was"];

/** A cell that a spreadsheet or another reader leaves as it is. */
export const cell = (text) => `"${String(text).replaceAll('"', '""')}"`;

/** What it counts was there before, too: a second time adds nothing. */
export function fileOf(products, piecesOf, currency) {
  const lines = products.map((product) => {
    const { sku, slug, title, pence, kind } = product;
    const pieces = piecesOf(product);
    const price = `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, "0")}`;
    return [slug, title, "active", TAGS[kind].join(", "), sku, pieces, pieces, price].map(cell).join(",");
  });
  return [[...COLUMNS, `price_${currency}`].join(","), ...lines, ""].join("\n");
}
