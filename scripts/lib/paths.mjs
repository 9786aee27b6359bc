// Where things are: the checkout, and the cache that clones on one machine share.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(fileURLToPath(import.meta.url), "../../..");
export const at = (...parts) => join(root, ...parts);

/** Tools and compiled dependencies outlive a clone; deleting this folder is always safe. */
export const cache =
  process.env.TRADEPOST_CACHE ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "tradepost");

export const targetDir = process.env.CARGO_TARGET_DIR || join(cache, "target");
export const cargoEnv = () => ({ ...process.env, CARGO_TARGET_DIR: targetDir });

/** The CLI must be exactly the crate's version, so the lock file decides. */
export function wasmBindgenVersion() {
  return /name = "wasm-bindgen"\s+version = "([^"]+)"/.exec(readFileSync(at("Cargo.lock"), "utf8"))[1];
}
export const wasmBindgen = () => {
  const folder = join(cache, "tools", `wasm-bindgen-${wasmBindgenVersion()}`);
  return { folder, program: join(folder, "bin", "wasm-bindgen") };
};

export const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};
