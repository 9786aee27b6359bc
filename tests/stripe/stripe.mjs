// A strict stand-in for Stripe, of which the shop and Stripe's own SDK use what the shop needs:
// PaymentIntents, refunds, idempotency keys, signed webhooks and the script for browsers. It
// refuses what Stripe refuses, and writes down every movement of money in a ledger that only
// grows. What a test has it do badly stands in `faults`; see faults.mjs.
import { createServer } from "node:http";
import { browserScript } from "./browser.mjs";
import { Events } from "./events.mjs";
import { Faults } from "./faults.mjs";
import { formOf } from "./form.mjs";
import { Keys } from "./keys.mjs";
import { invalid, Refused } from "./refused.mjs";
import { Vault } from "./vault.mjs";

/** Answers [status, body]. */
function answered(work) {
  try {
    return [200, work()];
  } catch (error) {
    if (error instanceof Refused) return [error.status, { error: error.body }];
    throw error;
  }
}

const bodyOf = async (request) => {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
};

const failed = [500, { error: { type: "api_error", message: "An error occurred internally with Stripe's API." } }];

/** Where a request goes: what its path names, and what to do with the form. */
const routes = [
  ["POST", /^\/v1\/payment_intents$/, (vault, _, form) => vault.createIntent(form)],
  ["GET", /^\/v1\/payment_intents$/, (vault, _, form) => vault.listIntents(form)],
  ["GET", /^\/v1\/payment_intents\/([^/]+)$/, (vault, [id], form) => vault.lookUp(id, form)],
  ["POST", /^\/v1\/payment_intents\/([^/]+)\/confirm$/, (vault, [id], form) => vault.confirmIntent(id, form)],
  ["POST", /^\/v1\/payment_intents\/([^/]+)\/capture$/, (vault, [id], form) => vault.captureIntent(id, form)],
  ["POST", /^\/v1\/payment_intents\/([^/]+)\/cancel$/, (vault, [id], form) => vault.cancelIntent(id, form)],
  ["POST", /^\/v1\/refunds$/, (vault, _, form) => vault.createRefund(form)],
  ["GET", /^\/v1\/refunds$/, (vault, _, form) => vault.listRefunds(form)],
  ["GET", /^\/v1\/refunds\/([^/]+)$/, (vault, [id]) => vault.refund(id)],
];

/**
 * Starts it. `secretKey` is the account's, `publishableKey` what browsers have, `webhookSecret`
 * signs events to `webhookUrl`, which may be set later; without one none are sent.
 */
export async function startStripe({
  secretKey = "sk_test_standin",
  publishableKey = "pk_test_standin",
  webhookSecret = "whsec_standin",
  webhookUrl,
} = {}) {
  const events = new Events({ secret: webhookSecret, url: webhookUrl });
  const vault = new Vault({ livemode: secretKey.includes("_live_"), tell: (type, object) => events.add(type, object) });
  const keys = new Keys();
  const faults = new Faults();
  const requests = [];

  /** One API request: its key first, then what it asks for. `failure`: it fails, and is remembered so. */
  function api(request, path, text, failure) {
    if (request.headers.authorization !== `Bearer ${secretKey}`) {
      return [401, { error: { type: "invalid_request_error", message: "Invalid API Key provided." } }];
    }
    const route = routes.find(([method, pattern]) => method === request.method && pattern.test(path));
    if (!route) return answered(() => invalid(404, { message: `Unrecognized request URL (${request.method}: ${path}).` }));
    const [, pattern, work] = route;
    const named = pattern.exec(path).slice(1);
    return keys.once(request.headers["idempotency-key"], `${request.method} ${path} ${text}`, () => {
      if (failure && !failure.takesEffect) return failed;
      const answer = answered(() => structuredClone(work(vault, named, formOf(text))));
      return failure ? failed : answer;
    });
  }

  async function answer(request, response) {
    const { pathname, search } = new URL(request.url, "http://stripe");
    if (pathname === "/v3/" || pathname.startsWith("/v3/")) return browserAnswer(request, response, pathname);
    const text = request.method === "GET" ? search.slice(1) : await bodyOf(request);
    requests.push({ method: request.method, path: pathname, key: request.headers["idempotency-key"], text });
    const key = request.headers["idempotency-key"];
    if (request.method === "POST" && keys.isBusy(key)) {
      return send(response, 409, { error: { type: "invalid_request_error", code: "idempotency_key_in_use", message: "There is currently another in-progress request using this key." } });
    }
    const fault = faults.take(request.method, pathname);
    if (fault?.kind === "lost") return request.socket.destroy();
    if (fault?.kind === "status") return send(response, fault.status, { error: { type: "api_error", message: "A fault of the test's." } });
    if (fault?.kind === "late") await fault.until;
    if (fault?.kind === "working") {
      const release = keys.busy(key);
      await fault.until;
      release();
    }
    const failure = fault?.kind === "failed" ? fault : undefined;
    const [status, body] = api(request, pathname, text, failure);
    if (fault?.kind === "unanswered") return;
    if (fault?.kind === "dropped") return request.socket.destroy();
    if (fault?.kind === "slow") await fault.until;
    send(response, status, body);
  }

  /** What the script in the browser asks: by the client secret, as Stripe.js does. */
  async function browserAnswer(request, response, pathname) {
    const open = { "access-control-allow-origin": "*", "access-control-allow-headers": "content-type" };
    if (request.method === "OPTIONS") return response.writeHead(204, open).end();
    if (request.method === "GET") {
      return response.writeHead(200, { "content-type": "text/javascript", ...open }).end(browserScript(publishableKey));
    }
    const { client_secret: secret, method, approve } = JSON.parse(await bodyOf(request));
    const [status, body] = answered(() =>
      pathname === "/v3/confirm" ? vault.confirmInBrowser(secret, method) : vault.answerBank(secret, approve),
    );
    response.writeHead(status, { "content-type": "application/json", ...open }).end(JSON.stringify(body));
  }

  const send = (response, status, body) =>
    response.writeHead(status, { "content-type": "application/json", "request-id": "req_standin" }).end(JSON.stringify(body));

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      // The shop was killed in the middle of asking.
      if (error.code !== "ECONNRESET") console.error(error);
      response.destroy();
    });
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** What the shop is to have in its environment. */
    env(url) {
      return {
        STRIPE_SECRET_KEY: secretKey,
        STRIPE_PUBLISHABLE_KEY: publishableKey,
        STRIPE_WEBHOOK_SECRET: webhookSecret,
        STRIPE_API_URL: url ?? this.url,
      };
    },
    vault,
    events,
    faults,
    requests,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
