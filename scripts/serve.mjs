// `npm run serve`: the release build on workerd's own socket.
//   PORT   8080 unless told
//   STATE  the folder that keeps everything; a fresh temporary one unless told; "memory" keeps it
//          in memory for as long as the server runs (benches)
//   SEED   demo (default) or none
//   STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET  the account that card payments go to
//   STRIPE_API_URL  a stand-in for Stripe
//   VIES_API_URL  a stand-in for the EU's register of VAT numbers
//   CLIENT_ADDRESS_HEADER  where the proxy before it says where a request comes from
//   ADMIN_EMAIL, ADMIN_PASSWORD  create or update the first owner
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "./build.mjs";
import { ordersBeforeCrash, republish } from "./lib/orders.mjs";
import { owned, reap } from "./lib/processes.mjs";
import { isMain, onEnd, say, Stop, top } from "./lib/say.mjs";
import { startWorker } from "./lib/worker.mjs";
import { seed, untilReady, untilVisible } from "./seed.mjs";

function stateFolder(asked) {
  if (asked && asked !== "memory") {
    mkdirSync(resolve(asked), { recursive: true });
    return { folder: resolve(asked), kept: true };
  }
  const memory = asked === "memory" && existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  return { folder: mkdtempSync(join(memory, "tradepost-")), kept: false };
}

/** Settings of the deployment that the Worker finds as they are. */
const passedOn = [
  "TEST_PROVIDER_LEDGER",
  "CLIENT_ADDRESS_HEADER",
  "STRIPE_SECRET_KEY",
  "STRIPE_PUBLISHABLE_KEY",
  "STRIPE_WEBHOOK_SECRET",
  "STRIPE_API_URL",
  "VIES_API_URL",
];

const secretly = (file, text) => writeFileSync(file, text, { mode: 0o600 });

/** The master secret outlives restarts: sessions and stored credentials hang on it. */
function secretKey(folder) {
  const file = join(folder, "secret");
  if (!existsSync(file)) secretly(file, randomBytes(32).toString("hex"));
  return readFileSync(file, "utf8").trim();
}

function owner(folder, env, seeded) {
  if (env.ADMIN_EMAIL && env.ADMIN_PASSWORD) return { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD };
  if (env.ADMIN_EMAIL || env.ADMIN_PASSWORD) throw new Stop("Set both ADMIN_EMAIL and ADMIN_PASSWORD, or neither.");
  const file = join(folder, "owner.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  if (!seeded) return undefined;
  const made = { email: "owner@example.com", password: randomBytes(15).toString("base64url") };
  secretly(file, `${JSON.stringify(made)}\n`);
  say(`owner ${made.email}, password ${made.password} (kept in ${file})`);
  return made;
}

export async function serve(env) {
  const port = Number(env.PORT ?? 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Stop(`PORT=${env.PORT} is not a port.`);
  const seeding = env.SEED ?? "demo";
  if (!["demo", "none"].includes(seeding)) throw new Stop(`SEED=${seeding} is neither demo nor none.`);
  const { folder, kept } = stateFolder(env.STATE);
  try {
    return await open(env, { port, seeding, folder, kept });
  } catch (error) {
    if (!kept) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function open(env, { port, seeding, folder, kept }) {
  const crashed = existsSync(join(folder, "serve.pid"));
  await reap(folder);
  const interrupted = crashed ? await ordersBeforeCrash(folder) : [];
  const admin = owner(folder, env, seeding === "demo");
  const vars = { SECRET_KEY: secretKey(folder), TEST_PROVIDER: "on", DEVELOPMENT: "on" };
  if (admin) Object.assign(vars, { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password });
  for (const name of passedOn) if (env[name]) vars[name] = env[name];

  // Links in mails; where the system chooses the port, there are none.
  if (port > 0) vars.PUBLIC_URL = `http://127.0.0.1:${port}`;

  const release = owned(folder);
  const worker = await startWorker({ port, data: join(folder, "data"), pidFile: join(folder, "workerd.pid"), vars });
  const stop = async () => {
    await worker.dispose();
    release();
    if (!kept) rmSync(folder, { recursive: true, force: true });
  };
  return { url: worker.url, folder, seeding, admin, interrupted, stop };
}

if (isMain(import.meta.url)) {
  await top(async () => {
    let stop = async () => {};
    onEnd(async () => {
      await stop().catch(() => {});
      process.exit(0);
    });
    // server.mjs builds once and starts many.
    if (!process.argv.includes("--built")) await build("release");
    const server = await serve(process.env);
    stop = server.stop;
    await untilReady(server.url);
    await republish(server.url, server.interrupted);
    if (server.seeding === "demo") await untilVisible(server.url, await seed({ url: server.url, ...server.admin }));
    console.log(`ready ${server.url}`);
    const workerdPid = Number(readFileSync(join(server.folder, "workerd.pid"), "utf8"));
    process.send?.({ url: server.url, workerdPid });
  });
}
