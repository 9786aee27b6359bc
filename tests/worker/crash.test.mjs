// Workerd dies at random moments of hundreds of purchases and comes back on what is on its disk.
// Clients carry on as good clients do: an unanswered request is sent again, with the same key.
//   SEED_CRASH  repeats a run's decisions (the machine's timing is not repeated)
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { eventually, pause, spread } from "../../scripts/lib/wait.mjs";
import { freePort } from "../../scripts/server.mjs";
import { startLedger } from "./ledger.mjs";
import { openShop, Shop } from "./shop.mjs";

const BUYERS = 8;
/** What there is of each product: some of it runs out. */
const STOCK = [60, 120, 240, 1_000, 1_000, 1_000];
const KILLS = 10;
const PURCHASES = 320;
/** A server lives this long under load before it is killed, in milliseconds. */
const LIFE = [200, 6_000];
/** A request that is unlucky again and again is answered before this. */
const PATIENCE_MILLIS = 240_000;
/** Longer than an attempt without an answer is asked after (30 s), and the alarm's own pace. */
const QUIET_MILLIS = 120_000;

const seed = Number(process.env.SEED_CRASH ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;

/** Mulberry32: small, seedable, good enough to choose with. */
function randomness(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What buyers pay with, by weight. */
const methods = [
  ["pm_card_visa", 78],
  ["pm_card_chargeDeclined", 8],
  ["pm_card_authenticationRequired", 6],
  ["pm_test_slow", 4],
  ["pm_test_timeout", 2],
  ["pm_test_unreachable", 2],
];

function chosen(random) {
  let at = random() * methods.reduce((sum, [, weight]) => sum + weight, 0);
  return methods.find(([, weight]) => (at -= weight) < 0)[0];
}

test("a server killed while the bank thinks: the alarm alone brings the order to its end", { timeout: 120_000 }, async (t) => {
  const state = mkdtempSync(join(tmpdir(), "tradepost-crash-"));
  const port = await freePort();
  const ledger = await startLedger();
  const open = () => openShop({ port, state, env: { TEST_PROVIDER_LEDGER: ledger.url } });
  let { server, shop } = await open();
  t.after(async () => {
    await server.stop();
    await ledger.stop();
    rmSync(state, { recursive: true, force: true });
  });
  const product = await shop.stockProduct("thinking", 10);
  await shop.untilVisible([product]);
  const place = async (method) => {
    const cart = await shop.readyCart([{ variant_id: product.variant, quantity: 1 }]);
    const answer = shop.place(cart, method, method).catch((error) => error);
    return { method, cart, answer };
  };
  // Each is killed in another place: before its charge, after a charge nobody heard of, never charged.
  const orders = await Promise.all(["pm_test_slow", "pm_test_timeout", "pm_test_unreachable"].map(place));
  await Promise.all(orders.map(({ cart }) => shop.untilPending(cart)));
  await eventually("the silent bank has charged", 2_000, () => ledger.paid(orders[1].cart.id).length === 1);
  await server.kill();
  for (const { answer } of orders) assert.ok((await answer) instanceof Error, "the buyer heard nothing");
  ({ server, shop } = await open());

  // The list is written from what orders tell by themselves: asking it rouses none of them.
  const listed = async ({ cart }) => (await shop.admin("GET", `/v1/admin/orders?q=${cart.id}`)).items[0];
  const [slow, timeout, unreachable] = orders;
  await eventually("the charged ones are confirmed", 40_000, async () => {
    const rows = await Promise.all([slow, timeout].map(listed));
    return rows.every((row) => row?.status === "confirmed");
  });
  await eventually("the one that never was is given up", 60_000, async () => (await listed(unreachable))?.payment_status === "declined");
  assert.deepEqual(orders.map(({ cart }) => ledger.paid(cart.id).length), [1, 1, 0]);
  for (const { cart, method } of [slow, timeout]) {
    const again = await shop.place(cart, method, method);
    // The kept first answer, which may be that the bank was silent; the order has moved on.
    assert.equal(again.status, 201, again.text);
    assert.equal((await shop.order(cart.id, cart)).status, "confirmed");
  }
  const second = await shop.pay(unreachable.cart.id, unreachable.cart, "pm_card_visa", "second");
  assert.equal(second.body.status, "confirmed", second.text);
  await eventually("three pieces are gone", 20_000, async () => {
    const { on_hand, held } = await shop.stock(product.variant);
    return on_hand === 7 && held === 0;
  });
  assert.deepEqual(ledger.mistakes, []);
});

test("no crash loses an order, a charge or a piece", { timeout: 600_000 }, async (t) => {
  console.log(`SEED_CRASH=${seed}`);
  const state = mkdtempSync(join(tmpdir(), "tradepost-crash-"));
  const port = await freePort();
  const ledger = await startLedger();
  const open = () => openShop({ port, state, env: { TEST_PROVIDER_LEDGER: ledger.url } });
  let { server, shop: admin } = await open();
  t.after(async () => {
    await server.stop();
    await ledger.stop();
    rmSync(state, { recursive: true, force: true });
  });

  const products = await Promise.all(STOCK.map((pieces, index) => admin.stockProduct(`crash-${index}`, pieces, 1_000 + 111 * index)));
  await admin.untilVisible(products);

  // What the clients saw; the only truth that a crash cannot touch.
  const seen = new Map();
  const problems = [];
  const counts = { purchases: 0, retries: 0, refused: 0 };
  let stopping = false;

  /** One request, again and again until it is answered. */
  async function send(url, init) {
    for (const since = Date.now(); ; ) {
      let answer;
      try {
        const response = await fetch(url, init);
        // The body is part of the answer: a connection may break within it.
        const text = await response.text();
        if (response.status < 500) {
          if (response.status !== 409 || !text.includes('"idempotency_key_in_use"')) {
            return new Response(text || null, { status: response.status, headers: response.headers });
          }
        } else if (response.status !== 503) {
          problems.push(`${init.method} ${url} answered ${response.status}: ${text.slice(0, 300)}`);
        }
        answer = `${response.status} ${text.slice(0, 200)}`;
      } catch (error) {
        answer = error.cause?.code ?? error.message;
      }
      counts.retries += 1;
      if (Date.now() - since > PATIENCE_MILLIS) throw new Error(`${init.method} ${url} stays without an answer; the last: ${answer}`);
      await pause(100);
    }
  }

  async function purchase(shop, random, name) {
    const lines = products
      .filter(() => random() < 0.3)
      .map(({ variant }) => ({ variant_id: variant, quantity: 1 + Math.floor(random() * 3) }));
    if (lines.length === 0) lines.push({ variant_id: products[Math.floor(random() * products.length)].variant, quantity: 1 });
    const method = chosen(random);

    const cart = await shop.createCart(lines, `cart-of-purchase-${name}`);
    const known = { cart, lines, method, answers: [] };
    seen.set(cart.id, known);
    await shop.fillCart(cart, `${name}@example.com`);
    const note = ({ status, body, text }) => {
      if (status < 300) known.answers.push({ status: body.status, payment: body.payment.status, total: body.totals.total.amount });
      else if (status !== 409) problems.push(`${cart.id} answered ${status}: ${text.slice(0, 300)}`);
      return status < 300 ? body : undefined;
    };
    const placed = note(await shop.place(cart, method, `${name}-place`));
    counts.purchases += 1;
    if (!placed) return void (counts.refused += 1);
    if (placed.payment.status === "declined" && random() < 0.7) {
      note(await shop.pay(cart.id, cart, "pm_card_visa", `${name}-pay`));
    } else if (["declined", "requires_action"].includes(placed.payment.status)) {
      note(await shop.cancel(cart.id, cart, `${name}-cancel`));
    }
  }

  const buyers = Array.from({ length: BUYERS }, async (_, buyer) => {
    const random = randomness(seed + 1 + buyer);
    const shop = new Shop(server.url, send);
    for (let count = 0; !stopping; count += 1) await purchase(shop, random, `buyer${buyer}-${count}`);
  });
  const failed = Promise.all(buyers);
  failed.catch(() => (stopping = true));

  const random = randomness(seed);
  let kills = 0;
  while (!stopping && (kills < KILLS || counts.purchases < PURCHASES)) {
    await pause(LIFE[0] + random() * (LIFE[1] - LIFE[0]));
    await server.kill();
    kills += 1;
    ({ server, shop: admin } = await open());
  }
  stopping = true;
  await failed;

  // From here on orders are only read, which changes nothing: alarms have to settle them.
  let orders;
  const settle = ({ status, payment }) => status === "open" || status === "confirmed" || (status === "cancelled" && payment.status !== "pending");
  const look = () =>
    spread([...seen.values()], 16, async ({ cart }) => {
      const answer = await admin.request("GET", `/v1/orders/${cart.id}`, { cart });
      if (answer.status === 404) {
        // Never placed: still a cart.
        const left = await admin.ask("GET", `/v1/carts/${cart.id}`, { cart });
        return { id: cart.id, status: left.status };
      }
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    });
  const abandoned = ({ status, payment }) => status === "awaiting_payment" && payment.status === "declined";
  await eventually("every order settled and nothing held", QUIET_MILLIS, async () => {
    await pause(2_000);
    const levels = await Promise.all(products.map(({ variant }) => admin.stock(variant)));
    orders = await look();
    // Whose bank was never reached, a buyer may still pay another way: here they give up.
    for (const order of orders.filter(abandoned)) await admin.cancel(order.id, seen.get(order.id).cart, `gave-up-${order.id}`);
    return orders.every(settle) && levels.every(({ held }) => held === 0);
  }).catch((error) => {
    const open = orders.filter((order) => !settle(order));
    throw new Error(`${error.message}\n${JSON.stringify(open.slice(0, 3), undefined, 1)}\n${open.length} orders are not settled`);
  });

  const count = (status) => orders.filter((order) => order.status === status).length;
  const again = ledger.puts - [...ledger.charges.values()].filter(({ status }) => status === "paid").length;
  const summary =
    `${kills} kills, ${counts.purchases} purchases, ${count("confirmed")} confirmed, ${count("cancelled")} cancelled, ` +
    `${counts.refused} refused, ${counts.retries} requests sent again, ${again} charges asked for again`;
  t.diagnostic(summary);
  console.log(summary);

  // Nothing that was answered is lost.
  const byId = new Map(orders.map((order) => [order.id, order]));
  for (const [id, { answers }] of seen) {
    const order = byId.get(id);
    for (const answer of answers) {
      if (order.status === "open") problems.push(`${id} was answered ${answer.status} and is a cart again`);
      else if (order.totals.total.amount !== answer.total) problems.push(`${id} changed its total`);
      if (answer.status === "confirmed" && order.status !== "confirmed") problems.push(`${id} was confirmed and is ${order.status}`);
    }
  }
  // Every charge belongs to one order and is for its total; every paid one has goods or a refund.
  const unrefunded = new Map();
  for (const [attempt, { status, amount, refunded }] of ledger.charges) {
    const order = byId.get(attempt.slice(0, 30));
    if (!order) problems.push(`${attempt}: a charge without an order`);
    if (status !== "paid") continue;
    if (order?.totals?.total.amount !== amount) problems.push(`${attempt}: charged ${amount} for an order of ${JSON.stringify(order?.totals)}`);
    if (refunded !== 0 && refunded !== amount) problems.push(`${attempt}: charged ${amount}, refunded ${refunded}`);
    if (refunded === 0) unrefunded.set(order?.id, (unrefunded.get(order?.id) ?? 0) + 1);
  }
  for (const { id, status } of orders) {
    const expected = status === "confirmed" ? 1 : 0;
    const paid = unrefunded.get(id) ?? 0;
    if (paid !== expected) problems.push(`${id} is ${status} and was paid ${paid} times`);
  }
  problems.push(...ledger.mistakes);
  // What left the shelves is what was sold.
  for (const { variant, slug, pieces } of products) {
    const sold = orders
      .filter(({ status }) => status === "confirmed")
      .flatMap(({ lines }) => lines)
      .filter(({ variant_id }) => variant_id === variant)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    const { on_hand, held, available } = await admin.stock(variant);
    if (held !== 0) problems.push(`${slug}: ${held} held`);
    if (pieces - on_hand !== sold) problems.push(`${slug}: ${pieces - on_hand} left the shelf, ${sold} were sold`);
    if (available !== on_hand || on_hand < 0) problems.push(`${slug}: ${available} available of ${on_hand}`);
  }
  assert.deepEqual(problems, [], `SEED_CRASH=${seed}`);
  assert.ok(kills >= 8 && counts.purchases >= 300, summary);
  assert.ok(count("confirmed") > 0 && counts.refused > 0, `a mixed run: ${summary}`);
});
