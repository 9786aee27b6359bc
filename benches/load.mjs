// A load generator that takes little of the processors it shares with the server: requests are
// written once, and an answer is told by its length. Generators made for Node parse every answer
// and leave the server less than half of the machine; wrk would not, but npm does not install it.
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { pause } from "../scripts/lib/wait.mjs";

const END_OF_HEAD = Buffer.from("\r\n\r\n");
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)\r\n/i;

/** One kept-alive connection, one request at a time. */
export class Connection {
  #socket;
  #begun;
  #waiting;
  #error;

  constructor(url) {
    const { hostname, port } = new URL(url);
    this.host = `${hostname}:${port}`;
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on("data", (chunk) => this.#take(chunk));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  /** Sends bytes that are one whole request. */
  send(bytes) {
    return new Promise((resolve, reject) => {
      if (this.#error) return reject(this.#error);
      this.#waiting = { resolve, reject };
      this.#socket.write(bytes);
    });
  }

  async json(method, path, headers, body) {
    const text = body === undefined ? "" : JSON.stringify(body);
    const answer = await this.send(
      `${method} ${path} HTTP/1.1\r\nhost: ${this.host}\r\n${headers}` +
        (body === undefined ? "\r\n" : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`),
    );
    return { status: answer.status, head: answer.head, body: JSON.parse(answer.body.toString()) };
  }

  close() {
    this.#socket.removeAllListeners("close").destroy();
  }

  #take(chunk) {
    const bytes = this.#begun === undefined ? chunk : Buffer.concat([this.#begun, chunk]);
    this.#begun = bytes;
    const whole = lengthOf(bytes);
    if (whole === undefined || bytes.length < whole) return;
    this.#begun = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const end = bytes.indexOf(END_OF_HEAD);
    const head = bytes.latin1Slice(0, end);
    waiting.resolve({ status: Number(head.slice(9, 12)), head, body: bytes.subarray(end + END_OF_HEAD.length, whole) });
  }

  #fail(error) {
    this.#error = new Error(`${this.host}: ${error.message}`);
    this.#waiting?.reject(this.#error);
    this.#waiting = undefined;
  }
}

/** How long an answer is that begins like this; undefined if that cannot be told yet. */
function lengthOf(bytes) {
  const head = bytes.indexOf(END_OF_HEAD);
  if (head < 0) return undefined;
  const length = CONTENT_LENGTH.exec(bytes.latin1Slice(0, head + 2))?.[1];
  if (length === undefined) throw new Error(`an answer without content-length:\n${bytes.latin1Slice(0, head)}`);
  return head + END_OF_HEAD.length + Number(length);
}

/** "HTTP/1.1 200": the status begins at byte 9. */
const isOk = (head) => head[9] === 0x32 && head[10] === 0x30 && head[11] === 0x30;

const get = (url) => {
  const { host, pathname, search } = new URL(url);
  return Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\n\r\n`);
};

/** One answer, as it is. */
export async function sample(url) {
  const connection = new Connection(url);
  try {
    return await connection.send(get(url));
  } finally {
    connection.close();
  }
}

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The value below which this share of the sorted values lies. */
export const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/**
 * The same GET over so many connections: answers per second and, where `timed`, which costs the
 * load generator a little, the milliseconds below which half of the answers came, and 99 of 100.
 */
export async function hammer(url, { connections, milliseconds, timed = false }) {
  const { hostname, port } = new URL(url);
  const request = get(url);
  // Most answers are like the one before: one that names the same length is only counted down.
  let usual;
  const took = [];
  let answers = 0;
  let wrong;
  let running = true;
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let begun;
    let left = 0;
    let since;
    const ask = () => {
      if (timed) since = performance.now();
      socket.write(request);
    };
    const answered = () => {
      answers += 1;
      if (timed) took.push(performance.now() - since);
      if (running) ask();
    };
    const read = (chunk) => {
      begun = begun === undefined ? chunk : Buffer.concat([begun, chunk]);
      const length = lengthOf(begun);
      if (length === undefined || begun.length < length) return;
      if (begun.length > length) wrong ??= `GET ${url}: ${begun.length - length} bytes more than one answer`;
      if (!isOk(begun)) wrong ??= `GET ${url}: ${begun.subarray(0, 300).toString("latin1")}`;
      const [named, body] = CONTENT_LENGTH.exec(begun.latin1Slice(0, length));
      usual = { named: Buffer.from(named), body: Number(body) };
      begun = undefined;
      answered();
    };
    socket.on("data", (chunk) => {
      if (left === 0) {
        const head = chunk.indexOf(END_OF_HEAD);
        const alike = usual && begun === undefined && head > 0 && isOk(chunk) && chunk.includes(usual.named);
        if (!alike) return read(chunk);
        left = head + END_OF_HEAD.length + usual.body;
      }
      left -= chunk.length;
      if (left < 0) wrong ??= `GET ${url}: ${-left} bytes more than one answer`;
      if (left <= 0) answered();
    });
    socket.on("error", (error) => (wrong ??= `GET ${url}: ${error.message}`));
    socket.on("connect", ask);
    return { socket, waiting: () => performance.now() - since };
  });
  const since = performance.now();
  await pause(milliseconds);
  running = false;
  const perSecond = answers / ((performance.now() - since) / 1_000);
  for (const { socket, waiting } of sockets) {
    // What is still awaited has taken at least so long.
    if (timed) took.push(waiting());
    socket.destroy();
  }
  if (wrong) throw new Error(wrong);
  took.sort((a, b) => a - b);
  return { perSecond, p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}

/**
 * Buyers who buy again and again, each over a connection of its own: in five requests, cart by
 * cart, or in one.
 */
export async function purchases(url, variants, { buyers, milliseconds, requests = 5 }) {
  const took = [];
  let count = 0;
  let failures = 0;
  let failure;
  const end = performance.now() + milliseconds;
  const step = async (connection, method, path, headers, body, wanted) => {
    const answer = await connection.json(method, path, headers, body);
    if (answer.status !== wanted) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 400)}`);
    return answer.body;
  };
  const payment = { provider: "test", method: "pm_card_visa" };
  const lines = (number) => [{ variant_id: variants[number % variants.length], quantity: 1 }];
  const buyAtOnce = async (connection, number) => {
    const body = { currency: "EUR", lines: lines(number), ...details, shipping_option: shipping, payment };
    const key = `idempotency-key: ${randomUUID()}\r\n`;
    const order = await step(connection, "POST", "/v1/orders", key, body, 201);
    if (order.status !== "confirmed") throw new Error(`${order.id} is ${order.status}`);
  };
  const buyByCart = async (connection, number) => {
    const cart = await step(connection, "POST", "/v1/carts", "", { currency: "EUR", lines: lines(number) }, 201);
    const token = `x-cart-token: ${cart.token}\r\n`;
    await step(connection, "PUT", `/v1/carts/${cart.id}/details`, token, details, 200);
    await step(connection, "PUT", `/v1/carts/${cart.id}/shipping-option`, token, { id: shipping }, 200);
    const key = `${token}idempotency-key: ${cart.id}\r\n`;
    const order = await step(connection, "POST", `/v1/carts/${cart.id}/order`, key, { payment }, 201);
    const read = await step(connection, "GET", `/v1/orders/${cart.id}`, token, undefined, 200);
    if (order.status !== "confirmed" || read.status !== "confirmed") throw new Error(`${cart.id} is ${read.status}`);
  };
  const buy = requests === 1 ? buyAtOnce : buyByCart;
  const shipping = await cheapestShipping(url, variants[0]);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: buyers }, async (_, buyer) => {
      const connection = new Connection(url);
      // Buyers begin at different products, so that no pool is everybody's next.
      for (let number = buyer * 7; performance.now() < end && failures < 10; number += 1) {
        const since = performance.now();
        try {
          await buy(connection, number);
          count += 1;
          took.push(performance.now() - since);
        } catch (error) {
          failures += 1;
          failure ??= error.message;
        }
      }
      connection.close();
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  took.sort((a, b) => a - b);
  return { perSecond: count / seconds, p50: percentile(took, 0.5), p99: percentile(took, 0.99), failures, failure };
}

const details = {
  email: "buyer@example.com",
  shipping_address: { name: "Ada Buyer", line1: "Lindenweg 7", city: "Bremen", postal_code: "28195", country: "DE" },
};

async function cheapestShipping(url, variant) {
  const connection = new Connection(url);
  try {
    const cart = (await connection.json("POST", "/v1/carts", "", { currency: "EUR", lines: [{ variant_id: variant, quantity: 1 }] })).body;
    const options = await connection.json("GET", `/v1/carts/${cart.id}/shipping-options`, `x-cart-token: ${cart.token}\r\n`);
    return options.body.items[0].id;
  } finally {
    connection.close();
  }
}
