// A client of the API for tests and benches: opening a shop, stocking it, buying from it.
import { randomBytes } from "node:crypto";
import { eventually } from "../../scripts/lib/wait.mjs";
import { startServer } from "../../scripts/server.mjs";

export const address = {
  name: "Ada Buyer",
  line1: "Lindenweg 7",
  city: "Bremen",
  postal_code: "28195",
  country: "DE",
};

export class Shop {
  #send;

  /** `send` is `fetch`, or what behaves like it. */
  constructor(url, send = fetch) {
    this.url = url;
    this.#send = send;
  }

  /** Sends one request. `cart` is what `createCart` gave; `key` is the Idempotency-Key. */
  async request(method, path, { body, cart, key, bearer, headers = {} } = {}) {
    const response = await this.#send(`${this.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(cart ? { "x-cart-token": cart.token } : {}),
        ...(key ? { "idempotency-key": key } : {}),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    let parsed;
    try {
      parsed = text === "" ? undefined : JSON.parse(text);
    } catch {
      parsed = text;
    }
    return { status: response.status, headers: response.headers, body: parsed, text };
  }

  /** Sends one request that must succeed, and gives the body. */
  async ask(method, path, options) {
    const answer = await this.request(method, path, options);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text.slice(0, 600)}`);
    return answer.body;
  }

  async signIn({ email, password }) {
    const { access_token: token } = await this.ask("POST", "/v1/auth/login", { body: { email, password } });
    this.bearer = token;
  }

  admin(method, path, options = {}) {
    return this.ask(method, path, { bearer: this.bearer, ...options });
  }

  /** A product with one variant and so many pieces, for buyers to see when this returns. */
  async stockProduct(slug, pieces, amount = 1999) {
    const product = await this.admin("POST", "/v1/admin/products", {
      key: `make-${slug}`,
      body: {
        title: `Thing ${slug}`,
        slug,
        status: "active",
        variants: [{ sku: `SKU-${slug}`, prices: [{ amount, currency: "EUR" }] }],
      },
    });
    const variant = product.variants[0].id;
    await this.adjust(variant, pieces, `first-${slug}`);
    return { slug, id: product.id, variant, amount, pieces };
  }

  adjust(variant, delta, reference) {
    const body = { delta, reason: "received", reference };
    return this.admin("POST", `/v1/admin/stock/${variant}/adjustments`, { key: reference, body });
  }

  /** Waits until these are in the copy that lists are made of; before, their answers are the database's. */
  untilVisible(products) {
    const isInCopy = async (slug) => {
      const { status, headers } = await this.request("GET", `/v1/products/${slug}`);
      return status === 200 && headers.get("cache-control").includes("s-maxage=5");
    };
    return Promise.all(products.map(({ slug }) => eventually(`${slug} in the catalog`, 30_000, () => isInCopy(slug))));
  }

  /** A coupon that takes so many percent off, for buyers to use when this returns. `variant`: something on sale. */
  async coupon({ code, title, percent, variant }) {
    await this.admin("POST", "/v1/admin/promotions", { key: randomKey(), body: { code, title, effect: { percentage: { percent } } } });
    const cart = await this.createCart([{ variant_id: variant, quantity: 1 }]);
    const isTaken = async () => (await this.request("POST", `/v1/carts/${cart.id}/coupons`, { cart, body: { code } })).status === 200;
    await eventually(`${code} can be used`, 10_000, isTaken);
  }

  /** A gift card's code, with so many cents on it. */
  async giftCard(amount, key = randomKey()) {
    const { code } = await this.admin("POST", "/v1/admin/gift-cards", { key, body: { balance: { amount, currency: "EUR" } } });
    return code;
  }

  stock(variant) {
    return this.admin("GET", `/v1/admin/stock/${variant}`);
  }

  async available(variant) {
    return (await this.ask("GET", `/v1/variants/${variant}/availability`)).available;
  }

  createCart(lines, key = randomKey()) {
    return this.ask("POST", "/v1/carts", { key, body: { currency: "EUR", lines } });
  }

  /** Everything a cart needs before it can be placed. */
  async fillCart(cart, email = "buyer@example.com") {
    await this.ask("PUT", `/v1/carts/${cart.id}/details`, { cart, body: { email, shipping_address: address } });
    const { items } = await this.ask("GET", `/v1/carts/${cart.id}/shipping-options`, { cart });
    return await this.ask("PUT", `/v1/carts/${cart.id}/shipping-option`, { cart, body: { id: items[0].id } });
  }

  /** A cart that only needs placing. */
  async readyCart(lines, email) {
    const cart = await this.createCart(lines);
    return { ...(await this.fillCart(cart, email)), token: cart.token };
  }

  place(cart, method, key) {
    return this.request("POST", `/v1/carts/${cart.id}/order`, { cart, key, body: { payment: { provider: "test", method } } });
  }

  pay(order, cart, method, key) {
    return this.request("POST", `/v1/orders/${order}/payments`, { cart, key, body: { provider: "test", method } });
  }

  cancel(order, cart, key) {
    return this.request("POST", `/v1/orders/${order}/cancel`, { cart, key, body: {} });
  }

  order(id, cart) {
    return this.ask("GET", `/v1/orders/${id}`, { cart });
  }

  /** Waits until a cart that is being placed is an order whose bank is asked; reading it changes nothing. */
  untilPending(cart) {
    return eventually(`the bank is asked for ${cart.id}`, 10_000, async () => {
      const { status, body } = await this.request("GET", `/v1/orders/${cart.id}`, { cart });
      return status === 200 && body.payment.status === "pending";
    });
  }
}

export const randomKey = () => randomBytes(12).toString("hex");

export const owner = { email: "owner@example.com", password: randomBytes(12).toString("base64url") };

/** A server of its own, and its owner signed in. */
export async function openShop({ env = {}, ...options } = {}) {
  const server = await startServer({ ...options, env: { ADMIN_EMAIL: owner.email, ADMIN_PASSWORD: owner.password, ...env } });
  const shop = new Shop(server.url);
  await shop.signIn(owner);
  return { server, shop };
}
