// Stripe's own SDK drives the stand-in without noticing: what it answers has the shapes and the
// errors that the SDK knows, and what it signs the SDK verifies.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import Stripe from "stripe";
import { eventually } from "../../scripts/lib/wait.mjs";
import { startStripe } from "./stripe.mjs";

const SECRET = "whsec_standin";
let standIn, stripe, hook, heard;

before(async () => {
  hook = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    heard.push({ text, signature: request.headers["stripe-signature"] });
    response.writeHead(heard.status ?? 200).end();
  });
  await new Promise((resolve) => hook.listen(0, "127.0.0.1", resolve));
  standIn = await startStripe({ webhookUrl: `http://127.0.0.1:${hook.address().port}/` });
  const { hostname, port } = new URL(standIn.url);
  stripe = new Stripe("sk_test_standin", { host: hostname, port, protocol: "http", maxNetworkRetries: 0, timeout: 2_000 });
});

beforeEach(() => (heard = []));

after(async () => {
  await standIn?.stop();
  hook?.close();
});

const paying = (payment_method, more = {}) => ({ amount: 1999, currency: "eur", confirm: true, payment_method, metadata: { order: "ord_1", attempt: "ord_1-1" }, ...more });
const create = (params, key) => stripe.paymentIntents.create(params, key ? { idempotencyKey: key } : {});

/** What the SDK makes of an error. */
async function refusal(work) {
  const error = await work.then(
    () => assert.fail("it was not refused"),
    (error) => error,
  );
  return error;
}

