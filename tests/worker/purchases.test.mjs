// Purchases on the real thing: workerd on its own socket, its state on disk, and a ledger of the
// charges that the Worker cannot touch.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually, spread } from "../../scripts/lib/wait.mjs";
import { startLedger } from "./ledger.mjs";
import { openShop } from "./shop.mjs";

let ledger, server, shop;

before(async () => {
  ledger = await startLedger();
  ({ server, shop } = await openShop({ env: { TEST_PROVIDER_LEDGER: ledger.url } }));
});

after(async () => {
  await server?.stop();
  await ledger?.stop();
});

async function productWith(slug, pieces) {
  const product = await shop.stockProduct(slug, pieces);
  await shop.untilVisible([product]);
  return product;
}

const one = ({ variant }) => [{ variant_id: variant, quantity: 1 }];

/** Counts, such as { 201: 25 }. */
const tally = (values) => values.reduce((counts, value) => ({ ...counts, [value]: (counts[value] ?? 0) + 1 }), {});

test("three hundred buyers want twenty-five pieces at once, and twenty-five get one", async () => {
  const [buyers, pieces] = [300, 25];
  const product = await productWith("scarce", pieces);
  const carts = await spread(Array.from({ length: buyers }), 32, (_, index) =>
    shop.readyCart(one(product), `buyer${index}@example.com`),
  );

  const answers = await Promise.all(carts.map((cart, index) => shop.place(cart, "pm_card_visa", `scarce-${index}`)));

  assert.deepEqual(tally(answers.map(({ status }) => status)), { 201: pieces, 409: buyers - pieces });
  for (const { status, body } of answers) {
    if (status === 201) {
      assert.equal(body.status, "confirmed");
      assert.equal(body.payment.status, "paid");
    } else {
      assert.equal(body.code, "out_of_stock");
      assert.equal(body.lines.length, 1);
      assert.equal(body.lines[0].requested, 1);
      assert.equal(body.lines[0].available, 0);
    }
  }
  assert.equal(await shop.available(product.variant), 0);
  await eventually("all holds taken out", 5_000, async () => {
    const { on_hand, held } = await shop.stock(product.variant);
    return on_hand === 0 && held === 0;
  });
  const paid = carts.map(({ id }) => ledger.paid(id).length);
  assert.deepEqual(tally(paid), { 0: buyers - pieces, 1: pieces });

  // The refused are still carts; more stock lets one of them buy.
  await shop.adjust(product.variant, 1, "one-more");
  const refused = carts[answers.findIndex(({ status }) => status === 409)];
  const again = await shop.place(refused, "pm_card_visa", "scarce-again");
  assert.equal(again.status, 201, again.text);
  assert.equal(again.body.status, "confirmed");
});

test("two buyers want the same two things in opposite order, over and over", async () => {
  const [a, b] = [await productWith("pair-a", 40), await productWith("pair-b", 40)];
  const lines = ({ variant }) => ({ variant_id: variant, quantity: 1 });
  const carts = await spread(Array.from({ length: 60 }), 16, (_, index) =>
    shop.readyCart(index % 2 ? [lines(a), lines(b)] : [lines(b), lines(a)]),
  );
  const answers = await Promise.all(carts.map((cart, index) => shop.place(cart, "pm_card_visa", `pair-${index}`)));
  const counts = tally(answers.map(({ status }) => status));
  const sold = counts[201];
  assert.deepEqual(Object.keys(counts).sort(), ["201", "409"]);
  assert.ok(sold <= 40, `${sold} of 40 sold`);
  // Two orders may each have held the last piece of one thing and refused each other: nobody is
  // oversold, and what they gave back is for sale again.
  await eventually("nothing held", 5_000, async () => {
    const levels = await Promise.all([a, b].map(({ variant }) => shop.stock(variant)));
    return levels.every(({ on_hand, held, available }) => held === 0 && on_hand === 40 - sold && available === 40 - sold);
  });
});

