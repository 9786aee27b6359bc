// A shopkeeper's ten commonest jobs, from the console's first page, on a desktop and on a telephone:
// each in no more steps than it needs, with nothing refused, moved or out of sight on the way.
// Pictures of what it leads over are left in tests/output.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFile } from "node:fs/promises";
import { at } from "../../scripts/lib/paths.mjs";
import { parse } from "csv-parse/sync";
import { eventually, spread } from "../../scripts/lib/wait.mjs";
import { openShop, owner, randomKey } from "../worker/shop.mjs";
import { linesOf, listed, offerPayments, paidOrder, TRACKED } from "./furnished.mjs";
import { Hand } from "./hand.mjs";
import { moved } from "./looks.mjs";
import { DEVICES, launch, visit } from "./window.mjs";

const SIZES = 30;
const PICTURE = "/assets/demo/enamel-mug.svg";

let server, shop, browser, session;

before(async () => {
  browser = await launch();
  ({ server, shop } = await openShop({ seed: "demo" }));
  await offerPayments(shop);
  const { page, leave } = await visit(browser, server.url);
  await page.goto("/admin/sign-in");
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin");
  session = await page.context().storageState();
  await leave();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const buy = async (email, ...slugs) => paidOrder(shop, await linesOf(shop, 2, ...slugs), email);
const orderOf = (id) => shop.admin("GET", `/v1/admin/orders/${id}`);
const said = (page, text) => page.getByRole("status").getByText(text).waitFor();

/** Of a cell: one that a spreadsheet would take for something else has an apostrophe before it. */
const numberOf = (cell) => cell.replace(/^'/, "");

/** A product in so many sizes, each at the price of ten euros. */
async function sized(device) {
  const sizes = Array.from({ length: SIZES }, (_, n) => `${n + 20}`);
  return await shop.admin("POST", "/v1/admin/products", {
    key: randomKey(),
    body: {
      title: `Boot for a ${device}`,
      slug: `boot-${device}`,
      status: "active",
      options: [{ name: "Size", values: sizes }],
      variants: sizes.map((size) => ({ sku: `BOOT-${device}-${size}`, options: { Size: size }, prices: [{ amount: 1_000, currency: "EUR" }] })),
    },
  });
}

/** What each job needs first, what is done, and the most steps that it may take; `why` says what they are. */
const jobs = {
  "find an order and refund one line": {
    most: 8,
    why: "find, its number, the order; Refund, pieces, the reason, Refund, and the sum confirmed",
    ready: () => buy("refund@example.com", "enamel-mug", "trail-kettle"),
    async work({ page, hand, picture }, order) {
      await hand.link(/^Find/);
      await hand.type(page.getByRole("combobox", { name: /^Find/ }), order.number);
      await hand.click(page.getByRole("option", { name: order.number }).first());
      await page.waitForURL(`**/admin/orders/${order.id}`);
      const refund = await hand.unfold("Refund");
      await picture("refund");
      await hand.type(refund.getByRole("group", { name: "Line 1" }).getByLabel("Pieces to refund"), "1");
      await hand.type(refund.getByLabel("Reason, for staff"), "A dent");
      await hand.click(refund.getByRole("button"));
      await page.getByText("This refund comes to").waitFor();
      await picture("refund-review");
      await hand.button("Refund");
      await said(page, "The money is on its way back.");
      await picture("refunded");
      const { lines } = await orderOf(order.id);
      assert.deepEqual(lines.map(({ refunded }) => refunded), [1, 0]);
    },
  },
  "ship five orders": {
    most: 7,
    why: "to the queue, a parcel's number for each, and send: a number that is typed ticks its order",
    ready: (device) => spread(Array.from({ length: 5 }), 2, (_, n) => buy(`ship-${device}-${n}@example.com`, "enamel-mug")),
    async work({ page, hand, picture }, orders) {
      await hand.link(/Orders to send$/);
      await page.waitForURL("**/admin/orders/send");
      for (const [n, { number }] of orders.entries()) {
        const row = page.locator(".row").filter({ hasText: number });
        await hand.type(row.getByLabel("Tracking link"), `${TRACKED}${n}`);
      }
      await picture("send");
      await hand.button("Send those that are ticked");
      await said(page, "each order says what came of it");
      await picture("sent");
      for (const { id } of orders) assert.equal((await orderOf(id)).fulfilment_status, "fulfilled");
    },
  },
  "raise a price on 30 variants": {
    most: 6,
    why: "products, the product, its grid, the prices pasted, the changes looked at, and written",
    ready: sized,
    async work({ page, hand, picture }, product) {
      await hand.link("Products");
      await hand.link(product.title);
      await hand.link("Change prices and stock");
      const prices = page.getByRole("group", { name: "Variant 1", exact: true }).getByLabel("Price in EUR");
      await hand.paste(prices, "12.50\n".repeat(SIZES));
      await picture("prices");
      await hand.button("Look at the changes");
      await page.getByRole("status").getByText("This is what would change").waitFor();
      await picture("prices-review");
      await hand.button("Write these changes");
      await said(page, "The changes are written");
      const { variants } = await shop.admin("GET", `/v1/admin/products/${product.id}`);
      assert.deepEqual(new Set(variants.map(({ prices: [{ amount }] }) => amount)), new Set([1_250]));
    },
  },
  "add a product with pictures": {
    most: 12,
    why: "products, add; title, status, SKU and price; two pictures, each with what it shows; one more row; and add",
    async work({ page, hand, picture, device }) {
      await hand.link("Products");
      await hand.link("Add a product");
      await page.waitForURL("**/products/new");
      await picture("product-new");
      await hand.type(page.getByLabel("Title", { exact: true }), `Lamp for a ${device}`);
      await hand.choose(page.getByLabel("Status", { exact: true }), "On sale");
      const variant = page.getByRole("group", { name: "Variant 1", exact: true });
      await hand.type(variant.getByLabel("SKU", { exact: true }), `LAMP-${device}`);
      await hand.type(variant.getByLabel("Price in EUR", { exact: true }), "49");
      for (const [n, shows] of ["From the front", "Lit"].entries()) {
        if (n > 0) await hand.button("One more: Picture");
        const row = page.getByRole("group", { name: `Picture ${n + 1}`, exact: true });
        await hand.type(row.getByLabel("Address"), PICTURE);
        await hand.type(row.getByLabel("What it shows"), shows);
      }
      await page.locator(".row img").nth(1).waitFor();
      await picture("product-filled");
      await hand.click(page.locator(".save-bar").getByRole("button", { name: "Add the product" }));
      await said(page, "The product is there.");
      await picture("product-added");
      const { images } = await shop.admin("GET", `/v1/admin/products/${page.url().match(/prod_\w+/)[0]}`);
      assert.equal(images.length, 2);
    },
  },
  "receive stock": {
    most: 5,
    why: "stock, receive; what came, from the delivery note; the changes looked at, and written",
    ready: (device) => shop.stockProduct(`received-${device}`, 3),
    async work({ page, hand, picture }, { slug, variant }) {
      await hand.link("Stock");
      await hand.link("Receive goods");
      await hand.type(page.getByLabel("What came"), `SKU-${slug}\t12`);
      await picture("receive");
      await hand.button("Look at the changes");
      await page.getByRole("status").getByText("This is what would change").waitFor();
      await picture("receive-review");
      await hand.button("Write these changes");
      await said(page, "The changes are written");
      await picture("received");
      assert.equal((await shop.stock(variant)).on_hand, 15);
    },
  },
  "make a code": {
    most: 6,
    why: "promotions, its kind; title, code and percent; and add",
    async work({ page, hand, picture, device }) {
      await hand.link("Promotions");
      await hand.link("Add a percentage");
      await hand.type(page.getByLabel("Title"), `Spring for a ${device}`);
      await hand.type(page.getByLabel("Code"), `SPRING-${device}`);
      await hand.type(page.getByLabel("Percent off"), "15");
      await picture("code");
      await hand.click(page.locator(".save-bar").getByRole("button", { name: "Add the promotion" }));
      await said(page, "The promotion is there.");
      await picture("code-made");
      // A buyer types it, and has 15 % of 38 euros.
      const cart = await shop.createCart(await linesOf(shop, 1, "trail-kettle"));
      const code = `SPRING-${device}`.toUpperCase();
      const { body } = await eventually(`${code} can be used`, 10_000, async () => {
        const answer = await shop.request("POST", `/v1/carts/${cart.id}/coupons`, { cart, body: { code } });
        return answer.status === 200 ? answer : undefined;
      });
      assert.deepEqual([body.totals.items.amount, body.totals.discount.amount, body.problems.filter(({ coupon }) => coupon)], [3_800, 570, []]);
    },
  },
  "issue a gift card": {
    most: 4,
    why: "gift cards, issue, the amount, and issue",
    async work({ page, hand, picture }) {
      await hand.link("Gift cards");
      await hand.unfold("Issue a gift card");
      await hand.type(page.getByLabel("Amount", { exact: true }), "50");
      await picture("gift-card");
      await hand.button("Issue the card");
      await page.getByText("it is shown only now").waitFor();
      await picture("gift-card-issued");
      // What the page shows pays, and as much as was asked for.
      const shown = page.locator("section").filter({ hasText: "it is shown only now" });
      await shown.getByText("€50.00").waitFor();
      const code = await shown.locator("dd .address").textContent();
      const cart = await shop.createCart(await linesOf(shop, 2, "trail-kettle"));
      const { gift_cards: cards } = await shop.ask("POST", `/v1/carts/${cart.id}/gift-cards`, { cart, body: { code } });
      assert.deepEqual(cards.map(({ amount }) => amount.amount), [5_000]);
      const { balance } = await shop.admin("GET", `/v1/admin/gift-cards/${cards[0].id}`);
      assert.deepEqual(balance, { amount: 5_000, currency: "EUR" });
    },
  },
  "answer \u201cwhere is my parcel\u201d": {
    most: 3,
    why: "find, who asks, and the order, which says where its parcel is",
    async ready(device) {
      const order = await buy(`parcel-${device}@example.com`, "enamel-mug");
      const body = { carrier: "DHL", tracking_url: TRACKED, status: "shipped", notify: true };
      await shop.admin("POST", `/v1/admin/orders/${order.id}/fulfilments`, { key: randomKey(), body });
      await listed(shop, order.number, "fulfilled");
      return order;
    },
    async work({ page, hand, picture, device }, order) {
      await hand.link(/^Find/);
      await hand.type(page.getByRole("combobox", { name: /^Find/ }), `parcel-${device}`);
      await page.getByRole("option", { name: order.number }).waitFor();
      await picture("find");
      await hand.click(page.getByRole("option", { name: order.number }));
      const parcel = page.getByRole("link", { name: TRACKED });
      await parcel.waitFor();
      assert.equal(await parcel.getAttribute("href"), TRACKED);
      await picture("parcel");
    },
  },
  "close the day with sales and tax": {
    most: 2,
    why: "the day's sales, and the tax in them",
    ready: (device) => buy(`day-${device}@example.com`, "enamel-mug"),
    async work({ page, hand, picture }) {
      await picture("home");
      await hand.link("Close the day");
      await page.getByRole("heading", { name: "Sales", exact: true }).waitFor();
      const { from, to } = Object.fromEntries(new URL(page.url()).searchParams);
      assert.ok(from && from === to, "it is one day");
      await picture("day-sales");
      await hand.click(page.locator("main").getByRole("link", { name: "Tax", exact: true }));
      await page.getByRole("heading", { name: "Tax", exact: true, level: 1 }).waitFor();
      assert.equal(new URL(page.url()).searchParams.get("from"), from, "of the same day");
      await picture("day-tax");
      const { items } = await shop.admin("GET", `/v1/admin/reports/tax?from=${from}&to=${to}`);
      await page.getByText(`${items[0].rate}`, { exact: true }).first().waitFor();
    },
  },
  "export orders for the accountant": {
    most: 6,
    why: "orders, more to filter by, the first and the last day, show, and export",
    ready: async (device) => [await buy(`books-${device}@example.com`, "enamel-mug"), await buy(`more-${device}@example.com`, "trail-kettle")],
    async work({ page, hand, picture }, orders) {
      // The shop gives out so few at a time, as if there were more of them than one file has.
      const parts = [];
      await page.route("**/v1/admin/orders/export?*", async (route) => {
        const url = new URL(route.request().url());
        url.searchParams.set("limit", "2");
        parts.push(url.search);
        await route.continue({ url: url.href });
      });
      await hand.link("Orders");
      await hand.unfold("More to filter by");
      const day = new Date().toISOString().slice(0, 10);
      await hand.type(page.getByLabel("Placed from"), `${day.slice(0, 8)}01`);
      await hand.type(page.getByLabel("Placed until"), day);
      await picture("orders-filter");
      await hand.button("Show");
      await page.waitForURL("**from=*");
      const [download] = await Promise.all([page.waitForEvent("download"), hand.link("Export as CSV")]);
      assert.match(download.suggestedFilename(), /\.csv$/);
      const { from, to } = Object.fromEntries(new URL(page.url()).searchParams);
      const { items } = await shop.admin("GET", `/v1/admin/orders?limit=100&from=${from}&to=${to}`);
      const rows = parse(await readFile(await download.path(), "utf8"), { bom: true, columns: true });
      assert.deepEqual(rows.map(({ number }) => numberOf(number)), items.map(({ number }) => number), "each once, in the list's order");
      assert.ok(orders.every(({ number }) => rows.some((row) => numberOf(row.number) === number)));
      assert.ok(parts.length >= Math.ceil(items.length / 2) && parts.length > (items.length > 2 ? 1 : 0), `${parts.length} parts of ${items.length}`);
      await picture("orders-month");
    },
  },
};

for (const [device, options] of Object.entries(DEVICES)) {
  for (const [job, { most, why, ready, work }] of Object.entries(jobs)) {
    test(`${job}, on a ${device}`, async () => {
      const prepared = await ready?.(device);
      const { page, leave } = await visit(browser, server.url, { ...options, storageState: session });
      const hand = new Hand(page, options.hasTouch);
      await page.goto("/admin");
      const shifts = [];
      const look = async (name) => {
        shifts.push(...(await moved(page)).map((shift) => `${name}: ${shift}`));
        await page.screenshot({ path: at("tests", "output", `shopkeeper-${name}-${device}.png`), fullPage: true });
        // A picture of the whole page makes its window as high, for that moment.
        await moved(page);
      };
      await work({ page, hand, picture: look, device }, prepared);
      assert.deepEqual(shifts, []);
      assert.ok(hand.steps <= most, `${hand.steps} steps, where ${most} do: ${why}`);
      await leave();
    });
  }
}

test("a line is refunded by the keyboard alone", async () => {
  const order = await buy("keys@example.com", "enamel-mug", "trail-kettle");
  const { page, leave } = await visit(browser, server.url, { storageState: session });
  await page.goto("/admin");
  const { keyboard } = page;
  const command = async (words) => {
    await keyboard.press("Control+k");
    await keyboard.type(words);
    await page.getByRole("option", { selected: true }).getByText(words).waitFor();
    await keyboard.press("Enter");
  };
  await command(order.number);
  await page.waitForURL(`**/admin/orders/${order.id}`);
  await command("Refund");
  await keyboard.type("1");
  // Past what goes back into stock, the other line, the shipping and an amount.
  for (let field = 0; field < 6; field += 1) await keyboard.press("Tab");
  await keyboard.type("A dent");
  await keyboard.press("Enter");
  await page.getByText("This refund comes to").waitFor();
  // Past the navigation, to what is asked.
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await page.locator("main:focus").waitFor();
  // And past the ways to other records.
  const agree = page.locator("main form").getByRole("button", { name: "Refund" });
  for (let ways = 0; ways < 4 && !(await agree.evaluate((button) => button === document.activeElement)); ways += 1) await keyboard.press("Tab");
  await keyboard.press("Enter");
  await said(page, "The money is on its way back.");
  assert.deepEqual((await orderOf(order.id)).lines.map(({ refunded }) => refunded), [1, 0]);
  await leave();
});
