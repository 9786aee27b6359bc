// The demo in a shop that has changed since it was last seeded.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { seed } from "../../scripts/seed.mjs";

/** A shop that has every slug already, under its id, and of SKUs none; `refusal` is how it says so. */
async function seeded(t, refusal, isThere) {
  const asked = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const answer = (status, body) => response.writeHead(status).end(JSON.stringify(body));
    const path = request.url.split("?")[0];
    const slug = path.split("/").at(-1);
    if (path === "/v1/auth/login") return answer(200, { access_token: "t" });
    if (path === "/v1/admin/settings") return answer(200, { country: "DE" });
    if (path === "/v1/admin/variants") return answer(200, { items: [] });
    if (request.method === "GET") return isThere(slug) ? answer(200, { id: `id of ${slug}` }) : answer(404, {});
    const body = JSON.parse(text);
    asked.push({ path, body });
    if (path === "/v1/admin/products") return answer(...refusal);
    if (path === "/v1/admin/collections") return body.slug === "kitchen" ? answer(...refusal) : answer(201, { id: body.slug });
    return answer(200, {});
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => server.close());
  await seed({ url: `http://127.0.0.1:${server.address().port}`, email: "a", password: "b" });
  return asked;
}

for (const refusal of [[409, { code: "slug_taken" }], [422, { code: "idempotency_key_reused" }]]) {
  test(`what is there by its slug is taken as it is (${refusal[1].code})`, async (t) => {
    const asked = await seeded(t, refusal, () => true);
    const coffee = asked.find(({ body }) => body.slug === "coffee");
    assert.equal(coffee.body.parent, "id of kitchen");
    const picked = asked.find(({ path }) => path === "/v1/admin/collections/coffee/products");
    assert.ok(picked.body.add.includes("id of enamel-mug"));
    assert.ok(!asked.some(({ body }) => body.variants?.some(({ parts }) => parts)), "their parts are not there");
  });
}

test("what belongs under something that is not there is left out", async (t) => {
  const asked = await seeded(t, [409, { code: "slug_taken" }], () => false);
  assert.ok(!asked.some(({ body }) => body.slug === "coffee"));
});
