// What can be seen of a page that no buyer and no shopkeeper should see.
import axe from "axe-core";

/** What is wrong with where things stand. */
export function misplaced() {
  const faults = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.push(`the page is ${wide} wide in a window of ${innerWidth}`);
  const hidden = (element) => {
    const style = getComputedStyle(element);
    return style.visibility === "hidden" || style.clipPath !== "none" || element.closest(".skip, .first-button, option, tr:has(th), details:not([open]) > :not(summary)") !== null;
  };
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.data.trim() === "" || hidden(node.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      // What a font claims above and below its letters may overlap from line to line.
      const slack = (bottom - top) / 4;
      if (right - left > 1) boxes.push({ node, what: node.data.trim().slice(0, 40), left: left + 1, right: right - 1, top: top + slack, bottom: bottom - slack });
    }
  }
  for (const node of document.querySelectorAll("input:not([type=hidden]), select, button, img")) {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    if (right > left && !hidden(node)) boxes.push({ node, what: `${node.localName} ${node.name ?? ""}`, left: left + 1, right: right - 1, top: top + 1, bottom: bottom - 1 });
  }
  // Grids and strips that scroll by themselves have all of it.
  const scrolls = ({ node }) => (node.parentElement.closest(".main-nav ul, .views ul, .rows")?.scrollWidth ?? 0) > innerWidth / 2;
  for (const { what, left, right } of boxes.filter((box) => !scrolls(box))) {
    if (left < -1 || right > innerWidth + 1) faults.push(`${what} stands from ${left} to ${right} in a window of ${innerWidth}`);
  }
  boxes.sort((one, other) => one.top - other.top);
  for (const [n, one] of boxes.entries()) {
    for (const other of boxes.slice(n + 1)) {
      if (other.top >= one.bottom) break;
      if (one.node === other.node || one.node.contains(other.node) || other.node.contains(one.node)) continue;
      if (one.left < other.right && other.left < one.right) faults.push(`${one.what} and ${other.what} lie over each other`);
    }
  }
  return faults.slice(0, 10);
}

/** What axe-core has to say against the page, by all of its rules or by these. */
export async function unreadable(page, ...rules) {
  const runOnly = rules.length > 0 ? { runOnly: rules } : {};
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((options) => window.axe.run(document, options), { resultTypes: ["violations"], iframes: false, preload: false, ...runOnly });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join(" | ")}`);
}

/** What moved by itself (Layout Instability API), until the page has come to rest. */
export async function moved(page) {
  return await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await document.fonts.ready;
    // The first frame shows what the scripts did, the second reports what that moved.
    await frame();
    await frame();
    return window.moved();
  });
}

/** WCAG 2.5.5: what a finger is to hit is 44 pixels high and wide, but for links within a text. */
export function tooSmall() {
  const LEAST = 43.5;
  const areas = (element) => [element, ...(element.labels ?? []), element.closest("label")].filter(Boolean).map((part) => part.getBoundingClientRect());
  const isHit = (element) => areas(element).some(({ width, height }) => width >= LEAST && height >= LEAST);
  const all = document.querySelectorAll("button, .button, summary, select, textarea, input:not([type=hidden]), nav a, td:first-child > a");
  const shown = [...all].filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".first-button, svg"));
  // A cell's link reaches as far as its row.
  const reached = (element) => (element.matches("td > a") ? element.closest("tr") : element);
  return shown.filter((element) => !isHit(reached(element))).map((element) => {
    const { width, height } = element.getBoundingClientRect();
    return `${element.localName} \u201c${(element.textContent.trim() || element.name || "").slice(0, 40)}\u201d is ${Math.round(width)} by ${Math.round(height)}`;
  });
}
