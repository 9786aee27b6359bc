// A buyer in a real browser, from the shelves to the order's number; once without JavaScript.
// Pictures of every page are left in tests/output.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, pause } from "../../scripts/lib/wait.mjs";
import { openShop } from "../worker/shop.mjs";
import { launch, visit as openWindow } from "./window.mjs";

let server, shop, browser;

before(async () => {
  browser = await launch();
  ({ server, shop } = await openShop({ seed: "demo" }));
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const visit = (options) => openWindow(browser, server.url, options);

/** The fields of where it goes: the bill may go elsewhere. */
const delivery = (page) => page.locator("#delivery");

async function enterAddress(page, { email = "ada@example.com", name = "Ada Buyer" } = {}) {
  await page.getByLabel("E-mail").fill(email);
  await delivery(page).getByLabel("Full name").fill(name);
  await delivery(page).getByLabel("Street and number").fill("Lindenweg 7");
  await delivery(page).getByLabel("Postal code").fill("28195");
  await delivery(page).getByLabel("City").fill("Bremen");
  await delivery(page).getByLabel("Country").selectOption("DE");
}

/** Leafs through the shelves until the product is there, and opens it. */
async function open(page, title) {
  const link = page.getByRole("link").filter({ has: page.getByText(title, { exact: true }) });
  const more = page.getByRole("link", { name: /^(All products|Next page)$/ });
  while (!(await link.isVisible())) await more.click();
  await link.click();
  assert.equal(await heading(page).innerText(), title);
}

const heading = (page) => page.getByRole("heading", { level: 1 });
const goToCheckout = (page) => page.getByRole("button", { name: "Go to checkout" });
const placeOrder = (page) => page.getByRole("button", { name: /^Place order/ });

/** What the page says is the order's number. */
async function numberShown(page) {
  const text = await page.locator(".status-number").innerText();
  return /^Order ([0-9A-Z]{4}-[0-9A-Z]{4})$/.exec(text)?.[1] ?? assert.fail(`no number in ${text}`);
}

/** The order as the shop's staff see it, a moment later: their list lags behind the orders. */
const confirmed = (number) =>
  eventually(`${number} confirmed in the staff's list`, 5_000, async () => {
    const { items } = await shop.admin("GET", `/v1/admin/orders?q=${number}`);
    return items.find((row) => row.number === number && row.status === "confirmed");
  });

test("a buyer corrects a mistake, pays by card and is given a number", async () => {
  const { page, picture, leave } = await visit();
  await page.goto("/");
  await picture("home");
  await open(page, "Enamel Mug");
  await page.waitForURL("**/products/enamel-mug");
  await page.getByRole("radio", { name: /Moss/ }).check();
  await picture("product");
  await page.getByRole("button", { name: "Add to cart" }).click();

  await page.waitForURL("**/cart");
  const quantity = page.getByLabel("Quantity of Enamel Mug", { exact: true });
  await quantity.fill("2");
  await quantity.press("Enter");
  await page.getByText("€29.80").first().waitFor();
  assert.equal(await quantity.inputValue(), "2");
  await page.getByText("Moss", { exact: true }).waitFor();
  await picture("cart");
  // What is typed counts, whichever button is pressed.
  await quantity.fill("3");
  await goToCheckout(page).click();
  await page.waitForURL("**/checkout");
  await page.getByText("Quantity 3").waitFor();
  await picture("checkout");

  // The browser stops what it can see is wrong.
  await enterAddress(page, { email: "not an address" });
  await placeOrder(page).click();
  assert.equal(await page.locator("input:invalid").getAttribute("name"), "email");
  // The rest the shop says, next to the field, and keeps what was right.
  await enterAddress(page, { name: "   " });
  const [answer] = await Promise.all([page.waitForResponse((response) => response.request().method() === "POST"), placeOrder(page).click()]);
  assert.equal(answer.status(), 422);
  const name = delivery(page).getByLabel("Full name");
  await page.getByRole("alert").waitFor();
  // What is wrong has the focus and the title, and the next link leads to the field.
  assert.match(await page.title(), /^Error: /);
  await page.locator(".error-summary:focus").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("#name:focus").waitFor();
  assert.equal(await name.getAttribute("aria-invalid"), "true");
  assert.ok((await page.locator("#name-error").innerText()).length > 0);
  assert.equal(await delivery(page).getByLabel("City").inputValue(), "Bremen");
  assert.equal(await page.getByLabel("E-mail").inputValue(), "ada@example.com");
  await picture("checkout-mistake");

  await name.fill("Ada Buyer");
  await page.getByRole("radio", { name: /Visa ending 4242/ }).check();
  await placeOrder(page).click();
  await page.waitForURL("**/orders/ord_*");
  assert.match(await heading(page).innerText(), /confirmed/);
  const number = await numberShown(page);
  await picture("confirmed");

  const order = await confirmed(number);
  assert.equal(order.pieces, 3);
  assert.equal(order.email, "ada@example.com");
  // The order took the cart along, and reloading shows the same order.
  await page.reload();
  assert.equal(await numberShown(page), number);
  await page.getByRole("link", { name: "Cart" }).click();
  await page.getByText("Your cart is empty.").waitFor();
  await picture("cart-empty");
  await leave();
});

test("without JavaScript, on a telephone, a bank that asks first is answered", async () => {
  const { page, picture, leave } = await visit({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await page.goto("/");
  await picture("home-narrow");
  await open(page, "Enamel Mug");
  await picture("product-narrow");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.waitForURL("**/cart");
  await picture("cart-narrow");
  await goToCheckout(page).click();
  await enterAddress(page);
  await page.getByRole("radio", { name: /3-D Secure/ }).check();
  await picture("checkout-narrow");
  await placeOrder(page).click();

  const bank = page.getByRole("link", { name: "Confirm with your bank" });
  await Promise.race([bank.waitFor(), page.getByText("Test Bank").waitFor()]);
  if (await bank.isVisible()) {
    await picture("action-narrow");
    await bank.click();
  }
  await page.getByText("Test Bank").waitFor();
  await picture("bank-narrow");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL("**/orders/ord_*");
  await page.locator(".status-good").waitFor();
  await picture("confirmed-narrow");
  assert.equal((await confirmed(await numberShown(page))).payment_status, "paid");
  await leave();
});

test("without JavaScript, the fields follow the country, and Enter places the order", async () => {
  const { page, picture, leave } = await visit({ javaScriptEnabled: false, viewport: { width: 360, height: 780 } });
  await page.goto("/products/enamel-mug");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await goToCheckout(page).click();
  await enterAddress(page);
  const choose = async (country) => {
    await delivery(page).getByLabel("Country").selectOption(country);
    await page.getByRole("button", { name: "Show fields for this country" }).click();
    await page.waitForURL("**/checkout#delivery");
  };
  await choose("US");
  await delivery(page).getByLabel("ZIP code").waitFor();
  await picture("checkout-states-narrow");
  await choose("HK");
  await delivery(page).getByLabel("Area").waitFor();
  assert.equal(await delivery(page).getByLabel(/code/i).count(), 0);
  assert.equal(await delivery(page).getByLabel("Full name").inputValue(), "Ada Buyer");
  await delivery(page).getByLabel("District").fill("  ");
  await delivery(page).getByLabel("Area").fill("  ");
  await placeOrder(page).click();
  await page.locator(".error-summary:focus").waitFor();
  await picture("checkout-mistake-narrow");
  await delivery(page).getByLabel("District").fill("Mong Kok");
  await page.getByRole("link", { name: "Enter the area." }).click();
  await page.locator("#region:focus").fill("Kowloon");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/orders/ord_*");
  await page.locator(".status-good").waitFor();
  assert.match(await page.locator("address").innerText(), /Mong Kok\nKowloon\nHong Kong$/);
  await leave();
});

test("a declined card is followed by one that pays", async () => {
  const { page, picture, leave } = await visit({ colorScheme: "dark" });
  await page.goto("/products/canvas-rucksack");
  await picture("product-dark");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await goToCheckout(page).click();
  await enterAddress(page);
  await page.getByRole("radio", { name: "Card that is declined" }).check();
  await picture("checkout-dark");
  await placeOrder(page).click();
  await page.waitForURL("**/orders/ord_*");
  const number = await numberShown(page);
  await page.getByText("Pay another way").waitFor();
  await picture("declined-dark");
  await page.getByRole("radio", { name: /Visa ending 4242/ }).check();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.locator(".status-good").waitFor();
  assert.equal(await numberShown(page), number);
  await picture("confirmed-dark");
  await confirmed(number);
  await leave();
});

test("suggestions go when the field is left, and are read as the page is", async () => {
  const { page, leave } = await visit();
  await page.goto("/products?locale=de");
  const field = page.getByRole("combobox", { name: "Im Shop suchen" });
  const suggested = page.getByRole("listbox").getByRole("option");
  await field.pressSequentially("ket");
  await suggested.first().waitFor();
  await heading(page).click();
  await suggested.first().waitFor({ state: "hidden" });
  // What was asked before the field was left comes after it.
  await field.press("End");
  await field.press("t");
  await field.press("Tab");
  await pause(500);
  assert.equal(await suggested.first().isVisible(), false);
  await field.press("End");
  await field.press("l");
  await suggested.first().waitFor();
  await field.press("ArrowDown");
  await field.press("Enter");
  await page.waitForURL(/[?&]locale=de/);
  assert.notEqual(new URL(page.url()).search, "?locale=de&q=kettl");
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  await leave();
});

test("a page that does not exist says so", async () => {
  const { page, leave } = await visit();
  const missing = await page.goto("/products/no-such-thing");
  assert.equal(missing.status(), 404);
  await page.getByRole("link", { name: "Back to the shop" }).waitFor();
  await leave();
});

test("more than there is is said at once, and taken back by the keyboard alone", async () => {
  const { page, picture, leave } = await visit();
  const { available } = await shop.request("GET", "/v1/products/canvas-rucksack").then(async ({ body }) => shop.ask("GET", `/v1/variants/${body.variants[0].id}/availability`));
  await page.goto("/products/canvas-rucksack");
  await page.getByLabel("Quantity").fill(String(available + 50));
  await page.getByLabel("Quantity").press("Enter");
  await page.getByRole("alert").waitFor();
  await page.getByRole("alert").getByText(`Only ${available} pieces are left, not ${available + 50}.`).waitFor();
  assert.equal(await page.getByLabel("Quantity").inputValue(), String(available));
  await picture("product-short");
  await page.getByLabel("Quantity").press("Enter");
  await page.waitForURL("**/cart");
  const quantity = page.getByLabel("Quantity of Canvas Rucksack", { exact: true });
  await quantity.fill("99999");
  await goToCheckout(page).click();
  await page.getByRole("alert").waitFor();
  assert.match(page.url(), /\/cart$/);
  assert.match(await page.getByRole("alert").innerText(), /left, not 99999/);
  await picture("cart-short");
  await page.goto("/checkout");
  await page.getByRole("alert").waitFor();
  await delivery(page).getByLabel("Full name").fill("Ada Buyer");
  await picture("checkout-short");
  // From the warning to the way out, which keeps what was typed.
  await page.getByRole("alert").getByRole("link").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Take \d+$/);
  await page.keyboard.press("Enter");
  await page.getByText(`Quantity ${available}`).waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.equal(await delivery(page).getByLabel("Full name").inputValue(), "Ada Buyer");
  await leave();
});

test("whoever waits for the bank pays another way, or cancels and orders again", async () => {
  const { page, picture, leave } = await visit({ viewport: { width: 390, height: 844 } });
  const buy = async (method) => {
    await goToCheckout(page).click();
    await enterAddress(page);
    await page.getByRole("radio", { name: method }).check();
    await placeOrder(page).click();
    await page.waitForURL("**/orders/ord_*");
  };
  await page.goto("/products/enamel-mug");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await buy(/3-D Secure/);
  await picture("asked-narrow");
  await page.getByRole("button", { name: "Cancel the order" }).click();
  await page.getByText("This order was cancelled").waitFor();
  await picture("cancelled-narrow");
  await page.getByRole("button", { name: "Order again" }).click();
  await page.waitForURL("**/cart");
  await goToCheckout(page).click();
  assert.equal(await delivery(page).getByLabel("City").inputValue(), "Bremen");
  await page.getByRole("radio", { name: /cannot be reached/ }).check();
  await placeOrder(page).click();
  await page.getByText("We are waiting for the bank").waitFor();
  await picture("waiting-narrow");
  await page.getByRole("link", { name: "Pay another way" }).click();
  await page.waitForURL("**/payments");
  await page.getByRole("radio", { name: /Visa ending 4242/ }).check();
  await picture("another-way-narrow");
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.locator(".status-good").waitFor();
  await leave();
});
