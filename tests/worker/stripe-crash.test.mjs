// Workerd dies at random moments of card payments, while answers of Stripe's get lost and its
// events come when they like. In the end Stripe's ledger equals the orders, to the cent.
//   SEED_CRASH  repeats a run's decisions (the machine's timing is not repeated)
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { eventually, pause, spread } from "../../scripts/lib/wait.mjs";
import { freePort } from "../../scripts/server.mjs";
import { startStripe } from "../stripe/stripe.mjs";
import { openShop, Shop } from "./shop.mjs";

const BUYERS = 6;
const PIECES = 10_000;
const KILLS = 6;
const PURCHASES = 120;
/** A server lives this long under load before it is killed, in milliseconds. */
const LIFE = [300, 3_000];
/** Longer than an attempt without an answer is asked after (30 s), and the alarm's own pace. */
const QUIET_MILLIS = 120_000;

const seed = Number(process.env.SEED_CRASH ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;

/** Xorshift: small, seedable, good enough to choose with. */
function randomness(seed) {
  let state = seed || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const chosen = (random, items) => items[Math.floor(random() * items.length)];

/** What buyers pay with; without a method their browser is asked for one. */
const methods = [...Array(7).fill("pm_card_visa"), "pm_card_chargeDeclined", "pm_card_authenticationRequired", undefined];

const faults = [["lost"], ["dropped"], ["unanswered"], ["status", { status: 429 }], ["failed", { takesEffect: true }], ["failed", { takesEffect: false }]];

test("no crash and no lost answer makes Stripe's ledger differ from the orders", { timeout: 400_000 }, async (t) => {
  console.log(`SEED_CRASH=${seed}`);
  const state = mkdtempSync(join(tmpdir(), "tradepost-stripe-crash-"));
  const port = await freePort();
  const stripe = await startStripe({ webhookUrl: `http://127.0.0.1:${port}/v1/webhooks/stripe` });
  const open = () => openShop({ port, state, env: stripe.env() });
  let { server, shop: admin } = await open();
  t.after(async () => {
    await server.stop();
    await stripe.stop();
    rmSync(state, { recursive: true, force: true });
  });
  const product = await admin.stockProduct("storm", PIECES);
  await admin.untilVisible([product]);

  const carts = [];
  let [purchases, kills, stopping] = [0, 0, false];

  /** One request, again and again until it is answered. */
  async function send(url, init) {
    for (;;) {
      try {
        const response = await fetch(url, init);
        const text = await response.text();
        const busy = response.status === 409 && text.includes("idempotency_key_in_use");
        if (response.status < 500 && !busy) return new Response(text || null, { status: response.status, headers: response.headers });
      } catch {
        // It was killed: another one comes.
      }
      await pause(100);
    }
  }

  /** What the buyer and the buyer's bank do about a question. */
  function answerBank(random, { client_secret: secret, method }) {
    try {
      if (method) stripe.vault.answerBank(secret, random() < 0.7);
      else stripe.vault.confirmInBrowser(secret, chosen(random, ["pm_card_visa", "pm_card_chargeDeclined"]));
    } catch {
      // It was called off, or declined in the browser.
    }
  }

  async function purchase(shop, random, name) {
    const cart = await shop.createCart([{ variant_id: product.variant, quantity: 1 }], `cart-of-${name}`);
    carts.push(cart);
    await shop.fillCart(cart, `${name}@example.com`);
    const method = chosen(random, methods);
    const payment = { provider: "stripe", ...(method && { method }) };
    const placed = await shop.request("POST", `/v1/carts/${cart.id}/order`, { cart, key: `${name}-place`, body: { payment } });
    purchases += 1;
    if (placed.status !== 201) return;
    const { status } = placed.body.payment;
    if (status === "requires_action" && random() < 0.7) answerBank(random, placed.body.payment);
    else if (status === "declined" && random() < 0.6) {
      const body = { provider: "stripe", method: "pm_card_visa" };
      await shop.request("POST", `/v1/orders/${cart.id}/payments`, { cart, key: `${name}-pay`, body });
    } else if (status !== "paid") await shop.cancel(cart.id, cart, `${name}-cancel`);
  }

  const buyers = Array.from({ length: BUYERS }, async (_, buyer) => {
    const random = randomness(seed + 1 + buyer);
    const shop = new Shop(server.url, send);
    for (let count = 0; !stopping; count += 1) await purchase(shop, random, `buyer${buyer}-${count}`);
  });
  const disturbing = (async () => {
    const random = randomness(seed + 99);
    while (!stopping) {
      const [kind, options] = chosen(random, faults);
      stripe.faults.plan(kind, { ...options, method: chosen(random, ["POST", "POST", "GET"]) });
      await pause(700);
    }
    stripe.faults.clear();
  })();

  const random = randomness(seed);
  while (kills < KILLS || purchases < PURCHASES) {
    await pause(LIFE[0] + random() * (LIFE[1] - LIFE[0]));
    await server.kill();
    kills += 1;
    ({ server, shop: admin } = await open());
  }
  stopping = true;
  await Promise.all([...buyers, disturbing]);

  // Whoever has not paid by now gives up.
  let orders;
  const over = ({ status, payment }) => ["open", "confirmed"].includes(status) || (status === "cancelled" && ["cancelled", "declined", "refunded"].includes(payment.status));
  await eventually("every order has ended", QUIET_MILLIS, async () => {
    await pause(2_000);
    orders = await spread(carts, 16, async (cart) => {
      const { status, body } = await admin.request("GET", `/v1/orders/${cart.id}`, { cart });
      if (status === 404) return { id: cart.id, status: "open" };
      if (body.status === "awaiting_payment") await admin.cancel(cart.id, cart);
      return body;
    });
    return orders.every(over);
  }).catch((error) => {
    const left = orders.filter((order) => !over(order)).slice(0, 3);
    const asked = stripe.requests.filter((request) => left.some(({ id }) => JSON.stringify(request).includes(id)));
    throw new Error(`${error.message}\n${JSON.stringify({ left, asked, last: stripe.requests.slice(-10) }, undefined, 1)}`);
  });

  const count = (wanted) => orders.filter(({ status }) => status === wanted).length;
  const summary = `${kills} kills, ${purchases} purchases, ${count("confirmed")} confirmed, ${count("cancelled")} cancelled, ${stripe.requests.length} requests to Stripe`;
  t.diagnostic(summary);
  console.log(summary);
  const wrong = orders.filter(({ id, status, totals }) => {
    const expected = status === "confirmed" ? totals.total.amount : 0;
    return stripe.vault.kept(id) !== expected || stripe.vault.held(id) !== 0;
  });
  assert.deepEqual(wrong, [], `SEED_CRASH=${seed}`);
  await eventually("the stock is what was sold", QUIET_MILLIS, async () => {
    const { on_hand, held } = await admin.stock(product.variant);
    return PIECES - on_hand === count("confirmed") && held === 0;
  });
  assert.ok(count("confirmed") > 0 && count("cancelled") > 0, summary);
});