test("a cart placed twenty times at once is one order with one charge", async () => {
  const product = await productWith("twenty", 100);
  const cart = await shop.readyCart([{ variant_id: product.variant, quantity: 2 }]);
  const before = ledger.puts;

  const answers = await Promise.all(Array.from({ length: 20 }, () => shop.place(cart, "pm_card_visa")));

  assert.deepEqual(tally(answers.map(({ status }) => status)), { 201: 20 });
  assert.deepEqual(tally(answers.map(({ body }) => body.id)), { [cart.id]: 20 });
  assert.deepEqual(tally(answers.map(({ body }) => body.status)), { confirmed: 20 });
  assert.equal(ledger.puts - before, 1, "the provider was asked once");
  assert.deepEqual(ledger.paid(cart.id), [{ status: "paid", amount: answers[0].body.totals.total.amount, currency: "EUR", refunded: 0, refunds: {} }]);
  assert.equal(await shop.available(product.variant), 98);
});

test("one key sent twenty times at once is answered once, and the answer is kept", async () => {
  const product = await productWith("keyed", 100);
  // How the requests meet is a matter of luck: several times.
  for (let round = 0; round < 10; round += 1) {
    const key = `keyed-${round}`;
    const cart = await shop.readyCart(one(product));

    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.place(cart, "pm_card_visa", key)));

    for (const { status, body } of answers) {
      if (status === 409) assert.equal(body.code, "idempotency_key_in_use");
      else assert.equal(status, 201);
    }
    const firsts = answers.filter(({ status, headers }) => status === 201 && !headers.has("idempotent-replayed"));
    assert.equal(firsts.length, 1, "one request did the work");
    const later = await shop.place(cart, "pm_card_visa", key);
    assert.equal(later.headers.get("idempotent-replayed"), "true");
    assert.equal(later.text, firsts[0].text, "byte for byte");
    assert.equal(ledger.paid(cart.id).length, 1);
    const other = await shop.place(cart, "pm_card_chargeDeclined", key);
    assert.equal(other.status, 422);
    assert.equal(other.body.code, "idempotency_key_reused");
  }
});

test("a purchase is in the staff's list within two seconds", async () => {
  const product = await productWith("listed", 10);
  const cart = await shop.readyCart(one(product), "listed@example.com");
  const { status, body } = await shop.place(cart, "pm_card_visa", "listed");
  assert.equal(status, 201);

  const row = await eventually("the order in GET /v1/admin/orders", 2_000, async () => {
    const { items } = await shop.admin("GET", "/v1/admin/orders?q=listed@example.com");
    return items.find(({ id }) => id === cart.id);
  });
  assert.equal(row.status, "confirmed");
  assert.equal(row.payment_status, "paid");
  assert.equal(row.number, body.number);
  assert.deepEqual(row.total, body.totals.total);
});

