// One invoice as one purchase, step by step as a buyer and a member of staff would.
import { somewhereIn } from "./countries.mjs";
import { keyOf } from "./shop.mjs";

export const CURRENCY = "GBP";

/** A priced line is at most 130 bytes of JSON, a body 256 KiB: 1,000 lines are half of it. */
const LINES_AT_ONCE = 1_000;

export const emailOf = (run, { customer, number }) => `${customer || `guest-${number}`}@${run}.example`;

/** The file knows the customer's number and country and no more. */
function detailsOf(run, invoice) {
  const { customer, number, country } = invoice;
  return {
    email: emailOf(run, invoice),
    shipping_address: {
      name: customer ? `Customer ${customer}` : "Customer without a number",
      line1: `Invoice ${number}`,
      ...somewhereIn(country),
    },
  };
}

/** Each row of the invoice as a line; the shop merges those of one variant at one price. */
const linesOf = ({ lines }, variants) =>
  lines.map(({ code, pieces, pence }) => ({
    variant_id: variants.get(code),
    quantity: pieces,
    unit_price: { amount: pence, currency: CURRENCY },
  }));

/**
 * Buys it: `{ id, token, shipping }` of the order, `shipping` being what that costs in pence. Every step may be
 * repeated under its key. `coupon`: a code to use, if any.
 */
export async function buy(shop, run, invoice, variants, coupon) {
  const key = (step) => keyOf("replay", run, invoice.number, step);
  const { id, token } = (await shop.post("/v1/carts", { currency: CURRENCY }, key("cart"))).body;
  const lines = linesOf(invoice, variants);
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    const some = lines.slice(from, from + LINES_AT_ONCE);
    await shop.post(`/v1/admin/carts/${id}/lines`, { lines: some }, key(`lines-${from}`), { staff: true });
  }
  const cart = { cart: token };
  if (coupon) await shop.post(`/v1/carts/${id}/coupons`, { code: coupon }, key("coupon"), cart);
  await shop.put(`/v1/carts/${id}/details`, detailsOf(run, invoice), cart);
  const options = (await shop.get(`/v1/carts/${id}/shipping-options`, cart)).body.items;
  if (options.length > 0) await shop.put(`/v1/carts/${id}/shipping-option`, { id: options[0].id }, cart);
  const payment = { provider: "test", method: "pm_card_visa" };
  await shop.post(`/v1/carts/${id}/order`, { payment }, key("order"), cart);
  return { id, token, shipping: options[0]?.price.amount ?? 0 };
}
