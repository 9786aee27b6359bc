// One process at a time, by a file that names the one at work.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { say } from "./say.mjs";
import { pause } from "./wait.mjs";

function runs(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** An empty lock is one that is being written this moment; after so long, its writer died before it was. */
const EMPTY_FOR = 5_000;

/** Undefined if there is no lock by now. */
function read(lock) {
  try {
    const holder = Number(readFileSync(lock, "utf8"));
    return { holder, dead: holder > 0 ? !runs(holder) : Date.now() - statSync(lock).mtimeMs > EMPTY_FOR };
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Of several who find the same dead lock one has moved it away; whoever else moves one has a newer, and gives it back. */
function clear(lock) {
  const own = `${lock}.${process.pid}`;
  try {
    renameSync(lock, own);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  try {
    if (!read(own).dead) linkSync(own, lock);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

async function take(lock, busy) {
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; ; ) {
    try {
      return writeFileSync(lock, String(process.pid), { flag: "wx" });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const { holder, dead } = read(lock) ?? {};
    if (dead) {
      clear(lock);
      continue;
    }
    if (holder > 0 && !told) {
      say(`  ${busy} (process ${holder}), waiting`);
      told = true;
    }
    await pause(200);
  }
}

/** Does the work while nobody else has the lock; what a process that died left is taken over. `busy`: what the other does. */
export async function alone(lock, busy, work) {
  await take(lock, busy);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}
