// A shop of many products: the same list again and again, and questions never asked before, each beside
// a constant answer of the same bytes and headers, and beside the smallest of these shops; the cold
// start's first list; and how long it takes and what is written until buyers see a changed price.
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { say, Stop } from "../scripts/lib/say.mjs";
import { eventually, pause } from "../scripts/lib/wait.mjs";
import { startServer } from "../scripts/server.mjs";
import { openShop, owner, Shop } from "../tests/worker/shop.mjs";
import { headersOf, startControl } from "./control.mjs";
import { fillProducts } from "./filled.mjs";
import { Connection, hammer, median, percentile, sample } from "./load.mjs";
import { coldStart } from "./start.mjs";

/** Of the control's rate at 1,000 products, and of ours at 1,000 at 50,000: at least so much. */
const BARS = { repeated: 0.95, fresh: 0.35, large: 0.8 };
/** Milliseconds: a changed price until buyers see it; the first list of a cold start, by products. */
const PUBLISHED = 2_000;
const FIRST_LIST = { 10_000: 100, 50_000: 300 };

const WORDS = ["lantern", "tent", "rope", "stove", "compass", "jacket", "boots", "mug", "blanket"];
/** Of each maker the smallest shop has five things. */
const makers = (n) => [0, 40, 80, 120, 160].map((more) => `vendor=Maker+${(n + more) % 200}`).join("&");
/**
 * Another question each time, of each kind in turn. Most find a page's 24 products at every size: what
 * is compared is how they are found, not how many are told.
 */
const KINDS = [
  (n) => `price_min=${n}&price_max=${n + 5_000}`,
  (n) => `price_min=${n}&sort=price_asc`,
  (n) => `${makers(n)}&price_max=${20_000 + n}`,
  (n) => `option.Size=M&in_stock=true&price_max=${10_000 + n}`,
  (n) => `tag=kettle&sort=title&price_min=${n}`,
  (n) => `q=kettle+${WORDS[n % WORDS.length]}&price_max=${20_000 + n}`,
  (n) => `q=lantrn&price_min=${n}`,
  (n) => `facets=true&${makers(n)}&price_max=${20_000 + n}`,
];
/** Within the prices that there are. What is asked again after so many others is not kept any more. */
const PRICES = 15_000;
const question = (n) => `/v1/products?${KINDS[n % KINDS.length](n % PRICES)}`;

/** Answers per second to one question after another over so many connections, and how long each took. */
async function asked(url, path, { connections, milliseconds }) {
  const took = [];
  const end = performance.now() + milliseconds;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = new Connection(url);
      while (performance.now() < end) {
        const target = path();
        const since = performance.now();
        const { status } = await connection.send(`GET ${target} HTTP/1.1\r\nhost: ${connection.host}\r\naccept: application/json\r\n\r\n`);
        if (status !== 200) throw new Stop(`GET ${target} answered ${status}`);
        took.push(performance.now() - since);
      }
      connection.close();
    }),
  );
  took.sort((a, b) => a - b);
  const perSecond = took.length / ((performance.now() - began) / 1_000);
  return { perSecond, p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}

const REPEATED = "/v1/products";

/**
 * What is asked again and again, and what nobody asked before: ours, a constant answer with the bytes and
 * the headers of ours, and the smallest shop, if that is another, in turn, round by round.
 */
async function besideControls(url, smallest, load) {
  let n = 0;
  const next = () => question((n += 1));
  const kinds = {
    repeated: (at) => hammer(new URL(REPEATED, at).href, { ...load, timed: true }),
    fresh: (at) => asked(at, next, load),
  };
  const controls = {};
  const rounds = { repeated: [], fresh: [] };
  try {
    for (const [kind, path] of Object.entries({ repeated: REPEATED, fresh: question(0) })) {
      const { head, body } = await sample(`${url}${path}`);
      controls[kind] = await startControl(body, headersOf(head));
    }
    for (let round = -1; round < load.rounds; round += 1) {
      for (const [kind, asks] of Object.entries(kinds)) {
        const [ours, control] = [await asks(url), await asks(controls[kind].url)];
        const small = smallest ? await asks(smallest) : ours;
        if (round >= 0) rounds[kind].push({ ours, control, small });
      }
    }
  } finally {
    for (const control of Object.values(controls)) await control.stop();
  }
  const of = (asked) => {
    const middle = (what) => median(asked.map(what));
    return {
      perSecond: middle(({ ours }) => ours.perSecond),
      controlPerSecond: middle(({ control }) => control.perSecond),
      ratio: middle(({ ours, control }) => ours.perSecond / control.perSecond),
      share: middle(({ ours, small }) => ours.perSecond / small.perSecond),
      p50: middle(({ ours }) => ours.p50),
      p99: middle(({ ours }) => ours.p99),
      controlP99: middle(({ control }) => control.p99),
    };
  };
  return { repeated: of(rounds.repeated), fresh: of(rounds.fresh) };
}

