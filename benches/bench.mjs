// `npm run bench`: the cold start and the Wasm's weight, reads against controls on the same workerd,
// reads while clients log in, whole purchases, the console's pages in a large shop, shops of many
// products, files of them on their way in, and what Lighthouse says of the storefront.
// `npm run bench -- <part>...` runs the named parts.
//   -- --quick   a short run, to see that it works; its figures mean little
//   -- --built   on the build that is there
// Rounds alternate between the sides, so that whatever slows the machine slows all.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { build, weigh } from "../scripts/build.mjs";
import { at } from "../scripts/lib/paths.mjs";
import { say, seconds, Stop, top } from "../scripts/lib/say.mjs";
import { spread } from "../scripts/lib/wait.mjs";
import { openShop } from "../tests/worker/shop.mjs";
import { consolePages } from "./console.mjs";
import { startFloor, stores } from "./floor.mjs";
import { imports } from "./import.mjs";
import { median, purchases } from "./load.mjs";
import { lighthouse } from "./lighthouse.mjs";
import { readsBesideLogins, register } from "./logins.mjs";
import { compare } from "./reads.mjs";
import { scale } from "./scale.mjs";
import { catalogAnswer, coldStart } from "./start.mjs";
import { missed, table } from "./table.mjs";

const PARTS = ["start", "reads", "logins", "sales", "console", "scale", "import", "lighthouse"];
const quick = process.argv.includes("--quick");
const PRODUCTS = 50;
// Many short rounds: the machine's pace drifts within seconds.
const READS = { connections: 16, rounds: quick ? 3 : 15, milliseconds: quick ? 700 : 1_500 };
const LOGINS = { connections: 16, rounds: quick ? 1 : 5, milliseconds: quick ? 700 : 3_000 };
const CLIENTS = [4, 16, 64];
/** As many products as a shop may have; 100,000 are measured natively, by benches/shelf.rs. */
const SCALE = quick
  ? { sizes: [1_000], connections: 16, rounds: 1, milliseconds: 700, changes: 1, starts: 1 }
  : { sizes: [1_000, 10_000, 50_000], connections: 16, rounds: 7, milliseconds: 1_500, changes: 5, starts: 5 };
const STARTS = quick ? 3 : 11;
const RUNS = quick ? 1 : 3;
const LOOKS = quick ? 1 : 7;
/** At each page, through Lighthouse. */
const LIGHTHOUSE = { looks: quick ? 1 : 3 };
const RUN_MILLIS = quick ? 2_000 : 8_000;
const BUYERS = [1, 8, 32];
/** Of each control's rate (reads.mjs): at least so much. */
const BARS = { quick: { alike: 0.95, plain: 0.85 }, page: { alike: 0.9, plain: 0.85 }, door: { alike: 0.55, plain: 0.55 } };
const REQUESTS = [5, 1];
/** A purchase in one request beside five, state on disk, from 8 buyers on: at least so many times the rate. */
const AT_ONCE = 2.2;
/** Or, where making the order's store stands in the way, of the rate at which a bare Worker makes one (floor.mjs): at least so much. */
const OF_FLOOR = 0.8;
// Short: workerd keeps each store open for ten seconds, and a process may have so many files.
const FLOOR_MILLIS = quick ? 1_000 : 2_000;
/** Purchases per second with 32 buyers, on two cores. */
const GOALS = { disk: 100, memory: 250 };

async function stocked(state) {
  const { server, shop } = await openShop({ state });
  const products = await spread(Array.from({ length: PRODUCTS }), 8, (_, index) =>
    shop.stockProduct(`bench-${String(index).padStart(2, "0")}`, 1_000_000, 1_000 + index),
  );
  await shop.untilVisible(products);
  return { server, products };
}

async function buy(where, server, products, floor) {
  const variants = products.map(({ variant }) => variant);
  // The first purchases of a fresh process pay for compiling.
  for (const requests of REQUESTS) await purchases(server.url, variants, { buyers: 8, milliseconds: RUN_MILLIS / 8, requests });
  const rows = [];
  for (const buyers of BUYERS) {
    const floors = [];
    const runs = new Map(REQUESTS.map((requests) => [requests, []]));
    for (let run = 0; run < RUNS; run += 1) {
      for (const [requests, results] of runs) {
        const result = await purchases(server.url, variants, { buyers, milliseconds: RUN_MILLIS, requests });
        if (result.failures > 0) throw new Stop(`${result.failures} purchases failed with ${buyers} buyers, ${where}. The first: ${result.failure}`);
        results.push(result);
      }
      if (floor) floors.push(await stores(floor.url, { buyers, milliseconds: FLOOR_MILLIS }));
    }
    const [five, one] = REQUESTS.map((requests) => summary(where, buyers, requests, runs.get(requests)));
    const goal = buyers === 32 ? GOALS[where] : undefined;
    rows.push({ ...five, goal, met: goal === undefined || five.perSecond >= goal });
    // Each run beside its neighbour, as the machine's pace drifts.
    const ratio = median(one.runs.map(({ perSecond }, run) => perSecond / five.runs[run].perSecond));
    const bar = where === "disk" && buyers > 1 ? AT_ONCE : undefined;
    const ofFloor = floor ? median(one.runs.map(({ perSecond }, run) => perSecond / floors[run])) : undefined;
    if (floor) say(`  ${buyers} buyers: ${median(floors).toFixed(1)} stores/s made by a bare Worker (${floors.map((rate) => rate.toFixed(0)).join(" ")})`);
    rows.push({ ...one, ratio, bar, floors, ofFloor, met: bar === undefined || ratio >= bar || ofFloor >= OF_FLOOR });
  }
  return rows;
}

