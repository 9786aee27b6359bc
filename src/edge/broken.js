// The answer to a request that Rust could not answer.
import { requestId } from "./request_id.js";

/** For whoever reads pages: in both languages, as what knows theirs has failed. The words are those of web/words/problems.rs. */
const page = (id) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Something went wrong on our side</title>
<main>
<h1>Something went wrong on our side</h1>
<p>Your cart and your orders are safe. Please try again in a moment.</p>
<p>If you ask us about this, please quote ${id}.</p>
<div lang="de">
<h2>Bei uns ist etwas schiefgegangen</h2>
<p>Ihr Warenkorb und Ihre Bestellungen sind sicher. Bitte versuchen Sie es gleich noch einmal.</p>
<p>Wenn Sie uns danach fragen, nennen Sie bitte ${id}.</p>
</div>
</main>
</html>
`;

/** Writes the line that telemetry/mod.rs writes for a failure that Rust answers. */
export function broken({ method, url, headers }, error) {
  const id = requestId();
  const cause = error?.stack ?? String(error);
  const line = { level: "error", event: "request_failed", method, path: new URL(url).pathname, request_id: id, status: 500, code: "internal", cause };
  console.error(JSON.stringify(line));
  const isPage = headers.get("accept")?.includes("text/html");
  const problem = {
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
    detail: "a fault of the shop's, which has been logged",
    code: "internal",
    request_id: id,
  };
  return new Response(isPage ? page(id) : JSON.stringify(problem), {
    status: 500,
    headers: {
      "content-type": isPage ? "text/html; charset=utf-8" : "application/problem+json",
      "cache-control": "no-store",
      "x-request-id": id,
      "x-content-type-options": "nosniff",
      "strict-transport-security": "max-age=63072000; includeSubDomains",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    },
  });
}
