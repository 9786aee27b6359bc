// The parts of a request that Rust looks at, bounded.

const api = /^[^/]*\/\/[^/]*\/v1\//;
/** Whether the path begins so: what is asked of a page may have an address in it, too. */
export const isOfApi = (url) => api.test(url);

// Each look-up crosses into the runtime once; a header that nobody reads is not asked for.
const readers = ["authorization", "cookie", "x-cart-token", "if-none-match", "accept", "accept-language", "origin"];
const writers = [
  ...readers,
  "content-type",
  "idempotency-key",
  "if-match",
  "sec-fetch-site",
  "access-control-request-method",
  "stripe-signature",
];

/**
 * name NUL value NUL name NUL value: a header can hold no NUL. Where a request that changes
 * something comes from, one header says: Cloudflare's, or that of the proxy before the shop.
 */
export function headersOf({ method, headers }, { CLIENT_ADDRESS_HEADER = "cf-connecting-ip" }) {
  let joined = "";
  const take = (name) => {
    const value = headers.get(name);
    if (value !== null) joined += joined === "" ? `${name}\0${value}` : `\0${name}\0${value}`;
  };
  if (method === "GET") readers.forEach(take);
  else {
    writers.forEach(take);
    take(CLIENT_ADDRESS_HEADER);
  }
  return joined;
}

const KIB = 1024;
const BODY_LIMIT = 256 * KIB;
/** Of a product, which may have two thousand variants: `wire/extract.rs` says the same. */
const PRODUCT_LIMIT = KIB * KIB;
const PRODUCT = /^https?:\/\/[^/]+(\/v1)?\/admin\/products([/?]|$)/;
/** Of a file, which whoever is not signed in has no use for. */
const FILE_LIMIT = 25 * KIB * KIB;
const FILE = /^https?:\/\/[^/]+(\/v1)?\/admin\/imports(\?|$)/;
const limitOf = ({ url, headers }) => {
  if (PRODUCT.test(url)) return PRODUCT_LIMIT;
  return FILE.test(url) && (headers.has("authorization") || headers.has("cookie")) ? FILE_LIMIT : BODY_LIMIT;
};
/** A client that is still sending when the connection closes never sees the 413: hear it out. */
const DISCARD_LIMIT = 64 * KIB * KIB;

/** A body as bytes, undefined when it is empty, or "too large" without having kept them. */
export async function bodyOf(request, limit = limitOf(request)) {
  const declared = request.headers.get("content-length");
  if (declared !== null) {
    if (Number(declared) > limit) return discard(request.body.getReader());
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.length > 0 ? bytes : undefined;
  }
  return readBounded(request.body, limit);
}

async function readBounded(stream, limit) {
  const reader = stream.getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) return discard(reader);
    chunks.push(value);
  }
  if (length === 0) return undefined;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

export async function discard(reader) {
  for (let length = 0; length < DISCARD_LIMIT; ) {
    const { done, value } = await reader.read();
    if (done) return "too large";
    length += value.length;
  }
  await reader.cancel();
  return "too large";
}
