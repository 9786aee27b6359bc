// Files of products taken in by a shop that has none, each in a shop of its own with its state on
// disk: how long it takes until the job is over and buyers see the last of it, and how much memory
// workerd had at the most.
//   RETAIL=online-retail.csv  takes the products of that file besides, with their stock
import { readFileSync, rmSync } from "node:fs";
import { say, Stop } from "../scripts/lib/say.mjs";
import { eventually } from "../scripts/lib/wait.mjs";
import { catalogOf } from "../scripts/retail/catalog.mjs";
import { cell, fileOf } from "../scripts/retail/file.mjs";
import { rowsOfFile } from "../scripts/retail/read.mjs";
import { openShop, owner } from "../tests/worker/shop.mjs";

/** Of the whole, in seconds. */
const BARS = { retail: 20, like: 20, large: 240 };
/** As many as the products of the retailer's file. */
const LIKE = 3_934;
const LARGE = 50_000;
/** Pieces of each product. */
const PIECES = 100;
const PATIENCE_MILLIS = 900_000;

const WORDS = ["Kettle", "Lantern", "Tent", "Rope", "Stove", "Compass", "Jacket", "Boots", "Mug", "Blanket"];
const COLUMNS = ["slug", "title", "description", "vendor", "type", "tags", "status", "sku", "barcode", "weight_grams", "price_EUR", "quantity"];

/** A file of so many products. */
function generated(count) {
  const word = (n) => WORDS[n % WORDS.length];
  const line = (_, n) => {
    const title = `${word(n)} ${word(Math.floor(n / 10))} ${n}`;
    const said = [`thing-${n}`, title, "Made of what lasts. ".repeat(10).trim(), `Maker ${n % 200}`, word(n), `${word(n + 3)}, new`];
    const own = ["active", `SKU-${String(n).padStart(5, "0")}`, 4_000_000_000_000 + n, 100 + (n % 900), `${5 + (n % 90)}.90`, PIECES];
    return [...said, ...own].map(cell).join(",");
  };
  return [COLUMNS.join(","), ...Array.from({ length: count }, line), ""].join("\n");
}

/** The most memory that a process has had, in bytes; Linux alone says. */
function peak(pid) {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;
  } catch {
    return undefined;
  }
}

/** Seconds that a process had of the processors so far; Linux alone says. */
function spent(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

async function take(state, { name, file, products, last, pieces, bar }) {
  rmSync(state, { recursive: true, force: true });
  const { server, shop } = await openShop({ state });
  try {
    const [since, before] = [performance.now(), spent(server.workerdPid)];
    const elapsed = () => (performance.now() - since) / 1_000;
    const headers = { authorization: `Bearer ${shop.bearer}`, "content-type": "text/csv" };
    const begun = await fetch(`${server.url}/v1/admin/imports?format=csv`, { method: "POST", headers, body: file });
    if (begun.status !== 202) throw new Stop(`${name}: answered ${begun.status}: ${(await begun.text()).slice(0, 300)}`);
    const { id } = await begun.json();
    const kept = elapsed();
    const look = async () => {
      const answer = await shop.request("GET", `/v1/admin/imports/${id}`, { bearer: shop.bearer });
      if (answer.status === 401) await shop.signIn(owner);
      return answer.status === 200 && answer.body.status !== "running" ? answer.body : undefined;
    };
    const done = await eventually(`${name} is taken in`, PATIENCE_MILLIS, look);
    const taken = elapsed();
    const { created, refused } = done.sums;
    if (created !== products || refused > 0 || done.sums.pieces !== pieces) throw new Stop(`${name}: ${JSON.stringify(done).slice(0, 600)}`);
    await shop.untilVisible([{ slug: last }]);
    const seconds = elapsed();
    const row = { name, products, kept, taken, seconds, cpu: spent(server.workerdPid) - before, memory: peak(server.workerdPid), bar, met: seconds <= bar };
    say(`  ${name}: ${seconds.toFixed(1)} s, of them ${kept.toFixed(1)} until the file was kept; ${row.cpu.toFixed(1)} s of a processor, ${(row.memory / 2 ** 20).toFixed(0)} MB at the most`);
    return row;
  } finally {
    await server.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

async function retail(file) {
  const { products } = await catalogOf(rowsOfFile(file));
  const piecesOf = ({ sold }) => sold * 10;
  // What is there is counted from nothing here: in a fresh shop each product is new.
  const pieces = products.reduce((sum, product) => sum + piecesOf(product), 0);
  return { name: "the retailer's, with stock", file: fileOf(products, piecesOf, "EUR"), products: products.length, last: products.at(-1).slug, pieces, bar: BARS.retail };
}

/** Takes each file in, in this folder. */
export async function imports(state, { quick }) {
  const made = (products, bar) => ({
    name: `${products.toLocaleString("en")} generated, with stock`,
    file: generated(products), products, last: `thing-${products - 1}`, pieces: products * PIECES, bar,
  });
  const files = [[LIKE, BARS.like], [LARGE, BARS.large]].map(([count, bar]) => made(quick ? Math.ceil(count / 20) : count, bar));
  if (process.env.RETAIL) files.unshift(await retail(process.env.RETAIL));
  const rows = [];
  for (const each of files) rows.push(await take(state, each));
  return rows;
}
