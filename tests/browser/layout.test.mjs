// Whatever merchants and buyers type: no page is wider than its window, no text lies over another,
// and everything can be read (axe-core, in the light and in the dark scheme).
// Pictures of every page at 360 and 1280 pixels are left in tests/output.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import { spread } from "../../scripts/lib/wait.mjs";
import { startStripe } from "../stripe/stripe.mjs";
import { openShop } from "../worker/shop.mjs";
import { misplaced, unreadable } from "./looks.mjs";
import { launch, visit } from "./window.mjs";

const WIDTHS = [320, 360, 768, 1280];
const PICTURED = [360, 1280];
/** As many rows as nobody would call usual. */
const ROWS = 40;

/** The widest letters there are, without a place to break; as long as a title may be. */
const word = (letters) => "WÄM".repeat(letters).slice(0, letters);
const link = `https://www.example.com/${"a-very-long-path/".repeat(20)}?q=${"0123456789".repeat(20)}`;

const hostile = {
  title: word(200),
  slug: "hostile",
  status: "active",
  vendor: word(200),
  description: `${link}\nand a second line\n\n${word(1_000)}`,
  tags: [word(64)],
  options: [{ name: word(64), values: [word(100), "S"] }, { name: "Colour", values: [`${word(99)}x`, "Red"] }],
  variants: [[word(100), `${word(99)}x`], [word(100), "Red"], ["S", "Red"]].map(([first, second], n) => ({
    sku: `${n}${word(63)}`,
    options: { [word(64)]: first, Colour: second },
    // The dearest, of which so many are bought, comes close to what a total may be.
    prices: [{ amount: n === 2 ? 4_999 : 9_999_999_999, currency: "EUR" }],
  })),
  images: [],
};

const typed = {
  email: `${"e".repeat(60)}@${"example".repeat(8)}.com`,
  name: word(200),
  line1: word(200),
  line2: word(200),
  city: word(100),
  region: word(100),
  postal_code: "28195",
  country: "DE",
  phone: "1".repeat(40),
};

const ordinary = { ...typed, email: "ada@example.com", name: "Ada Buyer", line1: "Lindenweg 7", line2: "", city: "Bremen", region: "", phone: "" };

/** Of each kind: a coupon's code, a gift card's, and something digital. */
const kinds = {
  ordinary: { code: "SUMMER10", title: "Summer at the shop", slug: "pattern", name: "A pattern to print" },
  hostile: { code: word(64), title: word(255), slug: "hostile-digital", name: word(200) },
};

let server, stripe, shop, browser, product, rows;

before(async () => {
  browser = await launch();
  stripe = await startStripe();
  ({ server, shop } = await openShop({ seed: "demo", env: stripe.env() }));
  const payments = { stripe: { offered: true, capture: "automatic" }, bank_transfer: { instructions: `IBAN DE02 1203 0000 0000 2020 51\n${word(300)}`, cancel_after_days: 7 } };
  await shop.admin("PATCH", "/v1/admin/settings", { body: { payments } });
  const options = [
    { id: "standard", title: "Standard delivery", handling_days: { from: 2, to: 4 }, rates: [{ currency: "EUR", amount: 490 }] },
    { id: "shop", title: word(255), pick_up: word(500), rates: [{ currency: "EUR", amount: 0 }] },
  ];
  await shop.admin("PUT", "/v1/admin/settings/shipping", { body: { zones: [{ title: "Everywhere", places: [], options }] } });
  rows = await spread(Array.from({ length: ROWS }), 8, (_, n) => shop.stockProduct(`row-${n}`, 9));
  // The last: the shelves begin with what is newest.
  product = await shop.admin("POST", "/v1/admin/products", { key: "hostile", body: hostile });
  await Promise.all(product.variants.map(({ id }) => shop.adjust(id, 800_000, `first-${id}`)));
  const digital = await Promise.all(Object.values(kinds).map(({ slug, name }) => {
    const body = { title: name, slug, status: "active", delivery: "digital", variants: [{ sku: slug, prices: [{ amount: 700, currency: "EUR" }] }] };
    return shop.admin("POST", "/v1/admin/products", { key: slug, body });
  }));
  await shop.untilVisible([hostile, ...digital, ...rows]);
  for (const kind of Object.values(kinds)) {
    kind.variant = digital.find(({ slug }) => slug === kind.slug).variants[0].id;
    await shop.coupon({ ...kind, percent: "10" });
    kind.card = await shop.giftCard(500);
  }
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await stripe?.stop();
});

/** Sends a form as a page of the shop would, with the window's cookies. */
async function send(page, path, form) {
  const answer = await page.request.post(path, { form, headers: { "sec-fetch-site": "same-origin" } });
  assert.ok(answer.ok(), `${path} answered ${answer.status()}: ${await answer.text()}`);
  return new URL(answer.url()).pathname;
}

const put = (page, variant, quantity) => send(page, "/cart/lines", { variant_id: variant, quantity: String(quantity) });

/** Buys what is in the cart: the order's path. */
async function buy(page, method, details) {
  const total = /name="expected_total" value="(\d+)"/.exec(await (await page.request.get("/checkout")).text())[1];
  return await send(page, "/checkout", { ...details, shipping_option: "standard", method, expected_total: total, intent: "place" });
}

