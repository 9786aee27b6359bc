// Card payments on the real thing: workerd, Stripe's stand-in with a ledger of its own, and events
// that come early, late, often, out of order or never. In the end the ledger equals the orders.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, beforeEach, describe, test } from "node:test";
import { eventually, pause } from "../../scripts/lib/wait.mjs";
import { startStripe } from "../stripe/stripe.mjs";
import { openShop } from "./shop.mjs";

const CARD = "pm_card_visa";
const BANK_ASKS = "pm_card_authenticationRequired";
/** A call that is not answered is given up after 4 seconds, and looked after soon. */
const PATIENCE = 20_000;

let stripe, server, shop, product;
/** Every cart that was placed, for the reckoning. */
const placed = [];

before(async () => {
  stripe = await startStripe();
  ({ server, shop } = await openShop({ env: stripe.env() }));
  stripe.events.url = `${server.url}/v1/webhooks/stripe`;
  product = await shop.stockProduct("card-thing", 500);
  await shop.untilVisible([product]);
});

beforeEach(() => {
  stripe.events.automatic = true;
  stripe.faults.clear();
});

after(async () => {
  await server?.stop();
  await stripe?.stop();
});

const cartOf = () => shop.readyCart([{ variant_id: product.variant, quantity: 1 }], "buyer@example.com");

function place(cart, method, key) {
  placed.push(cart);
  const payment = method ? { provider: "stripe", method } : { provider: "stripe" };
  return shop.request("POST", `/v1/carts/${cart.id}/order`, { cart, key, body: { payment } });
}

const pay = (cart, method) => shop.request("POST", `/v1/orders/${cart.id}/payments`, { cart, body: { provider: "stripe", method } });

/** A new order by this method, and what the buyer was told. */
async function order(method) {
  const cart = await cartOf();
  const { status, body, text } = await place(cart, method);
  assert.equal(status, 201, text);
  return { cart, body };
}

const until = (cart, status, payment, patience = PATIENCE) =>
  eventually(`${cart.id} is ${status} and ${payment}`, patience, async () => {
    // While it is being placed it is a cart still.
    const { body, status: told } = await shop.request("GET", `/v1/orders/${cart.id}`, { cart });
    return told === 200 && body.status === status && body.payment.status === payment && body;
  });

const intentsOf = (cart) => stripe.vault.intents.filter(({ metadata }) => metadata.order === cart.id);
const intentOf = (cart) => intentsOf(cart).at(-1);
const kinds = ({ events }) => events.map(({ type }) => type);
const isConfirmed = ({ status, payment }) => status === "confirmed" && payment.status === "paid";

describe("a card", () => {
  test("pays at once", async () => {
    const { cart, body } = await order(CARD);
    assert.ok(isConfirmed(body), JSON.stringify(body.payment));
    assert.deepEqual([body.payment.provider, body.payment.method], ["stripe", CARD]);
    assert.deepEqual(body.payment.captured, body.totals.total);
    const { metadata, amount, currency } = intentOf(cart);
    assert.deepEqual(metadata, { order: cart.id, attempt: `${cart.id}-1` });
    assert.deepEqual([amount, currency], [body.totals.total.amount, "eur"]);
    assert.equal(stripe.vault.kept(cart.id), body.totals.total.amount);
  });

  test("is declined, another pays, and what is told of the first then changes nothing", async () => {
    const { cart, body } = await order("pm_card_chargeDeclinedInsufficientFunds");
    assert.deepEqual([body.payment.status, body.payment.decline_reason], ["declined", "insufficient_funds"]);
    assert.equal(intentOf(cart).status, "canceled", "a declined intent would take another card");
    const second = await pay(cart, CARD);
    assert.ok(isConfirmed(second.body), second.text);
    const [failed] = stripe.events.of("payment_intent.payment_failed", `${cart.id}-1`);
    const before = await shop.order(cart.id, cart);
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => stripe.events.tell(failed))), [204, 204, 204]);
    const after = await shop.order(cart.id, cart);
    assert.deepEqual([after.payment, kinds(after)], [before.payment, kinds(before)]);
    assert.equal(stripe.vault.kept(cart.id), after.totals.total.amount);
  });

  test("that Stripe does not know takes no money", async () => {
    const { cart, body } = await order("pm_1Nonsense");
    assert.equal(body.payment.status, "declined");
    assert.equal(intentsOf(cart).length, 0);
  });
});

