// What the platform may do to an object at any moment: drop it from memory, ring its alarm once
// more, deliver a message twice. `createTestHarness()` does the first; harness.js adds the others.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createTestHarness, experimental_readRawConfig as readRawConfig } from "wrangler";
import { at, root } from "../../scripts/lib/paths.mjs";
import { eventually, pause } from "../../scripts/lib/wait.mjs";
import { startLedger } from "./ledger.mjs";
import { owner, Shop } from "./shop.mjs";

let ledger, harness, worker, shop, env;
const folder = mkdtempSync(join(tmpdir(), "tradepost-harness-"));

/**
 * wrangler.toml with another main module, in a folder of its own: beside a `.dev.vars`, as
 * `npm run dev` writes it, that file's values would count.
 */
function config() {
  const { rawConfig: own } = readRawConfig({ config: at("wrangler.toml") });
  const config = {
    ...own,
    main: at("tests", "worker", "harness.js"),
    d1_databases: own.d1_databases.map((database) => ({ ...database, migrations_dir: at("migrations") })),
    assets: { ...own.assets, directory: at("public") },
    vars: {
      SECRET_KEY: randomBytes(32).toString("hex"),
      ADMIN_EMAIL: owner.email,
      ADMIN_PASSWORD: owner.password,
      TEST_PROVIDER: "on",
      TEST_PROVIDER_LEDGER: ledger.url,
      DEVELOPMENT: "on",
      CORS_ORIGINS: "https://friend.example",
    },
  };
  writeFileSync(join(folder, "wrangler.json"), JSON.stringify(config));
  return join(folder, "wrangler.json");
}

before(async () => {
  // Else wrangler looks for the Internet, and warns when there is none.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  process.env.WRANGLER_LOG = "warn";
  ledger = await startLedger();
  harness = createTestHarness({ root, workers: [{ configPath: config() }] });
  const { url } = await harness.listen();
  worker = harness.getWorker();
  await worker.applyD1Migrations("DB");
  env = await worker.getEnv();
  // Before anybody has read the limits, which are kept for a minute.
  const limits = JSON.stringify({ carts_by_account: { at_once: 3, one_each_seconds: 4 } });
  await env.DB.prepare("INSERT INTO settings (key, value) VALUES ('limits', ?)").bind(limits).run();
  shop = new Shop(url.origin);
  await shop.signIn(owner);
});

