// A panic ends the WebAssembly instance under everybody who is on it. What it said must be in the
// log, whoever was on it must be told, and no order may be lost or charged twice.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import { eventually, pause } from "../../scripts/lib/wait.mjs";
import { startLedger } from "./ledger.mjs";
import { openShop } from "./shop.mjs";

const log = [];
let ledger, server, shop;

before(async () => {
  ledger = await startLedger();
  ({ server, shop } = await openShop({ log, env: { TEST_PROVIDER_LEDGER: ledger.url } }));
});

after(async () => {
  await server?.stop();
  await ledger?.stop();
});

/** The lines of the log that are JSON, each with its place in it. */
const entries = () =>
  log.flatMap((line, index) => {
    try {
      return [{ ...JSON.parse(line), index }];
    } catch {
      return [];
    }
  });

/** Where each `panic!` of the sources stands, as a panic names it. */
function panics() {
  const sources = readdirSync(at("src"), { recursive: true }).filter((name) => name.endsWith(".rs"));
  return sources.flatMap((name) =>
    readFileSync(join(at("src"), name), "utf8")
      .split("\n")
      .flatMap((text, index) => (/^\s*panic!\("on purpose/.test(text) ? [`panicked at src/${name}:${index + 1}:`] : [])),
  );
}

for (const when of ["at-once", "later"]) {
  test(`a panic ${when} is in the log with its line before the instance is replaced, and its request is told`, async () => {
    const before = log.length;
    const answer = await shop.request("POST", `/dev/panic/${when}`);
    assert.equal(answer.status, 500, answer.text);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    const id = answer.headers.get("x-request-id");
    assert.match(id, /^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    assert.equal(answer.body.request_id, id);
    assert.equal(answer.body.code, "internal");
    assert.doesNotMatch(answer.text, /panic|\.rs/, "what failed is for the log alone");

    const failed = await eventually("the failure in the log", 5_000, () =>
      entries().find(({ event, request_id }) => event === "request_failed" && request_id === id),
    );
    assert.equal(failed.path, `/dev/panic/${when}`);
    assert.equal(failed.status, 500);
    const report = log.findIndex((line, index) => index >= before && line.startsWith("panicked at "));
    assert.ok(report >= 0, log.slice(before).join("\n"));
    assert.ok(panics().some((place) => log[report].startsWith(place)), `${log[report]} is none of ${panics()}`);
    assert.equal(log[report + 1], `on purpose, ${when}`);
    assert.ok(failed.cause.includes(log[report]), "the request's line reads alone");
    assert.ok(failed.cause.includes(log[report + 1]));

    const seen = await shop.request("POST", `/dev/panic/${when}`, { headers: { accept: "text/html,*/*;q=0.8" } });
    assert.equal(seen.headers.get("content-type"), "text/html; charset=utf-8");
    for (const said of ["Your cart and your orders are safe.", 'lang="de"', seen.headers.get("x-request-id")]) {
      assert.ok(seen.text.includes(said), `${said}: ${seen.text}`);
    }

    const told = seen.headers.get("x-request-id");
    await eventually("its failure in the log", 5_000, () => entries().some(({ event, request_id }) => event === "request_failed" && request_id === told));

    // The next request is answered by another instance.
    assert.equal((await shop.request("GET", "/readyz")).status, 200);
    const replaced = await eventually("the new instance in the log", 5_000, () =>
      entries().find(({ event, index }) => event === "instance_replaced" && index >= before),
    );
    assert.ok(report < replaced.index, "the report came first");
  });
}

test("fifty purchases under way while the instance ends three times each settle once", { timeout: 180_000 }, async () => {
  const product = await shop.stockProduct("under-way", 100);
  await shop.untilVisible([product]);
  const methods = { pm_test_slow: 40, pm_card_visa: 5, pm_card_chargeDeclined: 5 };
  const buyers = Object.entries(methods).flatMap(([method, count]) => Array.from({ length: count }, () => method));
  const purchases = await Promise.all(
    buyers.map(async (method, index) => ({ method, key: `under-way-${index}`, cart: await shop.readyCart([{ variant_id: product.variant, quantity: 1 }]) })),
  );
  const answers = [];
  /** A client asks again, with the same key, until it has an answer that is not a failure. */
  const settle = async ({ method, key, cart }) => {
    for (;;) {
      const answer = await shop.place(cart, method, key);
      answers.push(answer);
      if (answer.status < 500 && answer.body.code !== "idempotency_key_in_use") return answer;
      await pause(100);
    }
  };
  const panic = async (when) => {
    const answer = await shop.request("POST", `/dev/panic/${when}`);
    answers.push(answer);
    assert.equal(answer.status, 500, answer.text);
  };

  const all = Promise.all(purchases.map(settle));
  all.catch(() => {});
  // Some are placed and some are not; then all wait for their bank; then some are paid.
  const begun = async ({ cart }) => (await shop.request("GET", `/v1/orders/${cart.id}`, { cart })).status === 200;
  await eventually("the first is placed", 10_000, async () => (await Promise.all(purchases.map(begun))).some(Boolean));
  await panic("at-once");
  await Promise.all(purchases.filter(({ method }) => method === "pm_test_slow").slice(0, 10).map(({ cart }) => shop.untilPending(cart)));
  await panic("later");
  await eventually("some have paid", 30_000, () => purchases.filter(({ cart }) => ledger.paid(cart.id).length > 0).length >= 10);
  await panic("at-once");

  const settled = await all;
  for (const { status, text } of settled) assert.equal(status, 201, text);
  const failed = answers.filter(({ status }) => status >= 500);
  assert.ok(failed.length > 3, "some were under way");
  await eventually("every failure in the log", 5_000, () => {
    const logged = new Set(entries().filter(({ event }) => event === "request_failed").map(({ request_id }) => request_id));
    return failed.every(({ headers, body }) => body.request_id === headers.get("x-request-id") && (logged.has(body.request_id) || body.status === 503));
  });

  const wanted = ({ method }) => (method === "pm_card_chargeDeclined" ? ["awaiting_payment", "declined", 0] : ["confirmed", "paid", 1]);
  await eventually("each is paid once with its piece, or declined without", 60_000, async () => {
    const orders = await Promise.all(purchases.map(({ cart }) => shop.order(cart.id, cart)));
    return orders.every(({ status, payment }, index) => `${status} ${payment.status}` === wanted(purchases[index]).slice(0, 2).join(" "));
  });
  for (const purchase of purchases) {
    const paid = ledger.paid(purchase.cart.id);
    assert.equal(paid.length, wanted(purchase)[2], purchase.method);
    assert.ok(paid.every(({ refunded }) => refunded === 0));
    if (paid.length === 0) assert.equal((await shop.cancel(purchase.cart.id, purchase.cart, `${purchase.key}-cancel`)).body.status, "cancelled");
  }
  await eventually("forty-five pieces have left and none is held", 30_000, async () => {
    const { on_hand, held } = await shop.stock(product.variant);
    return on_hand === 55 && held === 0;
  });
  assert.deepEqual(ledger.mistakes, []);
});
