// The answer to a request that Rust could not answer.
import { requestId } from "./request_id.js";

/** Writes the line that telemetry/mod.rs writes for a failure that Rust answers. */
export function broken({ method, url }, error) {
  const id = requestId();
  const cause = error?.stack ?? String(error);
  const line = { level: "error", event: "request_failed", method, path: new URL(url).pathname, request_id: id, status: 500, code: "internal", cause };
  console.error(JSON.stringify(line));
  const problem = {
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
    detail: "a fault of the shop's, which has been logged",
    code: "internal",
    request_id: id,
  };
  return Response.json(problem, {
    status: 500,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-request-id": id,
      "x-content-type-options": "nosniff",
      "strict-transport-security": "max-age=63072000; includeSubDomains",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    },
  });
}
