// Every page of the shop and of its console, on a desktop and on a telephone: axe finds nothing,
// nothing moves by itself, nothing is cut off at 200 % zoom or when read from the right, and the
// content security policy lets no script stand in a page. Pictures are left in tests/output.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import { openShop, owner } from "../worker/shop.mjs";
import { furnish } from "./furnished.mjs";
import { misplaced, moved, tooSmall, unreadable } from "./looks.mjs";
import { DEVICES, launch, visit } from "./window.mjs";

let server, shop, browser, things, session;

before(async () => {
  browser = await launch();
  ({ server, shop } = await openShop({ seed: "demo" }));
  things = await furnish(shop);
  session = await signedIn();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A browser's cookies: the owner's session, a buyer's order, one that is owed, and a cart with something in it. */
async function signedIn() {
  const { page, leave } = await visit(browser, server.url);
  await page.goto("/admin/sign-in");
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin");
  for (const { id, token } of [things.order, things.owed, things.asked]) await page.goto(`/orders/${id}/open?token=${token}`);
  await page.goto("/products/enamel-mug");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.waitForURL("**/cart");
  const state = await page.context().storageState();
  await leave();
  return state;
}

/** What a page is for stands before where it is. */
const shopPages = ({ order, owed, asked }) => ({
  home: "/",
  "a list": "/products",
  "a search": "/products?q=mug&tag=home&price_to=100",
  "a search that finds nothing": "/products?q=weel&price_from=x&in_stock=true",
  "a list in German": "/products?locale=de&currency=USD",
  "a search for nothing there is": "/products?q=zzzzzz&tag=home",
  product: "/products/enamel-mug",
  "a choice of a product's options": "/products/enamel-mug?option.Colour=Rust",
  "a choice that there is not": "/products/enamel-mug?option.Colour=Nobodys",
  "a product in German": "/products/enamel-mug?locale=de&option.Colour=Rust",
  collections: "/collections",
  "a collection": "/collections/kitchen",
  cart: "/cart",
  checkout: "/checkout",
  "an order": `/orders/${order.id}`,
  "an order that is owed": `/orders/${owed.id}`,
  "an order whose change waits to be paid": `/orders/${asked.id}`,
  "another way to pay": `/orders/${owed.id}/payments`,
  "what to send back": `/orders/${order.id}/returns`,
  "an order's documents": `/orders/${order.id}/documents`,
  "finding an order": "/orders/find",
  "what is not there": "/products/no-such-thing",
});

/** By what src/console/pages/ calls them: none of them is left out. */
const consolePages = ({ order, asked, product, variant, promotion, collection, group, list, card, draft, webhook, job, dryRun, message, document, customer }) => ({
  "": "",
  "/find": "/find?q=ada",
  "/sign-in": "/sign-in",
  "/sign-out": "/sign-out",
  "/orders": "/orders",
  "/orders/send": "/orders/send",
  "/orders/tag": `/orders/tag?orders=${order.id}`,
  "/orders/capture": `/orders/capture?orders=${order.id}`,
  "/orders/cancel": `/orders/cancel?orders=${order.id}`,
  "/orders/{id}": `/orders/${order.id}`,
  "/orders/{id}/edit": `/orders/${order.id}/edit`,
  "/orders/all": "/orders/all",
  "/orders/export": "/orders/export",
  "/drafts": "/drafts",
  "/drafts/{id}": `/drafts/${draft.id}`,
  "/documents": "/documents",
  "/products": "/products",
  "/products/new": "/products/new",
  "/products/status": `/products/status?products=${product.id}`,
  "/products/tags": `/products/tags?products=${product.id}`,
  "/products/facts": `/products/facts?products=${product.id}`,
  "/products/grid": "/products/grid",
  "/products/{id}": `/products/${product.id}`,
  "/variants/{id}": `/variants/${variant.id}`,
  "/variants/{id}/ledger": `/variants/${variant.id}/ledger`,
  "/stock": "/stock",
  "/stock/receive": "/stock/receive",
  "/customers": "/customers",
  "/customers/groups": "/customers/groups",
  "/customers/groups/{id}": `/customers/groups/${group.id}`,
  "/customers/groups/{id}/members": `/customers/groups/${group.id}/members`,
  "/price-lists": "/price-lists",
  "/price-lists/{id}": `/price-lists/${list.id}`,
  "/price-lists/{id}/prices": `/price-lists/${list.id}/prices`,
  "/customers/{id}": `/customers/${encodeURIComponent(customer.email)}`,
  "/collections": "/collections",
  "/collections/new/by-hand": "/collections/new/by-hand",
  "/collections/new/by-rule": "/collections/new/by-rule",
  "/collections/{id}": `/collections/${collection.id}`,
  "/collections/{id}/products": `/collections/${collection.id}/products`,
  "/promotions": "/promotions",
  "/promotions/new/percentage": "/promotions/new/percentage",
  "/promotions/new/fixed": "/promotions/new/fixed",
  "/promotions/new/free-shipping": "/promotions/new/free-shipping",
  "/promotions/new/buy-get": "/promotions/new/buy-get",
  "/promotions/new/tiered": "/promotions/new/tiered",
  "/promotions/{id}": `/promotions/${promotion.id}`,
  "/promotions/{id}/uses": `/promotions/${promotion.id}/uses`,
  "/gift-cards": "/gift-cards",
  "/gift-cards/{id}": `/gift-cards/${card.id}`,
  "/gift-cards/{id}/ledger": `/gift-cards/${card.id}/ledger`,
  "/messages": "/messages",
  "/messages/previews": "/messages/previews",
  "/messages/{id}": `/messages/${message.number}`,
  "/messages/previews/{id}": "/messages/previews/order_confirmed",
  "/reports": "/reports",
  "/reports/tax": "/reports/tax",
  "/reports/stock": "/reports/stock",
  "/reports/gift-cards": "/reports/gift-cards",
  "/settings": "/settings",
  "/settings/tax": "/settings/tax",
  "/settings/seller": "/settings/seller",
  "/settings/shipping": "/settings/shipping",
  "/webhooks": "/webhooks",
  "/webhooks/{id}": `/webhooks/${webhook.id}`,
  "/webhooks/{id}/deliveries": `/webhooks/${webhook.id}/deliveries`,
  "/imports": "/imports",
  "/imports/{id}": `/imports/${dryRun.id}`,
  "/audit-log": "/audit-log",
  "/jobs": "/jobs",
  "/jobs/{id}": `/jobs/${job.id}`,
  // What is asked of a list in its address, and what is not there.
  "nothing found": "/orders?q=nobody",
  "an order whose change waits to be paid": `/orders/${asked.id}`,
  "what a filter refuses": "/orders?total_min=5",
  "a view": "/orders?status=awaiting_payment",
  "a page that is not there": "/nowhere",
  // Made for printing, and shown by the shop itself.
  "an invoice": `/documents/${document.number}`,
  "packing slips": `/packing-slips?orders=${order.id}`,
});

/** A letter is mail in a frame: mail has styles of its own, and other tests. */
const isLetter = (path) => path.endsWith("/letter");

function everyPage() {
  const ours = Object.entries(consolePages(things)).map(([name, path]) => [`console ${name || "home"}`, `/admin${path}`]);
  return [...Object.entries(shopPages(things)).map(([name, path]) => [`shop ${name}`, path]), ...ours];
}

test("no page of the console is left out", () => {
  const folder = at("src", "console", "pages");
  const sources = readdirSync(folder).filter((name) => !name.includes("tests")).map((name) => readFileSync(`${folder}/${name}`, "utf8"));
  // `Page::new("/orders", ...)`, and the functions that make several alike.
  const paths = sources.flatMap((source) => [...source.matchAll(/[\s.](?:Page::new|(?<== |=\n {4})(?:new|page))\("([^"]*)"/g)].map(([, path]) => path));
  assert.ok(paths.length > 40, `only ${paths.length} pages were found`);
  const looked = Object.keys(consolePages(things));
  assert.deepEqual(paths.filter((path) => !isLetter(path) && !looked.includes(path)), []);
});

/** What the answer and the page say of scripts and styles that stand in it. */
async function unguarded(page, answer) {
  const policy = answer.headers()["content-security-policy"] ?? "";
  const loose = ["unsafe-inline", "unsafe-eval", " *", "http:"].filter((word) => policy.includes(word));
  const inline = await page.evaluate(() => {
    const handlers = [...document.querySelectorAll("*")].filter(({ attributes }) => [...attributes].some(({ name }) => name.startsWith("on") || name === "style"));
    return [...document.querySelectorAll('script:not([src], [type="application/ld+json"], [type="application/json"]), style'), ...handlers].map(({ outerHTML }) => outerHTML.slice(0, 100));
  });
  if (!policy.startsWith("default-src 'none'")) loose.push(`policy "${policy}"`);
  return [...loose, ...inline];
}

/** Half as many pixels each way, as in a browser that shows all twice as large; of a telephone, the narrowest there are. */
const zoomed = ({ width, height }) => ({ width: Math.max(320, width / 2), height: height / 2 });

async function faultsOf(page, path, { viewport, hasTouch }) {
  const faults = [];
  const look = (what, found) => faults.push(...found.map((fault) => `${what}: ${fault}`));
  await page.setViewportSize(viewport);
  const answer = await page.goto(path);
  look("moved", await moved(page));
  look("policy", await unguarded(page, answer));
  await page.evaluate(() => document.querySelectorAll("details").forEach((action) => (action.open = true)));
  look("axe", await unreadable(page));
  if (!hasTouch) {
    await page.emulateMedia({ colorScheme: "dark" });
    look("axe in the dark", await unreadable(page, "color-contrast"));
    await page.emulateMedia({ colorScheme: "light" });
  }
  look("place", await page.evaluate(misplaced));
  if (hasTouch) look("target", await page.evaluate(tooSmall));
  await page.setViewportSize(zoomed(viewport));
  look("200 %", await page.evaluate(misplaced));
  await page.evaluate(() => (document.dir = "rtl"));
  look("200 %, from the right", await page.evaluate(misplaced));
  await page.setViewportSize(viewport);
  look("from the right", await page.evaluate(misplaced));
  return faults;
}

const fileOf = (name) => name.replace(/[^a-z]+/gi, "-").replace(/^-|-$/g, "");

for (const [device, options] of Object.entries(DEVICES)) {
  test(`every page, on a ${device}`, async () => {
    const { page, leave } = await visit(browser, server.url, { ...options, storageState: session });
    const faults = [];
    for (const [name, path] of everyPage()) {
      faults.push(...(await faultsOf(page, path, options)).map((fault) => `${name}, ${device}, ${fault}`));
      // As it is read from the right; the left is what all else is pictured in.
      await page.screenshot({ path: at("tests", "output", `pages-${fileOf(name)}-${device}.png`), fullPage: true });
    }
    assert.deepEqual(faults, []);
    await leave();
  });
}

/** Only of the shop: staff's pages are in English. */
for (const [device, options] of Object.entries(DEVICES)) {
  test(`every page of the shop in German, on a ${device}`, async () => {
    const { page, leave } = await visit(browser, server.url, { ...options, locale: "de-DE", storageState: session });
    const faults = [];
    for (const [name, path] of Object.entries(shopPages(things))) {
      faults.push(...(await faultsOf(page, path, options)).map((fault) => `${name}, ${device}, in German, ${fault}`));
      const lang = await page.evaluate(() => document.documentElement.lang);
      if (lang !== "de") faults.push(`${name} is in ${lang}`);
    }
    assert.deepEqual(faults, []);
    await leave();
  });
}

test("a script that comes late moves nothing", async () => {
  const { page, leave } = await visit(browser, server.url, { storageState: session });
  // Longer than what is there takes to be painted.
  await page.route(/\/assets\/(admin|shop)\..*\.js$/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  for (const path of ["/admin/orders", `/admin/orders/${things.order.id}`, "/admin/messages"]) {
    await page.goto(path);
    assert.deepEqual(await moved(page), [], path);
    assert.ok(await page.locator("main time[title]").first().isVisible(), `${path} has its reader's times`);
  }
  for (const path of ["/", "/products", "/products/enamel-mug"]) {
    await page.goto(path);
    assert.deepEqual(await moved(page), [], path);
  }
  await leave();
});
