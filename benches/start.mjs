// The cold start: from the start of workerd's process to the first catalog answer, beside that of
// a bare JavaScript Worker with the same answer and the same bindings. What stands in for the
// platform behind bindings takes time to start, too, which is none of either Worker's.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { say } from "../scripts/lib/say.mjs";
import { startMiniflare } from "../scripts/lib/miniflare.mjs";
import { at } from "../scripts/lib/paths.mjs";
import { startWorker, workers } from "../scripts/lib/worker.mjs";
import { freePort } from "../scripts/server.mjs";
import { constant, headersOf } from "./control.mjs";
import { median, sample } from "./load.mjs";
import { signed } from "./table.mjs";

/** At most so much later than the bare Worker's, in milliseconds. */
const BUDGET = 60;
const PATH = "/v1/products";

/** Asks from a thread of its own, again and again from before anybody listens, and tells when the first 200 came. */
const asker = `
  const { connect } = require("node:net");
  const { parentPort, workerData: { port, path } } = require("node:worker_threads");
  const ask = () => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const again = () => (socket.destroy(), setTimeout(ask, 1));
    socket.on("error", again);
    socket.on("connect", () => socket.write("GET " + path + " HTTP/1.1\\r\\nhost: 127.0.0.1\\r\\n\\r\\n"));
    socket.once("data", (bytes) => {
      if (!bytes.toString("latin1", 0, 12).endsWith(" 200")) return again();
      parentPort.postMessage(performance.timeOrigin + performance.now());
      socket.destroy();
    });
  };
  ask();
`;

/** Milliseconds from the start of the process, which is when it wrote its file, to the first answer. */
async function timed(start) {
  const folder = mkdtempSync(join(tmpdir(), "tradepost-start-"));
  const [port, pidFile] = [await freePort(), join(folder, "workerd.pid")];
  const thread = new Worker(asker, { eval: true, workerData: { port, path: PATH } });
  try {
    const [[answered], stop] = await Promise.all([once(thread, "message"), start({ port, pidFile })]);
    const took = answered - statSync(pidFile).mtimeMs;
    await stop();
    return took;
  } finally {
    await thread.terminate();
    rmSync(folder, { recursive: true });
  }
}

/** The bindings name classes of objects, so it has them, too. */
async function startBare({ port, pidFile, data, vars, like }) {
  const [shop, files] = workers({ port, vars });
  const classes = Object.values(shop.durableObjects).map(({ className }) => `export class ${className} extends DurableObject {}\n`);
  const contents = `import { DurableObject } from "cloudflare:workers";\n${classes.join("")}${constant(like.body, headersOf(like.head))}`;
  const bare = { ...shop, modules: [{ type: "ESModule", path: at("control.js"), contents }] };
  const miniflare = await startMiniflare({ workers: [bare, files], data, pidFile });
  return () => miniflare.dispose();
}

/** `data` is what a stopped shop with a catalog has stored; `like` is that shop's answer. */
export async function coldStart({ data, like, runs }) {
  const shared = { data, vars: { SECRET_KEY: randomBytes(32).toString("hex") } };
  const ours = async (place) => (await startWorker({ ...place, ...shared })).dispose;
  const bare = (place) => startBare({ ...place, ...shared, like });
  const seen = [];
  // The first of each brings its files into the system's cache.
  for (let run = -1; run < runs; run += 1) {
    const pair = { ours: await timed(ours), bare: await timed(bare) };
    if (run >= 0) seen.push({ ...pair, difference: pair.ours - pair.bare });
  }
  const middle = (what) => median(seen.map((run) => run[what]));
  const row = { ours: middle("ours"), bare: middle("bare"), difference: middle("difference"), budget: BUDGET, met: middle("difference") <= BUDGET, runs: seen };
  say(`  cold start: ${row.ours.toFixed(0)} ms, a bare Worker's ${row.bare.toFixed(0)} ms (${seen.map(({ difference }) => signed(difference)).join(" ")})`);
  return row;
}

export const catalogAnswer = (url) => sample(`${url}${PATH}`);
