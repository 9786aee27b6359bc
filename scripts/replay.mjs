// `npm run replay -- FILE`: the sale invoices of a retailer's year, bought again through the public
// API of a shop that has its catalog (`npm run import`), and checked piece by piece, penny by penny.
// With `--taxed` the shop's prices include tax from then on, every tenth invoice is bought with a
// coupon, and each order's discounts and taxes are reckoned anew.
import { readArguments, whole } from "./retail/arguments.mjs";
import { skuOf } from "./retail/catalog.mjs";
import { invoicesOf, onlyKnown, penceOf, piecesByCode } from "./retail/invoices.mjs";
import { buy } from "./retail/purchase.mjs";
import { rowsOfFile } from "./retail/read.mjs";
import { OFF, reckoned, sumsMismatch, TAX, withCoupon } from "./retail/reckoning.mjs";
import { faultTable, named, number, pounds, progress, table } from "./retail/report.mjs";
import { all, credentials, Refused, Shop, variantsBySku } from "./retail/shop.mjs";
import { setTerms, usesOf } from "./retail/terms.mjs";
import { listMismatches, orderMismatch, shortages, stockMismatches } from "./retail/verify.mjs";
import { say, Stop, top } from "./lib/say.mjs";
import { pause, poll, spread } from "./lib/wait.mjs";

const usage =
  "npm run replay -- FILE [--url http://127.0.0.1:8787] [--email E --password P] [--invoices 1000] [--buyers 8] [--taxed]\n" +
  "  --invoices N  the first N sale invoices that have a line that can be sold; all of them with `all`\n" +
  `  --taxed       sets the shop up so that prices include ${TAX} % tax in GB, and uses a coupon of ${OFF} % on every tenth invoice`;

/** How long what follows an order's answer may take: its stock leaving, its entry in the lists. */
const SETTLED_WITHIN_MS = 60_000;
const SHOWN = 10;

const sum = (counts) => [...counts.values()].reduce((all, one) => all + one, 0);
const codesOf = (invoices) => [...piecesByCode(invoices).keys()];

async function levelsOf(shop, codes, variants, atOnce) {
  const levels = new Map();
  await progress("stock levels", codes.length, (tick) =>
    spread(codes, atOnce, async (code) => {
      levels.set(code, (await shop.get(`/v1/admin/stock/${variants.get(code)}`, { staff: true })).body);
      tick();
    }),
  );
  return levels;
}

/** Every order, asked again until it is confirmed or cannot be any more. */
async function ordersOf(shop, bought, atOnce) {
  const orders = new Map();
  await progress("orders", bought.length, (tick) =>
    spread(bought, atOnce, async ({ id, token }) => {
      const read = async () => (await shop.get(`/v1/orders/${id}`, { cart: token })).body;
      const settled = await poll(SETTLED_WITHIN_MS, async () => {
        const order = await read();
        return order.status === "awaiting_payment" ? undefined : order;
      });
      orders.set(id, settled ?? (await read()));
      tick();
    }),
  );
  return orders;
}

/** What `--taxed` checks besides, and what it says of the run. */
async function checkTerms(shop, terms, bought, orders, hasCoupon) {
  const termsOf = ({ invoice, shipping }) => ({ coupon: hasCoupon(invoice), shipping });
  const wrong = bought.map((one) => sumsMismatch(one.invoice, orders.get(one.id), termsOf(one))).filter(Boolean);
  const wanted = bought.filter(({ invoice }) => hasCoupon(invoice)).length;
  const used = await usesOf(shop, terms);
  const sums = bought.map((one) => reckoned(one.invoice, termsOf(one)));
  const inAll = (what) => pounds(Number(sums.reduce((pence, one) => pence + one[what], 0n)));
  return {
    rows: [
      [`orders with the coupon ${terms.code}`, wanted],
      ["  which took off", inAll("discount")],
      ["shipping", inAll("shipping")],
      ["paid in all", inAll("total")],
      ["  of that tax", inAll("tax")],
    ],
    checks: [
      ["every order's discounts, taxes and sums are those reckoned from the file", wrong],
      [`the coupon was used ${number(used)} times`, used === wanted ? [] : [`by ${number(wanted)} orders`]],
    ],
  };
}

/** Repeats a look until it finds nothing wrong or time is up: what it found last. */
async function settled(look) {
  let wrong = [];
  await poll(SETTLED_WITHIN_MS, async () => (wrong = await look()).length === 0 || void (await pause(1000)));
  return wrong;
}

/** `couponOf`: the code to use for an invoice, if any. */
async function buyAll(shop, run, invoices, variants, buyers, couponOf) {
  const bought = [];
  const failed = [];
  const since = performance.now();
  await progress("orders placed", invoices.length, (tick) =>
    spread(invoices, buyers, async (invoice) => {
      try {
        bought.push({ invoice, ...(await buy(shop, run, invoice, variants, couponOf(invoice))) });
        tick();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        failed.push(`invoice ${invoice.number}: ${error.message}`);
      }
    }),
  );
  return { bought, failed, took: (performance.now() - since) / 1000 };
}

