// The console's pages in a shop of 100,000 orders and 10,000 products: what each costs workerd's
// processors, the local database in it included. On the platform that runs elsewhere, so a Worker's
// own time is less.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../scripts/lib/paths.mjs";
import { say, Stop } from "../scripts/lib/say.mjs";
import { eventually, pause } from "../scripts/lib/wait.mjs";
import { startServer } from "../scripts/server.mjs";
import { address, openShop, owner, randomKey, Shop } from "../tests/worker/shop.mjs";
import { fill } from "./filled.mjs";
import { median } from "./load.mjs";

/** Of each page, in milliseconds of processor time. */
const BAR = 30;
const FOLDER = at("src", "console", "pages");

/**
 * By what stands in `Page::new`: the addresses that are asked, where they are not the pattern
 * itself. In them `{order}` and the like are what `stocked` made.
 */
const ADDRESSES = {
  "/find": ["/find?q=lowenstein", "/find?q=sku-00042", "/find?q=kettle", "/find?q=~~", "/find?q=te"],
  "/orders": [
    "/orders", "/orders?status=confirmed&fulfilment_status=unfulfilled", "/orders?status=cancelled", "/orders?return_status=requested",
    "/orders?tag=vip", "/orders?country=XK", "/orders?q=buyer777@", "/orders?q=example.com", "/orders?q=~~", "/orders?from={month}",
  ],
  "/orders/send": ["/orders/send", "/orders/send?orders={order},{other}"],
  "/orders/tag": ["/orders/tag?orders={order},{other}"],
  "/orders/capture": ["/orders/capture?orders={order},{other}"],
  "/orders/cancel": ["/orders/cancel?orders={order},{other}"],
  "/orders/{id}": ["/orders/{order}"],
  "/orders/{id}/edit": ["/orders/{order}/edit"],
  "/orders/all": ["/orders/all", "/orders/all?status=confirmed"],
  "/drafts": ["/drafts", "/drafts?status=sent", "/drafts?status=placed"],
  "/drafts/{id}": ["/drafts/{draft}"],
  "/documents": ["/documents", "/documents?kind=credit_note"],
  "/products": ["/products", "/products?status=draft", "/products?q=kettle+lantern", "/products?q=zzzz"],
  "/products/status": ["/products/status?products={product}"],
  "/products/tags": ["/products/tags?products={product}"],
  "/products/facts": ["/products/facts?products={product}"],
  "/products/grid": ["/products/grid", "/products/grid?q=zzzz"],
  "/products/{id}": ["/products/{product}"],
  "/variants/{id}": ["/variants/{variant}"],
  "/variants/{id}/ledger": ["/variants/{variant}/ledger"],
  "/stock": ["/stock", "/stock?available=low", "/stock?available=out", "/stock?q=kettle", "/stock?q=zzzz"],
  "/customers": ["/customers", "/customers?q=buyer77", "/customers?q=lowenstein", "/customers?q=example.com", "/customers?q=bu"],
  "/customers/{id}": ["/customers/buyer77@example.com"],
  "/collections": ["/collections", "/collections?q=bench"],
  "/collections/{id}": ["/collections/{collection}"],
  "/collections/{id}/products": ["/collections/{collection}/products", "/collections/{collection}/products?q=kettle+lantern"],
  "/customers/groups/{id}": ["/customers/groups/{group}"],
  "/customers/groups/{id}/members": ["/customers/groups/{group}/members"],
  "/price-lists/{id}": ["/price-lists/{list}"],
  "/price-lists/{id}/prices": ["/price-lists/{list}/prices"],
  "/promotions/{id}": ["/promotions/{promotion}"],
  "/promotions/{id}/uses": ["/promotions/{promotion}/uses"],
  "/gift-cards": ["/gift-cards", "/gift-cards?last4=ABCD"],
  "/gift-cards/{id}": ["/gift-cards/{card}"],
  "/gift-cards/{id}/ledger": ["/gift-cards/{card}/ledger"],
  "/messages": ["/messages", "/messages?status=refused", "/messages?kind=gift_card", "/messages?to=buyer77@example.com"],
  "/messages/{id}": ["/messages/77"],
  "/messages/{id}/letter": ["/messages/77/letter"],
  "/messages/previews/{id}": ["/messages/previews/order_confirmed"],
  "/messages/previews/{id}/letter": ["/messages/previews/order_confirmed/letter"],
  "/reports": ["/reports", "/reports?by=product", "/reports?by=country", "/reports?from={year}"],
  "/reports/tax": ["/reports/tax", "/reports/tax?from={year}"],
  "/webhooks/{id}": ["/webhooks/{webhook}"],
  "/webhooks/{id}/deliveries": ["/webhooks/{webhook}/deliveries"],
  "/imports/{id}": ["/imports/{dryRun}"],
  "/jobs/{id}": ["/jobs/{job}"],
};

