// A shop whose prices include tax, with a coupon: set up through the public API.
import { Stop } from "../lib/say.mjs";
import { poll } from "../lib/wait.mjs";
import { CURRENCY } from "./purchase.mjs";
import { OFF, TAX, TAXED_IN } from "./reckoning.mjs";
import { all, keyOf } from "./shop.mjs";

/** How long it may take until buyers have what staff wrote. */
const SHOWN_WITHIN_MS = 60_000;
const STAFF = { staff: true };

/** Whatever else is taken off would be in no invoice. */
async function refuseOthers(shop) {
  const applies = ({ code, ends_at: end }) => code === null && (end === null || Date.parse(end) > Date.now());
  const others = (await all(shop, "/v1/admin/promotions", {})).filter(applies);
  if (others.length === 0) return;
  throw new Stop(`The shop takes something off by itself: ${others.map(({ title }) => title).join(", ")}. Replay with --taxed in a shop without.`);
}

/** Prices include the tax of one country, whatever a product's class, and no other. */
async function tax(shop) {
  const { classes } = (await shop.get("/v1/admin/settings/tax", STAFF)).body;
  const rates = classes.map((name) => ({ country: TAXED_IN, class: name, name: "VAT", rate: `${TAX}` }));
  await shop.put("/v1/admin/settings/tax", { classes, rates, reverse_charge: false }, STAFF);
  await shop.patch("/v1/admin/settings", { country: TAXED_IN, prices_include_tax: true }, STAFF);
}

/** Makes them: `{ code, promotion }`, once a cart with this variant takes the coupon. */
export async function setTerms(shop, run, variant) {
  await refuseOthers(shop);
  await tax(shop);
  const code = run.toUpperCase();
  const body = { title: `Replay ${run}`, code, effect: { percentage: { percent: `${OFF}` } } };
  const promotion = (await shop.post("/v1/admin/promotions", body, keyOf("replay", run, "promotion"), STAFF)).body.id;
  const cart = { currency: CURRENCY, lines: [{ variant_id: variant, quantity: 1 }] };
  const { id, token } = (await shop.post("/v1/carts", cart, keyOf("replay", run, "a-cart-that-waits"))).body;
  const taken = await poll(SHOWN_WITHIN_MS, async () => {
    const answer = await shop.post(`/v1/carts/${id}/coupons`, { code }, undefined, { cart: token, accept: [409, 422] });
    return answer.ok && answer.body.totals.tax_included;
  });
  if (!taken) throw new Stop(`No cart takes the coupon ${code}, with its tax within the prices.`);
  return { code, promotion };
}

/** How often the coupon was used. */
export const usesOf = async (shop, { promotion }) => (await shop.get(`/v1/admin/promotions/${promotion}`, STAFF)).body.used;
