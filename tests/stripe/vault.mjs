// PaymentIntents and refunds with all their states: docs.stripe.com/payments/paymentintents/lifecycle.
import { randomBytes } from "node:crypto";
import { cards, minimum } from "./cards.mjs";
import { invalid, Refused } from "./refused.mjs";

const idOf = (prefix) => `${prefix}_${randomBytes(12).toString("hex")}`;
const now = () => Math.floor(Date.now() / 1000);

const creatable = new Set(["amount", "currency", "capture_method", "automatic_payment_methods", "metadata", "payment_method", "confirm", "description", "return_url", "payment_method_types"]);

function amountOf(text, param, least = 1) {
  if (!/^\d{1,8}$/.test(text ?? "")) invalid(400, { code: "parameter_invalid_integer", param, message: `Invalid integer: ${text}` });
  const amount = Number(text);
  if (amount < least) invalid(400, { code: "amount_too_small", param, message: `Amount must be at least ${least}.` });
  return amount;
}

export class Vault {
  #intents = new Map();
  #secrets = new Map();
  #refunds = new Map();
  #livemode;
  #tell;
  /** Every movement of money; nothing is ever taken out of it. */
  ledger = [];

  constructor({ livemode, tell }) {
    this.#livemode = livemode;
    this.#tell = tell;
  }