describe("a payment intent", () => {
  test("is made, confirmed and found again", async () => {
    const intent = await create(paying("pm_card_visa"));
    assert.equal(intent.status, "succeeded");
    assert.equal(intent.amount_received, 1999);
    assert.deepEqual(await stripe.paymentIntents.retrieve(intent.id), JSON.parse(JSON.stringify(intent)));
  });

  test("waits for a method, and is confirmed with one", async () => {
    const { id, status, client_secret } = await create({ amount: 1999, currency: "eur", automatic_payment_methods: { enabled: true } });
    assert.equal(status, "requires_payment_method");
    assert.ok(client_secret.startsWith(`${id}_secret_`));
    assert.equal((await stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" })).status, "succeeded");
  });

  test("that is declined says why, and takes another card", async () => {
    const error = await refusal(create(paying("pm_card_chargeDeclinedInsufficientFunds")));
    assert.ok(error instanceof Stripe.errors.StripeCardError);
    assert.deepEqual([error.statusCode, error.code, error.decline_code], [402, "card_declined", "insufficient_funds"]);
    const { id, status, last_payment_error: last } = error.payment_intent;
    assert.deepEqual([status, last.decline_code], ["requires_payment_method", "insufficient_funds"]);
    assert.equal((await stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" })).status, "succeeded");
  });

  test("asks the bank, which says yes or no", async () => {
    for (const [approves, expected] of [[true, "succeeded"], [false, "requires_payment_method"]]) {
      const intent = await create(paying("pm_card_authenticationRequired"));
      assert.equal(intent.status, "requires_action");
      const response = await fetch(`${standIn.url}/v3/authenticate`, { method: "POST", body: JSON.stringify({ client_secret: intent.client_secret, approve: approves }) });
      assert.equal((await response.json()).status, expected);
    }
  });

  test("is captured later, in part, once", async () => {
    const intent = await create(paying("pm_card_visa", { capture_method: "manual" }));
    assert.deepEqual([intent.status, intent.amount_capturable, intent.amount_received], ["requires_capture", 1999, 0]);
    const more = await refusal(stripe.paymentIntents.capture(intent.id, { amount_to_capture: 2000 }));
    assert.equal(more.code, "amount_too_large");
    const captured = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1500 });
    assert.deepEqual([captured.status, captured.amount_received], ["succeeded", 1500]);
    const again = await refusal(stripe.paymentIntents.capture(intent.id));
    assert.deepEqual([again.code, again.payment_intent.status], ["payment_intent_unexpected_state", "succeeded"]);
  });

  test("is cancelled while it has taken nothing, and never after", async () => {
    for (const params of [{ amount: 1999, currency: "eur" }, paying("pm_card_visa", { confirm: false }), paying("pm_card_authenticationRequired"), paying("pm_card_visa", { capture_method: "manual" })]) {
      const { id } = await create(params);
      assert.equal((await stripe.paymentIntents.cancel(id)).status, "canceled");
      assert.equal((await refusal(stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" }))).code, "payment_intent_unexpected_state");
    }
    const { id } = await create(paying("pm_card_visa"));
    const error = await refusal(stripe.paymentIntents.cancel(id));
    assert.deepEqual([error.statusCode, error.payment_intent.status], [400, "succeeded"]);
  });

  test("that breaks a rule is refused", async () => {
    for (const [params, code] of [
      [paying("pm_card_visa", { amount: 49 }), "amount_too_small"],
      [paying("pm_card_visa", { amount: 1.5 }), "parameter_invalid_integer"],
      [paying("pm_card_gold"), "resource_missing"],
      [{ amount: 1999, currency: "eur", confirm: true }, "parameter_missing"],
      [paying("pm_card_visa", { colour: "red" }), "parameter_unknown"],
    ]) {
      const error = await refusal(create(params));
      assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
      assert.equal(error.code, code);
    }
    assert.equal((await refusal(stripe.paymentIntents.retrieve("pi_none"))).statusCode, 404);
    const stranger = new Stripe("sk_test_other", { host: "127.0.0.1", port: new URL(standIn.url).port, protocol: "http", maxNetworkRetries: 0 });
    assert.ok((await refusal(stranger.paymentIntents.retrieve("pi_none"))) instanceof Stripe.errors.StripeAuthenticationError);
  });
});

test("intents are listed, the newest first, page by page", async () => {
  const made = [];
  for (let n = 0; n < 3; n += 1) made.unshift((await create(paying("pm_card_visa"))).id);
  const created = { gte: Math.floor(Date.now() / 1000) - 60 };
  const first = await stripe.paymentIntents.list({ limit: 2, created });
  assert.deepEqual([first.data.map(({ id }) => id), first.has_more], [made.slice(0, 2), true]);
  const next = await stripe.paymentIntents.list({ limit: 1, created, starting_after: made[1] });
  assert.equal(next.data[0].id, made[2]);
  assert.equal((await stripe.paymentIntents.list({ created: { gte: created.gte + 3600 } })).data.length, 0);
});

describe("an idempotency key", () => {
  test("finds the first answer, be it good or bad", async () => {
    const [one, other] = [await create(paying("pm_card_visa"), "key-1"), await create(paying("pm_card_visa"), "key-1")];
    assert.equal(one.id, other.id);
    const declined = [];
    for (let n = 0; n < 2; n += 1) declined.push((await refusal(create(paying("pm_card_chargeDeclined"), "key-2"))).payment_intent.id);
    assert.equal(declined[0], declined[1]);
  });

  test("is for one request", async () => {
    await create(paying("pm_card_visa", { confirm: false }), "key-3");
    const error = await refusal(create(paying("pm_card_visa"), "key-3"));
    assert.ok(error instanceof Stripe.errors.StripeIdempotencyError);
  });

  test("finds a failure again, whether or not it took effect", async () => {
    for (const [takesEffect, made] of [[false, 0], [true, 1]]) {
      standIn.faults.plan("failed", { takesEffect });
      const before = standIn.vault.intents.length;
      for (let n = 0; n < 2; n += 1) assert.equal((await refusal(create(paying("pm_card_visa"), `key-failed-${made}`))).statusCode, 500);
      assert.equal(standIn.vault.intents.length - before, made);
    }
  });

  test("is not used up by what was refused before it began", async () => {
    await refusal(create(paying("pm_card_gold"), "key-4"));
    assert.equal((await create(paying("pm_card_visa"), "key-4")).status, "succeeded");
  });

  test("is in use while its request is worked on", async () => {
    const goOn = standIn.faults.hold("working");
    const first = create(paying("pm_card_visa"), "key-5");
    await eventually("the request is being worked on", 5_000, () => standIn.requests.some(({ key }) => key === "key-5"));
    const error = await refusal(create(paying("pm_card_visa"), "key-5"));
    assert.deepEqual([error.statusCode, error.code], [409, "idempotency_key_in_use"]);
    goOn();
    assert.equal((await first).status, "succeeded");
  });
});

describe("a refund", () => {
  test("is given in parts, and never more than was taken", async () => {
    const { id } = await create(paying("pm_card_visa"));
    const refund = await stripe.refunds.create({ payment_intent: id, amount: 1500 });
    assert.deepEqual([refund.status, refund.amount], ["succeeded", 1500]);
    assert.equal((await stripe.refunds.retrieve(refund.id)).id, refund.id);
    assert.equal((await refusal(stripe.refunds.create({ payment_intent: id, amount: 500 }))).param, "amount");
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(id, { expand: ["latest_charge"] });
    assert.deepEqual([charge.amount, charge.amount_refunded], [1999, 1500]);
    assert.equal((await stripe.refunds.create({ payment_intent: id })).amount, 499);
    assert.deepEqual((await stripe.refunds.list({ payment_intent: id })).data.map(({ amount }) => amount), [499, 1500]);
    assert.equal((await refusal(stripe.refunds.create({ payment_intent: id }))).code, "charge_already_refunded");
  });

  test("may be pending, and fail: then the money is there again", async () => {
    const { id } = await create(paying("pm_card_refundFail"));
    const refund = await stripe.refunds.create({ payment_intent: id });
    assert.equal(refund.status, "pending");
    standIn.vault.endRefund(refund.id);
    assert.equal((await stripe.refunds.retrieve(refund.id)).status, "failed");
    assert.equal((await stripe.refunds.create({ payment_intent: id })).amount, 1999);
  });

  test("is of what was taken only", async () => {
    const { id } = await create(paying("pm_card_visa", { capture_method: "manual" }));
    assert.equal((await refusal(stripe.refunds.create({ payment_intent: id }))).statusCode, 400);
  });
});

test("the ledger has every movement, and each order's sum", async () => {
  const metadata = { order: "ord_sum", attempt: "ord_sum-1" };
  const { id } = await create(paying("pm_card_visa", { metadata }));
  await stripe.refunds.create({ payment_intent: id, amount: 999 });
  await create(paying("pm_card_visa", { metadata, capture_method: "manual" }));
  assert.deepEqual([standIn.vault.kept("ord_sum"), standIn.vault.held("ord_sum")], [1000, 1999]);
});

describe("an event", () => {
  test("is signed as the SDK verifies it", async () => {
    const { id } = await create(paying("pm_card_visa"));
    const about = () => heard.filter(({ text }) => text.includes(`"id":"${id}"`));
    await eventually("both events are told", 5_000, () => about().length === 2);
    const events = about().map(({ text, signature }) => stripe.webhooks.constructEvent(text, signature, SECRET));
    assert.deepEqual(events.map(({ type }) => type).sort(), ["payment_intent.created", "payment_intent.succeeded"]);
    const [{ text, signature }] = heard;
    assert.throws(() => stripe.webhooks.constructEvent(`${text} `, signature, SECRET), Stripe.errors.StripeSignatureVerificationError);
    assert.throws(() => stripe.webhooks.constructEvent(text, signature, "whsec_other"), Stripe.errors.StripeSignatureVerificationError);
  });

  test("is signed alike by both", () => {
    const payload = '{"id":"evt_1"}';
    const timestamp = Math.floor(Date.now() / 1000);
    const header = stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp });
    assert.equal(header.split("v1=")[1], standIn.events.signed(payload, timestamp).split("v1=")[1]);
  });

  test("is told again until it is heard, and as often and as late as a test wants", async () => {
    heard.status = 503;
    const { id } = await create(paying("pm_card_visa", { confirm: false }));
    const [event] = standIn.events.all.filter(({ data }) => data.object.id === id);
    await eventually("it is told a second time", 5_000, () => heard.length >= 2);
    heard.status = 200;
    await eventually("it is heard", 5_000, () => standIn.events.told.some((told) => told.id === event.id && told.status === 200));
    assert.equal(await standIn.events.tell(event), 200);
    const old = { seconds: Math.floor(Date.now() / 1000) - 6 * 24 * 3600 };
    await standIn.events.tell(event, old);
    const { text, signature } = heard.at(-1);
    assert.throws(() => stripe.webhooks.constructEvent(text, signature, SECRET), /outside the tolerance/);
  });
});

describe("what goes wrong", () => {
  test("before it has an effect, or after", async () => {
    const count = () => standIn.vault.intents.length;
    for (const [kind, made] of [["lost", 0], ["dropped", 1]]) {
      const before = count();
      // The SDK tries once more by itself where a connection breaks off.
      standIn.faults.plan(kind, { times: 2 });
      assert.ok((await refusal(create(paying("pm_card_visa"), `key-${kind}`))) instanceof Stripe.errors.StripeConnectionError);
      assert.equal(count() - before, made, kind);
    }
  });

  test("has a status", async () => {
    standIn.faults.plan("status", { status: 429 });
    assert.ok((await refusal(create(paying("pm_card_visa")))) instanceof Stripe.errors.StripeRateLimitError);
    standIn.faults.plan("status", { status: 500 });
    assert.ok((await refusal(create(paying("pm_card_visa")))) instanceof Stripe.errors.StripeAPIError);
    assert.ok(standIn.faults.done);
  });

  test("is an answer that never comes, to a call that took effect", async () => {
    standIn.faults.plan("unanswered");
    const before = standIn.vault.intents.length;
    const asked = refusal(create(paying("pm_card_visa"), "key-6"));
    await eventually("it has taken effect", 5_000, () => standIn.vault.intents.length === before + 1);
    assert.ok((await asked) instanceof Stripe.errors.StripeConnectionError);
    assert.equal((await create(paying("pm_card_visa"), "key-6")).id, standIn.vault.intents.at(-1).id);
  });
});

test("browsers load a script that only speaks for this account", async () => {
  const source = await (await fetch(`${standIn.url}/v3/`)).text();
  const window = {};
  new Function("window", "document", source)(window, { currentScript: { src: `${standIn.url}/v3/` } });
  assert.throws(() => window.Stripe("pk_test_other"), /Invalid API Key/);
  const { client_secret: clientSecret, id } = await create({ amount: 1999, currency: "eur" });
  const elements = { method: () => "pm_card_visa" };
  const { paymentIntent } = await window.Stripe("pk_test_standin").confirmPayment({ elements, clientSecret, redirect: "if_required" });
  assert.deepEqual([paymentIntent.id, paymentIntent.status], [id, "succeeded"]);
});