describe("the buyer's browser", () => {
  test("asks for a card where the order came without one", async () => {
    const { cart, body } = await order();
    assert.equal(body.payment.status, "requires_action");
    assert.equal(body.payment.publishable_key, "pk_test_standin");
    assert.throws(() => stripe.vault.confirmInBrowser(body.payment.client_secret, "pm_card_chargeDeclined"));
    // Declined there, it asks for another one: the order waits.
    await pause(500);
    assert.equal((await shop.order(cart.id, cart)).payment.status, "requires_action");
    stripe.vault.confirmInBrowser(body.payment.client_secret, CARD);
    const paid = await until(cart, "confirmed", "paid");
    assert.equal(paid.payment.client_secret, undefined);
  });

  test("has the bank's question answered with yes", async () => {
    const { cart, body } = await order(BANK_ASKS);
    assert.equal(body.payment.status, "requires_action");
    stripe.vault.answerBank(body.payment.client_secret, true);
    await until(cart, "confirmed", "paid");
  });

  test("has it answered with no, and another card pays", async () => {
    const { cart, body } = await order(BANK_ASKS);
    stripe.vault.answerBank(body.payment.client_secret, false);
    const declined = await until(cart, "awaiting_payment", "declined");
    assert.equal(declined.payment.decline_reason, "authentication_failed");
    assert.ok(isConfirmed((await pay(cart, CARD)).body));
  });

  test("pays another way while the bank is asked: the first can take nothing any more", async () => {
    const { cart, body } = await order(BANK_ASKS);
    assert.ok(isConfirmed((await pay(cart, CARD)).body));
    assert.equal(intentsOf(cart)[0].status, "canceled");
    assert.throws(() => stripe.vault.answerBank(body.payment.client_secret, true));
  });
});

