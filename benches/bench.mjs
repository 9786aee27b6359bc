// `npm run bench`: reads against a control on the same workerd, and whole purchases.
//   -- --quick   a short run, to see that it works; its figures mean little
//   -- --built   on the build that is there
// Rounds alternate between the two sides, so that whatever slows the machine slows both.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { build } from "../scripts/build.mjs";
import { at } from "../scripts/lib/paths.mjs";
import { say, seconds, Stop, top } from "../scripts/lib/say.mjs";
import { spread } from "../scripts/lib/wait.mjs";
import { openShop } from "../tests/worker/shop.mjs";
import { hammer, purchases, sample } from "./load.mjs";

const quick = process.argv.includes("--quick");
const CONNECTIONS = 16;
const PRODUCTS = 50;
// Many short rounds: the machine's pace drifts within seconds.
const ROUNDS = quick ? 3 : 15;
const ROUND_MILLIS = quick ? 700 : 1_500;
const RUNS = quick ? 1 : 3;
const RUN_MILLIS = quick ? 2_000 : 8_000;
const BUYERS = [1, 8, 32];
/** Of the control's rate: at least so much. */
const BARS = { quick: 0.85, door: 0.55 };
/** Purchases per second with 32 buyers, on two cores. */
const GOALS = { disk: 100, memory: 250 };

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * What workerd itself can do: a bare Worker whose constant answer is of the same bytes, with one
 * header. A catalog read has six.
 */
async function startControl(body) {
  const constant = JSON.stringify(body.toString());
  const contents = `const body = ${constant};\nexport default { fetch: () => new Response(body, { headers: { "content-type": "application/json" } }) };\n`;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new Log(LogLevel.WARN),
      workers: [
        {
          name: "control",
          compatibilityDate: "2026-11-01",
          modules: [{ type: "ESModule", path: "control.js", contents }],
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
      ],
    }),
  );
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL("control");
  return { url: `${origin}/`, stop: () => miniflare.dispose() };
}

async function stocked(state) {
  const { server, shop } = await openShop({ state });
  const products = await spread(Array.from({ length: PRODUCTS }), 8, (_, index) =>
    shop.stockProduct(`bench-${String(index).padStart(2, "0")}`, 1_000_000, 1_000 + index),
  );
  await shop.untilVisible(products);
  return { server, shop, products };
}

/** One path against its control: A B A B ..., and the middle of the rounds' ratios. */
async function compare(name, url, bar) {
  const settings = { connections: CONNECTIONS, milliseconds: ROUND_MILLIS };
  const { body } = await sample(url);
  const control = await startControl(body);
  const rounds = [];
  try {
    for (const warm of [control.url, url]) await hammer(warm, { ...settings, milliseconds: ROUND_MILLIS / 3 });
    for (let round = 0; round < ROUNDS; round += 1) {
      const ours = await hammer(url, settings);
      const theirs = await hammer(control.url, settings);
      rounds.push({ ours, theirs, ratio: ours / theirs });
    }
  } finally {
    await control.stop();
  }
  const ratio = median(rounds.map((round) => round.ratio));
  const row = {
    name,
    bytes: body.length,
    perSecond: median(rounds.map(({ ours }) => ours)),
    controlPerSecond: median(rounds.map(({ theirs }) => theirs)),
    ratio,
    bar,
    met: ratio >= bar,
    rounds,
  };
  const spreadOf = rounds.map((round) => round.ratio.toFixed(2)).join(" ");
  say(`  ${name}: ${Math.round(row.perSecond)} of ${Math.round(row.controlPerSecond)} requests/s, ratio ${ratio.toFixed(2)} (${spreadOf})`);
  return row;
}

