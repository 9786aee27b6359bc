// Cargo, wasm-bindgen and, for a release, wasm-opt: from src/ to build/tradepost{.js,_bg.wasm}, and
// what only staff need to build/tradepost_staff.wasm.
// Cargo decides what to recompile; the later steps are skipped while their input is the same.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { namedByLikeness } from "./lib/alike.mjs";
import { alone } from "./lib/alone.mjs";
import { at, cargoEnv, sha256, targetDir, wasmBindgen, wasmBindgenVersion } from "./lib/paths.mjs";
import { loadingStaff, split } from "./lib/split.mjs";
import { isMain, loudly, say, step, Stop, top } from "./lib/say.mjs";
import { withTarget } from "./lib/target.mjs";

const KB = 1000;
/** What only staff need, in a build for release. */
const STAFF = "tradepost_staff.wasm";
/** A Worker starts in every city it is asked in: what it weighs is what the first buyer waits for. */
const LIMIT_GZIPPED = 1_200 * KB;
/** Names of generic functions say what they are for: by them staff's are known. */
const MANGLING = "-C symbol-mangling-version=v0";

// wasm-opt refuses what it was not told of, so the list follows the flags below and rustc's own.
const wasmFeatures = "-C target-feature=+simd128,+bulk-memory";
const optimise = [
  // Higher levels make it smaller raw, and a tenth larger gzipped.
  "-O1",
  // It leaves zeros out, in many small segments that gzip less well.
  "--skip-pass=memory-packing",
  "--dae-optimizing",
  "--duplicate-function-elimination",
  "--code-folding",
  "--rse",
  "--merge-blocks",
  "--remove-unused-brs",
  "--remove-unused-names",
  // Which alignment is promised is a byte of each load and store, and all the same to workerd.
  "--dealign",
  "--vacuum",
  "--strip-producers",
];
/** Like functions side by side are 9 % smaller gzipped. The names have then done their work. */
const arrange = ["--reorder-functions-by-name", "--strip-debug"];
const features = [
  "--enable-simd",
  "--enable-bulk-memory",
  "--enable-bulk-memory-opt",
  "--enable-mutable-globals",
  "--enable-sign-ext",
  "--enable-nontrapping-float-to-int",
  "--enable-multivalue",
  "--enable-reference-types",
  "--enable-exception-handling",
];

export const wasmEnv = () => {
  const name = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
  return { ...cargoEnv(), [name]: [process.env[name], wasmFeatures, MANGLING].filter(Boolean).join(" ") };
};

async function compile(profile) {
  const args = ["build", "--lib", "--target", "wasm32-unknown-unknown", "--profile", profile];
  await loudly("cargo", args, { cwd: at(), env: wasmEnv() });
  return readFileSync(join(targetDir, "wasm32-unknown-unknown", profile, "tradepost.wasm"));
}

async function bind(wasm, next) {
  mkdirSync(next, { recursive: true });
  const input = join(next, "compiled.wasm");
  writeFileSync(input, wasm);
  // The reset function is how src/edge/life.js begins anew after a panic.
  const flags = ["--target", "web", "--no-typescript", "--experimental-reset-state-function"];
  await loudly(wasmBindgen().program, [...flags, "--out-dir", next, "--out-name", "tradepost", input]);
  rmSync(input);
}

/** The digests that tell imports apart do not gzip: numbers of the same length do it, too. */
function withoutDigests(next) {
  const numbers = new Map();
  const numbered = (digest) => {
    if (!numbers.has(digest)) numbers.set(digest, String(numbers.size).padStart(digest.length, "0"));
    return numbers.get(digest);
  };
  for (const name of ["tradepost.js", "tradepost_bg.wasm"]) {
    const file = join(next, name);
    const bytes = readFileSync(file, "latin1").replace(/(?<=__wbg_\w+_)[0-9a-f]{16}\b/g, numbered);
    writeFileSync(file, bytes, "latin1");
  }
}

