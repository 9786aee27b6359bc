// Staff in a real browser, where what they do needs one: keys, cells of a spreadsheet, the reader's zone.
// Pictures are left in tests/output. The commonest jobs: shopkeeper.test.mjs; every page: pages.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "../../scripts/lib/wait.mjs";
import { openShop, owner } from "../worker/shop.mjs";
import { launch, visit as openWindow } from "./window.mjs";

const TRANSFER = { instructions: "To DE02 1203 0000 0000 2020 51", cancel_after_days: 7 };

let server, shop, browser, order, product;

before(async () => {
  browser = await launch();
  ({ server, shop } = await openShop({ seed: "demo" }));
  const payments = { stripe: { offered: false, capture: "automatic" }, bank_transfer: TRANSFER };
  await shop.admin("PATCH", "/v1/admin/settings", { body: { payments } });
  ({ items: [product] } = await shop.admin("GET", "/v1/admin/products?limit=1&status=active"));
  order = await owed();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** An order that waits for a bank transfer. */
async function owed() {
  const { variants } = await shop.ask("GET", "/v1/products/trail-kettle");
  const body = {
    lines: [{ variant_id: variants[0].id, quantity: 2 }],
    email: "ada.lovelace@example.com",
    shipping_address: { name: "Ada <b>Lovelace</b>", line1: "Lindenweg 7", city: "Bremen", postal_code: "28195", country: "DE" },
    shipping_option: "standard",
    payment: { provider: "manual", method: "bank_transfer" },
  };
  return await eventually("the transfer is offered", 5_000, async () => {
    const answer = await shop.request("POST", "/v1/orders", { body, key: "console-test-order-0001" });
    return answer.status === 201 ? answer.body : undefined;
  });
}

async function signIn(options) {
  const window = await openWindow(browser, server.url, options);
  const { page } = window;
  await page.goto("/admin/orders");
  assert.match(page.url(), /\/admin\/sign-in\?next=/);
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/orders");
  return window;
}

const choose = (page) => page.getByRole("combobox", { name: /^Find/ });

test("an order is found and its money recorded by the keyboard alone", async () => {
  const { page, picture, leave } = await signIn();
  await picture("console-orders");
  // The newest state comes to the lists a moment later.
  await eventually("the order is in the list", 5_000, async () => {
    const { items } = await shop.admin("GET", `/v1/admin/orders?q=${order.number}`);
    return items.length === 1 || undefined;
  });
  await page.keyboard.press("Control+k");
  await choose(page).fill(order.number.toLowerCase());
  await page.getByRole("option", { name: order.number }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/admin/orders/${order.id}`);
  await page.getByText("Ada <b>Lovelace</b>").waitFor();
  await picture("console-order");

  await page.keyboard.press("Control+k");
  await choose(page).fill("record");
  await page.keyboard.press("Enter");
  const amount = page.getByLabel("Amount", { exact: true });
  assert.ok(await amount.evaluate((field) => field === document.activeElement));
  await amount.fill("lots");
  await page.keyboard.press("Enter");
  const problem = page.getByRole("alert");
  await problem.waitFor();
  assert.ok(await problem.evaluate((summary) => summary === document.activeElement), "what is wrong has the focus");
  await picture("console-order-refused");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const again = page.getByLabel("Amount", { exact: true });
  assert.ok(await again.evaluate((field) => field === document.activeElement), "a mistake leads to its field");
  const { amount: cents } = order.totals.to_pay;
  await again.fill(`${Math.floor(cents / 100)},${String(cents % 100).padStart(2, "0")}`);
  await page.keyboard.press("Tab");
  await page.keyboard.type("statement 7");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("The money is recorded.").waitFor();
  // It is said once: the page's script takes it out of the address.
  await page.waitForURL(({ searchParams }) => !searchParams.has("done"));
  await page.getByText("Paid", { exact: true }).first().waitFor();
  await leave();
});

test("orders are ticked by the keyboard, and changed together", async () => {
  const { page, picture, leave } = await signIn();
  await eventually("the order is in the list", 5_000, async () => {
    const { items } = await shop.admin("GET", `/v1/admin/orders?q=${order.number}`);
    return items.length === 1 || undefined;
  });
  await page.goto(`/admin/orders?q=${order.number}`);
  const tags = page.getByRole("button", { name: "Change tags" });
  assert.ok(await tags.isDisabled(), "nothing is ticked yet");
  await page.getByRole("checkbox", { name: `Choose ${order.number}` }).focus();
  await page.keyboard.press("Space");
  await page.getByText("With the 1 ticked:").waitFor();
  await picture("console-orders-ticked");
  await tags.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/admin/orders/tag?orders=${order.id}`);
  await page.getByLabel("Tags to add, one on each line").fill("by hand");
  await page.getByRole("button", { name: "Change the tags" }).click();
  await page.getByRole("status").getByText("each order says what came of it").waitFor();
  await page.getByText("Done", { exact: true }).waitFor();
  assert.equal(await page.getByRole("checkbox", { name: "Do it" }).isChecked(), false, "what is done is not ticked any more");
  await picture("console-orders-tagged");
  const { items } = await shop.admin("GET", "/v1/admin/orders?tag=by%20hand");
  assert.deepEqual(items.map(({ id }) => id), [order.id]);
  await leave();
});

test("a price is changed in the grid, and nothing of it is lost by leaving", async () => {
  const { page, picture, leave } = await signIn();
  await page.goto(`/admin/products/${product.id}`);
  await picture("console-product");
  const price = page.getByRole("group", { name: "Variant 1" }).getByLabel("Price in EUR");
  const before = await price.inputValue();
  await price.fill("99,50");
  const bar = page.locator(".save-bar");
  await bar.getByText("Not saved yet: Variant 1: Price in EUR").waitFor();
  let asked = 0;
  page.once("dialog", async (dialog) => {
    asked += 1;
    await dialog.dismiss();
  });
  await page.getByRole("link", { name: "Orders" }).click();
  assert.equal(asked, 1, "whoever leaves is asked first");
  await bar.getByRole("button", { name: "Undo all" }).click();
  assert.equal(await price.inputValue(), before);
  await bar.waitFor({ state: "hidden" });

  // Cells from a spreadsheet: a price, and beside it what it was before.
  await price.focus();
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "99.50\t120.00\n");
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
  await bar.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").getByText("The product is saved.").waitFor();
  const { variants } = await shop.admin("GET", `/v1/admin/products/${product.id}`);
  const euros = variants[0].prices.find(({ currency }) => currency === "EUR");
  assert.deepEqual(euros, { amount: 9_950, currency: "EUR", compare_at: 12_000 });
  await leave();
});

test("times are the reader's, and go back as they were", async () => {
  const { page, leave } = await signIn({ timezoneId: "Asia/Kolkata" });
  await page.goto("/admin/promotions/new/percentage");
  await page.getByLabel("Title").fill("Half past");
  await page.getByLabel("Percent off").fill("10");
  await page.getByLabel("Ends").fill("2030-01-31T00:15");
  await page.getByText("Asia/Calcutta").or(page.getByText("Asia/Kolkata")).first().waitFor();
  await page.locator(".save-bar").getByRole("button").first().click();
  await page.waitForURL(/\/admin\/promotions\/promo_/);
  const id = new URL(page.url()).pathname.split("/").pop();
  assert.equal((await shop.admin("GET", `/v1/admin/promotions/${id}`)).ends_at, "2030-01-30T18:45:00.000Z");
  assert.equal(await page.getByLabel("Ends").inputValue(), "2030-01-31T00:15");
  await leave();
});
