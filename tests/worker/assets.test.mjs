// Styles, icons and the contract: how long a browser may keep them, and under which name.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openShop } from "./shop.mjs";

let server, shop, linked;

before(async () => {
  ({ server, shop } = await openShop());
  const { text } = await shop.request("GET", "/");
  linked = [...new Set([...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path))];
});

after(() => server?.stop());

test("what a page refers to is named after its bytes and may be kept for a year", async () => {
  assert.deepEqual(linked.map((path) => path.replace(/\.[0-9a-f]{16}\./, ".*.")).sort(), ["/assets/favicon.*.svg", "/assets/shop.*.css", "/assets/shop.*.js"]);
  for (const path of linked) {
    const { status, headers, text } = await shop.request("GET", path);
    assert.equal(status, 200, path);
    assert.equal(headers.get("cache-control"), "public, max-age=31536000, immutable", path);
    const types = { css: "text/css", js: "text/javascript", svg: "image/svg+xml" };
    assert.equal(headers.get("content-type").split(";")[0], types[path.split(".").at(-1)]);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    const head = await shop.request("HEAD", path);
    assert.deepEqual([head.status, head.headers.get("cache-control"), head.text], [200, headers.get("cache-control"), ""]);
    const again = await shop.request("GET", path, { headers: { "if-none-match": headers.get("etag") } });
    assert.deepEqual([again.status, again.text], [200, text], "what a browser keeps for a year it has whole");
  }
});

test("a file under another release's name is this one's and is not kept", async () => {
  const styles = linked.find((path) => path.endsWith(".css"));
  const present = await shop.request("GET", styles);
  const other = await shop.request("GET", styles.replace(/\.[0-9a-f]{16}\./, ".0123456789abcdef."));
  assert.deepEqual([other.status, other.headers.get("cache-control")], [200, "no-cache"]);
  assert.equal(other.text, present.text);
});

test("a plain name is asked for anew each time, and costs nothing while the file is the same", async () => {
  for (const path of ["/assets/shop.css", "/docs", "/openapi.json"]) {
    const { status, headers } = await shop.request("GET", path);
    assert.equal(status, 200, path);
    assert.match(headers.get("cache-control"), /max-age=0, must-revalidate/, path);
    const again = await shop.request("GET", path, { headers: { "if-none-match": headers.get("etag") } });
    assert.deepEqual([again.status, again.text], [304, ""], path);
  }
});

test("every file's answer carries a request id of its own", async () => {
  const seen = [];
  const etag = (await shop.request("GET", "/docs")).headers.get("etag");
  for (const [method, path, headers] of [
    ...linked.map((path) => ["GET", path]),
    ["GET", "/assets/shop.css"],
    ["GET", "/assets/demo/desk-lamp.svg"],
    ["GET", "/docs"],
    ["GET", "/docs", { "if-none-match": etag }],
    ["HEAD", "/docs"],
    ["GET", "/docs/"],
    ["GET", "/openapi.json"],
    ["GET", "/assets/no.0123456789abcdef.css"],
    ["POST", "/docs"],
  ]) {
    // A redirect is an answer, too.
    const response = await fetch(`${shop.url}${path}`, { method, headers, redirect: "manual" });
    await response.arrayBuffer();
    assert.match(response.headers.get("x-request-id") ?? "none", /^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, `${method} ${path}: ${response.status}`);
    seen.push(response.headers.get("x-request-id"));
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.deepEqual([...seen].map((id) => id.slice(0, 10)), [...seen].map((id) => id.slice(0, 10)).sort(), "in order of time");
});
