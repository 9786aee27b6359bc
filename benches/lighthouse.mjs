// What Lighthouse says of the storefront on a slow telephone: its own throttling, the demo shop.
// Its 180 MB are no package of the project's, as nobody else needs them: the cache keeps them.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "../scripts/lib/chromium.mjs";
import { cache } from "../scripts/lib/paths.mjs";
import { quietly, say, step, Stop } from "../scripts/lib/say.mjs";
import { startServer } from "../scripts/server.mjs";
import { median } from "./load.mjs";

const VERSION = "13.5.0";
const folder = join(cache, "tools", `lighthouse-${VERSION}`);
const program = join(folder, "node_modules", "lighthouse", "cli", "index.js");
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
/** Of a hundred, in each. */
const BAR = 95;
const PAGES = { "the first page": "/", "a list": "/products", "a product": "/products/enamel-mug", "the list in German": "/products?locale=de" };

async function install() {
  if (existsSync(program)) return;
  await step(`Lighthouse ${VERSION} (npm install)`, (onLine) =>
    quietly("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", `lighthouse@${VERSION}`], { onLine }),
  );
}

/** On a busy machine the browser may lose the beginning of what it records; Lighthouse itself says to look again then. */
async function lookedAt(url, browser, report) {
  for (let left = 2; ; left -= 1) {
    try {
      return await look(url, browser, report);
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** The scores of one look, and what is not perfect in it. */
async function look(url, browser, report) {
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu"];
  const args = [url, "--quiet", "--output=json", `--output-path=${report}`, `--only-categories=${CATEGORIES}`, `--chrome-flags=${flags.join(" ")}`];
  await quietly(process.execPath, [program, ...args], { env: { ...process.env, CHROME_PATH: browser } });
  const { categories, audits } = JSON.parse(readFileSync(report, "utf8"));
  const counted = CATEGORIES.flatMap((name) => categories[name].auditRefs.filter(({ weight }) => weight > 0));
  const faults = counted.map(({ id }) => audits[id]).filter(({ score }) => score !== null && score < 0.9);
  return { scores: CATEGORIES.map((name) => Math.round(categories[name].score * 100)), faults: faults.map(({ title }) => title) };
}

/**
 * Each page looked at `looks` times: a row for each category. The machine's pace changes the
 * performance alone, of which the middle counts; of what the page itself is, the least.
 */
export async function lighthouse({ looks }) {
  const { program: browser, why } = await chromium();
  if (!browser) throw new Stop(`Lighthouse looks through Chromium: ${why}`);
  await install();
  const reports = mkdtempSync(join(tmpdir(), "tradepost-lighthouse-"));
  const server = await startServer({ state: "memory", seed: "demo" });
  const rows = [];
  try {
    for (const [name, path] of Object.entries(PAGES)) {
      const seen = [];
      for (let n = 0; n < looks; n += 1) seen.push(await lookedAt(`${server.url}${path}`, browser, join(reports, "report.json")));
      for (const [place, category] of CATEGORIES.entries()) {
        const scores = seen.map(({ scores }) => scores[place]);
        const score = place === 0 ? median(scores) : Math.min(...scores);
        rows.push({ name, path, category, score, scores, bar: BAR, met: score >= BAR });
      }
      const faults = new Set(seen.flatMap(({ faults }) => faults));
      say(`  ${name}: ${seen.map(({ scores }) => scores.join(" ")).join(", ")}${[...faults].map((fault) => `\n    ${fault}`).join("")}`);
    }
  } finally {
    await server.stop();
    rmSync(reports, { recursive: true, force: true });
  }
  return rows;
}
