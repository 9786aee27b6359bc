// Installs what a bare checkout lacks. Node built-ins only: it runs before `npm ci`.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at, cache, sha256, wasmBindgen, wasmBindgenVersion } from "./paths.mjs";
import { quietly, step, Stop } from "./say.mjs";

const wasmTarget = "wasm32-unknown-unknown";

/** `npm ci`, when the packages are absent or were installed from another lock file. */
async function packages() {
  const stamp = at("node_modules", ".tradepost-lock");
  const wanted = sha256(readFileSync(at("package-lock.json")), process.platform, process.arch);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await step("Node packages (npm ci)", (onLine) =>
    // shell: npm is npm.cmd on Windows. The engines warning is about the system's Node, which
    // only runs npm here: the packages run on the Node they bring.
    quietly("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: at(),
      shell: process.platform === "win32",
      onLine,
    }),
  );
  writeFileSync(stamp, wanted);
}

function rustup(args) {
  return spawnSync("rustup", args, { cwd: at(), stdio: ["ignore", "inherit", "inherit"] });
}

/** The standard library for wasm32; automatic installs may be switched off, so ask for it. */
async function rustTarget() {
  const probe = () => {
    const found = spawnSync("rustc", ["--print", "target-libdir", "--target", wasmTarget], { cwd: at(), encoding: "utf8" });
    return { ...found, there: found.status === 0 && existsSync(found.stdout.trim()) };
  };
  const before = probe();
  if (before.there) return;
  if (before.error || spawnSync("cargo", ["--version"]).error) {
    throw new Stop("Rust is missing. Install it from https://rustup.rs (stable, 1.91 or newer), then run this again.");
  }
  await step(`Rust library for ${wasmTarget}`, async () => {
    rustup(["target", "add", wasmTarget]);
    if (probe().there) return;
    const why = before.stderr?.trim();
    throw new Stop(
      `Rust cannot compile for ${wasmTarget} yet.${why ? `\n${why}` : ""}\nRun:  rustup target add ${wasmTarget}\n` +
        `(with Rust from a distribution, install its package for the wasm32 standard library)`,
    );
  });
}

/** The one cargo tool, built once per version and machine. */
async function bindgen() {
  const version = wasmBindgenVersion();
  const { folder, program } = wasmBindgen();
  if (existsSync(program)) return;
  const build = join(cache, "tools", `build-${process.pid}`);
  await step(`wasm-bindgen ${version} (cargo install, some minutes the first time)`, (onLine) =>
    // The default features are TLS for a test runner that is not installed either.
    quietly("cargo", ["install", "wasm-bindgen-cli", "--version", version, "--no-default-features", "--bin", "wasm-bindgen", "--root", folder], {
      env: { ...process.env, CARGO_TARGET_DIR: build },
      onLine,
    }),
  );
  rmSync(build, { recursive: true, force: true });
}

/** Everything a task needs; the two slow installs do not wait for each other. */
export async function setUp({ rust = true } = {}) {
  if (rust) await rustTarget();
  const outcomes = await Promise.allSettled([packages(), rust ? bindgen() : undefined]);
  const failed = outcomes.find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
}

/** The Node that runs the tasks: the pinned package, or the system's own when it is new enough. */
export function taskNode() {
  const pinned = at("node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(pinned)) return pinned;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return process.execPath;
  throw new Stop("Node 22.13 or newer is needed and the npm package `node` did not bring it. Run:  npm rebuild node");
}
