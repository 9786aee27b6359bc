// `npm run import -- FILE`: a retailer's year in the UCI "Online Retail" format as a catalog with
// stock, through the public API. Running it again changes nothing.
import { readArguments, whole } from "./retail/arguments.mjs";
import { catalogOf, sameButForCase } from "./retail/catalog.mjs";
import { rowsOfFile } from "./retail/read.mjs";
import { faultTable, named, number, progress, table } from "./retail/report.mjs";
import { credentials, keyOf, Refused, Shop, variantsBySku } from "./retail/shop.mjs";
import { say, seconds, Stop, top } from "./lib/say.mjs";
import { spread } from "./lib/wait.mjs";

const usage =
  "npm run import -- FILE [--url http://127.0.0.1:8787] [--email E --password P] [--currency GBP] [--stock N]\n" +
  "  --stock N  pieces of each product; without it, ten times what the file sells of it";

const AT_ONCE = 8;
/** Enough to replay the whole file this many times. */
const REPLAYS = 10;

const TAGS = { goods: [], charge: ["charge"], "gift-voucher": ["gift-voucher"] };

async function make(shop, { code, sku, slug, title, pence, kind }, currency) {
  const body = { title, slug, status: "active", tags: TAGS[kind], variants: [{ sku, prices: [{ amount: pence, currency }] }] };
  return (await shop.post("/v1/admin/products", body, keyOf("import", code), { staff: true })).body.variants[0].id;
}

/** Pieces received; none if an earlier run received them, which its reference tells the shop. */
async function receive(shop, variant, isNew, code, pieces) {
  if (pieces === 0) return 0;
  const path = `/v1/admin/stock/${variant}`;
  const before = isNew ? 0 : (await shop.get(path, { staff: true })).body.on_hand;
  const reference = keyOf("import", code);
  // The reference counts once, whatever the pieces. A key stands for one request, so it names them.
  const adjustment = { delta: pieces, reason: "received", reference };
  const answer = await shop.post(`${path}/adjustments`, adjustment, keyOf("import", code, pieces), { staff: true });
  // A repeated request is answered with the level of its first time.
  const after = answer.replayed ? (await shop.get(path, { staff: true })).body : answer.body;
  return after.on_hand - before;
}

await top(async () => {
  const given = readArguments(usage, { currency: { type: "string", default: "GBP" }, stock: { type: "string" } });
  const each = given.stock === undefined ? undefined : whole("stock", given.stock, 0, 1_000_000_000);
  const shop = new Shop(given.url, credentials(given));

  const notes = [];
  const note = (text) => notes.push(text);
  const catalog = await progress(`reading ${given.file}`, undefined, (tick) => catalogOf(rowsOfFile(given.file, { tick, note })));
  for (const text of notes) say(`\n${text}\n`);
  const { products, leftOut, faults, counts } = catalog;
  for (const what of ["slug", "sku"]) {
    const shared = [...Map.groupBy(products, (product) => product[what]).values()].find(({ length }) => length > 1);
    if (shared) throw new Stop(`The codes ${shared.map(({ code }) => code).join(" and ")} would share the ${what} ${shared[0][what]}.`);
  }
  const there = await progress("products that are there", undefined, (tick) => variantsBySku(shop, {}, tick));

  const done = { made: 0, there: 0, received: 0, pieces: 0 };
  const failed = [];
  const since = performance.now();
  await progress("products and their stock", products.length, (tick) =>
    spread(products, AT_ONCE, async (product) => {
      try {
        const known = there.get(product.sku);
        const variant = known ?? (await make(shop, product, given.currency));
        const pieces = await receive(shop, variant, !known, product.code, each ?? product.sold * REPLAYS);
        done[known ? "there" : "made"] += 1;
        done.received += pieces === 0 ? 0 : 1;
        done.pieces += pieces;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        failed.push(`${product.code}: ${error.message}`);
      }
      tick();
    }),
  );
  const took = seconds(since);

  const kinds = Map.groupBy(products, ({ kind }) => kind);
  table("The file", [
    ["rows", counts.rows],
    ["  of sales", counts.sale],
    ["  of cancellations (C...)", counts.cancellation],
    ["  of bookkeeping (A...)", counts.bookkeeping],
    ["stock codes", catalog.codes],
    ["  products", products.length],
    ["    goods", kinds.get("goods")?.length ?? 0],
    ["    charges, such as postage", kinds.get("charge")?.length ?? 0],
    ["    gift vouchers", kinds.get("gift-voucher")?.length ?? 0],
    ["  left out", catalog.codes - products.length],
    ["codes that differ only in case, each kept", sameButForCase(products).flat().length],
  ]);
  const others = [...kinds].filter(([kind]) => kind !== "goods").map(([kind, all]) => [kind, all.map(({ code }) => code)]);
  named("Charges and gift vouchers among the products: they were billed in sales", new Map(others));
  named("Left out, by reason", leftOut);
  named("Read these lines again: what a spreadsheet or another program seems to have changed, by reason", catalog.warnings);
  faultTable("Rows of sales that count for no stock and no price, by reason", faults);
  table(`The shop at ${shop.url}, after ${took}`, [
    ["products made", done.made],
    ["products that were there", done.there],
    ["products that failed", failed.length],
    ["products whose stock arrived", done.received],
    ["pieces that arrived", done.pieces],
    ["requests repeated", shop.repeats],
  ]);
  for (const failure of failed.slice(0, 20)) say(`\n${failure}`);
  if (failed.length > 0) throw new Stop(`${number(failed.length)} products are not in the shop as they should be. Run it again to go on.`);
});