async function buy(where, server, products) {
  const variants = products.map(({ variant }) => variant);
  // The first purchases of a fresh process pay for compiling.
  await purchases(server.url, variants, { buyers: 8, milliseconds: RUN_MILLIS / 4 });
  const rows = [];
  for (const buyers of BUYERS) {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      const result = await purchases(server.url, variants, { buyers, milliseconds: RUN_MILLIS });
      if (result.failures > 0) throw new Stop(`${result.failures} purchases failed with ${buyers} buyers, ${where}. The first: ${result.failure}`);
      runs.push(result);
    }
    const goal = buyers === 32 ? GOALS[where] : undefined;
    const perSecond = median(runs.map((run) => run.perSecond));
    const row = {
      where,
      buyers,
      perSecond,
      p50: median(runs.map(({ p50 }) => p50)),
      p99: median(runs.map(({ p99 }) => p99)),
      goal,
      met: goal === undefined || perSecond >= goal,
      runs,
    };
    say(`  ${buyers} buyers, ${where}: ${perSecond.toFixed(1)} purchases/s (${runs.map((run) => run.perSecond.toFixed(0)).join(" ")})`);
    rows.push(row);
  }
  return rows;
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

function table({ reads, sales, machine }) {
  const pad = (text, width) => String(text).padStart(width);
  const verdict = (met, goal) => (goal === undefined ? "" : met ? "yes" : "NO");
  const lines = [
    "",
    `${machine.processors} x ${machine.processor}, workerd ${machine.workerd}, load before ${machine.loadBefore.toFixed(2)}`,
    "",
    `${"reads, 16 connections".padEnd(30)}${pad("bytes", 8)}${pad("req/s", 9)}${pad("control", 9)}${pad("ratio", 8)}${pad("bar", 7)}  met`,
    ...reads.map(
      (row) =>
        `${row.name.padEnd(30)}${pad(row.bytes, 8)}${pad(Math.round(row.perSecond), 9)}${pad(Math.round(row.controlPerSecond), 9)}` +
        `${pad(row.ratio.toFixed(2), 8)}${pad(row.bar.toFixed(2), 7)}  ${verdict(row.met, row.bar)}`,
    ),
    "",
    `${"whole purchases, 5 requests".padEnd(30)}${pad("per s", 8)}${pad("p50 ms", 9)}${pad("p99 ms", 9)}${pad("", 8)}${pad("goal", 7)}  met`,
    ...sales.map(
      (row) =>
        `${`${row.buyers} buyers, state ${row.where === "disk" ? "on disk" : "in memory"}`.padEnd(30)}${pad(row.perSecond.toFixed(1), 8)}` +
        `${pad(row.p50.toFixed(0), 9)}${pad(row.p99.toFixed(0), 9)}${pad("", 8)}${pad(row.goal ?? "", 7)}  ${verdict(row.met, row.goal)}`,
    ),
    "",
  ];
  return lines.join("\n");
}

await top(async () => {
  if (!process.argv.includes("--built")) await build("release");
  const output = at("benches", "output");
  mkdirSync(output, { recursive: true });
  const result = { quick, machine: machine(), reads: [], sales: [] };
  if (result.machine.loadBefore > 0.5) say(`The machine is busy already (load ${result.machine.loadBefore.toFixed(2)}): figures will be low.`);

  say("- state in memory");
  const { server, products } = await stocked("memory");
  try {
    const path = (text) => `${server.url}${text}`;
    result.reads.push(await compare("GET /v1/products?limit=2", path("/v1/products?limit=2"), BARS.quick));
    result.reads.push(await compare("GET /v1/products", path("/v1/products"), BARS.quick));
    result.reads.push(await compare("GET /v1/products/{slug}", path(`/v1/products/${products[7].slug}`), BARS.quick));
    result.reads.push(await compare("GET /healthz (the door)", path("/healthz"), BARS.door));
    result.sales.push(...(await buy("memory", server, products)));
  } finally {
    await server.stop();
  }

  say("- state on disk");
  // Beside the checkout: the temporary folder may be in memory.
  const state = at("benches", "output", `state-${process.pid}`);
  try {
    const { server, products } = await stocked(state);
    try {
      result.sales.push(...(await buy("disk", server, products)));
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(state, { recursive: true, force: true });
  }

  writeFileSync(at("benches", "output", "bench.json"), `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(table(result));
  say(`benches/output/bench.json written, ${seconds()}`);
  const missed = [...result.reads, ...result.sales].filter(({ met }) => !met);
  if (missed.length > 0 && !quick) {
    throw new Stop(`Below the bar: ${missed.map((row) => row.name ?? `${row.buyers} buyers, ${row.where}`).join("; ")}`);
  }
});