after(async () => {
  await harness?.close();
  await ledger?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const evict = (binding, name) =>
  worker.evictDurableObject(binding, { name }).catch((error) => {
    // One that is not in memory needs no eviction.
    if (!error.message.includes("not currently running")) throw error;
  });
const poolOf = ({ variant }) => `stock/${variant}`;

async function productWith(slug, pieces) {
  const product = await shop.stockProduct(slug, pieces);
  await shop.untilVisible([product]);
  return product;
}

/** Has an order's object do one of the things of harness.js. */
const make = async (order, what) => (await shop.ask("POST", `/harness/ORDERS/${what}/${order}`)).answer;
const ring = (order) => make(order, "ring");

/** The row that only the queue's consumer writes: reading it touches no object. */
const row = (order) => env.DB.prepare("SELECT status, payment_status, version FROM orders WHERE id = ?").bind(order).first();

test("objects evicted between every two steps of a purchase remember everything", async () => {
  const product = await productWith("evicted", 10);
  const cart = await shop.createCart([{ variant_id: product.variant, quantity: 2 }]);
  const forget = () => Promise.all([evict("ORDERS", cart.id), evict("POOLS", poolOf(product))]);

  await forget();
  const more = await shop.ask("POST", `/v1/carts/${cart.id}/lines`, { cart, key: "more", body: { variant_id: product.variant, quantity: 1 } });
  assert.equal(more.lines[0].quantity, 3);
  await forget();
  const same = await shop.ask("POST", `/v1/carts/${cart.id}/lines`, { cart, key: "more", body: { variant_id: product.variant, quantity: 1 } });
  assert.deepEqual(same, more, "the kept answer");
  await forget();
  await shop.fillCart(cart);
  await forget();
  const declined = await shop.place(cart, "pm_card_chargeDeclined", "place");
  assert.equal(declined.body.payment.status, "declined", declined.text);
  await forget();
  assert.equal(await shop.available(product.variant), 7, "held");
  const again = await shop.place(cart, "pm_card_chargeDeclined", "place");
  assert.equal(again.headers.get("idempotent-replayed"), "true");
  assert.equal(again.text, declined.text);
  await forget();
  const paid = await shop.pay(cart.id, cart, "pm_card_visa", "pay");
  assert.equal(paid.body.status, "confirmed", paid.text);
  await forget();
  assert.equal((await shop.order(cart.id, cart)).status, "confirmed");
  await eventually("the pieces are taken out", 15_000, async () => {
    await forget();
    const { on_hand, held } = await shop.stock(product.variant);
    return on_hand === 7 && held === 0;
  });
  await eventually("the list knows", 15_000, async () => (await row(cart.id))?.status === "confirmed");
  assert.equal(ledger.paid(cart.id).length, 1);
});

// Eviction lets a running request finish, and timers too, so losing an object in the middle of
// one is for crash.test.mjs. What runs on after the answer is not waited for.
test("an order evicted the moment it is answered still takes its pieces out and tells the list", async () => {
  const product = await productWith("answered", 10);
  const carts = await Promise.all(Array.from({ length: 8 }, () => shop.readyCart([{ variant_id: product.variant, quantity: 1 }])));
  for (const [index, cart] of carts.entries()) {
    const placed = await shop.place(cart, "pm_card_visa", `answered-${index}`);
    assert.equal(placed.body.status, "confirmed", placed.text);
    await Promise.all([evict("ORDERS", cart.id), evict("POOLS", poolOf(product))]);
  }
  // The watchdog rings ten seconds after the placement; nothing else asks the orders.
  await eventually("the alarms have taken the pieces out", 30_000, async () => {
    const { on_hand, held } = await shop.stock(product.variant);
    return on_hand === 2 && held === 0;
  });
  await eventually("the list knows all", 15_000, async () => (await Promise.all(carts.map(({ id }) => row(id)))).every((row) => row?.status === "confirmed"));
  for (const { id } of carts) assert.equal(ledger.paid(id).length, 1);
});

test("an order evicted while it waits for a lost answer is confirmed by the alarm alone", async () => {
  const product = await productWith("lost-answer", 10);
  const cart = await shop.readyCart([{ variant_id: product.variant, quantity: 1 }]);
  const placed = await shop.place(cart, "pm_test_timeout", "timeout");
  assert.equal(placed.body.status, "awaiting_payment", placed.text);
  assert.equal(placed.body.payment.status, "pending");
  await Promise.all([evict("ORDERS", cart.id), evict("POOLS", poolOf(product))]);

  await eventually("the alarm alone confirms it", 20_000, async () => (await row(cart.id))?.status === "confirmed");
  assert.equal(ledger.paid(cart.id).length, 1);
  assert.deepEqual(await shop.stock(product.variant).then(({ on_hand, held }) => ({ on_hand, held })), { on_hand: 9, held: 0 });
});

test("alarms that ring too often, too early, or twice at once change nothing", async () => {
  const product = await productWith("rung", 10);
  const cart = await shop.readyCart([{ variant_id: product.variant, quantity: 1 }]);
  await ring(cart.id);
  const untouched = await shop.ask("GET", `/v1/carts/${cart.id}`, { cart });
  assert.equal(untouched.status, "open");

  const placing = shop.place(cart, "pm_test_slow", "rung");
  await shop.untilPending(cart);
  await Promise.all([ring(cart.id), ring(cart.id)]);
  const placed = await placing;
  assert.equal(placed.status, 201, placed.text);
  assert.equal(placed.body.status, "confirmed");

  await Promise.all([ring(cart.id), ring(cart.id)]);
  await ring(cart.id);
  await evict("ORDERS", cart.id);
  await ring(cart.id);
  const { events: before } = await shop.order(cart.id, cart);
  await ring(cart.id);
  const { events } = await shop.order(cart.id, cart);
  assert.deepEqual(events, before);
  assert.deepEqual(events.map(({ type }) => type).sort(), [...new Set(events.map(({ type }) => type))].sort(), "each once");
  assert.equal(ledger.paid(cart.id).length, 1);
  const { on_hand, held } = await shop.stock(product.variant);
  assert.deepEqual({ on_hand, held }, { on_hand: 9, held: 0 });
});

test("a cancelled order whose alarm rings twice is voided once and its pieces come back once", async () => {
  const product = await productWith("called-off", 3);
  const cart = await shop.readyCart([{ variant_id: product.variant, quantity: 3 }]);
  await shop.place(cart, "pm_card_authenticationRequired", "called-off");
  assert.equal(await shop.available(product.variant), 0);
  const cancelled = await shop.cancel(cart.id, cart, "cancel");
  assert.equal(cancelled.body.status, "cancelled", cancelled.text);
  await Promise.all([ring(cart.id), ring(cart.id), evict("POOLS", poolOf(product))]);
  await ring(cart.id);
  await eventually("the pieces are back", 15_000, async () => (await shop.available(product.variant)) === 3);
  const { on_hand, held } = await shop.stock(product.variant);
  assert.deepEqual({ on_hand, held }, { on_hand: 3, held: 0 });
  assert.equal(ledger.charges.get(`${cart.id}-1`)?.status, "voided");
  await eventually("the list knows", 15_000, async () => (await row(cart.id))?.status === "cancelled");
});

test("an alarm that fails rings again until it does not", async () => {
  const product = await productWith("failing", 5);
  const cart = await shop.readyCart([{ variant_id: product.variant, quantity: 1 }]);
  const placed = await shop.place(cart, "pm_card_authenticationRequired", "failing");
  assert.equal(placed.body.status, "awaiting_payment", placed.text);
  await make(cart.id, "break");
  await evict("ORDERS", cart.id);
  assert.equal((await shop.request("GET", `/v1/orders/${cart.id}`, { cart })).status, 503, "it cannot be read");
  // The platform gives an alarm up after six failures.
  for (let failure = 0; failure < 7; failure += 1) await ring(cart.id);
  const next = await make(cart.id, "alarmAt");
  assert.ok(next > Date.now() && next <= Date.now() + 10_000, `the next at ${next}`);
  await make(cart.id, "mend");
  await eventually("the alarm that rang is set for the hold's end", 15_000, async () => (await make(cart.id, "alarmAt")) > Date.now() + 60_000);
  assert.equal((await shop.order(cart.id, cart)).status, "awaiting_payment");
});

test("a throttle counts on when it was evicted, and is gone once nothing of it matters", async () => {
  const customer = { email: "counted@example.com", password: "thimble orchard meridian 7" };
  await shop.ask("POST", "/v1/auth/register", { body: customer });
  const { access_token: bearer, account } = await shop.ask("POST", "/v1/auth/login", { body: customer });
  const throttle = `account/${account.id}`;
  const stored = async () => (await shop.ask("POST", `/harness/THROTTLES/stored/${encodeURIComponent(throttle)}`)).answer;
  const begin = () => shop.request("POST", "/v1/carts", { bearer, body: {} });
  for (let cart = 0; cart < 3; cart += 1) {
    assert.equal((await begin()).status, 201);
    await evict("THROTTLES", throttle);
  }
  const refused = await begin();
  assert.deepEqual([refused.status, refused.body.code], [429, "too_many_requests"], refused.text);
  const wait = Number(refused.headers.get("retry-after"));
  assert.ok(wait >= 1 && wait <= 4, `${wait} s`);
  const { tables, alarmAt } = await stored();
  assert.ok(tables === 1 && alarmAt > Date.now() - 1_000, "it has an alarm");

  await eventually("one comes back", 6_000, async () => (await begin()).status === 201);
  await evict("THROTTLES", throttle);
  await eventually("nothing is stored any more", 30_000, async () => (await stored()).tables === 0);
  assert.equal((await stored()).alarmAt, null);
  for (let cart = 0; cart < 3; cart += 1) assert.equal((await begin()).status, 201, "all of them are back");
  assert.equal((await begin()).status, 429);
});

test("queue messages delivered twice and in reverse leave the newest state once", async () => {
  const product = await productWith("delivered", 50);
  const carts = await Promise.all(Array.from({ length: 12 }, (_, index) => shop.readyCart([{ variant_id: product.variant, quantity: 1 }], `twice${index}@example.com`)));
  // A decline, then a payment: two messages of each order, often in one batch.
  await Promise.all(carts.map((cart, index) => shop.place(cart, "pm_card_chargeDeclined", `twice-${index}`)));
  await Promise.all(carts.map((cart, index) => shop.pay(cart.id, cart, "pm_card_visa", `twice-pay-${index}`)));

  const rows = () => Promise.all(carts.map(({ id }) => row(id)));
  await eventually("every order in the list", 15_000, async () => (await rows()).every((row) => row?.status === "confirmed"));
  const { delivered } = await shop.ask("GET", "/harness/delivered");
  assert.ok(delivered >= 2 * carts.length, `${delivered} deliveries`);
  const settled = await rows();
  // Let whatever is still in the queue arrive, and then see that nothing moved back.
  await eventually("the queue is empty", 15_000, async () => {
    const { delivered: before } = await shop.ask("GET", "/harness/delivered");
    // Only silence tells: a batch is waited for a second, then delivered twice.
    await pause(2_500);
    return before === (await shop.ask("GET", "/harness/delivered")).delivered;
  });
  const later = await rows();
  for (const [index, now] of later.entries()) {
    assert.equal(now.status, "confirmed");
    assert.equal(now.payment_status, "paid");
    assert.ok(now.version >= settled[index].version);
  }
  const { total } = await shop.admin("GET", "/v1/admin/orders?q=twice");
  assert.equal(total, carts.length, "one row for each");
  // The levels that came along are the pool's last word too, not an earlier one.
  const shown = () => env.DB.prepare("SELECT on_hand, held FROM stock_levels WHERE variant_id = ?").bind(product.variant).first();
  await eventually("the shown stock is the pool's", 15_000, async () => (await shown())?.on_hand === 50 - carts.length);
  assert.deepEqual(await shown(), { on_hand: 50 - carts.length, held: 0 });
});

test("the quick path says that other sites are answered otherwise", async () => {
  const product = await productWith("varied", 1);
  const path = `/v1/products/${product.slug}`;
  const { headers } = await shop.request("GET", path);
  assert.equal(headers.get("vary"), "origin");
  const again = await shop.request("GET", path, { headers: { "if-none-match": headers.get("etag") } });
  assert.deepEqual([again.status, again.headers.get("vary")], [304, "origin"]);
  const friend = await shop.request("GET", path, { headers: { origin: "https://friend.example" } });
  assert.equal(friend.headers.get("access-control-allow-origin"), "https://friend.example");
});

test("the platform's own assets hand out what a page refers to", async () => {
  const { text } = await shop.request("GET", "/");
  const [, styles] = /href="(\/assets\/shop\.[0-9a-f]{16}\.css)"/.exec(text);
  const { status, headers } = await shop.request("GET", styles);
  assert.deepEqual([status, headers.get("cache-control")], [200, "public, max-age=31536000, immutable"]);
});

test("an asset that is not there is a problem like any other", async () => {
  for (const path of ["/assets/nope.svg", "/openapi.jsonx", "/favicon.ico"]) {
    const { status, headers, body } = await shop.request("GET", path);
    assert.deepEqual([status, headers.get("content-type"), body.code], [404, "application/problem+json", "not_found"], path);
    assert.ok(headers.get("x-request-id"), path);
  }
});