describe("an event", () => {
  test("that comes before our own call was answered confirms the order", async () => {
    const cart = await cartOf();
    const goOn = stripe.faults.hold("slow", { path: /payment_intents$/ });
    const answer = place(cart, CARD);
    await until(cart, "confirmed", "paid", 3_500);
    goOn();
    const { status, body } = await answer;
    assert.deepEqual([status, body.status], [201, "confirmed"]);
    assert.equal(stripe.vault.kept(cart.id), body.totals.total.amount);
  });

  test("counts once, however often and in whatever order it comes", async () => {
    stripe.events.automatic = false;
    const { cart, body } = await order(BANK_ASKS);
    stripe.vault.answerBank(body.payment.client_secret, true);
    const attempt = `${cart.id}-1`;
    const events = stripe.events.all.filter(({ data }) => data.object.metadata.attempt === attempt);
    assert.deepEqual(events.map(({ type }) => type), ["payment_intent.created", "payment_intent.requires_action", "payment_intent.succeeded"]);
    const told = [...events].reverse().flatMap((event) => [event, event, event]);
    assert.deepEqual(new Set(await Promise.all(told.map((event) => stripe.events.tell(event)))), new Set([204]));
    const paid = await until(cart, "confirmed", "paid");
    assert.equal(kinds(paid).filter((kind) => kind === "paid").length, 1);
  });

  test("with a good signature that is six days old is refused", async () => {
    stripe.events.automatic = false;
    const { cart, body } = await order(BANK_ASKS);
    stripe.vault.answerBank(body.payment.client_secret, true);
    const [event] = stripe.events.of("payment_intent.succeeded", `${cart.id}-1`);
    const seconds = Math.floor(Date.now() / 1000) - 6 * 24 * 3600;
    assert.equal(await stripe.events.tell(event, { seconds }), 400);
    assert.equal(await stripe.events.tell(event, { secret: "whsec_other" }), 400);
    assert.equal((await shop.order(cart.id, cart)).payment.status, "requires_action");
    assert.equal(await stripe.events.tell(event), 204);
    await until(cart, "confirmed", "paid");
  });

  test("of another amount, currency, mode or account is heard and never taken for paid", async () => {
    stripe.events.automatic = false;
    const { cart, body } = await order(BANK_ASKS);
    const { metadata } = intentOf(cart);
    const amount = String(body.totals.total.amount);
    for (const [made, overrides] of [
      [{ amount: "60", currency: "eur" }, {}],
      [{ amount, currency: "usd" }, {}],
      [{ amount, currency: "eur" }, { livemode: true }],
      [{ amount, currency: "eur" }, { account: "acct_other" }],
    ]) {
      const strange = stripe.vault.createIntent({ ...made, payment_method: CARD, confirm: "true", metadata: { ...metadata, order: "strange" } });
      strange.metadata = { ...metadata };
      const event = { ...stripe.events.all.at(-1), ...overrides };
      event.data.object.metadata = { ...metadata };
      assert.equal(await stripe.events.tell(event), 204);
      strange.metadata = { order: "strange", attempt: "strange-1" };
    }
    const order_ = await shop.order(cart.id, cart);
    assert.deepEqual([order_.status, order_.payment.status], ["awaiting_payment", "requires_action"]);
    assert.ok(isConfirmed((await pay(cart, CARD)).body));
  });

  test("about a contested payment is noted once", async () => {
    const { cart } = await order("pm_card_createDispute");
    const disputed = () => shop.order(cart.id, cart).then((order) => kinds(order).filter((kind) => kind === "disputed").length);
    await eventually("the dispute is noted", PATIENCE, disputed);
    const event = stripe.events.all.find(({ type, data }) => type === "charge.dispute.created" && data.object.payment_intent === intentOf(cart).id);
    assert.equal(await stripe.events.tell(event), 204);
    assert.equal(await disputed(), 1);
  });

  test("of money that went back by Stripe's own pages is reflected, in parts and in whole", async () => {
    const { cart, body } = await order(CARD);
    const { id } = intentOf(cart);
    stripe.vault.createRefund({ payment_intent: id, amount: "1000" });
    const part = await until(cart, "confirmed", "partially_refunded");
    assert.equal(part.refunded.amount, 1000);
    stripe.vault.createRefund({ payment_intent: id });
    const whole = await until(cart, "confirmed", "refunded");
    assert.deepEqual([whole.refunded, kinds(whole).filter((kind) => kind === "refunded").length], [body.totals.total, 2]);
  });

  test("is asked for again while Stripe cannot be asked", async () => {
    stripe.events.automatic = false;
    const { cart, body } = await order(BANK_ASKS);
    stripe.vault.answerBank(body.payment.client_secret, true);
    const [event] = stripe.events.of("payment_intent.succeeded", `${cart.id}-1`);
    stripe.faults.plan("status", { method: "GET", status: 500 });
    assert.equal(await stripe.events.tell(event), 503);
    assert.equal(await stripe.events.tell(event), 204);
    await until(cart, "confirmed", "paid");
  });
});

