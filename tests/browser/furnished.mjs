// A shop with one of everything that its pages show, for tests that look at all of them.
import { eventually } from "../../scripts/lib/wait.mjs";
import { randomKey } from "../worker/shop.mjs";

const TRANSFER = { instructions: "To DE02 1203 0000 0000 2020 51", cancel_after_days: 7 };
export const TRACKED = "https://tracking.example.com/parcels/00340434161094042557";

/** Payments by test card, and by transfer. */
export async function offerPayments(shop) {
  const payments = { stripe: { offered: false, capture: "automatic" }, bank_transfer: TRANSFER };
  await shop.admin("PATCH", "/v1/admin/settings", { body: { payments } });
}

/** The first variant of each of these products, so many pieces of each. */
export async function linesOf(shop, pieces, ...slugs) {
  const products = await Promise.all(slugs.map((slug) => shop.ask("GET", `/v1/products/${slug}`)));
  return products.map(({ variants }) => ({ variant_id: variants[0].id, quantity: pieces }));
}

/** An order that is paid, with the token of its buyer; in the staff's lists, too, when this returns. */
export async function paidOrder(shop, lines, email) {
  const cart = await shop.readyCart(lines, email);
  await shop.place(cart, "pm_card_visa", randomKey());
  const order = await eventually(`${cart.id} is paid`, 10_000, async () => {
    const { status, body } = await shop.request("GET", `/v1/orders/${cart.id}`, { cart });
    return status === 200 && body.status === "confirmed" ? body : undefined;
  });
  await listed(shop, order.number, "confirmed");
  return { ...order, token: cart.token };
}

/** Waits until the staff's list, which lags a moment behind, has the order so. */
export const listed = (shop, number, status) =>
  eventually(`${number} is ${status} in the list`, 10_000, async () => {
    const { items } = await shop.admin("GET", `/v1/admin/orders?q=${number}`);
    return items.find((row) => row.number === number && row.status === status);
  });

const first = async (shop, path) =>
  await eventually(`something at ${path}`, 15_000, async () => (await shop.admin("GET", path)).items[0]);

/** One of everything: what the places of the pages' addresses take. */
export async function furnish(shop) {
  await offerPayments(shop);
  const post = (path, body) => shop.admin("POST", path, { key: randomKey(), body });
  const order = await paidOrder(shop, await linesOf(shop, 3, "enamel-mug", "trail-kettle"), "ada.lovelace@example.com");
  const [mug, kettle] = order.lines;
  await post(`/v1/admin/orders/${order.id}/fulfilments`, { lines: [{ line_id: mug.id, quantity: 2 }], carrier: "DHL", tracking_url: TRACKED, status: "shipped" });
  await post(`/v1/admin/orders/${order.id}/fulfilments`, { lines: [{ line_id: kettle.id, quantity: 1 }], carrier: "DHL", status: "packed" });
  await post(`/v1/admin/orders/${order.id}/refunds`, { lines: [{ line_id: kettle.id, quantity: 1, restock: true }], reason: "A dent" });
  await post(`/v1/admin/orders/${order.id}/notes`, { text: "Rang: wants it <b>wrapped</b>.\nBefore Friday.", visible_to_buyer: true });
  await post(`/v1/admin/orders/${order.id}/returns`, { lines: [{ line_id: mug.id, quantity: 1, reason: "damaged" }], comment: "Chipped at the rim" });
  const owed = await shop.ask("POST", "/v1/orders", {
    key: randomKey(),
    body: {
      lines: await linesOf(shop, 1, "enamel-mug"),
      email: "grace@example.com",
      shipping_address: { name: "Grace Hopper", line1: "Lindenweg 9", city: "Bremen", postal_code: "28195", country: "DE" },
      shipping_option: "standard",
      payment: { provider: "manual", method: "bank_transfer" },
    },
  });
  const asked = await paidOrder(shop, await linesOf(shop, 1, "enamel-mug"), "katherine.johnson@example.com");
  const [kettles] = await linesOf(shop, 1, "trail-kettle");
  await post(`/v1/admin/orders/${asked.id}/edits`, { add: [kettles], ask_buyer: true, reason: "Wants a kettle, too" });
  const product = await shop.admin("GET", `/v1/admin/products/${mug.product_id}`);
  const promotion = await first(shop, "/v1/admin/promotions");
  const rule = { match: "any", conditions: [{ fact: "tag", text: "kitchen" }, { fact: "in_stock" }] };
  const collection = await post("/v1/admin/collections", { title: "Kitchen", published: true, rule });
  await post(`/v1/admin/collections/${collection.id}/products`, { order: [product.id] });
  const group = await post("/v1/admin/customer-groups", { title: "Wholesale" });
  const list = await post("/v1/admin/price-lists", { title: "Wholesale, spring", status: "active", groups: [group.id] });
  const [{ sku }] = product.variants;
  await post(`/v1/admin/price-lists/${list.id}/prices`, { rows: [{ sku, prices: [{ amount: 900, currency: "EUR" }] }] });
  const member = { email: "joan.clarke@example.com", password: "thimble orchard meridian 7", name: "Joan Clarke" };
  await shop.ask("POST", "/v1/auth/register", { body: member });
  await post(`/v1/admin/customer-groups/${group.id}/members`, { rows: [{ email: member.email }] });
  const card = await post("/v1/admin/gift-cards", { balance: { amount: 5_000, currency: "EUR" }, note: "For the fair" });
  const draft = await post("/v1/admin/drafts", { lines: await linesOf(shop, 1, "enamel-mug"), email: "grace@example.com" });
  const webhook = await post("/v1/admin/webhooks", { url: "https://hooks.example.com/tradepost", types: ["order.paid"] });
  const job = await post("/v1/admin/jobs", { rebuild: {} });
  const dryRun = await post("/v1/admin/imports?dry_run=true", { title: "Imported", vendor: 1 });
  const message = await first(shop, "/v1/admin/messages");
  // An order's documents are issued once somebody asks for them.
  const { items: [document] } = await shop.admin("GET", `/v1/admin/orders/${order.id}/documents`);
  const customer = await first(shop, "/v1/admin/customers");
  await shop.admin("PUT", "/v1/admin/views/orders/Unpaid", { body: { query: "status=awaiting_payment" } });
  return { order, owed, asked, product, variant: product.variants[0], promotion, collection, group, list, card, draft, webhook, job, dryRun, message, document, customer };
}
