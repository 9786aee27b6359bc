// `npm test`: every check, cheapest first, stopping at the first that fails.
// `npm test -- <stage>...` runs the named ones.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { build, wasmEnv } from "./build.mjs";
import { contract } from "./contract.mjs";
import { chromium } from "./lib/chromium.mjs";
import { at, cargoEnv } from "./lib/paths.mjs";
import { loudly, onEnd, say, seconds, Stop, top } from "./lib/say.mjs";
import { withTarget } from "./lib/target.mjs";
import { startServer } from "./server.mjs";

// Incremental, rustc 1.95 crashes now and then on async closures ("unstable fingerprints").
const cargo = (args, env = cargoEnv()) =>
  withTarget(() => loudly("cargo", args, { cwd: at(), env: { ...env, CARGO_INCREMENTAL: "0" } }));
const deny = ["--", "-D", "warnings"];

async function native() {
  const nextest = spawnSync("cargo", ["nextest", "--version"]).status === 0;
  await cargo(nextest ? ["nextest", "run"] : ["test"]);
  // nextest does not run the examples in the documentation.
  if (nextest) await cargo(["test", "--doc", "--quiet"]);
}

/** The suite that just ran on fakes, through the socket of the real thing. */
async function live() {
  const admin = { ADMIN_EMAIL: "owner@example.com", ADMIN_PASSWORD: randomBytes(12).toString("base64url") };
  const server = await startServer({ seed: "demo", env: admin });
  try {
    await cargo(["test", "--test", "it"], {
      ...cargoEnv(),
      TRADEPOST_URL: server.url,
      TRADEPOST_ADMIN_EMAIL: admin.ADMIN_EMAIL,
      TRADEPOST_ADMIN_PASSWORD: admin.ADMIN_PASSWORD,
    });
  } finally {
    await server.stop();
  }
}

async function nodeTests(folder, env = {}) {
  const files = readdirSync(at(folder)).filter((name) => name.endsWith(".test.mjs"));
  if (files.length === 0) throw new Stop(`${folder} holds no *.test.mjs.`);
  await loudly(process.execPath, ["--test", ...files.sort().map((name) => at(folder, name))], {
    cwd: at(),
    env: { ...process.env, ...env },
  });
}

async function browser() {
  const { program, why } = await chromium();
  if (!program) return void say(`SKIPPED: ${why}`);
  await nodeTests("tests/browser", { CHROMIUM: program });
}

const stages = {
  format: ["formatting", () => cargo(["fmt", "--check"])],
  lint: ["lints, native", () => cargo(["clippy", "--all-targets", ...deny])],
  scripts: ["tests of the commands", () => nodeTests("tests/scripts")],
  stripe: ["tests of the stand-in for Stripe", () => nodeTests("tests/stripe")],
  "lint-wasm": ["lints, wasm32", () => cargo(["clippy", "--lib", "--target", "wasm32-unknown-unknown", ...deny], wasmEnv())],
  native: ["native tests", native],
  build: ["release build", () => build("release")],
  live: ["API suite on workerd", live],
  contract: ["requests generated from the contract", contract],
  worker: ["tests on workerd", () => nodeTests("tests/worker")],
  browser: ["browser tests", browser],
};
/** Stages that start the Worker, when named alone, still need it built. */
const onBuild = new Set(["live", "contract", "worker", "browser"]);

await top(async () => {
  onEnd(() => process.exit(130));
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => !(name in stages));
  if (unknown.length > 0) throw new Stop(`No stage ${unknown.join(", ")}. There are: ${Object.keys(stages).join(", ")}`);
  const wanted = new Set(named.length > 0 ? named : Object.keys(stages));
  if ([...wanted].some((name) => onBuild.has(name))) wanted.add("build");
  const done = [];
  for (const [name, [title, run]] of Object.entries(stages)) {
    if (!wanted.has(name)) continue;
    const since = performance.now();
    say(`\n== ${title} (${name})`);
    try {
      await run();
    } catch (error) {
      say(error instanceof Stop ? error.message : error.stack);
      throw new Stop(`FAILED: ${title}, after ${seconds(since)}. Passed before it: ${done.join(", ") || "nothing"}. Again: npm test -- ${name}`);
    }
    say(`== ${title}: passed in ${seconds(since)}`);
    done.push(name);
  }
  say(`\nAll passed in ${seconds()}: ${done.join(", ")}`);
  process.exit(0);
});