await top(async () => {
  const given = readArguments(usage, {
    invoices: { type: "string", default: "1000" },
    buyers: { type: "string", default: "8" },
    taxed: { type: "boolean", default: false },
  });
  const wanted = given.invoices === "all" ? Infinity : whole("invoices", given.invoices, 1, 10_000_000);
  const buyers = whole("buyers", given.buyers, 1, 256);
  const shop = new Shop(given.url, credentials(given));
  const run = `r${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;

  const notes = [];
  const note = (text) => notes.push(text);
  const read = await progress(`reading ${given.file}`, undefined, (tick) => invoicesOf(rowsOfFile(given.file, { tick, note }), wanted));
  for (const text of notes) say(`\n${text}\n`);
  const bySku = await progress("finding the products", undefined, (tick) => variantsBySku(shop, { status: "active" }, tick));
  const variants = new Map(codesOf(read.invoices).map((code) => [code, bySku.get(skuOf(code))]).filter(([, id]) => id));
  const plan = onlyKnown(read, (code) => variants.has(code));
  const { invoices } = plan;
  if (invoices.length === 0) throw new Stop("The shop has none of the products. Import them first:  npm run import -- FILE");

  const codes = codesOf(invoices);
  const before = await levelsOf(shop, codes, variants, buyers);
  const short = shortages(invoices, before);
  if (short.length > 0) {
    const some = short.slice(0, SHOWN).join("\n");
    throw new Stop(`The stock cannot serve these invoices: ${number(short.length)} products are short.\n${some}`);
  }

  const terms = given.taxed ? await setTerms(shop, run, variants.get(codes[0])) : undefined;
  const chosen = given.taxed ? withCoupon(invoices) : new Set();
  const hasCoupon = ({ number }) => chosen.has(number);
  const { bought, failed, took } = await buyAll(shop, run, invoices, variants, buyers, (invoice) => (hasCoupon(invoice) ? terms.code : undefined));

  say("- checking");
  const orders = await ordersOf(shop, bought, buyers);
  const sold = piecesByCode(bought.map(({ invoice }) => invoice));
  const wrongOrders = bought.map(({ id, invoice }) => orderMismatch(invoice, orders.get(id))).filter(Boolean);
  const wrongStock = await settled(async () => stockMismatches(sold, before, await levelsOf(shop, [...sold.keys()], variants, buyers)));
  const wrongList = await settled(async () => listMismatches(bought, await all(shop, "/v1/admin/orders", { q: `@${run}.example` })));
  const inFile = invoices.reduce((pence, { lines }) => pence + penceOf(lines), 0);
  const taxed = terms && (await checkTerms(shop, terms, bought, orders, hasCoupon));
  const inOrders = [...orders.values()].reduce((pence, { totals }) => pence + totals.items.amount, 0);

  table("The file", [
    ["sale invoices replayed", invoices.length],
    ["  lines", invoices.reduce((lines, invoice) => lines + invoice.lines.length, 0)],
    ["  pieces", sum(piecesByCode(invoices))],
    ["  products", codes.length],
    ["  worth", pounds(inFile)],
    ["sale invoices of which nothing can be sold", [...plan.unsold.values()].flat().length],
    ["cancellations (C...) on the way, not replayed", plan.passed.cancellation],
    ["bookkeeping (A...) on the way, not replayed", plan.passed.bookkeeping],
    ["sale invoices behind the last one replayed", plan.left],
  ]);
  faultTable("Rows of these sale invoices that were not replayed, by reason", plan.faults);
  named("Sale invoices of which nothing can be sold, by reason", plan.unsold);
  named("Codes the shop does not have", plan.missing.size > 0 ? new Map([["codes", [...plan.missing].sort()]]) : new Map());
  table(`The run ${run} at ${shop.url}`, [
    ["orders placed", bought.length],
    ["purchases refused", failed.length],
    ["seconds", took.toFixed(1)],
    ["orders a second", (bought.length / took).toFixed(1)],
    ["requests repeated", shop.repeats],
    ...(taxed?.rows ?? []),
  ]);
  const checks = [
    ["every invoice was bought", failed],
    ["every order is confirmed, with the invoice's pieces and prices", wrongOrders],
    [`the orders' items come to ${pounds(inOrders)}, the file's to ${pounds(inFile)}`, inFile === inOrders ? [] : ["they differ"]],
    ["every product's stock is down by what was sold, none held", wrongStock],
    ["the list of orders has all of them and no other", wrongList],
    ...(taxed?.checks ?? []),
  ];
  console.log("\nChecks");
  for (const [what, wrong] of checks) {
    console.log(`  ${wrong.length === 0 ? "ok  " : "FAIL"}  ${what}${wrong.length === 0 ? "" : `: ${number(wrong.length)} not so`}`);
    for (const text of wrong.slice(0, SHOWN)) console.log(`          ${text}`);
  }
  if (checks.some(([, wrong]) => wrong.length > 0)) throw new Stop("The shop does not agree with the file.");
});