async function shrink(next) {
  const file = (name) => join(next, name);
  const tool = (name, ...args) =>
    loudly(process.execPath, [at("node_modules", "binaryen", "bin", name), ...features, ...args]);
  await step("wasm-opt", () => tool("wasm-opt", "-g", ...optimise, file("tradepost_bg.wasm"), "-o", file("small.wasm")));
  await step("staff apart", async () => {
    await tool("wasm-dis", file("small.wasm"), "-o", file("text"));
    const parts = split(readFileSync(file("text"), "utf8"));
    for (const [place, name] of ["tradepost_bg.wasm", STAFF].entries()) {
      writeFileSync(file("text"), parts[place]);
      await tool("wasm-as", "-g", file("text"), "-o", file("named.wasm"));
      writeFileSync(file("named.wasm"), namedByLikeness(readFileSync(file("named.wasm"))));
      await tool("wasm-opt", ...arrange, file("named.wasm"), "-o", file(name));
    }
    writeFileSync(file("tradepost.js"), loadingStaff(readFileSync(file("tradepost.js"), "utf8"), STAFF));
  });
  for (const name of ["small.wasm", "text", "named.wasm"]) rmSync(file(name));
}

/** Whoever watches build/ sees whole files only, and the JavaScript last. */
function publish(next) {
  const names = readdirSync(next).sort((a, b) => Number(a.endsWith(".js")) - Number(b.endsWith(".js")));
  for (const name of names) {
    if (name === "snippets") rmSync(at("build", name), { recursive: true, force: true });
    renameSync(join(next, name), at("build", name));
  }
  rmSync(next, { recursive: true });
  // What is not divided has no staff's part: one from before would only be carried along.
  if (!names.includes(STAFF)) rmSync(at("build", STAFF), { force: true });
}

/** What the Wasm of the build that is there weighs, in bytes: what buyers wait for, and staff's part. */
export function weigh() {
  const [{ bytes, gzipped }, staff] = ["tradepost_bg.wasm", STAFF].map((name) => {
    const wasm = existsSync(at("build", name)) ? readFileSync(at("build", name)) : Buffer.of();
    return { bytes: wasm.length, gzipped: gzipSync(wasm, { level: 9 }).length };
  });
  return { bytes, gzipped, staff, limit: LIMIT_GZIPPED, met: gzipped <= LIMIT_GZIPPED };
}

function report(release) {
  const { bytes, gzipped, staff, limit, met } = weigh();
  const kb = (bytes) => `${Math.round(bytes / KB).toLocaleString("en")} KB`;
  if (!release) return say(`wasm ${kb(bytes)}, not optimised`);
  say(`wasm ${kb(bytes)}, ${kb(gzipped)} gzipped (limit ${kb(limit)}); staff's ${kb(staff.bytes)}, ${kb(staff.gzipped)}`);
  if (!met) {
    throw new Stop("The Worker is too heavy. `cargo tree --target wasm32-unknown-unknown -e normal` shows what came in.");
  }
}

/** One at a time in a clone: two would write the same files. */
export const build = (profile = "release") =>
  alone(at("build", "lock"), "another build is under way here", () => buildAlone(profile));

async function buildAlone(profile) {
  const release = profile === "release";
  const wasm = await withTarget(() => compile(profile));
  const stamp = at("build", "stamp");
  const scripts = ["build.mjs", "lib/alike.mjs", "lib/split.mjs"].map((name) => readFileSync(at("scripts", name)));
  const key = sha256(wasm, profile, wasmBindgenVersion(), ...scripts);
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== key) {
    rmSync(stamp, { force: true });
    const next = at("build", "next");
    rmSync(next, { recursive: true, force: true });
    await bind(wasm, next);
    withoutDigests(next);
    if (release) await shrink(next);
    publish(next);
    writeFileSync(stamp, key);
  }
  report(release);
}

if (isMain(import.meta.url)) {
  await top(() => build(process.argv.includes("--fast") ? "worker-dev" : "release"));
}
