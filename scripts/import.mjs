// `npm run import -- FILE`: a retailer's year in the UCI "Online Retail" format as a catalog with
// stock, through the public API. Running it again changes nothing.
import { readArguments, whole } from "./retail/arguments.mjs";
import { catalogOf, sameButForCase } from "./retail/catalog.mjs";
import { fileOf } from "./retail/file.mjs";
import { rowsOfFile } from "./retail/read.mjs";
import { faultTable, named, number, progress, table } from "./retail/report.mjs";
import { credentials, Shop } from "./retail/shop.mjs";
import { say, seconds, Stop, top } from "./lib/say.mjs";
import { pause } from "./lib/wait.mjs";

const usage =
  "npm run import -- FILE [--url http://127.0.0.1:8787] [--email E --password P] [--currency GBP] [--stock N]\n" +
  "  --stock N  pieces of each product; without it, ten times what the file sells of it";

/** Enough to replay the whole file this many times. */
const REPLAYS = 10;

/** Has the shop take the file in, and waits until it has. */
async function take(shop, file, total) {
  const job = (await shop.send("/v1/admin/imports?format=csv", file)).body;
  return progress("products and their stock", total, async (tick) => {
    for (let seen = 0; ; await pause(200)) {
      const { body } = await shop.get(`/v1/admin/imports/${job.id}`, { staff: true });
      const { done, refused } = body.progress;
      tick(done + refused - seen);
      seen = done + refused;
      if (body.status !== "running") return body;
    }
  });
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
  const since = performance.now();
  const done = await take(shop, fileOf(products, ({ sold }) => each ?? sold * REPLAYS, given.currency), products.length);
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
    ["products made", done.sums.created],
    ["products that were there", done.sums.updated + done.sums.unchanged],
    ["products that failed", done.sums.refused],
    ["pieces that arrived", done.sums.pieces],
    ["requests repeated", shop.repeats],
  ]);
  for (const { line, column, detail } of done.errors.slice(0, 20)) say(`\nline ${line}, ${column ?? ""}: ${detail}`);
  const failed = done.status === "done" ? done.sums.refused : products.length - done.progress.done;
  if (failed > 0) throw new Stop(`${number(failed)} products are not in the shop as they should be. Run it again to go on.`);
});