/** Every page there is: none can be forgotten. */
function pages() {
  const texts = readdirSync(FOLDER).filter((name) => !name.includes("tests")).map((name) => readFileSync(join(FOLDER, name), "utf8"));
  // And the functions that make several alike.
  const patterns = texts.flatMap((text) => [...text.matchAll(/[\s.](?:Page::new|(?<== |=\n {4})(?:new|page))\(\s*"([^"]*)"/g)].map(([, pattern]) => pattern));
  const addresses = patterns.flatMap((pattern) => {
    if (ADDRESSES[pattern]) return ADDRESSES[pattern];
    if (pattern.includes("{")) throw new Stop(`benches/console.mjs knows no address for the page ${pattern}`);
    return [pattern];
  });
  return [...new Set(addresses)];
}

/** What pages of single things are of, made as everybody makes it. */
async function stocked(shop) {
  const product = await shop.stockProduct("bench-console", 1_000);
  await shop.untilVisible([product]);
  const lines = [{ variant_id: product.variant, quantity: 2 }];
  const buy = async (n) => {
    const payment = { provider: "test", method: "pm_card_visa" };
    const body = { currency: "EUR", lines, email: `buyer${n}@example.com`, shipping_address: address, shipping_option: "standard", payment };
    return (await shop.ask("POST", "/v1/orders", { body, key: randomKey() })).id;
  };
  const [order, other] = [await buy(1), await buy(2)];
  const make = async (path, body) => (await shop.admin("POST", `/v1/admin/${path}`, { body, key: randomKey() })).id;
  const made = {
    order,
    other,
    product: product.id,
    variant: product.variant,
    draft: await make("drafts", { currency: "EUR", lines }),
    promotion: await make("promotions", { code: "BENCH", title: "Bench", effect: { percentage: { percent: "10" } } }),
    collection: await make("collections", { title: "Bench", published: true, rule: { match: "all", conditions: [{ fact: "in_stock" }] } }),
    group: await make("customer-groups", { title: "Bench" }),
    list: await make("price-lists", { title: "Bench" }),
    card: await make("gift-cards", { balance: { amount: 5_000, currency: "EUR" } }),
    webhook: await make("webhooks", { url: "https://hooks.example.com/bench", types: ["order.placed"] }),
    job: await make("jobs", { orders: { ids: [order, other], action: { tag: { add: ["bench"] } } } }),
    dryRun: await make("imports?dry_run=true", { title: "Imported", variants: [] }),
  };
  await eventually("the job is done", 20_000, async () => (await shop.admin("GET", `/v1/admin/jobs/${made.job}`)).status === "done");
  return made;
}

const day = (before) => new Date(Date.now() - before * 24 * 3_600_000).toISOString().slice(0, 10);

/** Nanoseconds that a process had of the processors so far; Linux alone says. */
function spent(pid) {
  const tasks = `/proc/${pid}/task`;
  const of = (task) => {
    try {
      return Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      return 0; // It has ended.
    }
  };
  return readdirSync(tasks).reduce((sum, task) => sum + of(task), 0);
}

async function measure(server, shop, path, runs) {
  const times = [];
  for (let run = -1; run < runs; run += 1) {
    const [before, since] = [spent(server.workerdPid), performance.now()];
    const { status, text } = await shop.request("GET", path, { bearer: shop.bearer, headers: { accept: "text/html" } });
    const took = performance.now() - since;
    if (status !== 200) throw new Stop(`GET ${path} answered ${status}: ${text.slice(0, 300)}`);
    // The first of each compiles its statements.
    if (run >= 0) times.push({ cpu: (spent(server.workerdPid) - before) / 1e6, took, bytes: text.length });
  }
  const middle = (what) => median(times.map((time) => time[what]));
  return { path, cpu: middle("cpu"), took: middle("took"), bytes: times[0].bytes, bar: BAR, met: middle("cpu") <= BAR };
}

/** Makes a shop in this folder, fills it, and looks at every page. */
export async function consolePages(state, runs) {
  const { server: first, shop: before } = await openShop({ state });
  const made = await stocked(before).finally(() => first.stop());
  say("  filling the shop");
  fill(join(state, "data"));
  const env = { ADMIN_EMAIL: owner.email, ADMIN_PASSWORD: owner.password };
  const server = await startServer({ state, env });
  try {
    const shop = new Shop(server.url);
    await shop.signIn(owner);
    await quiet(server);
    const places = { ...made, month: day(30), year: day(364) };
    const rows = [];
    for (const page of pages()) {
      const path = `/admin${page.replaceAll(/\{(\w+)\}/g, (_, name) => places[name])}`;
      const row = await measure(server, shop, path, runs);
      rows.push({ ...row, path: `/admin${page}` });
      say(`  ${row.cpu.toFixed(1).padStart(7)} ms, ${row.took.toFixed(1).padStart(7)} ms until it was there, ${String(row.bytes).padStart(7)} bytes: ${page}`);
    }
    return rows;
  } finally {
    await server.stop();
  }
}

/** Waits until nothing is left that the server does by itself, such as publishing the catalog. */
async function quiet(server) {
  await eventually("the server rests", 180_000, async () => {
    const before = spent(server.workerdPid);
    await pause(2_000);
    return spent(server.workerdPid) - before < 40e6;
  });
}
