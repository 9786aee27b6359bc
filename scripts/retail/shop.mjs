// The shop as these commands meet it: HTTP only, patient, and every repeat harmless.
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { at } from "../lib/paths.mjs";
import { Stop } from "../lib/say.mjs";
import { pause } from "../lib/wait.mjs";

/** How long one request is repeated before the command gives up, in milliseconds. */
const PATIENCE_MS = 60_000;
const ANSWER_WITHIN_MS = 30_000;
/** A token is renewed this long before its end, in milliseconds. */
const RENEW_MS = 120_000;

/** The owner: told, in the environment, or the one that `npm run dev` made. */
export function credentials({ email = process.env.ADMIN_EMAIL, password = process.env.ADMIN_PASSWORD }) {
  if (email && password) return { email, password };
  const file = at(".dev.vars");
  const made = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  const owner = { email: email ?? made.ADMIN_EMAIL, password: password ?? made.ADMIN_PASSWORD };
  if (owner.email && owner.password) return owner;
  throw new Stop("Whose shop is it? Give --email and --password, or set ADMIN_EMAIL and ADMIN_PASSWORD.");
}

/** An answer that repeating will not change. */
export class Refused extends Error {
  constructor(method, path, { status, text }) {
    super(`${method} ${path} answered ${status}: ${text.slice(0, 400)}`);
    this.status = status;
  }
}

const isPassing = ({ status, body }) => [429, 502, 503, 504].includes(status) || body?.code === "idempotency_key_in_use";

export class Shop {
  #owner;
  #token;
  #signingIn;
  /** Requests that had to be repeated. */
  repeats = 0;

  constructor(url, owner) {
    this.url = url.replace(/\/+$/, "");
    this.#owner = owner;
  }

  get = (path, options) => this.#send("GET", path, options);
  put = (path, body, options) => this.#send("PUT", path, { ...options, body });
  patch = (path, body, options) => this.#send("PATCH", path, { ...options, body });
  /** `key` is what makes repeating it safe. */
  post = (path, body, key, options) => this.#send("POST", path, { ...options, body, key });

  /** A file as the body, with the owner's token. It says what it counts, so repeating it is safe without a key. */
  send = (path, file) => this.#send("POST", path, { file, staff: true });

  /** `staff`: with the owner's token. `cart`: with a cart's. `accept`: further statuses that are no failure. */
  async #send(method, path, { body, file, key, staff = false, cart, accept = [] } = {}) {
    let answer = await this.#patiently(method, path, { body, file, key, cart, token: staff ? await this.#bearer() : undefined });
    if (staff && answer.status === 401) {
      this.#token = undefined;
      answer = await this.#patiently(method, path, { body, file, key, cart, token: await this.#bearer() });
    }
    if (answer.ok || accept.includes(answer.status)) return answer;
    throw new Refused(method, path, answer);
  }

  async #patiently(method, path, request) {
    const end = Date.now() + PATIENCE_MS;
    for (let wait = 100; ; wait = Math.min(wait * 2, 5_000)) {
      const answer = await this.#once(method, path, request).catch((error) => ({ error }));
      if (!answer.error && !isPassing(answer)) return answer;
      if (Date.now() + wait > end) {
        const why = answer.error ? (answer.error.cause?.message ?? answer.error.message) : `${answer.status} ${answer.text.slice(0, 300)}`;
        throw new Stop(`${this.url} did not serve ${method} ${path} for ${PATIENCE_MS / 1000} s: ${why}`);
      }
      this.repeats += 1;
      await pause(Math.max(wait * (0.5 + Math.random() / 2), (answer.retryAfter ?? 0) * 1000));
    }
  }

  async #once(method, path, { body, file, key, token, cart }) {
    const headers = {};
    if (body !== undefined) headers["content-type"] = "application/json";
    if (file !== undefined) headers["content-type"] = "text/csv";
    if (key) headers["idempotency-key"] = key;
    if (token) headers.authorization = `Bearer ${token}`;
    if (cart) headers["x-cart-token"] = cart;
    const response = await fetch(this.url + path, {
      method,
      headers,
      body: body === undefined ? file : JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await response.text();
    return {
      ok: response.ok,
      status: response.status,
      replayed: response.headers.get("idempotent-replayed") === "true",
      retryAfter: Number(response.headers.get("retry-after")) || 0,
      text,
      body: /json/.test(response.headers.get("content-type") ?? "") ? JSON.parse(text) : undefined,
    };
  }

  /** Access tokens live for minutes, a year's import longer. Signing in again needs no state. */
  async #bearer() {
    if (this.#token?.until > Date.now()) return this.#token.text;
    this.#signingIn ??= this.#signIn().finally(() => (this.#signingIn = undefined));
    return (await this.#signingIn).text;
  }

  async #signIn() {
    const path = "/v1/auth/login";
    const answer = await this.#patiently("POST", path, { body: this.#owner });
    if (!answer.ok) throw new Stop(`${this.#owner.email} could not sign in. ${new Refused("POST", path, answer).message}`);
    const lifetime = answer.body.expires_in * 1000;
    this.#token = { text: answer.body.access_token, until: Date.now() + lifetime - Math.min(RENEW_MS, lifetime / 2) };
    return this.#token;
  }
}

/** Keys and references are visible ASCII without spaces; codes such as "BANK CHARGES" are not. */
export const keyOf = (...parts) => parts.map(encodeURIComponent).join(":");

/** The whole of a list, page by page. */
export async function all(shop, path, query, tick = () => {}) {
  const items = [];
  let cursor;
  do {
    const page = new URLSearchParams({ ...query, limit: 100, ...(cursor && { cursor }) });
    const { body } = await shop.get(`${path}?${page}`, { staff: true });
    items.push(...body.items);
    tick(body.items.length);
    cursor = body.next_cursor;
  } while (cursor);
  return items;
}

/** The ids of the shop's variants by SKU: what the running server says, and no file. */
export async function variantsBySku(shop, query, tick) {
  const products = await all(shop, "/v1/admin/products", query, tick);
  return new Map(products.flatMap(({ variants }) => variants.map(({ sku, id }) => [sku, id])));
}