/** Looks at each page at every width, and reads it in both schemes. */
async function inspect(page, kind, pages) {
  const faults = [];
  const open = async (path) => {
    // A form's answer is looked at as it came.
    if (typeof path === "function") await path();
    else await page.goto(path);
  };
  for (const [name, path] of Object.entries(pages)) {
    const looked = async (what, found) => faults.push(...found.map((fault) => `${kind} ${name}, ${what}: ${fault}`));
    await page.setViewportSize({ width: WIDTHS[0], height: 800 });
    await open(path);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await looked(width, await page.evaluate(misplaced));
      if (PICTURED.includes(width)) await page.screenshot({ path: at("tests", "output", `${kind}-${name}-${width}.png`), fullPage: name !== "docs" });
    }
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await looked(colorScheme, await unreadable(page));
    }
    await page.setViewportSize({ width: WIDTHS[0], height: 800 });
    await looked("dark, narrow", await unreadable(page));
    await page.emulateMedia({ colorScheme: "light" });
  }
  assert.deepEqual(faults, []);
}

/** The pages of a buyer, from the shelves to orders that ended in each way. */
async function everyPage(page, { path, wanted, details, kind }) {
  const order = async (method) => {
    await put(page, wanted[0].id, 1);
    return await buy(page, method, details);
  };
  const declined = await order("pm_card_chargeDeclined");
  const cancelled = await order("pm_card_chargeDeclinedInsufficientFunds");
  await send(page, `${cancelled}/cancel`, {});
  const asked = await order("pm_card_authenticationRequired");
  const atStripe = await order("stripe");
  const transfer = await order("bank_transfer");
  const codes = { coupon: kind.code, gift_card: kind.card, intent: "update" };
  await put(page, wanted[0].id, 1);
  await send(page, "/cart", codes);
  const confirmed = await buy(page, "pm_card_visa", details);
  for (const { id, quantity } of wanted) await put(page, id, quantity);
  const submit = (from, button) => async () => {
    await page.goto(from);
    await page.evaluate(() => document.querySelectorAll("form").forEach((form) => (form.noValidate = true)));
    await button();
    await page.waitForLoadState();
  };
  const name = (text) => page.getByRole("button", { name: text }).first();
  return {
    home: "/",
    product: path,
    "product-short": submit(path, async () => {
      await page.getByLabel("Quantity").fill("999999");
      await name("Add to cart").click();
      await page.getByRole("alert").waitFor();
    }),
    cart: "/cart",
    "cart-wrong": submit("/cart", async () => {
      await page.locator(".cart-line input").first().fill("-12345678901234567890");
      await name("Go to checkout").click();
      await page.getByRole("alert").waitFor();
    }),
    checkout: "/checkout",
    "checkout-wrong": submit("/checkout", async () => {
      for (const field of await page.locator(":is(input[type=text], input[type=email], input[type=tel]):visible").all()) await field.fill("\u0001 ".repeat(50));
      await name(/^Place order ·/).click();
      await page.getByRole("alert").waitFor();
    }),
    "cart-codes": submit("/cart", async () => {
      await send(page, "/cart", { coupon: kind.code, intent: "update" });
      await page.reload();
      await page.getByLabel("Gift card", { exact: true }).fill(word(64));
      await name("Use card").click();
      await page.getByRole("alert").waitFor();
    }),
    "checkout-codes": "/checkout",
    "checkout-billing": submit("/checkout", async () => {
      await page.getByText("Bill to another address").click();
      await page.locator("#billing_line1").fill(details.line1);
      await name(/^Place order ·/).click();
      await page.getByRole("alert").waitFor();
    }),
    card: atStripe,
    transfer,
    declined,
    cancelled,
    asked,
    bank: `${asked}/authenticate`,
    confirmed,
    missing: "/products/no-such-thing",
  };
}

test("ordinary texts", async () => {
  const { page, leave } = await visit(browser, server.url);
  const { body } = await shop.request("GET", "/v1/products/enamel-mug");
  const [mug, other] = body.variants;
  const wanted = [{ id: mug.id, quantity: 2 }, { id: other.id, quantity: 1 }];
  await inspect(page, "ordinary", await everyPage(page, { path: "/products/enamel-mug", wanted, details: ordinary, kind: kinds.ordinary }));
  await leave();
});

test("texts as long as they may be, in one word", async () => {
  const { page, leave } = await visit(browser, server.url);
  const [dear, second, cheap] = product.variants;
  const wanted = [{ id: dear.id, quantity: 450_000 }, { id: second.id, quantity: 400_000 }, { id: cheap.id, quantity: 1 }, ...rows.map(({ variant }) => ({ id: variant, quantity: 2 }))];
  const pages = await everyPage(page, { path: "/products/hostile", wanted, details: typed, kind: kinds.hostile });
  // Somebody else buys some of it meanwhile: the lines are short in the cart and at the checkout.
  await Promise.all([dear, second].map(({ id }) => shop.adjust(id, -390_000, `less-${id}`)));
  await inspect(page, "hostile", pages);
  await leave();
});

test("the contract", async () => {
  const { page, leave } = await visit(browser, server.url);
  await inspect(page, "contract", { docs: "/docs" });
  await leave();
});

test("a shop with a long name", async () => {
  const { page, leave } = await visit(browser, server.url);
  // Nothing sets the name yet: it is written into the page.
  const named = (path) => async () => {
    await page.goto(path);
    await page.evaluate((name) => document.querySelectorAll(".brand span, h1, .footer-name").forEach((element) => (element.textContent = name)), word(60));
  };
  await inspect(page, "named", { home: named("/"), cart: named("/cart") });
  await leave();
});
