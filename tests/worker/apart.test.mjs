// What only staff need is a module of its own. Without it buyers miss nothing: whatever a buyer's
// request calls is in the first, so none of them waits for the second.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { eventually } from "../../scripts/lib/wait.mjs";
import { startServer } from "../../scripts/server.mjs";
import { openShop, owner, randomKey, Shop } from "./shop.mjs";

const state = mkdtempSync(join(tmpdir(), "tradepost-apart-"));
const env = { ADMIN_EMAIL: owner.email, ADMIN_PASSWORD: owner.password };
let server;

after(async () => {
  await server?.stop();
  rmSync(state, { recursive: true, force: true });
});

/** A thing that is bought, and one that is in a collection beside it. */
async function furnish() {
  const opened = await openShop({ state });
  ({ server } = opened);
  const { shop } = opened;
  const products = [await shop.stockProduct("apart-one", 9), await shop.stockProduct("apart-two", 9)];
  const body = { title: "Apart", slug: "apart", published: true, rule: { match: "all", conditions: [{ fact: "title", text: "apart" }] } };
  await shop.admin("POST", "/v1/admin/collections", { key: randomKey(), body });
  await shop.untilVisible(products);
  const card = await shop.giftCard(500);
  await eventually("the collection is published", 10_000, async () => (await shop.request("GET", "/v1/collections/apart")).status === 200);
  await server.stop();
  return { products, card };
}

async function signUp(shop) {
  const who = { email: "ada@example.com", password: "thimble orchard meridian 7" };
  const made = await shop.request("POST", "/v1/auth/register", { body: who });
  assert.equal(made.status < 300, true, made.text);
  await shop.signIn(who);
}

test("a buyer looks, signs up, buys, pays and comes back without staff's part", async () => {
  const { products, card } = await furnish();
  process.env.WITHOUT = "tradepost_staff.wasm";
  server = await startServer({ state, env });
  delete process.env.WITHOUT;
  const shop = new Shop(server.url);

  const one = products[0];
  const reads = [
    "/", "/products", "/products?q=thnig&sort=price_asc", `/products/${one.slug}`, "/collections", "/collections/apart", "/cart", "/robots.txt",
    "/v1/products?facets=true&q=apart", `/v1/products/${one.id}`, `/v1/products/${one.id}/related`, `/v1/suggestions?product=${one.id}`,
    "/v1/collections", "/v1/collections/apart", "/v1/products?collection=apart&sort=title", "/healthz", "/readyz",
  ];
  for (const path of reads) {
    const { status, text } = await shop.request("GET", path);
    assert.equal(status, 200, `${path}: ${text.slice(0, 300)}`);
  }
  assert.equal((await shop.request("GET", "/media/0123456789abcdef0123456789abcdef.png")).status, 404);
  assert.equal(await shop.available(one.variant), 9);
  await signUp(shop);

  const cart = await shop.readyCart([{ variant_id: one.variant, quantity: 2 }, { variant_id: products[1].variant, quantity: 1 }]);
  const paid = await shop.request("POST", `/v1/carts/${cart.id}/gift-cards`, { cart, body: { code: card } });
  assert.equal(paid.status, 200, paid.text);
  const placed = await shop.place(cart, "pm_card_visa", randomKey());
  assert.equal(placed.status, 201, placed.text);
  const order = await eventually("it is paid", 10_000, async () => {
    const seen = await shop.order(cart.id, cart);
    return seen.payment.status === "paid" && seen;
  });
  assert.equal(order.status, "confirmed");
  assert.equal((await shop.request("GET", "/v1/me/orders", { bearer: shop.bearer })).status, 200);
  assert.equal(await shop.available(one.variant), 7);

  await shop.signIn(owner);
  const staffs = await shop.request("GET", "/v1/admin/orders", { bearer: shop.bearer });
  assert.equal(staffs.status >= 500, true, `staff's part is not away: ${staffs.text.slice(0, 200)}`);
});
