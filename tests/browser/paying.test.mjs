// What a buyer pays, in a real browser: codes and gift cards, days of arrival, a bank transfer, digital
// goods, and a card at Stripe, whose script is a stand-in's. Pictures are left in tests/output.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import { eventually } from "../../scripts/lib/wait.mjs";
import { startStripe } from "../stripe/stripe.mjs";
import { openShop } from "../worker/shop.mjs";
import { launch, visit as openWindow } from "./window.mjs";

const INSTRUCTIONS = "Fern & Fettle Ltd\nIBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001";

/** The one number that the register knows. */
const BUSINESS = { countryCode: "AT", vatNumber: "U12345678" };

/** A stand-in for VIES. */
async function startRegister() {
  const server = createServer(async (request, response) => {
    const asked = JSON.parse((await request.setEncoding("utf8").toArray()).join(""));
    const valid = asked.countryCode === BUSINESS.countryCode && asked.vatNumber === BUSINESS.vatNumber;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ valid, requestIdentifier: "WAPI1" }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

let server, shop, browser, stripe, register, digital;

before(async () => {
  browser = await launch();
  stripe = await startStripe();
  register = await startRegister();
  const env = { ...stripe.env(), VIES_API_URL: `http://127.0.0.1:${register.address().port}` };
  ({ server, shop } = await openShop({ seed: "demo", env }));
  const payments = {
    stripe: { offered: true, capture: "automatic" },
    bank_transfer: { instructions: INSTRUCTIONS, cancel_after_days: 7 },
  };
  await shop.admin("PATCH", "/v1/admin/settings", { body: { payments, country: "DE" } });
  const { tax } = JSON.parse(readFileSync(at("data", "tax", "europe.json"), "utf8"));
  await shop.admin("PUT", "/v1/admin/settings/tax", { body: { ...tax, reverse_charge: true } });
  const option = (id, title, amount, more) => ({ id, title, rates: [{ currency: "EUR", amount }], ...more });
  const options = [
    option("standard", "Standard delivery", 490, { handling_days: { from: 2, to: 4 } }),
    option("shop", "At our shop", 0, { pick_up: "1 Quay, Bremen", handling_days: { from: 0, to: 0 } }),
  ];
  await shop.admin("PUT", "/v1/admin/settings/shipping", { body: { zones: [{ title: "Everywhere", places: [], options }] } });
  digital = await shop.admin("POST", "/v1/admin/products", {
    key: "digital",
    body: { title: "A pattern to print", slug: "pattern", status: "active", delivery: "digital", variants: [{ sku: "PATTERN", prices: [{ amount: 700, currency: "EUR" }] }] },
  });
  await shop.untilVisible([digital]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await stripe?.stop();
  register?.close();
});

const visit = (options) => openWindow(browser, server.url, options);
const heading = (page) => page.getByRole("heading", { level: 1 });
const placeOrder = (page) => page.getByRole("button", { name: /^Place order/ });

async function fill(page) {
  const delivery = page.locator("#delivery");
  await page.getByLabel("E-mail").fill("ada@example.com");
  await delivery.getByLabel("Full name").fill("Ada Buyer");
  await delivery.getByLabel("Street and number").fill("Lindenweg 7");
  await delivery.getByLabel("Postal code").fill("28195");
  await delivery.getByLabel("City").fill("Bremen");
  await delivery.getByLabel("Country").selectOption("DE");
}

async function toCheckout(page, slug = "enamel-mug") {
  await page.goto(`/products/${slug}`);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("button", { name: "Go to checkout" }).click();
  await page.waitForURL("**/checkout");
}

/** An order that waits for a card, in a window that shows it. */
async function atStripe(page) {
  await toCheckout(page);
  await fill(page);
  await page.getByRole("radio", { name: /^Card and other/ }).check();
  await placeOrder(page).click();
  await page.waitForURL("**/orders/ord_*");
}

const payButton = (page) => page.locator("#card-button");

test("without JavaScript, a code and a gift card are taken before anything personal is asked", async () => {
  const { body } = await shop.request("GET", "/v1/products/enamel-mug");
  await shop.coupon({ code: "SUMMER10", title: "Summer at the shop", percent: "10", variant: body.variants[0].id });
  const card = await shop.giftCard(500);
  const { page, picture, leave } = await visit({ javaScriptEnabled: false, viewport: { width: 360, height: 780 } });
  await page.goto("/products/enamel-mug");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByText("from €4.90").waitFor();
  await page.getByLabel("Discount code", { exact: true }).fill("SUMMER");
  await page.getByRole("button", { name: "Use code" }).click();
  await page.locator(".error-summary:focus").waitFor();
  await picture("cart-code-wrong-narrow");
  await page.getByRole("link", { name: "There is no such code." }).click();
  assert.equal(await page.getByLabel("Discount code", { exact: true }).inputValue(), "SUMMER");
  // Enter presses the first button: what stands in the fields counts.
  await page.locator("#coupon:focus").fill(" summer10 ");
  await page.keyboard.press("Enter");
  await page.getByText("Summer at the shop").waitFor();
  await page.getByLabel("Gift card", { exact: true }).fill(card);
  await page.getByRole("button", { name: "Use card" }).click();
  await page.getByText("To pay").waitFor();
  await picture("cart-codes-narrow");
  await page.getByRole("button", { name: "Remove SUMMER10" }).click();
  assert.equal(await page.getByText("Summer at the shop").count(), 0);
  await page.getByLabel("Discount code", { exact: true }).fill("SUMMER10");
  await page.getByRole("button", { name: "Go to checkout" }).click();
  await page.waitForURL("**/checkout");
  await page.getByText("Summer at the shop").waitFor();
  await page.getByText(/Arrives \d/).waitFor();
  await page.getByText("You fetch it at 1 Quay, Bremen.").waitFor();
  await fill(page);
  await page.getByRole("radio", { name: /Visa ending 4242/ }).check();
  await page.getByRole("radio", { name: /At our shop/ }).check();
  await page.getByRole("button", { name: "Update the total" }).click();
  await page.getByRole("radio", { name: /Visa ending 4242/, checked: true }).waitFor();
  await picture("checkout-codes-narrow");
  await placeOrder(page).click();
  await page.locator(".status-good").waitFor();
  await page.getByText("ready for you to fetch").waitFor();
  await picture("confirmed-codes-narrow");
  await leave();
});

test("a bank transfer is explained until the money has come", async () => {
  const { page, picture, leave } = await visit();
  await toCheckout(page);
  await fill(page);
  await page.getByRole("radio", { name: /^Bank transfer/ }).check();
  await picture("checkout-transfer");
  await placeOrder(page).click();
  await page.getByRole("heading", { name: "How to pay" }).waitFor();
  await page.getByText("IBAN DE02 1203 0000 0000 2020 51").waitFor();
  const number = (await page.locator(".status-number").innerText()).replace("Order ", "");
  await page.locator(".details").first().getByText(number).waitFor();
  await picture("transfer");
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const amount = { amount: 1980, currency: "EUR" };
  const { left } = await shop.request("POST", `/v1/admin/orders/${id}/payments/received`, { bearer: shop.bearer, body: { amount: { ...amount, amount: 9_999_999 }, reference: "x" } }).then(({ body }) => body);
  await shop.admin("POST", `/v1/admin/orders/${id}/payments/received`, { body: { amount: left, reference: "statement 1" } });
  await page.reload();
  await page.locator(".status-good").waitFor();
  await leave();
});

test("what is not sent asks for nothing but the mail address", async () => {
  const { page, picture, leave } = await visit({ viewport: { width: 360, height: 780 } });
  await toCheckout(page, "pattern");
  assert.equal(await page.getByText("Delivery address").count(), 0);
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByRole("radio", { name: /Visa ending 4242/ }).check();
  await picture("checkout-digital-narrow");
  await placeOrder(page).click();
  await page.locator(".status-good").waitFor();
  await picture("confirmed-digital-narrow");
  await leave();
});

test("a business in another country accounts for the tax itself", async () => {
  const { page, picture, leave } = await visit();
  await toCheckout(page);
  await fill(page);
  await page.getByText("includes VAT 19 %").waitFor();
  await page.locator("#delivery").getByLabel("Country").selectOption("AT");
  await page.locator("#delivery").getByLabel("Postal code").fill("1010");
  const number = page.getByLabel("VAT number");
  const update = page.getByRole("button", { name: "Update the total" });
  await number.fill("ATU999");
  await update.click();
  await page.getByText("does not know this number, so VAT is charged").waitFor();
  await page.getByText("includes VAT 20 %").waitFor();
  await number.fill("at u12345678");
  await update.click();
  await page.getByText("Confirmed. We charge no VAT").waitFor();
  assert.equal(await page.getByText("includes VAT").count(), 0);
  await picture("checkout-business");
  await page.getByRole("radio", { name: /Visa ending 4242/ }).check();
  await placeOrder(page).click();
  await page.locator(".status-good").waitFor();
  await page.getByText("Without VAT: you account for it yourself").waitFor();
  await leave();
});

test("a card at Stripe is declined, then another pays", async () => {
  const { page, picture, leave } = await visit({ viewport: { width: 390, height: 844 } });
  await atStripe(page);
  assert.match(await heading(page).innerText(), /please pay/);
  await payButton(page).waitFor();
  await picture("card-narrow");
  await page.getByLabel("Card", { exact: true }).fill("pm_card_chargeDeclinedInsufficientFunds");
  await payButton(page).click();
  await page.getByRole("alert").getByText("Your card has insufficient funds.").waitFor();
  await picture("card-declined-narrow");
  await page.getByText("Pay another way").first().waitFor();
  await page.getByLabel("Card", { exact: true }).fill("pm_card_visa");
  await payButton(page).click();
  await page.locator(".status-good").waitFor();
  // Nothing of Stripe's is left in the address.
  assert.match(page.url(), /\/orders\/ord_[0-9A-Z]+$/);
  assert.equal(await page.locator("script").count(), 0);
  await picture("card-paid-narrow");
  await leave();
});

test("the bank is told no, then yes", async () => {
  const { page, leave } = await visit();
  await atStripe(page);
  await page.getByLabel("Card", { exact: true }).fill("pm_card_authenticationRequired");
  page.once("dialog", (dialog) => dialog.dismiss());
  await payButton(page).click();
  await page.locator("#card-error").waitFor();
  page.once("dialog", (dialog) => dialog.accept());
  await payButton(page).click();
  await page.locator(".status-good").waitFor();
  const id = new URL(page.url()).pathname.split("/").at(-1);
  await eventually("Stripe has the money", 5_000, () => stripe.vault.intents.some(({ metadata, status }) => metadata.order === id && status === "succeeded"));
  await leave();
});

test("without JavaScript, a card at Stripe has another way out", async () => {
  const { page, picture, leave } = await visit({ javaScriptEnabled: false });
  await atStripe(page);
  assert.match(await page.locator("noscript .notice").innerText(), /needs JavaScript for this/);
  await picture("card-without-script");
  await page.getByRole("radio", { name: /^Bank transfer/ }).check();
  await page.getByRole("button", { name: /this way$/ }).click();
  await page.getByRole("heading", { name: "How to pay" }).waitFor();
  await leave();
});

test("a page that asks for a card runs Stripe's script and ours, and no other page runs Stripe's", async () => {
  const { page, leave } = await visit();
  await atStripe(page);
  const policy = async (path) => (await page.request.get(path)).headers()["content-security-policy"];
  const order = await policy(page.url());
  assert.match(order, new RegExp(`script-src 'self' ${stripe.url};`));
  assert.doesNotMatch(order, /unsafe/);
  for (const path of ["/cart", "/orders/find"]) assert.doesNotMatch(await policy(path), /script-src|connect-src|frame-src/);
  for (const path of ["/", "/products/enamel-mug"]) assert.match(await policy(path), /script-src 'self'; connect-src 'self'; style-src/);
  await leave();
});