describe("without any event", () => {
  beforeEach(() => (stripe.events.automatic = false));

  for (const [what, kind, options] of [
    ["a call that was lost", "lost", {}],
    ["an answer that was lost", "dropped", {}],
    ["an answer that never came", "unanswered", {}],
    ["a failure of Stripe's", "status", { status: 500 }],
    ["too many requests", "status", { status: 429 }],
  ]) {
    test(`${what} is asked for again, and charged once`, async () => {
      stripe.faults.plan(kind, { path: /payment_intents$/, ...options });
      const { cart } = await order(CARD);
      const paid = await until(cart, "confirmed", "paid");
      assert.equal(intentsOf(cart).length, 1);
      assert.equal(stripe.vault.kept(cart.id), paid.totals.total.amount);
    });
  }

  for (const [what, takesEffect, attempt] of [["took the money", true, 1], ["did nothing", false, 2]]) {
    test(`a failure that Stripe repeats for ever, and that ${what}, does not keep the buyer waiting`, async () => {
      stripe.faults.plan("failed", { path: /payment_intents$/, takesEffect });
      const { cart, body } = await order(CARD);
      assert.equal(body.payment.status, "pending");
      await pay(cart, "pm_card_mastercard");
      const paid = await until(cart, "confirmed", "paid");
      assert.equal(paid.payment.attempt, attempt);
      assert.equal(stripe.vault.kept(cart.id), paid.totals.total.amount);
    });
  }

  test("a call that arrives after the order was cancelled takes nothing", async () => {
    const cart = await cartOf();
    const arrive = stripe.faults.hold("late", { path: /payment_intents$/, times: 1 });
    const { body } = await place(cart, CARD);
    assert.equal(body.payment.status, "pending");
    await eventually("it is cancelled", PATIENCE, async () => {
      const { status } = await shop.cancel(cart.id, cart);
      return status === 200;
    });
    // Asked again under its key, it may have been charged by now: then it goes back.
    await eventually("nothing is open", PATIENCE, async () => {
      const { payment } = await shop.order(cart.id, cart);
      return ["cancelled", "refunded"].includes(payment.status);
    });
    arrive();
    await pause(500);
    assert.equal(stripe.vault.kept(cart.id), 0);
    assert.equal(intentsOf(cart).length, 1, "the key was used once");
  });

  test("what was paid when the order was cancelled goes back", async () => {
    const { cart, body } = await order(BANK_ASKS);
    stripe.vault.answerBank(body.payment.client_secret, true);
    assert.equal((await shop.cancel(cart.id, cart)).status, 200);
    const refunded = await until(cart, "cancelled", "refunded");
    assert.deepEqual(refunded.refunded, refunded.totals.total);
    assert.equal(stripe.vault.kept(cart.id), 0);
  });
});

test("cancelled while the bank says yes: paid or given back, never both and never neither", async () => {
  const orders = await Promise.all(Array.from({ length: 12 }, () => order(BANK_ASKS)));
  await Promise.all(
    orders.map(async ({ cart, body }, index) => {
      const cancelling = async () => {
        await pause(index * 5);
        return shop.cancel(cart.id, cart);
      };
      const approving = async () => {
        await pause(30);
        try {
          stripe.vault.answerBank(body.payment.client_secret, true);
        } catch {
          // It was cancelled before.
        }
      };
      await Promise.all([cancelling(), approving()]);
    }),
  );
  for (const { cart, body } of orders) {
    const ended = await eventually(`${cart.id} has ended`, PATIENCE, async () => {
      const { status, payment } = await shop.order(cart.id, cart);
      const over = status === "confirmed" ? payment.status === "paid" : ["cancelled", "refunded"].includes(payment.status);
      return over && status;
    });
    assert.equal(stripe.vault.kept(cart.id), ended === "confirmed" ? body.totals.total.amount : 0);
  }
});

test("the ledger equals the orders, to the cent", async () => {
  for (const cart of placed) {
    const { payment, refunded, status } = await shop.order(cart.id, cart);
    const has = payment.captured.amount - refunded.amount;
    assert.equal(stripe.vault.kept(cart.id), has, `${cart.id} is ${status}`);
    assert.equal(stripe.vault.held(cart.id), 0);
  }
  const sold = await Promise.all(placed.map((cart) => shop.order(cart.id, cart)));
  const pieces = sold.filter(({ status }) => status === "confirmed").length;
  await eventually("the stock is what the orders left", PATIENCE, async () => {
    const { on_hand } = await shop.stock(product.variant);
    return on_hand === 500 - pieces;
  });
});

