// The Worker on workerd's own socket, without wrangler's development proxy.
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf, unstable_splitSqlQuery as splitSql } from "wrangler";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { at, root } from "./paths.mjs";
import { Stop } from "./say.mjs";
import { pause } from "./wait.mjs";

const require = createRequire(import.meta.url);

/** Every file the Worker is made of; the first is its main module. */
function modules() {
  const files = (folder, ending) =>
    readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith(ending))
      .map((name) => join(folder, name));
  const main = at("src", "edge", "entry.js");
  const scripts = [...files(at("src", "edge"), ".js"), at("build", "tradepost.js")];
  if (existsSync(at("build", "snippets"))) scripts.push(...files(at("build", "snippets"), ".js"));
  return [
    { type: "ESModule", path: main },
    ...scripts.filter((path) => path !== main).map((path) => ({ type: "ESModule", path })),
    { type: "CompiledWasm", path: at("build", "tradepost_bg.wasm") },
  ];
}

/** Starts workerd. `vars` is what the Worker finds in its environment; nothing else is passed on. */
export async function startWorker({ port, data, pidFile, vars }) {
  mkdirSync(data, { recursive: true });
  process.env.TRADEPOST_WORKERD = require("workerd").default;
  process.env.TRADEPOST_WORKERD_PID = pidFile;
  if (process.platform !== "win32") process.env.MINIFLARE_WORKERD_PATH = at("scripts", "workerd.sh");
  process.env.WRANGLER_LOG ??= "warn";
  const signals = keepSignals();
  const { assets, ...workerOptions } = workerOptionsOf(at("wrangler.toml")).workerOptions;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new Log(LogLevel.WARN),
      handleStructuredLogs: ({ level, message }) => {
        // The socket, not the console, is the interface; only what went wrong is worth a line.
        if (level === "error" || level === "warn") console.error(message);
      },
      resourcePersistencePath: data,
      workers: [
        {
          ...workerOptions,
          name: "tradepost",
          rootPath: root,
          modulesRoot: root,
          modulesRules: undefined,
          modules: modules(),
          bindings: vars,
          serviceBindings: { ...workerOptions.serviceBindings, ASSETS: "assets" },
          unsafeDirectSockets: [{ host: "127.0.0.1", port }],
        },
        // Assets of its own would put miniflare's two asset Workers before every request, which
        // costs five sixths of the requests per second. The platform's are not in its way.
        {
          name: "assets",
          modules: true,
          script: "export default {};",
          assets: { ...assets, run_worker_first: false, routerConfig: { has_user_worker: false } },
        },
      ],
    }),
  );
  try {
    await miniflare.ready;
    signals.restore();
    await migrate(miniflare);
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    if (/address.*in use/i.test(String(error))) throw new Stop(`Port ${port} is taken. Choose another with PORT=...`);
    throw error;
  }
  const url = await miniflare.unsafeGetDirectURL("tradepost");
  const cron = setInterval(() => tick(miniflare), 60_000);
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

/** Miniflare exits on a signal by itself, before whoever started it could tidy up. */
function keepSignals() {
  const kept = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => [signal, new Set(process.listeners(signal))]);
  const restore = () => {
    for (const [signal, ours] of kept) {
      for (const listener of process.listeners(signal)) {
        if (!ours.has(listener)) process.removeListener(signal, listener);
      }
    }
  };
  return { restore };
}

/** The cron trigger, which workerd leaves to the platform. */
async function tick(miniflare) {
  try {
    const worker = await miniflare.getWorker("tradepost");
    await worker.scheduled({ cron: "* * * * *" });
  } catch (error) {
    console.error("cron failed", error);
  }
}

/** What `wrangler d1 migrations apply` does, in the same table, without starting wrangler. */
async function migrate(miniflare) {
  const database = await miniflare.getD1Database("DB");
  const table = "d1_migrations";
  await database
    .prepare(
      `CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, ` +
        `applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`,
    )
    .run();
  const { results } = await database.prepare(`SELECT name FROM ${table}`).all();
  const applied = new Set(results.map(({ name }) => name));
  const pending = readdirSync(at("migrations")).filter((name) => name.endsWith(".sql") && !applied.has(name));
  for (const name of pending.sort()) {
    const statements = splitSql(readFileSync(at("migrations", name), "utf8")).filter((text) => text.trim());
    await database.batch([
      ...statements.map((text) => database.prepare(text)),
      database.prepare(`INSERT INTO ${table} (name) VALUES (?)`).bind(name),
    ]);
  }
}