  get intents() {
    return [...this.#intents.values()];
  }

  get refunds() {
    return [...this.#refunds.values()];
  }

  /** What the account has of one order, in the currency's smallest unit. */
  kept(order) {
    const moves = this.ledger.filter((move) => move.order === order && move.kind !== "authorized" && move.kind !== "released");
    return moves.reduce((sum, { kind, amount }) => sum + (kind === "refunded" ? -amount : amount), 0);
  }

  /** What is set aside of one order, and neither taken nor let go. */
  held(order) {
    return this.intents.filter((intent) => intent.metadata.order === order && intent.status === "requires_capture").reduce((sum, { amount }) => sum + amount, 0);
  }

  intent(id) {
    return this.#intents.get(id) ?? invalid(404, { code: "resource_missing", param: "intent", message: `No such payment_intent: '${id}'` });
  }

  /** The newest first, in pages. */
  listIntents({ created = {}, limit = "10", starting_after: after }) {
    const { gte = 0, lte = Infinity } = created;
    const all = this.intents.reverse().filter((intent) => intent.created >= Number(gte) && intent.created <= Number(lte));
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const data = all.slice(from, from + Number(limit));
    return { object: "list", url: "/v1/payment_intents", has_more: from + data.length < all.length, data };
  }

  /** The intent as it is looked up: with its charge, where that is asked for. */
  lookUp(id, form) {
    const intent = this.intent(id);
    const wanted = Object.values(form.expand ?? {}).join("");
    if (wanted !== "latest_charge" || intent.latest_charge === null) return intent;
    const charge = { id: intent.latest_charge, object: "charge", amount: intent.amount_received, amount_refunded: this.#given(id), currency: intent.currency };
    return { ...intent, latest_charge: charge };
  }

  createIntent(form) {
    const unknown = Object.keys(form).find((name) => !creatable.has(name));
    if (unknown) invalid(400, { code: "parameter_unknown", param: unknown, message: `Received unknown parameter: ${unknown}` });
    if (!/^[a-z]{3}$/.test(form.currency ?? "")) invalid(400, { param: "currency", message: "Invalid currency." });
    const amount = amountOf(form.amount, "amount", minimum[form.currency] ?? 1);
    const capture = form.capture_method ?? "automatic_async";
    if (!["automatic", "automatic_async", "manual"].includes(capture)) invalid(400, { param: "capture_method", message: "Invalid capture_method." });
    this.#method(form.payment_method);
    const id = idOf("pi");
    const intent = {
      id,
      object: "payment_intent",
      amount,
      amount_capturable: 0,
      amount_received: 0,
      currency: form.currency,
      capture_method: capture,
      client_secret: `${id}_secret_${randomBytes(12).toString("hex")}`,
      created: now(),
      livemode: this.#livemode,
      last_payment_error: null,
      latest_charge: null,
      metadata: { ...form.metadata },
      next_action: null,
      payment_method: form.payment_method ?? null,
      payment_method_types: ["card"],
      canceled_at: null,
      cancellation_reason: null,
      status: form.payment_method ? "requires_confirmation" : "requires_payment_method",
    };
    this.#intents.set(id, intent);
    this.#secrets.set(intent.client_secret, intent);
    this.#tell("payment_intent.created", intent);
    return form.confirm === "true" ? this.#confirm(intent) : intent;
  }

  confirmIntent(id, form) {
    const intent = this.intent(id);
    this.#expect(intent, ["requires_payment_method", "requires_confirmation", "requires_action"], "confirm");
    if (form.payment_method) this.#method(form.payment_method);
    intent.payment_method = form.payment_method ?? intent.payment_method;
    return this.#confirm(intent);
  }

  captureIntent(id, form) {
    const intent = this.intent(id);
    this.#expect(intent, ["requires_capture"], "capture");
    const amount = form.amount_to_capture === undefined ? intent.amount : amountOf(form.amount_to_capture, "amount_to_capture");
    if (amount > intent.amount) invalid(400, { code: "amount_too_large", param: "amount_to_capture", message: "This is more than was authorized." });
    return this.#succeed(intent, amount);
  }

  cancelIntent(id, form) {
    const intent = this.intent(id);
    this.#expect(intent, ["requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"], "cancel");
    return this.#cancel(intent, form.cancellation_reason ?? null);
  }

  /** The bank lets go what nobody took, after some days. */
  lapse(id) {
    const intent = this.intent(id);
    if (intent.status !== "requires_capture") throw new Error(`${id} is ${intent.status}`);
    return this.#cancel(intent, "automatic");
  }

  #cancel(intent, reason) {
    if (intent.status === "requires_capture") this.#move("released", intent, intent.amount);
    Object.assign(intent, { status: "canceled", canceled_at: now(), cancellation_reason: reason, amount_capturable: 0, next_action: null });
    this.#tell("payment_intent.canceled", intent);
    return intent;
  }

  /** Stripe.js confirms with what the buyer typed. */
  confirmInBrowser(secret, method) {
    const intent = this.#secrets.get(secret) ?? invalid(404, { code: "resource_missing", message: "No such payment_intent" });
    this.#expect(intent, ["requires_payment_method", "requires_confirmation"], "confirm");
    this.#method(method);
    intent.payment_method = method;
    return this.#confirm(intent);
  }

  /** What the buyer answers the bank. */
  answerBank(secret, approves) {
    const intent = this.#secrets.get(secret) ?? invalid(404, { code: "resource_missing", message: "No such payment_intent" });
    this.#expect(intent, ["requires_action"], "authenticate");
    const { declined } = cards[intent.payment_method];
    intent.next_action = null;
    if (!approves) return this.#fail(intent, { code: "payment_intent_authentication_failure", message: "We are unable to authenticate your payment method." });
    return declined ? this.#fail(intent, declined) : this.#charge(intent);
  }

  #method(method) {
    if (method !== undefined && cards[method] === undefined) {
      invalid(400, { code: "resource_missing", param: "payment_method", message: `No such PaymentMethod: '${method}'` });
    }
  }

  #expect(intent, states, verb) {
    if (states.includes(intent.status)) return;
    invalid(400, {
      code: "payment_intent_unexpected_state",
      message: `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`,
      payment_intent: structuredClone(intent),
    });
  }

