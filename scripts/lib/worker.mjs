// The Worker on workerd's own socket, without wrangler's development proxy.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import { migrate } from "./migrate.mjs";
import { startMiniflare } from "./miniflare.mjs";
import { at, root } from "./paths.mjs";
import { Stop } from "./say.mjs";
import { pause } from "./wait.mjs";

/** A module with nothing in it, for what a test takes away to see that nobody misses it. */
const EMPTY = Buffer.from("\0asm\x01\0\0\0", "latin1");
const isWithout = (path) => process.env.WITHOUT !== undefined && path.endsWith(process.env.WITHOUT);

/** Every file the Worker is made of; the first is its main module. */
function modules() {
  const files = (folder, ending, recursive = true) =>
    readdirSync(folder, { recursive })
      .filter((name) => name.endsWith(ending))
      .map((name) => join(folder, name));
  const main = at("src", "edge", "entry.js");
  const scripts = [...files(at("src", "edge"), ".js"), at("build", "tradepost.js")];
  if (existsSync(at("build", "snippets"))) scripts.push(...files(at("build", "snippets"), ".js"));
  return [
    { type: "ESModule", path: main },
    ...scripts.filter((path) => path !== main).map((path) => ({ type: "ESModule", path })),
    // Not those of folders: a build that is under way has its own there.
    ...files(at("build"), ".wasm", false).map((path) => ({ type: "CompiledWasm", path, ...(isWithout(path) ? { contents: EMPTY } : {}) })),
  ];
}

/** The Worker as wrangler.toml has it; `vars` is what it finds in its environment, and nothing else is passed on. */
export function workers({ port, vars }) {
  const { assets, ...options } = workerOptionsOf(at("wrangler.toml")).workerOptions;
  const shop = {
    ...options,
    name: "tradepost",
    rootPath: root,
    modulesRoot: root,
    modulesRules: undefined,
    modules: modules(),
    bindings: vars,
    serviceBindings: { ...options.serviceBindings, ASSETS: "assets" },
    unsafeDirectSockets: [{ host: "127.0.0.1", port }],
  };
  // Assets of its own would put miniflare's two asset Workers before every request, which
  // costs five sixths of the requests per second. The platform's are not in its way.
  const files = {
    name: "assets",
    modules: true,
    script: "export default {};",
    assets: { ...assets, run_worker_first: false, routerConfig: { has_user_worker: false } },
  };
  return [shop, files];
}

/** Migrates, then starts workerd: who is answered at all is answered from tables that are there. */
export async function startWorker({ port, data, pidFile, vars }) {
  mkdirSync(data, { recursive: true });
  const [shop, files] = workers({ port, vars });
  await migrate({ data, pidFile, databases: shop.d1Databases });
  const miniflare = await startMiniflare({ workers: [shop, files], data, pidFile }).catch((error) => {
    throw /address.*in use/i.test(String(error)) ? new Stop(`Port ${port} is taken. Choose another with PORT=...`) : error;
  });
  const url = await miniflare.unsafeGetDirectURL(shop.name);
  const cron = setInterval(() => tick(miniflare, shop.name), 60_000);
  return {
    url: url.origin,
    async dispose() {
      clearInterval(cron);
      // The queue's broker keeps a batch back for a second, in memory: let it deliver.
      await pause(1200);
      await miniflare.dispose();
    },
  };
}

/** The cron trigger, which workerd leaves to the platform. */
async function tick(miniflare, name) {
  try {
    const worker = await miniflare.getWorker(name);
    await worker.scheduled({ cron: "* * * * *" });
  } catch (error) {
    console.error("cron failed", error);
  }
}
