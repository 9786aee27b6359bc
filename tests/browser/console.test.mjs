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
  // Whoever saves something else loses nothing of a time that has seconds.
  const last = "2030-01-30T18:29:59.999Z";
  await shop.admin("PATCH", `/v1/admin/promotions/${id}`, { body: { ends_at: last } });
  await page.reload();
  assert.equal(await page.getByLabel("Ends").inputValue(), "2030-01-30T23:59:59.999");
  await page.getByLabel("Title").fill("To the last moment");
  await page.locator(".save-bar").getByRole("button").first().click();
  await page.getByRole("status").getByText("The promotion is saved.").waitFor();
  const { ends_at: ends, title } = await shop.admin("GET", `/v1/admin/promotions/${id}`);
  assert.deepEqual([ends, title], [last, "To the last moment"]);
  await leave();
});

test("what a draft lacks leads to where it is mended", async () => {
  const { page, picture, leave } = await signIn();
  const { variants } = await shop.ask("GET", "/v1/products/trail-kettle");
  const body = { lines: [{ variant_id: variants[0].id, quantity: 1 }] };
  const draft = await shop.admin("POST", "/v1/admin/drafts", { key: "console-test-draft-0001", body });
  await page.goto(`/admin/drafts/${draft.id}`);
  await picture("console-draft");
  await page.getByRole("link", { name: "Say where it goes" }).click();
  const email = page.getByLabel("The buyer's e-mail");
  await email.waitFor();
  assert.ok(await email.evaluate((field) => field === document.activeElement), "its form is open, and has the focus");
  await leave();
});

test("a way of shipping is opened, and one more begins open", async () => {
  const { page, picture, leave } = await signIn();
  await page.goto("/admin/settings/shipping");
  await picture("console-shipping");
  const first = page.getByRole("group", { name: "Zone 1", exact: true });
  const title = first.getByLabel("Title").first();
  assert.ok(!(await title.isVisible()), "it is folded");
  await first.locator("summary").first().click();
  assert.ok(await title.isVisible());
  const zones = await page.getByRole("group", { name: /^Zone \d+$/ }).count();
  await page.getByRole("button", { name: "One more: Zone" }).click();
  const more = page.getByRole("group", { name: `Zone ${zones + 1}`, exact: true });
  assert.deepEqual([await more.getByLabel("Title").first().inputValue(), await more.locator("summary").first().textContent()], ["", `Zone ${zones + 1}`]);
  assert.ok(await more.getByLabel("Title").first().isVisible());
  // What was only opened was not changed.
  await page.getByRole("link", { name: "Home", exact: true }).click();
  await page.waitForURL("**/admin");
  await leave();
});

test("a form that was stopped on its way can be sent again, and what cannot be copied is marked", async () => {
  const { page, leave } = await signIn();
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
  });
  await page.goto("/admin/gift-cards");
  await page.locator("summary").getByText("Issue a gift card").click();
  await page.getByLabel("Amount", { exact: true }).fill("5");
  const issue = page.getByRole("button", { name: "Issue the card" });
  // As if the browser had stopped it: no answer comes.
  await page.evaluate(() => addEventListener("submit", (event) => event.preventDefault(), { capture: true, once: true }));
  await issue.click();
  await eventually("it is on its way", 5_000, () => issue.isDisabled());
  await page.keyboard.press("Escape");
  assert.ok(await issue.isEnabled());
  await issue.click();
  const copy = page.getByRole("button", { name: "Copy" });
  await copy.click();
  await page.getByText("It cannot be copied here").waitFor();
  const code = await page.locator("dd .address").textContent();
  assert.equal(await page.evaluate(() => `${getSelection()}`), code);
  await leave();
});

test("long work is watched on, though an answer breaks off", async () => {
  const { page, leave } = await signIn();
  await page.addInitScript(() => {
    const ask = window.fetch;
    let breaks = true;
    window.fetch = async (...request) => {
      const answer = await ask(...request);
      if (breaks) answer.text = () => Promise.reject(new TypeError("network error"));
      breaks = false;
      return answer;
    };
  });
  const job = await shop.admin("POST", "/v1/admin/jobs", { key: "console-test-job-00001", body: { rebuild: {} } });
  let asked = 0;
  // It runs for as long as this says so.
  await page.route(`**/admin/jobs/${job.id}`, async (route) => {
    asked += 1;
    const answer = await route.fetch();
    const text = await answer.text();
    await route.fulfill({ response: answer, body: asked < 4 ? text.replace(/word-(done|running)/g, "word-running") : text });
  });
  await page.goto(`/admin/jobs/${job.id}`);
  await page.evaluate(() => (window.isFirst = true));
  await eventually("it is looked at again, and then anew", 15_000, () => asked >= 5 || undefined);
  await page.waitForFunction(() => !window.isFirst && document.readyState === "complete");
  await leave();
});