describe("money that is captured later", () => {
  let folder, second, desk;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tradepost-stripe-"));
    await (await openShop({ state: folder })).server.stop();
    setPayments(folder, { stripe: { offered: true, capture: "manual" } });
    ({ server: second, shop: desk } = await openShop({ state: folder, env: stripe.env() }));
    stripe.events.url = `${second.url}/v1/webhooks/stripe`;
  });

  after(async () => {
    await second?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function cartWith(slug, pieces) {
    const thing = await desk.stockProduct(slug, pieces);
    await desk.untilVisible([thing]);
    return desk.readyCart([{ variant_id: thing.variant, quantity: 1 }]);
  }

  const buy = (cart, method) => desk.request("POST", `/v1/carts/${cart.id}/order`, { cart, body: { payment: { provider: "stripe", method } } });

  test("is set aside, and the order is confirmed", async () => {
    const cart = await cartWith("held", 1);
    const { body, text } = await buy(cart, CARD);
    assert.deepEqual([body.status, body.payment.status], ["confirmed", "authorized"], text);
    assert.deepEqual(body.payment.captured.amount, 0);
    assert.deepEqual([stripe.vault.held(cart.id), stripe.vault.kept(cart.id)], [body.totals.total.amount, 0]);
    // The bank lets it go by itself after some days.
    stripe.vault.lapse(intentOf(cart).id);
    await eventually("it is known to have lapsed", PATIENCE, async () => {
      const { events, payment } = await desk.order(cart.id, cart);
      return payment.status === "cancelled" && events.some(({ type }) => type === "authorization_lapsed");
    });
  });

  test("and set aside without our knowing is let go when the order is cancelled", async () => {
    stripe.events.automatic = false;
    const cart = await cartWith("let-go", 1);
    stripe.faults.plan("unanswered", { path: /payment_intents$/ });
    const { body } = await buy(cart, CARD);
    assert.equal(body.payment.status, "pending");
    assert.equal(stripe.vault.held(cart.id), body.totals.total.amount);
    const { status } = await desk.cancel(cart.id, cart);
    // A poll may have come first: then it is confirmed.
    if (status === 200) await eventually("nothing is set aside", PATIENCE, () => stripe.vault.held(cart.id) === 0);
    else assert.equal((await desk.order(cart.id, cart)).payment.status, "authorized");
    assert.equal(stripe.vault.kept(cart.id), 0);
  });

  test("of a bank's question that is answered after the cancelling is let go, too", async () => {
    stripe.events.automatic = false;
    const cart = await cartWith("asked", 1);
    const { body } = await buy(cart, BANK_ASKS);
    stripe.vault.answerBank(body.payment.client_secret, true);
    assert.equal((await desk.cancel(cart.id, cart)).status, 200);
    await eventually("nothing is set aside", PATIENCE, () => stripe.vault.held(cart.id) === 0);
    await eventually("it is known", PATIENCE, async () => (await desk.order(cart.id, cart)).payment.status === "cancelled");
    assert.equal(stripe.vault.kept(cart.id), 0);
  });
});

/** Writes the shop's settings into its database while nobody serves it. */
function setPayments(folder, payments) {
  const under = join(folder, "data", "d1");
  const files = readdirSync(under, { recursive: true }).filter((name) => name.endsWith(".sqlite"));
  for (const name of files) {
    const database = new DatabaseSync(join(under, name));
    const has = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'settings'").get();
    if (has) {
      const set = "INSERT INTO settings (key, value) VALUES ('payments', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
      database.prepare(set).run(JSON.stringify(payments));
      database.exec("UPDATE catalog_state SET revision = revision + 1");
    }
    database.close();
  }
}
