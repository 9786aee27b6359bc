// Workerd dies in the middle of a file of products and comes back on what is on its disk. The import
// goes on by itself: each product is there once and whole, and what was sold meanwhile stays sold.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import { eventually } from "../../scripts/lib/wait.mjs";
import { freePort } from "../../scripts/server.mjs";
import { address, openShop, randomKey } from "./shop.mjs";

const PRODUCTS = 2_400;
const PIECES = 20;
/** So many products have been taken in when the server is killed. */
const KILLED_AT = [100, 700, 1_500];
/** Longer than a slice whose process died waits for its next turn (10 s), on a busy machine. */
const PATIENCE_MILLIS = 90_000;

const NAMES = "slug,title,status,tags,sku,price_EUR,quantity,quantity_was";
const line = (n) => `thing-${n},Thing ${n},active,"a, b",SKU-${n},5.90,${PIECES},`;

/** Everything that the shop would give out, by SKU. */
async function exported(shop) {
  const answer = await shop.request("GET", "/v1/admin/products/export?format=csv", { bearer: shop.bearer });
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  // An apostrophe keeps spreadsheets from taking a text for something else.
  const rows = parse(answer.text, { bom: true, columns: true, cast: (cell) => cell.replace(/^'/, "") });
  return { rows, bySku: new Map(rows.map((row) => [row.sku, row])) };
}

/** Each product of the file that is there is whole. `sold`: pieces that are gone, by SKU. */
async function wholes(shop, sold) {
  const { rows, bySku } = await exported(shop);
  assert.equal(bySku.size, rows.length, "no product is there twice");
  for (const row of rows.filter(({ slug }) => slug !== "known")) {
    const { slug, title, tags, price_EUR: price, status, quantity } = row;
    const n = row.sku.slice("SKU-".length);
    assert.deepEqual({ slug, title, tags, price, status }, { slug: `thing-${n}`, title: `Thing ${n}`, tags: "a, b", price: "5.90", status: "active" });
    if (!sold.has(row.sku)) assert.equal(quantity, String(PIECES), row.sku);
  }
  return bySku;
}

async function buy(shop, variant, quantity) {
  const payment = { provider: "test", method: "pm_card_visa" };
  const lines = [{ variant_id: variant, quantity }];
  const body = { currency: "EUR", lines, email: "buyer@example.com", shipping_address: address, shipping_option: "standard", payment };
  const order = await shop.ask("POST", "/v1/orders", { body, key: randomKey() });
  assert.equal(order.status, "confirmed");
}

test("an import whose process is killed goes on, doubles nothing and gives nothing back that was sold", { timeout: 600_000 }, async (t) => {
  const state = mkdtempSync(join(tmpdir(), "tradepost-import-"));
  const port = await freePort();
  const open = () => openShop({ port, state });
  let { server, shop } = await open();
  t.after(async () => {
    await server.stop();
    rmSync(state, { recursive: true, force: true });
  });
  // What was there when the file was written: two more have come, by its last line.
  const known = await shop.stockProduct("known", 50, 590);
  const lines = [...Array.from({ length: PRODUCTS }, (_, n) => line(n)), `known,,,,SKU-known,,52,50`];
  const headers = { authorization: `Bearer ${shop.bearer}`, "content-type": "text/csv" };
  const begun = await fetch(`${server.url}/v1/admin/imports?format=csv`, { method: "POST", headers, body: [NAMES, ...lines, ""].join("\n") });
  assert.equal(begun.status, 202);
  const { id } = await begun.json();
  const look = () => shop.admin("GET", `/v1/admin/imports/${id}`);

  const sold = new Map([["SKU-known", 0]]);
  for (const at of KILLED_AT) {
    const seen = await eventually(`${at} products are taken in`, PATIENCE_MILLIS, async () => {
      const { progress } = await look();
      return progress.done >= at && progress;
    });
    await server.kill();
    assert.ok(seen.done < seen.total, "it is not over");
    ({ server, shop } = await open());
    const bySku = await wholes(shop, sold);
    assert.ok(bySku.size > at, `${bySku.size} of the first ${at}`);
    // Of one that came with the file, whom nobody asked for before, and of one that was there.
    const sku = `SKU-${at - 1}`;
    await buy(shop, bySku.get(sku).variant_id, 3);
    await buy(shop, known.variant, 1);
    sold.set(sku, 3).set("SKU-known", sold.get("SKU-known") + 1);
  }
  const done = await eventually("the import is over", PATIENCE_MILLIS, async () => {
    const seen = await look();
    return seen.status !== "running" && seen;
  });
  assert.equal(done.status, "done");
  const { created, updated, refused, pieces } = done.sums;
  assert.deepEqual({ created, updated, refused, pieces }, { created: PRODUCTS, updated: 1, refused: 0, pieces: PRODUCTS * PIECES + 2 });

  const bySku = await wholes(shop, sold);
  assert.equal(bySku.size, PRODUCTS + 1);
  for (const [sku, gone] of sold) {
    const all = sku === "SKU-known" ? 52 : PIECES;
    assert.equal((await shop.stock(bySku.get(sku).variant_id)).on_hand, all - gone, sku);
  }
});
