// Builds responses with one crossing each. `headers`: name NUL value NUL name NUL value.
function pairsOf(headers) {
  const parts = headers.split("\0");
  const pairs = [];
  for (let i = 0; i + 1 < parts.length; i += 2) pairs.push([parts[i], parts[i + 1]]);
  return pairs;
}

/** `body` is a view of WebAssembly memory: it is copied before anything else runs. */
export function respond(status, headers, body) {
  const bodyless = status === 204 || status === 304;
  return new Response(bodyless ? null : body.slice(), { status, headers: pairsOf(headers) });
}

/** The second argument of `new Response`, to be kept. */
export function init(status, headers) {
  return { status, headers: pairsOf(headers) };
}

export function respond_kept(body, init) {
  return new Response(body ?? null, init);
}
