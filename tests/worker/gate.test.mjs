// Signing in on the real thing: a client that goes away is a request that is dropped without a
// word, and its place in line must not stay taken.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "../../scripts/lib/wait.mjs";
import { openShop, owner } from "./shop.mjs";

let server, shop;

before(async () => {
  ({ server, shop } = await openShop());
});

after(() => server?.stop());

const logIn = (email, password, signal) =>
  fetch(`${server.url}/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
    signal,
  });

test("a line that is full says so, and clients that go away hold up nobody", { timeout: 60_000 }, async () => {
  const leaving = new AbortController();
  const crowd = Array.from({ length: 150 }, async (_, index) => {
    const answer = await logIn(`nobody${index}@example.com`, "not the password at all", leaving.signal);
    return { status: answer.status, wait: Number(answer.headers.get("retry-after")), body: await answer.json() };
  });
  const busy = await Promise.any(crowd.map(async (answer) => ((answer = await answer), assert.equal(answer.status, 503), answer)));
  assert.equal(busy.body.code, "busy");
  assert.ok(busy.wait >= 1 && busy.wait <= 113, `${busy.wait} s`);

  leaving.abort();
  await Promise.allSettled(crowd);
  const since = Date.now();
  // Nobody would ever move up, did they still stand there.
  await eventually("the owner gets in", 15_000, async () => (await logIn(owner.email, owner.password)).status === 200);
  console.log(`they were forgotten after ${Date.now() - since} ms`);
  assert.equal((await shop.request("GET", "/v1/products")).status, 200);
});
