// Builds responses with one crossing each. `headers`: name NUL value NUL name NUL value.

/** `body` is a view of WebAssembly memory: it is copied before anything else runs. */
export function respond(status, headers, body) {
  const bodyless = status === 204 || status === 304;
  return respond_with(status, headers, bodyless ? null : body.slice());
}

/** An object of R2 is sent as it comes. */
export function respond_stored(status, headers, object) {
  return respond_with(status, headers, object.body);
}

function respond_with(status, headers, body) {
  const parts = headers.split("\0");
  // A record is read faster than pairs; what comes twice, such as set-cookie, is appended after.
  const record = {};
  const repeated = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    if (parts[i] in record) repeated.push(parts[i], parts[i + 1]);
    else record[parts[i]] = parts[i + 1];
  }
  const response = new Response(body, { status, headers: record });
  for (let i = 0; i < repeated.length; i += 2) response.headers.append(repeated[i], repeated[i + 1]);
  return response;
}

/** The second argument of `new Response`, to be kept: headers that are an object already are copied fastest. */
export function init(status, headers) {
  const parts = headers.split("\0");
  const kept = new Headers();
  for (let i = 0; i + 1 < parts.length; i += 2) kept.append(parts[i], parts[i + 1]);
  return { status, headers: kept };
}

/** A body to be kept: answers share a blob's bytes, where each would copy an array's. */
export const kept_body = (bytes) => new Blob([bytes]);

export function respond_kept(body, init) {
  return new Response(body ?? null, init);
}
