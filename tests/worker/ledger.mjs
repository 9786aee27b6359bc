// The payment provider's memory: a small HTTP service that outlives workerd, so that a test can
// count what was really charged. The Worker is told of it by TEST_PROVIDER_LEDGER.
//
//   PUT  /charges/{attempt}         {amount, currency}  takes the money, once
//   GET  /charges/{attempt}                             what became of it; 404 if never heard of
//   POST /charges/{attempt}/void                        makes sure it never takes money
//   POST /charges/{attempt}/capture {amount}            takes what is set aside, once
//   POST /charges/{attempt}/refund  {amount, refund}    gives it back, once for each refund
import { createServer } from "node:http";

/** What no correct shop ever asks for is kept in `mistakes`. */
export async function startLedger() {
  const charges = new Map();
  const mistakes = [];
  let puts = 0;

  const put = (attempt, { amount, currency, capture }) => {
    puts += 1;
    const known = charges.get(attempt);
    if (known === undefined) {
      if (!Number.isSafeInteger(amount) || amount <= 0) mistakes.push(`${attempt}: a charge of ${amount}`);
      charges.set(attempt, { status: capture === "manual" ? "authorized" : "paid", amount, currency, refunded: 0, refunds: {} });
    } else if (known.status === "paid" && (known.amount !== amount || known.currency !== currency)) {
      mistakes.push(`${attempt}: charged ${known.amount} ${known.currency}, then ${amount} ${currency}`);
    }
    return [200, { status: charges.get(attempt).status }];
  };

  const get = (attempt) => {
    const known = charges.get(attempt);
    return known === undefined ? [404, {}] : [200, { status: known.status }];
  };

  const cancel = (attempt) => {
    const known = charges.get(attempt);
    if (known === undefined) charges.set(attempt, { status: "voided", amount: 0, currency: "", refunded: 0, refunds: {} });
    else if (known.status === "authorized") known.status = "voided";
    return [200, { status: charges.get(attempt).status }];
  };

  const capture = (attempt, { amount }) => {
    const known = charges.get(attempt);
    if (known?.status === "authorized") {
      if (!(amount > 0 && amount <= known.amount)) mistakes.push(`${attempt}: captured ${amount} of ${known.amount}`);
      Object.assign(known, { status: "paid", amount });
    }
    return known === undefined ? [404, {}] : [200, { status: known.status, amount: known.amount }];
  };

  const refund = (attempt, { amount, refund: id }) => {
    const known = charges.get(attempt);
    if (known?.status !== "paid") {
      mistakes.push(`${attempt}: a refund of what was not charged`);
      return [409, {}];
    }
    if ((known.refunds[id] ?? amount) !== amount) mistakes.push(`${id}: refunded ${known.refunds[id]}, then ${amount}`);
    known.refunds[id] = amount;
    known.refunded = Object.values(known.refunds).reduce((sum, part) => sum + part, 0);
    if (known.refunded > known.amount) mistakes.push(`${attempt}: charged ${known.amount}, refunded ${known.refunded}`);
    return [200, { status: "refunded" }];
  };

  const routes = { "PUT ": put, "GET ": get, "POST /void": cancel, "POST /capture": capture, "POST /refund": refund };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text) => (body += text));
    // Workerd was killed in the middle of asking: the charge was not heard of.
    request.on("error", () => {});
    request.on("end", () => {
      const [, attempt, what = ""] = /^\/charges\/(ord_[0-9A-Z]{26}-\d+)(\/\w+)?$/.exec(request.url) ?? [];
      const route = attempt && routes[`${request.method} ${what}`];
      if (!route) mistakes.push(`${request.method} ${request.url}`);
      const [status, answer] = route ? route(attempt, body ? JSON.parse(body) : {}) : [400, {}];
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    charges,
    mistakes,
    /** How often a charge was asked for, repetitions included. */
    get puts() {
      return puts;
    },
    /** Attempts of one order that took money. */
    paid: (order) => [...charges].filter(([attempt, { status }]) => attempt.startsWith(`${order}-`) && status === "paid").map(([, charge]) => charge),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
