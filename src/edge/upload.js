// Pictures on their way in: their bytes are kept out of WebAssembly's memory, which never shrinks.
import { bodyOf, discard } from "./request.js";

const address = /^[^/]*\/\/[^/]*\/v1\/admin\/uploads(?:$|[?#])/;
export const isUpload = ({ method, url }) => method === "POST" && address.test(url);

/**
 * What Rust calls once it knows who asks: [all bytes, their SHA-256, the first `head` of them], or
 * undefined if there are more than `most`.
 */
export const readerOf = (request) => async (most, head) => {
  const bytes = (await bodyOf(request, most)) ?? new Uint8Array();
  if (bytes === "too large") return undefined;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [bytes, new Uint8Array(digest), bytes.subarray(0, head)];
};

/** A client that was refused before its body was read, and is still sending, would not hear why. */
export const hearOut = async (request) => {
  if (!request.bodyUsed) await discard(request.body.getReader());
};
