// Builds a Response in one crossing. `headers`: name NUL value NUL name NUL value.
export function respond(status, headers, body) {
  const parts = headers.split("\0");
  const pairs = [];
  for (let i = 0; i + 1 < parts.length; i += 2) pairs.push([parts[i], parts[i + 1]]);
  // `body` is a view of WebAssembly memory: it is copied before anything else runs.
  const bodyless = status === 204 || status === 304;
  return new Response(bodyless ? null : body.slice(), { status, headers: pairs });
}
