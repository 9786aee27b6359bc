// Pictures on R2, and how their bytes go round WebAssembly's memory: what natively is one buffer.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openShop } from "./shop.mjs";

const state = mkdtempSync(join(tmpdir(), "tradepost-uploads-"));
let { server, shop } = await openShop({ state });

after(async () => {
  await server?.stop();
  rmSync(state, { recursive: true, force: true });
});

/** A PNG as far as anybody looks, of so many bytes. */
function png(bytes) {
  const picture = randomBytes(bytes);
  picture.write("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", "latin1");
  picture.writeUInt32BE(1_600, 16);
  picture.writeUInt32BE(1_200, 20);
  return picture;
}

const send = (body, headers = {}) =>
  fetch(`${shop.url}/v1/admin/uploads`, {
    method: "POST",
    headers: { authorization: `Bearer ${shop.bearer}`, "content-type": "image/png", ...headers },
    body,
    duplex: "half",
  });

test("a picture comes back as it was sent, after a restart, too", async () => {
  const picture = png(10_000_000);
  const answer = await send(picture);
  const sent = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(sent));
  const digest = createHash("sha256").update(picture).digest("hex").slice(0, 32);
  assert.deepEqual(sent, {
    id: `${digest}.png`, url: `/media/${digest}.png`, width: 1_600, height: 1_200, content_type: "image/png", bytes: 10_000_000,
  });
  const look = async () => {
    const seen = await fetch(shop.url + sent.url);
    assert.deepEqual([seen.status, seen.headers.get("content-type")], [200, "image/png"]);
    assert.equal(seen.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.ok(Buffer.from(await seen.arrayBuffer()).equals(picture));
    return seen.headers.get("etag");
  };
  const etag = await look();
  const head = await fetch(shop.url + sent.url, { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("etag"), await head.text()], [200, etag, ""]);
  const known = await fetch(shop.url + sent.url, { headers: { "if-none-match": etag } });
  assert.deepEqual([known.status, await known.text()], [304, ""]);
  await server.stop();
  ({ server, shop } = await openShop({ state }));
  await look();
});

test("a body whose length nobody says is taken, and refused where it grows too long", async () => {
  const stream = (bytes) => new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.subarray(at, at + 65_536));
      controller.close();
    },
  });
  assert.equal((await send(stream(png(1_000_000)))).status, 201);
  for (const body of [stream(png(10_000_001)), png(10_000_001), png(30_000_000)]) {
    const answer = await send(body);
    assert.deepEqual([answer.status, (await answer.json()).code], [413, "body_too_large"]);
  }
  const empty = await send(undefined);
  assert.deepEqual([empty.status, (await empty.json()).code], [415, "unknown_picture"]);
});

test("strangers are refused, and hear so, before their pictures are kept anywhere", async () => {
  for (const authorization of ["", "Bearer nobody"]) {
    const answer = await send(png(9_000_000), { authorization });
    assert.equal(answer.status, 401);
  }
});