function summary(where, buyers, requests, runs) {
  const perSecond = median(runs.map((run) => run.perSecond));
  say(`  ${buyers} buyers, ${where}, in ${requests}: ${perSecond.toFixed(1)} purchases/s (${runs.map((run) => run.perSecond.toFixed(0)).join(" ")})`);
  return { where, buyers, requests, perSecond, p50: median(runs.map(({ p50 }) => p50)), p99: median(runs.map(({ p99 }) => p99)), runs };
}

function machine() {
  const version = (name) => JSON.parse(readFileSync(at("node_modules", name, "package.json"), "utf8")).version;
  const git = (...args) => {
    try {
      return execFileSync("git", args, { cwd: at(), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {
      return undefined;
    }
  };
  return {
    at: new Date().toISOString(),
    commit: git("rev-parse", "--short", "HEAD"),
    changed: Boolean(git("status", "--porcelain", "--", "src", "Cargo.toml")),
    processors: cpus().length,
    processor: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    workerd: version("workerd"),
    // Above about 0.5 something else was running, and the figures are too low.
    loadBefore: loadavg()[0],
  };
}

async function measureInMemory(wanted, result) {
  const { server, products } = await stocked("memory");
  const url = (path) => `${server.url}${path}`;
  try {
    if (wanted.has("reads")) {
      for (const [path, bars] of [
        ["/v1/products?limit=2", BARS.quick],
        ["/v1/products", BARS.quick],
        [`/v1/products/${products[7].slug}`, BARS.quick],
        [`/products/${products[7].slug}`, BARS.page],
        ["/healthz", BARS.door],
      ]) {
        result.reads.push(...(await compare(`GET ${path}`, url(path), bars, READS)));
      }
    }
    if (wanted.has("logins")) {
      const accounts = await register(server.url, Math.max(...CLIENTS));
      for (const clients of CLIENTS) {
        result.logins.push(await readsBesideLogins(url("/v1/products"), accounts.slice(0, clients), LOGINS));
      }
    }
    if (wanted.has("sales")) result.sales.push(...(await buy("memory", server, products)));
  } finally {
    await server.stop();
  }
}

async function beside(state, measure) {
  const floor = await startFloor(state);
  try {
    return await measure(floor);
  } finally {
    await floor.stop();
  }
}

/** Beside the checkout: the temporary folder may be in memory. */
const stateOf = (part) => at("benches", "output", `${part}-${process.pid}`);

async function measureConsole(result) {
  const state = stateOf("console");
  try {
    result.console = await consolePages(state, LOOKS);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

async function measureOnDisk(wanted, result) {
  const state = stateOf("state");
  try {
    const { server, products } = await stocked(state);
    let like;
    try {
      like = await catalogAnswer(server.url);
      if (wanted.has("sales")) result.sales.push(...(await beside(state, (floor) => buy("disk", server, products, floor))));
    } finally {
      await server.stop();
    }
    if (wanted.has("start")) result.start = await coldStart({ data: join(state, "data"), like, runs: STARTS });
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

await top(async () => {
  const named = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
  const unknown = named.filter((name) => !PARTS.includes(name));
  if (unknown.length > 0) throw new Stop(`No part ${unknown.join(", ")}. There are: ${PARTS.join(", ")}`);
  const wanted = new Set(named.length > 0 ? named : PARTS);
  const any = (...parts) => parts.some((part) => wanted.has(part));

  if (!process.argv.includes("--built")) await build("release");
  const output = at("benches", "output");
  mkdirSync(output, { recursive: true });
  const result = { quick, machine: machine(), weight: weigh(), start: undefined, reads: [], logins: [], sales: [], console: [], scale: [], imports: [], lighthouse: [] };
  if (result.machine.loadBefore > 0.5) say(`The machine is busy already (load ${result.machine.loadBefore.toFixed(2)}): figures will be low.`);

  try {
    if (any("reads", "logins", "sales")) {
      say("- state in memory");
      await measureInMemory(wanted, result);
    }
    if (any("start", "sales")) {
      say("- state on disk");
      await measureOnDisk(wanted, result);
    }
    if (wanted.has("console")) {
      say("- the console in a large shop");
      await measureConsole(result);
    }
    if (wanted.has("scale")) {
      say("- shops of many products");
      result.scale = await scale(stateOf, SCALE);
    }
    if (wanted.has("import")) {
      say("- files of products");
      result.imports = await imports(stateOf("import"), { quick });
    }
    if (wanted.has("lighthouse")) {
      say("- Lighthouse");
      result.lighthouse = await lighthouse(LIGHTHOUSE);
    }
  } finally {
    // What was measured before something failed took minutes, too.
    writeFileSync(join(output, "bench.json"), `${JSON.stringify(result, undefined, 2)}\n`);
  }
  console.log(table(result));
  say(`benches/output/bench.json written, ${seconds()}`);
  const below = missed(result);
  if (below.length > 0 && !quick) throw new Stop(`Below the bar: ${below.join("; ")}`);
});
