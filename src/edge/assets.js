// The files of public/, which public/_headers says more about.
import { requestId } from "./request_id.js";

const addresses = /^[^/]*\/\/[^/]*\/(?:assets\/|(?:openapi\.json|docs)(?:$|[?#]))/;
export const isAsset = (url) => addresses.test(url);

/** As src/web/assets.rs names what pages are dressed with. */
const named = /^(\/assets\/[\w-]+)\.([0-9a-f]{16})(\.\w+)$/;

/** The file at the request's address; undefined if there is none. */
export async function assetOf(request, env) {
  const [, stem, digest, ending] = named.exec(new URL(request.url).pathname) ?? [];
  const answer = await (digest ? digestedAsset(request, env, stem + ending, digest) : env.ASSETS.fetch(request));
  if (answer.status === 404) return undefined;
  const response = new Response(answer.body, answer);
  response.headers.set("x-request-id", requestId());
  return response;
}

/**
 * A name that promises these very bytes may be kept for a year. While one release takes over from
 * another, a page may ask for the other's file: it gets this one's, and does not keep it.
 */
async function digestedAsset(request, env, path, digest) {
  // Without what the request says of a copy it has: there are no bytes in an answer that says "unchanged".
  const answer = await env.ASSETS.fetch(new URL(path, request.url));
  if (answer.status !== 200) return answer;
  const bytes = await answer.arrayBuffer();
  const headers = new Headers(answer.headers);
  headers.set("cache-control", (await digestOf(bytes)) === digest ? "public, max-age=31536000, immutable" : "no-cache");
  return new Response(request.method === "HEAD" ? null : bytes, { headers });
}

async function digestOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes), 0, 8);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