  #confirm(intent) {
    if (!intent.payment_method) invalid(400, { code: "parameter_missing", param: "payment_method", message: "You cannot confirm this PaymentIntent because it's missing a payment method." });
    const card = cards[intent.payment_method];
    if (card.asks) {
      Object.assign(intent, { status: "requires_action", last_payment_error: null, next_action: { type: "use_stripe_sdk", use_stripe_sdk: {} } });
      this.#tell("payment_intent.requires_action", intent);
      return intent;
    }
    if (!card.declined) return this.#charge(intent);
    this.#fail(intent, card.declined);
    throw new Refused(402, { type: "card_error", ...card.declined, payment_intent: structuredClone(intent) });
  }

  #fail(intent, error) {
    Object.assign(intent, { status: "requires_payment_method", payment_method: null, last_payment_error: { type: "card_error", ...error } });
    this.#tell("payment_intent.payment_failed", intent);
    return intent;
  }

  #charge(intent) {
    intent.last_payment_error = null;
    if (intent.capture_method !== "manual") return this.#succeed(intent, intent.amount);
    Object.assign(intent, { status: "requires_capture", amount_capturable: intent.amount });
    this.#move("authorized", intent, intent.amount);
    this.#tell("payment_intent.amount_capturable_updated", intent);
    return intent;
  }

  #succeed(intent, amount) {
    Object.assign(intent, { status: "succeeded", amount_received: amount, amount_capturable: 0, latest_charge: idOf("ch") });
    this.#move("charged", intent, amount);
    this.#tell("payment_intent.succeeded", intent);
    if (cards[intent.payment_method].disputed) this.dispute(intent.id);
    return intent;
  }

  /** The buyer contests the payment. */
  dispute(id) {
    const intent = this.intent(id);
    const dispute = { id: idOf("du"), object: "dispute", amount: intent.amount_received, currency: intent.currency, charge: intent.latest_charge, payment_intent: id, livemode: this.#livemode, metadata: {}, reason: "fraudulent", status: "needs_response" };
    return this.#tell("charge.dispute.created", dispute);
  }

  #move(kind, intent, amount) {
    this.ledger.push({ kind, order: intent.metadata.order, attempt: intent.metadata.attempt, intent: intent.id, amount, currency: intent.currency });
  }

  refund(id) {
    return this.#refunds.get(id) ?? invalid(404, { code: "resource_missing", param: "refund", message: `No such refund: '${id}'` });
  }

  /** Of one intent, the newest first. */
  listRefunds({ payment_intent: intent, limit = "10" }) {
    const all = this.refunds.reverse().filter((refund) => intent === undefined || refund.payment_intent === intent);
    return { object: "list", url: "/v1/refunds", has_more: all.length > Number(limit), data: all.slice(0, Number(limit)) };
  }

  /** Refunds that have not failed. */
  #given(intent) {
    const given = this.refunds.filter((refund) => refund.payment_intent === intent && !["failed", "canceled"].includes(refund.status));
    return given.reduce((sum, { amount }) => sum + amount, 0);
  }

  createRefund(form) {
    const intent = this.intent(form.payment_intent);
    if (intent.status !== "succeeded") invalid(400, { param: "payment_intent", message: "This PaymentIntent does not have a successful charge to refund." });
    const left = intent.amount_received - this.#given(intent.id);
    if (left === 0) invalid(400, { code: "charge_already_refunded", message: `Charge ${intent.latest_charge} has already been refunded.` });
    const amount = form.amount === undefined ? left : amountOf(form.amount, "amount");
    if (amount > left) invalid(400, { param: "amount", message: `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})` });
    const ends = cards[intent.payment_method].refund;
    const refund = {
      id: idOf("re"),
      object: "refund",
      amount,
      charge: intent.latest_charge,
      created: now(),
      currency: intent.currency,
      metadata: { ...form.metadata },
      payment_intent: intent.id,
      reason: form.reason ?? null,
      status: ends ? "pending" : "succeeded",
    };
    this.#refunds.set(refund.id, refund);
    if (!ends) this.#move("refunded", intent, amount);
    this.#tell("refund.created", refund);
    if (!ends) this.#refunded(intent);
    return refund;
  }

  /** What is pending comes to its end: succeeds, or fails. */
  endRefund(id) {
    const refund = this.refund(id);
    const intent = this.intent(refund.payment_intent);
    if (refund.status !== "pending") throw new Error(`${id} is ${refund.status}`);
    refund.status = cards[intent.payment_method].refund;
    if (refund.status === "failed") return this.#tell("refund.failed", refund);
    this.#move("refunded", intent, refund.amount);
    return this.#tell("refund.updated", refund);
  }

  #refunded(intent) {
    const given = this.#given(intent.id);
    const charge = { id: intent.latest_charge, object: "charge", amount: intent.amount_received, amount_refunded: given, refunded: given === intent.amount_received, currency: intent.currency, livemode: this.#livemode, metadata: { ...intent.metadata }, payment_intent: intent.id };
    this.#tell("charge.refunded", charge);
  }
}