/** The bytes of each file that the key-value store has, by its path. */
function stored(data) {
  const names = readdirSync(data, { recursive: true }).filter((name) => name.includes("kv") && name.includes("blobs"));
  const files = names.map((name) => [name, statSync(join(data, name))]);
  return new Map(files.filter(([, file]) => file.isFile()).map(([name, file]) => [name, file.size]));
}

/** Changes a price so many times: the milliseconds until a list shows it, and the bytes that were written for it. */
async function published(shop, state, { slug, variant, times }) {
  const data = join(state, "data");
  const seen = [];
  for (let time = 0; time < times; time += 1) {
    const amount = 700_000 + time;
    await pause(1_500); // The last publication's pause.
    const before = stored(data);
    const since = performance.now();
    await shop.admin("PATCH", `/v1/admin/variants/${variant}`, { body: { prices: [{ amount, currency: "EUR" }] } });
    const isShown = async () => (await shop.ask("GET", `/v1/products?price_min=${amount}&price_max=${amount}`)).items.some((item) => item.slug === slug);
    while (!(await isShown())) {
      if (performance.now() - since > 60_000) throw new Stop(`${slug} is not listed at ${amount} within a minute`);
      await pause(20);
    }
    const took = performance.now() - since;
    const written = [...stored(data)].filter(([name]) => !before.has(name)).reduce((sum, [, size]) => sum + size, 0);
    seen.push({ took, written });
  }
  return { took: median(seen.map(({ took }) => took)), written: median(seen.map(({ written }) => written)) };
}

/** Megabytes of memory that a process has, all that workerd needs for itself among them. */
const resident = (pid) => Math.round(Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1_000);

/** `smallest` is where the smallest shop is asked, if that is another. */
async function measured(state, size, smallest, load) {
  const { server: first } = await openShop({ state });
  await first.stop();
  fillProducts(join(state, "data"), size);
  const server = await startServer({ state, env: { ADMIN_EMAIL: owner.email, ADMIN_PASSWORD: owner.password } });
  let row;
  let like;
  try {
    const shop = new Shop(server.url);
    await shop.signIn(owner);
    const since = performance.now();
    await eventually("all products are listed", 300_000, async () => (await shop.ask("GET", "/v1/products?limit=1")).total > size * 0.9);
    const whole = performance.now() - since;
    const [item] = (await shop.ask("GET", "/v1/products?limit=1")).items;
    const { variants } = await shop.ask("GET", `/v1/products/${item.slug}`);
    const change = await published(shop, state, { slug: item.slug, variant: variants[0].id, times: load.changes });
    row = { size, whole, ...change, ...(await besideControls(server.url, smallest, load)), memory: resident(server.workerdPid) };
    like = await sample(`${server.url}/v1/products`);
  } finally {
    await server.stop();
  }
  const start = await coldStart({ data: join(state, "data"), like, runs: load.starts });
  return { ...row, firstList: start.ours, bareFirstList: start.bare, more: start.difference };
}

/** A row for each size, each in a folder of its own. `load`: sizes, connections, rounds, milliseconds, changes, starts. */
export async function scale(stateOf, load) {
  const rows = [];
  const states = load.sizes.map((size) => stateOf(`scale-${size}`));
  let smallest;
  try {
    for (const [place, size] of load.sizes.entries()) {
      const row = await measured(states[place], size, smallest?.url, load);
      if (place < load.sizes.length - 1) smallest ??= await startServer({ state: states[place] });
      for (const kind of ["repeated", "fresh"]) {
        const asked = row[kind];
        asked.met = (size > 1_000 || asked.ratio >= BARS[kind]) && (size < 50_000 || asked.share >= BARS.large);
      }
      const met = row.took <= PUBLISHED && row.more <= (FIRST_LIST[size] ?? Infinity);
      rows.push({ ...row, met });
      const told = ({ perSecond, controlPerSecond, ratio, share, p50, p99, controlP99 }) =>
        `${Math.round(perSecond)} of ${Math.round(controlPerSecond)}/s (${ratio.toFixed(2)}; ${share.toFixed(2)} of 1,000 products'), ` +
        `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (control ${controlP99.toFixed(1)} ms)`;
      say(`  ${size} products: the same list ${told(row.repeated)}`);
      say(`    new questions ${told(row.fresh)}`);
      say(
        `    a price is seen after ${row.took.toFixed(0)} ms, ${row.written} bytes written; ${row.memory} MB of workerd's memory; ` +
          `first list ${row.firstList.toFixed(0)} ms (${row.more.toFixed(0)} ms more than a bare Worker's)`,
      );
    }
  } finally {
    await smallest?.stop();
    for (const state of states) rmSync(state, { recursive: true, force: true });
  }
  return rows;
}
