// Progress a person can follow, and failures without stack traces.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** A failure with its remedy: `top` prints the message alone. */
export class Stop extends Error {}

const began = performance.now();
export const seconds = (since = began) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
export const say = (text) => console.error(text);

/** Names a step, keeps a sign of life going while it is long, and says how long it took. */
export async function step(label, work) {
  const since = performance.now();
  let last = "";
  say(`- ${label} ...`);
  const pulse = setInterval(() => say(`  ${label}: ${seconds(since)}${last && `, ${last}`}`), 10_000);
  try {
    const result = await work((line) => (last = line));
    say(`  ${label}: done in ${seconds(since)}`);
    return result;
  } finally {
    clearInterval(pulse);
  }
}

/** Runs a program quietly; its last line feeds `onLine`, its whole output an eventual error. */
export function quietly(program, args, { onLine = () => {}, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output = (output + text).slice(-20_000);
        const line = text.trim().split("\n").at(-1)?.trim();
        if (line) onLine(line.slice(0, 90));
      });
    }
    child.on("error", (error) => reject(new Stop(`${program} could not be started: ${error.message}`)));
    child.on("close", (code) =>
      code === 0 ? resolve(output) : reject(new Stop(`${output}\n${program} ${args.join(" ")} failed (${code})`)),
    );
  });
}

/** Runs a program with its output on our terminal. */
export function loudly(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", ...options });
    child.on("error", (error) => reject(new Stop(`${program} could not be started: ${error.message}`)));
    child.on("close", (code, signal) =>
      code === 0 ? resolve() : reject(new Stop(`${program} ${args.join(" ")} failed (${signal ?? code})`)),
    );
  });
}

/** The last resort of every script that is run directly. */
export async function top(work) {
  try {
    await work();
  } catch (error) {
    say(error instanceof Stop ? `\n${error.message}` : `\n${error?.stack ?? error}`);
    process.exit(1);
  }
}

/** True when `url` (import.meta.url) is the script that node was started with. */
export const isMain = (url) => {
  const script = process.argv[1] && new URL(`file://${process.argv[1]}`).pathname;
  return new URL(url).pathname === script;
};

/** The parent of a process, where the system tells (Linux); 0 elsewhere. */
function parentOf(pid) {
  try {
    // The second field is the command in parentheses, and may itself hold any of them.
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ")[1]);
  } catch {
    return 0;
  }
}

/**
 * Calls `stop` once when asked to end, or when whoever started us is gone: a killed npm must not
 * leave a server behind that holds the port and the state. npm starts us through a shell, which
 * outlives it: with `shell` its parent is watched as well.
 */
export function onEnd(stop, { shell = false } = {}) {
  const lineage = () => [process.ppid, shell ? parentOf(process.ppid) : 0].join();
  const before = lineage();
  let ended = false;
  const end = (signal) => {
    if (ended) return;
    ended = true;
    clearInterval(watch);
    stop(signal);
  };
  const watch = setInterval(() => lineage() !== before && end("SIGTERM"), 250);
  watch.unref();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => end(signal));
}