describe("every way to pay", { concurrency: true }, () => {
  let product;
  before(async () => {
    product = await productWith("methods", 100);
  });

  async function placed(method) {
    const cart = await shop.readyCart(one(product), `${method}@example.com`);
    const since = Date.now();
    const { status, body, text } = await shop.place(cart, method, `place-${method}`);
    assert.equal(status, 201, text);
    return { cart, order: body, took: Date.now() - since };
  }
  const look = (order, patience, wanted) =>
    eventually(`order ${order.id} ${wanted}`, patience, async () => {
      const now = await shop.order(order.cart.id, order.cart);
      return `${now.status} ${now.payment.status}` === wanted && now;
    });
  const charges = ({ id }) => [...ledger.charges].filter(([attempt]) => attempt.startsWith(`${id}-`)).map(([attempt, { status }]) => [attempt.slice(31), status]);

  test("a card that pays", async () => {
    const { cart, order } = await placed("pm_card_visa");
    assert.equal(order.status, "confirmed");
    assert.equal(order.payment.status, "paid");
    assert.deepEqual(charges(cart), [["1", "paid"]]);
  });

  for (const method of ["pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds"]) {
    test(`${method}, then another card`, async () => {
      const { cart, order } = await placed(method);
      assert.equal(order.status, "awaiting_payment");
      assert.equal(order.payment.status, "declined");
      assert.deepEqual(charges(cart), []);

      const second = await shop.pay(order.id, cart, "pm_card_visa", `second-${method}`);
      assert.equal(second.status, 200, second.text);
      assert.equal(second.body.status, "confirmed");
      assert.deepEqual(charges(cart), [["2", "paid"]]);
    });
  }

  test("a declined order that is cancelled gives its piece back", async () => {
    const own = await productWith("given-back", 1);
    const cart = await shop.readyCart(one(own));
    await shop.place(cart, "pm_card_chargeDeclined", "given-back");
    assert.equal(await shop.available(own.variant), 0, "held while it may still be paid");
    const { status, body } = await shop.cancel(cart.id, cart, "given-back-cancel");
    assert.equal(status, 200);
    assert.equal(body.status, "cancelled");
    await eventually("the piece is back", 5_000, async () => (await shop.available(own.variant)) === 1);
    assert.equal(ledger.paid(cart.id).length, 0);
  });

  test("a card that needs its bank's consent waits, and can be cancelled", async () => {
    const { cart, order } = await placed("pm_card_authenticationRequired");
    assert.equal(order.status, "awaiting_payment");
    assert.equal(order.payment.status, "requires_action");
    assert.ok(order.payment.client_secret);
    const again = await shop.pay(order.id, cart, "pm_card_authenticationRequired", "impatient");
    assert.equal(again.status, 409, "one attempt at a time");

    const cancelled = await shop.cancel(order.id, cart, "no-consent");
    assert.equal(cancelled.body.status, "cancelled");
    await eventually("the attempt is void", 15_000, () => charges(cart).some(([, status]) => status === "voided"));
    assert.deepEqual(charges(cart), [["1", "voided"]]);
  });

  test("another card while a bank is asked: the first attempt is called off before the second begins", async () => {
    const { cart, order } = await placed("pm_card_authenticationRequired");
    const other = await shop.pay(order.id, cart, "pm_card_visa", "another-way");
    assert.equal(other.status, 200, other.text);
    await look({ id: order.id, cart }, 15_000, "confirmed paid");
    assert.deepEqual(charges(cart), [["1", "voided"], ["2", "paid"]]);
  });

  test("a bank that thinks for two seconds", async () => {
    const { order, took } = await placed("pm_test_slow");
    assert.ok(took >= 1_900, `answered after ${took} ms`);
    assert.equal(order.status, "confirmed");
  });

  test("a bank that charges but never answers: the order confirms by itself", async () => {
    const { cart, order } = await placed("pm_test_timeout");
    assert.equal(order.status, "awaiting_payment");
    assert.equal(order.payment.status, "pending");
    await look({ ...order, cart }, 20_000, "confirmed paid");
    assert.deepEqual(charges(cart), [["1", "paid"]]);
  });

  test("a bank that cannot be reached: the attempt is called off, and another card pays", async () => {
    const { cart, order } = await placed("pm_test_unreachable");
    assert.equal(order.status, "awaiting_payment");
    assert.equal(order.payment.status, "pending");
    await look({ ...order, cart }, 90_000, "awaiting_payment declined");
    assert.deepEqual(charges(cart), [["1", "voided"]]);

    const second = await shop.pay(order.id, cart, "pm_card_visa", "reachable");
    assert.equal(second.body.status, "confirmed", second.text);
    assert.deepEqual(charges(cart), [["1", "voided"], ["2", "paid"]]);
  });
});

test("the provider was never asked for anything absurd", () => assert.deepEqual(ledger.mistakes, []));
