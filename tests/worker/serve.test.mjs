// What `npm run serve` shows the world while it opens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "../../scripts/lib/wait.mjs";
import { freePort, startServer } from "../../scripts/server.mjs";

test("the first request that a new shop answers finds its tables", async (t) => {
  const port = await freePort();
  let opened;
  const opening = startServer({ port }).then((server) => (opened = server));
  t.after(async () => (await opening).stop());

  let first;
  while (first === undefined && opened === undefined) {
    // Refused while nobody listens.
    first = await fetch(`http://127.0.0.1:${port}/v1/products`).catch(() => pause(1));
  }

  assert.ok(first, "asked before the server said that it is ready");
  assert.equal(first.status, 200, await first.text());
});
