// `npm run deploy`: the release build, the migrations, then the Worker.
// `npm run deploy -- --dry-run` does all that needs no account.
import { existsSync, readFileSync } from "node:fs";
import { unstable_readConfig as readConfig } from "wrangler";
import { build } from "./build.mjs";
import { at } from "./lib/paths.mjs";
import { loudly, quietly, say, Stop, top } from "./lib/say.mjs";

const program = at("node_modules", "wrangler", "bin", "wrangler.js");
const wrangler = (...args) => loudly(process.execPath, [program, ...args], { cwd: at() });

/** What the Worker cannot do without; wrangler itself checks only what it is told of. */
function check() {
  const config = readConfig({ config: at("wrangler.toml") });
  const missing = [];
  const need = (there, what) => there || missing.push(what);
  need(config.d1_databases.some(({ binding }) => binding === "DB"), "the D1 binding DB");
  need(config.kv_namespaces.some(({ binding }) => binding === "CATALOG"), "the KV binding CATALOG");
  need(config.r2_buckets.some(({ binding }) => binding === "MEDIA"), "the R2 binding MEDIA");
  for (const name of ["ORDERS", "POOLS", "PUBLISHER", "THROTTLES", "WEBHOOKS", "SERIES", "JOBS"]) {
    const bound = config.durable_objects.bindings.find((binding) => binding.name === name);
    need(bound, `the Durable Object binding ${name}`);
    const classes = config.migrations.flatMap((step) => step.new_sqlite_classes ?? []);
    if (bound) need(classes.includes(bound.class_name), `${bound.class_name} among new_sqlite_classes`);
  }
  need(config.queues.producers?.some(({ binding }) => binding === "EVENTS"), "the queue producer EVENTS");
  need(config.queues.consumers?.every(({ dead_letter_queue: dead }) => dead), "a dead letter queue");
  need(config.triggers.crons?.length, "a cron trigger");
  need(config.assets?.binding === "ASSETS", "the assets binding ASSETS");
  for (const name of ["TEST_PROVIDER", "DEVELOPMENT", "STRIPE_API_URL", "VIES_API_URL"]) need(!(name in config.vars), `no ${name} among vars: it is for development`);
  for (const name of ["SECRET_KEY", "ADMIN_PASSWORD", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"]) {
    need(!(name in config.vars), `no ${name} among vars: it is a secret`);
  }
  if (missing.length > 0) throw new Stop(`wrangler.toml lacks:\n${missing.map((line) => `  ${line}`).join("\n")}`);
  return config;
}

/** Secrets belong to a Worker, so the first deployment comes before them. */
function afterwards() {
  say(`
Deployed. Once per shop, set its secrets (each command asks for the value):
  npx wrangler secret put SECRET_KEY       64 hexadecimal digits, e.g. from: openssl rand -hex 32
  npx wrangler secret put ADMIN_EMAIL
  npx wrangler secret put ADMIN_PASSWORD
For cards, all three at once, from a file with one NAME=value a line:
  npx wrangler secret bulk FILE            STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET`);
}

await top(async () => {
  const dry = process.argv.includes("--dry-run");
  const config = check();
  await build("release");
  if (dry) {
    await wrangler("deploy", "--dry-run", "--outdir", at("build", "out"));
    if (!existsSync(at("build", "out", "entry.js"))) throw new Stop("wrangler wrote no build/out/entry.js.");
    say(`dry run complete: ${readFileSync(at("build", "out", "entry.js")).length} bytes of JavaScript in build/out`);
    return;
  }
  const migrate = () => wrangler("d1", "migrations", "apply", "DB", "--remote");
  // Tables come before the code that needs them, except the first time: wrangler makes the
  // database, the namespace, the bucket and the queues that do not exist yet while it deploys.
  const name = config.d1_databases.find(({ binding }) => binding === "DB").database_name;
  const exists = await quietly(process.execPath, [program, "d1", "info", name], { cwd: at() }).then(
    () => true,
    () => false,
  );
  if (exists) await migrate();
  await wrangler("deploy");
  if (!exists) await migrate();
  afterwards();
});
