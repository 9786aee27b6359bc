// A browser for the tests, and windows that write down everything a buyer should never cause.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { chromium as browserType } from "playwright-core";
import { chromium } from "../../scripts/lib/chromium.mjs";
import { at } from "../../scripts/lib/paths.mjs";
import { eventually } from "../../scripts/lib/wait.mjs";

/** What staff sit at, and what they hold. */
export const DEVICES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  telephone: { viewport: { width: 390, height: 844 }, hasTouch: true },
};

export async function launch() {
  const { program, why } = await chromium();
  assert.ok(program, why);
  mkdirSync(at("tests", "output"), { recursive: true });
  return await browserType.launch({
    executablePath: program,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** The browser reports a page that names a mistake, or a picture that is none, as if it had failed to load; Stripe says 402 of a decline. */
const toldOnAPage = /status of (402|404|409|415|422)/;

/** A window on the shop at `url`; leaving it asserts that nothing went wrong in it. */
export async function visit(browser, url, options = {}) {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 900 }, locale: "en-GB", ...options });
  context.setDefaultTimeout(15_000);
  // What moves by itself is kept from the first paint on; looks.mjs asks for it.
  await context.addInitScript(() => {
    const told = ({ value, sources }) => `${value.toFixed(4)}: ${sources.map(({ node, previousRect, currentRect }) => `${(node?.outerHTML ?? node?.data ?? "?").slice(0, 80)} from ${previousRect.x},${previousRect.y} to ${currentRect.x},${currentRect.y}`).join("; ")}`;
    const entries = [];
    // What an own click opens, moves what is below it.
    const keep = (shifts) => entries.push(...shifts.filter(({ hadRecentInput }) => !hadRecentInput));
    const observer = new PerformanceObserver((list) => keep(list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    window.moved = () => {
      keep(observer.takeRecords());
      return entries.splice(0).map(told);
    };
  });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => {
    if (message.type() !== "error" && !/content security policy/i.test(message.text())) return;
    // A letter's frame lets no script run, nor what watches over this window.
    if (/^Blocked script execution in '[^']*\/letter/.test(message.text())) return;
    if (toldOnAPage.test(message.text()) && !message.location().url.includes("/assets/")) return;
    faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // A page that is left does not wait for its pictures, its icon or what it found; a file is no page.
    if (why === "net::ERR_ABORTED" && (["fetch", "image"].includes(request.resourceType()) || /\/assets\/favicon\.|\/export\b/.test(request.url()))) return;
    faults.push(`${request.method()} ${request.url()}: ${why}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) faults.push(`${response.request().method()} ${response.url()} answered ${response.status()}`);
  });
  const picture = async (name) => {
    // Down and up again: pictures far below load when they are near, and what sticks is back on top.
    await page.mouse.wheel(0, 200_000);
    await eventually(`the foot of ${name}`, 5_000, () => page.evaluate(() => Math.ceil(scrollY + innerHeight) >= document.documentElement.scrollHeight));
    await page.waitForLoadState("networkidle");
    await page.mouse.wheel(0, -200_000);
    await eventually(`the top of ${name}`, 5_000, () => page.evaluate(() => scrollY === 0));
    await page.screenshot({ path: at("tests", "output", `${name}.png`), fullPage: true });
    if (options.javaScriptEnabled === false) return;
    const { wide, shown } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, shown: document.documentElement.clientWidth }));
    assert.ok(wide <= shown, `${name} is ${wide} wide in a window of ${shown}`);
    const missing = await page.evaluate(() => [...document.images].filter((image) => image.complete && image.naturalWidth === 0).map(({ src }) => src));
    assert.deepEqual(missing, [], `${name} lacks pictures`);
  };
  const leave = async () => {
    await context.close();
    assert.deepEqual(faults, []);
  };
  return { page, picture, leave };
}
