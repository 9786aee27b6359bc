// Pictures uploaded in the console: what only a browser can make of them, and what buyers' browsers get.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openShop, owner } from "../worker/shop.mjs";
import { launch, visit } from "./window.mjs";

let server, shop, browser, product;

before(async () => {
  browser = await launch();
  ({ server, shop } = await openShop());
  product = await shop.stockProduct("lamp", 3);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A photograph, as a browser draws one. */
async function drawn(page, name, width, height, type = "image/jpeg") {
  const url = await page.evaluate(
    ([width, height, type]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d");
      const fill = context.createLinearGradient(0, 0, width, height);
      ["teal", "khaki", "maroon"].forEach((colour, n) => fill.addColorStop(n / 2, colour));
      context.fillStyle = fill;
      context.fillRect(0, 0, width, height);
      return canvas.toDataURL(type);
    },
    [width, height, type],
  );
  return { name, mimeType: type, buffer: Buffer.from(url.split(",")[1], "base64") };
}

test("pictures are uploaded with smaller ones, put in order and saved by the keyboard", async () => {
  const { page, picture, leave } = await visit(browser, server.url);
  await page.goto(`/admin/products/${product.id}`);
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/admin/products/${product.id}`);
  // The form stands folded.
  await page.goto(`/admin/products/${product.id}#product-edit`);

  const svg = { name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>") };
  const cut = { name: "cut.png", mimeType: "image/png", buffer: (await drawn(page, "", 30, 30, "image/png")).buffer.subarray(0, 20) };
  const files = [await drawn(page, "front.jpg", 1200, 800), svg, await drawn(page, "back.png", 300, 300, "image/png"), cut];
  await page.getByLabel("Upload pictures").setInputFiles(files);
  await page.getByText("2 pictures are there: say what each shows, and save.").waitFor({ timeout: 30_000 });
  const told = await page.getByRole("alert").getByRole("listitem").allTextContents();
  assert.match(told.join("\n"), /^logo.svg: .*SVG.*PNG or WebP\ncut.png: .*cut off/);

  // The first of them waits for its words.
  await page.keyboard.type("The lamp from the front");
  await page.getByLabel("What it shows").nth(1).fill("Its back");
  // The first cannot be any earlier.
  await page.getByRole("button", { name: "Earlier" }).focus();
  await page.keyboard.press("Enter");
  await picture("console-pictures");
  await page.locator("#product-edit").getByRole("button", { name: "Save", exact: true }).first().click();
  await page.getByText("The product is saved.").waitFor();

  const { images } = await shop.admin("GET", `/v1/admin/products/${product.id}`);
  assert.deepEqual(images.map(({ alt, width, height }) => [alt, width, height]), [["Its back", 300, 300], ["The lamp from the front", 1200, 800]]);
  const offered = images[1].srcset.split(", ").map((entry) => entry.split(" "));
  assert.deepEqual(offered.map(([, width]) => width), ["320w", "640w", "960w", "1200w"]);
  for (const [url] of offered) assert.equal((await fetch(server.url + url)).status, 200, url);
  await leave();
});

test("a telephone is sent the one that fits it, in a place that does not move", async () => {
  const { page, leave } = await visit(browser, server.url, { viewport: { width: 300, height: 700 }, deviceScaleFactor: 1 });
  await shop.untilVisible([product]);
  await page.goto("/products/lamp");
  const shown = page.getByAltText("The lamp from the front");
  await shown.scrollIntoViewIfNeeded();
  await page.waitForLoadState("networkidle");
  assert.equal(await shown.evaluate((image) => image.naturalWidth > 0 && image.currentSrc.endsWith(".webp")), true);
  assert.equal(await page.locator("#picture").getAttribute("fetchpriority"), "high");
  assert.equal(await shown.getAttribute("loading"), "lazy");
  assert.deepEqual(await page.evaluate(() => window.moved()), []);
  await leave();
});
