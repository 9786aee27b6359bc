// `npm run dev`: the shop on http://localhost:8787 (PORT overrides), rebuilt as you type.
// Its data stays in .wrangler/state; delete that folder for a fresh shop.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { build } from "./build.mjs";
import { at } from "./lib/paths.mjs";
import { onEnd, quietly, say, seconds, step, Stop, top } from "./lib/say.mjs";
import { seed, untilReady } from "./seed.mjs";

const state = at(".wrangler", "state");
const wrangler = at("node_modules", "wrangler", "bin", "wrangler.js");
const port = process.env.PORT ?? "8787";

const stripe = ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_URL"];

/** Secrets for this machine only; git ignores the file. */
function devVars() {
  const file = at(".dev.vars");
  if (!existsSync(file)) {
    const lines = [
      `SECRET_KEY=${randomBytes(32).toString("hex")}`,
      "DEVELOPMENT=on",
      `PUBLIC_URL=http://localhost:${port}`,
      "TEST_PROVIDER=on",
      "ADMIN_EMAIL=owner@example.com",
      `ADMIN_PASSWORD=${randomBytes(12).toString("base64url")}`,
    ];
    writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  }
  const vars = parseEnv(readFileSync(file, "utf8"));
  // A payment account, or its stand-in, is the environment's; the file keeps it from then on.
  for (const name of stripe) {
    const value = process.env[name];
    if (!value || value === vars[name]) continue;
    vars[name] = value;
    const lines = Object.entries(vars).map(([name, value]) => `${name}=${value}`);
    writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  }
  return vars;
}

const migrate = () =>
  step("migrations", () =>
    quietly(process.execPath, [wrangler, "d1", "migrations", "apply", "DB", "--local", "--persist-to", state], { cwd: at() }),
  );

/** Linux ends wrangler with us, even when we are killed without a chance to say so. */
function mortal(program, args) {
  const there = spawnSync("setpriv", ["--pdeathsig", "TERM", "true"]).status === 0;
  return there ? ["setpriv", ["--pdeathsig", "TERM", program, ...args]] : [program, args];
}

function startWrangler() {
  const args = [wrangler, "dev", "--port", port, "--persist-to", state, "--show-interactive-dev-session=false"];
  // Its own process group: wrangler starts more processes, and all of them end together.
  return spawn(...mortal(process.execPath, args), { cwd: at(), stdio: ["ignore", "inherit", "inherit"], detached: true });
}

/** One rebuild at a time; changes during one are folded into the next. */
function rebuildOnChange() {
  let timer;
  let running = false;
  let again = false;
  let migrations = false;
  const rebuild = async () => {
    if (running) return void (again = true);
    running = true;
    const since = performance.now();
    try {
      if (migrations) await migrate();
      migrations = false;
      await build("worker-dev");
      say(`rebuilt in ${seconds(since)}`);
    } catch (error) {
      say(error instanceof Stop ? "not rebuilt: see above" : error.stack);
    }
    running = false;
    if (again) {
      again = false;
      await rebuild();
    }
  };
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(rebuild, 150);
  };
  for (const folder of ["src", "templates", "migrations", "public/assets"]) {
    watch(at(folder), { recursive: true }, (_event, name) => {
      // JavaScript too: some of it is compiled in. For the rest cargo finds nothing to do.
      if (!name || /(~|\.swp)$/.test(name)) return;
      if (folder === "migrations") migrations = true;
      changed();
    });
  }
  // Editors replace files, which ends a watch on the file itself.
  watch(at(), (_event, name) => ["Cargo.toml", "Cargo.lock"].includes(name) && changed());
}

await top(async () => {
  let child;
  onEnd(() => {
    if (!child) process.exit(0);
    process.kill(-child.pid, "SIGTERM");
    // wrangler is given a moment to end workerd itself.
    setTimeout(() => process.kill(-child.pid, "SIGKILL"), 5000).unref();
  });
  await build("worker-dev");
  const vars = devVars();
  await migrate();
  child = startWrangler();
  child.on("exit", (code) => process.exit(code ?? 0));
  const url = `http://localhost:${port}`;
  await untilReady(url);
  await seed({ url, email: vars.ADMIN_EMAIL, password: vars.ADMIN_PASSWORD });
  rebuildOnChange();
  // The cron trigger, which wrangler leaves to us.
  setInterval(() => fetch(`${url}/cdn-cgi/local/scheduled`).catch(() => {}), 60_000);
  say(`
Tradepost is open: ${url}
The owner is ${vars.ADMIN_EMAIL}; the password is ADMIN_PASSWORD in .dev.vars.
API: ${url}/openapi.json
`);
});
